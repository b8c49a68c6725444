package markdown

import (
	"bytes"
	"html"
	"strings"
	"unicode/utf8"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

// effort limits what looking for the ends of emphasis, links and the like may cost over a whole text, in bytes looked
// at. The parser looks from every mark to the end of the paragraph; where many marks have no end, that is quadratic.
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
	emphasis := r.limited(p.RegisterInline('*', nil))
	p.RegisterInline('*', emphasis)
	p.RegisterInline('_', notInWord(emphasis))
	p.RegisterInline('[', r.limited(r.knowingNotes(strict(p.RegisterInline('[', nil)))))
	p.RegisterInline('!', r.limited(r.knowingNotes(image(strict(p.RegisterInline('!', nil))))))
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

// limited lets a parser of the library run while there is effort left. Those for emphasis look again from each [ and `.
func (r *reader) limited(parse parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		rest := data[offset:]
		cost := len(rest) * (1 + bytes.Count(rest, []byte{'['}) + bytes.Count(rest, []byte{'`'}))
		if r.inside >= maxDepth || !r.effort.spend(cost) {
			return 0, nil
		}
		r.inside++
		n, node := parse(p, data, offset)
		r.inside--
		return n, node
	}
}

// notInWord leaves snake_case alone: _ within a word begins and ends nothing.
func notInWord(parse parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		if offset > 0 && inWord(data[offset-1]) {
			return 0, nil
		}
		n, node := parse(p, data, offset)
		if end := offset + n; end < len(data) && inWord(data[end]) {
			return 0, nil
		}
		return n, node
	}
}

func inWord(c byte) bool { return isAlnum(c) || c >= utf8.RuneSelf }

// strict leaves "[see] (there)" and "[see](out there)" as text, which the library makes links of, and a link in a link.
func strict(parse parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		if p.InsideLink && data[offset] == '[' {
			return 0, nil
		}
		n, node := parse(p, data, offset)
		var to []byte
		switch node := node.(type) {
		case *ast.Link:
			to = node.Destination
		case *ast.Image:
			to = node.Destination
		}
		written := data[offset : offset+n]
		if n == 0 || written[n-1] != ')' {
			return n, node
		}
		lax := !bytes.Contains(written, []byte("]("))
		if lax || bytes.IndexByte(to, ' ') >= 0 && !bytes.Contains(written, []byte("<")) {
			return 0, nil
		}
		return n, node
	}
}

// image reads the text of an image as Markdown: of emphasis and entities in it, the words are the alternative text.
func image(parse parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		n, node := parse(p, data, offset)
		img, ok := node.(*ast.Image)
		if !ok || len(img.Children) != 1 {
			return n, node
		}
		alt := img.Children[0].AsLeaf().Literal
		if bytes.ContainsAny(alt, "\\&*_`~") {
			img.Children = nil
			p.Inline(img, alt)
		}
		return n, node
	}
}

// codeSpan reads text between two runs of as many backticks. Newlines in it are blanks, and a blank at both ends is
// there to keep backticks apart.
func (r *reader) codeSpan(_ *parser.Parser, data []byte, offset int) (int, ast.Node) {
	rest := data[offset:]
	ticks := run(rest, 0)
	if !r.effort.spend(len(rest)) {
		return ticks, text(rest[:ticks])
	}
	for i := ticks; i < len(rest); i++ {
		if rest[i] != '`' {
			continue
		}
		n := run(rest, i)
		if n != ticks {
			i += n - 1
			continue
		}
		text := bytes.ReplaceAll(rest[ticks:i], []byte{'\n'}, []byte{' '})
		if last := len(text) - 1; last > 0 && text[0] == ' ' && text[last] == ' ' && !blank(text) {
			text = text[1:last]
		}
		code := &ast.Code{}
		code.Literal = text
		return i + n, code
	}
	return ticks, text(rest[:ticks])
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
