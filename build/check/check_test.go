package check_test

import (
	"net/url"
	"strings"
	"testing"

	"leadsite/build/check"
)

// site checks pages (URL to HTML) beside files that exist, on a base URL.
func site(t *testing.T, base string, pages map[string]string, files ...string) []check.Broken {
	t.Helper()
	root, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	exist := map[string]bool{}
	for _, f := range files {
		exist[f] = true
	}
	var read []check.Page
	for at, html := range pages {
		exist[strings.TrimPrefix(at, "/")+"index.html"] = true
		read = append(read, check.Read(at, []byte(html)))
	}
	return check.Links(read, root, func(f string) bool { return exist[f] }, func(string) string { return "" })
}

func TestLinks(t *testing.T) {
	for _, tc := range []struct{ link, why string }{
		{`<a href="/b/">`, ""},
		{`<a href="/b">`, ""},
		{`<a href="../b/#part">`, ""},
		{`<a href="#own">`, ""},
		{`<a href="#top">`, ""},
		{`<a href="/file.pdf">`, ""},
		{`<a href="/file.pdf#page=2">`, ""},
		{`<a href="?page=2">`, ""},
		{`<a href="mailto:sam@example.com">`, ""},
		{`<a href="tel:+4930123">`, ""},
		{`<a href="https://elsewhere.example/gone/">`, ""},
		{`<a href="https://www.example.com/b/#part">`, ""},
		{`<a href="/api/forms/contact">`, ""},
		{`<a href="/%62/">`, ""},
		{`<a href="/b/#:~:text=part">`, ""},
		{`<a href="/c/">`, "there is no page /c/"},
		{`<a href="//www.example.com/c/">`, "there is no page /c/"},
		{`<a href="https://www.example.com/c/">`, "there is no page /c/"},
		{`<a href="c.pdf">`, "there is no file /a/c.pdf"},
		{`<a href="/b/#gone">`, "there is no anchor #gone on /b/"},
		{`<a href="/b#gone">`, "there is no anchor #gone on /b"},
		{`<a href="#gone">`, "there is no anchor #gone on /a/"},
		{`<img src="boat.jpg">`, "there is no file /a/boat.jpg"},
		{`<img srcset="/file.pdf 1x, /gone.png 2x">`, "there is no file /gone.png"},
		{`<a href="http://%zz/">`, "the address http://%zz/ cannot be read"},
	} {
		t.Run(tc.link, func(t *testing.T) {
			broken := site(t, "https://www.example.com/", map[string]string{
				"/a/": `<p id="own">` + tc.link, "/b/": `<h2 id=part>`}, "file.pdf")
			why := ""
			for _, b := range broken {
				why += b.Why
			}
			if why != tc.why {
				t.Errorf("got %q, want %q", why, tc.why)
			}
		})
	}
}

func TestEachLinkOnce(t *testing.T) {
	p := check.Read("/", []byte(`<a href="/x/">1</a> <a href="/x/">2</a>`))
	if len(p.Links) != 1 {
		t.Errorf("got %v", p.Links)
	}
}
