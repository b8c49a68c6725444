package site_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/theme"
)

var update = flag.Bool("update", false, "write what the sources in testdata give into their files")

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const siteYAML = "title: Test\nbase_url: https://www.example.com/\npaginate: 2\n"

// embedded is a theme of empty templates.
func embedded() fstest.MapFS {
	files := fstest.MapFS{
		"theme.yaml":       {Data: []byte("name: default\nblocks: {hero: {title: string!}, cta: {title: string!, form: form}}\n")},
		"i18n/en.yaml":     {Data: []byte("not_found_title: Not here\nsearch_title: Search\n")},
		"blocks/hero.html": {}, "blocks/cta.html": {},
	}
	for _, name := range []string{"base", "home", "page", "post", "list", "term", "terms", "landing", "404", "search", "form-error"} {
		files["templates/"+name+".html"] = &fstest.MapFile{}
	}
	return files
}

func plan(t testing.TB, source fs.FS, opts site.Options) (*site.Site, *content.Problems) {
	t.Helper()
	var problems content.Problems
	tree, err := content.Load(context.Background(), source, &problems)
	if err != nil {
		t.Fatal(err)
	}
	th := theme.Load(embedded(), source, tree.Config, &problems)
	opts.Now = now
	return site.Plan(tree, th, opts, &problems), &problems
}

// planned plans a source of name and text in turn, and wants no mistakes.
func planned(t *testing.T, opts site.Options, pairs ...string) *site.Site {
	t.Helper()
	source := fstest.MapFS{"content/site.yaml": {Data: []byte(siteYAML)}}
	for i := 0; i < len(pairs); i += 2 {
		source[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	s, problems := plan(t, source, opts)
	if told := report(problems); told != "" {
		t.Fatalf("unexpected mistakes:\n%s", told)
	}
	return s
}

func report(problems *content.Problems) string {
	var b strings.Builder
	for _, e := range problems.Errors() {
		fmt.Fprintln(&b, e)
		if e.Hint != "" {
			fmt.Fprintf(&b, "\t%s\n", e.Hint)
		}
	}
	for _, w := range problems.Warnings() {
		fmt.Fprintf(&b, "warning: %v\n\t%s\n", w, w.Hint)
	}
	return b.String()
}

// Every archive in testdata/broken is a source with mistakes that only the whole site shows, and a file "want" with
// what an author is told; every one in testdata/plan a source without mistakes, with the plan as text in "want".
func TestArchives(t *testing.T) {
	for folder, give := range map[string]func(*testing.T, fs.FS) string{
		"broken": func(t *testing.T, source fs.FS) string {
			_, problems := plan(t, source, site.Options{})
			return report(problems)
		},
		"plan": planAsText,
	} {
		files, err := filepath.Glob("testdata/" + folder + "/*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("no archives in %s: %v", folder, err)
		}
		for _, file := range files {
			t.Run(folder+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { compareArchive(t, file, give) })
		}
	}
}

func compareArchive(t *testing.T, file string, give func(*testing.T, fs.FS) string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	source := fstest.MapFS{"content/site.yaml": {Data: []byte(siteYAML)}}
	want := -1
	for i, f := range archive.Files {
		if f.Name == "want" {
			want = i
		} else {
			source[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	got := give(t, source)
	for range 3 { // maps have another order each time
		if again := give(t, source); again != got {
			t.Fatalf("the same source gives another plan:\n%s", cmp.Diff(got, again))
		}
	}
	if *update {
		archive.Files[want].Data = []byte(got)
		if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if diff := cmp.Diff(string(archive.Files[want].Data), got); diff != "" {
		t.Errorf("want (-), got (+):\n%s", diff)
	}
}

// planAsText prints a plan as a person would read it. The first word of the archive's comment may be drafts or future.
func planAsText(t *testing.T, source fs.FS) string {
	s, problems := plan(t, source, site.Options{})
	var b strings.Builder
	b.WriteString(report(problems))
	for _, p := range s.Pages {
		printPage(&b, p)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Menus)) {
		fmt.Fprintf(&b, "menu %s:", name)
		for _, item := range s.Menus[name] {
			fmt.Fprintf(&b, " [%s %s]", item.Name, item.URL)
		}
		b.WriteByte('\n')
	}
	for _, o := range s.Outputs {
		fmt.Fprintf(&b, "output %s %s", o.Kind, o.Path)
		if o.Pager.Number > 0 {
			fmt.Fprintf(&b, " %d/%d prev=%s next=%s items=%s", o.Pager.Number, o.Pager.Of, o.Pager.Prev, o.Pager.Next, urls(o.Pager.Items))
		}
		b.WriteByte('\n')
	}
	for _, c := range s.Copies {
		fmt.Fprintf(&b, "copy %s from %s\n", c.Path, c.From.Path)
	}
	for _, r := range s.Redirects {
		fmt.Fprintf(&b, "redirect %s to %s %d\n", r.From, r.To, r.Status)
	}
	for _, skipped := range s.Skipped {
		fmt.Fprintf(&b, "left out %s: %s\n", skipped.Page, skipped.Why)
	}
	if !s.NextDue.IsZero() {
		fmt.Fprintf(&b, "next due %s\n", s.NextDue.Format(time.RFC3339))
	}
	return b.String()
}

func printPage(b *strings.Builder, p *site.Page) {
	fmt.Fprintf(b, "%s %s layout=%s title=%q", p.URL, p.Kind, p.Layout, p.Title)
	for _, part := range []struct{ name, value string }{
		{"section", p.Section}, {"term", p.Term}, {"items", urls(p.Items)}, {"image", p.Image}, {"feed", p.Feed()},
		{"prev", link(p.Prev)}, {"next", link(p.Next)}, {"terms", termURLs(p)}, {"authors", names(p.Authors)},
	} {
		if part.value != "" {
			fmt.Fprintf(b, " %s=%s", part.name, part.value)
		}
	}
	b.WriteByte('\n')
}

func urls(pages []*site.Page) string {
	var list []string
	for _, p := range pages {
		list = append(list, p.URL)
	}
	return strings.Join(list, ",")
}

func link(p *site.Page) string {
	if p == nil {
		return ""
	}
	return p.URL
}

func termURLs(p *site.Page) string {
	var list []string
	for _, filing := range slices.SortedFunc(slices.Values(p.Terms), func(a, b site.Filing) int { return strings.Compare(a.Taxonomy, b.Taxonomy) }) {
		list = append(list, urls(filing.Terms))
	}
	return strings.Join(list, ",")
}

func names(authors []site.Author) string {
	var list []string
	for _, a := range authors {
		list = append(list, a.Name)
	}
	return strings.Join(list, ",")
}
