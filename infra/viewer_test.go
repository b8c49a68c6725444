package infra_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"leadsite/e2e/program"
	"leadsite/functions/bundle"
	"leadsite/infra"
)

// asked is a request of a visitor, as CloudFront hands it to the function.
type request struct {
	URI      string `json:"uri"`
	Query    string `json:"query"`
	Response bool   `json:"response"` // it was answered with 200 already
}

// answer is what the function returned: the request, perhaps changed, or a response.
type answer struct {
	URI        string                       `json:"uri"`
	StatusCode int                          `json:"statusCode"`
	Headers    map[string]map[string]string `json:"headers"`
	Body       string                       `json:"body"`
}

// String is "/file" for a request that goes on, and else "301 /target".
func (a answer) String() string {
	if a.StatusCode == 0 {
		return a.URI
	}
	return strings.TrimSpace(fmt.Sprint(a.StatusCode, " ", a.Headers["location"]["value"]))
}

// view runs the viewer-request function over requests, for a site in English and German.
func view(t *testing.T, redirects bundle.Redirects, requests ...request) []answer {
	t.Helper()
	return viewSite(t, &bundle.Bundle{Site: "Ropes", Langs: []string{"en", "de"}, Redirects: redirects}, "ViewerRequest", requests...)
}

// viewSite runs a function of the edge in Node over requests, or over responses to them, with what the store holds of a
// site. German has a 404 page of its own.
func viewSite(t *testing.T, b *bundle.Bundle, function string, requests ...request) []answer {
	t.Helper()
	entries, err := infra.EdgeEntries(b, mapFS(map[string]string{"404.html": "", "de/404.html": "",
		"de/index.html": "<!doctype html><html lang=de><link href=/assets/site.0a1b2c3d.css rel=stylesheet><title>"}))
	if err != nil {
		t.Fatal(err)
	}
	driver, err := os.ReadFile(filepath.Join("testdata", "viewer.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, mapFS(map[string]string{
		"viewer.mjs":                           string(driver),
		"function.mjs":                         edge(t).Resources[function].at("FunctionCode").(string) + "\nexport { handler };\n",
		"node_modules/cloudfront/package.json": `{"name": "cloudfront", "type": "module", "main": "index.js"}`,
		"node_modules/cloudfront/index.js": `export const entries = {};
			export default { kvs: () => ({ get: async key => {
				if (!(key in entries)) throw new Error('KeyNotFound');
				return entries[key];
			} }) };`,
	})); err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]any{"entries": entries, "requests": requests})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(dir, "viewer.mjs"))
	cmd.Stdin = bytes.NewReader(input)
	var talk bytes.Buffer
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, talk.String())
	}
	var answers []answer
	if err := json.Unmarshal(out, &answers); err != nil {
		t.Fatal(err)
	}
	return answers
}

func mapFS(files map[string]string) fs.FS {
	var a txtar.Archive
	for name, text := range files {
		a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(text)})
	}
	fsys, err := txtar.FS(&a)
	if err != nil {
		panic(err)
	}
	return fsys
}

func TestEdgeFunctionsAreSmall(t *testing.T) {
	tp := edge(t)
	for _, id := range tp.of("AWS::CloudFront::Function") {
		if size := len(tp.Resources[id].at("FunctionCode").(string)); size > 10*1024 {
			t.Errorf("%s has %d bytes, CloudFront takes 10 KB", id, size)
		}
	}
}

// The edge leads on as the development server does: bundle.Redirects decides for both.
func TestEdgeRedirectsAsServeDoes(t *testing.T) {
	all := bundle.Redirects{
		{From: "/a/", To: "/b/", Status: 301},
		{From: "/all/*", To: "https://other.example/x/*", Status: 302},
		{From: "/gone.pdf", Status: 410},
		{From: "/offer/", To: "/about/?a=1&b=2#\"here\"", Status: 302},
		{From: "/old/*", To: "/*", Status: 301},
		{From: "/old/deep/*", To: "/shallow/?from=deep", Status: 301},
		{From: "/old/kept/", To: "/new/", Status: 301},
		{From: "/shop/*", Status: 410},
		{From: "/über/uns/", To: "/about/", Status: 301},
	}
	paths := []string{"/", "/a", "/a/", "/a/b/", "/ab/", "/all", "/all/", "/all/y/z.html", "/gone.pdf", "/offer/", "/offer",
		"/old", "/old/", "/old/kept", "/old/kept/", "/old/kept/more/", "/old/deep/", "/old/deep/er/", "/old/a b/ü", "/old//evil.example/",
		`/old/\evil.example`, "/old/\r\nX: y", "/old/a?b#c", "/old/$&(it's)*!/", "/shop/", "/shop/x/y", "/über/uns/", "/über/uns", "//old/x"}
	var requests []request
	for _, p := range paths {
		requests = append(requests, request{URI: (&url.URL{Path: p}).EscapedPath()})
	}
	for i, got := range view(t, all, requests...) {
		to, status, ok := all.Find(paths[i])
		want := strings.TrimSpace(fmt.Sprint(status, " ", to))
		if ok && got.String() != want {
			t.Errorf("%q: %s, want %s", paths[i], got, want)
		}
		if !ok && got.StatusCode != 0 && got.String() != "301 "+requests[i].URI+"/" && paths[i] != "//old/x" {
			t.Errorf("%q: %s, and no redirect is of it", paths[i], got)
		}
	}
}

// What CloudFront does with letters in a header that are not ASCII nobody says.
func TestEdgeRedirectsInASCII(t *testing.T) {
	all := bundle.Redirects{{From: "/a/", To: "/über uns/", Status: 301}, {From: "/b/*", To: "https://other.example/ü/*?q=%C3%A4", Status: 302}}
	for i, got := range view(t, all, request{URI: "/a/"}, request{URI: "/b/%C3%B6"}) {
		want := []string{"301 /%C3%BCber%20uns/", "302 https://other.example/%C3%BC/%C3%B6?q=%C3%A4"}[i]
		if got.String() != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestEdgeKeepsTheQuery(t *testing.T) {
	all := bundle.Redirects{{From: "/a/", To: "/b/", Status: 301}, {From: "/c/", To: "/d/?x=1", Status: 302}}
	for i, got := range view(t, all,
		request{URI: "/a/", Query: "utm_source=x%20y&flag&n=1&n=2"}, request{URI: "/c/", Query: "q=1"}, request{URI: "/about", Query: "q=1"}) {
		want := []string{"301 /b/?utm_source=x%20y&flag&n=1&n=2", "302 /d/?x=1", "301 /about/?q=1"}[i]
		if got.String() != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestEdgeCleanAddresses(t *testing.T) {
	for uri, want := range map[string]string{
		"/":                         "/index.html",
		"/about/":                   "/about/index.html",
		"/about":                    "301 /about/",
		"/about/index.html":         "/about/index.html",
		"/v1.2/":                    "/v1.2/index.html",
		"/assets/site.0a1b2c.css":   "/assets/site.0a1b2c.css",
		"/feed.xml":                 "/feed.xml",
		"/.well-known/security.txt": "/.well-known/security.txt",
		"/.well-known/acme/token":   "/.well-known/acme/token",
		"//evil.example":            "//evil.example", // with a dot: a file, which the bucket does not have
		"//evil":                    "301 /evil/",
		"/\\evil":                   "301 /evil/",
		"/%ff":                      "301 /%ff/",
		"/api/forms/contact":        "/api/forms/contact",
		"/api":                      "301 /api/",
		"/api/":                     "/api/index.html",
		"/desk":                     "301 /desk/",
		"/desk/":                    "/desk/index.html",
		"/desk/v/token":             "/desk/v/token",
		"/apiary":                   "301 /apiary/",
	} {
		if got := view(t, nil, request{URI: uri})[0]; got.String() != want {
			t.Errorf("%s: %s, want %s", uri, got, want)
		}
	}
}

// The visitor's address is CloudFront's word, whatever a request brings along.
func TestEdgeVouchesForTheAddress(t *testing.T) {
	for _, uri := range []string{"/api/forms/contact", "/"} {
		got := view(t, nil, request{URI: uri})[0]
		if got.Headers["x-leadsite-viewer"]["value"] != "2001:db8::7" || got.Headers["x-leadsite-origin"] != nil {
			t.Errorf("%s: %v", uri, got.Headers)
		}
	}
}

// A page that is gone is said so in the language of its address.
func TestEdgeSaysGone(t *testing.T) {
	b := &bundle.Bundle{Site: "Ropes & <Sons>", Langs: []string{"en", "de"}, Redirects: bundle.Redirects{
		{From: "/de/laden/", Status: 410}, {From: "/shop/*", Status: 410}}, Words: map[string]map[string]string{
		"en": {"gone_title": "Gone", "gone_text": "For good.", "not_found_home": "Home"},
		"de": {"gone_title": "Weg", "gone_text": strings.Repeat("Für immer. ", 20), "not_found_home": "Zur Startseite"}}}
	for i, got := range viewSite(t, b, "ViewerRequest", request{URI: "/shop/"}, request{URI: "/shop/x"}, request{URI: "/de/laden"}) {
		wants := [][]string{{`lang="en"`, "<h1>Gone</h1>", `href="/"`, "Ropes &amp; &lt;Sons&gt;"}, {`lang="en"`}, {`lang="de"`, "<h1>Weg</h1>", "Für immer", `href="/de/"`, "rel=stylesheet"}}[i]
		if got.StatusCode != 410 || got.Headers["content-type"]["value"] != "text/html; charset=utf-8" || len(got.Body) > 1024 {
			t.Errorf("got %+v", got)
		}
		for _, want := range wants {
			if !strings.Contains(got.Body, want) {
				t.Errorf("the page lacks %q: %s", want, got.Body)
			}
		}
	}
	b.Words["de"]["gone_text"] = strings.Repeat("Für immer. ", 100) // does not fit: the heading has to do
	if got := viewSite(t, b, "ViewerRequest", request{URI: "/de/laden/"})[0]; !strings.Contains(got.Body, "<h1>Weg</h1>") || strings.Contains(got.Body, "immer") {
		t.Errorf("got %s", got.Body)
	}
}

// What is not there gets the 404 page of its language, and the status.
func TestEdgeSaysNotFound(t *testing.T) {
	b := &bundle.Bundle{Langs: []string{"en", "de", "fr"}} // French has no page of its own
	var requests []request
	pages := map[string]string{"/nothing/index.html": "/404.html", "/de/nichts/index.html": "/de/404.html", "/de/index.html": "/de/404.html",
		"/design/index.html": "/404.html", "/fr/rien/index.html": "/404.html", "/de": "/de/404.html", "/de%2F/x": "/404.html", "//": "/404.html", "/__proto__/x": "/404.html"}
	for uri := range pages {
		requests = append(requests, request{URI: uri})
	}
	for i, got := range viewSite(t, b, "NotFoundRequest", requests...) {
		if want := pages[requests[i].URI]; got.String() != want {
			t.Errorf("%s: %s, want %s", requests[i].URI, got, want)
		}
	}
	got := viewSite(t, b, "NotFoundResponse", request{URI: "/de/404.html", Response: true})[0]
	if got.StatusCode != 404 || got.Headers["cache-control"]["value"] != "public, max-age=0, s-maxage=10" || got.Headers["etag"] != nil || got.Headers["content-type"] == nil {
		t.Errorf("got %+v", got)
	}
}

// Every page of the example site is found at its address, with its slash and, by way of a 301, without; every other
// file at its own. Its redirects lead where the bundle says.
func TestEdgeFindsTheSite(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "content"), os.DirFS(filepath.Join("..", "content"))); err != nil {
		t.Fatal(err)
	}
	program.Run(t, "build", "--source", dir)
	b, err := bundle.ReadFile(filepath.Join(dir, "dist", "bundle.json"))
	if err != nil {
		t.Fatal(err)
	}
	redirected := map[string]bool{}
	for _, r := range b.Redirects {
		redirected[strings.Trim(r.From, "/")] = true
	}
	var requests []request
	var want []string
	public := os.DirFS(filepath.Join(dir, "public"))
	err = fs.WalkDir(public, ".", func(name string, d fs.DirEntry, err error) error {
		folder, isPage := strings.CutSuffix("/"+name, "index.html")
		if err != nil || d.IsDir() || redirected[strings.Trim(folder, "/")] {
			return err
		}
		requests, want = append(requests, request{URI: (&url.URL{Path: folder}).EscapedPath()}), append(want, (&url.URL{Path: "/" + name}).EscapedPath())
		if isPage && folder != "/" {
			requests, want = append(requests, request{URI: (&url.URL{Path: strings.TrimSuffix(folder, "/")}).EscapedPath()}), append(want, "301 "+(&url.URL{Path: folder}).EscapedPath())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(requests) < 100 || len(b.Redirects) == 0 {
		t.Fatalf("the example has only %d addresses and %d redirects", len(requests), len(b.Redirects))
	}
	for i, got := range view(t, b.Redirects, requests...) {
		if got.String() != want[i] {
			t.Errorf("%s: %s, want %s", requests[i].URI, got, want[i])
		}
	}
	entries, err := infra.EdgeEntries(b, public)
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range b.Langs[1:] {
		page, err := fs.ReadFile(public, strings.TrimPrefix(entries["404:"+lang], "/"))
		if err != nil || !strings.Contains(string(page), "lang="+lang) {
			t.Errorf("the 404 page of %s is %q: %v", lang, entries["404:"+lang], err)
		}
	}
}

func TestEdgeEntriesThatAreTooLong(t *testing.T) {
	for _, r := range []bundle.Redirect{
		{From: "/" + strings.Repeat("a", 600) + "/", To: "/", Status: 301},
		{From: "/a/", To: "/" + strings.Repeat("b", 1100), Status: 301},
	} {
		if _, err := infra.EdgeEntries(&bundle.Bundle{Redirects: bundle.Redirects{r}}, mapFS(nil)); err == nil || !strings.Contains(err.Error(), "too long") {
			t.Errorf("got %v", err)
		}
	}
}
