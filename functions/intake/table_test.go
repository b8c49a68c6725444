package intake_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// downStore is a store that is down: nothing that it is asked for comes back.
type downStore struct{ lead.Store }

var errDown = errors.New("the store is down")

func (downStore) Put(context.Context, lead.Lead) (lead.Lead, bool, error) {
	return lead.Lead{}, false, errDown
}

// caseOf is a line of the table of answers in this package's comment.
type caseOf struct {
	name     string
	prepare  func(s *site)
	values   url.Values
	browser  int
	program  int
	keepsAll bool   // a browser gets its input back
	says     string // what a program reads in the error
}

func table() []caseOf {
	return []caseOf{
		{"accepted", nil, visitor(nil), 303, 200, false, ""},
		{"the same again", func(s *site) { s.post(program, visitor(nil)) }, visitor(nil), 303, 200, false, ""},
		{"spam", nil, visitor(url.Values{"contact_website": {"x"}}), 303, 200, false, ""},
		{"in German", nil, visitor(url.Values{"_lang": {"de"}}), 303, 200, false, ""},
		{"of another schema", nil, visitor(url.Values{"_schema": {"0"}, "name": nil}), 303, 200, false, ""},
		{"with fields of nobody", nil, visitor(url.Values{"a": {"b"}, "__proto__": {"c"}}), 303, 200, false, ""},
		{"a wrong field", nil, visitor(url.Values{"email": {"sam"}}), 422, 422, true, "email"},
		{"a field missing", nil, visitor(url.Values{"name": nil}), 422, 422, true, "name"},
		{"no consent", nil, visitor(url.Values{"consent": nil}), 422, 422, true, "consent"},
		{"two scalars of one name", nil, visitor(url.Values{"note": {"a", "b"}}), 422, 422, true, "note"},
		{"10,001 runes", nil, visitor(url.Values{"note": {strings.Repeat("ü", form.MaxRunes+1)}}), 422, 422, true, "note"},
		{"NUL in an address", nil, visitor(url.Values{"email": {"sam\x00@example.com"}}), 422, 422, true, "email"},
		{"too many", func(s *site) { s.bundle.Limits.Submissions = 1; s.post(program, visitor(url.Values{"note": {"1"}})) },
			visitor(nil), 429, 429, true, "Many messages"},
		{"store down, spool holds", func(s *site) { s.withSpool(); s.handler.Store = downStore{s.store} }, visitor(nil), 303, 200, false, ""},
		{"store and spool down", func(s *site) { s.handler.Spool = noSpool{}; s.handler.Store = downStore{s.store} },
			visitor(nil), 503, 503, true, "hello@example.com"},
	}
}

// TestTable sends every case of the table through every door, in every kind of body, to both kinds of clients.
func TestTable(t *testing.T) {
	for _, c := range table() {
		for _, enc := range encodings() {
			t.Run(c.name+"/"+enc.name, func(t *testing.T) {
				throughDoors(t, func(t *testing.T, s *site) {
					if c.prepare != nil {
						c.prepare(s)
					}
					contentType, body := enc.encode(t, c.values)
					checkBrowser(t, c, s.do("POST", "/api/forms/contact", browser, contentType, body))
					contentType, body = enc.encode(t, c.values)
					checkProgram(t, c, s.do("POST", "/api/forms/contact", program, contentType, body))
				})
			})
		}
	}
}

func checkBrowser(t *testing.T, c caseOf, a answer) {
	t.Helper()
	if a.status != c.browser || len(a.header.Get("X-Request-Id")) != 16 {
		t.Errorf("a browser is answered %d, want %d: %s", a.status, c.browser, a.body)
	}
	if location := a.header.Get("Location"); (location != "") != (c.browser == 303) {
		t.Errorf("a browser is sent to %q", location)
	}
	if retry := a.header.Get("Retry-After"); (retry != "") != (c.browser == 429) {
		t.Errorf("a browser may come back after %q", retry)
	}
	if c.keepsAll && !strings.Contains(a.body, `name="message">Hello</textarea>`) {
		t.Errorf("the message is not kept: %s", a.body)
	}
}

func checkProgram(t *testing.T, c caseOf, a answer) {
	t.Helper()
	var body struct {
		ID     string
		Error  string
		Errors map[string]string
	}
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != c.program {
		t.Errorf("a program is answered %d %s, %v; want %d", a.status, a.body, err, c.program)
	}
	switch c.program {
	case 200:
		if !lead.ValidID(body.ID) {
			t.Errorf("the id is %q", body.ID)
		}
	case 422:
		if body.Errors[c.says] == "" || len(body.Errors) != 1 {
			t.Errorf("the errors are %v", body.Errors)
		}
	default:
		if !strings.Contains(body.Error, c.says) {
			t.Errorf("the error is %q", body.Error)
		}
	}
}

// Text that is not valid UTF-8 is never stored as it is, by whatever way it comes; in other fields it is an error.
func TestInvalidUTF8(t *testing.T) {
	throughDoors(t, func(t *testing.T, s *site) {
		s.handler.Unlimited = true
		for _, enc := range []encoding{encodings()[0], encodings()[1]} {
			contentType, body := enc.encode(t, visitor(url.Values{"message": {"a\xff\xc0\x80b"}}))
			l := s.lead(s.id(s.do("POST", "/api/forms/contact", program, contentType, body)))
			if got := l.Fields["message"].Text; got != "a\uFFFDb" && got != "a\uFFFD\uFFFD\uFFFDb" {
				t.Errorf("%s: stored as %q", enc.name, got)
			}
			contentType, body = enc.encode(t, visitor(url.Values{"email": {"sam\xff@example.com"}}))
			if a := s.do("POST", "/api/forms/contact", program, contentType, body); a.status != 422 {
				t.Errorf("%s: an address is answered %d", enc.name, a.status)
			}
		}
		raw := `{"name":"Sam","email":"sam@example.com","consent":"yes","message":"a` + "\xff" + `b"}`
		l := s.lead(s.id(s.do("POST", "/api/forms/contact", program, "application/json", strings.NewReader(raw))))
		if got := l.Fields["message"].Text; got != "a\uFFFDb" {
			t.Errorf("json: stored as %q", got)
		}
	})
}
