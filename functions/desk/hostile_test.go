package desk_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// hostile are texts that would do harm in a page that shows them as anything but text.
func hostile() []string {
	return []string{
		`<script>document.title="owned"</script>`, `"><img src=x onerror=alert(1)>`, `'-alert(1)-'`, `</title></style></textarea><h1>ours</h1>`,
		`javascript:alert(1)`, `https://evil.example/`, `{{.Press}} {{template "lead"}}`, "<!-- -->", `&lt;b&gt;&#x3c;`, "\u202eevil\u2066", "a\x00b\x07c\x1b[2J",
		"first\r\nSet-Cookie: x=1", `</dd></dl></main><form action="https://evil.example/"><button>Contacted</button></form>`, "\u2028<b>line</b>", `=cmd|' /C calc'!A0`,
		strings.Repeat("x", 3000),
	}
}

// TestHostileTextStaysText: whatever stands in every place that a stranger writes to, or that a person of ours does, the
// page has our own elements and attributes, and the text is seen.
func TestHostileTextStaysText(t *testing.T) {
	usual := elements(t, attacked(t, "harmless"))
	for _, text := range hostile() {
		page := attacked(t, text)
		for _, element := range elements(t, page) {
			if !slices.Contains(usual, element) {
				t.Errorf("%.60q brought %s", text, element)
			}
		}
		shown := shownText(t, page)
		for _, line := range form.Lines(text) {
			if !strings.Contains(shown, strings.TrimSpace(line)) {
				t.Errorf("%.60q: the line %.60q is not shown", text, line)
			}
		}
		for _, r := range "\x00\x07\x1b\u202e\u2066" {
			if strings.ContainsRune(page, r) {
				t.Errorf("%.60q: the page holds %U", text, r)
			}
		}
	}
}

// attacked is the page of a lead that has one text everywhere.
func attacked(t *testing.T, text string) string {
	t.Helper()
	o := newOffice(t)
	o.sam(func(l *lead.Lead) {
		l.Fields = form.Values{"name": {Text: text}, "email": {Text: text}, "team": {Text: text}, "message": {Text: text}, "gone": {Text: text}}
		l.Extra = map[string]string{text: text}
		l.Email, l.Page, l.Lang = text, text, text
		l.Source = lead.Source{Campaign: text, Referrer: text}
		l.Spam = lead.SpamScore{Score: 1, Reasons: []string{text}}
	})
	for _, e := range []lead.Event{
		{At: monday, Kind: "note", By: text, Note: text}, {At: monday, Kind: text, By: sales, To: text, State: text, Note: text}, {At: monday, Kind: "mail", By: "notify", To: text, State: text},
	} {
		o.ok(o.store.Append(t.Context(), id("h"), lead.NewEvent(e)))
	}
	path := o.link(o.keys, lead.Link{})
	o.press(path, "status", "unfit", "note", text)
	page := o.get(path)
	o.guarded(text, page)
	return page.body
}

// elements lists the distinct elements of a page with those attributes that are not another in every page.
func elements(t *testing.T, page string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range doc.Descendants() {
		switch n.Type {
		case html.CommentNode:
			all = append(all, "a comment")
		case html.ElementNode:
			name := n.Data
			for _, a := range n.Attr {
				if name += " " + a.Key; a.Key != "value" && a.Key != "datetime" && a.Key != "action" || strings.HasPrefix(a.Val, "https:") {
					name += "=" + a.Val
				}
			}
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return append(slices.Compact(all), "br")
}

// shownText is the text of a page as a reader sees it.
func shownText(t *testing.T, page string) string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "style" {
			text.WriteString(n.Data + "\n")
		}
	}
	return text.String()
}
