package sqlite

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadsite/functions/lead"
)

// What is erased is gone from the disk: from the database, its indexes, free pages and write-ahead log, even while
// another process has the file open.
func TestAnErasedPersonIsInNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leads.db")
	s, other := openAt(t, path, time.Now), openAt(t, path, time.Now)
	defer other.Close()
	defer s.Close()
	const address = "canary.erased@example.com"
	for n := range 40 {
		l := sample(strings.Repeat("x", n+1))
		if n%2 == 0 {
			l.Email, l.Person, l.Page = address, "canary", "/"+address
		}
		put(t, s, l)
		e := lead.Event{At: l.CreatedAt, Kind: "note", Note: strings.Repeat(l.Page, 100)}
		if err := errors.Join(s.Append(t.Context(), l.ID, e), s.HandOff(t.Context(), l.ID, lead.HandOff{Notifications: []lead.Notification{
			{NotificationKey: lead.NotificationKey{Kind: "confirmation", Recipient: l.Email}, State: lead.Pending, Error: l.Email},
		}})); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Park(t.Context(), lead.Parked{Recipient: address, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, err := other.List(t.Context(), lead.Query{}); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, path, address); len(found) == 0 {
		t.Fatal("no file holds the address before: this test cannot fail")
	}
	done, err := s.Erase(t.Context(), "canary", time.Now())
	if err != nil || len(done.Leads) != 20 {
		t.Fatalf("erased %d leads: %v", len(done.Leads), err)
	}
	if found := holding(t, path, address); len(found) > 0 {
		t.Errorf("still in %v", found)
	}
}

// holding names the files of a database that hold a text.
func holding(t *testing.T, path, text string) []string {
	t.Helper()
	var found []string
	for _, name := range []string{path, path + "-wal"} {
		data, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			found = append(found, filepath.Base(name))
		}
	}
	return found
}

// A store of the version before is brought to this one, with all that is in it.
func TestAStoreOfTheVersionBeforeIsMigrated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "leads.db")
	if err := create(path); err != nil {
		t.Fatal(err)
	}
	db, err := pool(path, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	l := sample("lead").Kept()
	doc, err := l.Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		migrations[0], "PRAGMA application_id = 1818583396", "PRAGMA user_version = 1",
		`INSERT INTO leads (id, created, status, version, form, email, owner, person, doc)
			VALUES ('lead', 1, 'new', 1, 'contact', 'sam@example.com', '', 'sam', '` + doc + `')`,
	} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path, time.Now)
	defer s.Close()
	if got, err := s.Get(t.Context(), "lead"); err != nil || got.Page != "/pricing/" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := s.Park(t.Context(), lead.Parked{Recipient: "ann@example.com", At: time.Now()}); err != nil {
		t.Error(err)
	}
	if done, err := s.Erase(t.Context(), "sam", time.Now()); err != nil || len(done.Leads) != 1 {
		t.Errorf("%+v, %v", done, err)
	}
}
