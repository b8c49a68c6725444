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
func Objections(pages []Page, s Site) []Objection {
	pages = slices.Clone(pages)
	slices.SortFunc(pages, func(a, b Page) int { return strings.Compare(a.URL, b.URL) })
	c := comparison{Site: s, titles: map[string]string{}, descriptions: map[string]string{}, linked: map[string]bool{}}
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
	titles, descriptions map[string]string // first page that has it, by language and text
	linked               map[string]bool   // paths that a page leads to
	found                []Objection
}

func (c *comparison) add(p Page, f Fault) { c.found = append(c.found, Objection{p.URL, f}) }

// indexed says whether search engines are to show the page.
func (c *comparison) indexed(p Page) bool {
	own := *c.Base
	own.Path = p.URL
	return !p.Noindex && (p.Canonical == "" || p.Canonical == own.String())
}

// follow notes where a page leads, and objects to links that take a detour.
func (c *comparison) follow(p Page) {
	page := *c.Base
	page.Path = p.URL
	for _, l := range p.Links {
		to, err := url.Parse(l.To)
		if err != nil {
			continue // reported as broken
		}
		abs := page.ResolveReference(to)
		if !strings.EqualFold(abs.Host, c.Base.Host) || l.Head {
			continue
		}
		if abs.Scheme == "http" && c.Base.Scheme == "https" {
			c.add(p, Fault{Msg: fmt.Sprintf("the link %s leads to this site without encryption", l.To),
				Hint: "write " + abs.RequestURI(), Link: l.To})
		}
		if abs.Path != p.URL {
			c.linked[abs.Path], c.linked[strings.TrimSuffix(abs.Path, "/")+"/"] = true, true
		}
		c.detour(p, l, abs.Path)
	}
}

// detour objects to a link to an address that only leads on.
func (c *comparison) detour(p Page, l Link, to string) {
	final, moved := c.Moved[to]
	if !moved {
		to = strings.TrimSuffix(to, "/") + "/"
		final, moved = c.Moved[to]
	}
	if moved {
		c.linked[final] = true
		c.add(p, Fault{Msg: fmt.Sprintf("the link leads to %s, which only leads on to %s", to, final), Hint: "link to " + final, Link: l.To})
	}
}

// searched are the rules of pages that search engines show.
func (c *comparison) searched(p Page) {
	c.title(p)
	c.description(p)
	if !c.linked[p.URL] && !c.Reached[p.URL] && !c.Torn {
		c.add(p, Fault{Msg: "no page links to this page", Hint: "link to it from a page or a menu; or, if it is for guests of a campaign alone, write noindex: true", Key: "title"})
	}
}

// title wants a title that is short enough and no other page's. The site's name behind it does not count: it may be
// cut.
func (c *comparison) title(p Page) {
	own := p.Title
	if cut, ok := strings.CutSuffix(own, p.Site); ok && cut != "" {
		own = strings.TrimRight(cut, " -–—|·:")
	}
	if n := utf8.RuneCountInString(own); n > maxTitle {
		c.add(p, Fault{Msg: fmt.Sprintf("the title has %d characters: search engines cut it at %d", n, maxTitle),
			Hint: "shorten it, or keep the long one as a heading and write a short title:", Key: "title"})
	}
	if other, twice := c.titles[p.Lang+" "+p.Title]; twice {
		c.add(p, Fault{Msg: fmt.Sprintf("the page %s has the same title", other), Hint: "say in each title what only this page holds", Key: "title"})
		return
	}
	c.titles[p.Lang+" "+p.Title] = p.URL
}

// description wants one that is short enough and no other page's.
func (c *comparison) description(p Page) {
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
	if other, twice := c.descriptions[p.Lang+" "+p.Description]; twice {
		c.add(p, Fault{Msg: fmt.Sprintf("the page %s has the same description", other), Hint: "say in each description what only this page holds", Key: "description"})
		return
	}
	c.descriptions[p.Lang+" "+p.Description] = p.URL
}
