package formats

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"time"
)

// element is a piece of an XML file.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// all are the children of a name within the element's own namespace.
func (e element) all(name string) []element { return e.within(e.XMLName.Space, name) }

func (e element) within(space, name string) []element {
	var out []element
	for _, c := range e.Children {
		if c.XMLName == (xml.Name{Space: space, Local: name}) {
			out = append(out, c)
		}
	}
	return out
}

// text is the text of the first child of a name.
func (e element) text(name string) string {
	if all := e.all(name); len(all) > 0 {
		return strings.TrimSpace(all[0].Text)
	}
	return ""
}

// once wants exactly one child of each name, with a text.
func (f *found) once(e element, names ...string) {
	for _, name := range names {
		f.want(len(e.all(name)) == 1 && e.text(name) != "", "%s has %d %s, or an empty one", e.XMLName.Local, len(e.all(name)), name)
	}
}

// known wants no other children of the element's own namespace.
func (f *found) known(e element, names ...string) {
	for _, c := range e.Children {
		if c.XMLName.Space == e.XMLName.Space {
			f.want(slices.Contains(names, c.XMLName.Local), "%s has the unknown child %s", e.XMLName.Local, c.XMLName.Local)
		}
	}
}

func parse(data []byte) (root element, err error) {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = true
	err = d.Decode(&root)
	return root, err
}

const atomSpace = "http://www.w3.org/2005/Atom"

// Atom checks a feed of RFC 4287.
func Atom(data []byte) []string {
	var f found
	feed, err := parse(data)
	if err != nil {
		return []string{err.Error()}
	}
	f.want(feed.XMLName == (xml.Name{Space: atomSpace, Local: "feed"}), "the root is %v", feed.XMLName)
	f.known(feed, "author", "category", "contributor", "generator", "icon", "id", "link", "logo", "rights", "subtitle", "title", "updated", "entry")
	f.once(feed, "id", "title", "updated")
	f.address("the feed's id", feed.text("id"))
	f.time("the feed's updated", feed.text("updated"), time.RFC3339)
	f.links(feed, "self", "alternate")
	f.persons(feed)
	ids := map[string]bool{}
	for _, entry := range feed.all("entry") {
		id := entry.text("id")
		f.want(!ids[id], "the entry %s comes twice", id)
		ids[id] = true
		f.entry(entry)
		f.want(len(feed.all("author"))+len(entry.all("author")) > 0, "%s has no author, nor has the feed", id)
	}
	return f
}

func (f *found) entry(e element) {
	f.known(e, "author", "category", "content", "contributor", "id", "link", "published", "rights", "source", "summary", "title", "updated")
	f.once(e, "id", "title", "updated")
	f.address("an entry's id", e.text("id"))
	f.time("an entry's updated", e.text("updated"), time.RFC3339)
	if len(e.all("published")) > 0 {
		f.time("an entry's published", e.text("published"), time.RFC3339)
	}
	f.want(len(e.all("summary")) <= 1 && len(e.all("content")) <= 1, "%s has two summaries or contents", e.text("id"))
	f.links(e, "alternate")
	f.persons(e)
	for _, c := range e.all("category") {
		f.want(c.attr("term") != "", "%s has a category without a term", e.text("id"))
	}
}

// links wants one link of each of some relations, and whole URLs behind all.
func (f *found) links(e element, rels ...string) {
	count := map[string]int{}
	for _, l := range e.all("link") {
		count[l.attr("rel")]++
		f.address("a link", l.attr("href"))
	}
	for _, rel := range rels {
		f.want(count[rel] == 1, "%s has %d links of the relation %s", e.XMLName.Local, count[rel], rel)
	}
}

func (f *found) persons(e element) {
	for _, p := range e.all("author") {
		f.once(p, "name")
		f.known(p, "name", "uri", "email")
	}
}

// RSS checks a feed of RSS 2.0, as the RSS Advisory Board has it.
func RSS(data []byte) []string {
	var f found
	root, err := parse(data)
	if err != nil {
		return []string{err.Error()}
	}
	f.want(root.XMLName == xml.Name{Local: "rss"} && root.attr("version") == "2.0", "the root is %v, version %q", root.XMLName, root.attr("version"))
	if len(root.all("channel")) != 1 {
		return append(f, "there is not one channel")
	}
	channel := root.all("channel")[0]
	f.known(channel, "title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate", "lastBuildDate",
		"category", "generator", "docs", "cloud", "ttl", "image", "textInput", "skipHours", "skipDays", "item")
	f.once(channel, "title", "link", "description")
	f.address("the channel's link", channel.text("link"))
	if built := channel.text("lastBuildDate"); built != "" {
		f.time("lastBuildDate", built, time.RFC1123Z)
	}
	self := channel.within(atomSpace, "link")
	f.want(len(self) == 1 && self[0].attr("rel") == "self", "the channel has no atom:link to itself")
	guids := map[string]bool{}
	for _, item := range channel.all("item") {
		guid := item.text("guid")
		f.want(guid != "" && !guids[guid], "the guid %q is empty or comes twice", guid)
		guids[guid] = true
		f.item(item)
	}
	return f
}

func (f *found) item(item element) {
	f.known(item, "title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source")
	f.want(item.text("title")+item.text("description") != "", "an item has neither title nor description")
	f.address("an item's link", item.text("link"))
	if guids := item.all("guid"); len(guids) == 1 && guids[0].attr("isPermaLink") != "false" {
		f.address("a guid", item.text("guid"))
	}
	f.time("a pubDate", item.text("pubDate"), time.RFC1123Z)
	for _, a := range item.all("author") {
		f.want(strings.Contains(a.Text, "@"), "an author is no e-mail address: %q", a.Text)
	}
}

const sitemapSpace = "http://www.sitemaps.org/schemas/sitemap/0.9"

// Sitemap checks a sitemap, or the index of a sitemap's parts.
func Sitemap(data []byte) []string {
	var f found
	root, err := parse(data)
	if err != nil {
		return []string{err.Error()}
	}
	child := map[string]string{"urlset": "url", "sitemapindex": "sitemap"}[root.XMLName.Local]
	f.want(child != "" && root.XMLName.Space == sitemapSpace, "the root is %v", root.XMLName)
	f.known(root, child)
	entries := root.all(child)
	f.want(len(entries) >= 1 && len(entries) <= 50_000, "there are %d entries", len(entries))
	f.want(len(data) <= 50<<20, "it has %d bytes", len(data))
	seen, hosts := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		loc := e.text("loc")
		f.once(e, "loc")
		f.known(e, "loc", "lastmod", "changefreq", "priority")
		f.address("a loc", loc)
		f.want(len(loc) < 2048 && !seen[loc], "%s is too long, or comes twice", loc)
		seen[loc] = true
		if u, err := url.Parse(loc); err == nil {
			hosts[u.Host] = true
		}
		if lastmod := e.text("lastmod"); lastmod != "" {
			f.time("the lastmod of "+loc, lastmod, time.DateOnly, time.RFC3339)
		}
	}
	f.want(len(hosts) <= 1, "it names several hosts")
	return f
}
