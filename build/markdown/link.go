package markdown

import (
	"bytes"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

// brackets reads links and images whose address stands behind them: "[words](address "title")". The library stumbles
// over quotes and parentheses in addresses, and takes "[see] (there)" for a link. References and footnotes are its own,
// and it is shown no more of the text than belongs to them.
func (r *reader) brackets(library parser.InlineParser) parser.InlineParser {
	return func(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
		open := offset
		if data[offset] == '!' {
			open++
		}
		if open >= len(data) || data[open] != '[' || open == offset && p.InsideLink || r.inside >= maxDepth {
			return 0, nil // there is no link in a link
		}
		r.inside++
		defer func() { r.inside-- }()
		end := r.closingBracket(data, open)
		switch {
		case end == 0:
			return 0, nil
		case end < len(data) && data[end] == '(':
			if to, title, behind := r.target(data, end); behind > 0 {
				return behind - offset, linked(p, data[open+1:end-1], to, title, open > offset)
			}
		case end < len(data) && data[end] == '[':
			if last := r.closingBracket(data, end); last > 0 {
				end = last
			}
		}
		return library(p, data[:end], offset)
	}
}

// linked makes a link or an image.
func linked(p *parser.Parser, words, to, title []byte, image bool) ast.Node {
	if image {
		img := &ast.Image{Destination: to, Title: title}
		ast.AppendChild(img, text(words))
		return img
	}
	link := &ast.Link{Destination: to, Title: title}
	p.InsideLink = true
	p.Inline(link, words)
	p.InsideLink = false
	return link
}

// closingBracket is the index behind the bracket that closes the one at an index; 0: none does. Brackets in code and
// behind a backslash do not count.
func (r *reader) closingBracket(data []byte, open int) int {
	depth, i := 0, open
	defer func() { r.effort.spend(i - open) }()
	for ; i < len(data) && r.effort.left > 0; i++ {
		switch data[i] {
		case '\\':
			i++
		case '`':
			i = r.behindCode(data, i) - 1
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// behindCode is the index behind the code that begins with the backticks at an index; behind them, when it is none.
func (r *reader) behindCode(data []byte, at int) int {
	ticks := run(data, at)
	if r.effort.left == 0 {
		return at + ticks
	}
	i := at + ticks
	for ; i < len(data); i++ {
		if data[i] == '`' {
			n := run(data, i)
			if n == ticks {
				r.effort.spend(i - at)
				return i + n
			}
			i += n - 1
		}
	}
	r.effort.spend(i - at)
	return at + ticks
}

// target reads `(address "title")` from its parenthesis on. An index of 0 behind it: it is none.
func (r *reader) target(data []byte, open int) (to, title []byte, behind int) {
	from := skipSpace(data, open+1)
	i := from
	if i < len(data) && data[i] == '<' {
		n := bytes.IndexAny(data[i:], ">\n")
		if n < 0 || data[i+n] != '>' {
			return nil, nil, 0
		}
		to, i = data[i+1:i+n], i+n+1
	} else {
		i = behindAddress(data, i)
		if to = data[from:i]; !r.effort.spend(len(to)) {
			return nil, nil, 0
		}
	}
	end := skipSpace(data, i)
	if words, n := referenceTitle(data, end); n > 0 && end > i {
		title, end = []byte(words), skipSpace(data, n)
	}
	if end >= len(data) || data[end] != ')' {
		return nil, nil, 0
	}
	return to, title, end + 1
}

// behindAddress is the index behind an address, which has no blanks, and as many parentheses that open as that close.
func behindAddress(data []byte, i int) int {
	depth := 0
	for ; i < len(data) && (data[i] > ' ' || data[i] == markOpen || data[i] == markClose); i++ {
		switch data[i] {
		case '\\':
			if i+1 < len(data) && isPunctuation(data[i+1]) {
				i++
			}
		case '(':
			if depth++; depth > maxDepth {
				return i
			}
		case ')':
			if depth--; depth < 0 {
				return i
			}
		}
	}
	return i
}
