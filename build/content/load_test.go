package content_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leadsite/build/content"
	"leadsite/functions/form"
)

const siteYAML = "title: Test\nbase_url: https://www.example.com\nzone: Europe/Berlin\ntaxonomies: [tags, categories, regions]\n"

// load reads a source of the given files, and wants no mistakes in it.
func load(t *testing.T, files map[string]string) *content.Tree {
	t.Helper()
	tree, problems := tryLoad(t, files)
	if told := report(problems); told != "" {
		t.Fatalf("unexpected mistakes:\n%s", told)
	}
	return tree
}

func tryLoad(t *testing.T, files map[string]string) (*content.Tree, *content.Problems) {
	t.Helper()
	source := fstest.MapFS{"content/site.yaml": {Data: []byte(siteYAML)}}
	for name, data := range files {
		source[name] = &fstest.MapFile{Data: []byte(data)}
	}
	var problems content.Problems
	tree, err := content.Load(context.Background(), source, &problems)
	if err != nil {
		t.Fatal(err)
	}
	return tree, &problems
}

// The same front matter in the three formats is the same Front.
func TestFormats(t *testing.T) {
	tree := load(t, map[string]string{
		"content/blog/a.md": `---
title: First
date: 2026-11-22
lastmod: 2026-11-23T10:00:00Z
draft: true
weight: 3
tags: [crm, "2026"]
regions: north
author: Anna
aliases: [/old/]
menu: {main: {name: Start, weight: 2}}
blocks:
  - type: hero
    title: Hello
    count: 2
    items: [{a: 1.5}]
params: {colour: blue, deep: {list: [1, true, null, x]}}
---
Text
`,
		"content/blog/b.md": `+++
title = "First"
date = 2026-11-22
lastmod = 2026-11-23T10:00:00Z
draft = true
weight = 3
tags = ["crm", "2026"]
regions = "north"
author = "Anna"
aliases = ["/old/"]
[menu.main]
name = "Start"
weight = 2
[[blocks]]
type = "hero"
title = "Hello"
count = 2
items = [{a = 1.5}]
[params]
colour = "blue"
deep = {list = [1, true, "x"]}
+++
Text
`,
		"content/blog/c.md": `{
 "title": "First", "date": "2026-11-22", "lastmod": "2026-11-23T10:00:00Z", "draft": true, "weight": 3,
 "tags": ["crm", "2026"], "regions": "north", "author": "Anna", "aliases": ["/old/"],
 "menu": {"main": {"name": "Start", "weight": 2}},
 "blocks": [{"type": "hero", "title": "Hello", "count": 2, "items": [{"a": 1.5}]}],
 "params": {"colour": "blue", "deep": {"list": [1, true, "x"]}}
}
Text
`})
	yaml, toml, json := tree.Entries[0], tree.Entries[1], tree.Entries[2]
	list := yaml.Front.Params["deep"].(map[string]any)
	list["list"] = []any{1, true, "x"} // TOML knows no null
	ignore := cmp.Options{cmpopts.IgnoreUnexported(content.Front{}), cmpopts.IgnoreFields(content.Block{}, "At", "Pos")}
	for name, e := range map[string]*content.Entry{"TOML": toml, "JSON": json} {
		if diff := cmp.Diff(yaml.Front, e.Front, ignore); diff != "" {
			t.Errorf("%s differs from YAML:\n%s", name, diff)
		}
		if body, err := e.Read(tree.Source); err != nil || string(body) != "Text\n" {
			t.Errorf("%s: body %q, %v", name, body, err)
		}
	}
	f := yaml.Front
	berlin, _ := time.LoadLocation("Europe/Berlin")
	if want := time.Date(2026, 11, 22, 0, 0, 0, 0, berlin); !f.Date.Equal(want) {
		t.Errorf("a date without a zone is %v, want %v", f.Date, want)
	}
	want := content.Filings{{Taxonomy: "regions", Terms: []string{"north"}}, {Taxonomy: "tags", Terms: []string{"crm", "2026"}}}
	if diff := cmp.Diff(want, f.Terms); diff != "" {
		t.Errorf("terms:\n%s", diff)
	}
	if diff := cmp.Diff([]content.Menu{{Menu: "main", Name: "Start", Weight: 2}}, f.Menus); diff != "" {
		t.Errorf("menus:\n%s", diff)
	}
}

func TestPlaces(t *testing.T) {
	tree := load(t, map[string]string{
		"content/a.md": "---\ntitle: A\nblocks:\n  - type: hero\n    button: {label: Ü, url: /x/}\n---\nText\n",
		"content/b.md": "+++\ntitle = \"B\"\n[[blocks]]\ntype = \"hero\"\ntext = '''\nurl = 1\n'''\n[[blocks]]\ntype = \"form\"\n  form = \"x\"\n  [blocks.button]\n  url = \"/x/\"\n+++\n",
		"content/c.md": "{\n  \"title\": \"C\",\n  \"blocks\": [{\"type\": \"hero\",\n    \"button\": {\"url\": \"/x/\"}}]\n}\n",
		"content/d.md": "no front matter",
	})
	for _, c := range []struct {
		file int
		path []any
		want string
	}{
		{0, []any{"title"}, "content/a.md:2:1"},
		{0, []any{"blocks", 0}, "content/a.md:4:5"},
		{0, []any{"blocks", 0, "button", "url"}, "content/a.md:5:24"},
		{0, []any{"blocks", 0, "nothing"}, "content/a.md:4:5"},
		{0, []any{"nothing"}, "content/a.md:1"},
		{0, nil, "content/a.md:1"},
		{1, []any{"title"}, "content/b.md:2:1"},
		{1, []any{"blocks", 1, "form"}, "content/b.md:10:3"},
		{1, []any{"blocks", 1, "button", "url"}, "content/b.md:12:3"},
		{1, []any{"blocks", 0, "text"}, "content/b.md:5:1"},
		{2, []any{"blocks", 0, "button", "url"}, "content/c.md:4:16"},
		{3, []any{"title"}, "content/d.md:1"},
	} {
		if got := place(tree.Entries[c.file].Front.At(c.path...)); got != c.want {
			t.Errorf("%v of file %d is at %s, want %s", c.path, c.file, got, c.want)
		}
	}
	block := tree.Entries[1].Front.Blocks[1]
	if got := place(block.At("form")); got != "content/b.md:10:3" {
		t.Errorf("the block's form is at %s", got)
	}
}

func place(p content.Pos) string { return strings.TrimSuffix(p.Errorf("", "").Error(), ": ") }

func TestFind(t *testing.T) {
	tree := load(t, map[string]string{"content/a.md": "---\ntitle: A\nimage: /boat.jpg\n---\n" +
		"See [us](/about/us/) and\nÜber [this](/about/).\n[Map](</our map/>)\n"})
	e := tree.Entries[0]
	for needle, want := range map[string]string{
		"/about/":    "content/a.md:6:13",
		"/about/us/": "content/a.md:5:10",
		"/boat.jpg":  "content/a.md:3:8",
		"/abou":      "content/a.md:5:10",
		"/our%20map": "content/a.md:7:8",
		"/nowhere/":  "content/a.md",
		"":           "content/a.md",
	} {
		if got := place(tree.Find(e, needle)); got != want {
			t.Errorf("%q is at %s, want %s", needle, got, want)
		}
	}
}

// A file that changes between the passes is another file: nothing that is known of the first one holds for it.
func TestReadChanged(t *testing.T) {
	tree := load(t, map[string]string{"content/a.md": "---\ntitle: A\n---\nText\n"})
	tree.Source.(fstest.MapFS)["content/a.md"] = &fstest.MapFile{Data: []byte("x")}
	if body, err := tree.Entries[0].Read(tree.Source); !errors.Is(err, content.ErrChanged) {
		t.Errorf("Read = %q, %v; want ErrChanged", body, err)
	}
}

func TestBytes(t *testing.T) {
	big := bytes.Repeat([]byte("word "), content.MaxText/5+1)
	_, problems := tryLoad(t, map[string]string{
		"content/big.md":    string(big),
		"content/binary.md": "---\ntitle: A\n---\n\x00\x01\x02",
		"content/latin.md":  "---\ntitle: A\n---\nGr\xfc\xdfe\n",
		"content/utf16.md":  "\xff\xfe#\x00",
		"content/a\x07b.md": "---\ntitle: A\n---\n",
		"content/a\\b.md":   "---\ntitle: A\n---\n",
	})
	want := `content/a?b.md: the file's name holds a character that does not belong into a URL
	rename it
content/a\b.md: the file's name holds a character that does not belong into a URL
	rename it
content/big.md: the file is larger than 10 MB
	split it, or move it to content/static if nobody edits it
content/binary.md: the file is not text: it holds a NUL byte
	delete it, or give it the name of what it is
content/latin.md:4:3: this byte is not UTF-8
	save the file as UTF-8
content/utf16.md: the file is UTF-16, not UTF-8
	save it as UTF-8
`
	if diff := cmp.Diff(want, strings.ReplaceAll(report(problems), "\x07", "?")); diff != "" {
		t.Error(diff)
	}
}

// Byte order marks, Windows' line ends, blank lines in front and no front matter at all are no mistakes.
func TestForgiven(t *testing.T) {
	tree := load(t, map[string]string{
		"content/bom.md":    "\xef\xbb\xbf---\ntitle: Bom\n---\nText\n",
		"content/crlf.md":   "---\r\ntitle: Crlf\r\n---\r\nText\n",
		"content/blank.md":  "\n\n---  \ntitle: Blank\n--- \nText\n",
		"content/bare.md":   "{{< note >}}Text{{< /note >}}\n",
		"content/empty.md":  "",
		"content/nokeys.md": "---\n---\nText\n",
		"content/end.md":    "---\ntitle: End\n---",
		"content/Keys.md":   "---\nTitle: Keys\npublishdate: 2026-01-01\n---\nText\n",
		"content/object.md": "{\"title\": \"Object\"} Text\n",
	})
	type seen struct {
		Title, Body string
		Line        int
	}
	want := map[string]seen{
		"bom.md": {"Bom", "Text\n", 4}, "crlf.md": {"Crlf", "Text\n", 4}, "blank.md": {"Blank", "Text\n", 6},
		"bare.md": {"", "{{< note >}}Text{{< /note >}}\n", 1}, "empty.md": {"", "", 1}, "nokeys.md": {"", "Text\n", 3},
		"end.md": {"End", "", 3}, "Keys.md": {"Keys", "Text\n", 5}, "object.md": {"Object", " Text\n", 1},
	}
	got := make(map[string]seen)
	for _, e := range tree.Entries {
		body, err := e.Read(tree.Source)
		if err != nil {
			t.Error(err)
		}
		got[e.Path] = seen{e.Front.Title, string(body), e.Line}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestFilesAndData(t *testing.T) {
	tree := load(t, map[string]string{
		"content/blog/trip/index.md":              "---\ntitle: Trip\n---\n",
		"content/blog/trip/boat.jpg":              "jpg",
		"content/static/.well-known/security.txt": "Contact",
		"content/static/readme.md":                "raw",
		"content/.draft.md":                       "hidden",
		"content/.git/config":                     "hidden",
		"content/blog/a.md~":                      "backup",
		"content/data/prices.csv":                 "\xef\xbb\xbfname,price\nBasic,10\n",
		"content/data/team/anna.yaml":             "name: Anna\nsince: 2019-04-01\nage: 40\n",
		"content/data/facts.json":                 `[{"n": 1, "f": 1.5, "big": 1e3, "ok": true, "no": null}]`,
	})
	var files []string
	for name := range tree.Files {
		files = append(files, name)
	}
	want := []string{"blog/trip/boat.jpg", "static/.well-known/security.txt", "static/readme.md"}
	if diff := cmp.Diff(want, files, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
		t.Errorf("files:\n%s", diff)
	}
	data := map[string]any{
		"prices":    []any{map[string]any{"name": "Basic", "price": "10"}},
		"team/anna": map[string]any{"name": "Anna", "since": "2019-04-01", "age": 40},
		"facts":     []any{map[string]any{"n": 1, "f": 1.5, "big": 1000.0, "ok": true, "no": nil}},
	}
	if diff := cmp.Diff(data, tree.Data); diff != "" {
		t.Errorf("data:\n%s", diff)
	}
	if len(tree.Entries) != 1 {
		t.Errorf("%d entries, want the trip alone", len(tree.Entries))
	}
}

func TestForm(t *testing.T) {
	tree := load(t, map[string]string{"content/forms/contact.yaml": `
title: Talk to us
submit: Send
note: We answer.
success: /thanks/
notify: sales@example.com
route: [{when: team, is: 50+, to: [big@example.com]}]
fields:
  - {name: email, label: E-mail, type: email, required: true, max: 254}
  - {name: team, label: Team, type: select, options: [1-9, {value: 50+, label: Many}, 2026]}
  - {name: from, label: From, type: date, min: 2026-11-22}
consent: {text: Yes., required: true, version: 2026-11-01}
score: {qualified: 50, rules: [{when: page, starts: /pricing/, add: 20}]}
respond_within: 1h30m
retention: 2 years
`})
	got := tree.Forms["contact"]
	want := form.Form{
		Name: "contact", Lang: "en", Title: "Talk to us", Submit: "Send", Note: "We answer.", Success: "/thanks/",
		Notify: []string{"sales@example.com"},
		Route:  []form.Route{{Condition: form.Condition{When: "team", Is: "50+"}, To: []string{"big@example.com"}}},
		Fields: []form.Field{
			{Name: "email", Label: "E-mail", Type: form.Email, Required: true, Max: "254"},
			{Name: "team", Label: "Team", Type: form.Select, Options: []form.Option{{Value: "1-9", Label: "1-9"}, {Value: "50+", Label: "Many"}, {Value: "2026", Label: "2026"}}},
			{Name: "from", Label: "From", Type: form.Date, Min: "2026-11-22"},
		},
		Consent:       &form.Consent{Text: "Yes.", Required: true, Version: "2026-11-01"},
		Score:         form.Score{Qualified: 50, Rules: []form.Rule{{Condition: form.Condition{When: "page", Starts: "/pricing/"}, Add: 20}}},
		RespondWithin: form.Duration(90 * time.Minute),
		Retention:     24,
	}
	if diff := cmp.Diff(want, got.Form); diff != "" {
		t.Error(diff)
	}
	if at := place(got.At("fields", 1, "options")); at != "content/forms/contact.yaml:10:45" {
		t.Errorf("the options are at %s", at)
	}
}

func TestSettings(t *testing.T) {
	tree := load(t, map[string]string{"content/site.yaml": `
title: Test
base_url: https://WWW.example.com
lang: de
zone: Europe/Berlin
theme: corporate
paginate: 6
menus: {main: [{name: Blog, url: /blog/}]}
outputs: [feeds, 404]
hours: {mon-fri: "09:00-17:00"}
holidays: de
reasons: [too early, no budget]
csp: {img-src: https://img.example}
settings: {hue: 250}
markdown: {raw_html: false}
limits: {mails: 5}
authors: {anna: {name: Anna, bio: Writes.}}
`})
	want := content.Defaults()
	want.Title, want.BaseURL, want.Lang, want.Langs = "Test", "https://www.example.com/", "de", []string{"de"}
	want.Theme, want.Paginate, want.RawHTML = "corporate", 6, false
	want.Menus = map[string][]content.Link{"main": {{Name: "Blog", URL: "/blog/"}}}
	want.Outputs = map[string]bool{"feeds": true, "atom": true, "rss": true, "jsonfeed": true, "404": true}
	want.Hours, want.Holidays = map[string]string{"mon-fri": "09:00-17:00"}, []string{"de"}
	want.Reasons = []string{"too early", "no budget"}
	want.CSP = map[string][]string{"img-src": {"https://img.example"}}
	want.Settings = map[string]any{"hue": 250}
	want.Limits.Mails = 5
	want.Authors = map[string]content.Author{"anna": {Name: "Anna", Bio: "Writes."}}
	if diff := cmp.Diff(want, tree.Config, cmpopts.IgnoreFields(content.Config{}, "At", "Zone")); diff != "" {
		t.Error(diff)
	}
	if tree.Config.Zone.String() != "Europe/Berlin" {
		t.Errorf("zone %v", tree.Config.Zone)
	}
}

func TestDates(t *testing.T) {
	berlin, _ := time.LoadLocation("Europe/Berlin")
	day := func(h, m int) time.Time { return time.Date(2026, 7, 5, h, m, 0, 0, berlin) }
	for text, want := range map[string]time.Time{
		"2026-07-05": day(0, 0), "2026-07-05 09:30": day(9, 30), "2026-07-05T09:30": day(9, 30),
		"2026-07-05 09:30:00": day(9, 30), "2026-07-05T09:30:00": day(9, 30), "2026-07-05T09:30:00.000": day(9, 30),
		"2026-07-05T07:30:00Z": day(9, 30), "2026-07-05T09:30:00+02:00": day(9, 30), "2026-07-05T09:30:00+0200": day(9, 30),
		"2026-07-05 09:30:00 +0200": day(9, 30), "2026-07-05 09:30:00 +02:00": day(9, 30), "2026-07-05 09:30:00+02:00": day(9, 30),
		"05 Jul 2026": day(0, 0), "5 July 2026": day(0, 0), "July 5, 2026": day(0, 0), "Jul 5, 2026": day(0, 0),
		"Sun, 05 Jul 2026 09:30:00 +0200": day(9, 30), "Sun Jul  5 09:30:00 2026": day(9, 30),
		"2026-07-05T09:30+02:00": day(9, 30), "2026-07-05 09:30:00 +0200 CEST": day(9, 30),
	} {
		tree := load(t, map[string]string{"content/a.md": fmt.Sprintf("---\ntitle: A\ndate: %q\n---\n", text)})
		if got := tree.Entries[0].Front.Date; !got.Equal(want) {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

// Links within the source are read; what leads out of it, in a circle or to a folder is refused.
func TestLinks(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	write(t, filepath.Join(outside, "secret.md"), "---\ntitle: Secret\n---\n")
	write(t, filepath.Join(dir, "content/site.yaml"), siteYAML)
	write(t, filepath.Join(dir, "content/blog/a.md"), "---\ntitle: A\n---\n")
	write(t, filepath.Join(dir, "shared/note.md"), "---\ntitle: Note\n---\n")
	for name, target := range map[string]string{
		"content/good.md":     "blog/a.md",
		"content/shared.md":   "../shared/note.md",
		"content/chain.md":    "good.md",
		"content/absolute.md": filepath.Join(outside, "secret.md"),
		"content/up.md":       "../../" + filepath.Base(outside) + "/secret.md",
		"content/folder":      "blog",
		"content/loop.md":     "loop.md",
		"content/dangling.md": "nothing.md",
		"content/through.md":  "tunnel/secret.md",
		"content/tunnel":      outside,
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	t.Run("DirFS", func(t *testing.T) { checkLinks(t, os.DirFS(dir)) })
	t.Run("Root", func(t *testing.T) { checkLinks(t, root.FS()) })
}

func checkLinks(t *testing.T, source fs.FS) {
	var problems content.Problems
	tree, err := content.Load(context.Background(), source, &problems)
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, e := range tree.Entries {
		titles = append(titles, e.Path+" "+e.Front.Title)
	}
	if diff := cmp.Diff([]string{"blog/a.md A", "chain.md A", "good.md A", "shared.md Note"}, titles); diff != "" {
		t.Error(diff)
	}
	want := `content/absolute.md: this link is not followed: it leads out of the source folder
content/dangling.md: this link is not followed: it leads to nothing
content/folder: links to folders are not followed
content/loop.md: this link is not followed: it leads back to itself
content/through.md: this link is not followed: it leads out of the source folder
content/tunnel: this link is not followed: it leads out of the source folder
content/up.md: this link is not followed: it leads out of the source folder
`
	var got strings.Builder
	for _, e := range problems.Errors() {
		fmt.Fprintln(&got, e)
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

func write(t *testing.T, name, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestUnreadable(t *testing.T) {
	if _, err := content.Load(context.Background(), fstest.MapFS{}, &content.Problems{}); err == nil {
		t.Error("a source without a folder content was read")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	source := fstest.MapFS{"content/a.md": {Data: []byte("x")}}
	if _, err := content.Load(ctx, source, &content.Problems{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after cancelling: %v", err)
	}
}

// A pipe, a socket or a device would never end.
func TestNotAFile(t *testing.T) {
	var problems content.Problems
	source := fstest.MapFS{"content/site.yaml": {Data: []byte("title: T\nbase_url: https://www.example.com/\n")}, "content/a.md": {Mode: fs.ModeNamedPipe}}
	if _, err := content.Load(context.Background(), source, &problems); err != nil {
		t.Fatal(err)
	}
	const want = "content/a.md: this is not a regular file\n\tmove it out of the content\n"
	if got := report(&problems); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
