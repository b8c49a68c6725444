package render_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"leadsite/build/content"
	"leadsite/build/render"
	"leadsite/build/site"
	"leadsite/e2e/corpus"
	"leadsite/themes"
)

// Compiled templates write what html/template writes, byte for byte, for every page of every site that we have: the
// example with the default theme, the benchmark's blog, the golden sites with their themes, and this package's own.
func TestCompiledAsHTMLTemplate(t *testing.T) {
	bench := map[string][]byte{}
	for i := range 60 {
		bench["content/posts/"+corpus.Name(i)] = corpus.Post(i)
	}
	bothWays(t, "example", themes.Default(), os.DirFS("../.."), nil)
	bothWays(t, "bench", themes.Default(), over(os.DirFS("../testdata/bench"), bench), nil)
	for _, pattern := range []string{"../testdata/golden/*.txtar", "testdata/pages/*.txtar"} {
		archives, err := filepath.Glob(pattern)
		if err != nil || len(archives) == 0 {
			t.Fatal("no archives", err)
		}
		look, settings := themes.Default(), fs.FS(fstest.MapFS{})
		if strings.HasPrefix(pattern, "testdata") {
			look, settings = os.DirFS("testdata/theme"), files()
		}
		for _, name := range archives {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			source := map[string][]byte{}
			for _, f := range archive.Files {
				source[f.Name] = f.Data
			}
			bothWays(t, strings.TrimSuffix(filepath.Base(name), ".txtar"), look, over(settings, source), nil)
		}
	}
}

// A theme that writes values where only html/template's own functions know what to do is compiled, too. Its mistakes
// come to light at certain pages: an address that is refused, and a field of what has none.
func TestCompiledOddTheme(t *testing.T) {
	source := files(
		"content/a.md", "---\ntitle: A \"'+<b>&amp;\nparams: {link: \"javascript:alert(1)\", list: [1, two, {three: 3}]}\n---\n## <i>\n\nText\n",
		"content/b.md", "---\ntitle: B\nparams: {link: 'https://example.com/?a=b&d=ü', list: []}\n---\n",
		"content/c.md", "---\ntitle: C\nparams: {broken: true}\n---\n")
	look := over(os.DirFS("testdata/theme"), map[string][]byte{"templates/page.html": []byte(`{{ define "main" }}
<p title="{{ .Page.Content }}" data-x={{ .Page.Title }}>{{ .Page.Params }}{{ .Page.Params.link }}</p>
<style>p { color: {{ .Page.Title }} }</style><script>let page = {{ .Page.Params }}, title = "{{ .Page.Title }}"</script>
<a href="{{ .Page.Params.link }}" onclick="go('{{ .Page.Title }}')">{{ .Page.Date }}</a><img srcset="{{ .Page.Params.link }} 2x">
<!-- {{ .Page.Title }} --><textarea>{{ .Page.Title }}</textarea>{{ range $i, $x := .Page.Params.list }}{{ $i }}{{ $x }}{{ end }}
{{ with .Page.Params.broken }}{{ .Thing }}{{ end }}
{{ end }}`)})
	bothWays(t, "odd", look, source, []string{"a/index.html", "c/index.html"})
}

// over is a file system with some files in place of those that it has.
func over(below fs.FS, files map[string][]byte) fs.FS {
	all := fstest.MapFS{}
	err := fs.WalkDir(below, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(below, path)
		all[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		panic(err)
	}
	for path, data := range files {
		all[path] = &fstest.MapFile{Data: data}
	}
	return all
}

// bothWays renders a site with compiled templates and with html/template, and compares all that comes of it. The paths are
// those of pages at which the theme must fail.
func bothWays(t *testing.T, name string, look, source fs.FS, failing []string) {
	t.Run(name, func(t *testing.T) {
		quick, exact := openWith(t, look, source), openWith(t, look, source)
		exact.Exactly()
		if said := quick.said(); said == "" && len(quick.Uncompiled()) > 0 {
			t.Errorf("not compiled: %v", quick.Uncompiled())
		}
		var failed []string
		for i, o := range quick.Outputs {
			if o.Kind == site.OutputHTML && !samePage(t, quick, exact, i) {
				failed = append(failed, o.Path)
			}
		}
		if len(failing) > 0 && !slices.Equal(failed, failing) {
			t.Errorf("the theme fails at %v, want %v: %s", failed, failing, quick.said())
		}
		sameForms(t, quick, exact)
	})
}

// samePage compares an output. It says whether there was anything.
func samePage(t *testing.T, quick, exact *rendered, i int) bool {
	t.Helper()
	o := quick.Outputs[i]
	want, wantErr := exact.Make(exact.Outputs[i])
	if wantErr == nil {
		got, err := quick.MakeOnce(o)
		if err != nil {
			t.Errorf("%s: a mistake that is none: %v", o.Path, err)
		}
		sameMade(t, o.Path, got, want)
		return true
	}
	got, err := quick.Make(o)
	if fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Errorf("%s: the mistake is %v, want %v", o.Path, err, wantErr)
	}
	sameMade(t, o.Path, got, want)
	return false
}

func sameMade(t *testing.T, path string, got, want render.Made) {
	t.Helper()
	if !bytes.Equal(got.Data, want.Data) {
		t.Errorf("%s differs:\n%s", path, cmp.Diff(string(want.Data), string(got.Data)))
	}
	for _, asked := range [][]render.Question{got.Trace.Asked, want.Trace.Asked} {
		slices.SortFunc(asked, func(a, b render.Question) int { return strings.Compare(a.Name+a.Of, b.Name+b.Of) }) // a block's fields are a map
	}
	if !reflect.DeepEqual(got.Trace, want.Trace) || !slices.Equal(got.Files, want.Files) {
		t.Errorf("%s was made from %v and %v, want %v and %v", path, got.Trace, got.Files, want.Trace, want.Files)
	}
	if a, b := told(got.Found), told(want.Found); a != b {
		t.Errorf("%s: said %s, want %s", path, a, b)
	}
}

func told(p *content.Problems) string { return fmt.Sprint(p.Errors(), p.Warnings()) }

// sameForms compares the pages that show a form again.
func sameForms(t *testing.T, quick, exact *rendered) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(quick.Tree.Forms)) {
		got, places, err := quick.FormErrorPage(quick.Tree.Forms[name])
		want, wantPlaces, wantErr := exact.FormErrorPage(exact.Tree.Forms[name])
		if !bytes.Equal(got, want) || !reflect.DeepEqual(places, wantPlaces) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Errorf("the form %s differs: %v, %v\n%s", name, err, wantErr, cmp.Diff(string(want), string(got)))
		}
	}
	got, _, err := quick.MessagePage(quick.Lang)
	want, _, wantErr := exact.MessagePage(quick.Lang)
	if !bytes.Equal(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) {
		t.Errorf("the page of messages differs: %v, %v\n%s", err, wantErr, cmp.Diff(string(want), string(got)))
	}
}
