// Package sqlite keeps leads in one SQLite file, on one machine.
//
// Many processes may use the file at once: `leadsite serve` writes while `leadsite leads` reads. Every answer is on the
// disk before it is given (WAL with synchronous=FULL), and writers that come together share one sync (writer.go).
// The tables are drawn in schema.go.
//
// It knows no rule of what a lead may become: those are functions of package lead.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"leadsite/functions/lead"
)

var _ lead.Store = (*Store)(nil)

// readers is how many queries may run at once beside the writer.
const readers = 4

// Store is a lead.Store in a file.
type Store struct {
	now    func() time.Time // only to know what has expired
	read   *sql.DB          // query_only connections
	writer *writer
}

// Open opens the store in the file at path, and makes the file (readable by its owner only) if there is none. Its
// folder must exist. now tells the time by which leads expire. The caller closes the store.
//
// Errors: ErrNewer, ErrForeign, or what the file system and SQLite object to.
func Open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	s, err := open(ctx, path, now)
	if err != nil {
		return nil, fmt.Errorf("opening the lead store %s: %w", path, err)
	}
	return s, nil
}

func open(ctx context.Context, path string, now func() time.Time) (*Store, error) {
	if err := create(path); err != nil {
		return nil, err
	}
	write, err := pool(path, false, 1)
	if err != nil {
		return nil, err
	}
	writer, err := startWriter(ctx, path, write, now)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	read, err := pool(path, true, readers)
	if err != nil {
		return nil, errors.Join(err, writer.close())
	}
	return &Store{now: now, read: read, writer: writer}, nil
}

// create makes an empty file that only its owner can read; SQLite gives the WAL beside it the same mode. A file that is
// there is not even opened: closing it would drop the locks that this process holds on it through SQLite.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Close ends the store when the writes under way are done.
func (s *Store) Close() error {
	if !s.writer.stop() {
		return nil
	}
	if err := errors.Join(s.writer.close(), s.read.Close()); err != nil {
		return fmt.Errorf("closing the lead store: %w", err)
	}
	return nil
}

// ready answers what every read asks first: is the store open, and does the caller still want the answer.
func (s *Store) ready(ctx context.Context) error {
	if s.writer.stopped() {
		return lead.ErrClosed
	}
	return ctx.Err()
}

// millis is a time as the tables keep it: milliseconds since 1970, or NULL for the zero time.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// moment reads what millis wrote.
func moment(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
