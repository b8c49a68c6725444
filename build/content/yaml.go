package content

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// ParseYAML reads a YAML file. A file that is not YAML is a noted mistake and gives a Value that is not Given, as an
// empty one does.
func ParseYAML(file string, data []byte, problems *Problems) Value {
	if e := checkText(file, data); e != nil {
		problems.Add(e)
		return Value{doc: newDocument(file, 0, nil, problems)}
	}
	v, _ := parseYAML(newDocument(file, 0, data, problems), data)
	return v
}

func newDocument(file string, above int, data []byte, problems *Problems) *document {
	return &document{file: file, above: above, problems: problems, visits: 4*len(data) + 100_000}
}

// parseYAML also says whether it is YAML at all; an empty file is.
func parseYAML(doc *document, data []byte) (Value, bool) {
	var root, second yaml.Node
	err := guarded(func() error {
		dec := yaml.NewDecoder(bytes.NewReader(data))
		if err := dec.Decode(&root); err != nil {
			return err
		}
		return dec.Decode(&second)
	})
	switch {
	case err == nil:
		doc.problems.Add(doc.pos(&second).Errorf("keep one part, without a line of --- in it", "the file has a second part, which nobody would read"))
	case !errors.Is(err, io.EOF):
		doc.problems.Add(yamlError(doc, data, err))
		return Value{doc: doc}, false
	}
	if len(root.Content) == 0 {
		return Value{doc: doc}, true
	}
	return Value{doc: doc, node: root.Content[0]}, true
}

// guarded turns a parser's panic into an error: neither YAML's nor TOML's is free of them on hostile input.
func guarded(parse func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	return parse()
}

// yamlError words what the parser says ("yaml: line 3: did not find expected key") for an author.
func yamlError(doc *document, data []byte, err error) *Error {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		number, after, _ := strings.Cut(rest, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			line, msg = n, after
		}
	}
	if name, ok := strings.CutPrefix(msg, "unknown anchor '"); ok {
		name, _, _ = strings.Cut(name, "'")
		line, _ = position(data, max(0, find(data, "*"+name)))
	}
	return &Error{File: doc.file, Line: line + doc.above, Msg: "this is not YAML: " + msg, Hint: yamlHint(lineOf(data, line), msg)}
}

// yamlHint guesses from the line and the parser's complaint what is usually wrong.
func yamlHint(line, complaint string) string {
	trimmed := strings.TrimLeft(line, " ")
	switch {
	case strings.HasPrefix(trimmed, "\t") || strings.Contains(complaint, "cannot start any token") && strings.Contains(line, "\t"):
		return "indent with spaces, not with tabs"
	case strings.Contains(complaint, "mapping values are not allowed"):
		return `put quotes around a text that holds ": "`
	case strings.Contains(complaint, "cannot start any token"):
		return "put quotes around a text that begins with @, ` or %"
	case strings.Contains(complaint, "unknown anchor"):
		return "put quotes around a text that begins with *"
	case strings.Contains(complaint, "did not find expected"), strings.Contains(complaint, "could not find expected"):
		return "look for a quote or a bracket that is not closed, or a line that is indented differently, here or nearby"
	case strings.Contains(complaint, "unexpected end of stream"):
		return "look for a quote that is not closed"
	}
	return ""
}

// lineOf is the line of that number, from 1; "" when there is none.
func lineOf(data []byte, number int) string {
	for ; number > 1; number-- {
		_, rest, found := bytes.Cut(data, []byte("\n"))
		if !found {
			return ""
		}
		data = rest
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return string(line)
}
