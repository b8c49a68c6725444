package outbox_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"leadsite/functions/mail"
	"leadsite/functions/mail/mailtest"
	"leadsite/functions/mail/outbox"
)

func TestOutbox(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) (mail.Sender, func() [][]byte) {
		o := open(t, filepath.Join(t.TempDir(), "state", "outbox"), time.Now)
		return o, func() [][]byte { return all(t, o) }
	})
}

func open(t *testing.T, dir string, now func() time.Time) *outbox.Outbox {
	t.Helper()
	o, err := outbox.Open(dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func all(t *testing.T, o *outbox.Outbox) [][]byte {
	t.Helper()
	names, err := o.Names()
	if err != nil {
		t.Fatal(err)
	}
	var mails [][]byte
	for _, name := range names {
		data, err := o.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, data)
	}
	return mails
}

func message(id string) mail.Message {
	return mail.Message{From: "leads@example.com", To: "sales@example.com", Subject: "New lead", Text: "Hello\n", ID: id,
		Date: time.Date(2026, 11, 22, 9, 15, 5, 0, time.UTC)}
}

func TestNamesSortByTimeEvenWhenTheClockDoesNotMove(t *testing.T) {
	clock := time.Date(2026, 11, 22, 9, 15, 5, 120, time.UTC)
	o := open(t, t.TempDir(), func() time.Time { return clock })
	ids := []string{"c@example.com", "a@example.com", "b@example.com"}
	for i, id := range ids {
		if i == 2 {
			clock = clock.Add(-time.Hour) // and when it goes back
		}
		receipt, err := o.Send(t.Context(), message(id))
		if err != nil || receipt != (mail.Receipt{MessageID: id, Delivered: true}) {
			t.Fatalf("receipt %+v, %v", receipt, err)
		}
	}
	var got []string
	for _, data := range slices.Backward(all(t, o)) {
		r, err := mail.Read(data)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Header["Message-Id"])
	}
	if want := []string{"<c@example.com>", "<a@example.com>", "<b@example.com>"}; !slices.Equal(got, want) {
		t.Errorf("oldest first: %v, want %v", got, want)
	}
	names, _ := o.Names()
	if want := "20261122T091505.000000120Z-"; names[2][:len(want)] != want {
		t.Errorf("the first name is %s, want %s…", names[2], want)
	}
}

func TestReadStaysInTheFolder(t *testing.T) {
	dir := t.TempDir()
	o := open(t, filepath.Join(dir, "outbox"), time.Now)
	if err := os.WriteFile(filepath.Join(dir, "secret.eml"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../secret.eml", "", ".", "missing.eml", "unfinished", filepath.Join(dir, "secret.eml")} {
		if data, err := o.Read(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q gave %q, %v", name, data, err)
		}
	}
}

func TestOpenRemovesOldLeftoversOnly(t *testing.T) {
	dir := t.TempDir()
	o := open(t, dir, time.Now)
	if _, err := o.Send(t.Context(), message("a@example.com")); err != nil {
		t.Fatal(err)
	}
	fresh, stale := filepath.Join(dir, "unfinished", ".fresh"), filepath.Join(dir, "unfinished", ".stale")
	for _, path := range []string{fresh, stale} {
		if err := os.WriteFile(path, []byte("half a mail"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(stale, old, old); err != nil {
		t.Fatal(err)
	}
	o = open(t, dir, time.Now)
	if _, err := os.Stat(stale); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the stale leftover: %v", err)
	}
	if _, err := os.Stat(fresh); err != nil {
		t.Errorf("what another process may still be writing: %v", err)
	}
	if n := len(all(t, o)); n != 1 {
		t.Errorf("%d mails, want the one that was sent", n)
	}
}

func TestAFolderThatCannotBeWrittenIsATemporaryError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	o := open(t, dir, time.Now)
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Send(t.Context(), message("a@example.com")); err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want one that may go away", err)
	}
}

// TestAnEmptiedMailboxGoesOn deletes the folder, as a person does who empties the mailbox.
func TestAnEmptiedMailboxGoesOn(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	o := open(t, dir, time.Now)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Send(t.Context(), message("a@example.com")); err != nil {
		t.Fatal(err)
	}
	if n := len(all(t, o)); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
}
