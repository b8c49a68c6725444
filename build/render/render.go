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
	"html/template"
	"runtime"
	"strings"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/markdown"
	"leadsite/build/site"
	"leadsite/build/theme"
)

// Options are what pages are made of.
type Options struct {
	Site     *site.Site
	Theme    *theme.Theme
	Assets   *asset.Set
	Search   map[string]string // URL of the search index, by language
	Pictures *asset.Pictures
	Problems *content.Problems // of authors; those of templates too when New finds them
}

// Renderer renders the outputs of one plan. It is used by any number of goroutines.
type Renderer struct {
	site     *site.Site
	theme    *theme.Theme
	assets   *asset.Set
	search   map[string]string
	problems *content.Problems
	markdown *markdown.Converter
	pictures *asset.Pictures
	icons    map[string]template.HTML
	shared   map[string]SiteView // by language
	refs     map[*site.Page]*PageRef
	reserved map[string]bool // ids of the theme's own elements
	quoted   bool            // some page's title or description holds refusedMark

	master  *template.Template // parsed, never executed: what workers are cloned from
	workers chan *worker
	fault   *content.Error // the first mistake of the theme; nothing can be rendered then
}

// New parses and tries the theme's templates. What is wrong with them goes to the problems, and is what Render and
// FormErrorPage return from then on.
func New(o Options) *Renderer {
	r := &Renderer{
		site: o.Site, theme: o.Theme, assets: o.Assets, search: o.Search, problems: o.Problems,
		markdown: markdown.New(markdown.Options{RawHTML: o.Site.Config.RawHTML}),
		pictures: o.Pictures, workers: make(chan *worker, runtime.GOMAXPROCS(0)),
	}
	r.reserved = map[string]bool{}
	r.shared = make(map[string]SiteView, len(o.Site.Editions))
	for _, e := range o.Site.Editions {
		r.shared[e.Lang] = r.siteView(e)
	}
	r.refs = make(map[*site.Page]*PageRef, len(o.Site.Pages))
	for _, p := range o.Site.Pages {
		r.refs[p] = pageRef(p)
		r.quoted = r.quoted || strings.Contains(p.Title+p.Description+p.Summary, refusedMark)
	}
	faults := r.load()
	if len(faults) == 0 {
		faults = r.try()
	}
	if len(faults) > 0 {
		r.fault = faults[0]
		r.problems.Add(faults...)
	}
	return r
}

// Render makes the bytes of an output. The same plan, theme and files give the same bytes. Mistakes of a page's author
// go to the problems, and the bytes are whole nevertheless; a mistake of the theme is the error, a *content.Error.
func (r *Renderer) Render(o site.Output) ([]byte, error) {
	switch o.Kind {
	case site.OutputHTML:
	case site.OutputIcon:
		hue, _ := r.theme.Settings["hue"].(float64)
		if whole, ok := r.theme.Settings["hue"].(int); ok {
			hue = float64(whole)
		}
		return asset.Tile(r.site.Config.Title, hue, site.TouchIconSize)
	default:
		return r.site.Bytes(o)
	}
	if r.fault != nil {
		return nil, r.fault
	}
	w := r.take()
	defer r.give(w)
	page := o.Page
	w.begin(page.Lang, o.URL(), place(page))
	w.job.page = page
	w.job.view = View{Site: r.siteFor(page.Lang, page.URL), Page: r.pageView(page), List: r.listView(o)}
	if o.Pager.Number > 1 {
		w.job.view.Page.Permalink, w.job.view.Page.Hreflangs = r.absolute(o.URL()), nil
	}
	err := w.body(page)
	if err != nil {
		return nil, r.locate("", err)
	}
	w.job.view.Page.Card = w.card(w.job.view.Page)
	html, err := w.page(page.Layout)
	if err != nil {
		return nil, r.locate("", err)
	}
	return firstPicture(html), nil
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

func (r *Renderer) give(w *worker) {
	w.job = nil
	select {
	case r.workers <- w:
	default: // there are enough
	}
}
