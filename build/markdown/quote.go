package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gomarkdown/markdown/ast"
)

// alert is a block quote that GitHub shows as a coloured box.
type alert struct {
	ast.Container
	kind string // note, tip, important, warning, caution
}

func alerts() []string { return []string{"note", "tip", "important", "warning", "caution"} }

// quote reads a block quote: lines that begin with >, and lines that go on with the paragraph of the line before.
func (r *reader) quote(data []byte) int {
	if r.depth >= maxDepth {
		return 0
	}
	var inner []byte
	i := 0
	lazy := false // the line before is text of a paragraph
	for i < len(data) {
		end := nextLine(data, i)
		line, quoted := unquote(data[i:end])
		if !quoted && (!lazy || r.interrupts(data[i:])) {
			break
		}
		inner = append(inner, line...)
		lazy = r.endsInText(line)
		i = end
	}
	kind, rest := alertKind(inner)
	if kind == "" {
		r.contain(&ast.BlockQuote{}, inner)
	} else {
		r.contain(&alert{kind: kind}, rest)
	}
	return i
}

// unquote takes > and a blank behind it from the front of a line.
func unquote(line []byte) (rest []byte, quoted bool) {
	columns, i := indent(line)
	if columns >= 4 || i >= len(line) || line[i] != '>' {
		return line, false
	}
	return dedent(line[i+1:], columns+1, 1), true
}

func alertKind(inner []byte) (kind string, rest []byte) {
	line := bytes.TrimSpace(firstLine(inner))
	if !bytes.HasPrefix(line, []byte("[!")) || line[len(line)-1] != ']' {
		return "", inner
	}
	kind = strings.ToLower(string(line[2 : len(line)-1]))
	if !slices.Contains(alerts(), kind) {
		return "", inner
	}
	return kind, inner[nextLine(inner, 0):]
}

// endsInText says whether a line is text of a paragraph, which the next line may go on with although it lacks the marks
// of the block quote or list that the paragraph is in.
func (r *reader) endsInText(line []byte) bool {
	for range maxDepth {
		if rest, quoted := unquote(line); quoted {
			line = rest
		} else if m, ok := listMarker(line); ok && !isRule(line) {
			line = line[min(m.size, len(line)):]
		} else {
			break
		}
	}
	if blank(line) || isRule(line) || isFence(line) {
		return false
	}
	_, i := indent(line)
	return headingLevel(bytes.TrimSpace(line[i:])) == 0 && (line[i] != '<' || htmlBlockKind(line[i:]) >= htmlAnyTag)
}
