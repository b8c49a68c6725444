package browser

import (
	"fmt"
	"html"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// serve serves testdata, and /send, which answers a form with 422 and what it was sent.
func serve(t *testing.T) (address string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServer(http.Dir("testdata")))
	mux.HandleFunc("POST /send", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusUnprocessableEntity)
		r.ParseForm()
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Sent</title><link rel="icon" href="data:,"><main><h1>%s</h1></main>`,
			html.EscapeString(r.PostForm.Encode()))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAVisitSendsAForm(t *testing.T) {
	for name, options := range map[string][]Option{"with script": nil, "without script": {WithoutScript()}} {
		t.Run(name, func(t *testing.T) {
			address := serve(t)
			b := New(t, options...)
			if status := b.Open(address + "/form.html"); status != http.StatusOK {
				t.Errorf("the page has status %d, want 200", status)
			}
			if got := b.Text("#script"); got != name {
				t.Errorf("the page says %q, want %q", got, name)
			}
			b.Fill("#name", "")
			if got := b.Value("#name"); got != "" {
				t.Errorf("the emptied field holds %q", got)
			}
			b.Fill("#name", "Jörg & Söhne")
			b.Fill("#note", "two\nlines")
			b.Select("#size", "50+")
			b.Check("#consent")
			b.Check("#consent")
			if status := b.Submit("form button"); status != http.StatusUnprocessableEntity {
				t.Errorf("the answer has status %d, want 422", status)
			}
			want := url.Values{"name": {"Jörg & Söhne"}, "note": {"two\r\nlines"}, "size": {"50+"}, "consent": {"yes"}}
			if got := b.Text("h1"); got != want.Encode() {
				t.Errorf("the form sent %q, want %q", got, want.Encode())
			}
			if got := b.Title(); got != "Sent" {
				t.Errorf("the answer's title is %q", got)
			}
			if got := b.URL(); got != address+"/send" {
				t.Errorf("the address is %s, want /send", got)
			}
			if got := b.Axe(); len(got) != 0 {
				t.Errorf("Axe = %v", got)
			}
		})
	}
}

func TestClickStaysOnThePage(t *testing.T) {
	b := New(t)
	b.Open(serve(t) + "/form.html")
	b.Click("#greet")
	b.Do(chromedp.WaitVisible(chromedp.CSS("#greeting:not(:empty)")))
	if got := b.Text("#greeting"); got != "Hello" {
		t.Errorf("the greeting is %q", got)
	}
}

func TestSelectTellsThePage(t *testing.T) {
	b := New(t)
	b.Open(serve(t) + "/form.html")
	b.Select("#size", "50+")
	if got := b.Text("#heard"); got != "Heard 50+" {
		t.Errorf("the page's script says %q", got)
	}
}

// A page that reloads itself all the time, as live reload may, must not fail whoever reads it.
func TestReadingAPageThatReloads(t *testing.T) {
	b := New(t)
	b.Open(serve(t) + "/restless.html")
	for range 50 {
		if got := b.Text("p"); got != "Here again" {
			t.Fatalf("the page says %q", got)
		}
	}
}

func TestAxeFindsBarriers(t *testing.T) {
	for name, options := range map[string][]Option{"with script": nil, "without script": {WithoutScript()}} {
		t.Run(name, func(t *testing.T) {
			b := New(t, options...)
			b.Open(serve(t) + "/barriers.html")
			found := map[string]string{}
			for _, violation := range b.Axe() {
				found[violation.Rule] = violation.String()
			}
			for rule, element := range map[string]string{"image-alt": "<img src=", "color-contrast": "<p style="} {
				if !strings.Contains(found[rule], element) {
					t.Errorf("no violation of %s at %s among %v", rule, element, found)
				}
			}
		})
	}
}

func TestConsoleErrors(t *testing.T) {
	address := serve(t)
	b := New(t)
	b.Open(address + "/form.html")
	if got := b.ConsoleErrors(); len(got) != 0 {
		t.Errorf("a page without errors has %q", got)
	}
	b.Open(address + "/complaints.html")
	got := b.ConsoleErrors()
	for _, want := range []string{
		"logged by hand (" + address + "/complaints.html:",
		"thereIsNoSuchFunction is not defined (" + address + "/complaints.html:",
		"404 (Not Found) (" + address + "/missing.png",
		"net::ERR_NAME_NOT_RESOLVED (http://elsewhere.example/picture.png",
	} {
		if !slices.ContainsFunc(got, func(message string) bool { return strings.Contains(message, want) }) {
			t.Errorf("%q is not among %q", want, got)
		}
	}
	if slices.ContainsFunc(got, func(message string) bool { return strings.Contains(message, "all is well") }) {
		t.Errorf("what is no error is among %q", got)
	}
	if again := b.ConsoleErrors(); len(again) != 0 {
		t.Errorf("asked again, the console repeats %q", again)
	}
}

func TestScreenshotShowsTheWholePage(t *testing.T) {
	b := New(t)
	path := filepath.Join(t.TempDir(), "pictures", "form.png")
	address := serve(t)
	for _, width := range []int{320, 1280} {
		b.Viewport(width, 600)
		b.Open(address + "/form.html")
		b.Screenshot(path)
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		picture, err := png.DecodeConfig(file)
		if err != nil {
			t.Fatal(err)
		}
		if picture.Width != width || picture.Height != 2000 {
			t.Errorf("the picture is %dx%d, want %dx2000", picture.Width, picture.Height, width)
		}
	}
}
