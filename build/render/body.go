package render

import (
	"bytes"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"leadsite/build/content"
	"leadsite/build/markdown"
	"leadsite/build/site"
	"leadsite/build/theme"
)

// body renders what the author wrote of a page, its Markdown and its blocks, into the view.
func (w *worker) body(p *site.Page) error {
	if p.Entry == nil {
		return nil
	}
	source, err := p.Entry.ReadInto(&w.source, w.r.site.Tree.Source)
	if err != nil {
		return w.job.at.Errorf("build again", "reading the page: %v", err)
	}
	if bytes.Contains(source, []byte(refusedMark)) {
		w.job.quoted = true
	}
	if more := content.More(source); more >= 0 {
		source = slices.Delete(bytes.Clone(source), more, more+len(content.MoreMark))
	}
	w.job.line = p.Entry.Line
	doc, err := w.job.markdown.Convert(source)
	html, err := w.converted(doc, err)
	w.job.line = 0
	if err != nil {
		return w.job.at.Errorf("part the page in two", "%v", err)
	}
	w.job.view.Page.Content = html
	if doc.Compact {
		kept, _ := slices.BinarySearch(doc.Blanks, len(html)) // the last one was trimmed
		w.job.compact, w.job.blanks = string(html), doc.Blanks[:kept]
	}
	w.job.view.Page.TOC, _ = contents(doc.Headings, 0)
	return w.pageBlocks(p)
}

// converted reports what is wrong with a text, and gives its HTML.
func (w *worker) converted(doc markdown.Doc, err error) (template.HTML, error) {
	for _, f := range doc.Faults {
		w.job.found.Add(w.at(f.Line, f.Col).Errorf(f.Hint, "%s", f.Msg).Bearable()) // what is unsafe was left out
	}
	return template.HTML(strings.TrimSpace(doc.HTML)), err
}

// maxTOCLevel is the deepest heading that a table of contents shows.
const maxTOCLevel = 3

// contents nests the headings that stand under one of a level. It gives the rest, too.
func contents(headings []markdown.Heading, above int) (entries []TOCEntry, rest []markdown.Heading) {
	for len(headings) > 0 && headings[0].Level > above {
		h := headings[0]
		headings = headings[1:]
		if h.Level > maxTOCLevel {
			continue
		}
		entry := TOCEntry{ID: h.ID, Text: h.Text, Level: h.Level}
		entry.Children, headings = contents(headings, h.Level)
		entries = append(entries, entry)
	}
	return entries, headings
}

// titledByBlocks are the layouts whose pages have their h1 in the first block.
func titledByBlocks(layout string) bool { return layout == "landing" || layout == "home" }

// firstTitled is the block whose title is the page's h1: an announcement or a row of logos may stand above it.
func firstTitled(blocks []content.Block) int {
	return max(0, slices.IndexFunc(blocks, func(b content.Block) bool { return b.Fields["title"] != nil && b.Fields["title"] != "" }))
}

func (w *worker) pageBlocks(p *site.Page) error {
	titled := firstTitled(p.Blocks)
	for i := range p.Blocks { // those with mistakes were reported with the plan
		b := &p.Blocks[i]
		view := BlockView{Site: w.job.view.Site, Page: w.job.view.Page, Index: i, Heading: 2}
		view.Block = w.resolved(w.r.theme.Blocks[b.Type].Fields, b.Fields)
		if i == titled && titledByBlocks(p.Layout) {
			view.Heading = 1
		}
		html, err := w.within(b.Pos, "blocks/"+b.Type+".html", view)
		if err != nil {
			return err
		}
		w.job.view.Page.Blocks = append(w.job.view.Page.Blocks, html)
	}
	return nil
}

// within executes the template of something that stands at a place of the author's.
func (w *worker) within(at content.Pos, name string, view any) (template.HTML, error) {
	before, line := w.job.at, w.job.line
	w.job.at, w.job.line = at, 0
	html, err := w.execute(name, view)
	w.job.at, w.job.line = before, line
	return html, err
}

// resolved is a block's or shortcode's values, with the relative links and images among them as paths of the site.
func (w *worker) resolved(schema map[string]theme.Field, values map[string]any) map[string]any {
	out := maps.Clone(values)
	for name, value := range out {
		out[name] = w.resolveValue(schema[name], value)
	}
	return out
}

func (w *worker) resolveValue(f theme.Field, value any) any {
	switch v := value.(type) {
	case string:
		if f.Type == "url" || f.Type == "image" || f.Type == "file" {
			return w.link(v)
		}
	case map[string]any:
		return w.resolved(f.Fields, v)
	case []any:
		if f.Items == nil {
			return v
		}
		out := slices.Clone(v)
		for i := range out {
			out[i] = w.resolveValue(*f.Items, out[i])
		}
		return out
	}
	return value
}

// hooks answer what Markdown asks about the current page.
func (w *worker) hooks() markdown.Hooks {
	words := w.r.words(w.job.lang)
	return markdown.Hooks{
		Link: w.link,
		Image: func(i *markdown.Image) {
			i.HTML = string(w.picture(pictureView{address: w.link(i.URL), alt: i.Alt, title: i.Title}))
		},
		Shortcode: w.shortcode,
		Verbatim:  w.verbatim,
		Word:      func(key string) string { return words[key] },
		Reserved:  w.r.reserved,
	}
}

// link is where a link of the current page leads: another page's file becomes that page's path.
func (w *worker) link(url string) string {
	if w.job.page == nil {
		return url
	}
	w.noteLink(url)
	to, ok := w.r.site.Resolve(w.job.page, url)
	if !ok && w.job.rooted && relative.MatchString(to) {
		return w.job.page.URL + strings.TrimPrefix(to, "./") // and is reported, once for all pages
	}
	return to
}

// relative is an address that means another place on another page.
var relative = regexp.MustCompile(`^[\w.][^:?#]*$`)

// verbatim says whether a shortcode takes what stands between its tags as it is: a theme declares that as a string.
func (w *worker) verbatim(name string) bool {
	inner, takes := w.r.theme.Shortcodes[name].Fields["inner"]
	return takes && inner.Type != "markdown"
}

// shortcode is the HTML of a shortcode; of what stands between its tags when something about it is wrong, which is
// reported.
func (w *worker) shortcode(s *markdown.Shortcode) string {
	at := w.at(s.Line, s.Col)
	args := maps.Clone(s.Args)
	if s.Closed {
		args["inner"] = s.Inner
	}
	w.note(askShortcode, "")
	values, ok := w.r.theme.CheckShortcode(w.r.site.Tree, s.Name, args, at, w.job.found)
	if !ok {
		return s.Inner
	}
	values = w.resolved(w.r.theme.Shortcodes[s.Name].Fields, values)
	delete(values, "inner")
	view := ShortcodeView{Site: w.job.view.Site, Page: w.job.view.Page, Args: values, Inner: template.HTML(s.Inner)}
	if w.verbatim(s.Name) {
		view.Source, view.Inner = s.Inner, template.HTML(template.HTMLEscapeString(s.Inner))
	}
	html, err := w.within(at, "shortcodes/"+s.Name+".html", view)
	if err != nil && w.job.failed == nil {
		w.job.failed = err
	}
	return strings.TrimSpace(string(html))
}
