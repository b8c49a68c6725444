package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// What Open answers about a file that it leaves alone.
var (
	ErrNewer   = errors.New("the file was written by a newer leadsite")
	ErrForeign = errors.New("the file is a database, but not a lead store")
)

// applicationID marks a SQLite file as a lead store ("lead" in ASCII).
const applicationID = 0x6c656164

// migrations bring the file from schema version i to i+1; PRAGMA user_version says where it is. A migration that was
// released never changes: a new one follows it.
//
// Times are milliseconds since 1970. NULL: waits for nothing, never expires. What belongs to a lead goes with it.
//
//	leads          one row a lead. doc is its JSON (Lead.Document); the columns beside it are what changes, what is
//	               searched, and what the JSON leaves out. email is in lower case. The first event, received, is the
//	               lead itself.
//	events         what happened to it afterwards. doc is the event's JSON.
//	notifications  who is told of it, and how far that came
//	counters       n since start; of no use after ends
//	challenges     spent ones, and for which lead
//	parked         recipients that are sent nothing, since when and why
//	tombstones     leads that were erased: nothing puts them again until expires
//	erasures       which person (keyed hash) was erased, and when
//
// The index of leads by creation serves the list of many statuses, the one by status the list of one. The short columns
// stand before doc, so that a scan does not read the long texts.
var migrations = [...]string{`
CREATE TABLE leads (
  id      TEXT PRIMARY KEY,
  created INTEGER NOT NULL,
  status  TEXT NOT NULL,
  version INTEGER NOT NULL,
  form    TEXT NOT NULL,
  email   TEXT NOT NULL,
  owner   TEXT NOT NULL,
  person  TEXT NOT NULL,
  due_at  INTEGER,
  wake    INTEGER,
  expires INTEGER,
  doc     TEXT NOT NULL
) STRICT;
CREATE INDEX leads_created ON leads (created, id);
CREATE INDEX leads_status  ON leads (status, created, id);
CREATE INDEX leads_person  ON leads (person, created, id) WHERE person <> '';
CREATE INDEX leads_wake    ON leads (wake) WHERE wake IS NOT NULL;
CREATE INDEX leads_expires ON leads (expires) WHERE expires IS NOT NULL;

CREATE TABLE events (
  lead TEXT NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  id   TEXT NOT NULL,
  doc  TEXT NOT NULL,
  PRIMARY KEY (lead, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notifications (
  lead       TEXT NOT NULL REFERENCES leads (id) ON DELETE CASCADE,
  kind       TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  state      TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  due        INTEGER,
  message_id TEXT NOT NULL,
  error      TEXT NOT NULL,
  updated    INTEGER,
  PRIMARY KEY (lead, kind, recipient)
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_due ON notifications (due) WHERE due IS NOT NULL;

CREATE TABLE counters (
  key   TEXT NOT NULL,
  start INTEGER NOT NULL,
  ends  INTEGER NOT NULL,
  n     INTEGER NOT NULL,
  PRIMARY KEY (key, start)
) STRICT, WITHOUT ROWID;
CREATE INDEX counters_ends ON counters (ends);

CREATE TABLE challenges (
  id      TEXT PRIMARY KEY,
  lead    TEXT NOT NULL,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX challenges_expires ON challenges (expires);
`, `
CREATE TABLE parked (
  recipient TEXT PRIMARY KEY,
  at        INTEGER NOT NULL,
  why       TEXT NOT NULL,
  lead      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
  lead    TEXT PRIMARY KEY,
  expires INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_expires ON tombstones (expires);

CREATE TABLE erasures (
  person TEXT NOT NULL,
  at     INTEGER NOT NULL,
  PRIMARY KEY (person, at)
) STRICT, WITHOUT ROWID;
`}

// migrate brings the file to the schema of this program. A file that is up to date is only read, so that a command can
// look into a store that another process is writing.
func migrate(ctx context.Context, conn *sql.Conn) error {
	version, err := schemaVersion(ctx, conn)
	if err != nil || version == len(migrations) {
		return err
	}
	exec := func(query string, args ...any) error {
		_, err := conn.ExecContext(ctx, query, args...)
		return err
	}
	if err := begin(exec); err != nil {
		return err
	}
	if err := apply(ctx, conn); err != nil {
		return errors.Join(err, exec("ROLLBACK"))
	}
	return exec("COMMIT")
}

// apply runs the migrations that are missing, under the write lock. Another process may have been faster.
func apply(ctx context.Context, conn *sql.Conn) error {
	version, err := schemaVersion(ctx, conn)
	if err != nil {
		return err
	}
	for i, migration := range migrations[version:] {
		if _, err := conn.ExecContext(ctx, migration); err != nil {
			return fmt.Errorf("migrating to schema version %d: %w", version+i+1, err)
		}
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d",
		applicationID, len(migrations)))
	return err
}

// schemaQuery asks for a schema.
const schemaQuery = `SELECT user_version, application_id, (SELECT count(*) FROM sqlite_schema)
	FROM pragma_user_version, pragma_application_id`

// schema is what a file says of itself.
type schema struct{ version, application, tables int }

// judge says what is against using the file: ErrNewer or ErrForeign.
func (s schema) judge() error {
	switch {
	case s.tables > 0 && s.application != applicationID:
		return ErrForeign
	case s.version > len(migrations):
		return fmt.Errorf("its schema has version %d, this leadsite knows %d: %w", s.version, len(migrations), ErrNewer)
	}
	return nil
}

// schemaVersion returns the version of the file's schema, 0 for an empty file, or ErrNewer or ErrForeign.
func schemaVersion(ctx context.Context, conn *sql.Conn) (int, error) {
	var found schema
	err := conn.QueryRowContext(ctx, schemaQuery).Scan(&found.version, &found.application, &found.tables)
	if err != nil {
		return 0, fmt.Errorf("reading its schema version: %w", err)
	}
	return found.version, found.judge()
}
