package theme_test

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"leadsite/build/content"
	"leadsite/build/theme"
	"leadsite/themes"
)

var update = flag.Bool("update", false, "write what the broken sites report into their files")

// embedded is a small default theme.
func embedded() fstest.MapFS {
	files := fstest.MapFS{
		"theme.yaml": {Data: []byte(`name: default
settings:
  hue: {type: number, default: 250, min: 0, max: 360}
  brand: {enum: [name, logo], default: name}
  ink: {type: color, default: "#112233"}
blocks:
  hero:
    title: string!
    text: string
    button: {fields: {label: string!, url: url!}}
    count: {type: number, default: 3, min: 1, max: 9}
    wide: bool
  list:
    items: {required: true, min: 1, max: 3, items: {fields: {title: string!, icon: {enum: [chart, chat]}}}}
    points: {items: string}
  form: {form: form!, section: section}
shortcodes:
  form: {"0": form!}
  note: {title: string, inner: markdown!}
  figure: {src: image!, alt: string!, width: number}
`)},
		"i18n/en.yaml":    {Data: []byte("home: Home\nfeed: Feed\nby: By\n")},
		"assets/site.css": {Data: []byte("a{}")},
	}
	for _, name := range []string{"base", "home", "page", "post", "list", "term", "terms", "landing", "404", "search", "form-error"} {
		files["templates/"+name+".html"] = &fstest.MapFile{Data: []byte(name)}
	}
	for _, name := range []string{"blocks/hero", "blocks/list", "blocks/form", "shortcodes/form", "shortcodes/note", "shortcodes/figure"} {
		files[name+".html"] = &fstest.MapFile{Data: []byte(name)}
	}
	return files
}

// load reads a source over the small default theme, checks its blocks, and returns what is wrong.
func load(t *testing.T, source fs.FS) (*theme.Theme, *content.Tree, string) {
	t.Helper()
	var problems content.Problems
	tree, err := content.Load(context.Background(), source, &problems)
	if err != nil {
		t.Fatal(err)
	}
	th := theme.Load(embedded(), source, tree.Config, &problems)
	for _, e := range tree.Entries {
		th.CheckBlocks(tree, e, &problems)
	}
	return th, tree, report(&problems)
}

func report(problems *content.Problems) string {
	var b strings.Builder
	for _, e := range problems.Errors() {
		fmt.Fprintln(&b, e)
		if e.Hint != "" {
			fmt.Fprintf(&b, "\t%s\n", e.Hint)
		}
	}
	for _, e := range problems.Warnings() {
		fmt.Fprintf(&b, "warning: %v\n\t%s\n", e, e.Hint)
	}
	return b.String()
}

const siteYAML = "title: Test\nbase_url: https://www.example.com/\n"

func files(pairs ...string) fstest.MapFS {
	source := fstest.MapFS{"content/site.yaml": {Data: []byte(siteYAML)}}
	for i := 0; i < len(pairs); i += 2 {
		source[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return source
}

// Every archive in testdata/broken is a source with mistakes in it, and a file "want" with what an author is told.
func TestBroken(t *testing.T) {
	archives, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no broken sites: %v", err)
	}
	for _, file := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source := files()
			want := -1
			for i, f := range archive.Files {
				if f.Name == "want" {
					want = i
				} else {
					source[f.Name] = &fstest.MapFile{Data: f.Data}
				}
			}
			_, _, got := load(t, source)
			if *update {
				archive.Files[want].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if diff := cmp.Diff(string(archive.Files[want].Data), got); diff != "" {
				t.Errorf("want (-), told the author (+):\n%s", diff)
			}
		})
	}
}

func TestDefaultsAreFilledIn(t *testing.T) {
	source := files("content/a.md", `---
title: A
blocks:
  - {type: hero, title: 2026, wide: true}
  - {type: hero, title: B, count: 5, button: {label: Go, url: "#down"}, text: ""}
  - type: list
    items: [{title: One, icon: chat}]
---
`, "content/site.yaml", siteYAML+"settings: {hue: 10}\n")
	th, tree, told := load(t, source)
	if told != "" {
		t.Fatalf("unexpected mistakes:\n%s", told)
	}
	var problems content.Problems
	var got []map[string]any
	for _, b := range th.CheckBlocks(tree, tree.Entries[0], &problems) { // checking what is checked changes nothing
		got = append(got, b.Fields)
	}
	want := []map[string]any{
		{"title": "2026", "wide": true, "count": 3},
		{"title": "B", "count": 5, "button": map[string]any{"label": "Go", "url": "#down"}},
		{"items": []any{map[string]any{"title": "One", "icon": "chat"}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"hue": 10, "brand": "name", "ink": "#112233"}, th.Settings); diff != "" {
		t.Errorf("settings:\n%s", diff)
	}
}

// A wrong setting is told once, and the templates see its default.
func TestWrongSettings(t *testing.T) {
	th, _, told := load(t, files("content/site.yaml", siteYAML+"settings: {hue: [1], brand: logo, ink: red}\n"))
	if strings.Count(told, "\n") != 3 {
		t.Errorf("told the author:\n%s", told)
	}
	if diff := cmp.Diff(map[string]any{"hue": 250, "brand": "logo", "ink": "#112233"}, th.Settings); diff != "" {
		t.Error(diff)
	}
}

// A site's theme folder replaces files one by one; its theme.yaml and words add to the embedded ones.
func TestOverlay(t *testing.T) {
	source := files(
		"content/site.yaml", siteYAML+"langs: {de: {settings: {hue: 20}}}\n",
		"themes/default/templates/page.html", "mine",
		"themes/default/templates/wide.html", "wide",
		"themes/default/templates/.page.html.swp", "editor",
		"themes/default/blocks/team.html", "team",
		"themes/default/theme.yaml", "blocks:\n  team: {title: string!}\n  hero: {title: string!, colour: color}\n",
		"themes/default/i18n/en.yaml", "home: Start\n",
		"themes/default/i18n/de.yaml", "home: Anfang\nby: Von\nfeed: Feed\n",
	)
	th, _, told := load(t, source)
	if told != "" {
		t.Fatalf("unexpected mistakes:\n%s", told)
	}
	for name, want := range map[string]string{"templates/page.html": "mine", "templates/post.html": "post", "assets/site.css": "a{}"} {
		if data, err := fs.ReadFile(th.FS, name); err != nil || string(data) != want {
			t.Errorf("%s is %q, %v; want %q", name, data, err, want)
		}
	}
	if err := fstest.TestFS(th.FS, "templates/page.html", "templates/wide.html", "blocks/hero.html", "i18n/de.yaml"); err != nil {
		t.Error(err)
	}
	want := []string{"404", "home", "landing", "list", "page", "post", "search", "term", "terms", "wide"}
	if diff := cmp.Diff(want, th.Layouts()); diff != "" {
		t.Errorf("layouts:\n%s", diff)
	}
	if len(th.Blocks) != 4 || th.Blocks["hero"].Fields["colour"].Type != "color" || th.Blocks["hero"].Fields["text"].Type != "" {
		t.Errorf("blocks: %v", th.Blocks)
	}
	words := map[string]map[string]string{
		"en": {"home": "Start", "feed": "Feed", "by": "By"},
		"de": {"home": "Anfang", "feed": "Feed", "by": "Von"},
	}
	if diff := cmp.Diff(words, th.Words); diff != "" {
		t.Errorf("words:\n%s", diff)
	}
	if first, german := th.SettingsIn("en")["hue"], th.SettingsIn("de")["hue"]; first != 250 || german != 20 {
		t.Errorf("the hue is %v, and %v in German", first, german)
	}
}

func TestHashCoversFilesAndSettings(t *testing.T) {
	hash := func(source fs.FS) string { th, _, _ := load(t, source); return th.Hash }
	plain := hash(files())
	if again := hash(files("content/a.md", "---\ntitle: A\n---\n")); again != plain {
		t.Error("a page changes the theme's hash")
	}
	seen := map[string]bool{plain: true}
	for name, source := range map[string]fs.FS{
		"a setting":   files("content/site.yaml", siteYAML+"settings: {hue: 1}\n"),
		"a template":  files("themes/default/templates/page.html", "x"),
		"an addition": files("themes/default/templates/x.html", "x"),
	} {
		h := hash(source)
		if seen[h] || len(h) != 64 {
			t.Errorf("%s does not change the hash: %s", name, h)
		}
		seen[h] = true
	}
}

func TestShortcodes(t *testing.T) {
	source := files("content/forms/contact.yaml", "submit: Send\nsuccess: /a/\nnotify: a@example.com\nfields: [{name: email, label: E-mail, type: email}]\n")
	th, tree, told := load(t, source)
	if told != "" {
		t.Fatal(told)
	}
	for _, c := range []struct {
		name string
		args map[string]string
		want map[string]any
		told string
	}{
		{"form", map[string]string{"0": "contact"}, map[string]any{"0": "contact"}, ""},
		{"figure", map[string]string{"src": "/a.png", "alt": "A", "width": "300"}, map[string]any{"src": "/a.png", "alt": "A", "width": 300}, ""},
		{"note", map[string]string{"inner": "Text"}, map[string]any{"inner": "Text"}, ""},
		{"form", map[string]string{"0": "contcat"}, nil, "there is no form \"contcat\"\n\tdid you mean \"contact\"?"},
		{"form", nil, nil, "the shortcode form lacks \"0\"\n\twrite it behind the shortcode's name"},
		{"form", map[string]string{"0": "contact", "inner": "x"}, nil, "the shortcode form takes no text and no closing tag\n\tdelete the closing tag"},
		{"note", map[string]string{"title": "x"}, nil, "the shortcode note has no closing tag\n\tclose it with {{< /note >}}"},
		{"figure", map[string]string{"src": "/a.png", "width": "wide"}, nil, "\"width\" wants a number, not the text \"wide\"\na.md:3:1: the shortcode figure lacks \"alt\"\n\tadd alt=\"…\""},
		{"figure", map[string]string{"src": "/a.png", "alt": "A", "sorce": "x"}, map[string]any{"src": "/a.png", "alt": "A"}, "the shortcode figure has no argument \"sorce\"\n\tdid you mean \"src\"?"},
		{"fgure", nil, nil, "unknown shortcode \"fgure\"\n\tdid you mean \"figure\"?"},
	} {
		var problems content.Problems
		got, ok := th.CheckShortcode(tree, c.name, c.args, content.Pos{File: "a.md", Line: 3, Col: 1}, &problems)
		if ok != (c.told == "" || c.want != nil) {
			t.Errorf("%s %v is right: %v", c.name, c.args, ok)
		}
		if c.told != "" {
			c.told = "a.md:3:1: " + c.told + "\n"
		}
		if diff := cmp.Diff(c.want, got); ok && diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
		if diff := cmp.Diff(c.told, report(&problems)); diff != "" {
			t.Errorf("%s %v:\n%s", c.name, c.args, diff)
		}
	}
}

// A block with a mistake is told of each time it is checked, and is none of those that can be shown.
func TestBrokenBlocksAreLeftOut(t *testing.T) {
	th, tree, _ := load(t, files("content/a.md", "---\ntitle: A\nblocks: [{type: hero}, {type: hero, title: B}, {type: heroo}]\n---\n"))
	var problems content.Problems
	right := th.CheckBlocks(tree, tree.Entries[0], &problems)
	if len(right) != 1 || right[0].Fields["title"] != "B" || len(problems.Errors()) != 2 {
		t.Errorf("right: %v\n%s", right, report(&problems))
	}
}

// The theme that comes with the program is whole.
func TestDefaultTheme(t *testing.T) {
	var problems content.Problems
	cfg := content.Defaults()
	th := theme.Load(themes.Default(), fstest.MapFS{}, cfg, &problems)
	if told := report(&problems); told != "" {
		t.Errorf("the default theme:\n%s", told)
	}
	if len(th.Blocks) < 6 || len(th.Words["en"]) < 20 {
		t.Errorf("%d blocks, %d words", len(th.Blocks), len(th.Words["en"]))
	}
}
