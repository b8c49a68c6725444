package content

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v4"
)

// parseTOML reads TOML into YAML's nodes. The library tells no places of values, so that they come from a look at
// the lines: a key's place is right unless it stands inside an inline table, and then it is the table's.
func parseTOML(doc *document, data []byte) Value {
	var values map[string]any
	err := guarded(func() error { return toml.Unmarshal(data, &values) })
	if err != nil {
		doc.problems.Add(tomlError(doc, err))
		return Value{doc: doc}
	}
	t := tomlTree{places: tomlPlaces(data)}
	return Value{doc: doc, node: t.node(values, "", place{1, 1})}
}

func tomlError(doc *document, err error) *Error {
	pos := Pos{File: doc.file, Line: 1 + doc.above}
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return pos.Errorf("", "this is not TOML: %s", strings.TrimPrefix(err.Error(), "toml: "))
	}
	pos.Line, pos.Col = parse.Position.Line+doc.above, parse.Position.Col
	hint := "TOML wants quotes around texts, and dates as 2026-11-22"
	if strings.Contains(parse.Message, "already been defined") {
		hint = "keep one of them"
	}
	return pos.Errorf(hint, "this is not TOML: %s", strings.TrimSuffix(parse.Message, "."))
}

// place is a line and a column, from 1.
type place struct{ line, col int }

// tomlTree makes nodes of what toml decoded.
type tomlTree struct {
	places map[string]place // by path: keys and indexes, each behind a NUL
}

func (t tomlTree) node(value any, path string, near place) *yaml.Node {
	if p, ok := t.places[path]; ok {
		near = p
	}
	node := &yaml.Node{Kind: yaml.ScalarNode, Line: near.line, Column: near.col}
	switch v := value.(type) {
	case map[string]any:
		t.table(node, v, path, near)
	case []map[string]any:
		for i, item := range v {
			t.item(node, item, path, i, near)
		}
	case []any:
		for i, item := range v {
			t.item(node, item, path, i, near)
		}
		node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	default:
		node.Tag, node.Value = tomlScalar(value)
	}
	return node
}

func (t tomlTree) item(node *yaml.Node, item any, path string, i int, near place) {
	node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	node.Content = append(node.Content, t.node(item, path+"\x00"+strconv.Itoa(i), near))
}

func (t tomlTree) table(node *yaml.Node, table map[string]any, path string, near place) {
	node.Kind, node.Tag = yaml.MappingNode, "!!map"
	for _, name := range slices.Sorted(maps.Keys(table)) {
		below := path + "\x00" + name
		value := t.node(table[name], below, near)
		key := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: value.Line, Column: value.Column}
		node.Content = append(node.Content, key, value)
	}
}

func tomlScalar(value any) (tag, text string) {
	switch v := value.(type) {
	case bool:
		return "!!bool", strconv.FormatBool(v)
	case int64:
		return "!!int", strconv.FormatInt(v, 10)
	case float64:
		return "!!float", strconv.FormatFloat(v, 'g', -1, 64)
	case time.Time:
		return "!!timestamp", v.Format(tomlLayout(v))
	}
	text, _ = value.(string)
	return "!!str", text
}

// tomlLayout keeps a date without a zone as one: the library marks them by the location's name.
func tomlLayout(t time.Time) string {
	switch t.Location().String() {
	case "datetime-local":
		return "2006-01-02T15:04:05.999999999"
	case "date-local":
		return time.DateOnly
	case "time-local":
		return "15:04:05.999999999"
	}
	return time.RFC3339Nano
}

// tomlPlaces finds the lines on which keys and tables stand.
func tomlPlaces(data []byte) map[string]place {
	s := tomlScan{places: make(map[string]place), counts: make(map[string]int)}
	number := 0
	for line := range strings.Lines(string(data)) {
		number++
		s.line(strings.TrimRight(line, "\r\n"), number)
	}
	return s.places
}

type tomlScan struct {
	places map[string]place
	counts map[string]int // items so far of arrays of tables
	table  string         // path of the table whose keys follow
	quote  string         // the quotes that close the text which the line is within
}

func (s *tomlScan) line(line string, number int) {
	if s.quote != "" {
		if strings.Contains(line, s.quote) {
			s.quote = ""
		}
		return
	}
	text := strings.TrimLeft(line, " \t")
	at := place{number, len(line) - len(text) + 1}
	switch {
	case strings.HasPrefix(text, "[["):
		s.item(tomlKeys(text[2:]), at)
	case strings.HasPrefix(text, "[") && s.isHeader(text):
		s.table = s.path("", tomlKeys(text[1:]))
		s.note(s.table, at)
	default:
		s.key(text, at)
	}
}

// isHeader tells a table from a line of a nested array, which ends otherwise.
func (s *tomlScan) isHeader(text string) bool {
	text, _, _ = strings.Cut(text, "#")
	return strings.HasSuffix(strings.TrimSpace(text), "]") && len(tomlKeys(text[1:])) > 0
}

func (s *tomlScan) item(keys []string, at place) {
	array := s.path("", keys)
	s.note(array, at)
	s.table = array + "\x00" + strconv.Itoa(s.counts[array])
	s.counts[array]++
	s.note(s.table, at)
}

func (s *tomlScan) key(text string, at place) {
	name, value, found := strings.Cut(text, "=")
	keys := tomlKeys(name + "]")
	if !found || len(keys) == 0 {
		return
	}
	s.note(s.path(s.table, keys), at)
	for _, quote := range []string{`"""`, "'''"} {
		if _, rest, open := strings.Cut(value, quote); open && !strings.Contains(rest, quote) {
			s.quote = quote
		}
	}
}

// note keeps the first place of a path.
func (s *tomlScan) note(path string, at place) {
	if _, known := s.places[path]; !known {
		s.places[path] = at
	}
}

// path leads through the last item of every array of tables on its way.
func (s *tomlScan) path(from string, keys []string) string {
	for i, key := range keys {
		from += "\x00" + key
		if n := s.counts[from]; n > 0 && i < len(keys)-1 {
			from += "\x00" + strconv.Itoa(n-1)
		}
	}
	return from
}

// tomlKeys are the parts of `a.b."c d"]`; nil when it is no key.
func tomlKeys(text string) []string {
	text, _, closed := strings.Cut(text, "]")
	if !closed || strings.ContainsAny(text, ",{}=#") {
		return nil
	}
	parts := strings.Split(text, ".")
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if unquoted := strings.Trim(part, `"'`); len(unquoted) < len(part) {
			part = unquoted
		}
		if part == "" {
			return nil
		}
		parts[i] = part
	}
	return parts
}
