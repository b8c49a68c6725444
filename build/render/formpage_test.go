package render_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const contactForm = `title: Talk to us
submit: Send
success: /about/
fields:
  - {name: email, label: E-mail, type: email, hint: The one you read.}
  - {name: team, label: Team, type: select, options: [small, large]}
  - {name: days, label: Days, type: checkboxes, options: [mon, tue]}
  - {name: when, label: When, type: radio, options: [now, later]}
  - {name: news, label: News, type: checkbox, value: ok}
  - {name: message, label: Message, type: textarea}
  - {name: offer, label: Offer, type: hidden, value: talk}
consent: {text: Yes., required: true}
`

func TestFormErrorPage(t *testing.T) {
	r := open(t, files("content/forms/contact.yaml", contactForm, "content/about.md", "---\ntitle: About\n---\n"))
	if said := r.said(); said != "" {
		t.Fatal(said)
	}
	page, slots, err := r.FormErrorPage(r.Tree.Forms["contact"])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range slots {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", s.Kind, s.Field, s.Value)))
		needle := s.Marker
		if s.Attr {
			needle = ` data-slot="` + s.Marker + `"`
		}
		if n := strings.Count(string(page), needle); n != 1 {
			t.Errorf("%+v stands %d times in %s", s, n, page)
		}
		if !regexp.MustCompile(`^[a-z0-9]+$`).MatchString(s.Marker) {
			t.Errorf("the marker %s is more than letters and digits", s.Marker)
		}
	}
	slices.Sort(got)
	want := []string{
		"checked consent yes", "checked days mon", "checked days tue", "checked news ok", "checked when later", "checked when now",
		"error consent", "error days", "error email", "error message", "error news", "error team", "error when",
		"hidden consent", "hidden days", "hidden email", "hidden message", "hidden news", "hidden team", "hidden when",
		"invalid consent", "invalid days", "invalid email", "invalid message", "invalid news", "invalid team", "invalid when",
		"selected team large", "selected team small", "summary",
		"value _id", "value _page", "value _query", "value _referrer", "value _token", "value email", "value message",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, must := range []string{`<title>Please look again</title>`, `name="offer" value="talk"`, `name="_lang" value="en"`,
		`id="` + r.Tree.Forms["contact"].ControlID("email") + `"`, `id="` + r.Tree.Forms["contact"].ControlID("when") + `"`, `<nav>`} {
		if !strings.Contains(string(page), must) {
			t.Errorf("the page lacks %s: %s", must, page)
		}
	}
	if strings.Contains(string(page), "canonical") {
		t.Error("the page has an address for search engines")
	}
	again, _, err := r.FormErrorPage(r.Tree.Forms["contact"])
	if err != nil || string(again) != string(page) {
		t.Error("the page differs the second time", err)
	}
}

// The page around a message is the site's, with a place for the title and one for the text.
func TestMessagePage(t *testing.T) {
	r := open(t, files("content/about.md", "---\ntitle: About\n---\n"))
	page, slots, err := r.MessagePage("en")
	if err != nil || len(slots) != 2 || slots[0].Kind != "title" || slots[1].Kind != "summary" {
		t.Fatalf("%+v, %v", slots, err)
	}
	for _, must := range []string{"<title>" + slots[0].Marker + "</title>", "<nav>", slots[1].Marker} {
		if !strings.Contains(string(page), must) {
			t.Errorf("the page lacks %s: %s", must, page)
		}
	}
}

// The markup is the same on both pages, but for what depends on the visitor.
func TestFormErrorPageHasTheSameMarkup(t *testing.T) {
	r := open(t, files("content/forms/contact.yaml", contactForm, "content/about.md", "---\ntitle: About\nform: contact\n---\n"))
	form := regexp.MustCompile(`(?s)<form.*</form>`)
	normal := form.FindString(r.page(t, "about/index.html"))
	page, slots, err := r.FormErrorPage(r.Tree.Forms["contact"])
	if err != nil {
		t.Fatal(err)
	}
	shown := string(page)
	for _, s := range slots {
		needle, empty := s.Marker, ""
		switch {
		case s.Attr:
			needle = ` data-slot="` + s.Marker + `"`
			if s.Kind == "hidden" {
				empty = " hidden"
			}
		case s.Field == "_page":
			empty = "/about/"
		case s.Field == "email" && s.Kind == "value": // this theme has no attribute for an empty value
			needle = ` value="` + s.Marker + `"`
		}
		shown = strings.Replace(shown, needle, empty, 1)
	}
	shown = form.FindString(shown)
	if diff := cmp.Diff(normal, shown); diff != "" {
		t.Error(diff)
	}
}

func TestFormIDsKeepOffHeadings(t *testing.T) {
	r := open(t, files("content/forms/contact.yaml", contactForm,
		"content/about.md", "---\ntitle: About\nform: contact\n---\n## Contact email\n\n{{< form contact >}}\n\n## Contact 2\n"))
	page := r.page(t, "about/index.html")
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="?([^">]*)`).FindAllStringSubmatch(page, -1) {
		if seen[m[1]] {
			t.Errorf("the id %s stands twice", m[1])
		}
		seen[m[1]] = true
	}
	for _, id := range []string{"contact-email", "contact-2-email", "contact-3-email"} {
		if !seen[id] {
			t.Errorf("no element has the id %s", id)
		}
	}
}
