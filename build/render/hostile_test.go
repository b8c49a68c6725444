package render_test

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// hostile are values of front matter that must stay text.
func hostile() []string {
	return []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'-alert(1)-'`, `javascript:alert(1)`, `</title><svg/onload=alert(1)>`,
		`{{7*7}}`, `{{.Site.Settings}}`, `{{< form contact >}}`, `${7*7}`, `]]></script><script>alert(1)</script>`, `&lt;b&gt;`, `</textarea>`,
		"\u2028line", `--><script>x</script>`,
	}
}

func TestHostileValuesStayText(t *testing.T) {
	for _, value := range hostile() {
		quoted, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		q := string(quoted)
		r := open(t, files(
			"content/forms/contact.yaml", "title: "+q+"\nsubmit: "+q+"\nsuccess: /about/\nfields:\n  - {name: a, label: "+q+", type: text, hint: "+q+", placeholder: "+q+
				"}\n  - {name: b, label: B, type: select, options: [{value: "+q+", label: "+q+"}]}\nconsent: {text: "+q+", required: true}\n",
			"content/blog/a.md", "---\ntitle: "+q+"\ndescription: "+q+"\ndate: 2026-03-01\ntags: [x]\nauthor: "+q+"\nform: contact\n---\nText\n",
			"content/about.md", "---\ntitle: About\nblocks: [{type: hero, title: "+q+", text: "+q+"}, {type: faq, items: [{question: "+q+", answer: Yes}]}]\n---\n",
		))
		for _, path := range []string{"blog/a/index.html", "about/index.html", "index.html", "blog/index.html"} {
			page := r.page(t, path)
			refuseScripts(t, value, page)
			if path != "about/index.html" && strings.TrimSpace(value) == value && !strings.Contains(textOf(page), value) {
				t.Errorf("%s does not show %q as it is: %s", path, value, page)
			}
		}
		page, _, err := r.FormErrorPage(r.Tree.Forms["contact"])
		if err != nil {
			t.Fatal(err)
		}
		refuseScripts(t, value, string(page))
	}
}

// refuseScripts fails when a page has a script that is no data, an event handler, or an address that runs something.
func refuseScripts(t *testing.T, value, page string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Data == "script" && token.Type == html.StartTagToken && !strings.Contains(token.String(), "application/ld+json") {
			t.Errorf("%q made a script: %s", value, page)
		}
		for _, a := range token.Attr {
			if strings.HasPrefix(a.Key, "on") || (a.Key == "href" || a.Key == "src") && strings.HasPrefix(a.Val, "javascript:") {
				t.Errorf("%q made %s: %s", value, token, page)
			}
		}
	}
}

// textOf is what a reader sees of a page.
func textOf(page string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.WriteString(z.Token().Data)
		}
	}
}
