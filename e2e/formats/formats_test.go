package formats

import (
	"strings"
	"testing"
)

const goodAtom = `<feed xmlns="http://www.w3.org/2005/Atom"><id>https://a.example/</id><title>A</title><updated>2026-01-02T00:00:00Z</updated>
<link rel="self" href="https://a.example/feed.xml"/><link rel="alternate" href="https://a.example/"/><author><name>A</name></author>
<entry><id>https://a.example/b/</id><title>B</title><updated>2026-01-02T00:00:00Z</updated><link rel="alternate" href="https://a.example/b/"/><category term="x"/></entry></feed>`

const goodRSS = `<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A</title><link>https://a.example/</link><description>A</description>
<atom:link rel="self" href="https://a.example/index.xml"/><item><title>B</title><link>https://a.example/b/</link><guid>https://a.example/b/</guid><pubDate>Fri, 02 Jan 2026 00:00:00 +0000</pubDate></item></channel></rss>`

const goodJSON = `{"version":"https://jsonfeed.org/version/1.1","title":"A","home_page_url":"https://a.example/","feed_url":"https://a.example/feed.json",
"items":[{"id":"1","url":"https://a.example/b/","content_text":"B","date_published":"2026-01-02T00:00:00Z"}]}`

const goodSitemap = `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://a.example/</loc><lastmod>2026-01-02</lastmod></url></urlset>`

const goodLLMs = "# A\n\n> About.\n\n## Pages\n\n- [B](https://a.example/b/): c\n"

const goodManifest = `{"name":"A","start_url":"/","display":"browser","icons":[{"src":"/a.svg","sizes":"any","type":"image/svg+xml"}]}`

const goodPage = `<!doctype html><link rel=canonical href=https://a.example/><meta property=og:type content=website><meta property=og:title content=A>
<meta property=og:site_name content=A><meta property=og:url content=https://a.example/><meta name=twitter:card content=summary>
<script type=application/ld+json>{"@context":"https://schema.org","@type":"BreadcrumbList","itemListElement":[
{"@type":"ListItem","position":1,"name":"A","item":"https://a.example/"},{"@type":"ListItem","position":2,"name":"B","item":"https://a.example/b/"}]}</script>
<script type=application/ld+json>{"@context":"https://schema.org","@type":"BlogPosting","headline":"A","datePublished":"2026-01-02","author":[{"@type":"Person","name":"C"}]}</script>
<script type=application/ld+json>{"@context":"https://schema.org","@type":"FAQPage","mainEntity":[{"@type":"Question","name":"Q","acceptedAnswer":{"@type":"Answer","text":"A"}}]}</script>
<script type=application/ld+json>{"@context":"https://schema.org","@type":"Product","name":"P","offers":{"@type":"Offer","price":"9.50","priceCurrency":"EUR"}}</script>
<script type=application/ld+json>{"@context":"https://schema.org","@graph":[{"@type":"WebSite","name":"A","url":"https://a.example/"},{"@type":"Organization","name":"A","url":"https://a.example/"}]}</script>`

func TestWholeFilesHaveNoFault(t *testing.T) {
	for name, text := range map[string]string{"feed.xml": goodAtom, "index.xml": goodRSS, "feed.json": goodJSON, "sitemap.xml": goodSitemap,
		"llms.txt": goodLLMs, "site.webmanifest": goodManifest, "index.html": goodPage} {
		if faults, _ := File(name, []byte(text)); len(faults) > 0 {
			t.Errorf("%s: %q", name, faults)
		}
	}
}

// Every case breaks a whole file in one place.
func TestFindsFaults(t *testing.T) {
	for _, c := range []struct{ file, whole, from, to, want string }{
		{"feed.xml", goodAtom, "</feed>", "", "EOF"},
		{"feed.xml", goodAtom, "<id>https://a.example/</id>", "", "feed has 0 id"},
		{"feed.xml", goodAtom, "2026-01-02T00:00:00Z", "yesterday", "updated is"},
		{"feed.xml", goodAtom, `rel="self"`, `rel="own"`, "0 links of the relation self"},
		{"feed.xml", goodAtom, "<author><name>A</name></author>", "", "no author"},
		{"feed.xml", goodAtom, `term="x"`, "", "without a term"},
		{"index.xml", goodRSS, `version="2.0"`, "", "the root is"},
		{"index.xml", goodRSS, "<description>A</description>", "", "0 description"},
		{"index.xml", goodRSS, "Fri, 02 Jan 2026", "2026-01-02", "pubDate"},
		{"index.xml", goodRSS, "<guid>https://a.example/b/", "<guid>/b/", "a guid is"},
		{"index.xml", goodRSS, "<item>", "<item><author>B</author>", "no e-mail address"},
		{"feed.json", goodJSON, "1.1", "9", "the version"},
		{"feed.json", goodJSON, `"content_text":"B",`, "", "no content_text"},
		{"feed.json", goodJSON, `"id":"1"`, `"id":""`, "the id"},
		{"sitemap.xml", goodSitemap, "0.9", "0.8", "the root is"},
		{"sitemap.xml", goodSitemap, "2026-01-02", "today", "the lastmod"},
		{"sitemap.xml", goodSitemap, "https://a.example/", "/", "no whole URL"},
		{"llms.txt", goodLLMs, "# A", "A", "no title"},
		{"llms.txt", goodLLMs, "https://a.example/b/", "/b/", "no whole URL"},
		{"site.webmanifest", goodManifest, `"start_url":"/",`, "", "start_url"},
		{"site.webmanifest", goodManifest, `"sizes":"any",`, "", "an icon lacks"},
		{"a.html", goodPage, "https://schema.org", "schema", "the @context"},
		{"a.html", goodPage, `"position":2`, `"position":3`, "position 3"},
		{"a.html", goodPage, `"headline":"A",`, "", "BlogPosting has no headline"},
		{"a.html", goodPage, `"name":"C"`, `"name":""`, "an author has no name"},
		{"a.html", goodPage, `,"acceptedAnswer":{"@type":"Answer","text":"A"}`, "", "has no answer"},
		{"a.html", goodPage, `"9.50"`, `"from 9"`, "the price"},
		{"a.html", goodPage, `EUR`, `€`, "the currency"},
		{"a.html", goodPage, `"Product"`, `"Thing"`, "not known here"},
		{"a.html", goodPage, `href=https://a.example/`, "href=/", "canonical is"},
		{"a.html", goodPage, `<meta property=og:title content=A>`, "", "og:title is there 0 times"},
		{"a.html", goodPage, `property=og:url content=https://a.example/`, "property=og:url content=https://b.example/", "og:url [https://b.example/]"},
	} {
		broken := strings.Replace(c.whole, c.from, c.to, 1)
		faults, _ := File(c.file, []byte(broken))
		if broken == c.whole || !strings.Contains(strings.Join(faults, "\n"), c.want) {
			t.Errorf("%s without %q: %q, want %q", c.file, c.from, faults, c.want)
		}
	}
}
