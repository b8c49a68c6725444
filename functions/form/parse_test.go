package form_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
)

func TestParseSorts(t *testing.T) {
	f := consultation()
	got := f.Parse(url.Values{
		"name": {"Ada", "Eve"}, "days": {"mon"}, "consent": {"on"}, "consultation_website": {"http://buy.example"},
		"_page": {"/pricing/?a=b#c"}, "_lang": {"en"}, "_schema": {"9f31c2a4"}, "_id": {"0b1c-2"}, "_token": {"AQ.x_-"},
		"_query": {"?utm_campaign=spring+sale&x=1"}, "_referrer": {"https://search.example/?q=1"}, "_unknown": {"x"},
		"colour": {"blue", "\u202egreen\x00"},
	})
	want := form.Submission{
		Posted: map[string][]string{"name": {"Ada", "Eve"}, "days": {"mon"}},
		Meta: form.Meta{Page: "/pricing/", Lang: "en", Schema: "9f31c2a4", ID: "0b1c-2", Token: "AQ.x_-",
			Query: "utm_campaign=spring+sale&x=1", Referrer: "https://search.example/?q=1"},
		Extra:   map[string]string{"colour": "blue, green"},
		Trap:    "http://buy.example",
		Consent: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := got.Meta.About("en"); got != (form.About{Page: "/pricing/", Campaign: "spring sale", Lang: "en"}) {
		t.Errorf("about: %+v", got)
	}
}

func TestParseTrustsNoHiddenInput(t *testing.T) {
	f := consultation()
	for name, values := range map[string][]string{
		"_page":     {"//evil.example/", "https://evil.example/", "/\\evil.example", "/a\r\nb", "pricing"},
		"_lang":     {"en<script>", strings.Repeat("e", 36)},
		"_schema":   {"9f31 c2a4", strings.Repeat("a", 65)},
		"_id":       {"a/b", strings.Repeat("a", 65)},
		"_token":    {"a b", strings.Repeat("a", 1001)},
		"_referrer": {"javascript:alert(1)", "ftp://example.com/", "/relative/", "https:opaque"},
	} {
		for _, v := range values {
			if got := f.Parse(url.Values{name: {v}}).Meta; got != (form.Meta{}) {
				t.Errorf("%s=%q: kept as %+v", name, v, got)
			}
		}
	}
	long := f.Parse(url.Values{"_query": {strings.Repeat("ä", 5000)}}).Meta
	if n := len([]rune(long.Query)); n != 2000 {
		t.Errorf("a long query keeps %d runes", n)
	}
}

func TestParseCapsExtra(t *testing.T) {
	f := consultation()
	post := url.Values{}
	for i := range 50 {
		post[fmt.Sprintf("field%02d", i)] = []string{strings.Repeat("ü", 3000)}
	}
	post[strings.Repeat("x", 500)] = []string{"long name"}
	got := f.Parse(post).Extra
	if len(got) != form.MaxExtra {
		t.Errorf("%d extra fields kept, want %d", len(got), form.MaxExtra)
	}
	for name, value := range got {
		if len([]rune(name)) > 100 || len([]rune(value)) != 1000 {
			t.Errorf("%s: %d runes", name, len([]rune(value)))
		}
	}
}

func TestHoneypot(t *testing.T) {
	f := &form.Form{Name: "contact"}
	if got := f.Honeypot(); got != "contact_website" {
		t.Errorf("got %q", got)
	}
	f.Fields = []form.Field{{Name: "contact_website"}, {Name: "contact_website2"}}
	if got := f.Honeypot(); got != "contact_website3" {
		t.Errorf("beside fields of that name: got %q", got)
	}
}

func TestSchema(t *testing.T) {
	const want = "7d48426a"
	if got := consultation().Schema(); got != want {
		t.Errorf("the schema of an unchanged form is %s, it was %s: pages of an older build would be taken for others", got, want)
	}
	same := map[string]func(*form.Form){
		"labels":  func(f *form.Form) { f.Fields[0].Label = "Ihr Name"; f.Fields[6].Options[0].Label = "Zu wenige" },
		"hints":   func(f *form.Form) { f.Fields[0].Hint, f.Fields[0].Autocomplete, f.Title = "x", "name", "y" },
		"routing": func(f *form.Form) { f.Notify, f.Success = []string{"a@example.com"}, "/danke/" },
	}
	for what, change := range same {
		f := consultation()
		if change(f); f.Schema() != want {
			t.Errorf("%s change the schema", what)
		}
	}
	other := map[string]func(*form.Form){
		"a name":           func(f *form.Form) { f.Fields[0].Name = "surname" },
		"a type":           func(f *form.Form) { f.Fields[0].Type = form.Textarea },
		"required":         func(f *form.Form) { f.Fields[0].Required = false },
		"a limit":          func(f *form.Form) { f.Fields[0].Max = "21" },
		"a limit's end":    func(f *form.Form) { f.Fields[12].Min, f.Fields[12].Max = "100", "" },
		"an option":        func(f *form.Form) { f.Fields[6].Options[0].Value = "fewer" },
		"a condition":      func(f *form.Form) { f.Fields[7].ShowWhen = nil },
		"a tick's value":   func(f *form.Form) { f.Fields[10].Value = "" },
		"the consent":      func(f *form.Form) { f.Consent.Text = "Keep it for ever." },
		"no consent":       func(f *form.Form) { f.Consent = nil },
		"one field fewer":  func(f *form.Form) { f.Fields = f.Fields[1:] },
		"consent required": func(f *form.Form) { f.Consent.Required = false },
	}
	for what, change := range other {
		f := consultation()
		if change(f); f.Schema() == want {
			t.Errorf("%s does not change the schema", what)
		}
	}
}
