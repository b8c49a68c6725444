package markdown

import (
	"bytes"
	"html"
	"strings"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

// effort limits what looking for the ends of links, code and the like may cost over a whole text, in bytes looked at.
// From every mark one may look to the end of the paragraph; where many marks have no end, that is quadratic.
type effort struct {
	left  int
	spent bool // the limit was reached: marks were left as text
}

func newEffort(size int) effort { return effort{left: 64<<20 + 256*size} }

func (e *effort) spend(n int) bool {
	if n > e.left {
		e.spent, e.left = true, 0
		return false
	}
	e.left -= n
	return true
}

// registerInline mends the parsers of single characters, and switches on only those that the text can trigger.
func (r *reader) registerInline(src []byte) {
	p := r.parser
	for _, c := range []byte(" \n^") { // ^[inline footnotes] are not GitHub's, and newlines are blanks
		p.RegisterInline(c, nil)
	}
	p.RegisterInline('*', r.emphasis)
	p.RegisterInline('_', r.emphasis)
	p.RegisterInline('[', r.knowingNotes(r.brackets(p.RegisterInline('[', nil))))
	p.RegisterInline('!', r.knowingNotes(r.image(r.brackets(p.RegisterInline('!', nil)))))
	p.RegisterInline('`', r.codeSpan)
	p.RegisterInline('\\', escape)
	p.RegisterInline('&', entity)
	p.RegisterInline('<', r.angle)
	if bytes.Contains(src, []byte(" \n")) {
		p.RegisterInline(' ', lineBreak)
	}
	if bytes.IndexByte(src, '~') >= 0 {
		p.RegisterInline('~', r.strike)
	}
	r.registerAutolinks(src)
}

// image reads the text of an image as Markdown: of emphasis and entities in it, the words are the alternative text.
func (r *reader) image(parse parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		n, node := parse(p, data, offset)
		img, ok := node.(*ast.Image)
		if !ok || len(img.Children) != 1 {
			return n, node
		}
		alt := img.Children[0].AsLeaf().Literal
		if bytes.ContainsAny(alt, "\\&*_`~") {
			img.Children = nil
			r.inside++
			p.Inline(img, alt)
			r.inside--
		}
		return n, node
	}
}

// codeSpan reads text between two runs of as many backticks. Newlines in it are blanks, and a blank at both ends is
// there to keep backticks apart.
func (r *reader) codeSpan(_ *parser.Parser, data []byte, offset int) (int, ast.Node) {
	ticks, end := run(data, offset), r.behindCode(data, offset)
	if end == offset+ticks {
		return ticks, text(data[offset:end])
	}
	inner := bytes.ReplaceAll(data[offset+ticks:end-ticks], []byte{'\n'}, []byte{' '})
	if last := len(inner) - 1; last > 0 && inner[0] == ' ' && inner[last] == ' ' && !blank(inner) {
		inner = inner[1:last]
	}
	code := &ast.Code{}
	code.Literal = inner
	return end - offset, code
}

// run counts how often the byte at i is repeated.
func run(data []byte, i int) int {
	n := 1
	for i+n < len(data) && data[i+n] == data[i] {
		n++
	}
	return n
}

func text(literal []byte) *ast.Text {
	t := &ast.Text{}
	t.Literal = literal
	return t
}

// escape makes text of the punctuation mark behind a backslash, and a line break of a newline.
func escape(_ *parser.Parser, data []byte, offset int) (int, ast.Node) {
	switch rest := data[offset:]; {
	case len(rest) < 2:
		return 0, nil
	case rest[1] == '\n':
		return 2, &ast.Hardbreak{}
	case isPunctuation(rest[1]):
		return 2, text(rest[1:2])
	}
	return 0, nil
}

// lineBreak makes a line break of two or more blanks before a newline.
func lineBreak(_ *parser.Parser, data []byte, offset int) (int, ast.Node) {
	n := run(data, offset)
	if end := offset + n; end >= len(data) || data[end] != '\n' {
		return 0, nil
	}
	if n < 2 {
		return 0, nil
	}
	return n + 1, &ast.Hardbreak{}
}

// entity makes text of a character reference: "&copy;", "&#169;", "&#xA9;".
func entity(_ *parser.Parser, data []byte, offset int) (int, ast.Node) {
	const longest = len("&CounterClockwiseContourIntegral;")
	rest := data[offset:min(len(data), offset+longest)]
	end := bytes.IndexByte(rest, ';')
	if end < 2 {
		return 0, nil
	}
	ref := string(rest[:end+1])
	char := html.UnescapeString(ref)
	if char == ref || strings.LastIndexByte(ref, '&') > 0 || char[len(char)-1] == ';' && ref != "&semi;" && ref != "&#59;" {
		return 0, nil
	}
	if unwanted(char[0]) {
		char = "\uFFFD"
	}
	return end + 1, text([]byte(char))
}

// strike reads text between one or two tildes.
func (r *reader) strike(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
	rest := data[offset:]
	tildes := run(rest, 0)
	if tildes > 2 || tildes == len(rest) || isSpace(rest[tildes]) || r.inside >= maxDepth || !r.effort.spend(len(rest)) {
		return tildes, text(rest[:tildes])
	}
	for i := tildes; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '~':
			if n := run(rest, i); n != tildes || isSpace(rest[i-1]) {
				i += n - 1
				continue
			}
			del := &ast.Del{}
			r.inside++
			p.Inline(del, rest[tildes:i])
			r.inside--
			return i + tildes, del
		}
	}
	return tildes, text(rest[:tildes])
}

// angle reads a tag of raw HTML, or an address in angle brackets.
func (r *reader) angle(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
	rest := data[offset:]
	if n, link := angleLink(rest); n > 0 && !p.InsideLink {
		return n, link
	}
	if !r.html || !r.effort.spend(len(rest)) {
		return 0, nil
	}
	n := tagEnd(rest)
	if n == 0 {
		return 0, nil
	}
	span := &ast.HTMLSpan{}
	span.Literal = rest[:n]
	return n, span
}
