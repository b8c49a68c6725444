package intake_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

const uuid = "0b1c9f62-7a3e-4d55-9c1b-2f4f5c8d7e10"

// One submission, whole, in every body type and to both kinds of clients: the lead is the one of the documentation.
func TestAccepted(t *testing.T) {
	values := visitor(url.Values{"_id": {uuid}, "_lang": {"en"}, "_query": {"utm_campaign=spring&utm_source=mail"},
		"_referrer": {"https://search.example/"}, "contact_website": {""}, "days": {"tue", "mon"}})
	sum := sha256.Sum256([]byte("Keep my words."))
	for _, enc := range encodings() {
		t.Run(enc.name, func(t *testing.T) {
			s := newSite(t)
			contentType, body := enc.encode(t, values)
			a := s.do("POST", "/api/forms/contact", browser, contentType, body)
			if a.status != 303 || a.header.Get("Location") != "/thanks/?ok=1#top" || a.body != "" {
				t.Errorf("a browser is answered %d, to %q: %s", a.status, a.header.Get("Location"), a.body)
			}
			contentType, body = enc.encode(t, values)
			id := s.id(s.do("POST", "/api/forms/contact", program, contentType, body))
			got := s.lead(id)
			want := lead.Lead{
				ID: id, Form: "contact", Status: lead.New, CreatedAt: start, Email: "sam@example.com",
				Fields: form.Values{"name": {Text: "Sam Visitor"}, "email": {Text: "sam@example.com"}, "team": {Text: "50+"},
					"message": {Text: "Hello"}, "days": {List: []string{"mon", "tue"}}},
				Extra: map[string]string{}, Lang: "en", Page: "/pricing/",
				Source:  lead.Source{Referrer: "https://search.example/", Source: "mail", Campaign: "spring", Touch: "page"},
				Consent: &lead.Consent{SHA256: hex.EncodeToString(sum[:]), Version: "2026-11-01", At: start},
				Score:   lead.Score{Points: 50, Qualified: true, Reasons: []string{"team is 50+: +30", "page starts with /pricing/: +20"}},
				Spam:    lead.SpamScore{Reasons: []string{}},
				Schema:  s.bundle.Form("contact", "en").Schema,
				Events:  got.Events, Version: got.Version,
				Person: s.handler.Keys.Person("sam@example.com"), Wake: start, Expires: start.AddDate(2, 0, 0),
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if kinds := eventKinds(got); kinds != "received sent-again" {
				t.Errorf("events: %s", kinds)
			}
			if diff := cmp.Diff([]string{id}, s.accepted); diff != "" {
				t.Errorf("accepted:\n%s", diff)
			}
		})
	}
}

func eventKinds(l lead.Lead) string {
	var kinds []string
	for _, e := range l.Events {
		kinds = append(kinds, e.Kind)
	}
	return strings.Join(kinds, " ")
}

func TestIdentityOverHTTP(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	first := s.id(s.post(program, visitor(url.Values{"_id": {uuid}})))
	s.now = start.Add(20 * time.Hour)
	if again := s.id(s.post(program, visitor(url.Values{"_id": {uuid}, "_query": {"utm_source=x"}, "_token": {"lost"}}))); again != first {
		t.Error("a retry with another touch and token is another lead")
	}
	if other := s.id(s.post(program, visitor(url.Values{"_id": {uuid}, "message": {"Another"}}))); other == first {
		t.Error("other content under one _id is no lead of its own")
	}
	tomorrow := s.id(s.post(program, visitor(nil)))
	s.now = start
	if today := s.id(s.post(program, visitor(nil))); today == tomorrow {
		t.Error("the pair around midnight is one lead")
	}
	s.now = start.Add(48 * time.Hour)
	if n := len(s.waiting()); n != 4 {
		t.Errorf("%d leads wait, want 4", n)
	}
}

func TestWrongForBrowser(t *testing.T) {
	s := newSite(t)
	a := s.post(browser, visitor(url.Values{"email": {`sam"><script>`}, "name": {""}, "days": {"tue"}, "message": {"\r\nSee </textarea>"},
		"consent": nil, "_id": {uuid}, "_query": {"utm_term=\"x\""}}))
	if a.status != 422 {
		t.Fatalf("status %d", a.status)
	}
	for _, want := range []string{
		`<main><div class="summary" role="alert" tabindex="-1"><p class="summary-title">Not sent yet: please look at these answers again</p>` +
			`<ul><li><a href="#contact-name">Enter an answer for “Your name”.</a></li>` +
			`<li><a href="#contact-email">Enter an e-mail address like name@example.com.</a></li>` +
			`<li><a href="#contact-consent">Tick the box to agree, so that we may keep your answers.</a></li></ul></div>`,
		`<input type="hidden" name="_id" value="` + uuid + `">`,
		`<input type="hidden" name="_query" value="utm_term=&#34;x&#34;">`,
		`<input id="contact-name" name="name" value="" aria-invalid="true"><p id="contact-name-error">Enter an answer for “Your name”.</p>`,
		`<input id="contact-email" name="email" value="sam&#34;&gt;&lt;script&gt;" aria-invalid="true"><p id="contact-email-error">Enter`,
		`<input id="contact-note" name="note" value=""><p id="contact-note-error" hidden></p>`,
		`<option value="1-9">1-9</option><option value="50+" selected>`,
		`value="mon"><input id="contact-days-2" name="days" value="tue" checked>`,
		"name=\"message\">\n\nSee &lt;/textarea&gt;</textarea>",
		`name="consent" value="yes"><p id="contact-consent-error">Tick`,
	} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if t.Failed() {
		t.Log(a.body)
	}
	if n := len(s.waiting()); n != 0 || s.accepted != nil {
		t.Errorf("something wrong was stored: %d", n)
	}
}

func TestWrongForProgram(t *testing.T) {
	s := newSite(t)
	a := s.post(program, visitor(url.Values{"email": {"sam"}, "message": nil, "note": {"a", "b"}}))
	want := `{"errors":{"email":"Enter an e-mail address like name@example.com.","note":"Give one answer for “Note”, not several."}}` + "\n"
	if a.status != 422 || a.body != want || !strings.HasPrefix(a.header.Get("Content-Type"), "application/json") {
		t.Errorf("got %d %s", a.status, a.body)
	}
}

func TestLanguage(t *testing.T) {
	s := newSite(t)
	wrong := s.post(browser, visitor(url.Values{"_lang": {"de"}, "email": {"sam"}}))
	for _, want := range []string{"Noch nicht gesendet", "Bitte eine E-Mail-Adresse wie name@example.com."} {
		if !strings.Contains(wrong.body, want) {
			t.Errorf("the German page lacks %q", want)
		}
	}
	if right := s.post(browser, visitor(url.Values{"_lang": {"de"}})); right.header.Get("Location") != "/de/danke/" {
		t.Errorf("the German form leads to %s", right.header.Get("Location"))
	}
	if unknown := s.post(browser, visitor(url.Values{"_lang": {"../fr"}})); unknown.header.Get("Location") != "/thanks/?ok=1#top" {
		t.Errorf("an unknown language leads to %s", unknown.header.Get("Location"))
	}
}

// A page of an older build may lack fields and consent, and have others. No buyer is lost to that.
func TestOlderPage(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	old := url.Values{"_schema": {"00000000"}, "email": {"sam@example.com"}, "team": {"500+"}, "budget": {"a lot"}}
	l := s.lead(s.id(s.post(program, old)))
	if l.Fields["team"].Text != "500+" || l.Extra["budget"] != "a lot" || l.Consent != nil || l.Spam.Score != 0 {
		t.Errorf("kept as %+v", l)
	}
	old.Set("consent", "yes")
	l = s.lead(s.id(s.post(program, old)))
	if diff := cmp.Diff(&lead.Consent{Version: "schema 00000000", At: start}, l.Consent); diff != "" {
		t.Errorf("a consent to words that are not known any more:\n%s", diff)
	}
	today := visitor(url.Values{"_schema": {s.bundle.Form("contact", "en").Schema}, "name": nil})
	if a := s.post(program, today); a.status != 422 {
		t.Errorf("today's page without a required field: %d", a.status)
	}
}

// A submission that answers nothing is no lead, whatever page it claims to come from.
func TestEmpty(t *testing.T) {
	s := newSite(t)
	nothing := url.Values{"_schema": {"00000000"}, "note": {" "}, "days": {""}, "junk": {"x"}}
	want := `{"errors":{"consent":"Tick the box to agree, so that we may keep your answers.",` +
		`"email":"Enter an answer for “Work e-mail”.","name":"Enter an answer for “Your name”."}}` + "\n"
	if a := s.post(program, nothing); a.status != 422 || a.body != want {
		t.Errorf("of an older page: %d %s", a.status, a.body)
	}
	contact := s.bundle.Forms["contact"]["en"]
	contact.Fields = contact.Fields[2:]
	contact.Consent = nil
	for _, nothing := range []url.Values{{}, {"_schema": {"00000000"}}} {
		if a := s.post(program, nothing); a.status != 422 || a.body != `{"errors":{"team":"Enter an answer for “Team size”."}}`+"\n" {
			t.Errorf("of a form that requires nothing: %d %s", a.status, a.body)
		}
	}
	if a := s.post(browser, nothing); a.status != 422 || len(s.waiting()) != 0 {
		t.Errorf("a browser is answered %d, %d leads wait", a.status, len(s.waiting()))
	}
}

func TestRedirectStaysOnTheSite(t *testing.T) {
	s := newSite(t)
	s.handler.Unlimited = true
	for path, want := range map[string]string{
		"https://evil.example/": "/", "//evil.example/": "/", "/über-uns/": "/%C3%BCber-uns/", "/a b/\r\nX: y": "/",
	} {
		s.bundle.Forms["contact"]["en"].Success = path
		a := s.post(browser, visitor(url.Values{"_success": {"https://evil.example/"}, "success": {"https://evil.example/"}}))
		if a.status != 303 || a.header.Get("Location") != want || a.header.Get("X") != "" {
			t.Errorf("%q: %d to %q", path, a.status, a.header.Get("Location"))
		}
	}
}

// Whoever closes the page after the press has still sent the form.
func TestVisitorGoesAway(t *testing.T) {
	s := newSite(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	contentType, body := urlencoded(t, visitor(nil))
	req := httptest.NewRequest("POST", "/api/forms/contact", body).WithContext(ctx)
	req.Header.Set("Content-Type", contentType)
	rec := httptest.NewRecorder()
	s.handler.ServeHTTP(rec, req)
	if rec.Code != 303 || len(s.waiting()) != 1 {
		t.Errorf("answered %d, %d leads stored", rec.Code, len(s.waiting()))
	}
}
