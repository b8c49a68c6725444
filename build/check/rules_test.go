package check_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"leadsite/build/check"
)

// faults are the messages about a page whose body is given; the rest of it is as it should be.
func faults(body string) string {
	p := check.Read("/a/", []byte(`<!doctype html><html lang="en"><head><title>A</title></head><body>`+body+`</body></html>`))
	var all []string
	for _, f := range p.Faults {
		if !f.Only {
			all = append(all, f.Msg)
		}
	}
	return strings.Join(all, "; ")
}

func TestRulesOfOnePage(t *testing.T) {
	for _, tc := range []struct{ body, want string }{
		{`<h1>A</h1><h2>B</h2><h3>C</h3><h2>D</h2>`, ""},
		{`<h2>Above</h2><h1>A</h1>`, ""},
		{`<h2>A</h2>`, "the page has no h1"},
		{`<h1>A</h1><h1>B &amp; <em>C</em></h1>`, `the page has one more h1: "B & C"`},
		{`<h1>A</h1><h3>B</h3>`, `the heading "B" is an h3 below an h1: a level is left out`},
		{`<h1>A</h1><img src="/b/boat.jpg" alt="A boat">`, ""},
		{`<h1>A</h1><img src="/b/boat.jpg">`, "the image boat.jpg has no text for those who do not see it"},
		{`<h1><a href="/b/">A</a></h1>`, ""},
		{`<h1>A</h1><a href="/b/"> </a>`, "the link to /b/ has no text"},
		{`<h1>A</h1><a href="/b/"><img src="x.png" alt="B"></a>`, ""},
		{`<h1>A</h1><a href="/b/"><svg><title>B</title></svg></a>`, ""},
		{`<h1>A</h1><a href="/b/" aria-label="B"></a><a href="#x" aria-hidden="true"></a><a id="y"></a>`, ""},
		{`<h1>A</h1><input name="q">`, `the form control "q" has no label`},
		{`<h1>A</h1><select></select>`, `the form control <select> has no label`},
		{`<h1>A</h1><input id="q" name="q"><label for="q">Q</label><label>R <textarea name="r"></textarea></label>`, ""},
		{`<h1>A</h1><input type="hidden" name="h"><input type="submit"><input name="s" aria-label="S">`, ""},
		{`<h1>A</h1><table><tr><td>1</td></tr><tr><td>2</td></tr></table>`, "the table has no header cells"},
		{`<h1>A</h1><table><tr><th>1</th></tr><tr><td>2</td></tr></table><table><tr><td>1</td></tr></table>`, ""},
		{`<h1>A</h1><table><tr><td><table><tr><th>1</th></tr><tr><td>2</td></tr></table></td></tr></table>`, ""},
		{`<h1>A</h1><template><h3>B</h3><a href="/"></a><table><tr><td></td></tr><tr></tr></table></template></template>`, ""},
		{`<h1>A</h1></table></a><tr><th>`, ""},
	} {
		t.Run(tc.body, func(t *testing.T) {
			if got := faults(tc.body); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestPageWithoutLanguage(t *testing.T) {
	p := check.Read("/", []byte(`<html><h1>A</h1>`))
	if len(p.Faults) != 1 || p.Faults[0].Msg != "the page does not say its language" {
		t.Errorf("got %v", p.Faults)
	}
}

// What pages are beside each other does not depend on the order in which they were made.
func TestObjectionsBesideOtherPages(t *testing.T) {
	base, err := url.Parse("https://www.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	page := func(at, head, body string) check.Page {
		p := check.Read(at, []byte(`<html lang="en"><head>`+head+`</head><body><h1>A</h1>`+body))
		p.Authored, p.Lang, p.Site = true, "en", "Ropes"
		return p
	}
	long := strings.Repeat("é", 61)
	pages := []check.Page{
		page("/", `<title>Ropes</title><meta name="description" content="We make ropes.">`, `<a href="/b">B</a> <a href="/old">C</a> <a href="/long/">D</a> <a href="/secret/">E</a>`),
		page("/b/", `<title>B</title><meta name="description" content="We make ropes.">`, ""),
		page("/c/", `<title>B</title><meta name="Description" content="C.">`, ""),
		page("/lonely/", `<title>`+long[:120]+` – Ropes</title>`, `<a href="/lonely/">self</a>`),
		page("/long/", `<title>`+long+` – Ropes</title><meta name="description" content="`+strings.Repeat("x", 161)+`">`, ""),
		page("/secret/", `<title>B</title><meta name="robots" content="noindex, follow">`, ""),
		page("/copy/", `<title>B</title><link rel="canonical" href="https://elsewhere.example/">`, ""),
	}
	want := []string{
		"/: the link leads to /old/, which only leads on to /c/",
		"/b/: the page / has the same description",
		"/c/: the page /b/ has the same title",
		"/lonely/: the page has no description",
		"/lonely/: no page links to this page",
		"/long/: the title has 61 characters: search engines cut it at 60",
		"/long/: the description has 161 characters: search engines cut it at 160",
	}
	for range 2 {
		var got []string
		for _, o := range check.Objections(pages, check.Site{Base: base, Moved: map[string]string{"/old/": "/c/"}, Reached: map[string]bool{"/": true}}) {
			got = append(got, o.Page+": "+o.Msg)
		}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		slices.Reverse(pages)
	}
}
