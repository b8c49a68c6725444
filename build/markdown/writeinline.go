package markdown

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"github.com/gomarkdown/markdown/ast"
)

// text writes text, with links in place of bare mail addresses.
func (w *writer) text(t *ast.Text) {
	literal := t.Literal
	if bytes.IndexByte(literal, '@') >= 0 && !insideLink(t) {
		w.textWithMail(literal)
		return
	}
	w.escape(literal)
}

func insideLink(n ast.Node) bool {
	for ; n != nil; n = n.GetParent() {
		switch n.(type) {
		case *ast.Link:
			return true
		case *ast.Paragraph:
			return false
		}
	}
	return false
}

func (w *writer) textWithMail(literal []byte) {
	from := 0
	for i := 0; i < len(literal); i++ {
		if literal[i] != '@' {
			continue
		}
		start, end := max(mailStart(literal, i), from), mailEnd(literal, i)
		if start >= i || end == i || !mayBegin(literal[from:start]) {
			continue
		}
		w.escape(literal[from:start])
		url := "mailto:" + string(literal[start:end])
		w.links = append(w.links, Link{URL: url})
		w.buf.WriteString("<a")
		w.attribute("href", url)
		w.buf.WriteByte('>')
		w.escape(literal[start:end])
		w.buf.WriteString("</a>")
		from, i = end, end-1
	}
	w.escape(literal[from:])
}

// escape writes text so that HTML shows it as it is.
func (w *writer) escape(s []byte) {
	w.expandMarks(s)
	if w.compact {
		w.replace(s, &inText)
		return
	}
	w.replace(s, &anywhere)
}

// The characters that stand for something else in HTML: between tags, and also between the quotes of attributes.
var (
	inText   = entities{'&': "&amp;", '<': "&lt;"}
	anywhere = entities{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;"}
)

// entities are what to write in place of characters.
type entities [utf8.RuneSelf]string

func (w *writer) replace(s []byte, by *entities) {
	from := 0
	for i, c := range s {
		if c >= utf8.RuneSelf || by[c] == "" {
			continue
		}
		w.buf.Write(s[from:i])
		w.buf.WriteString(by[c])
		from = i + 1
	}
	w.buf.Write(s[from:])
}

func escapeString(s string) string {
	w := writer{buf: &bytes.Buffer{}}
	w.escape([]byte(s))
	return w.buf.String()
}

// html writes the author's own HTML as it is; finish looks at its addresses.
func (w *writer) html(literal []byte) {
	w.raw = true
	w.expandMarks(literal)
	w.buf.Write(literal)
}

func (w *writer) attribute(name, value string) {
	w.buf.WriteByte(' ')
	w.buf.WriteString(name)
	w.buf.WriteByte('=')
	if w.compact && isBare(value) {
		w.buf.WriteString(value)
		return
	}
	w.buf.WriteByte('"')
	w.expandMarks([]byte(value))
	w.replace([]byte(value), &anywhere)
	w.buf.WriteByte('"')
}

// isBare says whether an attribute's value needs neither quotes nor entities.
func isBare(value string) bool {
	for i := range len(value) {
		switch c := value[i]; c {
		case '"', '\'', '=', '<', '>', '`', '&', markOpen:
			return false
		default:
			if c <= ' ' {
				return false
			}
		}
	}
	return value != ""
}

func (w *writer) link(l *ast.Link) {
	if l.NoteID != 0 {
		w.noteLink(l.NoteID)
		return
	}
	url := address(l.Destination)
	if !safe(url) {
		w.refuse(url)
		w.children(l)
		return
	}
	w.links = append(w.links, Link{URL: url})
	if w.page.hooks.Link != nil {
		url = w.page.hooks.Link(url)
	}
	w.buf.WriteString("<a")
	w.attribute("href", encoded(url))
	if len(l.Title) > 0 {
		w.attribute("title", plain(l.Title))
	}
	w.wrap(">", l, "</a>")
}

func (w *writer) noteLink(note int) {
	if w.refs == nil {
		w.refs = map[int]int{}
	}
	w.refs[note]++
	number := strconv.Itoa(w.page.notes + note)
	w.buf.WriteString(`<sup id="` + w.noteRef(note, w.refs[note]) + `"><a class="footnote-ref" href="#fn:` + number +
		`" role="doc-noteref">` + number + "</a></sup>")
}

// image writes an image. All but the page's first are loaded when a reader comes near.
func (w *writer) image(img *ast.Image) {
	i := Image{URL: address(img.Destination), Alt: plainText(img), Title: plain(img.Title)}
	if !safe(i.URL) {
		w.refuse(i.URL)
		w.escape([]byte(i.Alt))
		return
	}
	w.links = append(w.links, Link{URL: i.URL, Image: true})
	if w.page.hooks.Image != nil {
		w.page.hooks.Image(&i)
	}
	if i.HTML != "" {
		w.foreign = true
		w.buf.WriteString(i.HTML)
		return
	}
	w.buf.WriteString("<img")
	w.attribute("src", encoded(i.URL))
	w.attribute("alt", i.Alt)
	if i.Title != "" {
		w.attribute("title", i.Title)
	}
	if w.page.images++; w.page.images > 1 {
		w.attribute("loading", "lazy")
	}
	w.buf.WriteByte('>')
}

// refuse reports an address that leads nowhere a site may lead. The tree has no positions: the line is searched for.
func (w *writer) refuse(url string) {
	scheme, _ := schemeOf(url)
	line := 0
	if i := bytes.Index(bytes.ToLower(w.source), []byte(scheme+":")); i >= 0 {
		line = w.line + bytes.Count(w.source[:i], []byte{'\n'})
	}
	w.faults = append(w.faults, Fault{Line: line, Msg: "an address that begins with " + scheme + ": is not allowed",
		Hint: "link to a page, a file, or an address of the web, mail or telephone"})
}

func (w *writer) code(c *ast.Code) {
	w.buf.WriteString("<code>")
	w.escape(uncomment(c.Literal))
	w.buf.WriteString("</code>")
}

// expandMarks asks for the HTML of the shortcodes whose marks stand in what is being written, in the page's order.
func (w *writer) expandMarks(s []byte) {
	for {
		i := bytes.IndexByte(s, markOpen)
		if i < 0 {
			return
		}
		s = s[i+1:]
		if code := w.marked(s); code != nil && !code.written {
			w.expand(code)
		}
	}
}

// marked is the shortcode whose number stands at the beginning; nil when there is none.
func (w *writer) marked(s []byte) *Shortcode {
	end := bytes.IndexByte(s, markClose)
	if end < 1 {
		return nil
	}
	n, err := strconv.Atoi(string(s[:end]))
	if err != nil || n < 0 || n >= len(w.codes) {
		return nil
	}
	return w.codes[n]
}

func (w *writer) expand(code *Shortcode) {
	code.written = true
	verbatim := w.page.hooks.Verbatim
	switch {
	case code.Closed && verbatim != nil && verbatim(code.Name):
		code.Inner = string(code.inner)
	case code.Closed:
		code.Inner = w.inner(code)
	}
	if w.page.hooks.Shortcode != nil {
		code.html = w.page.hooks.Shortcode(code)
	}
}

// inner converts the text between a pair of shortcodes: as blocks when the pair stands alone on its lines.
func (w *writer) inner(code *Shortcode) string {
	in, err := w.page.run(outdent(code.inner), code.innerLine)
	if err != nil {
		return ""
	}
	if only := onlyParagraph(in.root); only != nil && !code.block {
		in.children(only)
	} else {
		in.node(in.root)
	}
	d := in.finish()
	w.headings = append(w.headings, d.Headings...)
	w.links = append(w.links, d.Links...)
	w.faults = append(w.faults, d.Faults...)
	return d.HTML
}

// outdent takes the indentation that all lines share, so that a pair in a list holds no code.
func outdent(src []byte) []byte {
	lines := bytes.SplitAfter(src, []byte{'\n'})
	margin := -1
	for i, line := range lines {
		if columns, _ := indent(line); i > 0 && !blank(line) && (margin < 0 || columns < margin) {
			margin = columns
		}
	}
	if margin <= 0 {
		return src
	}
	var out []byte
	for i, line := range lines {
		if i > 0 {
			line = dedent(line, 0, margin)
		}
		out = append(out, line...)
	}
	return out
}

// withShortcodes puts the HTML of the shortcodes in place of their marks.
func (w *writer) withShortcodes(page []byte) string {
	if len(w.codes) == 0 {
		return string(page)
	}
	out := make([]byte, 0, 2*len(page))
	for {
		i := bytes.IndexByte(page, markOpen)
		if i < 0 {
			return string(append(out, page...))
		}
		out = append(out, page[:i]...)
		page = page[i+1:]
		if code := w.marked(page); code != nil {
			out = append(out, code.html...)
		}
		page = page[bytes.IndexByte(page, markClose)+1:]
	}
}

func withoutMarks(s []byte) []byte {
	if bytes.IndexByte(s, markOpen) < 0 {
		return s
	}
	var out []byte
	for len(s) > 0 {
		i := bytes.IndexByte(s, markOpen)
		if i < 0 {
			return append(out, s...)
		}
		out = append(out, s[:i]...)
		s = s[bytes.IndexByte(s, markClose)+1:]
	}
	return out
}
