package desk_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/desk"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/store/sqlite"
)

// office is a desk on a real store, behind a real server, with a clock that the test moves.
type office struct {
	*testing.T
	url    string // of the server, without a slash at the end
	bundle *bundle.Bundle
	keys   lead.Keys
	store  *sqlite.Store
	file   string // of the store
	log    *buffer
	mu     sync.Mutex
	at     time.Time

	referrers []string // of all requests
}

// monday is 10:15:04 in Berlin.
var monday = time.Date(2026, 11, 23, 9, 15, 4, 0, time.UTC)

const (
	sales = "sales@example.com"
	ines  = "ines@example.com"
)

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, bundle: testBundle(), keys: testKeys(t, 1), file: filepath.Join(t.TempDir(), "leads.db"), log: &buffer{}, at: monday}
	var err error
	o.store, err = sqlite.Open(t.Context(), o.file, o.now)
	o.ok(err)
	t.Cleanup(func() { o.store.Close() })
	o.url = o.serve(o.store)
	return o
}

// serve starts a desk on a store and gives its address.
func (o *office) serve(store lead.Store) string {
	o.Helper()
	handler, err := desk.New(desk.Options{Store: store, Bundle: func() *bundle.Bundle { return o.bundle }, Keys: o.keys, Now: o.now,
		Random: rand.Reader, Log: slog.New(slog.NewJSONHandler(o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	o.ok(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.referrers = append(o.referrers, r.Referer())
		o.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	o.Cleanup(server.Close)
	return server.URL
}

func testKeys(t *testing.T, secret byte) lead.Keys {
	t.Helper()
	keys, err := lead.NewKeys(bytes.Repeat([]byte{secret}, lead.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func testBundle() *bundle.Bundle {
	contact := &bundle.Form{Form: form.Form{
		Name: "contact", Lang: "en", Title: "Talk to us", Notify: []string{sales, ines},
		Fields: []form.Field{
			{Name: "name", Label: "Your name", Type: form.Text, Autocomplete: "name"},
			{Name: "email", Label: "Work e-mail", Type: form.Email, Autocomplete: "email"},
			{Name: "team", Label: "Team size", Type: form.Select, Options: []form.Option{{Value: "50+", Label: "Fifty or more"}}},
			{Name: "message", Label: "How can we help?", Type: form.Textarea},
		},
	}}
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example Ltd", BaseURL: "https://www.example.com/", Zone: "Europe/Berlin", Langs: []string{"en", "de"},
		Forms:   map[string]map[string]*bundle.Form{"contact": {"en": contact}},
		People:  []bundle.Person{{Email: sales, Name: "Marta Lindholm"}, {Email: "jonas@example.com"}},
		Reasons: []string{"no budget", "too far away"},
		Brand:   bundle.Brand{Name: "Example Ltd", Accent: "#1d4d6b"},
	}
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) now() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.at
}

func (o *office) pass(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.at = o.at.Add(d)
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

// id is easy to tell from others: a letter, 26 times.
func id(letter string) string { return strings.Repeat(letter, 26) }

// sam stores the lead of the design's example.
func (o *office) sam(change func(*lead.Lead)) lead.Lead {
	o.Helper()
	l := lead.Lead{
		ID: id("h"), Form: "contact", Email: "sam@example.com", Lang: "en", Page: "/pricing/", Owner: sales, DueAt: monday.Add(time.Hour),
		Fields: form.Values{"name": {Text: "Sam Visitor"}, "email": {Text: "sam@example.com"}, "team": {Text: "50+"}, "message": {Text: "Hello\nthere"}},
		Source: lead.Source{Campaign: "spring"}, Score: lead.Score{Points: 50, Qualified: true, Reasons: []string{"team is 50+: +30"}},
	}
	if change != nil {
		change(&l)
	}
	stored, _, err := o.store.Put(o.Context(), l.Received(o.now()))
	o.ok(err)
	return stored
}

// link is the path of a link that was mailed now.
func (o *office) link(keys lead.Keys, l lead.Link) string {
	o.Helper()
	if l.Lead == "" {
		l.Lead = id("h")
	}
	if l.Recipient == "" {
		l.Recipient = sales
	}
	if l.Actions == nil {
		l.Actions = lead.Actions()
	}
	if l.Expires.IsZero() {
		l.Expires = o.now().Add(lead.LinkLife)
	}
	token, err := keys.NewLink(l)
	o.ok(err)
	return lead.LinkPath(token)
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do sends one request, with headers as "Name: value", and follows no redirect.
func (o *office) do(method, path, body string, headers ...string) answer {
	o.Helper()
	req, err := http.NewRequestWithContext(o.Context(), method, o.url+path, strings.NewReader(body))
	o.ok(err)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	o.ok(err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	o.ok(err)
	return answer{res.StatusCode, res.Header, string(data)}
}

func (o *office) get(path string) answer {
	o.Helper()
	return o.do(http.MethodGet, path, "")
}

// pressOf is the press that the page at a path carries.
func (o *office) pressOf(path string) string {
	o.Helper()
	page := o.get(path)
	found := regexp.MustCompile(`name="press" value="([^"]+)"`).FindStringSubmatch(page.body)
	if found == nil {
		o.Fatalf("%s has no press (%d):\n%s", path, page.status, page.body)
	}
	return found[1]
}

// press loads the page and sends one of its forms, as a browser does.
func (o *office) press(path string, fields ...string) answer {
	o.Helper()
	return o.do(http.MethodPost, path, values(append(fields, "press", o.pressOf(path))...), "Sec-Fetch-Site: same-origin", "Origin: "+o.url)
}

// values are names and values as a form sends them.
func values(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// lead is a lead as the store has it.
func (o *office) lead() lead.Lead {
	o.Helper()
	l, err := o.store.Get(o.Context(), id("h"))
	o.ok(err)
	return l
}

// refused checks that a request was answered with a plain page that shows nothing of the lead, and changed nothing.
func (o *office) refused(what string, a answer, status int, words string) {
	o.Helper()
	if a.status != status || !strings.Contains(a.body, words) {
		o.Errorf("%s: answered %d, want %d with %q:\n%s", what, a.status, status, words, a.body)
	}
	for _, secret := range []string{"Sam Visitor", "sam@example.com", "<form", "<button", "/pricing/"} {
		if strings.Contains(a.body, secret) {
			o.Errorf("%s: the page shows %q", what, secret)
		}
	}
	o.guarded(what, a)
}

// guarded checks the headers that every page has.
func (o *office) guarded(what string, a answer) {
	o.Helper()
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow",
		"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY"} {
		if got := a.header.Get(name); got != want {
			o.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	policy := regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$`)
	if got := a.header.Get("Content-Security-Policy"); !policy.MatchString(got) {
		o.Errorf("%s: the policy is %q", what, got)
	}
	if len(a.header.Get("X-Request-Id")) != 16 || len(a.header.Values("Set-Cookie")) > 0 {
		o.Errorf("%s: headers %v", what, a.header)
	}
}
