package content

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"leadsite/build/trace"
)

// cascade is front matter that an index.md gives to the pages below its folder: those that do not say it themselves.
//
//	cascade: {type: landing, params: {offer: false}}
//	cascade:
//	  - {target: {path: "/blog/2019/**"}, noindex: true}
//	  - {params: {tone: calm}}
type cascade struct {
	folder string // below content/, without the language; "" for all of it
	lang   string // of the pages that it reaches
	values Value
	target target
	from   trace.Sum // of the file that says so
}

// target narrows a cascade, in Hugo's words.
type target struct {
	path *regexp.Regexp // of pages, as "/blog/first"; nil: all
	kind string         // "page" for all but the lists of folders, "section" for these; "": both
	lang string
}

var targetKeys = keys[target]{
	"path": func(t *target, v Value) { t.path = glob(v.Text()) },
	"kind": func(t *target, v Value) { t.kind = v.OneOf("page", "section") },
	"lang": text(func(t *target) *string { return &t.lang }),
}

// isTarget says whether a key of a cascade is its target.
func isTarget(key string) bool { return key == "target" || key == "_target" }

// isIndex says whether a file is the page of its folder.
func isIndex(rel string) bool {
	name, _, _ := strings.Cut(path.Base(rel), ".")
	return name == "index" || name == "_index"
}

// loadCascades reads what the folders' own pages hand down. They are read again with all others, and what is wrong
// with them is reported then.
func loadCascades(source fs.FS, pages []string, config *Config, memory *memory) []cascade {
	var all []cascade
	for _, file := range pages {
		rel := strings.TrimPrefix(file, Root+"/")
		if !isIndex(rel) || memory.handsNothingDown(file) {
			continue
		}
		data, problem := readText(source, file)
		if problem != nil || !mayHandDown(data) {
			continue
		}
		front, _ := readMatter(nil, file, data, new(Problems))
		lang, key := config.localize(rel)
		folder := strings.TrimPrefix(path.Dir("/"+key), "/")
		for _, values := range cascaded(front.fold("cascade")) {
			all = append(all, cascade{folder: folder, lang: lang, values: values, target: readTarget(values), from: trace.OfBytes(data)})
		}
	}
	slices.SortStableFunc(all, func(a, b cascade) int { return len(b.folder) - len(a.folder) })
	return all
}

// mayHandDown says whether a file can hold a cascade.
func mayHandDown(data []byte) bool { return bytes.Contains(bytes.ToLower(data), []byte("cascade")) }

// cascaded are the maps of a cascade, which is one or a list of them.
func cascaded(v Value) []Value {
	if v.IsList() {
		return v.Items()
	}
	return []Value{v}
}

func readTarget(values Value) target {
	var t target
	for _, key := range []string{"target", "_target"} {
		if v := values.Get(key); v.IsMap() {
			targetKeys.read(&t, v, nil)
		}
	}
	return t
}

// glob is a pattern of paths: * within a folder, ** over folders, {a,b} for either.
func glob(pattern string) *regexp.Regexp {
	var b strings.Builder
	depth := 0
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '{':
			b.WriteString("(?:")
			depth++
		case c == '}' && depth > 0:
			b.WriteString(")")
			depth--
		case c == ',' && depth > 0:
			b.WriteString("|")
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return regexp.MustCompile("(?i)^" + b.String() + strings.Repeat(")", depth) + "$")
}

// reaches says whether a page gets what is handed down. key is its path without the language.
func (c cascade) reaches(key, lang string) bool {
	folder := strings.TrimPrefix(path.Dir("/"+key), "/")
	if isIndex(key) && folder == c.folder {
		return false
	}
	below := c.folder == "" || folder == c.folder || strings.HasPrefix(folder, c.folder+"/")
	return below && lang == c.lang && c.target.takes(key, lang)
}

func (t target) takes(key, lang string) bool {
	name := "/" + strings.TrimSuffix(key, path.Ext(key))
	isPage := !strings.HasPrefix(path.Base(key), "_index")
	return (t.lang == "" || t.lang == lang) && (t.kind == "" || isPage == (t.kind == "page")) &&
		(t.path == nil || t.path.MatchString(name) || t.path.MatchString("/"+key) || isIndex(key) && t.path.MatchString(path.Dir(name)))
}

// inherited are the values that a page gets from the folders above it, those of the nearest first.
func (o *origin) inherited(lang, key string) []Value {
	var values []Value
	for _, c := range o.cascades {
		if c.reaches(key, lang) {
			doc := *c.values.doc // it counts what is visited, and is read by many goroutines
			values = append(values, Value{&doc, c.values.node, c.values.name})
		}
	}
	return values
}

// inherit takes from the folders above what the page does not say itself. Of params each key is one of its own.
func (f *frontReader) inherit(from []Value) {
	if len(from) == 0 {
		return
	}
	said := make(map[string]bool)
	for _, key := range f.value.keyNodes() {
		said[strings.ToLower(key.Value)] = true
	}
	for _, values := range from {
		for _, p := range values.Pairs() {
			key := strings.ToLower(p.Key)
			switch {
			case key == "params":
				own := f.Params
				f.Params = p.Value.params()
				maps.Copy(f.Params, own)
			case said[key] || isTarget(key):
			default:
				frontKeys.read(f, values.alone(p), func(f *frontReader, p Pair) bool { return f.other(p) })
				said[key] = true
			}
		}
	}
}

// checkCascade reads what a folder hands down for its mistakes alone: what it holds is read by loadCascades.
func checkCascade(f *frontReader, v Value) {
	for _, values := range cascaded(v) {
		scratch := frontReader{Front: Front{Rare: new(Rare)}, config: f.config, value: values}
		frontKeys.read(&scratch, values, func(s *frontReader, p Pair) bool {
			if isTarget(p.Key) {
				targetKeys.read(new(target), p.Value, nil)
				return true
			}
			return s.other(p)
		})
	}
}

// keyNodes are the keys of a map, as they stand there.
func (v Value) keyNodes() []*yaml.Node {
	n := v.target()
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var nodes []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		nodes = append(nodes, n.Content[i])
	}
	return nodes
}

// fold is the value under a key in any case.
func (v Value) fold(key string) Value {
	for _, node := range v.keyNodes() {
		if strings.EqualFold(node.Value, key) {
			return v.Get(node.Value)
		}
	}
	return v.Get(key)
}

// alone is a map of one pair.
func (v Value) alone(p Pair) Value {
	key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: p.Key, Line: p.Pos.Line - v.doc.above, Column: p.Pos.Col}
	return Value{v.doc, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{key, p.Value.node}}, v.name}
}
