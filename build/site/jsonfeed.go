package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"
)

// The parts of a JSON feed (jsonfeed.org/version/1.1).
type (
	jsonFeed struct {
		Version     string       `json:"version"`
		Title       string       `json:"title"`
		HomePage    string       `json:"home_page_url"`
		Self        string       `json:"feed_url"`
		Description string       `json:"description,omitempty"`
		Language    string       `json:"language"`
		Authors     []jsonAuthor `json:"authors"`
		Items       []jsonItem   `json:"items"`
	}
	jsonAuthor struct {
		Name string `json:"name"`
	}
	jsonItem struct {
		ID        string       `json:"id"`
		URL       string       `json:"url"`
		Title     string       `json:"title"`
		Summary   string       `json:"summary,omitempty"`
		Text      string       `json:"content_text"`
		Image     string       `json:"image,omitempty"`
		Published string       `json:"date_published"`
		Modified  string       `json:"date_modified"`
		Authors   []jsonAuthor `json:"authors,omitempty"`
		Tags      []string     `json:"tags,omitempty"`
		Language  string       `json:"language,omitempty"`
	}
)

// jsonFeed is the feed of a list for programs. Its text is a page's first paragraph.
func (s *Site) jsonFeed(o Output) ([]byte, error) {
	list, config := o.Page, s.In(o.Page.Lang).Config
	feed := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: s.feedTitle(list), HomePage: list.Permalink,
		Self: permalink(s.BaseURL, o.Pager.URL), Description: list.Description, Language: list.Lang,
		Authors: []jsonAuthor{{Name: cmp.Or(config.Organization.Name, config.Title)}},
	}
	for _, page := range o.Pager.Items {
		feed.Items = append(feed.Items, s.jsonItem(page))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(feed)
	return b.Bytes(), err
}

func (s *Site) jsonItem(page *Page) jsonItem {
	item := jsonItem{
		ID: page.Permalink, URL: page.Permalink, Title: page.Title, Summary: page.Description,
		Text: cmp.Or(page.Summary, page.Description, page.Title), Image: page.Image,
		Published: stamp(page.Date), Modified: stamp(page.Lastmod), Tags: s.terms(page),
	}
	if strings.HasPrefix(page.Image, "/") && !strings.HasPrefix(page.Image, "//") {
		item.Image = permalink(s.BaseURL, page.Image)
	}
	for _, author := range page.Authors {
		item.Authors = append(item.Authors, jsonAuthor{Name: author.Name})
	}
	return item
}
