package mail

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func example() Message {
	return Message{
		From: "leads@example.com", FromName: "Example Ltd website", To: "sales@example.com", ReplyTo: "sam@example.com",
		Subject: "New lead: Sam Visitor (contact, qualified)",
		Text:    "Answer by 11:15.\n\nYour name     Sam Visitor\n", HTML: "<p>Answer by 11:15.</p>\n",
		ID: "lead-h5k2.1@example.com", References: "lead-h5k2@example.com",
		Date: time.Date(2026, 11, 22, 9, 15, 5, 0, time.UTC),
	}
}

func mustMIME(t *testing.T, m Message) []byte {
	t.Helper()
	data, err := m.MIME()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestMIMEIsWhatTheDesignDraws(t *testing.T) {
	want := strings.Join([]string{
		`Auto-Submitted: auto-generated`,
		`Date: Sun, 22 Nov 2026 09:15:05 +0000`,
		`From: "Example Ltd website" <leads@example.com>`,
		`MIME-Version: 1.0`,
		`Message-ID: <lead-h5k2.1@example.com>`,
		`References: <lead-h5k2@example.com>`,
		`Reply-To: sam@example.com`,
		`Subject: New lead: Sam Visitor (contact, qualified)`,
		`To: sales@example.com`,
		`X-Auto-Response-Suppress: All`,
		`Content-Type: multipart/alternative;`,
	}, "\r\n")
	if got := string(mustMIME(t, example())); !strings.HasPrefix(got, want) {
		t.Errorf("headers:\n%s\nwant:\n%s", got[:len(want)], want)
	}
}

func TestMIMEGivesTheSameBytes(t *testing.T) {
	if !bytes.Equal(mustMIME(t, example()), mustMIME(t, example())) {
		t.Error("the same message gave other bytes")
	}
}

func TestReadGivesBackWhatMIMEWrote(t *testing.T) {
	m := example()
	m.Subject = "Neue Anfrage: Jürgen Größe, mit einem sehr langen Namen, der über mehrere Zeilen der Kopfzeile reicht"
	m.FromName = `Müller "the first" & Söhne, Website`
	got, err := Read(mustMIME(t, m))
	if err != nil {
		t.Fatal(err)
	}
	want := Received{From: m.FromName + " <leads@example.com>", To: m.To, ReplyTo: m.ReplyTo, Subject: m.Subject,
		Text: m.Text, HTML: m.HTML, Date: m.Date}
	header := got.Header
	got.Header, got.Date = nil, got.Date.UTC()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if header["References"] != "<"+m.References+">" || header["Message-Id"] != "<"+m.ID+">" {
		t.Errorf("ids: %v", header)
	}
}

func TestMIMEWithoutHTMLIsOnePart(t *testing.T) {
	m := example()
	m.HTML = ""
	got, err := Read(mustMIME(t, m))
	if err != nil || got.Text != m.Text || got.HTML != "" {
		t.Errorf("read back %+v, %v", got, err)
	}
}

func TestMIMERefusesControlCharactersInHeaders(t *testing.T) {
	fields := map[string]func(*Message) *string{
		"From": func(m *Message) *string { return &m.From }, "FromName": func(m *Message) *string { return &m.FromName },
		"To": func(m *Message) *string { return &m.To }, "ReplyTo": func(m *Message) *string { return &m.ReplyTo },
		"Subject": func(m *Message) *string { return &m.Subject }, "ID": func(m *Message) *string { return &m.ID },
		"References": func(m *Message) *string { return &m.References },
	}
	for name, field := range fields {
		for _, bad := range []string{"\r\nBcc: victim@example.org", "\nX: y", "\r", "\x00", "\u0085"} {
			m := example()
			*field(&m) += bad
			if data, err := m.MIME(); !errors.Is(err, ErrRefused) {
				t.Errorf("%s with %q: error %v, mail %q", name, bad, err, data)
			}
		}
	}
}

func TestMIMERefusesAddressesThatAreNone(t *testing.T) {
	for _, bad := range []string{"", "sales", "a@example.com, b@example.com", "Sales <sales@example.com>", "sälés@example.com",
		strings.Repeat("a", 250) + "@example.com"} {
		m := example()
		m.To = bad
		if _, err := m.MIME(); !errors.Is(err, ErrRefused) {
			t.Errorf("To %q: error %v", bad, err)
		}
		if _, err := m.MIME(); err != nil && bad != "" && strings.Contains(err.Error(), bad) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
}

func TestReplyTo(t *testing.T) {
	for in, want := range map[string]string{
		"sam@example.com":         "sam@example.com",
		"":                        "",
		"sämi@example.com":        "", // most servers would refuse it
		"sam@müller.example":      "sam@xn--mller-kva.example",
		"not an address":          "",
		"Sam <sam@example.com>":   "",
		`"sam visitor"@a.example`: `"sam visitor"@a.example`,
		"a@b.example, c@d.exampl": "",
	} {
		m := example()
		m.ReplyTo = in
		got, err := Read(mustMIME(t, m))
		if err != nil || got.ReplyTo != want {
			t.Errorf("ReplyTo %q became %q, want %q (%v)", in, got.ReplyTo, want, err)
		}
	}
}

func TestHostileVectorsStayText(t *testing.T) {
	data, err := os.ReadFile("testdata/hostile.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []string
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		m := example()
		m.Text, m.HTML = c, c
		got, err := Read(mustMIME(t, m))
		if want := lineEnds(c); err != nil || got.Text != want || got.HTML != want || got.Subject != m.Subject {
			t.Errorf("%q came back as %+v, %v", c, got, err)
		}
	}
}

func TestAHeaderNeverEndsEarly(t *testing.T) {
	long := strings.Repeat("a", 71)
	for _, subject := range []string{
		long + "  " + strings.Repeat("b", 80), long + "     " + long, strings.Repeat("c", 5000), strings.Repeat("d ", 3000),
		"   ", " leading", "trailing ", "=?utf-8?q?a=0D=0ABcc:=20x?=", strings.Repeat("ü", 500), "",
	} {
		m := example()
		m.Subject = subject
		checkLines(t, mustMIME(t, m))
		if got, err := Read(mustMIME(t, m)); err != nil || got.Subject != subject || got.Text != m.Text {
			t.Errorf("subject %q came back as %q, text %q (%v)", subject, got.Subject, got.Text, err)
		}
	}
}
