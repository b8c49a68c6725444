// Package check reads finished pages as a browser and a careful editor would, and says what does not hold: links,
// anchors and images that lead nowhere.
//
// It is given HTML and the paths that exist. It knows neither Markdown nor templates; the caller finds the place in
// the author's file.
package check

import (
	"bytes"
	"net/url"
	"path"
	"strings"

	"golang.org/x/net/html"
)

// Page is what is kept of a finished page: where it leads, and where others can lead within it.
type Page struct {
	URL     string          // path of the page: "/blog/first/"
	Links   []Link          // in the order of the page, none twice
	Anchors map[string]bool // ids and names of its elements
	Inline  []Inline        // scripts and styles within it
	Loads   []Load          // what it loads by whole URLs
}

// Link is one reference as the page has it.
type Link struct {
	To    string // as written: "../second/#part"
	Image bool   // an image, a script or another file that the page loads
}

// Read collects the references and anchors of a page. It never fails: a browser would show the page too.
func Read(pageURL string, page []byte) Page {
	p := Page{URL: pageURL, Anchors: map[string]bool{}}
	seen := map[Link]bool{}
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p
		case html.StartTagToken, html.SelfClosingTagToken:
			p.readTag(z, seen)
		}
	}
}

func (p *Page) readTag(z *html.Tokenizer, seen map[Link]bool) {
	raw := quote(z.Raw())
	name, more := z.TagName()
	tag := string(name)
	var attrs map[string]string
	if raw != "" {
		attrs = map[string]string{}
		defer func() { p.readPolicy(tag, raw, attrs) }()
	}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if attrs != nil {
			attrs[string(key)] = string(value)
		}
		switch attr := string(key); {
		case attr == "id" || attr == "name" && tag == "a":
			p.Anchors[string(value)] = true
		case refers(tag, attr):
			p.add(Link{To: strings.TrimSpace(string(value)), Image: attr == "src" || attr == "poster"}, seen)
		case attr == "srcset":
			for candidate := range strings.SplitSeq(string(value), ",") {
				to, _, _ := strings.Cut(strings.TrimSpace(candidate), " ")
				p.add(Link{To: to, Image: true}, seen)
			}
		}
	}
}

// refers says whether an attribute holds a reference that a reader or a browser follows.
func refers(tag, attr string) bool {
	switch attr {
	case "href":
		return tag == "a" || tag == "area" || tag == "link"
	case "src":
		return true
	case "poster":
		return tag == "video"
	}
	return false
}

func (p *Page) add(l Link, seen map[Link]bool) {
	if l.To != "" && !seen[l] {
		seen[l] = true
		p.Links = append(p.Links, l)
	}
}

// Broken is a reference that leads nowhere.
type Broken struct {
	Page string // URL of the page that has it
	Link Link
	Why  string // "there is no page /x/", without a full stop
	To   string // path that is not there: "/x/"; "" when it is an anchor, or no address at all
	Near string // a path that exists and looks like it; "" for none
}

// Links finds every internal reference that leads nowhere. Base is the site's base URL, without a path; has says whether a file is in
// the output ("blog/first/index.html"); near may suggest a path in place of one that is not there.
func Links(pages []Page, base *url.URL, has func(file string) bool, near func(path string) string) []Broken {
	c := checker{base: base, has: has, anchors: map[string]map[string]bool{}}
	for _, p := range pages {
		c.anchors[p.URL] = p.Anchors
	}
	var broken []Broken
	for _, p := range pages {
		for _, l := range p.Links {
			if why, target := c.follow(p.URL, l); why != "" {
				broken = append(broken, Broken{Page: p.URL, Link: l, Why: why, To: target, Near: near(target)})
			}
		}
	}
	return broken
}

type checker struct {
	base    *url.URL
	has     func(string) bool
	anchors map[string]map[string]bool
}

// follow resolves a reference from a page; it says why it leads nowhere ("" when it does lead somewhere), and to which path.
func (c *checker) follow(from string, l Link) (why, target string) {
	to, err := url.Parse(l.To)
	if err != nil {
		return "the address " + l.To + " cannot be read", ""
	}
	page := *c.base
	page.Path = from
	abs := page.ResolveReference(to)
	if abs.Scheme != c.base.Scheme || abs.Host != c.base.Host {
		return "", ""
	}
	target = abs.Path
	if served(target) {
		return "", ""
	}
	if !c.exists(target) {
		return "there is no " + kind(l, target) + " " + target, target
	}
	if fragment := to.Fragment; fragment != "" && !c.anchored(target, fragment) {
		return "there is no anchor #" + fragment + " on " + target, ""
	}
	return "", target
}

// served are paths that the functions answer, not files of the site.
func served(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/desk/")
}

func kind(l Link, target string) string {
	if l.Image || path.Ext(target) != "" {
		return "file"
	}
	return "page"
}

func (c *checker) exists(target string) bool {
	file := strings.TrimPrefix(target, "/")
	if strings.HasSuffix(target, "/") || target == "" {
		return c.has(file + "index.html")
	}
	return c.has(file) || c.has(file+"/index.html")
}

// anchored says whether a page has an anchor. Files that are no pages of ours may have any; #top is the page's head, and
// text fragments (#:~:text=) are the browser's.
func (c *checker) anchored(target, fragment string) bool {
	if fragment == "top" || strings.HasPrefix(fragment, ":~:") {
		return true
	}
	anchors, ours := c.anchors[target]
	if !ours {
		anchors, ours = c.anchors[target+"/"]
	}
	return !ours || anchors[fragment]
}
