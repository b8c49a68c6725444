package check

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Site is what the rules know beyond the pages themselves.
type Site struct {
	Base    *url.URL
	Moved   map[string]string // paths that lead on, and where to
	Reached map[string]bool   // pages that need no link: home pages, the pages after a form
	Torn    bool              // there are mistakes already: a page that nothing links to may be one of their consequences
}

// Objection is a fault of a page.
type Objection struct {
	Page string // its URL
	Fault
}

// The lengths that search engines show.
const (
	maxTitle       = 60
	maxDescription = 160
)

// Objections are the faults of all pages: their own, and those that show only beside other pages. The order of the pages
// does not matter.
func Objections(pages []Page, s Site) []Objection { return ledgerOf(pages).Objections(s) }

// Objections are like the function of that name.
func (l *Ledger) Objections(s Site) []Objection {
	pages := slices.Clone(l.pages)
	slices.SortFunc(pages, func(a, b *kept) int { return strings.Compare(a.URL, b.URL) })
	c := comparison{Site: s, ledger: l, ways: make([]way, len(l.links)), titles: map[[2]string]string{}, descriptions: map[[2]string]string{}, linked: map[string]bool{}}
	for _, p := range pages {
		c.follow(p)
	}
	for _, p := range pages {
		for _, f := range p.Faults {
			c.add(p, f)
		}
		if p.Authored && c.indexed(p) {
			c.searched(p)
		}
	}
	return c.found
}

type comparison struct {
	Site
	ledger               *Ledger
	ways                 []way                // of links that lead to the same from every page
	titles, descriptions map[[2]string]string // first page that has it, by language and text
	linked               map[string]bool      // paths that a page leads to
	found                []Objection
}

// way is where a link leads.
type way struct {
	known, ours bool   // ours: for readers, and on this site
	path        string // on this site
	plain       string // path and query, when it leads to this site without encryption; else ""
	old, final  string // an address that only leads on, and where to; "" for most
	counted     bool   // path is among those that are linked, from another page than itself
}

func (c *comparison) add(p *kept, f Fault) { c.found = append(c.found, Objection{p.URL, f}) }

// indexed says whether search engines are to show the page.
func (c *comparison) indexed(p *kept) bool {
	if p.Noindex || p.Canonical == "" {
		return !p.Noindex
	}
	own := *c.Base
	own.Path = p.URL
	return p.Canonical == own.String()
}

// follow notes where a page leads, and objects to links that take a detour.
func (c *comparison) follow(p *kept) {
	for _, id := range p.links {
		w := &c.ways[id]
		if !w.known {
			l := c.ledger.links[id]
			found := c.wayOf(p.URL, l)
			if found.known = true; rooted(l.To) {
				*w = found
			}
			w = &found
		}
		if w.ours {
			c.lead(p, w, id)
		}
	}
}

// lead notes one link of a page to this site.
func (c *comparison) lead(p *kept, w *way, id uint32) {
	to := c.ledger.links[id].To
	if w.plain != "" {
		c.add(p, Fault{Msg: fmt.Sprintf("the link %s leads to this site without encryption", to), Hint: "write " + w.plain, Link: to})
	}
	if !w.counted && w.path != p.URL {
		c.linked[w.path], c.linked[strings.TrimSuffix(w.path, "/")+"/"] = true, true
		w.counted, c.ways[id].counted = true, true
	}
	if w.final != "" {
		c.linked[w.final] = true
		c.add(p, Fault{Msg: fmt.Sprintf("the link leads to %s, which only leads on to %s", w.old, w.final), Hint: "link to " + w.final, Link: to})
	}
}

// wayOf resolves a link from a page.
func (c *comparison) wayOf(from string, l Link) way {
	switch {
	case l.Head:
		return way{}
	case isPath(l.To):
		return c.moved(way{ours: true, path: l.To})
	case isPart(l.To):
		return c.moved(way{ours: true, path: from})
	}
	to, err := url.Parse(l.To)
	if err != nil {
		return way{} // reported as broken
	}
	page := *c.Base
	page.Path = from
	abs := page.ResolveReference(to)
	if !strings.EqualFold(abs.Host, c.Base.Host) {
		return way{}
	}
	w := way{ours: true, path: abs.Path}
	if abs.Scheme == "http" && c.Base.Scheme == "https" {
		w.plain = abs.RequestURI()
	}
	return c.moved(w)
}

// moved adds where a way leads on, if it does.
func (c *comparison) moved(w way) way {
	for _, old := range []string{w.path, strings.TrimSuffix(w.path, "/") + "/"} {
		if final, moved := c.Moved[old]; moved {
			w.old, w.final = old, final
			break
		}
	}
	return w
}

// searched are the rules of pages that search engines show.
func (c *comparison) searched(p *kept) {
	c.title(p)
	c.description(p)
	if !c.linked[p.URL] && !c.Reached[p.URL] && !c.Torn {
		c.add(p, Fault{Msg: "no page links to this page", Hint: "link to it from a page or a menu; or, if it is for guests of a campaign alone, write noindex: true", Key: "title"})
	}
}

// title wants a title that is short enough and no other page's. The site's name behind it does not count: it may be
// cut.
func (c *comparison) title(p *kept) {
	own := p.Title
	if cut, ok := strings.CutSuffix(own, p.Site); ok && cut != "" {
		own = strings.TrimRight(cut, " -–—|·:")
	}
	if n := utf8.RuneCountInString(own); n > maxTitle {
		c.add(p, Fault{Msg: fmt.Sprintf("the title has %d characters: search engines cut it at %d", n, maxTitle),
			Hint: "shorten it, or keep the long one as a heading and write a short title:", Key: "title"})
	}
	if other, twice := c.titles[[2]string{p.Lang, p.Title}]; twice {
		c.add(p, Fault{Msg: fmt.Sprintf("the page %s has the same title", other), Hint: "say in each title what only this page holds", Key: "title"})
		return
	}
	c.titles[[2]string{p.Lang, p.Title}] = p.URL
}

// description wants one that is short enough and no other page's.
func (c *comparison) description(p *kept) {
	n := utf8.RuneCountInString(p.Description)
	if n == 0 && p.Described {
		c.add(p, Fault{Msg: "the theme does not show the page's description", Hint: `write <meta name="description" content="{{ .Page.Description }}"> in its base.html`})
		return
	}
	if n == 0 {
		c.add(p, Fault{Msg: "the page has no description", Hint: "add description: … to its front matter: search engines show it below the title", Key: "description"})
		return
	}
	if n > maxDescription {
		c.add(p, Fault{Msg: fmt.Sprintf("the description has %d characters: search engines cut it at %d", n, maxDescription), Hint: "shorten it", Key: "description"})
	}
	if other, twice := c.descriptions[[2]string{p.Lang, p.Description}]; twice {
		c.add(p, Fault{Msg: fmt.Sprintf("the page %s has the same description", other), Hint: "say in each description what only this page holds", Key: "description"})
		return
	}
	c.descriptions[[2]string{p.Lang, p.Description}] = p.URL
}
