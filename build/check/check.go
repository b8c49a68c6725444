// Package check reads finished pages as a browser and a careful editor would, and says what does not hold: links,
// anchors and images that lead nowhere, and what readers, screen readers and search engines stumble over. External asks
// other sites whether what links lead to is still there.
//
// It is given HTML and the paths that exist. It knows neither Markdown nor templates; the caller finds the place in
// the author's file.
package check

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// Page is what is kept of a finished page: where it leads, where others can lead within it, and what is wrong with it
// by itself. It is plain data, so that it can be kept from one build to the next.
type Page struct {
	URL         string   // path of the page: "/blog/first/"
	Links       []Link   // in the order of the page, none twice
	Anchors     []string // ids and names of its elements, sorted, none twice
	Inline      []Inline // scripts and styles within it
	Loads       []Load   // what it loads by whole URLs
	Title       string   // of the title element, spaces joined
	Description string   // for search engines
	Canonical   string   // the address that the page names as its own; "": none
	Noindex     bool     // search engines are asked to leave it out
	Authored    bool     // an author's file describes it; this and the next three are set by the caller
	Described   bool     // the author gave it a description, whether or not the page shows it
	Lang        string   // its language
	Site        string   // title of the site in that language, which themes add to the page's
	Faults      []Fault
}

// Link is one reference as the page has it.
type Link struct {
	To    string // as written: "../second/#part"
	Image bool   // an image, a script or another file that the page loads
	Head  bool   // of a link element: for browsers, not for readers
}

// Outside is the address of another site that the link leads to, without the part behind #; "" when it leads to none.
func (l Link) Outside(base *url.URL) string {
	to, err := base.Parse(l.To)
	if err != nil || l.Head || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" || strings.EqualFold(to.Host, base.Host) {
		return ""
	}
	to.Fragment, to.RawFragment = "", ""
	return to.String()
}

// Fault is something that a careful editor or a search engine would object to.
type Fault struct {
	Msg, Hint string
	Key       string   // front matter's key that it is about; "": none
	Link      string   // reference that it is about, as the page has it; "": none
	Near      []string // regular expressions of where it may stand in the author's file, the likeliest first
	Nth       int      // which of the places: 0 for the first
	Only      bool     // it counts only where Near finds it: what a theme does on purpose is no fault
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
	return ledgerOf(pages).Broken(base, has, near)
}

// Broken finds every internal reference that leads nowhere, as Links does.
func (l *Ledger) Broken(base *url.URL, has func(file string) bool, near func(path string) string) []Broken {
	c := checker{base: base, has: has, ledger: l, known: make([]verdict, len(l.links))}
	var broken []Broken
	for _, p := range l.pages {
		for _, id := range p.links {
			if v := c.follow(p.URL, id); v.why != "" {
				broken = append(broken, Broken{Page: p.URL, Link: l.links[id], Why: v.why, To: v.target, Near: near(v.target)})
			}
		}
	}
	return broken
}

type checker struct {
	base   *url.URL
	has    func(string) bool
	ledger *Ledger
	known  []verdict // of links that lead to the same from every page
}

// verdict is why a reference leads nowhere ("" when it does lead somewhere), and to which path.
type verdict struct {
	why, target string
	known       bool
}

// follow resolves a reference from a page.
func (c *checker) follow(from string, id uint32) verdict {
	if c.known[id].known {
		return c.known[id]
	}
	l := c.ledger.links[id]
	why, target := c.resolve(from, l)
	v := verdict{why: why, target: target, known: true}
	if rooted(l.To) {
		c.known[id] = v
	}
	return v
}

// rooted says whether an address leads to the same place from every page.
func rooted(to string) bool {
	if strings.HasPrefix(to, "/") {
		return true
	}
	colon := strings.IndexByte(to, ':')
	return colon > 0 && !strings.ContainsAny(to[:colon], "/?#")
}

func (c *checker) resolve(from string, l Link) (why, target string) {
	switch {
	case isPath(l.To):
		return c.lookUp(l, l.To, "")
	case isPart(l.To):
		return c.lookUp(l, from, l.To[1:])
	}
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
	return c.lookUp(l, abs.Path, to.Fragment)
}

// lookUp finds what a link to a path of this site leads to.
func (c *checker) lookUp(l Link, path, fragment string) (why, target string) {
	switch {
	case served(path):
		return "", ""
	case !c.exists(path):
		return "there is no " + kind(l, path) + " " + path, path
	case fragment != "" && !c.anchored(path, fragment):
		return "there is no anchor #" + fragment + " on " + path, ""
	}
	return "", path
}

// isPath says whether an address is a path of this site as it stands, as most are: there is nothing in it to resolve.
func isPath(to string) bool {
	return strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.ContainsAny(to, "%?#:\\ ") && !strings.Contains(to, "/.")
}

// isPart says whether an address is a part of the page that has it, as it stands.
func isPart(to string) bool { return strings.HasPrefix(to, "#") && !strings.Contains(to, "%") }

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
	page := c.ledger.page(target)
	if page == nil {
		page = c.ledger.page(target + "/")
	}
	if page == nil {
		return true
	}
	_, there := slices.BinarySearch(page.anchors, anchorSum(fragment))
	return there
}
