package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// jsonReader turns JSON into YAML's nodes, because encoding/json tells no places.
type jsonReader struct {
	dec  *json.Decoder
	data []byte
	at   int // offset up to which lines are counted
	line int
	from int        // offset at which the line begins
	last *yaml.Node // at the token that was read last
}

// readJSON reads the first JSON value of data and says where it ends.
func readJSON(doc *document, data []byte) (v Value, end int) {
	r := &jsonReader{dec: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
	r.dec.UseNumber()
	node, err := r.value()
	if err != nil {
		doc.problems.Add(r.error(doc, err))
		return Value{doc: doc}, len(data)
	}
	return Value{doc: doc, node: node}, int(r.dec.InputOffset())
}

// parseJSON reads a whole file of JSON.
func parseJSON(doc *document, data []byte) Value {
	v, end := readJSON(doc, data)
	if rest := bytes.TrimLeft(data[end:], " \t\r\n"); v.Given() && len(rest) > 0 {
		line, col := position(data, len(data)-len(rest))
		doc.problems.Add(Pos{File: doc.file, Line: line + doc.above, Col: col}.Errorf("", "the file goes on after its JSON value"))
	}
	return v
}

func (r *jsonReader) value() (*yaml.Node, error) {
	node := r.node()
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return node, r.composite(node, t)
	case string:
		node.Tag, node.Value = "!!str", t
	case json.Number:
		node.Tag, node.Value = "!!int", t.String()
		if strings.ContainsAny(node.Value, ".eE") {
			node.Tag = "!!float"
		}
	case bool:
		node.Tag, node.Value = "!!bool", "false"
		if t {
			node.Value = "true"
		}
	default:
		node.Tag = "!!null"
	}
	return node, nil
}

// composite reads the inside of an object, whose keys are values like any other here, or of an array.
func (r *jsonReader) composite(node *yaml.Node, open json.Delim) error {
	node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
	if open == '{' {
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
	}
	for r.dec.More() {
		child, err := r.value()
		if err != nil {
			return err
		}
		node.Content = append(node.Content, child)
	}
	_, err := r.dec.Token()
	return err
}

// node is a scalar node at the token that comes next.
func (r *jsonReader) node() *yaml.Node {
	next := int(r.dec.InputOffset())
	for next < len(r.data) && strings.IndexByte(" \t\r\n,:", r.data[next]) >= 0 {
		next++
	}
	line, col := r.position(next)
	r.last = &yaml.Node{Kind: yaml.ScalarNode, Line: line, Column: col}
	return r.last
}

// position goes forward only, so that a large file is counted once.
func (r *jsonReader) position(offset int) (line, col int) {
	for ; r.at < offset; r.at++ {
		if r.data[r.at] == '\n' {
			r.line, r.from = r.line+1, r.at+1
		}
	}
	return r.line, utf8.RuneCount(r.data[r.from:max(offset, r.from)]) + 1
}

func (r *jsonReader) error(doc *document, err error) *Error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		line, col := position(r.data, min(int(r.dec.InputOffset()), len(r.data)))
		pos := Pos{File: doc.file, Line: line + doc.above, Col: col}
		return pos.Errorf("look for a bracket or a quote that is not closed", "this is not JSON: it ends too early")
	}
	return doc.pos(r.last).Errorf("JSON wants double quotes around keys and texts, commas between them, and none after the last", "this is not JSON: %s", err)
}

// position is the line and column, in runes, of an offset; both from 1.
func position(data []byte, offset int) (line, col int) {
	before := data[:offset]
	start := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
}
