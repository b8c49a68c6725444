package content

import (
	"io/fs"
	"slices"
	"strings"
	"time"
)

// frontReader is a Front on its way, with what reading it needs to know of the site.
type frontReader struct {
	Front
	titled bool // there is a title, which could not be read: that was reported
	config *Config
	value  Value
}

// frontKeys are the keys of front matter: Hugo's, in Hugo's spelling, and ours. Of the taxonomies only tags and
// categories stand here; site.yaml may name more.
var frontKeys = keys[frontReader]{
	"title":          func(f *frontReader, v Value) { f.Title, f.titled = v.Text(), !v.isText() },
	"slug":           text(func(f *frontReader) *string { return &f.Slug }),
	"url":            text(func(f *frontReader) *string { return &f.URL }),
	"description":    text(func(f *frontReader) *string { return &f.Description }),
	"summary":        text(func(f *frontReader) *string { return &f.Summary }),
	"date":           date(func(f *frontReader) *time.Time { return &f.Date }),
	"publishDate":    date(func(f *frontReader) *time.Time { return &f.PublishDate }),
	"lastmod":        date(func(f *frontReader) *time.Time { return &f.Lastmod }),
	"expiryDate":     date(func(f *frontReader) *time.Time { return &f.ExpiryDate }),
	"draft":          boolean(func(f *frontReader) *bool { return &f.Draft }),
	"weight":         whole(func(f *frontReader) *int { return &f.Weight }),
	"layout":         text(func(f *frontReader) *string { return &f.Layout }),
	"type":           text(func(f *frontReader) *string { return &f.Type }),
	"aliases":        texts(func(f *frontReader) *[]string { return &f.Aliases }),
	"keywords":       keywords,
	"images":         texts(func(f *frontReader) *[]string { return &f.Images }),
	"author":         authors,
	"authors":        authors,
	"series":         texts(func(f *frontReader) *[]string { return &f.Series }),
	"tags":           terms,
	"categories":     terms,
	"menu":           menus,
	"menus":          menus,
	"linkTitle":      text(func(f *frontReader) *string { return &f.LinkTitle }),
	"pubDate":        date(func(f *frontReader) *time.Time { return &f.PublishDate }),
	"modified":       date(func(f *frontReader) *time.Time { return &f.Lastmod }),
	"unpublishDate":  date(func(f *frontReader) *time.Time { return &f.ExpiryDate }),
	"image":          text(func(f *frontReader) *string { return &f.Image }),
	"image_alt":      text(func(f *frontReader) *string { return &f.ImageAlt }),
	"blocks":         blocks,
	"form":           text(func(f *frontReader) *string { return &f.Form }),
	"noindex":        boolean(func(f *frontReader) *bool { return &f.Noindex }),
	"canonical":      text(func(f *frontReader) *string { return &f.Canonical }),
	"translationKey": text(func(f *frontReader) *string { return &f.TranslationKey }),
	"params":         func(f *frontReader, v Value) { f.Params = v.params() },
}

// readFront reads front matter, and takes what it does not say from the folders above. Keys are taken in any case, as
// Hugo does. The part that is rare goes to an empty one.
func readFront(v Value, inherited []Value, config *Config, rare *Rare) (front Front, titled bool) {
	f := frontReader{Front: Front{Rare: rare}, config: config, value: v}
	if v.Given() {
		frontKeys.read(&f, v, func(f *frontReader, p Pair) bool { return f.other(p) })
	}
	f.inherit(inherited)
	for _, name := range config.Taxonomies {
		switch name {
		case "authors":
			f.setTerms(name, f.Authors)
		case "series":
			f.setTerms(name, f.Series)
		}
	}
	return f.Front, f.titled
}

// other takes a key in another case, and the site's own taxonomies. An unknown key has a hint of its own here.
func (f *frontReader) other(p Pair) bool {
	if slices.Contains(f.config.Taxonomies, p.Key) {
		terms(f, p.Value)
		return true
	}
	known := append(append(frontKeys.names(), "cascade"), f.config.Taxonomies...)
	same := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, p.Key) })
	problems := p.Value.doc.problems
	switch {
	case strings.EqualFold(p.Key, "cascade"):
		checkCascade(f, p.Value)
	case same >= 0 && f.value.has(known[same]):
		problems.Add(p.Pos.Errorf("keep one of them", "the key %q is there already, as %q", p.Key, known[same]))
	case same >= 0 && frontKeys[known[same]] != nil && p.Value.Given():
		frontKeys[known[same]](f, p.Value)
	case same < 0:
		f.titled = f.titled || Nearest(p.Key, known) == "title"
		problems.Add(p.Pos.Errorf(unknownKey(p.Key, known), "unknown key %q", p.Key).Unknown("key", p.Key))
	}
	return true
}

func date(field func(*frontReader) *time.Time) func(*frontReader, Value) {
	return func(f *frontReader, v Value) { *field(f) = v.Date(f.config.Zone) }
}

// terms reads a taxonomy's terms. Two of them in one text are most likely a list without brackets.
func terms(f *frontReader, v Value) {
	list := v.Texts()
	if !v.IsList() && len(list) == 1 && strings.Contains(list[0], ",") {
		v.Errorf("write "+v.name+": ["+list[0]+"]", "%q is one text with a comma in it, not a list", v.name)
		return
	}
	f.setTerms(v.name, list)
}

func (f *frontReader) setTerms(taxonomy string, list []string) {
	if len(list) == 0 {
		return
	}
	filing := Filing{Taxonomy: strings.ToLower(taxonomy), Terms: list}
	i, there := slices.BinarySearchFunc(f.Terms, filing, func(a, b Filing) int { return strings.Compare(a.Taxonomy, b.Taxonomy) })
	if there {
		f.Terms[i] = filing
		return
	}
	if f.Terms == nil {
		f.Terms = make(Filings, 0, len(f.config.Taxonomies))
	}
	f.Terms = slices.Insert(f.Terms, i, filing)
}

// keywords may be one text with commas, as in the meta element.
func keywords(f *frontReader, v Value) {
	for _, entry := range v.Texts() {
		for word := range strings.SplitSeq(entry, ",") {
			if word = strings.TrimSpace(word); word != "" {
				f.Keywords = append(f.Keywords, word)
			}
		}
	}
}

func authors(f *frontReader, v Value) {
	for _, name := range v.Texts() {
		if !slices.Contains(f.Authors, name) {
			f.Authors = append(f.Authors, name)
		}
	}
}

var menuKeys = keys[Menu]{
	"name":   text(func(m *Menu) *string { return &m.Name }),
	"weight": whole(func(m *Menu) *int { return &m.Weight }),
}

// hugoMenuKeys are further keys of Hugo's, which describe menus of several levels.
var hugoMenuKeys = []string{"identifier", "parent", "pre", "post", "title", "params", "url", "pageref"}

func otherMenuKey(_ *Menu, p Pair) bool {
	if !slices.Contains(hugoMenuKeys, strings.ToLower(p.Key)) {
		return false
	}
	problem := p.Pos.Errorf("delete it: an entry of a menu has a name and a weight, and menus have one level", "unknown key %q of a menu", p.Key)
	p.Value.doc.problems.Add(problem.Unknown("menu key", p.Key))
	return true
}

// menus reads `menu: main`, `menu: [main, footer]` and `menu: {main: {name: About, weight: 2}}`.
func menus(f *frontReader, v Value) {
	if !v.IsMap() {
		for _, name := range v.Texts() {
			f.Menus = append(f.Menus, Menu{Menu: name})
		}
		return
	}
	for _, p := range v.Pairs() {
		menu := Menu{Menu: p.Key}
		menuKeys.read(&menu, p.Value, otherMenuKey)
		f.Menus = append(f.Menus, menu)
	}
}

// blocks reads the list of blocks without judging their fields, which are the theme's.
func blocks(f *frontReader, v Value) {
	for _, item := range v.Items() {
		if !item.IsMap() {
			item.Errorf("begin it with - type: …", "a block is a map of keys, not %s", item.describe())
			continue
		}
		block := Block{Fields: make(map[string]any), Pos: item.Pos(), At: item.At}
		for _, p := range item.Pairs() {
			if p.Key == "type" {
				block.Type = p.Value.Text()
			} else if p.Value.Given() {
				block.Fields[p.Key] = p.Value.Any()
			}
		}
		if !item.Get("type").Given() {
			item.Errorf("add type: hero, or another block of the theme", "a block has no type")
		}
		if block.Type != "" {
			f.Blocks = append(f.Blocks, block)
		}
	}
}

// params are an author's own keys.
func (v Value) params() map[string]any {
	if !v.IsMap() {
		v.Wrong("a map of keys", "")
		return nil
	}
	out, _ := v.Any().(map[string]any)
	return out
}

// At is the place of a key; the front matter's beginning otherwise. What the page does not say has its place in the
// folder that hands it down.
//
// It reads the file once more: that is rare, and keeping every key's place would cost more memory than all else that is
// known of a page.
func (f *Front) At(path ...any) Pos {
	if f.origin == nil {
		return Pos{File: f.file} // it was not read
	}
	data, err := fs.ReadFile(f.origin.source, f.file)
	if err != nil {
		return Pos{File: f.file}
	}
	v, m := readMatter(nil, f.file, data, &Problems{})
	if len(path) > 0 && !m.open {
		lang, key := f.origin.config.localize(strings.TrimPrefix(f.file, Root+"/"))
		for _, from := range append([]Value{v}, f.origin.inherited(lang, key)...) {
			if from.has(path[0]) {
				return from.At(path...)
			}
		}
	}
	return Pos{File: f.file, Line: 1}
}
