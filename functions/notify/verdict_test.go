package notify_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// verdictOf finds the address by which a mail lets its reader decide.
func verdictOf(t *testing.T, m mail.Received) string {
	t.Helper()
	found := regexp.MustCompile(`https://www\.example\.com/desk/v/\?t=[A-Za-z0-9_-]+`).FindString(m.Text)
	if found == "" {
		t.Fatalf("no address to decide at in\n%s", m.Text)
	}
	return found
}

// TestTheMailHasButtons: all lead to one page below the site's own address, at a place of their own, and the token says
// whose mail it was.
func TestTheMailHasButtons(t *testing.T) {
	o := newOffice(t)
	o.handle(o.put(o.sam(id("h"))).ID)
	m := o.mail()
	address := verdictOf(t, m)
	for _, button := range []string{"#contacted", "#qualified", "#unfit", "#spam"} {
		if strings.Count(m.HTML, `href="`+address+button+`"`) != 1 {
			t.Errorf("no button for %s in\n%s", button, m.HTML)
		}
	}
	token := strings.TrimPrefix(address, "https://www.example.com/desk/v/?t=")
	link, err := testKeys(t).ReadLink(token, monday)
	want := lead.Link{Lead: id("h"), Recipient: "sales@example.com", Actions: lead.Actions(), Expires: monday.Add(90 * 24 * time.Hour)}
	if diff := cmp.Diff(want, link); err != nil || diff != "" {
		t.Errorf("the link: %v\n%s", err, diff)
	}
}

// TestThePlainMailHasItsLinkToo: sales decides also when a theme's mail is broken.
func TestThePlainMailHasItsLinkToo(t *testing.T) {
	o := newOffice(t)
	broken := o.bundle.Mail["lead"]
	broken.Text = "{{.Nonsense}}"
	o.bundle.Mail["lead"] = broken
	o.handle(o.put(o.sam(id("h"))).ID)
	verdictOf(t, o.mail())
}
