package infra_test

import (
	"path"
	"path/filepath"
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
