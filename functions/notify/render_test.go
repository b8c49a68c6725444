package notify

import (
	"os"
	"strings"
	"testing"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// TestActionsHaveAPlace: the theme's mail shows links of ours when there are any, and no link when there are none.
func TestActionsHaveAPlace(t *testing.T) {
	var source bundle.MailTemplate
	for part, text := range map[string]*string{"subject": &source.Subject, "text": &source.Text, "html": &source.HTML} {
		data, err := os.ReadFile("../../themes/default/mail/lead." + part + ".tmpl")
		if err != nil {
			t.Fatal(err)
		}
		*text = string(data)
	}
	parsed, err := parse("lead", source, english())
	if err != nil {
		t.Fatal(err)
	}
	m := LeadMail{Brand: bundle.Brand{Accent: "#1d4d6b"}, ID: "h5k2", Form: "contact"}
	for _, actions := range [][]Action{nil, {{Label: "Good fit", URL: "https://www.example.com/desk/v/token?a=1&b=2"}}} {
		if m.Actions = actions; actions != nil {
			m.Verdict = "https://www.example.com/desk/v/token"
		}
		l, err := parsed.render(m)
		if err != nil {
			t.Fatal(err)
		}
		inText := strings.Contains(l.text, "Contacted, good fit, not a fit, spam: https://www.example.com/desk/v/token\n")
		inHTML := strings.Contains(l.html, `<a href="https://www.example.com/desk/v/token?a=1&amp;b=2"`)
		if want := len(actions) > 0; inText != want || inHTML != want || strings.Contains(l.html, "<a ") != want {
			t.Errorf("with %d actions:\n%s\n%s", len(actions), l.text, l.html)
		}
	}
}

// TestTag: an event of a mail names the notification by its tag, which is how the table names it, too.
func TestTag(t *testing.T) {
	key := lead.NotificationKey{Lead: "h5k2", Kind: lead.KindLead, Recipient: "sales@example.com"}
	if got, want := Tag(key), "lead-1bc5b2df43e1384578bbe1e8e71fca79"; got != want {
		t.Errorf("the tag is %s, want %s", got, want)
	}
}
