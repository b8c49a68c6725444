package e2e_test

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/e2e/browser"
	"leadsite/e2e/program"
)

// example serves the example site with a state folder of its own.
func example(t *testing.T, args ...string) *program.Server {
	t.Helper()
	return program.Serve(t, e2e.Root(t), filepath.Join(t.TempDir(), "state"), args...)
}

// TestVisitorWithScript sends the form of /contact/ as most visitors do.
func TestVisitorWithScript(t *testing.T) {
	site := example(t)
	b := browser.New(t)
	b.Open(site.URL + "/contact/?utm_campaign=spring&utm_source=letter")
	b.Fill("#contact-email", "not an address")
	b.Click("form[data-form=contact] button[type=submit]")
	if got := b.Text("#contact-email-error"); got == "" {
		t.Error("no error beside the e-mail field")
	}
	if got := b.URL(); !strings.Contains(got, "/contact/") || strings.Contains(got, "/api/") {
		t.Errorf("the page was left for %s", got)
	}
	if got := b.Text("#contact-name-error"); got == "" {
		t.Error("no error beside the name field")
	}
	fillContact(b)
	b.Submit("form[data-form=contact] button[type=submit]")
	if got := b.URL(); got != site.URL+"/thanks/" {
		t.Errorf("the visitor ends at %s", got)
	}
	if errs := b.ConsoleErrors(); len(unexpected(errs)) > 0 {
		t.Errorf("the console complains: %v", errs)
	}
	l := onlyLead(t, site)
	if l.Source.Campaign != "spring" || l.Page != "/contact/" {
		t.Errorf("the lead came from page %q, campaign %q", l.Page, l.Source.Campaign)
	}
	checkDelivery(t, site, l)
}

// TestFormDoesTheProofOfWork touches the form, and looks at what its script found: what the server asks for, found in a
// worker that the site's policy allows.
func TestFormDoesTheProofOfWork(t *testing.T) {
	site := example(t)
	b := browser.New(t)
	b.Open(site.URL + "/contact/")
	token := func() string {
		return browser.Evaluate[string](b, `document.querySelector("form[data-form=contact] input[name=_token]").value`)
	}
	if got := token(); got != "" {
		t.Errorf("the page holds %q before anybody touched it", got)
	}
	b.Click("#contact-name")
	program.Eventually(t, "the proof of work", func() bool { return strings.Contains(token(), ".") })
	answer := token()
	sum := sha256.Sum256([]byte(answer))
	if len(answer) != 55 || sum[0] != 0 || sum[1]>>2 != 0 {
		t.Errorf("%q has the hash %x", answer, sum)
	}
	if errs := b.ConsoleErrors(); len(errs) > 0 {
		t.Errorf("the console complains: %v", errs)
	}
}

// TestVisitorWithoutScript sends the same form with a browser that runs no script.
func TestVisitorWithoutScript(t *testing.T) {
	site := example(t)
	b := browser.New(t, browser.WithoutScript())
	b.Open(site.URL + "/contact/")
	fillContact(b)
	b.Fill("#contact-email", "sam@example") // passes the browser's own check, not ours
	if status := b.Submit("form[data-form=contact] button[type=submit]"); status != http.StatusUnprocessableEntity {
		t.Errorf("the page with errors came with status %d", status)
	}
	if got := b.Text("#contact-email-error"); got == "" {
		t.Error("no error beside the e-mail field")
	}
	if got := b.Value("#contact-message"); got != message {
		t.Errorf("the message was not kept: %q", got)
	}
	if found := b.Axe(); len(found) > 0 {
		t.Errorf("the page with errors: %v", found)
	}
	b.Fill("#contact-email", "sam@example.com")
	b.Submit("form[data-form=contact] button[type=submit]")
	if got := b.URL(); got != site.URL+"/thanks/" {
		t.Errorf("the visitor ends at %s", got)
	}
	checkDelivery(t, site, onlyLead(t, site))
}

const message = "We sell boats.\nWho answers the telephone?"

func fillContact(b *browser.Browser) {
	b.Fill("#contact-name", "Sam Visitor")
	b.Fill("#contact-email", "sam@example.com")
	b.Select("#contact-team", "50+")
	b.Fill("#contact-message", message)
	b.Check("#contact-consent")
}

// unexpected drops the browser's own note that a form was answered with 422.
func unexpected(errs []string) []string {
	var rest []string
	for _, e := range errs {
		if !strings.Contains(e, "422") {
			rest = append(rest, e)
		}
	}
	return rest
}

func onlyLead(t *testing.T, site *program.Server) program.Lead {
	t.Helper()
	leads := program.Leads(t, site.State)
	if len(leads) != 1 {
		t.Fatalf("%d leads are stored, want 1", len(leads))
	}
	return program.Show(t, site.State, leads[0].ID)
}

// checkDelivery looks at a lead that fillContact gave, and at its mail in the mailbox.
func checkDelivery(t *testing.T, site *program.Server, l program.Lead) {
	t.Helper()
	if l.Form != "contact" || l.Status != "new" || l.Email != "sam@example.com" || l.Fields["message"] != message || l.Fields["team"] != "50+" || l.Consent == nil {
		t.Errorf("the lead is %+v", l)
	}
	program.Eventually(t, "one mail in the outbox", func() bool { return len(program.Mails(t, site.State)) == 1 })
	_, list := site.Get("/_leadsite/mail/")
	name := regexp.MustCompile(`href="(/_leadsite/mail/[^"/]+\.eml)"`).FindStringSubmatch(list)
	if name == nil {
		t.Fatalf("the mailbox shows no mail: %s", list)
	}
	for _, part := range []string{"/text", "/html"} {
		status, mail := site.Get(name[1] + part)
		for _, want := range []string{"Sam Visitor", "sam@example.com", "Fifty or more", "We sell boats.", "Who answers the telephone?", "/contact/"} {
			if status != http.StatusOK || !strings.Contains(mail, want) {
				t.Errorf("%s of the mail (status %d) lacks %q:\n%s", part, status, want, mail)
			}
		}
	}
	if mail := program.Mails(t, site.State)[0]; !strings.Contains(mail, "To: <sales@example.com>") && !strings.Contains(mail, "To: sales@example.com") {
		t.Errorf("the mail is not for sales:\n%s", mail)
	}
	l = program.Show(t, site.State, l.ID)
	if last := l.Events[len(l.Events)-1]; last.Kind != "mail" || last.State != "delivered" || last.To != "sales@example.com" {
		t.Errorf("the lead's last event is %+v", last)
	}
}

// TestRefusalsLookLikeTheSite opens the address of a form in the browser, which is no way to send it.
func TestRefusalsLookLikeTheSite(t *testing.T) {
	site := example(t)
	b := browser.New(t)
	for path, want := range map[string]int{"/api/forms/contact": http.StatusMethodNotAllowed, "/api/forms/nothing": http.StatusNotFound} {
		if status := b.Open(site.URL + path); status != want {
			t.Errorf("%s: status %d", path, status)
		}
		if got := b.Text("main h1"); got == "" || b.Text("header nav") == "" {
			t.Errorf("%s: the page says %q", path, got)
		}
		if found := b.Axe(); len(found) > 0 {
			t.Errorf("%s: %v", path, found)
		}
	}
}

// TestPagesAreAccessible asks axe-core about one page of each kind, on a desk and on a phone.
func TestPagesAreAccessible(t *testing.T) {
	site := example(t)
	b := browser.New(t)
	for _, size := range [][2]int{{1280, 800}, {390, 844}} {
		b.Viewport(size[0], size[1])
		for _, path := range []string{"/", "/blog/", "/blog/marketing-qualified/", "/landing/checklist/", "/landing/consultation/", "/contact/", "/about/", "/thanks/", "/search/", "/tags/", "/nowhere/", "/de/", "/de/kontakt/", "/de/notizen/binnen-einer-stunde/", "/_leadsite/mail/"} {
			b.Open(site.URL + path)
			for _, v := range b.Axe() {
				t.Errorf("%s at %d px: %v", path, size[0], v)
			}
			if errs := b.ConsoleErrors(); path != "/nowhere/" && len(errs) > 0 {
				t.Errorf("%s at %d px: the console complains: %v", path, size[0], errs)
			}
		}
	}
}

// TestMistakesShowInTheBrowser breaks a page while it is open, and mends it.
func TestMistakesShowInTheBrowser(t *testing.T) {
	source := t.TempDir()
	copyTree(t, filepath.Join(e2e.Root(t), "content"), filepath.Join(source, "content"))
	site := program.Serve(t, source, filepath.Join(t.TempDir(), "state"))
	b := browser.New(t)
	b.Open(site.URL + "/about/")
	about := filepath.Join(source, "content", "about.md")
	whole := read(t, about)
	write(t, about, strings.Replace(whole, "title:", "titel:", 1))
	if got := b.Text(".leadsite-overlay"); !strings.Contains(got, "content/about.md:2") || !strings.Contains(got, "titel") {
		t.Errorf("the overlay says %q", got)
	}
	if got := b.Text(".leadsite-mark"); got != "titel" {
		t.Errorf("the overlay marks %q", got)
	}
	write(t, about, whole+"\nA sentence that was not there.\n")
	program.Eventually(t, "the page reloads with the new sentence", func() bool {
		return strings.Contains(b.Text("main"), "A sentence that was not there.")
	})
}

// TestHostileInputStaysText sends markup through the form and looks for it where it would do harm.
func TestHostileInputStaysText(t *testing.T) {
	site := example(t)
	const attack = `<script>document.title="owned"</script><img src=x onerror="document.title='owned'">`
	res, err := http.PostForm(site.URL+"/api/forms/contact", url.Values{"name": {attack}, "email": {"x"}, "message": {attack}, "consent": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", res.StatusCode)
	}
	b := browser.New(t)
	b.Open(site.URL + "/contact/")
	fillContact(b)
	b.Fill("#contact-name", attack)
	b.Fill("#contact-message", attack)
	b.Submit("form[data-form=contact] button[type=submit]")
	program.Eventually(t, "one mail in the outbox", func() bool { return len(program.Mails(t, site.State)) == 1 })
	b.Open(site.URL + "/_leadsite/mail/")
	_, list := site.Get("/_leadsite/mail/")
	name := regexp.MustCompile(`/_leadsite/mail/[^"/]+\.eml`).FindString(list)
	for _, page := range []string{"/_leadsite/mail/", name, name + "/html"} {
		b.Open(site.URL + page)
		if b.Title() == "owned" {
			t.Errorf("%s ran what the visitor wrote", page)
		}
	}
}
