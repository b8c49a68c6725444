package content

import (
	"bytes"
	"unicode/utf8"
)

// format is how front matter is written.
type format int

const (
	noMatter   format = iota
	yamlMatter        // between two lines of ---
	tomlMatter        // between two lines of +++
	jsonMatter        // an object
)

// matter is a Markdown file cut in two.
type matter struct {
	format format
	text   []byte // the front matter without its marks; of JSON everything up to the end of the file
	line   int    // of the file, on which text begins, from 1
	body   int    // offset at which the body begins; of JSON still unknown
	open   bool   // the front matter is never closed; line is where it begins
}

// split finds the front matter of a Markdown file. It takes any bytes.
func split(data []byte) matter {
	start := len(data) - len(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")))
	rest := bytes.TrimLeft(data[start:], " \t\r\n")
	begin := len(data) - len(rest)
	line := bytes.Count(data[:begin], []byte("\n")) + 1
	switch {
	case isMark(rest, "---"):
		return fenced(data, begin, line, yamlMatter, "---")
	case isMark(rest, "+++"):
		return fenced(data, begin, line, tomlMatter, "+++")
	case isObject(rest):
		return matter{format: jsonMatter, text: rest, line: line, body: len(data)}
	}
	return matter{body: start, line: 1}
}

// isMark says whether the first line is the mark and nothing else.
func isMark(text []byte, mark string) bool {
	rest, ok := bytes.CutPrefix(text, []byte(mark))
	if !ok {
		return false
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	return len(bytes.TrimSpace(line)) == 0
}

// isObject says whether a JSON object begins here, rather than a shortcode ("{{< … >}}") or an attribute ("{.note}").
func isObject(text []byte) bool {
	rest, ok := bytes.CutPrefix(text, []byte("{"))
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return ok && len(rest) > 0 && (rest[0] == '"' || rest[0] == '}')
}

// fenced reads front matter up to the line that is the mark again.
func fenced(data []byte, begin, line int, f format, mark string) matter {
	from := nextLine(data, begin)
	for at := from; at < len(data); at = nextLine(data, at) {
		if isMark(data[at:], mark) {
			return matter{format: f, text: data[from:at], line: line + 1, body: nextLine(data, at)}
		}
	}
	return matter{format: f, line: line, body: len(data), open: true}
}

// nextLine is the offset of the line after the one that holds the offset.
func nextLine(data []byte, at int) int {
	if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(data)
}

// checkText says what keeps a file from being text.
func checkText(file string, data []byte) *Error {
	pos := Pos{File: file}
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		return pos.Errorf("save it as UTF-8", "the file is UTF-16, not UTF-8")
	case bytes.IndexByte(data, 0) >= 0:
		return pos.Errorf("delete it, or give it the name of what it is", "the file is not text: it holds a NUL byte")
	case !utf8.Valid(data):
		pos.Line, pos.Col = position(data, invalid(data))
		return pos.Errorf("save the file as UTF-8", "this byte is not UTF-8")
	}
	return nil
}

// invalid is the offset of the first byte that is not UTF-8.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return len(data)
}
