package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"leadsite/e2e/corpus"
	"leadsite/e2e/program"
)

var update = flag.Bool("update", false, "record Hugo's pages anew; builds Hugo if need be")

const (
	recordedFile  = "testdata/hugo.txtar"
	recordedPosts = 25
)

// recordedPages are one of each kind: both ends of the lists, and posts with everything in them.
var recordedPages = strings.Fields(`index.html page/3/index.html posts/index.html posts/page/2/index.html tags/index.html tags/crm/index.html
	categories/news/index.html contact/index.html posts/post-000004/index.html posts/post-000023/index.html`)

// TestFair compares leadsite's site with Hugo's, which is recorded because building Hugo takes minutes: the number of
// pages, and elements and text of ten. `make bench` compares all pages with a Hugo that runs.
func TestFair(t *testing.T) {
	if *update {
		record(t)
	}
	want, err := txtar.ParseFile(recordedFile)
	if err != nil {
		t.Fatal(err)
	}
	c := openCourse(t, program.Path(t), "")
	if _, err := c.runOurs(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := archive(t, c.public("ours"))
	if diff := cmp.Diff(string(txtar.Format(want)), string(txtar.Format(got))); diff != "" {
		t.Errorf("leadsite's site is not Hugo's (-Hugo +leadsite):\n%s", diff)
	}
}

func openCourse(t *testing.T, leadsite, hugo string) *course {
	t.Helper()
	c, err := newCourse(leadsite, hugo, recordedPosts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.remove() })
	return c
}

// record writes down what Hugo makes.
func record(t *testing.T) {
	t.Helper()
	hugo, err := installHugo(t.Context(), os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	c := openCourse(t, "", hugo)
	if _, err := c.runTheirs(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(recordedFile, txtar.Format(archive(t, c.public("theirs"))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// archive is a finished site as it is recorded: how many pages there are, and outlines of some.
func archive(t *testing.T, dir string) *txtar.Archive {
	t.Helper()
	all, err := site(dir)
	if err != nil {
		t.Fatal(err)
	}
	a := &txtar.Archive{Comment: fmt.Appendf(nil, "%d pages of %d posts, as Hugo %s makes them.\n", len(all), recordedPosts, hugoVersion)}
	for _, page := range recordedPages {
		text, err := read(dir, page)
		if err != nil {
			t.Fatal(err)
		}
		a.Files = append(a.Files, txtar.File{Name: page, Data: []byte(text)})
	}
	return a
}

// A comparison that finds nothing proves nothing: an element, an address and a word that differ are each found.
func TestOutlineTellsApart(t *testing.T) {
	const page = `<!doctype html><meta name=generator content=Hugo><h2 id=a>A &amp; B</h2><p>One <a href=/x/>two</a></p><p>3 min read</p>` +
		`<div class=highlight><pre><code><span>x</span></code></pre></div><script>1</script>`
	if got, want := of(page), "h2 a: A & B\np: One\na /x/: two\np: N min read\npre:\ncode: x\nscript:\n"; got != want {
		t.Errorf("the outline is\n%s, want\n%s", got, want)
	}
	for _, change := range [][2]string{{"<h2", "<h3"}, {"/x/", "/y/"}, {"two", "three"}, {"id=a", "id=b"}} {
		if of(strings.ReplaceAll(page, change[0], change[1])) == of(page) {
			t.Errorf("%s for %s is not seen", change[1], change[0])
		}
	}
	if of(strings.ReplaceAll(page, "3 min", "4 min")) != of(page) {
		t.Error("the minutes count")
	}
}

func of(page string) string { return outline(strings.NewReader(page)) }

// Sites with other pages, or other text in one, are found to differ.
func TestCompareFindsDifferences(t *testing.T) {
	c := &course{dir: t.TempDir()}
	write := func(path, text string) {
		file := filepath.Join(c.dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := func(faults int) {
		t.Helper()
		if _, got, err := c.compare(10); err != nil || len(got) != faults {
			t.Errorf("%q, %v: want %d", got, err, faults)
		}
	}
	write("ours/public/a/index.html", "<p>One")
	write("theirs/public/a/index.html", "<p>One</p>")
	want(0)
	write("theirs/public/a/index.html", "<p>Two</p>")
	want(1)
	write("ours/public/b/index.html", "<p>One")
	want(1)
}

// Each post is the same in every blog, and no two are.
func TestCorpusIsTheSame(t *testing.T) {
	small, large := t.TempDir(), t.TempDir()
	if err := corpus.Write(small, 2); err != nil {
		t.Fatal(err)
	}
	if err := corpus.Write(large, 3); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		one, err := os.ReadFile(filepath.Join(small, corpus.Name(i)))
		if err != nil {
			t.Fatal(err)
		}
		other, err := os.ReadFile(filepath.Join(large, corpus.Name(i)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one, other) {
			t.Errorf("post %d depends on how many there are", i)
		}
	}
	if bytes.Equal(corpus.Post(0), corpus.Post(1)) {
		t.Error("two posts are the same")
	}
}
