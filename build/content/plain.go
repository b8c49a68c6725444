package content

import (
	"bytes"
	"html"
	"strings"
	"unicode"
)

// plainText makes text of a paragraph of Markdown: without emphasis, images, tags, shortcodes and destinations of links.
type plainText struct {
	src string
	at  int
	out []byte // with one space where there are several, or a line break
}

// plain is the text of a paragraph. What was made before is gone, but for its room.
func (p *plainText) plain(markdown string) string {
	p.src, p.at, p.out = markdown, 0, p.out[:0]
	for p.at < len(p.src) {
		p.step()
	}
	text := html.UnescapeString(string(bytes.TrimSuffix(p.out, []byte(" "))))
	if isSpaced(text) {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// isSpaced says whether all space in a text is single spaces between words.
func isSpaced(text string) bool {
	before := ' '
	for _, r := range text {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') {
			return false
		}
		before = r
	}
	return before != ' ' || text == ""
}

// step takes what comes next: a word, or what is none.
func (p *plainText) step() {
	rest := p.src[p.at:]
	if n := wordLength(rest); n > 0 {
		p.out = append(p.out, rest[:n]...)
		p.at += n
		return
	}
	switch c := rest[0]; {
	case c == '\\' && len(rest) > 1:
		p.escaped(rest[1])
	case c == '`':
		p.code(rest)
	case strings.HasPrefix(rest, "!["):
		p.image(rest)
	case c == '[':
		p.link(rest)
	case c == '<':
		p.tag(rest)
	case strings.HasPrefix(rest, "{{<"), strings.HasPrefix(rest, "{{%"):
		p.until(rest, "}}")
	case byteClasses[c] == spaceByte:
		p.at++
		p.space()
	case c == '*', c == '_', c == '~':
		p.emphasis(c)
	default:
		p.keep(1)
	}
}

// wordLength is how many bytes there are before one that may mean something, or is a space.
func wordLength(text string) int {
	for n := range len(text) {
		if endsWord[text[n]] {
			return n
		}
	}
	return len(text)
}

// endsWord are the bytes that may mean something in a paragraph of Markdown, and spaces.
var endsWord = [256]bool{'\\': true, '`': true, '!': true, '[': true, '<': true, '{': true, '*': true, '_': true, '~': true,
	' ': true, '\t': true, '\n': true, '\v': true, '\f': true, '\r': true}

// keep takes the next n bytes as they are.
func (p *plainText) keep(n int) {
	p.put(p.src[p.at : p.at+n])
	p.at += n
}

// put adds a text. Space is all the same to it.
func (p *plainText) put(text string) {
	for n := 0; text != ""; text = text[n:] {
		if n = wordLength(text); n > 0 {
			p.out = append(p.out, text[:n]...)
			continue
		}
		n = 1
		if byteClasses[text[0]] == spaceByte {
			p.space()
		} else {
			p.out = append(p.out, text[0])
		}
	}
}

// space ends a word.
func (p *plainText) space() {
	if len(p.out) > 0 && p.out[len(p.out)-1] != ' ' {
		p.out = append(p.out, ' ')
	}
}

func (p *plainText) escaped(c byte) {
	if c > ' ' && c < 0x7f && byteClasses[c] != wordByte {
		p.at++
	}
	p.keep(1)
}

// code takes what stands between two runs of as many backticks.
func (p *plainText) code(rest string) {
	run := len(rest) - len(strings.TrimLeft(rest, "`"))
	inside, _, closed := strings.Cut(rest[run:], rest[:run])
	if !closed {
		p.keep(run)
		return
	}
	p.put(html.EscapeString(inside))
	p.at += len(inside) + 2*run
}

// link takes a link's text alone. It goes on within the text, where the bracket that closes it is skipped.
func (p *plainText) link(rest string) {
	end := closing(rest, '[', ']')
	switch {
	case end < 0:
		p.keep(1)
	case strings.HasPrefix(rest, "[^"):
		p.at += end + 1
	case strings.HasPrefix(rest[end+1:], "("), strings.HasPrefix(rest[end+1:], "["):
		p.put(html.EscapeString(new(plainText).plain(rest[1:end])))
		p.at += end + 1 + destination(rest[end+1:])
	default:
		p.keep(1)
	}
}

func (p *plainText) image(rest string) {
	end := closing(rest[1:], '[', ']')
	if end < 0 {
		p.keep(2)
		return
	}
	p.at += end + 2 + destination(rest[end+2:])
}

// destination is the length of "(…)" or "[…]" behind a link's text; 0: there is none.
func destination(rest string) int {
	for _, pair := range []string{"()", "[]"} {
		if rest != "" && rest[0] == pair[0] {
			return closing(rest, pair[0], pair[1]) + 1
		}
	}
	return 0
}

// closing is the offset of the bracket that closes the first one; -1: none does.
func closing(text string, open, shut byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// tag drops a tag or a comment, and takes the address of <https://…>.
func (p *plainText) tag(rest string) {
	inside, _, closed := strings.Cut(rest[1:], ">")
	switch {
	case strings.HasPrefix(rest, "<!--"):
		p.until(rest, "-->")
	case !closed:
		p.keep(1)
	case strings.Contains(inside, "://") && !strings.ContainsAny(inside, " \""):
		p.put(inside)
		p.at += len(inside) + 2
	case isTag([]byte(rest[:2])):
		if strings.HasPrefix(inside, "br") {
			p.space()
		}
		p.at += len(inside) + 2
	default:
		p.keep(1)
	}
}

// until drops everything up to the mark; without one, a single byte is kept.
func (p *plainText) until(rest, mark string) {
	i := strings.Index(rest, mark)
	if i < 0 {
		p.keep(1)
		return
	}
	p.at += i + len(mark)
}

// emphasis drops a mark that touches a word on one side only, or on both and is no underscore: "2 * 3", "snake_case".
func (p *plainText) emphasis(c byte) {
	before, after := p.touches(p.at-1), p.touches(p.at+1)
	single := c == '~' && !strings.HasPrefix(p.src[p.at:], "~~") && (p.at == 0 || p.src[p.at-1] != '~')
	if single || !before && !after || c == '_' && before && after && p.isWord(p.at-1) && p.isWord(p.at+1) {
		p.keep(1)
		return
	}
	p.at++
}

// touches says whether there is something other than a space.
func (p *plainText) touches(at int) bool {
	return at >= 0 && at < len(p.src) && byteClasses[p.src[at]] != spaceByte
}

func (p *plainText) isWord(at int) bool {
	return byteClasses[p.src[at]] == wordByte || byteClasses[p.src[at]] == wideByte
}
