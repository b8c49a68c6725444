package e2e_test

import (
	"context"
	"database/sql"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"leadsite/e2e"
	"leadsite/e2e/program"
)

// holdDatabase keeps everybody else from writing to a state folder's database, as a backup or a checker gone wrong does.
func holdDatabase(t *testing.T, state string) (release func()) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(state, "leads.db"))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "PRAGMA busy_timeout=60000; BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		conn.Close()
		db.Close()
	}
}

func sendContact(t *testing.T, site *program.Server, name string) (status int) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(site.URL+"/api/forms/contact", url.Values{"name": {name}, "email": {"sam@example.com"},
		"team": {"50+"}, "message": {message}, "consent": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// TestSpoolSurvivesTheKill: the database cannot be written to, the visitor is thanked nevertheless, serve is killed, and
// the next one stores the lead and tells sales.
func TestSpoolSurvivesTheKill(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	site := program.Serve(t, e2e.Root(t), state)
	release := holdDatabase(t, state)
	if status := sendContact(t, site, "Sam Visitor"); status != http.StatusSeeOther {
		t.Errorf("answered %d", status)
	}
	site.Kill()
	if waiting, err := filepath.Glob(filepath.Join(state, "spool", "*.json")); err != nil || len(waiting) != 1 {
		t.Fatalf("in the spool: %v, %v", waiting, err)
	}
	release()
	site = program.Serve(t, e2e.Root(t), state)
	program.Eventually(t, "the lead is stored and mailed", func() bool {
		return len(program.Leads(t, state)) == 1 && len(program.Mails(t, state)) == 1
	})
	if l := onlyLead(t, site); l.Fields["name"] != "Sam Visitor" || l.Status != "new" || l.Events[0].Kind != "received" {
		t.Errorf("stored as %+v", l)
	}
	program.Eventually(t, "the spool is empty", func() bool {
		waiting, err := filepath.Glob(filepath.Join(state, "spool", "*.json"))
		return err == nil && len(waiting) == 0
	})
}

// TestSpoolIsEmptiedWhileServing: once the database takes writes again, nobody need start anything.
func TestSpoolIsEmptiedWhileServing(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	site := program.Serve(t, e2e.Root(t), state)
	release := holdDatabase(t, state)
	if status := sendContact(t, site, "Sam Visitor"); status != http.StatusSeeOther {
		t.Errorf("answered %d", status)
	}
	release()
	program.Eventually(t, "one mail in the outbox", func() bool { return len(program.Mails(t, state)) == 1 })
	if l := onlyLead(t, site); l.Fields["name"] != "Sam Visitor" {
		t.Errorf("stored as %+v", l)
	}
	if strings.Contains(site.Talk(), "sam@example.com") || strings.Contains(site.Talk(), "Sam Visitor") {
		t.Errorf("the log names the visitor:\n%s", site.Talk())
	}
}
