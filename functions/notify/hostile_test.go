package notify_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

func hostile(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/hostile.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []string
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// attack is a lead that has one text in every place that a stranger writes to, declared or not, cleaned or not.
func (o *office) attack(id, text string) lead.Lead {
	l := o.sam(id)
	l.Fields = form.Values{"name": {Text: text}, "email": {Text: text}, "team": {Text: text}, "days": {List: []string{text}}, "message": {Text: text}, text: {Text: text}}
	l.Extra = map[string]string{text: text}
	l.Email, l.Page, l.Lang = text, text, text
	l.Source = lead.Source{Campaign: text, Referrer: text}
	return l
}

// TestHostileTextAppearsAsText: of each vector every line is in both parts, and nothing but ours is an element, an
// attribute, a header or a row.
func TestHostileTextAppearsAsText(t *testing.T) {
	o := newOffice(t)
	o.put(o.sam(id("h")))
	o.handle(id("h"))
	usual := append(elements(t, o.mail().HTML), extraElements()...)
	for n, text := range hostile(t) {
		l := o.attack(strings.Repeat(string(rune('A'+n)), 26), text)
		o.handle(o.put(l).ID)
		m := o.mails()[n+1]
		if m.To != sales || m.Header["Bcc"] != "" || m.Header["References"] != "<lead-"+l.ID+"@example.com>" {
			t.Errorf("%q: headers %v", text, m.Header)
		}
		checkSubject(t, text, m.Subject)
		page, shown := elements(t, m.HTML), shownText(t, m.HTML)
		for _, element := range page {
			if !slices.Contains(usual, element) {
				t.Errorf("%q brought an element %s", text, element)
			}
		}
		for line := range strings.SplitSeq(visible(text), "\n") {
			if !strings.Contains(shown, line) || !strings.Contains(m.Text, line) {
				t.Errorf("%q: the line %q is not in both parts", text, line)
			}
		}
		checkRows(t, text, m.Text)
	}
}

// visible is what must be seen of a hostile text: control and bidi characters are gone, lines are trimmed.
func visible(text string) string {
	text = form.Clean(strings.NewReplacer("\u2028", "\n", "\u2029", "\n").Replace(text), true)
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(lines, "\n")
}

// verdictToken is the token that ends a mail's address to decide at: another one in each mail.
var verdictToken = regexp.MustCompile(`^(https://www\.example\.com/desk/v/\?t=)[A-Za-z0-9_-]+`)

// elements lists the distinct elements of a page with their attributes; values of style and class are ours alone.
func elements(t *testing.T, page string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for n := range doc.Descendants() {
		if n.Type == html.CommentNode {
			all = append(all, "comment")
		}
		if n.Type == html.ElementNode {
			name := n.Data
			for _, a := range n.Attr {
				name += " " + a.Key + "=" + verdictToken.ReplaceAllString(a.Val, "$1")
			}
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// extraElements are those of ours that the usual mail has no use for: the rows of undeclared fields, and line breaks.
func extraElements() []string {
	return []string{
		"td style=padding:20px 0 5px;font-size:14px;line-height:22px;opacity:.7",
		"td style=padding:5px 0;font-size:14px;line-height:22px",
		"br",
	}
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

// checkSubject: whatever a name is, the subject is one short line without an address, a tag or a sentence of its own.
func checkSubject(t *testing.T, text, subject string) {
	t.Helper()
	name, found := strings.CutPrefix(subject, "New lead")
	name, found2 := strings.CutSuffix(name, " (contact, qualified)")
	if !found || !found2 || utf8.RuneCountInString(name) > 42 {
		t.Errorf("%q: subject %q", text, subject)
	}
	for _, r := range strings.TrimPrefix(name, ":") {
		if !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) && !strings.ContainsRune(" '’-.…&", r) {
			t.Errorf("%q: subject %q holds %q", text, subject, r)
		}
	}
	if strings.Contains(subject, ".e") || strings.Contains(subject, "//") {
		t.Errorf("%q: subject %q looks like an address", text, subject)
	}
}

// checkRows: the lines of the text part that are not indented begin as our own do, or with the name of a field that
// is gone, which no form of the site can be made to send.
func checkRows(t *testing.T, text, body string) {
	t.Helper()
	ours := []string{"Answer by 11:15", "Your name", "Work e-mail", "Team size", "Days", "How can we help?", "Language", "From", "Score         50, qualified: team",
		"Before        ", "Also sent, though", "Your reply to this mail goes straight to ", "Received Monday",
		"Contacted, good fit, not a fit, spam: https://www.example.com/desk/v/", "Whoever has this mail", strings.Join(strings.Fields(form.Clean(text, true)), " ")}
	scores := 0
	for line := range strings.SplitSeq(body, "\n") {
		known := slices.ContainsFunc(ours, func(s string) bool { return strings.HasPrefix(line, s) })
		if line != "" && !strings.HasPrefix(line, "  ") && !known {
			t.Errorf("%q brought a row %q", text, line)
		}
		if strings.HasPrefix(line, "Score") || strings.HasPrefix(line, "Answer by") {
			scores++
		}
	}
	if scores != 2 {
		t.Errorf("%q: %d rows of score and answer:\n%s", text, scores, body)
	}
}

func TestNamesInSubjects(t *testing.T) {
	for name, want := range map[string]string{
		"Sam Visitor":                    "New lead: Sam Visitor (contact, qualified)",
		"Dr. Ana-María O’Hara, PhD.":     "New lead: Dr. Ana-María O’Hara PhD. (contact, qualified)",
		"محمد":                           "New lead: محمد (contact, qualified)",
		"visit evil.example now":         "New lead: visit evil example now (contact, qualified)",
		"https://evil.example/a?b=c":     "New lead: https evil example a b c (contact, qualified)",
		"🔥🔥":                             "New lead: sam@example.com (contact, qualified)",
		"Miller & Sons":                  "New lead: Miller & Sons (contact, qualified)",
		"M&S":                            "New lead: M&S (contact, qualified)",
		"& <b>&amp;&#38;</b> & Co &":     "New lead: & b amp 38 b & Co & (contact, qualified)",
		"Sam\r\nBcc: x@y":                "New lead: Sam Bcc x y (contact, qualified)",
		strings.Repeat("Maximilian ", 9): "New lead: Maximilian Maximilian Maximilian Maximi… (contact, qualified)",
	} {
		o := newOffice(t)
		l := o.sam(id("h"))
		l.Fields["name"] = form.Value{Text: name}
		o.handle(o.put(l).ID)
		if got := o.mail().Subject; got != want {
			t.Errorf("%q: subject %q, want %q", name, got, want)
		}
	}
}

func TestAddressesInSubjects(t *testing.T) {
	for address, want := range map[string]string{
		"sam@example.com":            "New lead: sam@example.com (contact, qualified)",
		"":                           "New lead (contact, qualified)",
		"nonsense":                   "New lead (contact, qualified)",
		`"call now//"@example.com`:   "New lead (contact, qualified)",
		"sam/visit=evil@example.com": "New lead (contact, qualified)",
		strings.Repeat("a", 60) + "@evil.example": "New lead: " + strings.Repeat("a", 39) + "… (contact, qualified)",
		"sam@xn--mller-kva.example":               "New lead: sam@xn--mller-kva.example (contact, qualified)",
	} {
		o := newOffice(t)
		l := o.sam(id("h"))
		delete(l.Fields, "name")
		l.Email = address
		o.handle(o.put(l).ID)
		if got := o.mail().Subject; got != want {
			t.Errorf("%q: subject %q, want %q", address, got, want)
		}
	}
}
