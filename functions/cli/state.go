package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2/maybe"

	"leadsite/functions/lead"
)

// state is the folder that holds what this machine knows:
//
//	serve.lock   held by the one process that serves
//	secret       the secret that all keys come from
//	leads.db     the leads
//	outbox/      the mails
//	erasures.jsonl   which persons were erased, as keyed hashes, and when: outlives a restored backup of leads.db
//	spool/       leads that wait until the database takes them
type state struct {
	dir  string
	lock *flock.Flock
}

// openState takes the folder for this process alone, making it when it is not there.
func openState(dir string) (*state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, hinted{fmt.Errorf("making the state folder: %w", err), "see that it can be written to, or name another with --state"}
	}
	lock := flock.New(filepath.Join(dir, "serve.lock"))
	taken, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, hinted{fmt.Errorf("locking the state folder: %w", err), "see that it can be written to, or name another with --state"}
	case !taken:
		return nil, hinted{fmt.Errorf("another serve uses the state folder %s", dir), "end it, or name another folder with --state"}
	}
	return &state{dir: dir, lock: lock}, nil
}

func (s *state) path(name string) string { return filepath.Join(s.dir, name) }

// outboxFolder is the folder of a state folder that mails go to instead of being sent.
const outboxFolder = "outbox"

// secretFile is the file of a state folder that holds its secret.
const secretFile = "secret"

// keys reads the folder's secret, making one the first time. To make one for leads that had another is an alarm, and no
// error: visitors write meanwhile.
func (s *state) keys(log *slog.Logger) (lead.Keys, error) {
	file := s.path(secretFile)
	keys, err := readKeys(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if _, err := os.Stat(s.path(database)); err == nil {
		log.Error("the file secret is gone, and a new one is made: links in mails that were sent work no more, and retries and "+
			"repeat visitors are taken for strangers; if there is a copy, end serve and put it back", "alarm", "secret")
	}
	return s.newKeys(file)
}

// readKeys reads a secret that is there.
func readKeys(file string) (lead.Keys, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return lead.Keys{}, fmt.Errorf("reading the secret: %w", err)
	}
	keys, err := lead.ParseKeys(strings.TrimSpace(string(text)))
	if err != nil {
		return keys, hinted{fmt.Errorf("reading %s: %w", file, err),
			"restore the file from a backup; with a new secret, retries and repeat visitors would be taken for strangers"}
	}
	return keys, nil
}

func (s *state) newKeys(file string) (lead.Keys, error) {
	text, err := lead.NewSecret(rand.Reader)
	if err != nil {
		return lead.Keys{}, err
	}
	if err := maybe.WriteFile(file, []byte(text+"\n"), 0o600); err != nil {
		return lead.Keys{}, fmt.Errorf("writing the secret: %w", err)
	}
	return lead.ParseKeys(text)
}

// Close lets the next process in.
func (s *state) Close() error { return s.lock.Unlock() }
