// Package markdown turns an author's text into HTML: GitHub-flavoured Markdown as people write it, with shortcodes.
//
// It knows text and HTML. It does not know pages, themes or files: where a link leads, how large an image is and
// what a shortcode becomes are asked through Hooks.
//
// # How
//
// The parser is gomarkdown; this package is its only importer. It parses references, footnotes, rules and indented code,
// and walks through blocks and lines. What it gets wrong is mended through its own extension points: the hook in front
// of every block, inline parsers for single characters, and the tree, which is written as HTML here, because the
// library's renderer looks for a node's neighbours by walking all of them, in quadratic time.
//
// # What is mended
//
//   - Lists nest by the column of their text, so two spaces do; fences and paragraphs in an item stay in it; a list
//     is loose when there are blank lines between its parts; numbers start where they start.
//   - Block quotes with a blank line between stay two. A first line of [!NOTE], [!TIP], [!IMPORTANT], [!WARNING] or
//     [!CAUTION] makes an alert.
//   - Fences of backticks and tildes close by a fence at least as long, and run to the end when nothing closes them.
//   - HTML blocks end at a blank line, so Markdown inside <details> or <div> is Markdown. "a <5" is no tag.
//   - A paragraph ends where another block begins; an indented line after it is still the paragraph.
//   - Tables have the columns of their first row, pipes in cells are written \|, and no cell spans two columns.
//   - Headings have stable ids as GitHub makes them, "-1", "-2" behind one that is taken, or {#id .class} of the author.
//   - Entities are the characters they stand for; every punctuation mark can be escaped; code spans hold no newlines.
//   - Emphasis opens and closes as CommonMark has it: snake_case, *nested* and **crossing** marks, marks in addresses.
//   - Addresses behind [words] may have quotes and parentheses; "[see] (there)" is no link.
//   - References and footnotes of one name are two things; lines of a footnote need not be indented.
//   - ~one~ and ~~two~~ tildes strike through; task lists; bare addresses of web and mail become links.
//   - $5 and 24/7 are text: no mathematics, no fractions, no curly quotes.
//   - Addresses lead only where a site may lead: javascript:, data:, vbscript: and every other scheme that is not
//     known to be harmless is refused and reported, in raw HTML too.
//
// # What differs from GitHub's Markdown
//
//   - Of a link in a link the outer one counts; tildes and emphasis that cross come out differently.
//   - Text in front of a tab is not aligned to columns.
//   - Alerts are <div role="note">, and columns of tables are aligned by classes: inline style is against the
//     site's Content-Security-Policy.
//
// # Limits
//
// Input over MaxSize is refused. Containers nest 32 deep; deeper marks are text. What emphasis and links may search for
// their ends is limited over a whole text, far beyond what people write; marks beyond that are text, and it is reported.
package markdown

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/alecthomas/chroma/v2"
	"github.com/gomarkdown/markdown/ast"
)

// MaxSize is how large one text may be, in bytes.
const MaxSize = 8 << 20

// ErrTooLarge is returned for a text over MaxSize.
var ErrTooLarge = errors.New("the text is over 8 MB")

// Options are the same for all pages of a site.
type Options struct {
	RawHTML bool // HTML in the text passes; otherwise it is shown as text
	Compact bool // write what a minifier would leave, but for the newlines between blocks, which are told of; see Doc.Blanks
}

// Converter converts the texts of any number of pages, from any number of goroutines.
type Converter struct {
	options     Options
	lexersOnce  sync.Once // they are looked through when the first text has code
	lexers      map[string]chroma.Lexer
	buffers     sync.Pool
	highlighted memo // code in its colours
}

// New makes a converter.
func New(o Options) *Converter {
	return &Converter{options: o}
}

// Hooks ask the caller for what only a page knows. Each may be nil.
type Hooks struct {
	Link      func(url string) string // the address to write for a link that the author wrote
	Image     func(*Image)            // may change an image's address, or write it
	Shortcode func(*Shortcode) string // the HTML of a shortcode
	Verbatim  func(name string) bool  // what stands between a pair of shortcodes of that name is code, not Markdown
	Word      func(key string) string // the page's word for one of Words; "" for the English one
	Reserved  map[string]bool         // ids that elements around the text have
}

// Image is an image of the text.
type Image struct {
	URL, Alt, Title string
	HTML            string // set by the hook: what is written in place of an <img>
}

// Words are the words that this package writes by itself, in English, by key.
func Words() map[string]string {
	return map[string]string{
		"alert_note": "Note", "alert_tip": "Tip", "alert_important": "Important", "alert_warning": "Warning",
		"alert_caution": "Caution", "task_done": "done", "task_open": "to do", "footnote_back": "Back to the text",
	}
}

// Page holds what the texts of one page share: ids of headings and footnotes are unique over all of them.
// It is used by one goroutine.
type Page struct {
	converter *Converter
	hooks     Hooks
	ids       slugs
	notes     int // footnotes of earlier texts
	images    int
}

// Page begins a page.
func (c *Converter) Page(h Hooks) *Page {
	return &Page{converter: c, hooks: h, ids: slugs{reserved: h.Reserved, next: map[string]int{}}}
}

// Claim keeps headings from having ids. False: a heading, or an earlier claim, has one of them; then none is claimed.
func (p *Page) Claim(ids ...string) bool {
	if slices.ContainsFunc(ids, p.ids.taken) {
		return false
	}
	for _, id := range ids {
		p.ids.next[id] = 1
	}
	return true
}

// Doc is a converted text.
type Doc struct {
	HTML     string
	Headings []Heading
	Links    []Link
	Faults   []Fault // what the author should mend; the HTML is whole nevertheless
	Compact  bool    // all of the HTML is as Options.Compact wants it: nothing came from the author or from hooks
	Blanks   []int   // of such HTML, where newlines stand that a page can do without. An attribute cannot, or a list of words
}

// Heading is a heading of the text, for a table of contents.
type Heading struct {
	ID    string
	Text  string // plain
	Level int    // 1 to 6
}

// Link is an address that the text leads to or shows, as it was written.
type Link struct {
	URL   string
	Image bool
}

// Fault is a mistake of the author.
type Fault struct {
	Line, Col int // from 1, in the text; Col in runes; 0: unknown
	Msg, Hint string
}

// Convert converts a text. The same texts in the same order give the same HTML. The only error is ErrTooLarge.
func (p *Page) Convert(src []byte) (Doc, error) {
	return p.convert(src, 1)
}

// Inline converts a text that stands within a line: a single paragraph loses its <p>.
func (p *Page) Inline(src string) (Doc, error) {
	w, err := p.run([]byte(src), 1)
	if err != nil {
		return Doc{}, err
	}
	if only := onlyParagraph(w.root); only != nil {
		w.children(only)
	} else {
		w.node(w.root)
	}
	return w.finish(), nil
}

// Phrase converts a few words that stand in the middle of something else: emphasis, code and links are written, and all
// else, HTML and shortcodes too, is text.
func (p *Page) Phrase(src string) (Doc, error) {
	if len(src) > MaxSize {
		return Doc{}, fmt.Errorf("converting Markdown: %w", ErrTooLarge)
	}
	text := clean([]byte(src))
	w := p.parse(text, shortcodes{}, false, 1)
	if only := onlyParagraph(w.root); only != nil {
		w.children(only)
	} else {
		w.escape(text) // what would be a list or a heading is the same words
	}
	return w.finish(), nil
}

func (p *Page) convert(src []byte, line int) (Doc, error) {
	w, err := p.run(src, line)
	if err != nil {
		return Doc{}, err
	}
	w.node(w.root)
	return w.finish(), nil
}

// run parses a text whose first line has the number given, and readies a writer for its tree.
func (p *Page) run(src []byte, line int) (*writer, error) {
	if len(src) > MaxSize {
		return nil, fmt.Errorf("converting Markdown: %w", ErrTooLarge)
	}
	src = clean(src)
	codes := shortcodes{line: line, verbatim: p.hooks.Verbatim}
	src = codes.extract(src)
	return p.parse(src, codes, p.converter.options.RawHTML, line), nil
}

func (p *Page) parse(src []byte, codes shortcodes, rawHTML bool, line int) *writer {
	r := newReader(src, rawHTML)
	root := r.parse(src)
	w := &writer{page: p, reader: r, root: root, codes: codes.found, faults: codes.faults, source: src, line: line,
		compact: p.converter.options.Compact, buf: p.converter.buffer()}
	if w.compact {
		w.blanks = make([]int, 0, len(src)/64)
	}
	return w
}

func onlyParagraph(root ast.Node) ast.Node {
	children := root.GetChildren()
	if len(children) != 1 {
		return nil
	}
	if p, ok := children[0].(*ast.Paragraph); ok {
		return p
	}
	return nil
}
