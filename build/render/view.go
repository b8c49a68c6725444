package render

import (
	"errors"
	"html/template"
	"slices"
	"sync"
	"time"

	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/trace"
)

// View is what a template of templates/ sees as ".".
type View struct {
	Site *SiteView
	Page *PageView
	List *ListView // nil for what is no list
	Form *FormView // of form-error.html alone
}

// SiteView is the site as every template sees it.
type SiteView struct {
	Title, Description string
	BaseURL            string // ends in a slash
	Lang               string // of what is shown, as Page.Lang
	Home               string // path of the first page in this language: "/", "/de/"
	Organization       content.Organization
	Menus              map[string][]MenuView // of site.yaml: "main", "footer"
	Button             MenuView              // the one button of the header; without a URL there is none
	Settings           map[string]any        // the theme's, defaults filled in
	Feed               string                // path of the site's first feed, the Atom one if there is one; "" while feeds are off
	Feeds              []FeedView            // all feeds of the site
	Icon, IconType     string                // the picture in a browser's tab, and its media type; "" for none
	TouchIcon          string                // path of the square one for home screens; "" for none
	Manifest           string                // path of the web manifest; "" for none
	Attribution        string                // as in site.yaml: "page" or "session"
}

// MenuView is an entry of a menu.
type MenuView struct {
	Name, URL string
	Current   bool // it leads to the page that is being shown
}

// PageView is the page that is being rendered.
type PageView struct {
	Kind                     string // home, page, section, taxonomy, term, 404; form-error for a form's own page
	Layout                   string
	URL                      string // path: "/blog/first/"
	Permalink                string // the address for search engines: whole URL, of this part of a list, or `canonical:`; "" for none
	Title                    string
	Description              string
	Summary                  string // plain text
	Lang                     string
	Date, Lastmod            time.Time // zero: none
	Words                    int
	ReadingMinutes           int
	Section                  string     // "blog"; "" at the top
	SectionTitle, SectionURL string     // of the section's own page; "" when there is none
	Above                    []MenuView // the lists of the folders that it is in, the outermost first
	Authors                  []AuthorView
	Profile                  *AuthorView  // whose page it is; nil for all but pages of authors
	Series                   []SeriesView // the series that it is a part of
	Image, ImageAlt          string       // path on the site or a whole URL; "" for none
	Card                     *CardView    // what is shown of it elsewhere; nil for nothing
	Noindex                  bool
	Params                   map[string]any // the author's own keys
	Terms                    map[string][]TermView
	Prev, Next               *PageRef      // older and newer page of the section; nil at the ends
	Content                  template.HTML // of the Markdown
	TOC                      []TOCEntry    // headings of Content
	Blocks                   []template.HTML
	Form                     string // name of the front matter's `form:`
	Feed                     string // path of the section's or term's first feed; "" for none
	Feeds                    []FeedView
	Languages                []LanguageView // where each language of the site is found from here; none when there is one
	Hreflangs                []HreflangView // for search engines: the page in its languages, and "x-default"
}

// FeedView is one form of a list for feed readers.
type FeedView struct {
	URL, Type string // path and media type
}

func feeds(p *site.Page) []FeedView {
	var all []FeedView
	for _, f := range p.Feeds {
		all = append(all, FeedView{URL: f.URL, Type: f.Type})
	}
	return all
}

// LanguageView is a language of the site as a page offers it.
type LanguageView struct {
	Lang    string
	Name    string // the language's own: "Deutsch"
	URL     string // of the same page, or of the language's first page where there is no such one
	Same    bool   // it is the same page
	Current bool
}

// HreflangView is a page in a language, for <link rel="alternate">.
type HreflangView struct {
	Lang string
	URL  string // whole
}

// PageRef is another page: an item of a list, a neighbour, a related post.
type PageRef struct {
	URL, Title, Description, Summary string
	Date                             time.Time
	Authors                          []AuthorView
	ReadingMinutes                   int
	Image, ImageAlt                  string
	Section                          string

	page *site.Page
	once sync.Once
	sum  trace.Sum
}

// Terms are the page's, by taxonomy. Few templates ask, so that they are not kept for each page of a large site. The error is
// what html/template says of a field where there is no page.
func (p *PageRef) Terms() (map[string][]TermView, error) {
	if p == nil {
		return nil, errors.New("nil pointer evaluating *render.PageRef.Terms")
	}
	return terms(p.page), nil
}

// TraceSum stands for all that a page shows of another.
func (p *PageRef) TraceSum() trace.Sum {
	p.once.Do(func() {
		shown, filed := trace.OfStruct(p), trace.Of(terms(p.page))
		p.sum = trace.OfBytes(append(shown[:], filed[:]...))
	})
	return p.sum
}

// AuthorView is who wrote a page.
type AuthorView struct {
	Key, Name, Role, Bio, Image string
	URL                         string // the author's own site, as in site.yaml
	Page                        string // path of the author's page on this site; "" when authors are no taxonomy
}

// SeriesView is a series as one of its parts shows it.
type SeriesView struct {
	Name, URL string // URL of its list; "" when series are no taxonomy
	Number    int    // of this part, from 1
	Parts     []*PageRef
}

// TermView is a tag, a category or another term.
type TermView struct {
	Name, URL string
	Count     int // of its pages
}

// TOCEntry is a heading with those under it.
type TOCEntry struct {
	ID, Text string
	Level    int
	Children []TOCEntry
}

// ListView is one part of a list.
type ListView struct {
	Items      []*PageRef
	Number, Of int    // of this part, from 1, and how many there are
	Prev, Next string // URLs of the part before and the one after it; "" at the ends
	InOrder    bool   // it is read from its beginning, as a series: Prev is not the newer part
	Terms      []TermView
}

// BlockView is what blocks/TYPE.html sees.
type BlockView struct {
	Site    *SiteView
	Page    *PageView
	Block   map[string]any // checked fields, defaults filled in
	Index   int            // from 0
	Heading int            // level of its title: 1 for the first titled block of a page whose layout leaves the title to it, else 2
}

// ShortcodeView is what shortcodes/NAME.html sees.
type ShortcodeView struct {
	Site   *SiteView
	Page   *PageView
	Args   map[string]any // checked, by name; positional ones by "0", "1"
	Inner  template.HTML  // of the text between its tags
	Source string         // that text as it is written, when it is declared as a string and not as markdown
}

// OriginsView is a directive of the Content-Security-Policy, and what site.yaml allows for it.
type OriginsView struct {
	Directive string // "img-src"
	Origins   []string
}

// AssetView is a finished asset.
type AssetView struct {
	URL, Integrity string
}

// siteView makes the view that the pages of a language share, as it is where no entry of a menu is current.
func (r *Renderer) siteView(e *site.Edition) *SiteView {
	c := e.Config
	return &SiteView{
		Menus: menus(e, ""),
		Title: c.Title, Description: c.Description, BaseURL: r.site.BaseURL, Lang: e.Lang, Home: e.Home.URL, Organization: c.Organization,
		Button: MenuView{Name: c.Button.Name, URL: c.Button.URL}, Settings: r.theme.SettingsIn(e.Lang),
		Feed: e.Home.Feed(), Feeds: feeds(e.Home),
		Icon: r.site.Icon, IconType: site.PictureType(r.site.Icon), TouchIcon: r.site.TouchIcon, Manifest: r.site.Manifest,
		Attribution: c.Attribution,
	}
}

// siteFor is the site as the page at a URL shows it: what most pages share, but where an entry of a menu leads to the page.
func (r *Renderer) siteFor(lang, url string) *SiteView {
	edition := r.site.In(lang)
	shared := r.shared[edition.Lang]
	inMenu := func(items []site.MenuItem) bool {
		return slices.ContainsFunc(items, func(item site.MenuItem) bool { return item.URL == url })
	}
	current := shared.Button.URL == url
	for _, items := range edition.Menus {
		current = current || inMenu(items)
	}
	if !current {
		return shared
	}
	v := *shared
	v.Button.Current = v.Button.URL == url
	v.Menus = menus(edition, url)
	return &v
}

// menus are a language's as the page at a URL shows them; with "" no entry is current.
func menus(e *site.Edition, url string) map[string][]MenuView {
	all := make(map[string][]MenuView, len(e.Menus))
	for name, items := range e.Menus {
		menu := make([]MenuView, len(items))
		for i, item := range items {
			menu[i] = MenuView{Name: item.Name, URL: item.URL, Current: url != "" && item.URL == url}
		}
		all[name] = menu
	}
	return all
}

// pageView makes a page's view, all but its content and blocks.
func (r *Renderer) pageView(p *site.Page) *PageView {
	v := &PageView{
		Kind: string(p.Kind), Layout: p.Layout, URL: p.URL, Permalink: p.Permalink, Title: p.Title, Description: p.Description,
		Summary: p.Summary, Lang: p.Lang, Date: p.Date, Lastmod: p.Lastmod, Words: p.Words, ReadingMinutes: p.ReadingMinutes(),
		Section: p.Section, Authors: r.refs[p].Authors, Noindex: p.Noindex, Terms: terms(p), Prev: r.refs[p.Prev], Next: r.refs[p.Next],
		Feed: p.Feed(), Feeds: feeds(p), Image: p.Image, ImageAlt: p.ImageAlt,
	}
	if p.Profile != nil {
		profile := authorView(*p.Profile)
		v.Profile = &profile
	}
	v.Series = r.series(p)
	if section := r.site.In(p.Lang).Sections[p.Section]; section != nil {
		v.SectionTitle, v.SectionURL = section.Title, section.URL
	}
	for _, list := range r.site.In(p.Lang).Above(p) {
		v.Above = append(v.Above, MenuView{Name: list.Title, URL: list.URL})
	}
	if p.Kind == site.Kind404 {
		v.Permalink = ""
	}
	for _, s := range r.site.Switches(p) {
		v.Languages = append(v.Languages, LanguageView(s))
	}
	for _, h := range r.site.Hreflangs(p) {
		v.Hreflangs = append(v.Hreflangs, HreflangView(h))
	}
	if p.Entry != nil {
		front := &p.Entry.Front
		v.Params = front.Params
		if front.Canonical != "" {
			v.Permalink = r.site.Canonical(p)
		}
		if r.site.Tree.Forms[front.Form] != nil { // one that is not there was reported with the plan
			v.Form = front.Form
		}
	}
	return v
}

// allRefs makes all pages as others show them. Those that one person wrote share their author's view.
func allRefs(pages []*site.Page) map[*site.Page]*PageRef {
	refs := make(map[*site.Page]*PageRef, len(pages))
	known := map[AuthorView][]AuthorView{}
	for _, p := range pages {
		by := authors(p)
		if len(by) == 1 {
			if same, ok := known[by[0]]; ok {
				by = same
			}
			known[by[0]] = by
		}
		refs[p] = &PageRef{URL: p.URL, Title: p.Title, Description: p.Description, Summary: p.Summary, Date: p.Date, Authors: by,
			ReadingMinutes: p.ReadingMinutes(), Image: p.Image, ImageAlt: p.ImageAlt, Section: p.Section, page: p}
	}
	return refs
}

func authors(p *site.Page) []AuthorView {
	if len(p.Authors) == 0 {
		return nil
	}
	views := make([]AuthorView, len(p.Authors))
	for i, a := range p.Authors {
		views[i] = authorView(a)
	}
	return views
}

func authorView(a site.Author) AuthorView {
	v := AuthorView{Key: a.Key, Name: a.Name, Role: a.Role, Bio: a.Bio, Image: a.Image, URL: a.URL}
	if a.Page != nil {
		v.Page = a.Page.URL
	}
	return v
}

// series are those that a page is a part of. One that has a single part so far is none.
func (r *Renderer) series(p *site.Page) []SeriesView {
	var views []SeriesView
	for _, s := range p.Series {
		if len(s.Parts) < 2 {
			continue
		}
		v := SeriesView{Name: s.Name, Number: slices.Index(s.Parts, p) + 1, Parts: r.pageRefs(s.Parts)}
		if s.Page != nil {
			v.Name, v.URL = s.Page.Title, s.Page.URL
		}
		views = append(views, v)
	}
	return views
}

func terms(p *site.Page) map[string][]TermView {
	if len(p.Terms) == 0 {
		return nil
	}
	views := make(map[string][]TermView, len(p.Terms))
	for _, filing := range p.Terms {
		views[filing.Taxonomy] = termViews(filing.Terms)
	}
	return views
}

func termViews(pages []*site.Page) []TermView {
	views := make([]TermView, len(pages))
	for i, t := range pages {
		views[i] = TermView{Name: t.Term, URL: t.URL, Count: len(t.Items)}
		if t.Profile != nil {
			views[i].Name = t.Profile.Name
		}
	}
	return views
}

// listView is the part of a list that an output shows. Nil: it shows none.
func (r *Renderer) listView(o site.Output) *ListView {
	switch kind := o.Page.Kind; {
	case kind == site.KindTerms:
		return &ListView{Number: 1, Of: 1, Terms: termViews(o.Page.Items)}
	case kind == site.KindSection, kind == site.KindTerm, o.Pager.Number > 0:
		return &ListView{Items: r.pageRefs(o.Pager.Items), Number: max(o.Pager.Number, 1), Of: max(o.Pager.Of, 1),
			Prev: o.Pager.Prev, Next: o.Pager.Next, InOrder: kind == site.KindTerm && o.Page.Taxonomy == "series"}
	}
	return nil
}

func (r *Renderer) pageRefs(pages []*site.Page) []*PageRef {
	refs := make([]*PageRef, len(pages))
	for i, p := range pages {
		refs[i] = r.refs[p]
	}
	return refs
}
