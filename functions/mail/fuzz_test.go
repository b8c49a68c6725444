package mail

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// headersOfOurs are all header names that MIME may write before the first blank line.
var headersOfOurs = []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version",
	"Message-ID", "References", "Reply-To", "Subject", "To", "X-Auto-Response-Suppress"}

// checkLines holds a mail against what must be true of all: CRLF alone ends a line, no line is over 998 bytes, and
// the head has no header but ours.
func checkLines(t *testing.T, data []byte) {
	t.Helper()
	for line := range bytes.SplitSeq(data, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("a line of %d bytes: %.100q", len(line), line)
		}
	}
	head, _, found := strings.Cut(string(data), "\r\n\r\n")
	if !found {
		t.Fatal("the head does not end")
	}
	for line := range strings.SplitSeq(head, "\r\n") {
		name, _, _ := strings.Cut(line, ":")
		if !strings.HasPrefix(line, " ") && !slices.Contains(headersOfOurs, name) {
			t.Errorf("a header that is not ours: %q", line)
		}
	}
}

// FuzzMIME: whatever the fields hold, either the message is refused as such, or none of them reaches a header line
// but its own, and subject, name and parts are read back as they were given.
func FuzzMIME(f *testing.F) {
	f.Add("Example", "leads@example.com", "sam@example.com", "New lead", "text\n", "<p>html", "a.1@example.com")
	f.Add("a\r\nb", "a@b", "x@y\nBcc: z@z", "=?utf-8?q?=0A?=", ".\r\n..\r\n", "--", "a@b>\r\n")
	f.Add("  ", `"a b"@example.com`, "ü@example.com", strings.Repeat("a", 100)+"  "+strings.Repeat("b", 90), " \t\n =3D", "\x00", "@")
	f.Fuzz(func(t *testing.T, name, to, replyTo, subject, text, html, id string) {
		m := example()
		m.FromName, m.To, m.ReplyTo, m.Subject, m.Text, m.HTML, m.ID = name, to, replyTo, subject, text, html, id
		data, err := m.MIME()
		if err != nil {
			if !errors.Is(err, ErrRefused) {
				t.Fatalf("an error that is not final: %v", err)
			}
			return
		}
		checkLines(t, data)
		got, err := Read(data)
		if err != nil {
			t.Fatal(err)
		}
		if utf8.ValidString(subject) && got.Subject != subject {
			t.Errorf("subject %q became %q", subject, got.Subject)
		}
		if got.Text != lineEnds(text) || got.HTML != lineEnds(html) {
			t.Errorf("text %q became %q, html %q became %q", text, got.Text, html, got.HTML)
		}
	})
}

// FuzzRead: nothing that lies in an outbox can make the mailbox panic.
func FuzzRead(f *testing.F) {
	data, err := example().MIME()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n--a--"))
	f.Add([]byte("Subject: =?utf-8?b?*?=\n\nbody"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if got, err := Read(data); err == nil && got.Header == nil {
			t.Error("a mail without headers was no error")
		}
	})
}
