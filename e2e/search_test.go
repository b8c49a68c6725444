package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/e2e/browser"
	"leadsite/e2e/program"
)

// inNode runs the theme's search script in Node, where there is no page, and then a program over it, whose arguments
// are in `given` and whose value is the result.
func inNode(t *testing.T, code string, given, result any) {
	t.Helper()
	script := read(t, filepath.Join(e2e.Root(t), "themes", "default", "assets", "search.js"))
	input, err := json.Marshal(given)
	if err != nil {
		t.Fatal(err)
	}
	source := "const document = {querySelectorAll: () => []};\n" + script +
		"\nconst given = JSON.parse(require('fs').readFileSync(0, 'utf8'));\nprocess.stdout.write(JSON.stringify((() => {" + code + "})()));\n"
	file := filepath.Join(t.TempDir(), "search.cjs")
	write(t, file, source)
	cmd := exec.Command("node", file)
	cmd.Stdin = strings.NewReader(string(input))
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("running the search script in Node: %v", err)
	}
	if err := json.Unmarshal(out, result); err != nil {
		t.Fatalf("the search script gave %s: %v", out, err)
	}
}

// TestScriptAndBuilderAgreeOnWords holds the script to the words that the builder's own test wants.
func TestScriptAndBuilderAgreeOnWords(t *testing.T) {
	var vectors []struct {
		Text  string   `json:"text"`
		Words []string `json:"words"`
	}
	if err := json.Unmarshal([]byte(read(t, filepath.Join(e2e.Root(t), "build", "search", "testdata", "words.json"))), &vectors); err != nil {
		t.Fatal(err)
	}
	var got [][]string
	inNode(t, "return given.map(({ text }) => Array.from(words(text), ({ word }) => word));", vectors, &got)
	for i, v := range vectors {
		if !slices.Equal(got[i], v.Words) {
			t.Errorf("%q: %q, want %q", v.Text, got[i], v.Words)
		}
	}
}

// searched is what the script finds for each query in a built site: titles, best first, and what it took for them.
type searched struct {
	URLs    []string `json:"urls"`
	Instead []string `json:"instead"`
	First   string   `json:"first"` // title of the first, marked words in brackets
}

func searchIn(t *testing.T, public, lang string, queries []string) []searched {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(public, "assets", "search-"+lang+".*.json"))
	if err != nil || len(files) != 1 {
		t.Fatalf("the site has the indexes %q, %v", files, err)
	}
	var found []searched
	inNode(t, `
		const index = new Index(given.index);
		return given.queries.map((query) => {
			const { pages, words, instead } = index.search(query);
			const mark = ([part, is]) => (is ? '[' + part + ']' : part);
			return { urls: pages.map((page) => page.url), instead, first: pages.length ? marked(pages[0].title, words).map(mark).join('') : '' };
		});`, map[string]any{"index": json.RawMessage(read(t, files[0])), "queries": queries}, &found)
	return found
}

// TestSearchFinds asks the example site what its readers would ask: the page that they want is among the first.
func TestSearchFinds(t *testing.T) {
	public := filepath.Join(t.TempDir(), "public")
	program.Run(t, "build", "--source", exampleSource(t), "--output", public, "--state", t.TempDir())
	cases := []struct {
		query, want string
		within      int // the first so many
		instead     string
	}{
		{query: "hand-over", want: "/blog/the-hand-over/", within: 1},
		{query: "handover", want: "/blog/the-hand-over/", within: 2},
		{query: "privacy", want: "/privacy/", within: 1},
		{query: "checklist", want: "/landing/checklist/", within: 1},
		{query: "marketing qualified", want: "/blog/marketing-qualified/", within: 1},
		{query: "marketing quali", want: "/blog/marketing-qualified/", within: 1},
		{query: "two careers", want: "/blog/two-careers/", within: 1},
		{query: "answer hour", want: "/blog/answer-within-the-hour/", within: 1},
		{query: "answering within an hour", want: "/blog/answer-within-the-hour/", within: 2},
		{query: "loyal", want: "/blog/from-lead-to-loyal-client/", within: 2},
		{query: "ABOUT", want: "/about/", within: 1},
		{query: "contact", want: "/contact/", within: 1},
		{query: "two carers", want: "/blog/two-careers/", within: 1},
		{query: "telefone call", want: "/blog/marketing-qualified/", within: 1, instead: "telephone"},
		{query: "qualifed", want: "/blog/marketing-qualified/", within: 1},
		{query: "xylophone", want: ""},
		{query: "", want: ""},
		{query: "<script>", want: ""},
	}
	queries := make([]string, len(cases))
	for i, c := range cases {
		queries[i] = c.query
	}
	for i, got := range searchIn(t, public, "en", queries) {
		c := cases[i]
		if at := slices.Index(got.URLs, c.want); c.want != "" && (at < 0 || at >= c.within) {
			t.Errorf("%q: %s is at %d of %q", c.query, c.want, at, got.URLs)
		}
		if c.want == "" && len(got.URLs) > 0 {
			t.Errorf("%q finds %q", c.query, got.URLs)
		}
		if c.instead != "" && !slices.Contains(got.Instead, c.instead) {
			t.Errorf("%q is taken for %q, want %q", c.query, got.Instead, c.instead)
		}
	}
	for _, got := range searchIn(t, public, "en", []string{"the", "thank", "draft", "letter"}) {
		for _, hidden := range []string{"/thanks/", "/landing/checklist-ready/", "/search/", "/404.html", "/blog/a-letter-to-2099/", "/blog/who-owns-the-website/"} {
			if slices.Contains(got.URLs, hidden) {
				t.Errorf("%s can be found", hidden)
			}
		}
	}
}

// TestSearchFindsInGerman asks the German pages, whose index is their own.
func TestSearchFindsInGerman(t *testing.T) {
	public := filepath.Join(t.TempDir(), "public")
	program.Run(t, "build", "--source", exampleSource(t), "--output", public, "--state", t.TempDir())
	for query, want := range map[string]string{"über uns": "/de/ueber-uns/", "uber uns": "/de/ueber-uns/", "Datenschutz": "/de/datenschutz/", "erstgespräch": "/de/erstgespraech/"} {
		got := searchIn(t, public, "de", []string{query})[0]
		if len(got.URLs) == 0 || got.URLs[0] != want {
			t.Errorf("%q finds %q, want %s", query, got.URLs, want)
		}
		for _, url := range got.URLs {
			if !strings.HasPrefix(url, "/de/") {
				t.Errorf("%q finds %s, in another language", query, url)
			}
		}
	}
}

// TestSearchInTheBrowser searches as most visitors do, on a desk and on a phone.
func TestSearchInTheBrowser(t *testing.T) {
	site := example(t)
	b := browser.New(t)
	b.Open(site.URL + "/")
	b.Submit(".footer a[href='/search/']")
	if requests := fetched(b); len(requests) > 0 {
		t.Errorf("the index is fetched before anybody searches: %q", requests)
	}
	b.Fill("#search-query", "qualified")
	program.Eventually(t, "results", func() bool { return strings.Contains(b.Text("[data-search-results]"), "qualified") })
	if requests := fetched(b); len(requests) != 1 {
		t.Errorf("the index is fetched as %q", requests)
	}
	program.Eventually(t, "the number of results is said", func() bool { return strings.Contains(b.Text("[role=status]"), "pages for “qualified”") })
	if got := b.URL(); got != site.URL+"/search/?q=qualified" {
		t.Errorf("the address is %s", got)
	}
	if marks := count(b, "[data-search-results] mark"); marks == 0 {
		t.Error("no word is marked")
	}
	checkSearchPage(t, b, "results")
	b.Fill("#search-query", "xylophone")
	program.Eventually(t, "no results are said", func() bool { return strings.Contains(b.Text("[role=status]"), "Nothing was found for “xylophone”") })
	if count(b, "[data-search-results] li") > 0 || !strings.Contains(b.Text("[data-search-help]"), "Notes") {
		t.Error("nothing leads on from no results")
	}
	checkSearchPage(t, b, "no results")
	if status := b.Open(site.URL + "/search/?q=privcy"); status != 200 {
		t.Errorf("a linked search has status %d", status)
	}
	program.Eventually(t, "a linked search shows its results", func() bool { return strings.Contains(b.Text("[role=status]"), "“privacy”") })
	b.Submit("[data-search-results] li:first-child a")
	if got := b.URL(); got != site.URL+"/privacy/" {
		t.Errorf("the first result leads to %s", got)
	}
}

// TestSearchWithoutScript finds words in place of a form that would do nothing, and a way to everything.
func TestSearchWithoutScript(t *testing.T) {
	site := example(t)
	b := browser.New(t, browser.WithoutScript())
	b.Open(site.URL + "/search/?q=qualified")
	if got := b.Text("[data-search-off]"); !strings.Contains(got, "JavaScript") {
		t.Errorf("the page says %q", got)
	}
	if count(b, "form[data-search]:not([hidden])") > 0 {
		t.Error("there is a form that does nothing")
	}
	checkSearchPage(t, b, "without script")
	b.Submit("[data-search-help] a")
	if got := b.URL(); got != site.URL+"/blog/" {
		t.Errorf("the archive is %s", got)
	}
}

// TestSearchResultsAreText searches posts whose titles are markup, and has more results shown.
func TestSearchResultsAreText(t *testing.T) {
	const attack = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script> </script> "'`
	source := t.TempDir()
	write(t, mkdir(t, source, "content")+"/site.yaml", "title: Many\nbase_url: https://www.example.com/\n")
	write(t, mkdir(t, source, "content", "static")+"/favicon.ico", "") // every browser asks for one
	for i := range 12 {
		post := fmt.Sprintf("---\ntitle: %q\ndate: 2026-01-%02d\ndescription: %q\n---\nText.\n", attack+fmt.Sprint(" rope ", i+10), i+1, attack)
		write(t, filepath.Join(mkdir(t, source, "content", "blog"), fmt.Sprintf("post-%d.md", i)), post)
	}
	site := program.Serve(t, source, filepath.Join(t.TempDir(), "state"))
	b := browser.New(t)
	b.Open(site.URL + "/search/?q=" + url.QueryEscape("rope <script>"))
	program.Eventually(t, "results", func() bool { return count(b, "[data-search-results] > li") == 10 })
	b.Click("[data-search-more]")
	if n := count(b, "[data-search-results] > li"); n != 12 {
		t.Errorf("%d results after more were asked for", n)
	}
	if focused := browser.Evaluate[string](b, `document.activeElement.textContent`); !strings.HasSuffix(focused, "rope 11") {
		t.Errorf("the eleventh result has not the focus, %q has", focused)
	}
	if got := b.Text("[data-search-results] h2"); got != attack+" rope 21" {
		t.Errorf("the title is shown as %q", got)
	}
	if b.Title() == "owned" || count(b, "main img, main script") > 0 {
		t.Error("a title became markup")
	}
	checkSearchPage(t, b, "hostile titles")
	b.Fill("#search-query", "15")
	program.Eventually(t, "a single result is said", func() bool { return b.Text("[role=status]") == "One page has “15”." })
}

// checkSearchPage asks axe-core and the console about what is shown.
func checkSearchPage(t *testing.T, b *browser.Browser, state string) {
	t.Helper()
	for _, size := range [][2]int{{390, 844}, {1280, 800}} {
		b.Viewport(size[0], size[1])
		for _, v := range b.Axe() {
			t.Errorf("%s at %d px: %v", state, size[0], v)
		}
		if dir := os.Getenv("SCREENSHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, strings.ReplaceAll(state, " ", "-")+"-"+map[bool]string{true: "phone", false: "desk"}[size[0] < 600]+".png"))
		}
	}
	if errs := b.ConsoleErrors(); len(errs) > 0 {
		t.Errorf("%s: the console complains: %v", state, errs)
	}
}

// fetched are the indexes that the page has asked for.
func fetched(b *browser.Browser) []string {
	return browser.Evaluate[[]string](b, `performance.getEntriesByType("resource").map(r => r.name).filter(n => n.includes("/assets/search-"))`)
}

func count(b *browser.Browser, selector string) int {
	return browser.Evaluate[int](b, `document.querySelectorAll("`+selector+`").length`)
}
