package markdown

import (
	"bytes"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

// maxDepth is how deep block quotes and lists nest. The parser drops, in silence, what is nested deeper than 64.
const maxDepth = 32

// reader parses one text. It serves once, as its parser does.
type reader struct {
	parser *parser.Parser
	html   bool // raw HTML passes
	depth  int  // of containers
	inside int  // of emphasis, links and the like
	levels []level
	tasks  map[*ast.ListItem]bool // items of task lists, and whether they are done
	refs   map[string]parser.Reference
	note   bool // the parser is about to look up a footnote
	effort effort

	emphases emphases    // of the text inside the emphasis that is being read
	texts    []emphases  // of the texts that are being read, from the outermost
	open     []delimiter // room for pairs
}

// level is what the hook notes about what a container holds, to tell tight lists from loose ones.
type level struct {
	children     int
	blank, loose bool // the last thing seen was a blank line; there was one between two children
}

func newReader(src []byte, rawHTML bool) *reader {
	r := &reader{html: rawHTML, effort: newEffort(len(src))}
	r.parser = parser.NewWithExtensions(parser.Footnotes)
	r.parser.Opts.ParserHook = func(data []byte) (ast.Node, []byte, int) {
		return nil, nil, r.block(data)
	}
	r.parser.ReferenceOverride = r.reference
	r.registerInline(src)
	return r
}

// parse reads a whole text. Without footnotes it does what the library's Parse does, but for the copy that this makes of
// the text to look for newlines that clean has changed already.
func (r *reader) parse(src []byte) ast.Node {
	if bytes.Contains(src, []byte("[^")) {
		return r.parser.Parse(src)
	}
	r.parser.Block(src)
	ast.WalkFunc(r.parser.Doc, func(n ast.Node, entering bool) ast.WalkStatus {
		switch n.(type) {
		case *ast.Paragraph, *ast.Heading, *ast.TableCell:
			c := n.AsContainer()
			r.parser.Inline(n, c.Content)
			c.Content = nil
		}
		return ast.GoToNext
	})
	return r.parser.Doc
}

// block reads the block that data begins with, adds it to the tree, and says how many bytes it took. 0 leaves it to the
// parser: blank lines, rules, indented code and definitions of references and footnotes.
func (r *reader) block(data []byte) int {
	if blank(data) {
		r.noteBlank()
		return 0
	}
	r.noteChild()
	columns, i := indent(data)
	if columns >= 4 || isRule(data) {
		return 0
	}
	if isDefinition(data) {
		if n, ok := r.definition(data); ok {
			return n
		}
	}
	n := 0
	switch c := data[i]; {
	case c == '#':
		n = r.heading(data)
	case c == '`' || c == '~':
		n = r.fence(data)
	case c == '>':
		n = r.quote(data)
	case c == '<':
		n = r.htmlBlock(data)
	case c == '-' || c == '*' || c == '+' || isDigit(c):
		n = r.list(data)
	}
	if n == 0 {
		n = r.table(data)
	}
	if n == 0 {
		n = r.paragraph(data)
	}
	return n
}

func (r *reader) noteBlank() {
	if n := len(r.levels); n > 0 {
		r.levels[n-1].blank = true
	}
}

func (r *reader) noteChild() {
	n := len(r.levels)
	if n == 0 {
		return
	}
	l := &r.levels[n-1]
	l.loose = l.loose || l.blank && l.children > 0
	l.blank = false
	l.children++
}

// add puts a finished block into the tree.
func (r *reader) add(n ast.Node) {
	r.parser.AddBlock(n)
	r.parser.Finalize(n)
}

// contain puts a block into the tree and reads its content into it. It says whether blank lines part what is in it.
func (r *reader) contain(n ast.Node, content []byte) (loose bool) {
	r.depth++
	r.levels = append(r.levels, level{})
	r.parser.AddBlock(n)
	r.parser.Block(content)
	r.parser.Finalize(n)
	last := len(r.levels) - 1
	loose = r.levels[last].loose
	r.levels = r.levels[:last]
	r.depth--
	return loose
}

// paragraph reads lines until another block begins. A line of = or - under them makes them a heading.
func (r *reader) paragraph(data []byte) int {
	end := nextLine(data, 0)
	for end < len(data) && !isMark(data) {
		rest := data[end:]
		if level := underline(rest); level > 0 {
			r.addHeading(level, data[:end])
			return nextLine(data, end)
		}
		if r.interrupts(rest) {
			break
		}
		end = nextLine(data, end)
	}
	p := &ast.Paragraph{}
	p.Content = bytes.TrimSpace(data[:end])
	r.add(p)
	return end
}

// interrupts says whether a line cannot be part of the paragraph before it.
func (r *reader) interrupts(data []byte) bool {
	if blank(data) {
		return true
	}
	columns, i := indent(data)
	if columns >= 4 {
		return false
	}
	switch c := data[i]; c {
	case '#':
		return headingLevel(data[i:]) > 0
	case '>':
		return true
	case '`', '~':
		return isFence(data)
	case '<':
		return r.html && htmlBlockKind(data[i:]) < htmlAnyTag
	case '-', '*', '+', '_':
		if isRule(data) {
			return true
		}
	case '[':
		return isFootnote(data)
	case markOpen:
		return isMark(data)
	}
	m, ok := listMarker(firstLine(data))
	return ok && !m.empty && (!m.ordered || m.number == 1) || startsTable(data)
}

// isMark says whether a line holds shortcodes and nothing else: those are blocks of their own.
func isMark(data []byte) bool {
	line := bytes.TrimSpace(firstLine(data))
	if len(line) == 0 || line[0] != markOpen {
		return false
	}
	for len(line) > 0 {
		if line[0] != markOpen {
			return false
		}
		line = bytes.TrimLeft(line[bytes.IndexByte(line, markClose)+1:], " \t")
	}
	return true
}

// underline is the level of the heading that a line of = or - makes of the lines before it; 0 for another line.
func underline(data []byte) int {
	line := firstLine(data)
	if columns, _ := indent(line); columns >= 4 {
		return 0
	}
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '=' && line[0] != '-' || len(bytes.Trim(line, string(line[0]))) > 0 {
		return 0
	}
	if line[0] == '=' {
		return 1
	}
	return 2
}

// isRule says whether the first line is three or more *, - or _ and nothing else but blanks.
func isRule(data []byte) bool {
	line := bytes.Trim(firstLine(data), " ")
	if len(line) < 3 || line[0] != '*' && line[0] != '-' && line[0] != '_' {
		return false
	}
	marks := 0
	for _, c := range line {
		if c == line[0] {
			marks++
		} else if c != ' ' {
			return false
		}
	}
	return marks >= 3
}
