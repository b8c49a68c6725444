package build_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leadsite/build"
	"leadsite/build/asset"
	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/publish"
	"leadsite/build/render"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/e2e/corpus"
	"leadsite/themes"
)

// benchPosts is large enough that what is done once for a site does not count.
const benchPosts = 500

// blog is the benchmark's site with posts, in a folder of its own.
func blog(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	blogIn(b, dir, benchPosts)
	return dir
}

func blogIn(t testing.TB, dir string, posts int) {
	t.Helper()
	if err := os.CopyFS(dir, os.DirFS("testdata/bench")); err != nil {
		t.Fatal(err)
	}
	if err := corpus.Write(filepath.Join(dir, "content", "posts"), posts); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkBuild is one cold build of 500 posts, on all cores.
func BenchmarkBuild(b *testing.B) {
	dir := blog(b)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for _, made := range []string{"public", "state", "dist"} {
			if err := os.RemoveAll(filepath.Join(dir, made)); err != nil {
				b.Fatal(err)
			}
		}
		b.StartTimer()
		if report, err := build.Build(b.Context(), options(dir)); err != nil || len(report.Errors) > 0 {
			b.Fatal(err, report)
		}
	}
}

// line is a site on its way through the stages, as far as a benchmark needs it.
type line struct {
	dir      string
	problems content.Problems
	tree     *content.Tree
	theme    *theme.Theme
	site     *site.Site
	pages    *render.Renderer
	outputs  []site.Output // HTML
	html     [][]byte      // of the outputs
	small    *minify.Minifier
}

func newLine(b *testing.B) *line {
	b.Helper()
	l := &line{dir: blog(b), small: minify.New()}
	l.tree, l.theme = l.load(b)
	l.site = l.plan()
	l.pages = l.open()
	for _, o := range l.site.Outputs {
		if o.Kind != site.OutputHTML {
			continue
		}
		html, err := l.pages.Render(o)
		if err != nil {
			b.Fatal(err)
		}
		l.outputs, l.html = append(l.outputs, o), append(l.html, html)
	}
	if errs := l.problems.Errors(); len(errs) > 0 {
		b.Fatal(errs[0])
	}
	return l
}

func (l *line) load(t testing.TB) (*content.Tree, *theme.Theme) {
	source := os.DirFS(l.dir)
	tree, err := content.Load(t.Context(), source, &l.problems)
	if err != nil {
		t.Fatal(err)
	}
	return tree, theme.Load(themes.Default(), source, tree.Config, &l.problems)
}

func (l *line) plan() *site.Site {
	return site.Plan(l.tree, l.theme, site.Options{Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}, &l.problems)
}

func (l *line) open() *render.Renderer {
	assets := asset.Make(l.theme.FS, l.theme.Name, l.theme.Settings, l.small.File, &l.problems)
	pictures := asset.NewPictures(asset.PictureOptions{Source: l.tree.Source, Copies: l.site.Copies, Minify: l.small.File, Dry: true})
	return render.New(render.Options{Site: l.site, Theme: l.theme, Assets: assets, Pictures: pictures, Problems: &l.problems})
}

// BenchmarkStage is each stage by itself, on one core but for load: the first ones over 500 posts, and those that take
// one page after the other for one page.
func BenchmarkStage(b *testing.B) {
	l := newLine(b)
	whole := func(name string, do func()) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				do()
			}
		})
	}
	whole("load", func() { l.load(b) })
	whole("plan", func() { l.plan() })
	whole("templates", func() { l.open() })
	l.onePage(b, "render", func(i int) error {
		html, err := l.pages.Render(l.outputs[i])
		l.pages.Reuse(html)
		return err
	})
	l.onePage(b, "check", func(i int) error { check.Read(l.outputs[i].URL(), l.html[i]); return nil })
	l.onePage(b, "minify", func(i int) error { _, err := l.small.HTML(bytes.Clone(l.html[i])); return err })
	l.write(b)
}

// onePage does something to one page after the other.
func (l *line) onePage(b *testing.B, name string, do func(i int) error) {
	b.Run(name, func(b *testing.B) {
		bytes := 0
		for _, html := range l.html {
			bytes += len(html)
		}
		b.SetBytes(int64(bytes / len(l.html)))
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := do(i % len(l.html)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// write stages and commits all pages, to an empty folder.
func (l *line) write(b *testing.B) {
	output := filepath.Join(l.dir, "public")
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			if err := os.RemoveAll(output); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			l.publish(b, output)
		}
	})
}

func (l *line) publish(b *testing.B, output string) {
	stage, err := publish.Open(b.Context(), publish.Options{Source: l.dir, Output: output, State: filepath.Join(l.dir, "state")})
	if err != nil {
		b.Fatal(err)
	}
	defer stage.Close()
	for i, o := range l.outputs {
		if err := stage.Write(o.Path, l.html[i]); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := stage.Commit(); err != nil {
		b.Fatal(err)
	}
}
