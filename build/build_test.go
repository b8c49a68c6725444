package build_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"leadsite/build"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/trace"
	"leadsite/e2e/formats"
	"leadsite/functions/bundle"
	"leadsite/themes"
)

var update = flag.Bool("update", false, "write what the builds give into the golden sites")

// A golden site is a txtar archive: its source, then what comes of it.
//
//	content/…, themes/…   the source
//	want/PATH             a file of the finished site, as it must be
//	said                  what the build reports: errors with hints, warnings, what was left out
//	redirects             what the edge and the development server redirect
//
// Only the outputs that have a want are compared, and `files` must list every path of the site, one a line.
func TestGoldenSites(t *testing.T) {
	sites, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil || len(sites) == 0 {
		t.Fatal("no golden sites", err)
	}
	for _, file := range sites {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := buildGolden(t, archive)
			if *update {
				if err := os.WriteFile(file, txtar.Format(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			compare(t, archive, got)
		})
	}
}

// compare reports every file of the archive that differs from what was built.
func compare(t *testing.T, want, got *txtar.Archive) {
	t.Helper()
	built := map[string][]byte{}
	for _, f := range got.Files {
		built[f.Name] = f.Data
	}
	for _, f := range want.Files {
		if !bytes.Equal(built[f.Name], f.Data) {
			t.Errorf("%s is\n%s\nwant\n%s", f.Name, built[f.Name], f.Data)
		}
	}
}

// buildGolden builds an archive's source and returns the archive with its results as they are.
func buildGolden(t *testing.T, archive *txtar.Archive) *txtar.Archive {
	t.Helper()
	dir := unpack(t, archive)
	report, err := build.Build(t.Context(), options(dir))
	if err != nil {
		t.Fatal(err)
	}
	public := os.DirFS(filepath.Join(dir, "public"))
	if faults, _ := formats.Site(public); len(report.Errors) == 0 && len(faults) > 0 {
		t.Errorf("files that programs read are not as those want them:\n%s", strings.Join(faults, "\n"))
	}
	out := &txtar.Archive{Comment: archive.Comment}
	for _, f := range archive.Files {
		switch path, isOutput := strings.CutPrefix(f.Name, "want/"); {
		case f.Name == "said":
			f.Data = []byte(said(report))
		case f.Name == "redirects":
			f.Data = []byte(redirects(readBundle(t, dir)))
		case f.Name == "reasons":
			f.Data = []byte(strings.Join(readBundle(t, dir).Reasons, "\n") + "\n")
		case f.Name == "files":
			f.Data = []byte(list(public))
		case isOutput:
			data, err := fs.ReadFile(public, path)
			if err != nil {
				data = []byte(err.Error())
			}
			f.Data = append(bytes.TrimRight(data, "\n"), '\n')
		}
		out.Files = append(out.Files, f)
	}
	return out
}

// unpack writes an archive's source into a folder.
func unpack(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "content/") || strings.HasPrefix(f.Name, "themes/") {
			file := filepath.Join(dir, filepath.FromSlash(f.Name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, f.Data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return dir
}

// Whatever is made of entries leaves them as they were read: of one that differs nothing could be remembered for the
// next build.
func TestEntriesStayAsTheyWereRead(t *testing.T) {
	archives, err := filepath.Glob("testdata/golden/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		l := line{dir: unpack(t, archive), small: minify.New()}
		l.tree, l.theme = l.load(t)
		if !l.problems.None() {
			continue // what is wrong with an entry is not remembered either
		}
		l.site = l.plan()
		for pages := l.open(); len(l.site.Outputs) > 0; l.site.Outputs = l.site.Outputs[1:] {
			if _, err := pages.Render(l.site.Outputs[0]); err != nil {
				t.Log(err) // of sites with mistakes
			}
		}
		var left trace.Writer
		l.tree.Remember(&left)
		past := content.Past{Entries: trace.NewReader(string(left.Bytes())), Same: func(string) bool { return true }}
		again, err := content.Reload(t.Context(), l.tree.Source, past, new(content.Problems))
		if err != nil || !again.OnlyBodies {
			t.Errorf("%s: entries are not remembered (%v)", file, err)
		}
		seen++
	}
	if seen < 10 {
		t.Errorf("only %d sites could be looked at", seen)
	}
}

// options build a folder's site on a fixed day.
func options(dir string) build.Options {
	return build.Options{Source: dir, Output: filepath.Join(dir, "public"), State: filepath.Join(dir, "state"),
		Bundle: filepath.Join(dir, "dist", "bundle.json"), DefaultTheme: themes.Default(),
		Now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
}

func said(r *build.Report) string {
	var out strings.Builder
	for _, e := range r.Errors {
		fmt.Fprintf(&out, "error: %v\nhint: %s\n", e, e.Hint)
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(&out, "warning: %v\n", w)
	}
	for _, s := range r.Skipped {
		fmt.Fprintf(&out, "left out: %s: %s\n", s.Page, s.Why)
	}
	return out.String()
}

// readBundle reads what a build in a folder tells the functions.
func readBundle(t *testing.T, dir string) *bundle.Bundle {
	t.Helper()
	b, err := bundle.ReadFile(filepath.Join(dir, "dist", "bundle.json"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// redirects prints those of a bundle, in its order.
func redirects(b *bundle.Bundle) string {
	var out strings.Builder
	for _, r := range b.Redirects {
		fmt.Fprintln(&out, r.Status, r.From, r.To)
	}
	return out.String()
}

// list names every file of a site; fingerprints are left out, because they change with every mend of the theme.
func list(site fs.FS) string {
	var paths []string
	fs.WalkDir(site, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if strings.HasPrefix(path, "assets/") {
				name, rest, _ := strings.Cut(path, ".")
				_, ext, _ := strings.Cut(rest, ".")
				path = name + ".…." + ext
			}
			if strings.HasPrefix(path, "assets/cards/") { // their names are fingerprints alone
				path = "assets/cards/….png"
			}
			paths = append(paths, path)
		}
		return nil
	})
	slices.Sort(paths)
	return strings.Join(slices.Compact(paths), "\n") + "\n"
}
