package infra_test

import (
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"leadsite/infra/upload"
)

// made are the kinds of files that a build makes of pages, theme and outputs; what else lies in static/ is upload's own test.
var made = map[string]string{
	".html": "text/html; charset=utf-8", ".xml": "application/xml; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json",
	".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
	"feed.json": "application/feed+json",
}

// Every file of a site with all its outputs is in the bucket with its kind, none as a riddle, and none of the compressed
// copies that are for plain hosts: the edge compresses by itself.
func TestEveryFileHasItsType(t *testing.T) {
	c := newCloud(t)
	c.write("content/site.yaml", "title: "+c.title+"\nbase_url: https://www.example.com/\nmail: {from: leads@"+c.name()+".example.com}\n"+
		"organization: {name: Ropes, email: owner@example.com}\nlangs: {de: {}}\n"+
		"outputs: [feeds, sitemap, robots, llms, icons, \"404\", search, cards, compress]\n")
	c.write("content/blog/tar.md", "---\ntitle: Tar\ndate: 2026-11-01\ndescription: Why it smells.\n---\nIt does.\n")
	c.write("content/index.de.md", "---\ntitle: Taue\ndescription: Wir machen Taue.\n---\nHier.\n")
	c.ok("--yes")
	bucket, seen := "files-of-"+c.name(), map[string]bool{}
	files, _ := filepath.Glob(filepath.Join(c.site, "public", "*.gz"))
	if len(files) == 0 {
		t.Fatal("the build made no compressed copies: this test would not see them")
	}
	for _, name := range c.objects(bucket) {
		kind := path.Ext(name)
		if path.Base(name) == "feed.json" {
			kind = "feed.json"
		}
		seen[kind] = true
		out, err := c.s3().HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &name})
		if err != nil {
			t.Fatal(err)
		}
		if got := aws.ToString(out.ContentType); got != made[kind] || aws.ToString(out.ContentEncoding) != "" {
			t.Errorf("%s is %q, encoded %q", name, got, aws.ToString(out.ContentEncoding))
		}
		if year := strings.Contains(aws.ToString(out.CacheControl), "immutable"); year != upload.Fingerprinted(name) {
			t.Errorf("%s is kept %q", name, aws.ToString(out.CacheControl))
		}
	}
	for _, kind := range []string{".html", ".xml", ".txt", ".css", ".js", ".json", ".png", ".webmanifest", "feed.json"} {
		if !seen[kind] {
			t.Errorf("no %s was uploaded", kind)
		}
	}
}

// A site in several languages has a second distribution, for 404 pages: the bucket lets it read, the store names the
// pages, and it forgets those that changed, and no others. A site in one language has none.
func TestNotFoundByLanguage(t *testing.T) {
	c := newCloud(t)
	app, edge := "leadsite-"+c.name(), "leadsite-"+c.name()+"-edge"
	c.ok("--yes")
	if c.stacks[edge].parameters["Languages"] != "no" || c.stacks[app].parameters["NotFoundArn"] != "" {
		t.Errorf("a site in one language has %v", c.stacks[edge].parameters)
	}
	c.write("content/site.yaml", "title: "+c.title+"\nbase_url: https://www.example.com/\nmail: {from: leads@"+c.name()+".example.com}\n"+
		"organization: {name: Ropes, email: owner@example.com}\nlangs: {de: {}}\nredirects: [{from: /de/laden/, status: 410}]\n")
	c.write("content/index.de.md", "---\ntitle: Taue\ndescription: Wir machen Taue.\n---\nHier.\n")
	c.ok("--yes")
	if c.stacks[edge].parameters["Languages"] != "yes" || c.stacks[app].parameters["NotFoundArn"] != "arn:aws:cloudfront::1:distribution/N"+c.name() {
		t.Errorf("edge: %v; app: %v", c.stacks[edge].parameters, c.stacks[app].parameters)
	}
	if c.redirects["404:de"] != "/de/404.html" || !strings.Contains(c.redirects["gone:de"], `<html lang="de">`) || !strings.Contains(c.redirects["gone:de"], "/assets/site.") {
		t.Errorf("the store has %q", c.redirects)
	}
	c.invalidated, c.forgetful = nil, nil
	c.write("content/index.de.md", "---\ntitle: Seile\ndescription: Wir machen Seile.\n---\nHier.\n")
	c.ok("--yes")
	if slices.Contains(c.forgetful, "N"+c.name()) != slices.Contains(slices.Concat(c.invalidated...), "/de/404.html") {
		t.Errorf("%v forget %v", c.forgetful, c.invalidated)
	}
	c.invalidated, c.forgetful = nil, nil
	c.write("content/404.de.md", "---\ntitle: Verlaufen\ndescription: Hier ist nichts.\nlayout: \"404\"\n---\nHier ist nichts.\n")
	c.ok("--yes")
	i := slices.Index(c.forgetful, "N"+c.name())
	if i < 0 || !slices.Equal(c.invalidated[i], []string{"/de/404.html"}) || !slices.Contains(c.forgetful, "E"+c.name()) {
		t.Errorf("%v forget %v", c.forgetful, c.invalidated)
	}
}
