package serve_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"leadsite/build/serve"
)

// desk is a running server over a source of one text file, which it "builds" by copying it into a page.
type desk struct {
	url    string
	source string
	site   string
	builds atomic.Int64
}

func start(t *testing.T) *desk {
	t.Helper()
	d := &desk{source: filepath.Join(t.TempDir(), "content"), site: t.TempDir()}
	write(t, filepath.Join(d.source, "page.txt"), "first")
	write(t, filepath.Join(d.site, "404.html"), "<!doctype html><body>lost</body>")
	write(t, filepath.Join(d.site, "data.json"), "{}")
	write(t, filepath.Join(d.site, "..", "secret.txt"), "secret")

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.url = "http://" + ln.Addr().String()
	s := &serve.Server{Site: d.site, Watch: []string{d.source}, Build: d.build, Log: slog.New(slog.DiscardHandler),
		API: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "api "+r.URL.Path) })}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error)
	go func() { done <- s.Run(ctx, ln, func() { close(ready) }) }()
	<-ready
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("stopping: %v", err)
		}
	})
	return d
}

// build copies all files of the source into a page, but for style.txt, which names its stylesheet; the word "mistake"
// in it is one.
func (d *desk) build(context.Context, []string) serve.Outcome {
	d.builds.Add(1)
	text, style, err := d.read()
	if err != nil || strings.Contains(text, "mistake") {
		return serve.Outcome{Problems: []serve.Problem{{Place: "content/page.txt:1:1", Msg: fmt.Sprint("a mistake ", err)}}}
	}
	file, page := filepath.Join(d.site, "page", "index.html"), []byte("<!doctype html><link rel=stylesheet href=/"+style+".css><body>"+text+"</body>")
	old, _ := os.ReadFile(file)
	err = errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, page, 0o644))
	if err != nil {
		return serve.Outcome{Problems: []serve.Problem{{Msg: err.Error()}}}
	}
	changed := []string{style + ".css"}
	if !serve.Alike(old, page) {
		changed = append(changed, "page/index.html")
	}
	return serve.Outcome{Changed: changed, CSP: "default-src 'self'", Redirect: led}
}

func (d *desk) read() (text, style string, err error) {
	err = filepath.WalkDir(d.source, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(file)
		if e.Name() == "style.txt" {
			style = string(data)
		} else {
			text += string(data)
		}
		return err
	})
	return text, style, err
}

// led is where the site leads from a path that it no longer has.
func led(path string) (to string, status int, ok bool) {
	switch path {
	case "/old/":
		return "/page/", http.StatusMovedPermanently, true
	case "/sale/":
		return "/page/?from=sale", http.StatusFound, true
	case "/shop/":
		return "", http.StatusGone, true
	}
	return "", 0, false
}

// write replaces a file in one step, so that no build sees half of it.
func write(t *testing.T, file, text string) {
	t.Helper()
	aside := filepath.Join(t.TempDir(), "aside")
	err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(aside, []byte(text), 0o644), os.Rename(aside, file))
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(d.url + path)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

type state struct {
	Page, Styles string
	Problems     []serve.Problem
}

// listen returns a function that waits for the next message to a browser that shows a page.
func (d *desk) listen(t *testing.T, page string) func() state {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", d.url+"/_leadsite/events?page="+page, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { res.Body.Close() })
	lines := bufio.NewScanner(res.Body)
	return func() state {
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var s state
				if err := json.Unmarshal([]byte(data), &s); err != nil {
					t.Fatal(err)
				}
				return s
			}
		}
		t.Fatalf("the events ended: %v", lines.Err())
		return state{}
	}
}

func TestPages(t *testing.T) {
	d := start(t)
	for _, tc := range []struct {
		path     string
		status   int
		location string
		body     string
	}{
		{"/page/", 200, "", "<body>first<script"},
		{"/page", 301, "/page/", ""},
		{"/page?a=b", 301, "/page/?a=b", ""},
		{"/data.json", 200, "", "{}"},
		{"/gone/", 404, "", "lost"},
		{"/%2e%2e/secret.txt", 404, "", "lost"},
		{"/page/index.html", 200, "", "first"},
		{"/_leadsite/ready", 200, "", ""},
		{"/_leadsite/mail/", 200, "", "api /_leadsite/mail/"},
		{"/api/forms/contact", 200, "", "api /api/forms/contact"},
	} {
		t.Run(tc.path, func(t *testing.T) {
			res, body := d.get(t, tc.path)
			if res.StatusCode != tc.status || !strings.Contains(body, tc.body) || res.Header.Get("Location") != tc.location {
				t.Errorf("got %d %q to %q", res.StatusCode, body, res.Header.Get("Location"))
			}
		})
	}
}

func TestReloadScriptIsOnlyOnTheWayOut(t *testing.T) {
	d := start(t)
	res, body := d.get(t, "/page/")
	if !strings.Contains(body, `<script src="/_leadsite/reload.js" defer></script></body>`) {
		t.Errorf("got %s", body)
	}
	if csp := res.Header.Get("Content-Security-Policy"); csp != "default-src 'self'" {
		t.Errorf("policy %q", csp)
	}
	file, err := os.ReadFile(filepath.Join(d.site, "page", "index.html"))
	if err != nil || strings.Contains(string(file), "reload") {
		t.Errorf("the file has %s, %v", file, err)
	}
}

func TestChangesReachTheBrowser(t *testing.T) {
	d := start(t)
	next := d.listen(t, "/page/")
	first := next()
	write(t, filepath.Join(d.source, "page.txt"), "second")
	if again := next(); again.Page == first.Page {
		t.Error("the page is not to be loaded again")
	}
	if _, body := d.get(t, "/page/"); !strings.Contains(body, "second") {
		t.Errorf("got %s", body)
	}
}

// TestOnlyWhatChangedIsLoadedAgain changes the stylesheet, which pages take without being loaded again, and a page,
// which others do not care about.
func TestOnlyWhatChangedIsLoadedAgain(t *testing.T) {
	d := start(t)
	next, other := d.listen(t, "/page/"), d.listen(t, "/other/")
	first, calm := next(), other()
	write(t, filepath.Join(d.source, "style.txt"), "blue")
	if styled := next(); styled.Page != first.Page || styled.Styles == first.Styles {
		t.Errorf("after a change of style: %+v, before %+v", styled, first)
	}
	other()
	write(t, filepath.Join(d.source, "page.txt"), "second")
	if again := next(); again.Page == first.Page {
		t.Error("the changed page is not loaded again")
	}
	if still := other(); still.Page != calm.Page {
		t.Error("a page that did not change is loaded again")
	}
}

func TestMistakesAreShownAndGoAway(t *testing.T) {
	d := start(t)
	next := d.listen(t, "/page/")
	first := next()
	write(t, filepath.Join(d.source, "page.txt"), "mistake")
	wrong := next()
	if len(wrong.Problems) != 1 || wrong.Problems[0].Place != "content/page.txt:1:1" || wrong.Page != first.Page {
		t.Errorf("got %+v", wrong)
	}
	if res, body := d.get(t, "/page/"); !strings.Contains(body, "first") || res.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("the old page is gone: %s", body)
	}
	write(t, filepath.Join(d.source, "page.txt"), "mended")
	if right := next(); len(right.Problems) != 0 || right.Page == first.Page {
		t.Errorf("got %+v", right)
	}
}

func TestNewFoldersAreWatched(t *testing.T) {
	d := start(t)
	next := d.listen(t, "/page/")
	last := next()
	write(t, filepath.Join(d.source, "deep", "er", "a.txt"), "a")
	state := next()
	if state.Page == last.Page {
		t.Error("a new folder was not noticed")
	}
	write(t, filepath.Join(d.source, "deep", "er", "a.txt"), "b")
	if again := next(); again.Page == state.Page {
		t.Error("a change in a new folder was not noticed")
	}
}

func TestABurstIsFewBuilds(t *testing.T) {
	d := start(t)
	next := d.listen(t, "/page/")
	next()
	before := d.builds.Load()
	const burst = 100
	for i := range burst {
		write(t, filepath.Join(d.source, fmt.Sprintf("f%d.txt", i)), "x")
	}
	next()
	if n := d.builds.Load() - before; n >= burst/4 {
		t.Errorf("%d builds for a burst of %d changes", n, burst)
	}
}

func TestOnlyReading(t *testing.T) {
	d := start(t)
	res, err := http.Post(d.url+"/page/", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("got %d, Allow %q", res.StatusCode, res.Header.Get("Allow"))
	}
}

func TestRedirects(t *testing.T) {
	d := start(t)
	for path, want := range map[string]string{
		"/old/":      "301 /page/",
		"/old/?a=b":  "301 /page/?a=b",
		"/sale/":     "302 /page/?from=sale",
		"/sale/?a=b": "302 /page/?from=sale",
		"/shop/":     "410 ",
		"/page/":     "200 ",
	} {
		res, body := d.get(t, path)
		if got := fmt.Sprint(res.StatusCode, " ", res.Header.Get("Location")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
		if res.StatusCode == http.StatusGone && !strings.Contains(body, "lost") {
			t.Errorf("what is gone shows %q, want the page of what is not found", body)
		}
	}
}
