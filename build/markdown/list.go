package markdown

import (
	"bytes"

	"github.com/gomarkdown/markdown/ast"
)

// marker is what begins a list item.
type marker struct {
	kind    byte // '-', '*', '+', or the '.' or ')' behind a number
	ordered bool
	number  int
	indent  int  // columns before it
	width   int  // columns before the item's text
	size    int  // bytes before the item's text
	empty   bool // there is no text on the line
}

// listMarker reads the marker that a line begins with.
func listMarker(line []byte) (m marker, ok bool) {
	columns, i := indent(line)
	if columns >= 4 || i >= len(line) {
		return m, false
	}
	start := i
	for i < len(line) && i-start < 9 && isDigit(line[i]) {
		i++
	}
	m = marker{indent: columns, ordered: i > start}
	if i >= len(line) {
		return m, false
	}
	m.kind = line[i]
	switch {
	case m.ordered && m.kind != '.' && m.kind != ')':
		return m, false
	case !m.ordered && m.kind != '-' && m.kind != '*' && m.kind != '+':
		return m, false
	}
	for _, digit := range line[start:i] {
		m.number = 10*m.number + int(digit-'0')
	}
	i++
	return m.text(line, i, columns+i-start)
}

// text finds where the text behind a marker begins: up to four columns behind it, or one when there is code or nothing.
func (m marker) text(line []byte, i, column int) (marker, bool) {
	if i < len(line) && !isSpace(line[i]) {
		return m, false
	}
	end, at := i, column
	for end < len(line) && (line[end] == ' ' || line[end] == '\t') {
		if line[end] == '\t' {
			at += 4 - at%4
		} else {
			at++
		}
		end++
	}
	m.empty = end >= len(line) || line[end] == '\n'
	if m.empty || at-column > 4 {
		m.width, m.size = column+1, i
		return m, true
	}
	m.width, m.size = at, end
	return m, true
}

// list reads a list: items whose markers are of one kind.
func (r *reader) list(data []byte) int {
	first, ok := listMarker(firstLine(data))
	if !ok || r.depth >= maxDepth {
		return 0
	}
	list := &ast.List{Tight: true, Start: first.number, Delimiter: first.kind}
	if first.ordered {
		list.ListFlags = ast.ListTypeOrdered
	}
	r.depth++
	r.parser.AddBlock(list)
	i := 0
	for {
		m, _ := listMarker(firstLine(data[i:]))
		content, end, blanks := r.gatherItem(data[i:], m)
		loose := r.item(content)
		i += end
		another := i+blanks < len(data) && r.continues(data[i+blanks:], first)
		if loose || blanks > 0 && another {
			list.Tight = false
		}
		if !another {
			break
		}
		i += blanks
	}
	r.parser.Finalize(list)
	r.depth--
	return i
}

func (r *reader) continues(data []byte, first marker) bool {
	m, ok := listMarker(firstLine(data))
	return ok && m.kind == first.kind && m.ordered == first.ordered && !isRule(data)
}

// gatherItem collects the text of an item without its margin. End is where its last line ends, and blanks the size of
// the blank lines behind it.
func (r *reader) gatherItem(data []byte, m marker) (content []byte, end, blanks int) {
	end = nextLine(data, 0)
	if !m.empty {
		content = append(content, data[m.size:end]...)
	}
	lazy := r.endsInText(content)
	i := end
	for i < len(data) {
		next := nextLine(data, i)
		line := data[i:next]
		columns, _ := indent(line)
		switch {
		case blank(line):
			if m.empty && len(content) == 0 {
				return content, end, next - end // an item may not begin with a blank line
			}
			i = next
			continue
		case columns >= m.width:
			line = dedent(line, 0, m.width)
		case i > end || !lazy || isMarker(line) || r.interrupts(data[i:]):
			return content, end, i - end
		}
		content = append(content, bytes.Repeat([]byte{'\n'}, bytes.Count(data[end:i], []byte{'\n'}))...)
		content = append(content, line...)
		lazy = r.endsInText(line)
		end, i = next, next
	}
	return content, end, i - end
}

func isMarker(line []byte) bool {
	_, ok := listMarker(line)
	return ok
}

// item adds an item to the list that is being read. It says whether blank lines part the item's own blocks.
func (r *reader) item(content []byte) (loose bool) {
	item := &ast.ListItem{}
	if len(content) > 3 && content[0] == '[' && content[2] == ']' && isSpace(content[3]) {
		if c := content[1]; c == ' ' || c|0x20 == 'x' {
			r.noteTask(item, c != ' ')
			content = content[4:]
		}
	}
	return r.contain(item, content)
}

func (r *reader) noteTask(item *ast.ListItem, done bool) {
	if r.tasks == nil {
		r.tasks = map[*ast.ListItem]bool{}
	}
	r.tasks[item] = done
}
