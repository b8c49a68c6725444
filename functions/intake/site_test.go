package intake_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/intake"
	"leadsite/functions/lead"
	"leadsite/functions/store/sqlite"
)

// site is the handler behind a server, over a real store, with a clock that the test moves.
type site struct {
	t        testing.TB
	handler  *intake.Handler
	server   *httptest.Server
	store    *sqlite.Store
	bundle   *bundle.Bundle
	now      time.Time
	visitor  string // address of the client; "" when nobody knows it
	accepted []string
	log      *buffer
	door     string // how requests come in, see doors
}

// start is Sunday before noon, in the middle of a window of ten minutes.
var start = time.Date(2026, 11, 22, 9, 15, 4, 0, time.UTC)

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{t: t, now: start, visitor: "192.0.2.1", bundle: testBundle(), log: &buffer{}}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "leads.db"), func() time.Time { return s.now })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s.store = store
	s.handler = &intake.Handler{
		Bundle: func() *bundle.Bundle { return s.bundle }, Store: store, Keys: testKeys(t),
		Now: func() time.Time { return s.now }, Random: rand.Reader, Log: slog.New(slog.NewJSONHandler(s.log, nil)),
		ClientIP: func(*http.Request) (netip.Addr, bool) {
			addr, err := netip.ParseAddr(s.visitor)
			return addr, err == nil
		},
		Accepted: func(id string) { s.accepted = append(s.accepted, id) },
	}
	s.server = httptest.NewServer(s.handler)
	t.Cleanup(s.server.Close)
	s.server.Client().CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

func testKeys(t testing.TB) lead.Keys {
	keys, err := lead.NewKeys(bytes.Repeat([]byte{1}, lead.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// buffer is a log that is written and read at the same time.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   string
}

// Accept headers of the two kinds of clients.
const (
	browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	program = "application/json"
)

func (s *site) do(method, path, accept, contentType string, body io.Reader) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, s.server.URL+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return s.send(req)
}

func (s *site) send(req *http.Request) answer {
	s.t.Helper()
	if s.door != server {
		return s.sendEvent(req)
	}
	resp, err := s.server.Client().Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text)}
}

func (s *site) post(accept string, values url.Values) answer {
	s.t.Helper()
	return s.do("POST", "/api/forms/contact", accept, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
}

// encoding writes values as one of the three body types.
type encoding struct {
	name   string
	encode func(testing.TB, url.Values) (contentType string, body io.Reader)
}

func encodings() []encoding {
	return []encoding{{"urlencoded", urlencoded}, {"multipart", multiparted}, {"json", jsoned}}
}

func urlencoded(_ testing.TB, values url.Values) (string, io.Reader) {
	return "application/x-www-form-urlencoded; charset=UTF-8", strings.NewReader(values.Encode())
}

func multiparted(t testing.TB, values url.Values) (string, io.Reader) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, list := range values {
		for _, value := range list {
			if err := w.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &body
}

// jsoned writes single values as strings and others as lists.
func jsoned(t testing.TB, values url.Values) (string, io.Reader) {
	object := map[string]any{}
	for name, list := range values {
		object[name] = list
		if len(list) == 1 {
			object[name] = list[0]
		}
	}
	data, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return "application/json", bytes.NewReader(data)
}

// id reads the lead's id from a program's answer.
func (s *site) id(a answer) string {
	s.t.Helper()
	var body struct{ ID string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != 200 || !lead.ValidID(body.ID) {
		s.t.Fatalf("no id in %d %s", a.status, a.body)
	}
	return body.ID
}

func (s *site) lead(id string) lead.Lead {
	s.t.Helper()
	l, err := s.store.Get(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return l
}

// waiting lists what is due now, which a fresh lead is.
func (s *site) waiting() []lead.Due {
	s.t.Helper()
	due, err := s.store.Due(s.t.Context(), s.now, 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	return due
}

// visitor is a right submission with some values replaced; a nil list takes one away.
func visitor(changes url.Values) url.Values {
	v := url.Values{"name": {"Sam Visitor"}, "email": {"sam@example.com"}, "team": {"50+"}, "message": {"Hello"}, "consent": {"yes"}, "_page": {"/pricing/"}}
	for name, values := range changes {
		v[name] = values
		if values == nil {
			delete(v, name)
		}
	}
	return v
}

func testBundle() *bundle.Bundle {
	contact := &bundle.Form{Page: contactPage(), Form: form.Form{
		Name: "contact", Lang: "en", Title: "Talk to us", Success: "/thanks/?ok=1#top",
		Fields: []form.Field{
			{Name: "name", Label: "Your name", Type: form.Text, Required: true, Max: "100"},
			{Name: "email", Label: "Work e-mail", Type: form.Email, Required: true},
			{Name: "team", Label: "Team size", Type: form.Select, Options: []form.Option{{Value: "1-9", Label: "1-9"}, {Value: "50+", Label: "50+"}}},
			{Name: "days", Label: "Days", Type: form.Checkboxes, Options: []form.Option{{Value: "mon", Label: "Monday"}, {Value: "tue", Label: "Tuesday"}}},
			{Name: "note", Label: "Note", Type: form.Text},
			{Name: "message", Label: "How can we help?", Type: form.Textarea},
		},
		Consent: &form.Consent{Text: "Keep my words.", Required: true, Version: "2026-11-01"},
		Score: form.Score{Qualified: 50, Rules: []form.Rule{
			{Condition: form.Condition{When: "team", Is: "50+"}, Add: 30},
			{Condition: form.Condition{When: "page", Starts: "/pricing/"}, Add: 20},
		}},
	}}
	contact.Schema = contact.Form.Schema()
	german := *contact
	german.Lang, german.Success = "de", "/de/danke/"
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example", BaseURL: "https://www.example.com/", Langs: []string{"en", "de"},
		Forms:    map[string]map[string]*bundle.Form{"contact": {"en": contact, "de": &german}},
		Messages: map[string]form.Messages{"de": {"email": "Bitte eine E-Mail-Adresse wie name@example.com."}},
		Words:    map[string]map[string]string{"de": {"summary_title": "Noch nicht gesendet"}},
		Limits:   bundle.Limits{Submissions: 3, Mails: 20, Window: form.Duration(10 * time.Minute)},
		Brand:    bundle.Brand{Owner: "hello@example.com"},
		CSP:      "default-src 'none'; style-src 'self'",
	}
}

// contactPage is a 422 page with a slot of every kind.
func contactPage() []bundle.Chunk {
	slot := func(html string, kind bundle.SlotKind, field, value string) bundle.Chunk {
		return bundle.Chunk{HTML: html, Slot: bundle.Slot{Kind: kind, Field: field, Value: value}}
	}
	var page []bundle.Chunk
	page = append(page, slot("<!doctype html><title>Error</title><main>", bundle.SlotSummary, "", ""),
		slot(`<form method="post"><input type="hidden" name="_id" value="`, bundle.SlotValue, "_id", ""),
		slot(`"><input type="hidden" name="_query" value="`, bundle.SlotValue, "_query", ""),
		bundle.Chunk{HTML: `">`})
	for _, name := range []string{"name", "email", "note"} {
		page = append(page, slot(`<input id="contact-`+name+`" name="`+name+`" value="`, bundle.SlotValue, name, ""),
			slot(`"`, bundle.SlotInvalid, name, ""),
			slot(`><p id="contact-`+name+`-error"`, bundle.SlotHidden, name, ""),
			slot(`>`, bundle.SlotError, name, ""), bundle.Chunk{HTML: `</p>`})
	}
	page = append(page, slot(`<select name="team"><option value="1-9"`, bundle.SlotSelected, "team", "1-9"),
		slot(`>1-9</option><option value="50+"`, bundle.SlotSelected, "team", "50+"),
		slot(`>50+</option></select><input id="contact-days-1" name="days" value="mon"`, bundle.SlotChecked, "days", "mon"),
		slot(`><input id="contact-days-2" name="days" value="tue"`, bundle.SlotChecked, "days", "tue"),
		slot(`><textarea id="contact-message" name="message">`, bundle.SlotValue, "message", ""),
		slot(`</textarea><input id="contact-consent" name="consent" value="yes"`, bundle.SlotChecked, "consent", "yes"),
		slot(`><p id="contact-consent-error">`, bundle.SlotError, "consent", ""),
		bundle.Chunk{HTML: `</p></form></main>`})
	return page
}
