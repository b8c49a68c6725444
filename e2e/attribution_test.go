package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"leadsite/e2e/browser"
	"leadsite/e2e/program"
)

// TestAttribution sends a form two pages after the campaign's link. By default the lead is of the page that sent it and
// the browser remembers nothing; with `attribution: session` it is of the tab's first page, and the tab forgets it.
func TestAttribution(t *testing.T) {
	for _, c := range []struct {
		setting, campaign, touch string
		kept                     int
	}{
		{"attribution: page\n", "", "page", 0},
		{"attribution: session\n", "spring", "session", 1},
	} {
		t.Run(c.touch, func(t *testing.T) {
			source := filepath.Join(t.TempDir(), "site")
			program.Run(t, "init", source)
			settings := filepath.Join(source, "content", "site.yaml")
			data, err := os.ReadFile(settings)
			if err != nil {
				t.Fatal(err)
			}
			write(t, settings, string(data)+c.setting)
			site := program.Serve(t, source, filepath.Join(t.TempDir(), "state"))
			b := browser.New(t)
			b.Open(site.URL + "/?utm_campaign=spring")
			b.Open(site.URL + "/blog/?utm_campaign=autumn")
			b.Open(site.URL + "/contact/")
			if n := browser.Evaluate[int](b, "sessionStorage.length"); n != c.kept {
				t.Errorf("the tab remembers %d things, want %d", n, c.kept)
			}
			if n := browser.Evaluate[int](b, "localStorage.length + document.cookie.length"); n != 0 {
				t.Error("something is kept beyond the tab")
			}
			b.Fill("#contact-name", "Sam Visitor")
			b.Fill("#contact-email", "sam@example.com")
			b.Fill("#contact-message", message)
			b.Check("#contact-consent")
			b.Submit("form[data-form=contact] button[type=submit]")
			l := onlyLead(t, site)
			if l.Source.Campaign != c.campaign || l.Source.Touch != c.touch || l.Page != "/contact/" {
				t.Errorf("the lead came from page %q, %+v", l.Page, l.Source)
			}
		})
	}
}
