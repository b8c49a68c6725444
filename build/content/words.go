package content

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// The classes of bytes that countWords tells apart.
const (
	markByte  = 0 // punctuation: neither makes nor ends a word
	wordByte  = 1 // makes a word
	spaceByte = 2 // ends it
	wideByte  = 4 // part of a rune beyond ASCII
	skipByte  = 8 // may begin something that is no text
)

var byteClasses = classes()

func classes() (table [256]uint8) {
	for c := range 256 {
		switch {
		case c >= utf8.RuneSelf:
			table[c] = wideByte
		case unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)):
			table[c] = wordByte
		case unicode.IsSpace(rune(c)):
			table[c] = spaceByte
		case c == '<' || c == '{' || c == '(':
			table[c] = skipByte
		}
	}
	return table
}

// countWords counts what stands between spaces and holds a letter or a digit; a Chinese, Japanese or Korean sign
// counts alone. Tags, comments, shortcodes and the destinations of links are no text.
func countWords(text []byte) int {
	count, inWord := 0, uint8(0)
	ends := closings{text: text}
	for i := 0; i < len(text); {
		class := byteClasses[text[i]]
		switch {
		case class <= spaceByte: // nearly all bytes; without a jump, because nobody can foretell which comes next
			ended := class >> 1
			count += int(inWord & ended)
			inWord = (inWord | class) &^ ended & 1
			i++
		case class == skipByte:
			i = ends.skip(i)
		default:
			r, size := utf8.DecodeRune(text[i:])
			i += size
			switch {
			case isSign(r):
				count++
			case unicode.IsSpace(r):
				count, inWord = count+int(inWord), 0
			case unicode.IsLetter(r) || unicode.IsDigit(r):
				inWord = 1
			}
		}
	}
	return count + int(inWord)
}

func isSign(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

// closings finds where things end. It remembers each answer, so that a text full of beginnings without an end is
// searched once and not once for each of them.
type closings struct {
	text  []byte
	known [4]int // by kind: the last end that was found, len(text)+1 when there is none
}

// The ends that closings looks for.
var closingMarks = [4][]byte{[]byte(">"), []byte("-->"), []byte("}}"), []byte(")")}

// skip is the offset behind a tag, comment, shortcode or link destination that begins at i; i+1 when none does.
func (c *closings) skip(i int) int {
	rest := c.text[i:]
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		return c.end(1, i)
	case isTag(rest):
		return c.end(0, i)
	case bytes.HasPrefix(rest, []byte("{{<")), bytes.HasPrefix(rest, []byte("{{%")):
		return c.end(2, i)
	case rest[0] == '(' && i > 0 && c.text[i-1] == ']':
		return c.end(3, i)
	}
	return i + 1
}

// isTag says whether an HTML tag begins here.
func isTag(text []byte) bool {
	if len(text) < 2 || text[0] != '<' {
		return false
	}
	return text[1] == '/' || byteClasses[text[1]] == wordByte && text[1] > '9'
}

// end is the offset behind the next mark of that kind; i+1 when there is none.
func (c *closings) end(kind, i int) int {
	if c.known[kind] <= i {
		c.known[kind] = len(c.text) + 1
		if at := bytes.Index(c.text[i:], closingMarks[kind]); at >= 0 {
			c.known[kind] = i + at + len(closingMarks[kind])
		}
	}
	if c.known[kind] > len(c.text) {
		return i + 1
	}
	return c.known[kind]
}
