package content

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Value is one value of a settings file or of front matter with its place, whatever format it was written in:
// TOML and JSON are brought into the shape of YAML's nodes. Nothing is changed by reading it; what is wrong with it
// is noted among the document's problems.
type Value struct {
	doc  *document
	node *yaml.Node
	name string // the key it stands under, for messages
}

// document is what the values of one file share.
type document struct {
	file     string
	above    int // lines of the file above the first one that was parsed
	problems *Problems
	front    bool // front matter, where a blog may bring other themes' keys
	visits   int  // how many more values Any and Pairs may visit: aliases of aliases unfold without end
}

// Pair is a key of a map and its value.
type Pair struct {
	Key   string
	Pos   Pos // of the key
	Value Value
}

// Pos is where the value begins.
func (v Value) Pos() Pos {
	if v.doc == nil {
		return Pos{}
	}
	return v.doc.pos(v.node)
}

func (d *document) pos(n *yaml.Node) Pos {
	if n == nil || n.Line == 0 {
		return Pos{File: d.file}
	}
	return Pos{File: d.file, Line: n.Line + d.above, Col: n.Column}
}

// Errorf notes a mistake at the value.
func (v Value) Errorf(hint, format string, args ...any) {
	v.doc.problems.Add(v.Pos().Errorf(hint, format, args...))
}

// Wrong notes that the value is not what its key wants: "true or false", "a list".
func (v Value) Wrong(want, hint string) {
	if v.name == "" {
		v.Errorf(hint, "here belongs %s, not %s", want, v.describe())
		return
	}
	problem := v.Pos().Errorf(hint, "%q wants %s, not %s", v.name, want, v.describe())
	if v.doc.front && v.IsMap() && (want == "a text" || want == "a list of texts") {
		problem.Hint = cmp.Or(hint, "it is another theme's key of that name: write what is wanted, or move it under params:")
		problem.Unknown("map", v.name)
	}
	v.doc.problems.Add(problem)
}

// Given says whether there is a value: a key that is absent or has nothing behind it gives none.
func (v Value) Given() bool {
	n := v.target()
	return n != nil && n.Kind != 0 && n.Tag != "!!null"
}

// IsMap says whether the value is a map of keys.
func (v Value) IsMap() bool { return v.Given() && v.target().Kind == yaml.MappingNode }

// IsList says whether the value is a list.
func (v Value) IsList() bool { return v.Given() && v.target().Kind == yaml.SequenceNode }

// Items are the values of a list; nil, with the mistake noted, when it is none.
func (v Value) Items() []Value {
	if !v.Given() {
		return nil
	}
	if !v.IsList() {
		v.Wrong("a list", "")
		return nil
	}
	nodes := v.target().Content
	if !v.visit(len(nodes)) {
		return nil
	}
	items := make([]Value, len(nodes))
	for i, n := range nodes {
		items[i] = Value{v.doc, n, v.name}
	}
	return items
}

// Pairs are the keys of a map in their order, merged ones (<<) after its own; nil, with the mistake noted, when it
// is no map. A key that comes twice is noted, and the first one counts.
func (v Value) Pairs() []Pair {
	if !v.Given() {
		return nil
	}
	if !v.IsMap() {
		v.Wrong("a map of keys", "")
		return nil
	}
	m := mapping{pairs: make([]Pair, 0, len(v.target().Content)/2)}
	m.add(v, false)
	return m.pairs
}

// mapping collects the pairs of one map.
type mapping struct {
	pairs []Pair
	seen  map[string]int // line of the key, once there are many
}

func (m *mapping) add(v Value, merged bool) {
	nodes := v.target().Content
	if !v.visit(len(nodes)) {
		return
	}
	var merges []Value
	for i := 0; i+1 < len(nodes); i += 2 {
		key, value := nodes[i], Value{v.doc, nodes[i+1], nodes[i].Value}
		switch {
		case key.Tag == "!!merge":
			merges = append(merges, value)
		case key.Kind != yaml.ScalarNode:
			Value{v.doc, key, ""}.Errorf("", "a key must be a word, not %s", Value{v.doc, key, ""}.describe())
		default:
			m.pair(v.doc, key, value, merged)
		}
	}
	for _, merge := range merges {
		m.merge(merge)
	}
}

func (m *mapping) pair(d *document, key *yaml.Node, value Value, merged bool) {
	if line, twice := m.line(key.Value); twice {
		if !merged {
			d.problems.Add(d.pos(key).Errorf("keep one of them", "the key %q is already in line %d", key.Value, line))
		}
		return
	}
	p := Pair{Key: key.Value, Pos: d.pos(key), Value: value}
	m.pairs = append(m.pairs, p)
	if m.seen != nil {
		m.seen[p.Key] = p.Pos.Line
	}
}

// manyPairs is from how many on keys are looked for in a map.
const manyPairs = 16

// line is where a key stands, if it is there.
func (m *mapping) line(key string) (line int, there bool) {
	if len(m.pairs) < manyPairs {
		i := slices.IndexFunc(m.pairs, func(p Pair) bool { return p.Key == key })
		if i < 0 {
			return 0, false
		}
		return m.pairs[i].Pos.Line, true
	}
	if m.seen == nil {
		m.seen = make(map[string]int)
		for _, p := range m.pairs {
			m.seen[p.Key] = p.Pos.Line
		}
	}
	line, there = m.seen[key]
	return line, there
}

func (m *mapping) merge(v Value) {
	if v.IsMap() {
		m.add(v, true)
		return
	}
	for _, item := range v.Items() {
		if item.IsMap() {
			m.add(item, true)
		} else {
			item.Wrong("a map", "")
		}
	}
}

// At is the place of a key, named by the keys (string) and indexes (int) that lead to it; of the nearest parent that
// is there otherwise.
func (v Value) At(path ...any) Pos {
	pos := v.Pos()
	for _, step := range path {
		key, next := v.step(step)
		if next == nil {
			break
		}
		pos, v = v.doc.pos(key), Value{v.doc, next, v.name}
	}
	return pos
}

// step finds the value under a key or index, and the node that stands for its place.
func (v Value) step(step any) (at, value *yaml.Node) {
	n := v.target()
	if n == nil {
		return nil, nil
	}
	if i, ok := step.(int); ok && n.Kind == yaml.SequenceNode && i >= 0 && i < len(n.Content) {
		return n.Content[i], n.Content[i]
	}
	if n.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == step {
			return n.Content[i], n.Content[i+1]
		}
	}
	return nil, nil
}

// has says whether a key or index is there.
func (v Value) has(step any) bool {
	_, n := v.step(step)
	return n != nil
}

// Get is the value under a key of a map. Absent: a Value that is not Given.
func (v Value) Get(key string) Value {
	_, n := v.step(key)
	return Value{v.doc, n, key}
}

// Any is the value as Go values: map[string]any, []any, string, int, float64, bool, nil. Dates are text, as written.
func (v Value) Any() any {
	if !v.Given() || !v.visit(1) {
		return nil
	}
	switch {
	case v.IsMap():
		out := make(map[string]any)
		for _, p := range v.Pairs() {
			out[p.Key] = p.Value.Any()
		}
		return out
	case v.IsList():
		items := v.Items()
		out := make([]any, len(items))
		for i, item := range items {
			out[i] = item.Any()
		}
		return out
	}
	return scalar(v.target())
}

// scalar is a number, true, false or text. A number too large for an int is a float64, as in JSON.
func scalar(n *yaml.Node) any {
	switch n.Tag {
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int":
		if i, ok := integer(n); ok {
			return i
		}
		return number(n)
	case "!!float":
		return number(n)
	}
	return n.Value
}

func integer(n *yaml.Node) (int, bool) {
	i, err := strconv.ParseInt(strings.ReplaceAll(n.Value, "_", ""), 0, 0)
	return int(i), err == nil
}

func number(n *yaml.Node) any {
	var f float64
	if n.Decode(&f) != nil {
		return n.Value
	}
	return f
}

// visit counts values against what the document's size explains.
func (v Value) visit(n int) bool {
	before := v.doc.visits
	v.doc.visits -= n
	if v.doc.visits < 0 && before >= 0 {
		v.Errorf("write the values out instead of referring to references", "the aliases here unfold into too many values")
	}
	return v.doc.visits >= 0
}

// target is the node that an alias stands for.
func (v Value) target() *yaml.Node {
	if v.node != nil && v.node.Kind == yaml.AliasNode {
		return v.node.Alias
	}
	return v.node
}

// describe names the value as its author would.
func (v Value) describe() string {
	n := v.target()
	switch {
	case !v.Given():
		return "nothing"
	case n.Kind == yaml.MappingNode:
		return "a map of keys"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!int", n.Tag == "!!float":
		return "the number " + n.Value
	case n.Tag == "!!bool":
		return n.Value
	case n.Tag == "!!timestamp" && !strings.Contains(n.Value, "-"):
		return "the time " + n.Value
	case n.Tag == "!!timestamp":
		return "the date " + n.Value
	}
	return fmt.Sprintf("the text %q", shorten(n.Value, 40))
}

// shorten cuts a text that is longer than max runes.
func shorten(s string, max int) string {
	if len(s) <= max || utf8.RuneCountInString(s) <= max {
		return s
	}
	return string([]rune(s)[:max]) + "…"
}
