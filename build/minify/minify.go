// Package minify makes finished files smaller without changing what they mean. It is the only importer of
// tdewolff/minify.
//
// It is given whole files: the finished HTML after rendering, stylesheets and scripts before they are fingerprinted.
// It knows nothing of the site.
package minify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/html"
	"github.com/tdewolff/minify/v2/js"
	"github.com/tdewolff/minify/v2/json"
	"github.com/tdewolff/minify/v2/svg"
	"github.com/tdewolff/minify/v2/xml"
	"github.com/tdewolff/parse/v2"
)

// Minifier minifies files. It may be used from many goroutines.
type Minifier struct {
	page   *minify.M // attribute quotes go where the standard allows
	quoted *minify.M // attribute quotes stay
	frames sync.Pool // *bytes.Buffer; see around
}

// New returns a Minifier.
func New() *Minifier {
	return &Minifier{page: pipeline(false), quoted: pipeline(true)}
}

// pipeline registers every media type; registering is not safe once the pipeline is in use.
func pipeline(keepQuotes bool) *minify.M {
	m := minify.New()
	// Tags and attributes that a browser could infer stay, so that what a person reads in "view source" is whole.
	m.Add("text/html", &html.Minifier{KeepDocumentTags: true, KeepEndTags: true, KeepDefaultAttrVals: true,
		KeepSpecialComments: true, KeepQuotes: keepQuotes})
	m.AddFunc("text/css", css.Minify)
	m.AddFuncRegexp(regexp.MustCompile(`^(application|text)/(x-)?(java|ecma)script$|^module$`), js.Minify)
	m.Add("image/svg+xml", &svg.Minifier{KeepNamespaces: []string{"", "x-bind"}})
	m.Add("application/ld+json", &json.Minifier{KeepNumbers: true}) // as the next, without a search on every page
	m.AddRegexp(regexp.MustCompile(`[/+]json$|^importmap$|^speculationrules$`), &json.Minifier{KeepNumbers: true})
	m.AddFuncRegexp(regexp.MustCompile(`[/+]xml$`), xml.Minify)
	return m
}

// Error is a fault in a file that could not be minified, with its place in that file.
type Error struct {
	Line, Col int // from 1; 0 when unknown
	Msg       string
}

// Error gives "line:col: msg".
func (e *Error) Error() string { return fmt.Sprintf("%d:%d: %s", e.Line, e.Col, e.Msg) }

// HTML minifies a page, whose bytes are the Minifier's from then on. An inline script or JSON that does not parse is an
// *Error.
func (m *Minifier) HTML(page []byte) ([]byte, error) { return m.AppendHTML(nil, page, Part{}) }

// Part is a part of a page that is as small as it can be, but for some newlines: blocks of HTML from end to end.
type Part struct {
	Text   string
	Blanks []int // where the newlines stand in the text, in order
}

// size is the length of what is left of a part.
func (p Part) size() int { return len(p.Text) - len(p.Blanks) }

// put writes what is left of a part to the beginning of some bytes.
func (p Part) put(to []byte) {
	from := 0
	for _, blank := range p.Blanks {
		to = to[copy(to, p.Text[from:blank]):]
		from = blank + 1
	}
	copy(to, p.Text[from:])
}

// AppendHTML is HTML that writes behind what is in a buffer, for who has many pages and one buffer. Of a part of the page
// the caller may say that it is small already: it is not gone through again, which for a post saves most of the time.
func (m *Minifier) AppendHTML(to, page []byte, small Part) ([]byte, error) {
	if small.size() > worthwhile {
		text := unsafe.String(unsafe.SliceData(page), len(page)) // a view of it, to search without a copy of small
		if at := strings.Index(text, small.Text); at >= 0 {
			if out, ok := m.around(to, page[:at], small, page[at+len(small.Text):]); ok {
				return out, nil
			}
		}
	}
	return run(m.page, "text/html", to, bytes.NewBuffer(page))
}

const (
	// worthwhile is from how many bytes on a part is kept apart.
	worthwhile = 256
	// placeholder is a block that no page has. Blanks before and behind it go, as they do beside the blocks that it stands for.
	placeholder = "<p data-leadsite-minified></p>"
)

// around minifies what stands before and behind a part of a page. False: the placeholder did not come through it, because
// the page has one of its own, or the part stands where no block can.
func (m *Minifier) around(to, before []byte, small Part, behind []byte) ([]byte, bool) {
	frame, _ := m.frames.Get().(*bytes.Buffer)
	if frame == nil {
		frame = new(bytes.Buffer)
	}
	defer m.frames.Put(frame)
	frame.Reset()
	frame.Write(before)
	frame.WriteString(placeholder)
	frame.Write(behind)
	out, err := run(m.page, "text/html", to, bytes.NewBuffer(frame.Bytes()))
	if err != nil || bytes.Count(out, []byte(placeholder)) != 1 {
		return nil, false
	}
	at, end := bytes.Index(out, []byte(placeholder)), len(out)
	more := small.size() - len(placeholder)
	out = slices.Grow(out, more)[:end+more]
	copy(out[at+small.size():], out[at+len(placeholder):end])
	small.put(out[at:])
	return out, true
}

// QuotedHTML is HTML, and keeps every attribute's quotes: for pages into which values are put later, where a
// value without quotes could end the attribute.
func (m *Minifier) QuotedHTML(page []byte) ([]byte, error) {
	return run(m.quoted, "text/html", nil, bytes.NewBuffer(page))
}

// File minifies a file of a media type ("text/css"). Unknown types come back as they are.
func (m *Minifier) File(mediaType string, data []byte) ([]byte, error) {
	out, err := run(m.page, mediaType, nil, bytes.NewReader(data))
	if errors.Is(err, minify.ErrNotExist) {
		return data, nil
	}
	return out, err
}

// source is a file; the library works in the bytes of one that is a *bytes.Buffer, and copies others.
type source interface {
	io.Reader
	Len() int
}

func run(m *minify.M, mediaType string, to []byte, file source) ([]byte, error) {
	out := bytes.NewBuffer(to)
	out.Grow(file.Len())
	err := m.Minify(mediaType, out, file)
	var at *parse.Error
	if errors.As(err, &at) {
		return nil, &Error{Line: at.Line, Col: at.Column, Msg: at.Message}
	}
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// Place gives the error's parts to whoever knows the file's name.
func (e *Error) Place() (line, col int, msg string) { return e.Line, e.Col, e.Msg }
