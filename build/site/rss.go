package site

import (
	"cmp"
	"encoding/xml"
	"html"
	"time"
)

// The parts of an RSS feed (rssboard.org/rss-specification). Its own author wants an e-mail address, so that names are
// Dublin Core's.
type (
	rssFeed struct {
		XMLName xml.Name   `xml:"rss"`
		Version string     `xml:"version,attr"`
		Atom    string     `xml:"xmlns:atom,attr"`
		DC      string     `xml:"xmlns:dc,attr"`
		Channel rssChannel `xml:"channel"`
	}
	rssChannel struct {
		Title       string    `xml:"title"`
		Link        string    `xml:"link"`
		Description string    `xml:"description"`
		Language    string    `xml:"language"`
		Built       string    `xml:"lastBuildDate"`
		Self        atomLink  `xml:"atom:link"`
		Items       []rssItem `xml:"item"`
	}
	rssItem struct {
		Title       string   `xml:"title"`
		Link        string   `xml:"link"`
		GUID        string   `xml:"guid"`
		Published   string   `xml:"pubDate"`
		Authors     []string `xml:"dc:creator"`
		Categories  []string `xml:"category"`
		Description string   `xml:"description,omitempty"` // HTML
	}
)

// rss is the feed of a list for readers that know no Atom.
func (s *Site) rss(o Output) ([]byte, error) {
	list, config := o.Page, s.In(o.Page.Lang).Config
	feed := rssFeed{Version: "2.0", Atom: "http://www.w3.org/2005/Atom", DC: "http://purl.org/dc/elements/1.1/"}
	feed.Channel = rssChannel{
		Title: s.feedTitle(list), Link: list.Permalink, Description: cmp.Or(list.Description, config.Description, list.Title),
		Language: list.Lang, Built: mailDate(newest(o.Pager.Items)),
		Self: atomLink{Rel: "self", Type: "application/rss+xml", Href: permalink(s.BaseURL, o.Pager.URL)},
	}
	for _, page := range o.Pager.Items {
		item := rssItem{Title: page.Title, Link: page.Permalink, GUID: page.Permalink, Published: mailDate(page.Date),
			Categories: s.terms(page), Description: html.EscapeString(cmp.Or(page.Description, page.Summary))}
		for _, author := range page.Authors {
			item.Authors = append(item.Authors, author.Name)
		}
		feed.Channel.Items = append(feed.Channel.Items, item)
	}
	return document(feed)
}

// mailDate is a time as RSS has it, which is as mail has it.
func mailDate(t time.Time) string { return t.Format(time.RFC1123Z) }
