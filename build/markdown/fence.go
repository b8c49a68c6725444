package markdown

import (
	"bytes"

	"github.com/gomarkdown/markdown/ast"
)

// fenceRun is the mark of a line that opens a fence, and what stands behind it. A nil mark: it opens none.
func fenceRun(line []byte) (mark, info []byte) {
	columns, i := indent(line)
	if columns >= 4 || i >= len(line) || line[i] != '`' && line[i] != '~' {
		return nil, nil
	}
	end := i
	for end < len(line) && line[end] == line[i] {
		end++
	}
	info = bytes.TrimSpace(line[end:])
	if end-i < 3 || line[i] == '`' && bytes.IndexByte(info, '`') >= 0 {
		return nil, nil
	}
	return line[i:end], info
}

func isFence(data []byte) bool {
	mark, _ := fenceRun(firstLine(data))
	return mark != nil
}

// fence reads a block of code between two fences.
func (r *reader) fence(data []byte) int {
	mark, info := fenceRun(firstLine(data))
	if mark == nil {
		return 0
	}
	margin, _ := indent(data)
	code := &ast.CodeBlock{IsFenced: true, Info: info}
	var text []byte
	i := nextLine(data, 0)
	for i < len(data) {
		end := nextLine(data, i)
		line := data[i:end]
		i = end
		if closes(line, mark) {
			break
		}
		text = append(text, dedent(line, 0, margin)...)
	}
	code.Literal = text
	r.add(code)
	return i
}

func closes(line, mark []byte) bool {
	closing, info := fenceRun(bytes.TrimRight(line, "\n"))
	return len(closing) >= len(mark) && closing[0] == mark[0] && len(info) == 0
}
