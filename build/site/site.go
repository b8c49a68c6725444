// Package site is the plan of the finished site: which pages there are, on which URLs, in which sections, taxonomies,
// lists and menus, and which files follow from them (feeds, sitemap, robots).
//
// It decides everything that needs to know more than one page. It does not know Markdown, templates or HTML.
package site

import (
	"strings"
	"time"

	"leadsite/build/content"
)

// Site is the plan.
type Site struct {
	Tree      *content.Tree
	Config    *content.Config  // without links and pictures that lead nowhere
	BaseURL   string           // where the site stands, with a slash at the end
	Pages     []*Page          // every page, in the order of their URLs
	ByURL     map[string]*Page // by URL path: "/blog/first-post/"
	ByPath    map[string]*Page // by content path: "blog/first-post.md"
	*Edition                   // in the site's first language
	Editions  []*Edition       // in each of its languages, the first one first
	Redirects []Redirect       // of site.yaml and the pages' aliases, in the order of From
	Icon      string           // the picture of the site in a tab, a path or a whole URL: the theme's setting icon, else the logo; "": none
	TouchIcon string           // path of the square picture on a telephone's home screen; "": none
	Manifest  string           // path of the web manifest; "": none
	Skipped   []Skipped        // what is left out, and why
	NextDue   time.Time        // when the next skipped page is due; zero: none
	Outputs   []Output         // every file that pages make, in a fixed order
	Copies    []Copy           // every file that is copied, in the order of paths

	byKey   map[string]map[string]*Page  // by language, then by content path without the language; of those whose path has it
	words   map[string]map[string]string // the theme's, by language
	files   map[string]string            // URL by content path, of copied files
	leftOut map[string]Skipped           // by the URL that the page would have
	related func() *relatedIndex
	byName  func() map[string]map[string]*Page // by language, then by the file's name alone; nil for a name that several have
}

// Edition is the site in one of its languages.
type Edition struct {
	Lang     string
	Name     string          // the language's own name: "Deutsch"
	Prefix   string          // what its URLs begin with: "/de"; "" of the first language
	Config   *content.Config // as it reads in this language, without links and pictures that lead nowhere
	Home     *Page
	Sections map[string]*Page            // list pages by folder: "blog", "docs/setup"
	Terms    map[string]map[string]*Page // list pages of terms, by the last part of their URL: "tags" -> "crm"
	Menus    map[string][]MenuItem
	Search   *Page // where visitors search; nil for nowhere
}

// In is the site in a language; in its first one when it has no such language.
func (s *Site) In(lang string) *Edition {
	for _, e := range s.Editions {
		if e.Lang == lang {
			return e
		}
	}
	return s.Edition
}

// Copy is a file of the content that is copied as it is.
type Copy struct {
	Path string // below the output folder
	From content.File
}

// Kind tells what sort of page it is.
type Kind string

// The kinds of pages.
const (
	KindHome    Kind = "home"
	KindPage    Kind = "page"
	KindSection Kind = "section"  // list of a folder's pages
	KindTerms   Kind = "taxonomy" // list of a taxonomy's terms
	KindTerm    Kind = "term"     // list of a term's pages
	Kind404     Kind = "404"
	KindSearch  Kind = "search" // where visitors search, when no file describes it
)

// Page is one page of the site; a list with several outputs is one Page.
type Page struct {
	Kind        Kind
	URL         string // path, begins and ends with a slash; "/404.html" for Kind404
	Permalink   string // base URL and path
	Lang        string
	Title       string
	Description string
	Summary     string    // plain text
	Layout      string    // template's name without ".html": post, page, list, term, home, landing, 404
	Date        time.Time // zero: none
	Lastmod     time.Time // Front.Lastmod, else Date
	Words       int
	Noindex     bool
	Image       string // the picture that stands for the page: a path of the site or a whole URL; "": none
	ImageAlt    string
	Feeds       []Feed          // the list's own feeds, one of each kind that the site has
	Blocks      []content.Block // of the front matter: checked by the theme, those with mistakes left out
	Section     string          // first folder of its path: "blog"; "" at the top
	Entry       *content.Entry  // nil for lists that no file describes
	Taxonomy    string          // of KindTerms and KindTerm
	Term        string          // of KindTerm, as the author wrote it
	Terms       Filings         // the terms of this page
	Authors     []Author        // pages that the same authors wrote share them
	Profile     *Author         // whose page it is; of terms of the taxonomy authors
	Series      []*Series       // the series that it is a part of
	// Translations are the page in every language that it is there in, in the order of the site's languages, itself
	// among them; nil when it is in one language alone.
	Translations []*Page
	Prev, Next   *Page   // older and newer page of the section
	Items        []*Page // of lists: newest first, then by weight and title; of KindTerms its terms by name
}

// Filings are what a page is filed under, in the order of the taxonomies in site.yaml.
type Filings []Filing

// Filing are the lists of the terms that a page is filed under in one taxonomy.
type Filing struct {
	Taxonomy string
	Terms    []*Page
}

// In are the terms of a taxonomy.
func (all Filings) In(taxonomy string) []*Page {
	for _, one := range all {
		if one.Taxonomy == taxonomy {
			return one.Terms
		}
	}
	return nil
}

// ReadingMinutes is how long the page takes to read.
func (p *Page) ReadingMinutes() int { return content.ReadingMinutes(p.Words) }

// Feed is the URL of the list's own feed, the first of its Feeds; "": it has none.
func (p *Page) Feed() string {
	if len(p.Feeds) == 0 {
		return ""
	}
	return p.Feeds[0].URL
}

// Feed is one form of a list for feed readers.
type Feed struct {
	Kind OutputKind
	Type string // media type
	URL  string // path
}

// Author is who wrote a page.
type Author struct {
	Key string // as in front matter
	content.Author
	Page *Page // the list of what the author wrote; nil when authors are no taxonomy of the site
}

// MenuItem is an entry of a menu.
type MenuItem struct {
	Name, URL string
}

// Skipped is a page that is left out.
type Skipped struct {
	Page string    `json:"page"` // content path
	Why  string    `json:"why"`  // "draft", "expired on …", "due on …"
	Due  time.Time `json:"due,omitzero"`
}

// OutputKind says how an output is made.
type OutputKind string

// The kinds of outputs.
const (
	OutputHTML    OutputKind = "html"
	OutputAtom    OutputKind = "atom"
	OutputRSS     OutputKind = "rss"
	OutputJSON    OutputKind = "jsonfeed"
	OutputIcon    OutputKind = "icon"   // a tile with the first letter of the title
	OutputWebApp  OutputKind = "webapp" // the web manifest
	OutputLLMs    OutputKind = "llms"   // llms.txt
	OutputSitemap OutputKind = "sitemap"
	OutputRobots  OutputKind = "robots"
	OutputAlias   OutputKind = "alias" // a page that refreshes to To, for hosts that know no redirects
)

// Output is one file of the finished site that is made from a page or from the whole.
type Output struct {
	Path  string // below the output folder: "blog/first-post/index.html"
	Kind  OutputKind
	Page  *Page     // nil for the sitemap and robots.txt
	Pager Pager     // of lists; the items of a feed and of a part of the sitemap
	To    *Redirect // of an alias; Page is where it leads, nil when that is no page
}

// URL is the output's path as a browser asks for it: "/blog/" for "blog/index.html".
func (o Output) URL() string {
	return "/" + strings.TrimSuffix(o.Path, "index.html")
}

// Pager is one part of a paginated list.
type Pager struct {
	Number, Of int // from 1; 0 for what is no list, and for an index of parts
	Items      []*Page
	Prev, Next string // URLs of newer and older parts; "" at the ends
	URL        string // of this part
}
