package e2e_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"leadsite/e2e/browser"
	"leadsite/e2e/program"
)

// TestGermanVisitorWithoutScript sends the German form with a mistake in it, reads the page with errors in German, sends
// it again, and leaves a lead that says so.
func TestGermanVisitorWithoutScript(t *testing.T) {
	site := example(t)
	b := browser.New(t, browser.WithoutScript())
	b.Open(site.URL + "/contact/")
	b.Submit(".header nav.wide .languages a")
	if got := b.URL(); got != site.URL+"/de/kontakt/" {
		t.Fatalf("the switch of languages leads to %s", got)
	}
	fillContact(b)
	b.Fill("#contact-email", "sam@example") // passes the browser's own check, not ours
	if status := b.Submit("form[data-form=contact] button[type=submit]"); status != http.StatusUnprocessableEntity {
		t.Errorf("the page with errors came with status %d", status)
	}
	for selector, want := range map[string]string{
		"h1":                      "Ihre Angaben sind noch da",
		".summary-title":          "Noch nicht abgeschickt: Bitte sehen Sie sich diese Angaben noch einmal an",
		"#contact-email-error":    "Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.",
		"label[for=contact-name]": "Ihr Name",
	} {
		if got := b.Text(selector); got != want {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	if found := b.Axe(); len(found) > 0 {
		t.Errorf("the page with errors: %v", found)
	}
	b.Fill("#contact-email", "sam@example.com")
	b.Submit("form[data-form=contact] button[type=submit]")
	if got := b.URL(); got != site.URL+"/de/danke/" {
		t.Errorf("the visitor ends at %s", got)
	}
	l := onlyLead(t, site)
	if l.Lang != "de" || l.Page != "/de/kontakt/" || l.Fields["team"] != "50+" || l.Consent == nil || l.Consent.SHA256 != germanConsent {
		t.Errorf("the lead is %+v", l)
	}
	checkGermanMail(t, site)
}

// germanConsent is the hash of what the visitor agreed to: the German sentence, not the English one.
const germanConsent = "596394f779a42e7fcda1dac2c24e25aff11b1216668836301a51ce2729f5e7fd"

// checkGermanMail wants the mail to sales in the site's first language, and the lead's own language named in it.
func checkGermanMail(t *testing.T, site *program.Server) {
	t.Helper()
	program.Eventually(t, "one mail in the outbox", func() bool { return len(program.Mails(t, site.State)) == 1 })
	_, list := site.Get("/_leadsite/mail/")
	_, mail := site.Get(regexp.MustCompile(`/_leadsite/mail/[^"/]+\.eml`).FindString(list) + "/text")
	for _, want := range []string{"Sam Visitor", "Fifty or more", "/de/kontakt/", "Language"} {
		if !strings.Contains(mail, want) {
			t.Errorf("the mail lacks %q:\n%s", want, mail)
		}
	}
}

// TestNotFoundInTheLanguage asks for addresses that do not exist.
func TestNotFoundInTheLanguage(t *testing.T) {
	site := example(t)
	for path, want := range map[string]string{"/nowhere/": `<html lang=en>`, "/de/nirgends/": `<html lang=de>`, "/blog/nowhere/": `<html lang=en>`} {
		if status, page := site.Get(path); status != http.StatusNotFound || !strings.Contains(page, want) {
			t.Errorf("%s gives %d and not %s", path, status, want)
		}
	}
}

// TestGermanVisitorWithScript reads a mistake beside its field before anything is sent anywhere else.
func TestGermanVisitorWithScript(t *testing.T) {
	site := example(t)
	b := browser.New(t)
	b.Open(site.URL + "/de/kontakt/")
	b.Click("form[data-form=contact] button[type=submit]")
	if got := b.Text("#contact-name-error"); got != "„Ihr Name“ ist noch leer." {
		t.Errorf("beside the name stands %q", got)
	}
	fillContact(b)
	b.Submit("form[data-form=contact] button[type=submit]")
	if got := b.URL(); got != site.URL+"/de/danke/" {
		t.Errorf("the visitor ends at %s", got)
	}
}
