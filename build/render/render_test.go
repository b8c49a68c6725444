package render_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/render"
	"leadsite/build/site"
	"leadsite/build/theme"
)

var update = flag.Bool("update", false, "write what is rendered into the archives of testdata/pages")

// rendered is a site with its renderer and everything that was said about it.
type rendered struct {
	*site.Site
	*render.Renderer
	pictures *asset.Pictures
	problems content.Problems
}

// open plans a source with the theme in testdata/theme, and readies its renderer.
func open(t testing.TB, source fs.FS) *rendered {
	t.Helper()
	return openWith(t, os.DirFS("testdata/theme"), source)
}

// openWith is open with another theme for those that the source does not have.
func openWith(t testing.TB, themes, source fs.FS) *rendered {
	t.Helper()
	r := &rendered{}
	tree, err := content.Load(context.Background(), source, &r.problems)
	if err != nil {
		t.Fatal(err)
	}
	look := theme.Load(themes, source, tree.Config, &r.problems)
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	r.Site = site.Plan(tree, look, site.Options{Now: now}, &r.problems)
	asIs := func(_ string, data []byte) ([]byte, error) { return data, nil }
	assets := asset.Make(look.FS, look.Name, look.Settings, asIs, &r.problems)
	r.pictures = asset.NewPictures(asset.PictureOptions{Source: source, Copies: r.Site.Copies, Minify: asIs})
	r.Renderer = render.New(render.Options{Site: r.Site, Theme: look, Assets: assets, Pictures: r.pictures, Problems: &r.problems})
	return r
}

// files makes a source of names and texts in turn, with settings unless there are some.
func files(pairs ...string) fstest.MapFS {
	source := fstest.MapFS{content.SiteFile: {Data: []byte("title: Test\nbase_url: https://www.example.com/\n")}}
	for i := 0; i < len(pairs); i += 2 {
		source[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return source
}

// page renders one file of the site.
func (r *rendered) page(t testing.TB, path string) string {
	t.Helper()
	for _, o := range r.Outputs {
		if o.Path == path {
			data, err := r.Render(o)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			return string(data)
		}
	}
	t.Fatalf("the site has no %s", path)
	return ""
}

func (r *rendered) said() string {
	var b strings.Builder
	for _, e := range r.problems.Errors() {
		fmt.Fprintf(&b, "%v\n\t%s\n", e, e.Hint)
	}
	return b.String()
}

// Every archive of testdata/pages is a source, and want/PATH what comes of some of its pages.
func TestPages(t *testing.T) {
	archives, err := filepath.Glob("testdata/pages/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source := files()
			for _, f := range archive.Files {
				source[f.Name] = &fstest.MapFile{Data: f.Data}
			}
			r := open(t, source)
			for i, f := range archive.Files {
				if path, ok := strings.CutPrefix(f.Name, "want/"); ok {
					archive.Files[i].Data = compareWith(t, f, r.page(t, path))
				}
			}
			if said := r.said(); said != "" {
				t.Errorf("unexpected mistakes:\n%s", said)
			}
			if *update {
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func compareWith(t *testing.T, f txtar.File, got string) []byte {
	if !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	if diff := cmp.Diff(string(f.Data), got); diff != "" && !*update {
		t.Errorf("%s differs:\n%s", f.Name, diff)
	}
	return []byte(got)
}

// Outputs without a template are the plan's own.
func TestOtherOutputs(t *testing.T) {
	r := open(t, files("content/blog/a.md", "---\ntitle: A\ndate: 2026-03-01\naliases: [/old/]\n---\n"))
	for path, want := range map[string]string{"feed.xml": "<feed", "sitemap.xml": "<urlset", "robots.txt": "Sitemap:", "old/index.html": "/blog/a/"} {
		if got := r.page(t, path); !strings.Contains(got, want) {
			t.Errorf("%s lacks %s: %s", path, want, got)
		}
	}
}

// Rendering twice, and in another order, on many goroutines, gives the same bytes.
func TestRenderIsPureAndConcurrent(t *testing.T) {
	source := files("content/forms/contact.yaml", "submit: Send\nsuccess: /about/\nfields: [{name: email, label: E-mail, type: email}]\n",
		"content/about.md", "---\ntitle: About\nform: contact\n---\n## A\n## A\n")
	for i := range 40 {
		source[fmt.Sprintf("content/blog/p%02d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"---\ntitle: Post %d\ndate: 2026-03-%02d\ntags: [a, b%d]\n---\n## Head\n\nText[^1] {{< form contact >}}\n\n```go\nvar x = %d\n```\n\n[^1]: Note %d\n", i, i%28+1, i%5, i, i)}
	}
	r := open(t, source)
	first := map[string][]byte{}
	for _, o := range r.Outputs {
		first[o.Path] = []byte(r.page(t, o.Path))
	}
	type result struct {
		path string
		data []byte
		err  error
	}
	results := make(chan result)
	for range 4 {
		for _, o := range r.Outputs {
			go func() {
				data, err := r.Render(o)
				results <- result{o.Path, data, err}
			}()
		}
	}
	for range 4 * len(r.Outputs) {
		if got := <-results; got.err != nil || !bytes.Equal(got.data, first[got.path]) {
			t.Errorf("%s: other bytes, %v", got.path, got.err)
		}
	}
	if said := r.said(); said != "" {
		t.Error(said)
	}
}

// What is listed has its terms, too.
func TestTermsOfItems(t *testing.T) {
	r := open(t, files("content/blog/a.md", "---\ntitle: A\ndate: 2026-03-01\ntags: [One, two]\n---\n", "content/blog/b.md", "---\ntitle: B\ndate: 2026-03-02\n---\n",
		"themes/default/templates/list.html", `{{ define "main" }}{{ range .List.Items }}{{ .Title }}:{{ range .Terms.tags }} <a href="{{ .URL }}">{{ .Name }}</a> {{ .Count }}{{ end }};{{ end }}{{ end }}`))
	const want = `B:;A: <a href="/tags/one/">One</a> 1 <a href="/tags/two/">two</a> 1;`
	if page := r.page(t, "blog/index.html"); !strings.Contains(page, want) {
		t.Errorf("the list has not %s: %s", want, page)
	}
}

// A home page with the layout of a list shows its posts part by part, as a section does.
func TestHomeAsList(t *testing.T) {
	source := files("content/index.md", "---\ntitle: Home\nlayout: list\n---\n")
	for i := range 11 {
		source[fmt.Sprintf("content/blog/p%02d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil, "---\ntitle: Post %d\ndate: 2026-03-%02d\n---\n", i, i+1)}
	}
	r := open(t, source)
	if page := r.page(t, "index.html"); !strings.Contains(page, "Post 10") || strings.Contains(page, "Post 0<") {
		t.Errorf("the first part is not the ten newest: %s", page)
	}
	if page := r.page(t, "page/2/index.html"); !strings.Contains(page, "Post 0<") {
		t.Errorf("the second part lacks the oldest: %s", page)
	}
}
