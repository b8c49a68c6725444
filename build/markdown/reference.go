package markdown

import (
	"bytes"
	"strings"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

// isDefinition says whether the first line may define a reference or a footnote: "[name]: …".
func isDefinition(data []byte) bool {
	line := firstLine(data)
	_, i := indent(line)
	if i >= len(line) || line[i] != '[' {
		return false
	}
	end := bytes.Index(line[i:], []byte("]:"))
	return end > 1 && bytes.IndexByte(line[i+1:i+end], ']') < 0
}

func isFootnote(data []byte) bool {
	_, i := indent(data)
	return bytes.HasPrefix(data[i:], []byte("[^")) && isDefinition(data)
}

// definition reads what a reference or a footnote stands for. References are kept here, because the parser keeps both
// under one name, so that [1] and [^1] would be the same; footnotes are the parser's.
func (r *reader) definition(data []byte) (n int, ok bool) {
	if isFootnote(data) {
		return r.footnote(data), true
	}
	label, ref, n := readReference(data)
	if n == 0 {
		return 0, false
	}
	if _, defined := r.refs[label]; !defined {
		if r.refs == nil {
			r.refs = map[string]parser.Reference{}
		}
		r.refs[label] = ref
	}
	return n, true
}

// footnote gives a note to the parser, which wants all lines of it but the first indented; most people do not indent
// them. 0 leaves a note to the parser as it is.
func (r *reader) footnote(data []byte) int {
	head := bytes.Index(data, []byte("]:")) + len("]:")
	text, n, _ := r.gatherItem(data, marker{width: 4, size: head})
	note := append([]byte{}, data[:head]...)
	for i := 0; i < len(text); {
		end := nextLine(text, i)
		if i > 0 && !blank(text[i:end]) {
			note = append(note, "    "...)
		}
		note = append(note, text[i:end]...)
		i = end
	}
	if bytes.Equal(note, data[:n]) {
		return 0
	}
	r.parser.Block(note)
	return n
}

// readReference reads `[label]: address "title"`. The title may stand on the next line. An n of 0: it is none.
func readReference(data []byte) (label string, ref parser.Reference, n int) {
	_, i := indent(data)
	end := i + bytes.Index(data[i:], []byte("]:"))
	label = normalLabel(string(data[i+1 : end]))
	i = skipSpace(data, end+2)
	address, i := referenceAddress(data, i)
	if address == "" || label == "" {
		return "", ref, 0
	}
	ref.Link = address
	n = nextLine(data, i)
	bare := blank(data[i:])
	if title, end := referenceTitle(data, skipSpace(data, i)); end > i && blank(data[end:]) {
		ref.Title = title
		return label, ref, nextLine(data, end)
	}
	if !bare {
		return "", ref, 0
	}
	return label, ref, n
}

func normalLabel(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func referenceAddress(data []byte, i int) (address string, end int) {
	if i < len(data) && data[i] == '<' {
		n := bytes.IndexAny(data[i:], ">\n")
		if n < 2 || data[i+n] != '>' {
			return "", i
		}
		return string(data[i+1 : i+n]), i + n + 1
	}
	end = i
	for end < len(data) && !isSpace(data[end]) {
		end++
	}
	return string(data[i:end]), end
}

// referenceTitle reads a title in quotes or parentheses. An end of 0: there is none.
func referenceTitle(data []byte, i int) (title string, end int) {
	if i >= len(data) || i == 0 || !isSpace(data[i-1]) {
		return "", 0
	}
	closing := data[i]
	if closing == '(' {
		closing = ')'
	}
	if bytes.IndexByte([]byte(`"')`), closing) < 0 {
		return "", 0
	}
	for j := i + 1; j < len(data); j++ {
		switch {
		case data[j] == '\\':
			j++
		case data[j] == closing:
			return string(data[i+1 : j]), j + 1
		case data[j] == '(' && closing == ')':
			return "", 0
		case data[j] == '\n' && blank(data[j+1:]):
			return "", 0
		}
	}
	return "", 0
}

// reference answers the parser's question for a reference. Those of footnotes it knows itself.
func (r *reader) reference(label string) (*parser.Reference, bool) {
	if r.note {
		return nil, false
	}
	if ref, ok := r.refs[normalLabel(label)]; ok {
		return &ref, true
	}
	return nil, true
}

// knowingNotes notes whether it is a footnote that the parser is about to look up.
func (r *reader) knowingNotes(parse parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		r.note = offset+1 < len(data) && data[offset+1] == '^'
		return parse(p, data, offset)
	}
}
