package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/e2e/browser"
	"leadsite/e2e/program"
)

// TestStylesWithoutReload changes the stylesheet under an open page: the page takes it, and keeps what was typed.
func TestStylesWithoutReload(t *testing.T) {
	source := exampleSource(t)
	site := program.Serve(t, source, filepath.Join(t.TempDir(), "state"))
	b := browser.New(t)
	b.Open(site.URL + "/contact/")
	b.Fill("#contact-name", "Half a na")
	css := read(t, filepath.Join(e2e.Root(t), "themes", "default", "assets", "site.css.tmpl"))
	sheet := filepath.Join(mkdir(t, source, "themes", "default", "assets"), "site.css.tmpl")
	write(t, sheet, css+"\nh1 { letter-spacing: 3px; }\n")
	program.Eventually(t, "the heading takes the new style", func() bool {
		return b.Style("h1", "letter-spacing") == "3px"
	})
	if got := b.Value("#contact-name"); got != "Half a na" {
		t.Errorf("the page was loaded again: the field holds %q", got)
	}
}

// edits is how many random edits one run makes, each followed by the next as soon as the last was built.
const edits = 40

// TestRandomEditsEndInTheSameSite makes random edits of content, forms, data, settings and theme under a running serve.
// Now and then it compares the served site with one that is built from nothing of the same source.
func TestRandomEditsEndInTheSameSite(t *testing.T) {
	const seed = 1
	random := rand.New(rand.NewPCG(seed, 0))
	source, state := exampleSource(t), filepath.Join(t.TempDir(), "state")
	site := program.Serve(t, source, state, "--base-url", "https://www.example.com/", "--drafts=false")
	for i := range edits {
		what := edit(t, random, source, i)
		if i%8 != 7 && i != edits-1 {
			continue // a burst of edits, as a branch switch makes them
		}
		fresh := t.TempDir()
		program.Run(t, "build", "--source", source, "--output", filepath.Join(fresh, "public"), "--state", filepath.Join(fresh, "state"), "--base-url", "https://www.example.com/")
		want := files(t, filepath.Join(fresh, "public"))
		program.Eventually(t, fmt.Sprintf("seed %d, edit %d (%s): the served site is the one built from nothing", seed, i, what), func() bool {
			return sameFiles(files(t, filepath.Join(state, "site")), want)
		})
	}
	if strings.Contains(site.Talk(), "error:") {
		t.Errorf("an edit was a mistake:\n%s", site.Talk())
	}
}

func sameFiles(a, b map[string]string) bool {
	for path, data := range a {
		if b[path] != data {
			return false
		}
	}
	return len(a) == len(b)
}

// edit makes one change that leaves the source without mistakes.
func edit(t *testing.T, random *rand.Rand, source string, n int) string {
	t.Helper()
	posts, err := filepath.Glob(filepath.Join(source, "content", "blog", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	post := posts[random.IntN(len(posts))]
	content := filepath.Join(source, "content")
	switch random.IntN(8) {
	case 0: // a sentence in a post
		write(t, post, read(t, post)+fmt.Sprintf("\nA sentence, number %d.\n", n))
		return "a sentence in " + post
	case 1: // a description, which lists show
		write(t, post, strings.Replace(read(t, post), "description: ", "weight: 1\ndescription: ", 1-min(1, strings.Count(read(t, post), "weight: "))))
		return "a weight in " + post
	case 2: // a new post, in a new folder's bundle every other time
		file := filepath.Join(content, "blog", fmt.Sprintf("new-%d.md", n))
		if n%2 == 0 {
			file = filepath.Join(mkdir(t, content, "blog", fmt.Sprintf("new-%d", n)), "index.md")
		}
		write(t, file, fmt.Sprintf("---\ntitle: New %d\ndate: 2026-02-%02d\ntags: [sales, new-%d]\ndescription: A new post.\n---\nNew.\n", n, n%28+1, n%3))
		return "a new post " + file
	case 3: // a post that this test made goes again
		made, _ := filepath.Glob(filepath.Join(content, "blog", "new-*"))
		if len(made) == 0 {
			return "nothing"
		}
		gone := made[random.IntN(len(made))]
		if err := os.RemoveAll(gone); err != nil {
			t.Fatal(err)
		}
		return "the deletion of " + gone
	case 4: // a form's words
		form := filepath.Join(content, "forms", "contact.yaml")
		write(t, form, strings.Replace(read(t, form), "title: ", fmt.Sprintf("title: %d ", n), 1))
		return "a form's title"
	case 5: // the site's title, which every page shows
		settings := filepath.Join(content, "site.yaml")
		write(t, settings, strings.Replace(read(t, settings), "title: ", fmt.Sprintf("title: %d ", n), 1))
		return "the site's title"
	case 6: // a template of the theme
		partial := filepath.Join(mkdir(t, source, "themes", "default", "partials"), "quote.html")
		write(t, partial, fmt.Sprintf("<figure class=\"quote\"><blockquote>{{ .quote }}</blockquote><p>Edit %d</p></figure>\n", n))
		return "a template"
	default: // a file that is copied
		write(t, filepath.Join(content, "static", "note.txt"), fmt.Sprintf("note %d\n", n))
		return "a static file"
	}
}
