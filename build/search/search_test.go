package search_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"leadsite/build/content"
	"leadsite/build/search"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/themes"
)

var update = flag.Bool("update", false, "write the indexes into the archives of testdata")

var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// indexes makes the indexes of a source. The source must be without mistakes.
func indexes(t testing.TB, source fs.FS) search.Set {
	t.Helper()
	var problems content.Problems
	tree, err := content.Load(t.Context(), source, &problems)
	if err != nil {
		t.Fatal(err)
	}
	look := theme.Load(themes.Default(), source, tree.Config, &problems)
	plan := site.Plan(tree, look, site.Options{Now: today}, &problems)
	set, err := search.Make(t.Context(), plan, look, &problems)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range problems.Errors() {
		t.Errorf("%v", e)
	}
	return set
}

// An archive of testdata is a source, and the indexes that come of it: want/LANG.json, a value a line.
func TestIndexes(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no archives", err)
	}
	for _, file := range archives {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source, want := fstest.MapFS{}, map[string]string{}
			kept := &txtar.Archive{Comment: archive.Comment}
			for _, f := range archive.Files {
				if strings.HasPrefix(f.Name, "want/") {
					want[f.Name] = string(f.Data)
				} else {
					source[f.Name] = &fstest.MapFile{Data: f.Data}
					kept.Files = append(kept.Files, f)
				}
			}
			got := shown(t, indexes(t, source))
			if *update {
				for _, name := range slices.Sorted(maps.Keys(got)) {
					kept.Files = append(kept.Files, txtar.File{Name: name, Data: []byte(got[name])})
				}
				if err := os.WriteFile(file, txtar.Format(kept), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want (-), got (+):\n%s", diff)
			}
		})
	}
}

// shown are the indexes as an archive has them.
func shown(t *testing.T, set search.Set) map[string]string {
	t.Helper()
	all := map[string]string{}
	for lang, index := range set {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, index.Data, "", "  "); err != nil {
			t.Fatal(err)
		}
		all["want/"+lang+".json"] = pretty.String()
	}
	return all
}

// TestSearchCanBeOff leaves search out of the outputs.
func TestSearchCanBeOff(t *testing.T) {
	source := fstest.MapFS{"content/site.yaml": {Data: []byte("title: T\nbase_url: https://www.example.com/\noutputs: [sitemap]\n")},
		"content/about.md": {Data: []byte("---\ntitle: About\n---\nText.\n")}}
	if set := indexes(t, source); len(set) != 0 {
		t.Errorf("there are indexes: %v", set.URLs())
	}
}

// TestChangedPageIsTold changes a page between plan and index.
func TestChangedPageIsTold(t *testing.T) {
	source := corpus(3, few)
	var problems content.Problems
	tree, err := content.Load(t.Context(), source, &problems)
	if err != nil {
		t.Fatal(err)
	}
	look := theme.Load(themes.Default(), source, tree.Config, &problems)
	plan := site.Plan(tree, look, site.Options{Now: today}, &problems)
	source["content/blog/post-1.md"] = &fstest.MapFile{Data: []byte("---\ntitle: Another\n---\n")}
	if _, err := search.Make(t.Context(), plan, look, &problems); err != nil {
		t.Fatal(err)
	}
	const want = "content/blog/post-1.md: reading the page: content/blog/post-1.md: the file changed during the build"
	if got := problems.Errors(); len(got) != 1 || got[0].Error() != want || got[0].Hint != "build again" {
		t.Errorf("said %v, want %s", got, want)
	}
}

// TestIndexIsPure makes an index of many pages on different numbers of cores.
func TestIndexIsPure(t *testing.T) {
	source := corpus(300, varied)
	first := indexes(t, source)["en"]
	for _, cores := range []int{1, 2, 8} {
		before := runtime.GOMAXPROCS(cores)
		again := indexes(t, source)["en"]
		runtime.GOMAXPROCS(before)
		if first.Path != again.Path || !bytes.Equal(first.Data, again.Data) {
			t.Errorf("on %d cores the index differs: %s, then %s", cores, first.Path, again.Path)
		}
	}
}

// TestSize wants the index of 1,000 posts of 800 words in less than 100 KB, compressed: of posts that share a hundred
// words, and of posts as people write them, whose words are as many and as unevenly spread as in a language.
func TestSize(t *testing.T) {
	for name, vocabulary := range map[string]vocabulary{"few words": few, "varied": varied} {
		index := indexes(t, corpus(1000, vocabulary))["en"]
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		w.Write(index.Data)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d bytes, %d compressed, %d pages", name, len(index.Data), packed.Len(), index.Pages)
		if packed.Len() > 100_000 || index.Pages != 1001 {
			t.Errorf("%s: the index of %d pages has %d bytes, %d compressed", name, index.Pages, len(index.Data), packed.Len())
		}
		if least := 40_000; packed.Len() < least {
			t.Errorf("%s: %d bytes compressed: there is room for more words", name, packed.Len())
		}
	}
}

func BenchmarkMake(b *testing.B) {
	source := corpus(1000, varied)
	var problems content.Problems
	tree, err := content.Load(b.Context(), source, &problems)
	if err != nil {
		b.Fatal(err)
	}
	look := theme.Load(themes.Default(), source, tree.Config, &problems)
	plan := site.Plan(tree, look, site.Options{Now: today}, &problems)
	for b.Loop() {
		if _, err := search.Make(b.Context(), plan, look, &problems); err != nil {
			b.Fatal(err)
		}
	}
}

// vocabulary gives the words of made-up texts.
type vocabulary func(r *rand.Rand) func(topic int) string

// few are a hundred words, each as likely as the other.
func few(r *rand.Rand) func(int) string {
	return func(int) string { return spell(r.Uint64N(100)) }
}

// varied are 40,000 words, a few of them everywhere and most of them seldom, and some that belong to a topic.
func varied(r *rand.Rand) func(int) string {
	language := rand.NewZipf(r, 1.07, 4, 40_000)
	own := rand.NewZipf(r, 1.2, 3, 300)
	return func(topic int) string {
		if r.IntN(8) == 0 {
			return spell(own.Uint64()*211 + uint64(topic)*7919)
		}
		return spell(language.Uint64())
	}
}

// spell makes a word of a number: short ones of small numbers.
func spell(n uint64) string {
	const syllables = "nasetilomurekapido vegushanzorfiblutrem"
	var word []byte
	for n += 3; n > 0; n /= 19 {
		word = append(word, strings.ReplaceAll(syllables, " ", "y")[n%19*2:][:2]...)
	}
	return string(word)
}

// corpus is a site of a home page and n posts of about 800 words.
func corpus(n int, words vocabulary) fstest.MapFS {
	r := rand.New(rand.NewPCG(1, 2))
	word := words(r)
	source := fstest.MapFS{"content/site.yaml": {Data: []byte("title: Many\nbase_url: https://www.example.com/\n")},
		"content/index.md": {Data: []byte("---\ntitle: Many\ndescription: Many posts.\n---\n")}}
	for i := range n {
		topic := r.IntN(25)
		text := func(n int) string {
			all := make([]string, n)
			for i := range all {
				all[i] = word(topic)
			}
			return strings.Join(all, " ")
		}
		var post strings.Builder
		fmt.Fprintf(&post, "---\ntitle: %s %d\ndate: %s\ndescription: %s.\ntags: [%s, %s]\n---\n", text(6), i,
			time.Date(2015, 1, 1+i*3, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), text(14), spell(uint64(topic)), spell(uint64(r.IntN(20))))
		for range 4 {
			fmt.Fprintf(&post, "%s.\n\n## %s\n\n%s.\n\n", text(100), text(4), text(100))
		}
		source[fmt.Sprintf("content/blog/post-%d.md", i)] = &fstest.MapFile{Data: []byte(post.String())}
	}
	return source
}
