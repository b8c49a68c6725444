package cli_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leadsite/functions/cli"
	"leadsite/functions/lead"
	"leadsite/functions/store/sqlite"
)

// TestALostSecretIsSaid opens a state folder as serve does: first new, then again, then without its secret.
func TestALostSecretIsSaid(t *testing.T) {
	state := t.TempDir()
	serve := func() string {
		var log bytes.Buffer
		b, err := cli.OpenBackend(t.Context(), cli.BackendOptions{State: state, Log: slog.New(slog.NewTextHandler(&log, nil)), Getenv: os.Getenv})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		return log.String()
	}
	for range 2 {
		if log := serve(); log != "" {
			t.Errorf("nothing is lost, and the log says %s", log)
		}
	}
	if err := os.Remove(filepath.Join(state, "secret")); err != nil {
		t.Fatal(err)
	}
	if log := serve(); !strings.Contains(log, "the file secret is gone") || !strings.Contains(log, "alarm=secret") {
		t.Errorf("the secret is lost, and the log says %s", log)
	}
	if log := serve(); log != "" {
		t.Errorf("said again: %s", log)
	}
}

// TestParked lists who is parked in a state folder, and lets one in again.
func TestParked(t *testing.T) {
	state := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(state, "leads.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	leads := func(args ...string) (string, error) {
		var out bytes.Buffer
		cmd := cli.Leads()
		cmd.SetArgs(append(args, "--state", state))
		cmd.SetOut(&out)
		cmd.SetErr(&out)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		err := cmd.ExecuteContext(t.Context())
		return out.String(), err
	}
	if out, err := leads("parked"); err != nil || out != "nobody is parked\n" {
		t.Errorf("at first %q, %v", out, err)
	}
	at := time.Date(2026, 11, 23, 9, 15, 4, 0, time.UTC)
	if err := store.Park(t.Context(), lead.Parked{Recipient: "sales@example.com", At: at, Why: "550 no\x1b[2J such user", Lead: "h5k2"}); err != nil {
		t.Fatal(err)
	}
	if out, err := leads("parked"); err != nil || !strings.Contains(out, "sales@example.com") || !strings.Contains(out, "550 no[2J such user") {
		t.Errorf("the table is %q, %v", out, err)
	}
	if out, err := leads("parked", "--json"); err != nil || !strings.Contains(out, `"at": "2026-11-23T09:15:04Z"`) {
		t.Errorf("the JSON is %s, %v", out, err)
	}
	if _, err := leads("unpark", "ana@example.com"); err == nil || !strings.Contains(err.Error(), `"ana@example.com" is not parked`) {
		t.Errorf("un-parking a stranger: %v", err)
	}
	if out, err := leads("unpark", "sales@example.com"); err != nil || !strings.Contains(out, "sales@example.com is sent to again") {
		t.Errorf("un-parking: %q, %v", out, err)
	}
	if out, err := leads("parked", "--json"); err != nil || !strings.Contains(out, `"parked": []`) {
		t.Errorf("afterwards %s, %v", out, err)
	}
}
