package markdown

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"github.com/gomarkdown/markdown/ast"
)

// headingLevel is the number of # before a heading's text; 0 when the line is none.
func headingLevel(line []byte) int {
	n := 0
	for n < len(line) && line[n] == '#' {
		n++
	}
	if n > 6 || n < len(line) && !isSpace(line[n]) {
		return 0
	}
	return n
}

func (r *reader) heading(data []byte) int {
	line := bytes.TrimSpace(firstLine(data))
	level := headingLevel(line)
	if level == 0 {
		return 0
	}
	text := bytes.TrimSpace(line[level:])
	if closed := bytes.TrimRight(text, "#"); len(closed) == 0 || isSpace(closed[len(closed)-1]) {
		text = closed
	}
	r.addHeading(level, text)
	return nextLine(data, 0)
}

func (r *reader) addHeading(level int, text []byte) {
	h := &ast.Heading{Level: level}
	h.Content, h.Attribute = headingAttribute(bytes.TrimSpace(text))
	r.add(h)
}

// headingAttribute cuts {#id .class .class} from the end of a heading. Braces that hold anything else are text.
func headingAttribute(text []byte) ([]byte, *ast.Attribute) {
	open := bytes.LastIndexByte(text, '{')
	if open < 0 || text[len(text)-1] != '}' {
		return text, nil
	}
	a := &ast.Attribute{}
	for _, word := range bytes.Fields(text[open+1 : len(text)-1]) {
		name := word[1:]
		switch {
		case !isName(name):
			return text, nil
		case word[0] == '#':
			a.ID = name
		case word[0] == '.':
			a.Classes = append(a.Classes, name)
		default:
			return text, nil
		}
	}
	return bytes.TrimSpace(text[:open]), a
}

// isName says whether an author's id or class needs no escaping in HTML.
func isName(s []byte) bool {
	for _, c := range s {
		if !isAlnum(c) && c < 0x80 && c != '-' && c != '_' && c != ':' && c != '.' {
			return false
		}
	}
	return len(s) > 0
}

// slugs knows which ids are taken.
type slugs struct {
	reserved map[string]bool
	next     map[string]int // by id that is taken: the number to try next behind it
}

func (s slugs) taken(id string) bool { return s.next[id] > 0 || s.reserved[id] }

// claim gives an id that nobody has: the one asked for, or the first of "-1", "-2", … behind it that is free.
func (s slugs) claim(id string) string {
	if !s.taken(id) {
		s.next[id] = 1
		return id
	}
	for n := max(s.next[id], 1); ; n++ {
		numbered := id + "-" + strconv.Itoa(n)
		if !s.taken(numbered) {
			s.next[id] = n + 1
			s.next[numbered] = 1
			return numbered
		}
	}
}

// slug makes an id of a heading's words as GitHub does: lower case, letters and digits of any script, "-" for a blank.
// A heading without any is "section".
func slug(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		switch {
		case r == ' ' || r == '-':
			b.WriteByte('-')
		case r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if strings.Trim(b.String(), "-") == "" {
		return "section"
	}
	return b.String()
}
