package site

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Bytes makes an output that needs no template: a feed, the sitemap, robots.txt, a page that leads on from a former
// address. It is an error to ask for a page.
func (s *Site) Bytes(o Output) ([]byte, error) {
	switch o.Kind {
	case OutputAtom:
		return s.atom(o)
	case OutputRSS:
		return s.rss(o)
	case OutputJSON:
		return s.jsonFeed(o)
	case OutputWebApp:
		return s.manifest()
	case OutputLLMs:
		return s.llms(), nil
	case OutputSitemap:
		return s.sitemap(o)
	case OutputRobots:
		return s.robots(), nil
	case OutputAlias:
		return s.alias(o), nil
	}
	return nil, fmt.Errorf("making %s: an output of kind %s needs a template", o.Path, o.Kind)
}

// The parts of an Atom feed (RFC 4287).
type (
	atomFeed struct {
		XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang     string      `xml:"xml:lang,attr"`
		ID       string      `xml:"id"`
		Title    string      `xml:"title"`
		Subtitle string      `xml:"subtitle,omitempty"`
		Updated  string      `xml:"updated"`
		Links    []atomLink  `xml:"link"`
		Author   atomAuthor  `xml:"author"`
		Entries  []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomEntry struct {
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Published  string         `xml:"published"`
		Updated    string         `xml:"updated"`
		Link       atomLink       `xml:"link"`
		Authors    []atomAuthor   `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
)

// atom is the feed of a list, with a summary of each page. A post is new when it is published, so that entries are in
// the list's order.
func (s *Site) atom(o Output) ([]byte, error) {
	list, config := o.Page, s.In(o.Page.Lang).Config
	feed := atomFeed{
		Lang: list.Lang, ID: list.Permalink, Title: s.feedTitle(list), Subtitle: list.Description,
		Updated: stamp(newest(o.Pager.Items)),
		Links: []atomLink{{Rel: "self", Type: "application/atom+xml", Href: permalink(s.BaseURL, o.Pager.URL)},
			{Rel: "alternate", Type: "text/html", Href: list.Permalink}},
		Author: atomAuthor{Name: cmp.Or(config.Organization.Name, config.Title)},
	}
	for _, page := range o.Pager.Items {
		feed.Entries = append(feed.Entries, s.atomEntry(page))
	}
	return document(feed)
}

func (s *Site) atomEntry(page *Page) atomEntry {
	e := atomEntry{
		ID: page.Permalink, Title: page.Title, Published: stamp(page.Date), Updated: stamp(page.Lastmod),
		Link:    atomLink{Rel: "alternate", Type: "text/html", Href: page.Permalink},
		Summary: cmp.Or(page.Description, page.Summary),
	}
	for _, author := range page.Authors {
		e.Authors = append(e.Authors, atomAuthor{Name: author.Name})
	}
	for _, term := range s.terms(page) {
		e.Categories = append(e.Categories, atomCategory{Term: term})
	}
	return e
}

// feedTitle names a list among a reader's other feeds.
func (s *Site) feedTitle(list *Page) string {
	title := s.In(list.Lang).Config.Title
	if list.Kind == KindHome {
		return title
	}
	return list.Title + " – " + title
}

// terms are the names of all terms of a page, its authors aside.
func (s *Site) terms(page *Page) []string {
	var names []string
	for _, taxonomy := range s.Config.Taxonomies {
		if taxonomy == "authors" {
			continue // a feed names authors as such
		}
		for _, term := range page.Terms.In(taxonomy) {
			names = append(names, term.Title)
		}
	}
	return names
}

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// The parts of a sitemap (sitemaps.org).
type (
	urlSet struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		XHTML   string     `xml:"xmlns:xhtml,attr,omitempty"` // the namespace of alternates, where there are any
		URLs    []location `xml:"url"`
	}
	sitemapIndex struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 sitemapindex"`
		Parts   []location `xml:"sitemap"`
	}
	location struct {
		Loc     string `xml:"loc"`
		Lastmod string `xml:"lastmod,omitempty"`
		Links   []alternate
	}
	alternate struct {
		XMLName xml.Name `xml:"xhtml:link"`
		Rel     string   `xml:"rel,attr"`
		Lang    string   `xml:"hreflang,attr"`
		Href    string   `xml:"href,attr"`
	}
)

// sitemap is a part of the sitemap, or the index of its parts.
func (s *Site) sitemap(o Output) ([]byte, error) {
	if o.Pager.Number == 0 {
		var index sitemapIndex
		for i := range o.Pager.Of {
			index.Parts = append(index.Parts, location{Loc: permalink(s.BaseURL, "/sitemap-"+strconv.Itoa(i+1)+".xml")})
		}
		return document(index)
	}
	set := urlSet{URLs: make([]location, len(o.Pager.Items))}
	for i, page := range o.Pager.Items {
		set.URLs[i] = location{Loc: page.Permalink, Lastmod: page.changed()}
		for _, h := range s.Hreflangs(page) {
			set.URLs[i].Links = append(set.URLs[i].Links, alternate{Rel: "alternate", Lang: h.Lang, Href: h.URL})
			set.XHTML = "http://www.w3.org/1999/xhtml"
		}
	}
	return document(set)
}

// changed is the day on which what the page shows last changed; "" when nobody knows.
func (p *Page) changed() string {
	latest := newest([]*Page{p})
	if latest.IsZero() {
		return ""
	}
	return latest.Format(time.DateOnly)
}

// document is an XML file.
func document(root any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(root); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// robots invites every search engine, but not to what sales and scripts use.
func (s *Site) robots() []byte {
	var b strings.Builder
	b.WriteString("User-agent: *\nDisallow: /api/\nDisallow: /desk/\n")
	if s.Config.Outputs["sitemap"] {
		b.WriteString("\nSitemap: " + permalink(s.BaseURL, "/sitemap.xml") + "\n")
	}
	return []byte(b.String())
}
