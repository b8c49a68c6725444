package markdown

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/gomarkdown/markdown/ast"
)

// writer writes the tree of one text as HTML.
type writer struct {
	page   *Page
	reader *reader
	root   ast.Node
	codes  []*Shortcode
	source []byte // without its shortcodes
	line   int    // number of its first line

	buf      *bytes.Buffer
	headings []Heading
	links    []Link
	faults   []Fault
	compact  bool        // of Options
	blanks   []int       // of Doc
	foreign  bool        // something was written that is not this package's
	raw      bool        // the author's own HTML was written
	refs     map[int]int // how often each footnote was referred to
}

func (c *Converter) buffer() *bytes.Buffer {
	if b, ok := c.buffers.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return &bytes.Buffer{}
}

// finish gives the document, once its tree is written.
func (w *writer) finish() Doc {
	out := w.buf.Bytes()
	if w.raw {
		var refused []string
		out, refused = scrub(out)
		for _, url := range refused {
			w.refuse(url)
		}
	}
	if w.reader.effort.spent {
		w.faults = append(w.faults, Fault{Line: w.line, Msg: "too many *, _, [, ` or < without an end",
			Hint: `close them, or write \ before those that are meant as text`})
	}
	d := Doc{HTML: w.withShortcodes(out), Headings: w.headings, Links: w.links, Faults: w.faults,
		Compact: w.compact && !w.raw && !w.foreign && len(w.codes) == 0}
	if d.Compact {
		d.Blanks = w.blanks
	}
	w.page.notes += len(w.refs)
	w.page.converter.buffers.Put(w.buf)
	return d
}

func (w *writer) children(n ast.Node) {
	for _, child := range n.GetChildren() {
		w.node(child)
	}
}

func (w *writer) wrap(open string, n ast.Node, closing string) {
	w.put(open)
	w.children(n)
	w.put(closing)
}

// put writes markup. A newline at its end is for people's eyes, and for who takes the words out of the markup.
func (w *writer) put(markup string) {
	w.buf.WriteString(markup)
	if w.compact && strings.HasSuffix(markup, "\n") {
		w.blanks = append(w.blanks, w.buf.Len()-1)
	}
}

func (w *writer) node(n ast.Node) {
	switch n := n.(type) {
	case *ast.Text:
		w.text(n)
	case *ast.Paragraph:
		w.paragraph(n)
	case *ast.Link:
		w.link(n)
	case *ast.Image:
		w.image(n)
	case *ast.Emph:
		w.wrap("<em>", n, "</em>")
	case *ast.Strong:
		w.strong(n)
	case *ast.Del:
		w.wrap("<del>", n, "</del>")
	case *ast.Code:
		w.code(n)
	case *ast.Hardbreak:
		w.put("<br>\n")
	case *ast.HTMLSpan:
		w.html(n.Literal)
	default:
		w.block(n)
	}
}

// strong writes ***both*** as GitHub does, with the emphasis outside. The parser has it inside, and alone in it only then.
func (w *writer) strong(n *ast.Strong) {
	if len(n.Children) == 1 {
		if em, ok := n.Children[0].(*ast.Emph); ok {
			w.wrap("<em><strong>", em, "</strong></em>")
			return
		}
	}
	w.wrap("<strong>", n, "</strong>")
}

func (w *writer) block(n ast.Node) {
	switch n := n.(type) {
	case *ast.Heading:
		w.heading(n)
	case *ast.List:
		w.list(n)
	case *ast.ListItem:
		w.item(n)
	case *ast.BlockQuote:
		w.wrap("<blockquote>\n", n, "</blockquote>\n")
	case *alert:
		w.alert(n)
	case *ast.CodeBlock:
		w.codeBlock(n)
	case *ast.HTMLBlock:
		w.html(n.Literal)
	case *ast.HorizontalRule:
		w.put("<hr>\n")
	case *ast.Table:
		w.wrap("<table>\n", n, "</table>\n")
	case *ast.TableHeader:
		w.wrap("<thead>\n", n, "</thead>\n")
	case *ast.TableBody:
		w.wrap("<tbody>\n", n, "</tbody>\n")
	case *ast.TableRow:
		w.wrap("<tr>\n", n, "</tr>\n")
	case *ast.TableCell:
		w.cell(n)
	case *ast.Footnotes: // the list behind it holds them
	default:
		w.children(n)
	}
}

// paragraph leaves the tags away where a list is tight, and around shortcodes that stand alone.
func (w *writer) paragraph(p *ast.Paragraph) {
	switch {
	case w.isTight(p):
		w.children(p)
		w.breakBehind(p)
	case onlyMarks(p):
		w.children(p)
		w.buf.WriteByte('\n')
	default:
		w.wrap("<p>", p, "</p>\n")
	}
}

// breakBehind parts the text of a tight item from what follows in it. A list does that by itself.
func (w *writer) breakBehind(p *ast.Paragraph) {
	siblings := p.Parent.GetChildren()
	at := slices.Index(siblings, ast.Node(p))
	if at == len(siblings)-1 {
		return
	}
	if _, list := siblings[at+1].(*ast.List); list {
		w.put("\n")
		return
	}
	w.buf.WriteByte('\n')
}

func (w *writer) isTight(p *ast.Paragraph) bool {
	item, ok := p.Parent.(*ast.ListItem)
	if !ok {
		return false
	}
	list, ok := item.Parent.(*ast.List)
	return ok && list.Tight && !list.IsFootnotesList
}

func onlyMarks(p *ast.Paragraph) bool {
	if len(p.Children) != 1 {
		return false
	}
	t, ok := p.Children[0].(*ast.Text)
	return ok && isMark(t.Literal)
}

func (w *writer) heading(h *ast.Heading) {
	text := plainText(h)
	id := ""
	if a := h.Attribute; a != nil {
		id = string(a.ID)
	}
	if id == "" {
		id = slug(text)
	}
	id = w.page.ids.claim(id)
	w.headings = append(w.headings, Heading{ID: id, Text: text, Level: h.Level})
	level := strconv.Itoa(h.Level)
	w.buf.WriteString("<h")
	w.buf.WriteString(level)
	w.attribute("id", id)
	if a := h.Attribute; a != nil && len(a.Classes) > 0 {
		w.attribute("class", string(bytes.Join(a.Classes, []byte{' '})))
	}
	w.wrap(">", h, "</h"+level+">\n")
}

// plainText is the text of a node without its markup.
func plainText(n ast.Node) string {
	var b strings.Builder
	var walk func(ast.Node)
	walk = func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Text:
			b.Write(withoutMarks(n.Literal))
		case *ast.Code:
			b.Write(n.Literal)
		case *ast.Hardbreak:
			b.WriteByte(' ')
		case *ast.Link:
			if n.NoteID != 0 {
				return
			}
		}
		for _, child := range n.GetChildren() {
			walk(child)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

func (w *writer) list(l *ast.List) {
	switch {
	case l.IsFootnotesList:
		w.footnotes(l)
	case l.ListFlags&ast.ListTypeOrdered == 0:
		w.wrap("<ul>\n", l, "</ul>\n")
	case l.Start == 1:
		w.wrap("<ol>\n", l, "</ol>\n")
	default:
		w.wrap(`<ol start="`+strconv.Itoa(l.Start)+"\">\n", l, "</ol>\n")
	}
}

func (w *writer) item(item *ast.ListItem) {
	done, task := w.reader.tasks[item]
	switch {
	case !task:
		w.buf.WriteString("<li>")
	case done:
		w.buf.WriteString(`<li class="task"><input type="checkbox" disabled checked aria-label="` + w.word("task_done") + `"> `)
	default:
		w.buf.WriteString(`<li class="task"><input type="checkbox" disabled aria-label="` + w.word("task_open") + `"> `)
	}
	w.wrap("", item, "</li>\n")
}

func (w *writer) alert(a *alert) {
	w.buf.WriteString(`<div class="alert alert-` + a.kind + `" role="note">` + "\n" + `<p class="alert-title">`)
	w.buf.WriteString(w.word("alert_" + a.kind))
	w.wrap("</p>\n", a, "</div>\n")
}

// word is one of Words in the page's language, escaped.
func (w *writer) word(key string) string {
	if ask := w.page.hooks.Word; ask != nil {
		if word := ask(key); word != "" {
			return escapeString(word)
		}
	}
	return escapeString(Words()[key])
}

func (w *writer) cell(c *ast.TableCell) {
	tag := "td"
	if c.IsHeader {
		tag = "th"
	}
	w.buf.WriteByte('<')
	w.buf.WriteString(tag)
	if align := c.Align.String(); align != "" {
		w.attribute("class", "align-"+align)
	}
	w.wrap(">", c, "</"+tag+">\n")
}

// footnotes writes the notes at the end of a text, each with ways back to where it is referred to.
func (w *writer) footnotes(l *ast.List) {
	w.buf.WriteString(`<section class="footnotes" role="doc-endnotes">` + "\n<hr>\n<ol>\n")
	for i, item := range l.Children {
		w.buf.WriteString(`<li id="fn:` + strconv.Itoa(w.page.notes+i+1) + `">`)
		w.footnote(item, i+1)
		w.put("</li>\n")
	}
	w.put("</ol>\n")
	w.put("</section>\n")
}

// footnote writes one note. The ways back belong into its last paragraph.
func (w *writer) footnote(item ast.Node, note int) {
	blocks := item.GetChildren()
	last, isParagraph := ast.GetLastChild(item).(*ast.Paragraph)
	if isParagraph {
		blocks = blocks[:len(blocks)-1]
	}
	if !isParagraph && len(blocks) > 0 && isInline(blocks[0]) {
		w.wrap("<p>", item, "")
	} else {
		for _, b := range blocks {
			w.node(b)
		}
		w.buf.WriteString("<p>")
		if isParagraph {
			w.children(last)
		}
	}
	for n := 1; n <= w.refs[note]; n++ {
		w.buf.WriteString(` <a class="footnote-back" href="#` + w.noteRef(note, n) + `" role="doc-backlink" aria-label="` +
			w.word("footnote_back") + `">↩</a>`)
	}
	w.put("</p>\n")
}

func isInline(n ast.Node) bool {
	switch n.(type) {
	case *ast.Paragraph, *ast.List, *ast.BlockQuote, *ast.CodeBlock, *ast.HTMLBlock, *ast.Heading, *ast.Table,
		*ast.HorizontalRule, *alert:
		return false
	}
	return true
}

// noteRef is the id of the n-th reference to a note.
func (w *writer) noteRef(note, n int) string {
	id := "fnref:" + strconv.Itoa(w.page.notes+note)
	if n > 1 {
		id += "-" + strconv.Itoa(n)
	}
	return id
}
