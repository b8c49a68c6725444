package check

import (
	"bytes"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// tags goes through the tags and texts of a page as golang.org/x/net/html does, which a fuzz test holds it against, in a
// fifth of the time: it looks for the next mark instead of at every byte, copies nothing, and decodes what is asked for.
// What is rare, it leaves to the library.
type tags struct {
	page []byte
	at   int    // where the next token begins
	raw  string // the element whose text is no HTML ("script"), while it is about to be read

	text   []byte // of a text: as it is written
	coded  bool   // the text may have entities
	tag    []byte // of a tag: "<a href=x>"
	name   []byte // in small letters
	attrs  []byte // of an opening tag: what stands behind the name, without the ">"
	buffer []byte // of names that had to be made small
}

// token is what next has found.
type token int

const (
	pageEnd token = iota
	someText
	openingTag
	closingTag
)

// next finds the next text or tag. Comments and the like are passed over; texts that they part are several.
func (t *tags) next() token {
	if t.raw != "" {
		if t.rawText() {
			return someText
		}
	}
	for t.at < len(t.page) {
		rest := t.page[t.at:]
		lt := bytes.IndexByte(rest, '<')
		if lt != 0 {
			if lt < 0 {
				lt = len(rest)
			}
			return t.take(lt)
		}
		switch {
		case len(rest) < 2:
			return t.take(1)
		case letter(rest[1]):
			return t.readTag(1, openingTag)
		case rest[1] == '/' && len(rest) < 3:
			return t.take(2)
		case rest[1] == '/' && letter(rest[2]):
			return t.readTag(2, closingTag)
		case rest[1] == '/', rest[1] == '!', rest[1] == '?':
			t.at += other(rest)
		default:
			return t.take(1)
		}
	}
	return pageEnd
}

// take gives the next n bytes as text.
func (t *tags) take(n int) token {
	t.text, t.coded = t.page[t.at:t.at+n], true
	t.at += n
	return someText
}

// said is the text as a browser shows it.
func (t *tags) said() []byte {
	if t.coded && bytes.IndexByte(t.text, '&') >= 0 {
		return []byte(html.UnescapeString(string(t.text)))
	}
	return t.text
}

// other is the length of a comment, a doctype or another thing that is neither text nor tag.
func other(rest []byte) int {
	if bytes.HasPrefix(rest, []byte("<!--")) {
		if end := bytes.Index(rest[4:], []byte("-->")); end > 0 && rest[4] != '>' && rest[4] != '-' && !bytes.Contains(rest[4:4+end+2], []byte("--!>")) {
			return 4 + end + 3
		}
		z := html.NewTokenizer(bytes.NewReader(rest))
		z.Next()
		return len(z.Raw())
	}
	if end := bytes.IndexByte(rest[2:], '>'); end >= 0 {
		return 2 + end + 1
	}
	return len(rest)
}

// readTag reads the tag whose name begins so many bytes on. One that the page's end cuts off is none.
func (t *tags) readTag(begin int, k token) token {
	rest := t.page[t.at:]
	end := begin + 1
	for end < len(rest) && !white(rest[end]) && rest[end] != '/' && rest[end] != '>' {
		end++
	}
	t.name = t.small(rest[begin:end])
	from := end
	for {
		for end < len(rest) && white(rest[end]) {
			end++
		}
		if end >= len(rest) {
			t.at = len(t.page)
			return pageEnd
		}
		if rest[end] == '>' {
			break
		}
		_, _, n := attribute(rest[end:])
		end += n
	}
	t.tag, t.attrs = rest[:end+1], rest[from:end]
	t.at += end + 1
	if k == openingTag {
		t.raw = rawTexts[string(t.name)]
	}
	return k
}

// attribute reads an attribute that begins here. Value is as it is written, without quotes; name is empty for a stray
// slash.
func attribute(rest []byte) (name, value []byte, n int) {
	for n < len(rest) && !white(rest[n]) && rest[n] != '/' && rest[n] != '>' && (rest[n] != '=' || n == 0) {
		n++
	}
	name = rest[:n]
	for n < len(rest) && white(rest[n]) {
		n++
	}
	if n < len(rest) && rest[n] == '/' {
		return name, nil, n + 1
	}
	if n >= len(rest) || rest[n] != '=' {
		return name, nil, n
	}
	for n++; n < len(rest) && white(rest[n]); n++ {
	}
	if n >= len(rest) || rest[n] == '>' {
		return name, nil, n
	}
	if quote := rest[n]; quote == '"' || quote == '\'' {
		end := bytes.IndexByte(rest[n+1:], quote)
		if end < 0 {
			return name, rest[n+1:], len(rest)
		}
		return name, rest[n+1 : n+1+end], n + end + 2
	}
	from := n
	for n < len(rest) && !white(rest[n]) && rest[n] != '>' {
		n++
	}
	if n < len(rest) && white(rest[n]) {
		return name, rest[from:n], n + 1
	}
	return name, rest[from:n], n
}

// attributes gives the attributes of an opening tag in turn, their names in small letters and their values decoded. Of
// two of one name, the caller is to take the first.
func (t *tags) attributes(take func(name, value []byte)) {
	if bytes.IndexByte(t.tag, '&') >= 0 {
		t.decoded(take)
		return
	}
	for rest := t.attrs; len(rest) > 0; {
		if white(rest[0]) {
			rest = rest[1:]
			continue
		}
		name, value, n := attribute(rest)
		rest = rest[n:]
		if len(name) > 0 {
			take(t.small(name), value)
		}
	}
}

// decoded lets the library decode the entities: in attributes these have rules of their own.
func (t *tags) decoded(take func(name, value []byte)) {
	z := html.NewTokenizer(bytes.NewReader(t.tag))
	z.Next()
	_, more := z.TagName()
	for more {
		var name, value []byte
		name, value, more = z.TagAttr()
		take(name, value)
	}
}

// rawTexts are the elements whose text has no tags.
var rawTexts = names("iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style", "textarea", "title", "xmp")

// rawText reads the text of such an element, up to what closes it. False: there is none.
func (t *tags) rawText() bool {
	name := t.raw
	t.raw = ""
	rest := t.page[t.at:]
	size := closes(rest, name)
	if name == "script" && bytes.Contains(rest[:size], []byte("<!--")) {
		z := html.NewTokenizer(io.MultiReader(strings.NewReader("<script>"), bytes.NewReader(rest)))
		z.Next()
		z.Next()
		size = len(z.Raw())
	}
	if size == 0 {
		return false
	}
	t.take(size)
	t.coded = name == "title" || name == "textarea"
	return true
}

// closes is where the tag begins that closes an element of raw text; the end of the page without one.
func closes(rest []byte, name string) int {
	for at := 0; name != "plaintext"; at++ {
		lt := bytes.Index(rest[at:], []byte("</"))
		if lt < 0 {
			break
		}
		at += lt
		behind := at + 2 + len(name)
		if behind < len(rest) && strings.EqualFold(string(rest[at+2:behind]), name) && (white(rest[behind]) || rest[behind] == '/' || rest[behind] == '>') {
			return at
		}
	}
	return len(rest)
}

// small is a name in small letters. It holds until the next one.
func (t *tags) small(name []byte) []byte {
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			t.buffer = append(t.buffer[:0], name...)
			for j := i; j < len(t.buffer); j++ {
				if c := t.buffer[j]; c >= 'A' && c <= 'Z' {
					t.buffer[j] = c + 'a' - 'A'
				}
			}
			return t.buffer
		}
	}
	return name
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func white(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\f' }
