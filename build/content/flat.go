package content

import (
	"bytes"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// flatReader reads the YAML that front matter nearly always is, at a twentieth of what the library takes for it: keys at
// the beginning of a line, and behind each a text, a number, a date, or a list of such.
//
//	title: "A text"
//	date: 2026-11-22
//	tags: [crm, "lead generation"]
//	aliases:
//	  - /old/
//
// The library alone says what YAML is. The reader makes the very nodes that the library makes of such a text, and leaves
// to it whatever else it meets, be it YAML or a mistake: maps in maps, comments, escapes, anchors, a text of several
// lines, a word that might be a number. A fuzz test holds the two against each other.
//
// Its nodes last until it reads again. A nil one reads nothing.
type flatReader struct {
	nodes []yaml.Node       // of this text: no more than there is room for, so that they stay where they are
	pairs []*yaml.Node      // keys and values of the map
	items []*yaml.Node      // of all its lists
	words map[string]string // short texts that came before: keys, tags and authors come again and again

	rest   []byte // of the text, after line
	line   []byte // without the spaces at its end
	number int    // of line, from 1
}

// Limits of a flatReader.
const (
	flatNodes = 256  // in a text
	flatWord  = 32   // bytes of a text that is looked for among the words
	flatWords = 1024 // that are kept
	flatKey   = 64   // bytes of a key
)

func newFlatReader() *flatReader {
	return &flatReader{nodes: make([]yaml.Node, 0, flatNodes), items: make([]*yaml.Node, 0, flatNodes), words: make(map[string]string)}
}

// read gives the map of a text; nil when the library is to be asked.
func (f *flatReader) read(text []byte) *yaml.Node {
	if f == nil || !isFlat(text) {
		return nil
	}
	clear(f.nodes)
	f.nodes, f.pairs, f.items = f.nodes[:0], f.pairs[:0], f.items[:0]
	f.rest, f.number = text, 0
	var root *yaml.Node
	for f.next() {
		if root == nil {
			root = f.add(yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}, 0)
		}
		if !f.pair() {
			return nil
		}
	}
	if root != nil {
		root.Content = f.pairs
	}
	return root
}

// isFlat says whether there is no character that YAML treats in a way of its own, tabs among them.
func isFlat(text []byte) bool {
	for i, c := range text {
		switch {
		case c >= ' ' && c < 0x7f, c == '\n':
		case c == '\r' && i+1 < len(text) && text[i+1] == '\n':
		case c < ' ', c == 0x7f, c == 0xc2, c == 0xef: // controls, the next line of Unicode, its byte order mark
			return false
		case c == 0xe2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2]&^1 == 0xa8: // its line and paragraph separators
			return false
		}
	}
	return true
}

// next goes to the next line that is not empty.
func (f *flatReader) next() bool {
	for len(f.rest) > 0 {
		f.line, f.rest, _ = bytes.Cut(f.rest, []byte("\n"))
		f.number++
		f.line = bytes.TrimRight(bytes.TrimSuffix(f.line, []byte("\r")), " ")
		if len(f.line) > 0 {
			return true
		}
	}
	return false
}

// pair reads a key and its value. False, here and below: the library is to be asked.
func (f *flatReader) pair() bool {
	end := 0
	for end < len(f.line) && isWordByte(f.line[end]) {
		end++
	}
	if end == 0 || end > flatKey || f.line[0] == '-' || f.line[0] <= '9' || end == len(f.line) || f.line[end] != ':' {
		return false
	}
	key := f.plain(0, end)
	if key == nil {
		return false
	}
	at := f.skipSpaces(end + 1)
	var value *yaml.Node
	switch {
	case at == len(f.line):
		value = f.block(end + 1)
	case at == end+1: // no space
	case f.line[at] == '[':
		value = f.flow(at)
	default:
		value = f.scalar(at)
	}
	f.pairs = append(f.pairs, key, value)
	return value != nil
}

// isWordByte says whether a byte is of a key: a letter, a digit, - or _.
func isWordByte(c byte) bool {
	return c < utf8.RuneSelf && byteClasses[c] == wordByte || c == '-' || c == '_'
}

func (f *flatReader) skipSpaces(at int) int {
	for at < len(f.line) && f.line[at] == ' ' {
		at++
	}
	return at
}

// scalar reads a text, a number or a date that goes to the end of the line.
func (f *flatReader) scalar(at int) *yaml.Node {
	if node, end := f.quoted(at); end > 0 {
		if end < len(f.line) {
			return nil
		}
		return node
	}
	text := f.line[at:]
	if bytes.Contains(text, []byte(": ")) || bytes.Contains(text, []byte(" #")) || text[len(text)-1] == ':' {
		return nil
	}
	return f.plain(at, len(f.line))
}

// quoted reads a text in quotes that nothing is escaped in, and says where it ends; 0: there is none.
func (f *flatReader) quoted(at int) (node *yaml.Node, end int) {
	quote, style := f.line[at], yaml.DoubleQuotedStyle
	switch quote {
	case '"':
	case '\'':
		style = yaml.SingleQuotedStyle
	default:
		return nil, 0
	}
	text, rest, closed := bytes.Cut(f.line[at+1:], []byte{quote})
	if !closed || len(rest) > 0 && rest[0] == '\'' || quote == '"' && bytes.IndexByte(text, '\\') >= 0 {
		return nil, 0
	}
	return f.add(yaml.Node{Kind: yaml.ScalarNode, Style: style, Tag: "!!str", Value: f.text(text)}, at), at + len(text) + 2
}

// plain makes a node of a text without quotes, which begins with a letter, a digit, _ or /.
func (f *flatReader) plain(at, end int) *yaml.Node {
	text := f.line[at:end]
	if c := text[0]; c < utf8.RuneSelf && byteClasses[c] != wordByte && c != '_' && c != '/' {
		return nil
	}
	value := f.text(text)
	tag := flatTag(value)
	if tag == "" {
		return nil
	}
	return f.add(yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}, at)
}

// flatTag is the type that YAML takes a plain text for; "" when that needs a closer look.
func flatTag(text string) string {
	if text[0] >= '0' && text[0] <= '9' {
		return numberTag(text)
	}
	switch text {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return "!!bool"
	case "null", "Null", "NULL":
		return "!!null"
	}
	return "!!str"
}

// numberTag is the type of a text that begins with a digit: a date, a time, a whole number, or words ("10 tips").
func numberTag(text string) string {
	digits, space := 0, false
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			digits++
		}
		space = space || text[i] == ' '
	}
	layout := time.RFC3339
	switch {
	case digits == len(text) && digits <= 18 && (digits == 1 || text[0] != '0'):
		return "!!int"
	case len(text) < 5 || text[4] != '-':
		if space {
			return "!!str"
		}
		return ""
	case len(text) == len(time.DateOnly):
		layout = time.DateOnly
	}
	if _, err := time.Parse(layout, text); err != nil {
		return ""
	}
	return "!!timestamp"
}

// flow reads a list in brackets on one line.
func (f *flatReader) flow(at int) *yaml.Node {
	last := len(f.line) - 1
	if f.line[last] != ']' {
		return nil
	}
	list := f.add(yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Tag: "!!seq"}, at)
	from := len(f.items)
	if at = f.skipSpaces(at + 1); at == last {
		return list
	}
	for {
		item, end := f.flowItem(at, last)
		if item == nil || list == nil {
			return nil
		}
		f.items = append(f.items, item)
		switch end = f.skipSpaces(end); {
		case end == last:
			list.Content = f.items[from:len(f.items):len(f.items)]
			return list
		case f.line[end] != ',':
			return nil
		}
		at = f.skipSpaces(end + 1)
	}
}

// flowItem reads an item of a list in brackets, which ends at last, and says where it ends.
func (f *flatReader) flowItem(at, last int) (item *yaml.Node, end int) {
	if item, end = f.quoted(at); end > 0 {
		return item, min(end, last)
	}
	for end = at; end < last && (isWordByte(f.line[end]) || f.line[end] >= utf8.RuneSelf || bytes.IndexByte([]byte(" ./+&"), f.line[end]) >= 0); {
		end++
	}
	text := bytes.TrimRight(f.line[at:end], " ")
	if len(text) == 0 {
		return nil, end
	}
	return f.plain(at, at+len(text)), end
}

// block reads the list on the lines behind a key, if there is one. After is where the key's line ends.
func (f *flatReader) block(after int) *yaml.Node {
	key, rest, number := f.line, f.rest, f.number
	var list *yaml.Node
	from, indent := len(f.items), 0
	for f.next() {
		at := f.skipSpaces(0)
		if f.line[at] != '-' || list != nil && at != indent {
			break
		}
		if list == nil {
			list, indent = f.add(yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}, at), at
		}
		if at = f.skipSpaces(at + 1); at == indent+1 || at == len(f.line) || list == nil {
			return nil
		}
		item := f.scalar(at)
		if item == nil {
			return nil
		}
		f.items = append(f.items, item)
		key, rest, number = f.line, f.rest, f.number
	}
	f.line, f.rest, f.number = key, rest, number // what stands there is no item
	if list == nil {
		return f.add(yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}, after)
	}
	list.Content = f.items[from:len(f.items):len(f.items)]
	return list
}

// add keeps a node that begins at an offset of the line. Nil: there is no more room.
func (f *flatReader) add(node yaml.Node, at int) *yaml.Node {
	if len(f.nodes) == cap(f.nodes) {
		return nil
	}
	node.Line, node.Column = f.number, utf8.RuneCount(f.line[:at])+1
	f.nodes = append(f.nodes, node)
	return &f.nodes[len(f.nodes)-1]
}

// text is a copy of a text, or the one that was made when it came before.
func (f *flatReader) text(text []byte) string {
	if len(text) > flatWord {
		return string(text)
	}
	word, known := f.words[string(text)]
	if !known {
		if len(f.words) == flatWords {
			clear(f.words)
		}
		word = string(text)
		f.words[word] = word
	}
	return word
}
