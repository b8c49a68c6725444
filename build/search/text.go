package search

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"leadsite/build/theme"
)

// A reader finds the text in an author's Markdown, without what no visitor reads: tags, comments, shortcodes, code
// blocks, destinations of links. It looks at lines only, as content does for summaries: the true parser is a hundred
// times as slow.
type reader struct {
	words   *splitter
	heading func(bool) // says whether what follows is a heading
	close   ends
}

// markdown gives the words of a text to the splitter.
func (r *reader) markdown(text []byte) {
	r.close = ends{text: text}
	fence := ""
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		line := bytes.TrimLeft(text[at:end], " \t>")
		switch {
		case fence != "":
			if bytes.HasPrefix(line, []byte(fence)) {
				fence = ""
			}
		case bytes.HasPrefix(line, []byte("```")), bytes.HasPrefix(line, []byte("~~~")):
			fence = string(line[:3])
		case isDefinition(line):
		default:
			heading := len(line) > 0 && line[0] == '#' || underlined(text, end)
			r.heading(heading)
			at = r.line(at, end)
			continue
		}
		at = end
	}
}

// line reads the text between two offsets, and says where to go on: behind what began in it and ended further down.
func (r *reader) line(from, to int) int {
	text, begin := r.close.text, from
	for i := from; i < to; {
		next := r.close.skip(i)
		if next == i {
			i++
			continue
		}
		r.words.split(text[begin:i])
		begin, i = next, next
		if next >= to {
			return next
		}
	}
	r.words.split(text[begin:to])
	return to
}

// lineEnd is the offset behind the line's end.
func lineEnd(text []byte, at int) int {
	if i := bytes.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// isDefinition tells "[name]: destination".
func isDefinition(line []byte) bool {
	if len(line) == 0 || line[0] != '[' || bytes.HasPrefix(line, []byte("[^")) {
		return false
	}
	return bytes.Contains(line, []byte("]:"))
}

// underlined says whether the next line makes a heading of the one before it.
func underlined(text []byte, at int) bool {
	next := bytes.TrimRight(text[at:lineEnd(text, at)], " \t\r\n")
	return len(next) > 1 && (len(bytes.Trim(next, "=")) == 0 || len(bytes.Trim(next, "-")) == 0)
}

// ends finds what is no text. It remembers each answer, so that beginnings without an end cost one search.
type ends struct {
	text  []byte
	known [5]int // by kind: the last end that was found, len(text)+1 when there is none
}

const (
	tagEnd = iota
	commentEnd
	shortcodeEnd
	destinationEnd
	attributeEnd
)

var endMarks = [5]string{tagEnd: ">", commentEnd: "-->", shortcodeEnd: "}}", destinationEnd: ")", attributeEnd: "}"}

// skip is the offset behind a tag, comment, shortcode, destination, address or entity that begins at i; i for none.
func (e *ends) skip(i int) int {
	rest := e.text[i:]
	switch c := rest[0]; {
	case c == '<' && bytes.HasPrefix(rest, []byte("<!--")):
		return e.end(commentEnd, i)
	case c == '<' && len(rest) > 1 && (rest[1] == '/' || byteKinds[rest[1]] == letterByte && rest[1] > '9'):
		return e.end(tagEnd, i)
	case c == '{' && (bytes.HasPrefix(rest, []byte("{{<")) || bytes.HasPrefix(rest, []byte("{{%"))):
		return e.end(shortcodeEnd, i)
	case c == '{' && (bytes.HasPrefix(rest, []byte("{#")) || bytes.HasPrefix(rest, []byte("{."))):
		return e.end(attributeEnd, i)
	case c == '(' && i > 0 && e.text[i-1] == ']':
		return e.end(destinationEnd, i)
	case c == 'h' && (bytes.HasPrefix(rest, []byte("https://")) || bytes.HasPrefix(rest, []byte("http://"))):
		return i + len(rest) - len(bytes.TrimLeftFunc(rest, func(r rune) bool { return r > ' ' && r != ')' && r != '>' }))
	case c == '&':
		if end := bytes.IndexByte(rest[:min(len(rest), 12)], ';'); end > 1 && !bytes.ContainsAny(rest[:end], " \n") {
			return i + end + 1
		}
	}
	return i
}

// end is the offset behind the next mark of a kind; i when there is none.
func (e *ends) end(kind, i int) int {
	if e.known[kind] <= i {
		e.known[kind] = len(e.text) + 1
		if at := bytes.Index(e.text[i:], []byte(endMarks[kind])); at >= 0 {
			e.known[kind] = i + at + len(endMarks[kind])
		}
	}
	if e.known[kind] > len(e.text) {
		return i
	}
	return e.known[kind]
}

// fields gives the words of a block to the splitter: of those fields that hold text. A title is a heading.
func (r *reader) fields(fields map[string]theme.Field, values map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if field, known := fields[name]; known {
			r.heading(name == "title")
			r.field(field, values[name])
		}
	}
}

func (r *reader) field(f theme.Field, value any) {
	switch v := value.(type) {
	case string:
		if f.Type == "markdown" {
			r.markdown([]byte(v))
		} else if f.Type == "string" {
			r.words.split([]byte(v))
		}
	case []any:
		for _, item := range v {
			if f.Items != nil {
				r.field(*f.Items, item)
			}
		}
	case map[string]any:
		r.fields(f.Fields, v)
	}
}

// shorten cuts a text to a number of runes, between words.
func shorten(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := 0
	for i := range text {
		if runes++; runes > limit {
			cut := text[:i]
			if space := strings.LastIndexByte(cut, ' '); space > 0 {
				cut = cut[:space]
			}
			return strings.TrimRight(cut, " .,;:–-") + " …"
		}
	}
	return text
}
