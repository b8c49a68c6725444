package site_test

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/theme"
)

func post(title, date string, more ...string) string {
	return fmt.Sprintf("---\ntitle: %q\ndate: %s\n%s\n---\nText of %s.\n", title, date, strings.Join(more, "\n"), title)
}

func TestOptions(t *testing.T) {
	files := []string{
		"content/blog/draft.md", post("Draft", "2026-01-01", "draft: true"),
		"content/blog/future.md", post("Future", "2027-01-01"),
		"content/blog/expired.md", post("Expired", "2026-01-01", "expiryDate: 2026-02-01"),
	}
	for name, c := range map[string]struct {
		opts site.Options
		want string
	}{
		"plain":  {site.Options{}, ""},
		"drafts": {site.Options{Drafts: true}, "/blog/draft/"},
		"future": {site.Options{Future: true}, "/blog/future/"},
		"both":   {site.Options{Future: true, Drafts: true}, "/blog/future/,/blog/draft/"},
	} {
		s := planned(t, c.opts, files...)
		if got := urls(s.Home.Items); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	s := planned(t, site.Options{BaseURL: "http://127.0.0.1:8080"}, files...)
	if s.Home.Permalink != "http://127.0.0.1:8080/" || s.BaseURL != "http://127.0.0.1:8080/" {
		t.Errorf("home is at %s", s.Home.Permalink)
	}
	left, ok := s.LeftOut("/blog/future/")
	if want := (site.Skipped{Page: "blog/future.md", Why: "due on 2027-01-01", Due: left.Due}); !ok || left != want {
		t.Errorf("LeftOut = %v, %v", left, ok)
	}
	if _, ok := s.LeftOut("/nowhere/"); ok {
		t.Error("what was never there is left out")
	}
}

func TestResolve(t *testing.T) {
	s := planned(t, site.Options{},
		"content/about.md", "---\ntitle: About\n---\n",
		"content/blog/index.md", "---\ntitle: Blog\n---\n",
		"content/blog/first.md", post("First", "2026-01-01", "slug: one"),
		"content/blog/chart.png", "png",
		"content/blog/trip/index.md", post("Trip", "2026-01-02"),
		"content/blog/trip/boat.jpg", "jpg",
		"content/static/logo.svg", "svg",
	)
	for _, c := range []struct {
		from, to, want string
		ok             bool
	}{
		{"blog/first.md", "trip/index.md", "/blog/trip/", true},
		{"blog/first.md", "trip/", "/blog/trip/", true},
		{"blog/first.md", "trip/boat.jpg", "/blog/trip/boat.jpg", true},
		{"blog/first.md", "chart.png", "/blog/chart.png", true},
		{"blog/first.md", "../about.md#team", "/about/#team", true},
		{"blog/first.md", "/about.md?x=1", "/about/?x=1", true},
		{"blog/first.md", "./", "/blog/", true},
		{"blog/trip/index.md", "boat.jpg", "/blog/trip/boat.jpg", true},
		{"blog/trip/index.md", "../first.md", "/blog/one/", true},
		{"about.md", "blog/first.md", "/blog/one/", true},
		{"about.md", "/logo.svg", "/logo.svg", false},
		{"about.md", "#top", "#top", false},
		{"about.md", "?q=1", "?q=1", false},
		{"about.md", "https://other.example/about.md", "https://other.example/about.md", false},
		{"about.md", "mailto:a@example.com", "mailto:a@example.com", false},
		{"about.md", "//other.example/x", "//other.example/x", false},
		{"about.md", "../../etc/passwd", "../../etc/passwd", false},
		{"about.md", "nothing.md", "nothing.md", false},
		{"about.md", "", "", false},
	} {
		got, ok := s.Resolve(s.ByPath[c.from], c.to)
		if got != c.want || ok != c.ok {
			t.Errorf("%s on %s leads to %q, %v; want %q, %v", c.to, c.from, got, ok, c.want, c.ok)
		}
	}
}

func TestPostsAndRelated(t *testing.T) {
	s := planned(t, site.Options{},
		"content/blog/a.md", post("Keeping customer records", "2026-01-01", "tags: [crm, sales]"),
		"content/blog/b.md", post("Answer fast", "2026-01-02", "tags: [sales]"),
		"content/blog/c.md", post("Records that nobody reads", "2026-01-03", "tags: [email]"),
		"content/blog/d.md", post("Unlike the others", "2026-01-04", "tags: [rope]"),
		"content/blog/e.md", post("Names and numbers", "2026-01-05", "tags: [sales, crm]", "series: [numbers]"),
		"content/blog/f.md", post("More of them", "2026-01-06", "series: [numbers]", "keywords: rope"),
		"content/landing/offer.md", post("Offer for sales", "2026-01-07", "tags: [sales]", "layout: landing"),
		"content/about.md", "---\ntitle: Who answers fast\ntags: [email]\n---\n",
	)
	for page, want := range map[string]string{
		"blog/a.md":        "/blog/e/,/blog/b/,/blog/c/",
		"blog/d.md":        "",
		"blog/e.md":        "/blog/a/,/blog/f/,/blog/b/",
		"landing/offer.md": "/blog/e/,/blog/b/,/blog/a/",
		"about.md":         "/blog/c/,/blog/b/",
	} {
		for range 2 { // the second answer comes from a used scratch
			if got := urls(s.Related(s.ByPath[page], 3)); got != want {
				t.Errorf("related to %s: %s, want %s", page, got, want)
			}
		}
	}
	if got := urls(s.Related(s.ByPath["blog/a.md"], 1)); got != "/blog/e/" {
		t.Errorf("the most related: %s", got)
	}
	if got := s.Related(s.Sections["blog"], 3); got != nil {
		t.Errorf("a list has related posts: %s", urls(got))
	}
	for section, want := range map[string]string{"": "/blog/f/,/blog/e/", "blog": "/blog/f/,/blog/e/", "landing": "", "nowhere": ""} {
		if got := urls(s.Posts(section, 2)); got != want {
			t.Errorf("posts of %q: %s, want %s", section, got, want)
		}
	}
	if got := len(s.Posts("blog", 100)); got != 6 {
		t.Errorf("%d posts of the blog", got)
	}
}

func TestBytes(t *testing.T) {
	s := planned(t, site.Options{},
		"content/site.yaml", siteYAML+"description: About <tests> & ropes.\norganization: {name: Ropes}\nauthors: {anna: {name: Anna Berg}}\ntaxonomies: [tags]\n",
		"content/index.md", "---\ntitle: Welcome to us\n---\n",
		"content/blog/index.md", "---\ntitle: Notes\ndescription: \"All <notes>\"\n---\n",
		"content/blog/a.md", post("One & two <b>", "2026-01-02T10:00:00+01:00", "description: In short.", "author: [anna, Ben]", "tags: [CRM]", "lastmod: 2026-03-04", "aliases: [/old/]"),
		"content/blog/b.md", post("Grüße", "2026-01-01"),
		"content/hidden.md", "---\ntitle: Hidden\nnoindex: true\n---\n",
	)
	got := map[string]string{}
	for _, o := range s.Outputs {
		if o.Kind == site.OutputHTML || o.Kind == site.OutputIcon {
			if _, err := s.Bytes(o); err == nil {
				t.Errorf("%s was made without a template", o.Path)
			}
			continue
		}
		data, err := s.Bytes(o)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(o.Path, ".xml") {
			if err := xml.Unmarshal(data, new(any)); err != nil {
				t.Errorf("%s: %v", o.Path, err)
			}
		}
		got[o.Path] = string(data)
	}
	want := map[string]string{
		"blog/feed.xml": `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><id>https://www.example.com/blog/</id><title>Notes – Test</title><subtitle>All &lt;notes&gt;</subtitle><updated>2026-03-04T00:00:00Z</updated>` +
			`<link rel="self" type="application/atom+xml" href="https://www.example.com/blog/feed.xml"></link><link rel="alternate" type="text/html" href="https://www.example.com/blog/"></link><author><name>Ropes</name></author>` +
			`<entry><id>https://www.example.com/blog/a/</id><title>One &amp; two &lt;b&gt;</title><published>2026-01-02T10:00:00+01:00</published><updated>2026-03-04T00:00:00Z</updated>` +
			`<link rel="alternate" type="text/html" href="https://www.example.com/blog/a/"></link><author><name>Anna Berg</name></author><author><name>Ben</name></author><category term="CRM"></category><summary>In short.</summary></entry>` +
			`<entry><id>https://www.example.com/blog/b/</id><title>Grüße</title><published>2026-01-01T00:00:00Z</published><updated>2026-01-01T00:00:00Z</updated>` +
			`<link rel="alternate" type="text/html" href="https://www.example.com/blog/b/"></link><summary>Text of Grüße.</summary></entry></feed>
`,
		"sitemap.xml": `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://www.example.com/</loc><lastmod>2026-03-04</lastmod></url>` +
			`<url><loc>https://www.example.com/blog/</loc><lastmod>2026-03-04</lastmod></url><url><loc>https://www.example.com/blog/a/</loc><lastmod>2026-03-04</lastmod></url>` +
			`<url><loc>https://www.example.com/blog/b/</loc><lastmod>2026-01-01</lastmod></url>` +
			`<url><loc>https://www.example.com/tags/</loc><lastmod>2026-03-04</lastmod></url><url><loc>https://www.example.com/tags/crm/</loc><lastmod>2026-03-04</lastmod></url></urlset>
`,
		"robots.txt": "User-agent: *\nDisallow: /api/\nDisallow: /desk/\n\nSitemap: https://www.example.com/sitemap.xml\n",
		"old/index.html": `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>One &amp; two &lt;b&gt;</title>
<link rel="canonical" href="https://www.example.com/blog/a/">
<meta http-equiv="refresh" content="0; url=/blog/a/">
</head>
<body><p><a href="/blog/a/">One &amp; two &lt;b&gt;</a></p></body>
</html>
`,
	}
	if home := got["feed.xml"]; !strings.Contains(home, "<title>Test</title><subtitle>About &lt;tests&gt; &amp; ropes.</subtitle>") {
		t.Errorf("the site's feed is not titled as the site:\n%s", home)
	}
	for path, text := range want {
		if diff := cmp.Diff(text, got[path]); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	}
	if len(got) != len(want)+4 { // the feeds of the site and of the tag, llms.txt, icon and manifest
		t.Errorf("%d outputs without a template", len(got))
	}
}

// generated is a tree of n posts over ten years, with three of twenty tags each.
func generated(n int) *content.Tree {
	cfg := content.Defaults()
	cfg.Title, cfg.BaseURL, cfg.Taxonomies = "Bench", "https://www.example.com/", []string{"tags", "categories"}
	words := strings.Fields("marketing sales lead funnel customer journey qualified pipeline content landing page form visitor campaign email brand value growth business team owner budget channel metric")
	tree := &content.Tree{Config: cfg, Files: map[string]content.File{}}
	for i := range n {
		word := func(k int) string { return words[(i*7+k*5+i/len(words))%len(words)] }
		path := fmt.Sprintf("posts/post-%06d.md", i)
		tree.Entries = append(tree.Entries, &content.Entry{File: "content/" + path, Path: path, Key: path, Lang: "en", Words: 800, Front: content.Front{
			Rare:  new(content.Rare),
			Title: fmt.Sprintf("%s %s %s %s %d", word(1), word(2), word(3), word(4), i), Description: "About " + word(1),
			Date:    time.Date(2015, 1, 1+i%3650, 0, 0, 0, 0, time.UTC),
			Authors: []string{"Alex Doe"},
			Terms: content.Filings{{Taxonomy: "categories", Terms: []string{words[i%3]}},
				{Taxonomy: "tags", Terms: []string{words[i%20], words[(i+7)%20], words[(i+13)%20]}}},
		}})
	}
	return tree
}

func TestSitemapInParts(t *testing.T) {
	tree := generated(50_001)
	for _, e := range tree.Entries {
		e.Front.Terms = nil
	}
	var problems content.Problems
	s := site.Plan(tree, theme.Load(embedded(), embedded(), tree.Config, &problems), site.Options{Now: now}, &problems)
	var got []string
	for _, o := range s.Outputs {
		if o.Kind == site.OutputSitemap {
			data, err := s.Bytes(o)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprint(o.Path, " ", strings.Count(string(data), "<loc>")))
		}
	}
	if diff := cmp.Diff([]string{"sitemap.xml 2", "sitemap-1.xml 50000", "sitemap-2.xml 3"}, got); diff != "" {
		t.Error(diff)
	}
}

func BenchmarkPlan(b *testing.B) {
	tree := generated(10_000)
	var problems content.Problems
	th := theme.Load(embedded(), embedded(), tree.Config, &problems)
	b.ReportAllocs()
	for b.Loop() {
		s := site.Plan(tree, th, site.Options{Now: now}, &problems)
		if len(s.Outputs) < 15_000 {
			b.Fatal(len(s.Outputs), report(&problems))
		}
	}
}

func BenchmarkRelated(b *testing.B) {
	tree := generated(10_000)
	var problems content.Problems
	s := site.Plan(tree, theme.Load(embedded(), embedded(), tree.Config, &problems), site.Options{Now: now}, &problems)
	s.Related(s.Home.Items[0], 3)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if len(s.Related(s.Home.Items[i%len(s.Home.Items)], 3)) != 3 {
			b.Fatal("fewer than three")
		}
	}
}
