// Package render makes HTML of the plan and the theme: pages, the blocks and shortcodes in them, forms, and the page
// that shows a form again.
//
// Templates are html/template over the structs of this package (View is the root). All of them are parsed and tried
// out on made-up pages by New, so that a theme's mistakes are found before anything is written. They reach other pages
// through three questions alone, so that what a page depends on is known: posts, related and taxonomy.
//
// It knows what a page shows. It does not know where files go, how HTML is minified, or what answers a form.
//
// # The files of a theme
//
//	templates/base.html       every page; calls the layout's "main", and its "head" if it has one
//	templates/LAYOUT.html     defines "main" (and may define "head"): home, page, post, list, …
//	partials/…/NAME.html      called as {{ template "partials/…/NAME.html" . }}
//	partials/form.html        a whole form, over FormView
//	blocks/TYPE.html          over BlockView
//	shortcodes/NAME.html      over ShortcodeView
//
// # Functions
//
//	asset "site.css"             the finished asset: .URL and .Integrity
//	t "key" [name value …]       words in the page's language; {name} is replaced
//	date "2 January 2006" .Date  a date by Go's layout, months in the page's language
//	isodate .Date                2006-01-02
//	posts "blog" 3               the newest of a section ("": of the whole site)
//	related 3                    what goes with the current page
//	taxonomy "tags"              all terms, with the number of their pages
//	form "contact"               a form, through partials/form.html
//	markdown .text               Markdown within a line; markdownBlock for whole paragraphs
//	picture .image .alt [SIZES]  a picture: its size, its copies in several widths, loaded when a reader comes near
//	still .poster                a picture as a single file, for a film to show before it begins: .URL, .Width, .Height
//	icon "chart"                 assets/icons/chart.svg in the page, hidden from screen readers
//	jsonld VALUE                 a <script> of structured data
//	money 1200 "EUR"             €1,200, with the marks of the page's language
//	abs "/path/"                 the whole URL of a path
//	data "prices"                content/data/prices.yaml (.json, .csv), as maps, lists, texts and numbers
//	ref "about.md"               the path of the page that an author names
//	code .Source "go"            a block of code, highlighted
//	mistake "what" "what to do"  reports a mistake of the author
//	origins                      what site.yaml allows to be loaded from elsewhere: .Directive and .Origins
//	searchPage                   the path of the search page in the page's language; "" for none
//	searchIndex                  the path of what it searches in; "" for none
//	dict, slice, append, merge, first, add, replace
package render

import (
	"bytes"
	"html/template"
	"runtime"
	"strings"
	"sync"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/markdown"
	"leadsite/build/render/program"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/build/trace"
)

// Options are what pages are made of.
type Options struct {
	Site     *site.Site
	Theme    *theme.Theme
	Assets   *asset.Set
	Search   map[string]string // URL of the search index, by language
	Pictures *asset.Pictures
	Problems *content.Problems // of authors; those of templates too when New finds them
	// SameFiles says that no picture or other copied file has changed since traces were made.
	SameFiles bool
}

// Renderer renders the outputs of one plan. It is used by any number of goroutines.
type Renderer struct {
	site      *site.Site
	theme     *theme.Theme
	assets    *asset.Set
	search    map[string]string
	problems  *content.Problems
	markdown  *markdown.Converter
	pictures  *asset.Pictures
	icons     map[string]template.HTML
	shared    map[string]*SiteView // by language, where no entry of a menu is current
	refs      map[*site.Page]*PageRef
	reserved  map[string]bool // ids of the theme's own elements
	sameFiles bool
	common    map[string]trace.Sum // of what all pages of a language share
	answers   sync.Map             // trace.Sum by question
	quoted    bool                 // some page's title or description holds refusedMark

	master  *template.Template // parsed, never executed: what workers are cloned from
	program *program.Program   // compiled; nil until all of it was tried out
	workers chan *worker
	buffers sync.Pool      // *bytes.Buffer, of pages that are no longer needed
	fault   *content.Error // the first mistake of the theme; nothing can be rendered then
}

// New parses and tries the theme's templates. What is wrong with them goes to the problems, and is what Render and
// FormErrorPage return from then on.
func New(o Options) *Renderer {
	r := &Renderer{
		site: o.Site, theme: o.Theme, assets: o.Assets, search: o.Search, problems: o.Problems,
		markdown: markdown.New(markdown.Options{RawHTML: o.Site.Config.RawHTML, Compact: true}),
		pictures: o.Pictures, sameFiles: o.SameFiles, workers: make(chan *worker, runtime.GOMAXPROCS(0)),
	}
	r.reserved = map[string]bool{}
	r.shared = make(map[string]*SiteView, len(o.Site.Editions))
	for _, e := range o.Site.Editions {
		r.shared[e.Lang] = r.siteView(e)
	}
	r.refs = allRefs(o.Site.Pages)
	for _, p := range o.Site.Pages {
		r.quoted = r.quoted || strings.Contains(p.Title+p.Description+p.Summary, refusedMark)
	}
	faults := r.load()
	if len(faults) == 0 {
		faults = r.try()
	}
	if len(faults) > 0 {
		r.fault = faults[0]
		r.problems.Add(faults...)
	} else {
		r.compile()
	}
	r.sumAll()
	return r
}

// Render makes the bytes of an output. The same plan, theme and files give the same bytes. Mistakes of a page's author
// go to the problems, and the bytes are whole nevertheless; a mistake of the theme is the error, a *content.Error.
func (r *Renderer) Render(o site.Output) ([]byte, error) {
	if o.Kind != site.OutputHTML {
		return r.other(o)
	}
	made, err := r.Make(o)
	r.problems.Take(made.Found)
	return made.Data, err
}

// other makes what is no page.
func (r *Renderer) other(o site.Output) ([]byte, error) {
	if o.Kind != site.OutputIcon {
		return r.site.Bytes(o)
	}
	hue, _ := r.theme.Settings["hue"].(float64)
	if whole, ok := r.theme.Settings["hue"].(int); ok {
		hue = float64(whole)
	}
	return asset.Tile(r.site.Config.Title, hue, site.TouchIconSize)
}

// Make renders a page like Render, and tells what it was made from, what it wants and what is wrong with it, instead of
// noting problems. With an error what is wrong is told nevertheless.
func (r *Renderer) Make(o site.Output) (Made, error) {
	if r.fault != nil {
		return Made{Found: new(content.Problems)}, r.fault
	}
	w := r.take()
	defer r.give(w)
	var made Made
	err := w.surely(func() (err error) {
		made, err = w.make(o)
		return err
	})
	return made, err
}

func (w *worker) make(o site.Output) (Made, error) {
	page := o.Page
	w.begin(page.Lang, o.URL(), place(page))
	w.job.page = page
	w.job.view = w.r.viewOf(o)
	given := w.r.given(o, w.job.view)
	html, err := w.whole(page)
	if err != nil {
		return Made{Found: w.job.found}, w.r.locate("", err)
	}
	return Made{Data: firstPicture(html), Compact: w.job.compact, Blanks: w.job.blanks, Trace: Trace{Given: given, Asked: w.job.asked}, Files: w.job.files, Found: w.job.found}, nil
}

// viewOf is what a page's template is handed, but for what the author wrote of it.
func (r *Renderer) viewOf(o site.Output) View {
	v := View{Site: r.siteFor(o.Page.Lang, o.Page.URL), Page: r.pageView(o.Page), List: r.listView(o)}
	if o.Pager.Number > 1 {
		v.Page.Permalink, v.Page.Hreflangs = r.absolute(o.URL()), nil
	}
	return v
}

// whole renders the body of a page, and then the page around it.
func (w *worker) whole(page *site.Page) ([]byte, error) {
	if err := w.body(page); err != nil {
		return nil, err
	}
	w.job.view.Page.Card = w.card(w.job.view.Page)
	return w.page(page.Layout)
}

// Reuse takes the bytes of a page that nobody needs any more, for another page.
func (r *Renderer) Reuse(page []byte) { r.buffers.Put(bytes.NewBuffer(page)) }

// buffer is an empty one.
func (r *Renderer) buffer() *bytes.Buffer {
	if b, ok := r.buffers.Get().(*bytes.Buffer); ok {
		b.Reset()
		return b
	}
	return new(bytes.Buffer)
}

// place is the file that a page is made from.
func place(p *site.Page) content.Pos {
	if p.Entry == nil {
		return content.Pos{File: content.SiteFile}
	}
	return content.Pos{File: p.Entry.File}
}

// words are the theme's, in a language or in the site's.
func (r *Renderer) words(lang string) map[string]string {
	if words := r.theme.Words[lang]; words != nil {
		return words
	}
	return r.theme.Words[r.site.Config.Lang]
}

// take lends a worker that nobody uses, or a new one.
func (r *Renderer) take() *worker {
	select {
	case w := <-r.workers:
		return w
	default:
		return r.newWorker()
	}
}

// largeSource is a text so long that a worker does not keep its room.
const largeSource = 1 << 20

func (r *Renderer) give(w *worker) {
	if w.job.page == nil {
		r.problems.Take(w.job.found) // of what is no page, nobody else takes them
	}
	w.job = nil
	if w.source.Cap() > largeSource {
		w.source = bytes.Buffer{}
	}
	select {
	case r.workers <- w:
	default: // there are enough
	}
}
