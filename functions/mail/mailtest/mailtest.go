// Package mailtest is the contract of mail.Sender as tests: one call per adapter.
//
// It knows what a Sender promises, and nothing of how any of them keeps it.
package mailtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/mail"
)

// Open returns a sender that has sent nothing, and a function that gives the MIME form of every mail that arrived
// through it so far, in any order. It may use t for its clean-up.
type Open func(t *testing.T) (sender mail.Sender, received func() [][]byte)

// Run holds a sender to its contract. Mails go from leads@example.com to addresses at example.com, which must exist.
func Run(t *testing.T, open Open) {
	tests := []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"a mail arrives once and whole", arrives},
		{"the text part alone is enough", textOnly},
		{"awkward text arrives unchanged", awkward},
		{"a receipt names each mail", receipts},
		{"the same message twice is two mails", twice},
		{"what no header may hold is refused for good", refuses},
		{"a cancelled context sends nothing", cancelled},
		{"many goroutines send at once", atOnce},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, open) })
	}
}

// message is a usual mail to sales.
func message() mail.Message {
	return mail.Message{
		From: "leads@example.com", FromName: "Example Ltd website", To: "sales@example.com", ReplyTo: "sam@example.com",
		Subject: "New lead: Sam Visitor (contact, qualified)",
		Text:    "Answer by 11:15.\n\nYour name     Sam Visitor\n", HTML: "<!doctype html><p>Answer by 11:15.</p>\n",
		ID: "lead-h5k2.1@example.com", References: "lead-h5k2@example.com",
		Date: time.Date(2026, 11, 22, 9, 15, 5, 0, time.UTC),
		Tags: map[string]string{"lead": "h5k2", "notification": "lead-0a1b"},
	}
}

// send sends m and fails the test when that is an error.
func send(t *testing.T, s mail.Sender, m mail.Message) mail.Receipt {
	t.Helper()
	receipt, err := s.Send(t.Context(), m)
	if err != nil {
		t.Fatalf("sending: %v", err)
	}
	return receipt
}

// read parses everything that arrived, sorted by text.
func read(t *testing.T, received func() [][]byte) []mail.Received {
	t.Helper()
	var all []mail.Received
	for _, data := range received() {
		r, err := mail.Read(data)
		if err != nil {
			t.Fatalf("reading what arrived: %v\n%s", err, data)
		}
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b mail.Received) int { return strings.Compare(a.Text, b.Text) })
	return all
}

// one is read for exactly one mail.
func one(t *testing.T, received func() [][]byte) mail.Received {
	t.Helper()
	all := read(t, received)
	if len(all) != 1 {
		t.Fatalf("%d mails arrived, want 1", len(all))
	}
	return all[0]
}

func arrives(t *testing.T, open Open) {
	s, received := open(t)
	m := message()
	send(t, s, m)
	got := one(t, received)
	want := map[string]string{
		"From": `"Example Ltd website" <leads@example.com>`, "To": m.To, "Reply-To": m.ReplyTo, "Subject": m.Subject,
		"References": "<" + m.References + ">", "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
	}
	for name, value := range want { // a service may add headers, and replace the Message-ID
		if got.Header[name] != value {
			t.Errorf("%s: %q, want %q", name, got.Header[name], value)
		}
	}
	if got.Text != m.Text || got.HTML != m.HTML {
		t.Errorf("parts: %q and %q", got.Text, got.HTML)
	}
	if !got.Date.Equal(m.Date) {
		t.Errorf("date %v, want %v", got.Date, m.Date)
	}
}

func textOnly(t *testing.T, open Open) {
	s, received := open(t)
	m := message()
	m.HTML, m.ReplyTo, m.References, m.Tags = "", "", "", nil
	send(t, s, m)
	got := one(t, received)
	if got.Text != m.Text || got.HTML != "" || got.ReplyTo != "" || got.Header["References"] != "" {
		t.Errorf("arrived as %+v", got)
	}
}

func awkward(t *testing.T, open Open) {
	s, received := open(t)
	m := message()
	m.Subject = "Größe, 你好,  =?utf-8?q?x?= " + strings.Repeat("long ", 60) + "end"
	m.Text = strings.Join([]string{".", "..", "From me", "--", "=3D", "trailing ", "\ttab", "", "<script>alert(1)</script>",
		"a\u2028b \u202e c", strings.Repeat("x", 3000), strings.Repeat("ü", 1200), "", "."}, "\n") + "\n"
	m.HTML = "<p>" + m.Text + "</p>"
	send(t, s, m)
	got := one(t, received)
	if diff := cmp.Diff([]string{m.Subject, m.Text, m.HTML}, []string{got.Subject, got.Text, got.HTML}); diff != "" {
		t.Error(diff)
	}
}

func receipts(t *testing.T, open Open) {
	s, _ := open(t)
	a, b := message(), message()
	b.ID = "lead-h5k2.2@example.com"
	first, second := send(t, s, a).MessageID, send(t, s, b).MessageID
	if first == "" || second == "" || first == second {
		t.Errorf("message ids %q and %q", first, second)
	}
}

func twice(t *testing.T, open Open) {
	s, received := open(t)
	send(t, s, message())
	send(t, s, message())
	if n := len(received()); n != 2 {
		t.Errorf("%d mails arrived, want 2", n)
	}
}

func refuses(t *testing.T, open Open) {
	s, received := open(t)
	for name, spoil := range map[string]func(*mail.Message){
		"CR LF in the subject":   func(m *mail.Message) { m.Subject += "\r\nBcc: victim@example.org" },
		"LF in the recipient":    func(m *mail.Message) { m.To += "\nBcc: victim@example.org" },
		"CR in the name":         func(m *mail.Message) { m.FromName += "\r" },
		"LF in the reply":        func(m *mail.Message) { m.ReplyTo += "\n" },
		"no recipient":           func(m *mail.Message) { m.To = "" },
		"two recipients":         func(m *mail.Message) { m.To += ", other@example.com" },
		"an angle bracket in ID": func(m *mail.Message) { m.ID = "a>b@example.com" },
	} {
		m := message()
		spoil(&m)
		if _, err := s.Send(t.Context(), m); !errors.Is(err, mail.ErrRefused) {
			t.Errorf("%s: error %v, want one that wraps ErrRefused", name, err)
		}
	}
	if n := len(received()); n != 0 {
		t.Errorf("%d mails arrived, want none", n)
	}
}

func cancelled(t *testing.T, open Open) {
	s, received := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Send(ctx, message()); !errors.Is(err, context.Canceled) || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want the context's own", err)
	}
	if n := len(received()); n != 0 {
		t.Errorf("%d mails arrived, want none", n)
	}
	send(t, s, message()) // and the sender is as good as before
}

func atOnce(t *testing.T, open Open) {
	const n = 20
	s, received := open(t)
	var all sync.WaitGroup
	var want []string
	for i := range n {
		m := message()
		m.ID, m.Text = fmt.Sprintf("lead-%02d.1@example.com", i), fmt.Sprintf("lead %02d\n", i)
		want = append(want, m.Text)
		all.Go(func() {
			if _, err := s.Send(t.Context(), m); err != nil {
				t.Errorf("sending %s: %v", m.ID, err)
			}
		})
	}
	all.Wait()
	var got []string
	for _, r := range read(t, received) {
		got = append(got, r.Text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
