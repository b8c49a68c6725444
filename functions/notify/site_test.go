package notify_test

import (
	"bytes"
	"cmp"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/mail/outbox"
	"leadsite/functions/notify"
	"leadsite/functions/store/sqlite"
)

// office is a site's notifier over a real store and a real outbox, with a clock that the test moves.
type office struct {
	*testing.T
	*notify.Notifier
	clock  *clock
	bundle *bundle.Bundle
	store  *sqlite.Store
	outbox *outbox.Outbox
	folder string // of the outbox
	log    *buffer
}

// monday is a working day in Berlin, where it is an hour later: 10:15:04.
var monday = time.Date(2026, 11, 23, 9, 15, 4, 0, time.UTC)

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{T: t, clock: &clock{at: monday}, bundle: testBundle(t), folder: filepath.Join(t.TempDir(), "outbox"), log: &buffer{}}
	var err error
	if o.store, err = sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "leads.db"), o.clock.now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.store.Close() })
	if o.outbox, err = outbox.Open(o.folder, o.clock.now); err != nil {
		t.Fatal(err)
	}
	o.Notifier = o.another(o.store, o.outbox)
	return o
}

// another is a further notifier on the same site, such as another process would have.
func (o *office) another(store lead.Store, sender mail.Sender) *notify.Notifier {
	return &notify.Notifier{Store: store, Sender: sender, Keys: testKeys(o.T), Bundle: func() *bundle.Bundle { return o.bundle }, Now: o.clock.now,
		Log: slog.New(slog.NewJSONHandler(o.log, nil)), Workers: 1}
}

// testKeys are the keys of a secret that is always the same.
func testKeys(t *testing.T) lead.Keys {
	t.Helper()
	keys, err := lead.NewKeys(bytes.Repeat([]byte{1}, lead.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// patient is an office whose form promises nothing, so that nobody is reminded of anything.
func patient(t *testing.T) *office {
	o := newOffice(t)
	o.bundle.Forms["contact"]["en"].RespondWithin = 0
	return o
}

// clock stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
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

// testBundle is the site of the design's example, with the theme's own mail.
func testBundle(t *testing.T) *bundle.Bundle {
	t.Helper()
	contact := &bundle.Form{Form: form.Form{
		Name: "contact", Lang: "en", Title: "Talk to us", Notify: []string{"sales@example.com"},
		Fields: []form.Field{
			{Name: "name", Label: "Your name", Type: form.Text, Autocomplete: "name"},
			{Name: "email", Label: "Work e-mail", Type: form.Email, Autocomplete: "email"},
			{Name: "team", Label: "Team size", Type: form.Select, Options: []form.Option{{Value: "1-9", Label: "One to nine"}, {Value: "50+", Label: "50+"}}},
			{Name: "days", Label: "Days", Type: form.Checkboxes, Options: []form.Option{{Value: "mon", Label: "Monday"}, {Value: "tue", Label: "Tuesday"}}},
			{Name: "call", Label: "Please call me", Type: form.Checkbox},
			{Name: "message", Label: "How can we help?", Type: form.Textarea},
		},
		Score: form.Score{Qualified: 50, Rules: []form.Rule{
			{Condition: form.Condition{When: "team", Is: "50+"}, Add: 30},
			{Condition: form.Condition{When: "page", Starts: "/pricing/"}, Add: 20},
		}},
		RespondWithin: form.Duration(time.Hour),
	}}
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example Ltd", BaseURL: "https://www.example.com/", Zone: "Europe/Berlin", Langs: []string{"en", "de"},
		Forms: map[string]map[string]*bundle.Form{"contact": {"en": contact}},
		Hours: map[string]string{"mon-fri": "09:00-17:00"}, Holidays: []string{"de"},
		Brand: bundle.Brand{Name: "Example Ltd", From: "leads@example.com", FromName: "Example Ltd website", Owner: "owner@example.com",
			Accent: "#1d4d6b", Ink: "#1c2227", Paper: "#fbfcfd", Tint: "#eaf0f4", Line: "#cfd8de"},
		Mail: map[string]bundle.MailTemplate{"lead": source(t, "lead"), "digest": source(t, "digest"), "confirmation": source(t, "confirmation")},
	}
}

// source reads the templates of a mail of the default theme.
func source(t *testing.T, kind string) bundle.MailTemplate {
	t.Helper()
	read := func(part string) string {
		data, err := os.ReadFile(filepath.Join("..", "..", "themes", "default", "mail", kind+"."+part+".tmpl"))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	return bundle.MailTemplate{Subject: read("subject"), Text: read("text"), HTML: read("html")}
}

// sam is the lead of the design's example, as intake would give it to the store.
func (o *office) sam(id string) lead.Lead {
	l := lead.Lead{
		ID: id, Form: "contact", Email: "sam@example.com", Lang: "en", Page: "/pricing/", Person: "sam",
		Fields: form.Values{"name": {Text: "Sam Visitor"}, "email": {Text: "sam@example.com"}, "team": {Text: "50+"}, "message": {Text: "Hello"}},
		Source: lead.Source{Campaign: "spring"},
		Score:  lead.Score{Points: 50, Qualified: true, Reasons: []string{"team is 50+: +30", "page starts with /pricing/: +20"}},
	}
	return l.Received(o.clock.now())
}

// id makes an id of a lead that is easy to tell from others: a letter, 26 times.
func id(letter string) string { return strings.Repeat(letter, 26) }

func (o *office) put(l lead.Lead) lead.Lead {
	o.Helper()
	stored, _, err := o.store.Put(o.Context(), l)
	o.ok(err)
	return stored
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) handle(id string) {
	o.Helper()
	o.ok(o.Handle(o.Context(), id))
}

func (o *office) sweep() int {
	o.Helper()
	count, err := o.Sweep(o.Context())
	o.ok(err)
	return count
}

// mails reads the outbox, oldest first.
func (o *office) mails() []mail.Received {
	o.Helper()
	names, err := o.outbox.Names()
	o.ok(err)
	var all []mail.Received
	for _, name := range slices.Backward(names) {
		data, err := o.outbox.Read(name)
		o.ok(err)
		r, err := mail.Read(data)
		o.ok(err)
		all = append(all, r)
	}
	return all
}

// mail reads the only mail of the outbox.
func (o *office) mail() mail.Received {
	o.Helper()
	all := o.mails()
	if len(all) != 1 {
		o.Fatalf("%d mails were sent, want 1\n%s", len(all), o.log)
	}
	return all[0]
}

// sent lists the mails as "RECIPIENT LEAD", oldest first.
func (o *office) sent() []string {
	o.Helper()
	var all []string
	for _, m := range o.mails() {
		_, rest, _ := strings.Cut(m.Header["References"], "<lead-")
		all = append(all, m.To+" "+rest[:1])
	}
	return all
}

func (o *office) same(what string, got, want []string) {
	o.Helper()
	if !slices.Equal(got, want) {
		o.Errorf("%s: %q, want %q\n%s", what, got, want, o.log)
	}
}

// get reads a lead as it is now.
func (o *office) get(id string) lead.Lead {
	o.Helper()
	l, err := o.store.Get(o.Context(), id)
	o.ok(err)
	return l
}

// history lists a lead's events of mails as "RECIPIENT STATE", by time; of one millisecond, by the alphabet.
func (o *office) history(id string) []string {
	o.Helper()
	events := o.get(id).Events
	slices.SortStableFunc(events, func(a, b lead.Event) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.To, b.To)) })
	var all []string
	for _, e := range events {
		if e.Kind == lead.EventMail {
			all = append(all, e.To+" "+e.State)
		}
	}
	return all
}

// notification reads what is known of a mail about a lead.
func (o *office) notification(lead_, to string) lead.Notification {
	o.Helper()
	n, err := o.store.Notification(o.Context(), lead.NotificationKey{Lead: lead_, Kind: lead.KindLead, Recipient: to})
	o.ok(err)
	return n
}

// notificationOf reads what is known of a notification of any kind.
func (o *office) notificationOf(lead_, kind, to string) lead.Notification {
	o.Helper()
	n, err := o.store.Notification(o.Context(), lead.NotificationKey{Lead: lead_, Kind: kind, Recipient: to})
	o.ok(err)
	return n
}

func formDuration(d time.Duration) form.Duration { return form.Duration(d) }

// berlinTime reads a time of the wall clock in Berlin.
func berlinTime(t *testing.T, s string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func textValue(s string) form.Value { return form.Value{Text: s} }
