package build_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"leadsite/build"
	"leadsite/themes"
)

// workshop is a source that is edited and built again and again.
type workshop struct {
	t                      *testing.T
	random                 *rand.Rand
	root                   string // source, output, state
	now                    time.Time
	n                      int               // of the edit
	good                   map[string]string // the source when it last had no mistakes
	whole                  int               // how many builds had no mistakes
	keep                   string
	lenient, drafts, plain bool
}

func newWorkshop(t *testing.T, seed uint64) *workshop {
	t.Helper()
	w := &workshop{t: t, random: rand.New(rand.NewPCG(seed, 0)), root: t.TempDir(), keep: "one", now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)}
	archive, err := txtar.ParseFile("testdata/edits.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range archive.Files {
		w.write(f.Name, string(f.Data))
	}
	w.picture("content/blog/trip/boat.png", 20)
	w.picture("content/static/logo.png", 30)
	return w
}

func (w *workshop) path(name string) string { return filepath.Join(w.root, filepath.FromSlash(name)) }

func (w *workshop) write(name, text string) {
	w.t.Helper()
	if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.path(name), []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workshop) read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(w.path(name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// change replaces the first old text in a file, or writes the new one behind its end when it has none.
func (w *workshop) change(name, old, text string) {
	before := w.read(name)
	after := strings.Replace(before, old, text, 1)
	if after == before {
		after = before + text + "\n"
	}
	w.write(name, after)
}

func (w *workshop) picture(name string, size int) {
	w.t.Helper()
	img := image.NewGray(image.Rect(0, 0, size, size))
	for i := range img.Pix {
		img.Pix[i] = uint8(w.random.IntN(256))
	}
	img.Set(0, 0, color.White)
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		w.t.Fatal(err)
	}
	w.write(name, out.String())
}

// some picks a file of a folder and those below it, by its extension.
func (w *workshop) some(folder, ext string) string {
	w.t.Helper()
	all := w.all(folder, ext)
	if len(all) == 0 {
		return ""
	}
	return all[w.random.IntN(len(all))]
}

func (w *workshop) all(folder, ext string) []string {
	w.t.Helper()
	var all []string
	err := filepath.WalkDir(w.path(folder), func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && !d.IsDir() && filepath.Ext(name) == ext {
			rel, _ := filepath.Rel(w.root, name)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *workshop) options(output, program string) build.Options {
	return build.Options{Source: w.root, Output: w.path(output), State: w.path("state"), Bundle: w.path("dist/" + filepath.Base(output) + ".json"),
		DefaultTheme: themes.Default(), Now: w.now, Program: program, Lenient: w.lenient, Drafts: w.drafts, Plain: w.plain}
}

func (w *workshop) build(o build.Options) *build.Report {
	w.t.Helper()
	report, err := build.Build(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// told is all that a report tells its reader, but for what was written.
func told(r *build.Report) string {
	var b strings.Builder
	for _, e := range r.Errors {
		fmt.Fprintf(&b, "error: %v\nhint: %s\n", e, e.Hint)
	}
	for _, e := range r.Warnings {
		fmt.Fprintf(&b, "warning: %v\nhint: %s\n", e, e.Hint)
	}
	fmt.Fprintf(&b, "%d pages\nskipped %v\ndue %s\nCSP %s\nat %s\nredirects %v\n", r.Pages, r.Skipped,
		r.NextDue.Format("2006-01-02 15:04 MST"), r.CSP, r.BaseURL, r.Redirects)
	return b.String()
}

// tree is every file of a folder.
func (w *workshop) tree(folder string) map[string]string {
	w.t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(w.path(folder), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && name == w.path(folder) {
			return err
		}
		rel, _ := filepath.Rel(w.path(folder), name)
		if d.IsDir() {
			all[filepath.ToSlash(rel)+"/"] = "a folder"
			return nil
		}
		data, err := os.ReadFile(name)
		all[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// rounds is how many times a source is edited and built, for each seed.
const rounds = 30

// TestWarmIsCold edits a source at random, and after each edit compares what a build makes that remembers the last one
// with what a build makes that remembers nothing: the same files to the byte, the same bundle, the same words.
func TestWarmIsCold(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorkshop(t, seed)
			if first := w.build(w.options("public", w.keep)); len(first.Errors) > 0 {
				t.Fatal(told(first))
			}
			w.good = w.source()
			var history []string
			for w.n = range rounds {
				history = nil
				for range 1 + w.random.IntN(3) {
					history = append(history, w.edit())
				}
				w.compare(strings.Join(history, "; "))
			}
			if w.whole < rounds/2 {
				t.Errorf("of %d builds only %d had no mistakes: the edits are too bad to show much", rounds, w.whole)
			}
		})
	}
}

// source is every file of the source.
func (w *workshop) source() map[string]string {
	all := map[string]string{}
	for _, folder := range []string{"content", "themes"} {
		for name, text := range w.tree(folder) {
			all[folder+"/"+name] = text
		}
	}
	return all
}

// restore makes the source what it was when it last had no mistakes.
func (w *workshop) restore() {
	now := w.source()
	for name := range now {
		if _, was := w.good[name]; !was {
			os.RemoveAll(w.path(name))
		}
	}
	for name, text := range w.good {
		if !strings.HasSuffix(name, "/") && now[name] != text {
			w.write(name, text)
		}
	}
}

// compare builds warm and cold.
func (w *workshop) compare(what string) {
	w.t.Helper()
	cold := fmt.Sprintf("cold-%d", w.n)
	want := w.build(w.options(cold, ""))
	got := w.build(w.options("public", w.keep))
	if diff := cmp.Diff(told(want), told(got)); diff != "" {
		w.t.Fatalf("edit %d (%s): the warm build says something else (-cold +warm):\n%s", w.n, what, diff)
	}
	if len(want.Errors) > 0 {
		w.t.Logf("edit %d (%s): %v", w.n, what, want.Errors[0])
		if w.random.IntN(2) == 0 {
			w.restore()
		}
		return
	}
	w.good = w.source()
	w.whole++
	if diff := cmp.Diff(w.tree(cold), w.tree("public")); diff != "" {
		w.t.Fatalf("edit %d (%s): the warm site is another one (-cold +warm):\n%s", w.n, what, diff)
	}
	if diff := cmp.Diff(w.read("dist/"+cold+".json"), w.read("dist/public.json")); diff != "" {
		w.t.Fatalf("edit %d (%s): the warm bundle is another one (-cold +warm):\n%s", w.n, what, diff)
	}
	os.RemoveAll(w.path(cold))
}

// edit makes one random change, which may be a mistake that a later one mends.
func (w *workshop) edit() string {
	edits := []func() string{
		w.editText, w.editText, w.editFront, w.editFront, w.editFront, w.addPost, w.deletePost, w.renameFolder, w.editPicture, w.editData, w.editForm,
		w.editSettings, w.editTheme, w.editTheme, w.editStatic, w.breakLink, w.spoilOutput, w.spoilOutput, w.spoilMemory, w.passTime, w.touch, w.otherOptions, w.cascade,
	}
	return edits[w.random.IntN(len(edits))]()
}

func (w *workshop) editText() string {
	file := w.some("content/blog", ".md")
	additions := []string{"A sentence.", "## A heading\n\nAnd its text.", "[the other](/about/)", "![Boat](/blog/trip/boat.png)", "{{< figure src=\"/logo.png\" alt=\"Logo\" >}}",
		"{{< form contact >}}", "{{< prices >}}", "[about](../about.md)", "{{< ref \"about.md\" >}}", "<h1>Another</h1>", "[on](/old/)", strings.Repeat("many words ", 300)}
	w.write(file, w.read(file)+"\n"+additions[w.random.IntN(len(additions))]+"\n")
	return "text of " + file
}

func (w *workshop) editFront() string {
	file := w.some("content/blog", ".md")
	lines := []string{fmt.Sprintf("description: Number %d.", w.n), fmt.Sprintf("title: Title %d", w.n), fmt.Sprintf("tags: [sales, tag-%d]", w.n%4), fmt.Sprintf("weight: %d", w.n),
		fmt.Sprintf("date: 2026-0%d-03", 1+w.random.IntN(8)), "draft: true", "draft: false", "series: [start]", "image: /logo.png", "noindex: true", fmt.Sprintf("aliases: [/was-%d/]", w.n),
		"author: kim", "menu: main", fmt.Sprintf("expiryDate: 2026-0%d-20", 5+w.random.IntN(3)), "params: {tone: calm}", "translationKey: pair"}
	line := lines[w.random.IntN(len(lines))]
	key, _, _ := strings.Cut(line, ":")
	var out []string
	for _, l := range strings.Split(w.read(file), "\n") {
		if !strings.HasPrefix(l, key+":") {
			out = append(out, l)
		}
	}
	w.write(file, strings.Replace(strings.Join(out, "\n"), "---\n", "---\n"+line+"\n", 1))
	return line + " in " + file
}

func (w *workshop) addPost() string {
	name := []string{"content/blog/new-%d.md", "content/blog/new-%d/index.md", "content/blog/new-%d.de.md", "content/notes/new-%d.md"}[w.random.IntN(4)]
	name = fmt.Sprintf(name, w.n%10)
	w.write(name, fmt.Sprintf("---\ntitle: New %d\ndate: 2026-04-%02d\ntags: [sales, new]\ndescription: New post %d.\n---\nA new post.\n", w.n, 1+w.n%28, w.n))
	return "new " + name
}

func (w *workshop) deletePost() string {
	made, _ := filepath.Glob(w.path("content/*/new-*"))
	if len(made) == 0 {
		return "nothing"
	}
	gone := made[w.random.IntN(len(made))]
	if err := os.RemoveAll(gone); err != nil {
		w.t.Fatal(err)
	}
	return "without " + filepath.Base(gone)
}

func (w *workshop) renameFolder() string {
	from, to := "content/blog/trip", "content/blog/voyage"
	if _, err := os.Stat(w.path(to)); err == nil {
		from, to = to, from
	}
	if err := os.Rename(w.path(from), w.path(to)); err != nil {
		w.t.Fatal(err)
	}
	return from + " is " + to
}

func (w *workshop) editPicture() string {
	file := w.some("content", ".png")
	w.picture(file, 10+w.random.IntN(600))
	return "picture " + file
}

func (w *workshop) editData() string {
	w.write("content/data/prices.yaml", fmt.Sprintf("- {name: Small, price: %d}\n", w.n))
	return "data"
}

func (w *workshop) editForm() string {
	if w.random.IntN(2) == 0 {
		w.change("content/forms/contact.yaml", "label: ", fmt.Sprintf("label: %d ", w.n))
	} else {
		w.change("content/forms/contact.de.yaml", "title: ", fmt.Sprintf("title: %d ", w.n))
	}
	return "form"
}

func (w *workshop) editSettings() string {
	edits := [][2]string{{"title: ", fmt.Sprintf("title: %d ", w.n)}, {"paginate: 2", "paginate: 3"}, {"paginate: 3", "paginate: 2"}, {"name: About", "name: About us"},
		{"hue: 235", "hue: 100"}, {"outputs: [", "outputs: [compress, "}, {"outputs: [compress, ", "outputs: ["}, {"search, ", ""}, {"taxonomies: [tags, authors", "taxonomies: [tags, series"}}
	e := edits[w.random.IntN(len(edits))]
	if strings.Count(w.read("content/site.yaml"), e[0]) == 0 {
		return "nothing"
	}
	w.change("content/site.yaml", e[0], e[1])
	return "settings: " + e[1]
}

func (w *workshop) editTheme() string {
	switch w.random.IntN(5) {
	case 0:
		w.change("themes/default/shortcodes/prices.html", "<ul>", fmt.Sprintf("<ul><li>%d</li>", w.n))
	case 1:
		w.write("themes/default/i18n/de.yaml", fmt.Sprintf("related: Auch %d\n", w.n))
	case 2:
		w.write("themes/default/assets/extra.css", fmt.Sprintf("p { margin: %dpx }\n", w.n))
	case 3:
		w.write("themes/default/partials/quote.html", fmt.Sprintf("<figure class=\"quote\"><blockquote>{{ .quote }}</blockquote><p>%d</p></figure>\n", w.n))
	default:
		if err := os.RemoveAll(w.path("themes/default/i18n")); err != nil {
			w.t.Fatal(err)
		}
	}
	return "theme"
}

func (w *workshop) editStatic() string {
	if w.random.IntN(3) == 0 {
		os.Remove(w.path("content/static/note.txt"))
		return "without a static file"
	}
	w.write("content/static/note.txt", fmt.Sprintf("note %d\n", w.n))
	return "a static file"
}

func (w *workshop) breakLink() string {
	const bad = "\n[nowhere](/nowhere/)\n"
	for _, file := range w.all("content/blog", ".md") {
		if text := w.read(file); strings.Contains(text, bad) {
			w.write(file, strings.ReplaceAll(text, bad, ""))
			return "a link of " + file + " mended"
		}
	}
	file := w.some("content/blog", ".md")
	w.write(file, w.read(file)+bad)
	return "a link of " + file + " broken"
}

// spoilOutput is what others do to the output, and what a killed build leaves there.
func (w *workshop) spoilOutput() string {
	file := w.some("public", []string{".html", ".html", ".png", ".css", ".xml", ".txt"}[w.random.IntN(6)])
	if file == "" {
		return "nothing"
	}
	switch w.random.IntN(5) {
	case 0:
		os.Remove(w.path(file))
		return file + " deleted"
	case 1:
		w.write(file, w.read(file)+" ")
		return file + " changed"
	case 2:
		before, err := os.Stat(w.path(file))
		if err != nil {
			w.t.Fatal(err)
		}
		w.write(file, strings.Map(func(r rune) rune { return 'x' }, w.read(file)))
		if err := os.Chtimes(w.path(file), before.ModTime(), before.ModTime()); err != nil {
			w.t.Fatal(err)
		}
		return file + " changed behind its times"
	case 3:
		os.RemoveAll(filepath.Dir(w.path(file)))
		return filepath.Dir(file) + " deleted"
	}
	w.write(filepath.Dir(file)+"/foreign/x.html", "x")
	w.write(filepath.Dir(file)+"/foreign.html", "x")
	return "foreign files beside " + file
}

// spoilMemory damages what the last build left, or takes it from another one.
func (w *workshop) spoilMemory() string {
	files, _ := filepath.Glob(w.path("state/cache/build-*"))
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".lock") })
	if len(files) == 0 {
		return "nothing"
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		w.t.Fatal(err)
	}
	what := "memory gone"
	switch w.random.IntN(4) {
	case 0:
		os.Remove(files[0])
		return what
	case 1:
		data, what = data[:w.random.IntN(len(data))], "memory cut off"
	case 2:
		data[w.random.IntN(len(data))] ^= byte(1 + w.random.IntN(255))
		what = "memory damaged"
	case 3:
		w.keep = fmt.Sprint("another program ", w.n)
		return "memory of another program"
	}
	if err := os.WriteFile(files[0], data, 0o644); err != nil {
		w.t.Fatal(err)
	}
	return what
}

func (w *workshop) passTime() string {
	w.now = w.now.AddDate(0, 0, w.random.IntN(30))
	return "time passes"
}

func (w *workshop) touch() string {
	file := w.some("content", ".md")
	w.write(file, w.read(file))
	return file + " touched"
}

func (w *workshop) otherOptions() string {
	switch w.random.IntN(3) {
	case 0:
		w.lenient = !w.lenient
	case 1:
		w.drafts = !w.drafts
	default:
		w.plain = !w.plain
	}
	return "other options"
}

func (w *workshop) cascade() string {
	w.write("content/blog/index.md", fmt.Sprintf("---\ntitle: Blog\ndescription: All posts.\ncascade: {params: {n: %d}, noindex: %v}\n---\n", w.n, w.n%3 == 0))
	return "a cascade"
}

// TestOneTitle changes the title of one post among many. What showed it is written, and nothing else: the post, its
// neighbours, the lists, feeds and posts that show it.
func TestOneTitle(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, 1)
	for i := range 60 {
		w.write(fmt.Sprintf("content/blog/post-%02d.md", i), fmt.Sprintf("---\ntitle: Number %c%c\ndate: 2025-%02d-%02d\ntags: [tag-%d]\ndescription: Post %d.\n---\nText %d.\n",
			'A'+i/8, 'a'+i%8, 1+i/28, 1+i%28, i%6, i, i))
	}
	w.build(w.options("public", w.keep))
	want := []string{}
	for name, text := range w.tree("public") {
		if strings.Contains(text, "Number Cc") {
			want = append(want, name)
		}
	}
	w.change("content/blog/post-18.md", "Number Cc", "Changed Cc")
	report := w.build(w.options("public", w.keep))
	got := slices.DeleteFunc(report.Published.Changed, func(name string) bool {
		return strings.HasPrefix(name, "assets/cards/") || strings.HasPrefix(name, "assets/search-") || name == "search/index.html" || name == "de/search/index.html"
	})
	want = slices.DeleteFunc(want, func(name string) bool { return strings.HasPrefix(name, "assets/search-") })
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was written is not what showed the title (-showed +written):\n%s", diff)
	}
	for _, must := range []string{"blog/post-18/index.html", "blog/post-17/index.html", "blog/post-19/index.html", "tags/tag-0/feed.xml"} {
		if !slices.Contains(got, must) {
			t.Errorf("%s was not written", must)
		}
	}
	if len(got) > 20 || report.Published.Kept < 100 {
		t.Errorf("%d files written, %d kept", len(got), report.Published.Kept)
	}
	w.compare("one title")
}

// TestNothingChanged builds again and again, and hears the same.
func TestNothingChanged(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, 1)
	first := w.build(w.options("public", w.keep))
	time.Sleep(50 * time.Millisecond) // the clock of files goes on
	w.build(w.options("public", w.keep))
	second := w.build(w.options("public", w.keep))
	if diff := cmp.Diff(told(first), told(second)); diff != "" {
		t.Error(diff)
	}
	if p := second.Published; p.Written != 0 || p.Deleted != 0 || p.Kept != first.Published.Written {
		t.Errorf("first %d files written; then %+v", first.Published.Written, p)
	}
}

// TestUpdates edits under a builder that keeps the model of the site. What an update makes of an edited text is what a
// build from nothing makes, but for the search index, which waits for the next whole build.
func TestUpdates(t *testing.T) {
	t.Parallel()
	w := newWorkshop(t, 7)
	b := build.Builder{Options: w.options("public", w.keep)}
	defer b.Close()
	whole := func() {
		t.Helper()
		if report, err := b.Build(t.Context()); err != nil || len(report.Errors) > 0 {
			t.Fatal(err, report.Errors)
		}
	}
	whole()
	quick := 0
	for w.n = range rounds {
		file := w.some("content/blog", ".md")
		w.write(file, w.read(file)+fmt.Sprintf([]string{"\nA sentence, number %d.\n", "\n## Part %d\n\nText.\n", "\n[about](/about/#main) %d\n", "\n{{< prices >}} %d\n"}[w.n%4], w.n))
		changed := []string{w.path(file), w.path("content/blog/.passing.swp"), w.path("content/blog/passing")}
		if w.n%7 == 6 {
			w.change(file, "title: ", "title: New ")
		}
		if _, ok := b.Update(t.Context(), changed); ok {
			quick++
		} else {
			whole()
		}
		if w.n%5 == 4 {
			whole()
		}
		w.sameBut(w.n%5 != 4)
	}
	if quick < rounds/2 {
		t.Errorf("of %d edits only %d were updates", rounds, quick)
	}
	for _, file := range []string{"content/site.yaml", "content/blog", "content/blog/first.md", "content/data/prices.yaml", "themes/default/theme.yaml"} {
		whole()
		if file == "content/blog/first.md" {
			w.write(file, w.read(file)+"\n[nowhere](/nowhere/)\n")
		}
		if _, ok := b.Update(t.Context(), []string{w.path(file)}); ok {
			t.Errorf("%s was no matter of a text, and updated", file)
		}
		if file == "content/blog/first.md" {
			w.write(file, strings.Replace(w.read(file), "\n[nowhere](/nowhere/)\n", "", 1))
		}
	}
}

// sameBut compares the site with one that is built from nothing, without the search index when that may be old.
func (w *workshop) sameBut(search bool) {
	w.t.Helper()
	cold := fmt.Sprintf("cold-%d", w.n)
	w.build(w.options(cold, ""))
	want, got := w.tree(cold), w.tree("public")
	for _, tree := range []map[string]string{want, got} {
		for name := range tree {
			if search && strings.Contains(name, "search") {
				delete(tree, name)
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		w.t.Fatalf("edit %d: the site is another one (-fresh +updated):\n%s", w.n, diff)
	}
	os.RemoveAll(w.path(cold))
}
