package content

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"leadsite/build/trace"
)

// MaxText is the size in bytes over which a file that is parsed is taken for a mistake.
const MaxText = 10 << 20

// ErrChanged says that a file is no longer the one that Load has read. Another Load will see it as it is now.
var ErrChanged = errors.New("the file changed during the build")

// ReadingMinutes is how long a text of so many words takes to read, at 220 words a minute, at least one.
func ReadingMinutes(words int) int { return max(1, (words+110)/220) }

// origin is what entries come from, all of them alike.
type origin struct {
	source   fs.FS
	config   *Config
	cascades []cascade
	common   *Rare // empty
}

// entryReader reads Markdown files one after the other, into the same buffers.
type entryReader struct {
	*origin
	problems  *Problems
	memory    *memory
	buffer    bytes.Buffer
	flat      *flatReader
	coded     trace.Writer // an entry's essence
	rare      *Rare        // empty: of the next entry, if that has any
	summaries summarizer
}

func newEntryReader(from *origin, problems *Problems, memory *memory) *entryReader {
	return &entryReader{origin: from, problems: problems, memory: memory, flat: newFlatReader(), rare: new(Rare)}
}

// place says where an entry's front matter comes from, and makes it share the Rare of all that have nothing of it.
func (r *entryReader) place(f *Front, file string) {
	f.file, f.origin = file, r.origin
	if reflect.ValueOf(r.rare).Elem().IsZero() {
		f.Rare = r.common
	} else {
		r.rare = new(Rare)
	}
}

// read reads one file. Nil without an error: it holds a mistake, which is noted.
func (r *entryReader) read(file string) (*Entry, error) {
	if e := r.remembered(file); e != nil {
		return e, nil
	}
	data, problem, err := r.bytes(file)
	if err != nil {
		return nil, err
	}
	if problem == nil {
		problem = checkText(file, data)
	}
	if problem != nil {
		r.problems.Add(problem)
		return nil, nil
	}
	return r.parse(file, data), nil
}

// bytes are the file's, up to the next call.
func (r *entryReader) bytes(file string) ([]byte, *Error, error) {
	data, err := readFile(r.source, file, &r.buffer)
	if err != nil {
		return nil, nil, err
	}
	if len(data) > MaxText {
		r.buffer = bytes.Buffer{}
		return nil, tooLarge(file), nil
	}
	return data, nil, nil
}

// readFile reads a file into a buffer, up to a byte more than MaxText.
func readFile(source fs.FS, file string, into *bytes.Buffer) ([]byte, error) {
	f, err := source.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	into.Reset()
	if _, err := into.ReadFrom(io.LimitReader(f, MaxText+1)); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return into.Bytes(), nil
}

// readText reads a file that is parsed, without its byte order mark. One that is no text, too large or cannot be read
// is a mistake.
func readText(source fs.FS, file string) ([]byte, *Error) {
	r := entryReader{origin: &origin{source: source}}
	data, problem, err := r.bytes(file)
	if err != nil {
		return nil, Pos{File: file}.Errorf("", "cannot be read: %s", cause(err))
	}
	if problem == nil {
		problem = checkText(file, data)
	}
	return bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), problem
}

func tooLarge(file string) *Error {
	return Pos{File: file}.Errorf("split it, or move it to content/static if nobody edits it", "the file is larger than %d MB", MaxText>>20)
}

func (r *entryReader) parse(file string, data []byte) *Entry {
	var found Problems
	front, m := readMatter(r.flat, file, data, &found)
	rel := strings.TrimPrefix(file, Root+"/")
	lang, key := r.config.localize(rel)
	e := &Entry{File: file, Path: rel, Lang: lang, Key: key, Torn: len(found.errors) > 0, Body: m.body}
	var titled bool
	e.Front, titled = readFront(front, r.inherited(lang, key), r.config, r.rare)
	r.place(&e.Front, file)
	e.Torn = e.Torn || titled
	r.problems.Add(found.errors...)
	r.problems.Warn(found.warnings...)
	e.Line = bytes.Count(data[:m.body], []byte("\n")) + 1
	e.Hash = sha256.Sum256(data)
	e.Words, e.Summary = countWords(data[m.body:]), r.summaries.beginning(data[m.body:])
	if len(found.errors)+len(found.warnings) == 0 {
		r.remember(e, isIndex(rel) && mayHandDown(data))
	}
	return e
}

// readMatter parses a file's front matter, with the quick reader's help if there is one, and says where the body begins.
func readMatter(flat *flatReader, file string, data []byte, problems *Problems) (Value, matter) {
	m := split(data)
	doc := newDocument(file, m.line-1, data, problems)
	doc.front = true
	switch {
	case m.open:
		mark := map[format]string{yamlMatter: "---", tomlMatter: "+++"}[m.format]
		doc.problems.Add(Pos{File: file, Line: m.line, Col: 1}.Errorf("end it with a line of "+mark, "the front matter that begins here has no end"))
	case m.format == yamlMatter:
		if node := flat.read(m.text); node != nil {
			return Value{doc: doc, node: node}, m
		}
		v, _ := parseYAML(doc, m.text)
		return v, m
	case m.format == tomlMatter:
		return parseTOML(doc, m.text), m
	case m.format == jsonMatter:
		v, end := readJSON(doc, m.text)
		m.body = afterObject(data, len(data)-len(m.text)+end)
		return v, m
	}
	return Value{doc: doc}, m
}

// afterObject is where the body begins behind a JSON object: on the next line, unless text follows on this one.
func afterObject(data []byte, end int) int {
	next := nextLine(data, end)
	if len(bytes.TrimSpace(data[end:next])) > 0 {
		return end
	}
	return next
}

// Read reads the entry's Markdown: the file without its front matter. It gives ErrChanged when the file is not the
// one that Load has read, because all that is known of it would be another file's.
func (e *Entry) Read(source fs.FS) ([]byte, error) {
	data, err := fs.ReadFile(source, e.File)
	if err != nil {
		return nil, err
	}
	return e.text(data)
}

// ReadInto is Read into a buffer that is used again: the text is the caller's until then.
func (e *Entry) ReadInto(buf *bytes.Buffer, source fs.FS) ([]byte, error) {
	data, err := readFile(source, e.File, buf)
	if err != nil {
		return nil, err
	}
	return e.text(data)
}

// text is the file without its front matter.
func (e *Entry) text(data []byte) ([]byte, error) {
	if sha256.Sum256(data) != e.Hash {
		return nil, fmt.Errorf("%s: %w", e.File, ErrChanged)
	}
	return data[e.Body:], nil
}

// Find is the place of a text in an entry's file, as of a link's destination, which may be percent-encoded: in the
// Markdown before the front matter, and there where it stands alone ("](/about/)") before where it is a part
// ("](/about/us/)"). A text that is not there gives the file alone.
func (t *Tree) Find(e *Entry, needle string) Pos {
	data, err := fs.ReadFile(t.Source, e.File)
	if err != nil || needle == "" {
		return Pos{File: e.File}
	}
	plain, err := url.PathUnescape(needle)
	if err != nil {
		plain = needle
	}
	body := min(e.Body, len(data))
	for _, part := range [][2]int{{body, len(data)}, {0, body}} {
		for _, text := range []string{needle, plain} {
			if at := find(data[part[0]:part[1]], text); at >= 0 {
				line, col := position(data, part[0]+at)
				return Pos{File: e.File, Line: line, Col: col}
			}
		}
	}
	return Pos{File: e.File}
}

// FindShared is where a text stands in what many pages show: site.yaml and the forms. False: nowhere.
func (t *Tree) FindShared(needle string) (Pos, bool) {
	if strings.Trim(needle, "/.#") == "" {
		return Pos{}, false // it stands everywhere, and means nothing
	}
	files := []string{SiteFile}
	for _, name := range t.FormNames() {
		f := t.Forms[name]
		files = append(files, f.File)
		for _, lang := range slices.Sorted(maps.Keys(f.Langs)) {
			files = append(files, f.Langs[lang].File)
		}
	}
	for _, file := range files {
		if at := t.Find(&Entry{File: file}, needle); at.Line > 0 {
			return at, true
		}
	}
	return Pos{}, false
}

// FindMatch is the nth place, from 0, of the first of several regular expressions that matches in an entry's file, in
// the Markdown before the front matter; of its first group, when it has one. When there are fewer it is the last one;
// none gives the file alone.
func (t *Tree) FindMatch(e *Entry, nth int, patterns ...string) Pos {
	data, err := fs.ReadFile(t.Source, e.File)
	if err != nil {
		return Pos{File: e.File}
	}
	body := min(e.Body, len(data))
	for _, pattern := range patterns {
		re, err := regexp.Compile(pattern)
		if err != nil {
			continue // of a text that is not UTF-8: it is not in the file either
		}
		for _, part := range [][2]int{{body, len(data)}, {0, body}} {
			if all := re.FindAllSubmatchIndex(data[part[0]:part[1]], nth+1); all != nil {
				m := all[len(all)-1]
				line, col := position(data, part[0]+m[max(0, len(m)-2)])
				return Pos{File: e.File, Line: line, Col: col}
			}
		}
	}
	return Pos{File: e.File}
}

// find is the offset of the first place where the needle stands alone, else of the first one; -1: none.
func find(text []byte, needle string) int {
	first := -1
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(needle))
		if i < 0 {
			return first
		}
		at := from + i
		if first < 0 {
			first = at
		}
		if stands(text, at-1) && stands(text, at+len(needle)) {
			return at
		}
		from = at + 1
	}
}

// stands says whether the byte there bounds a word or a link's destination.
func stands(text []byte, at int) bool {
	return at < 0 || at >= len(text) || strings.IndexByte(" \t\r\n()[]<>\"'`{}=:,", text[at]) >= 0
}
