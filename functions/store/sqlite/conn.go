package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"

	"modernc.org/sqlite"
)

// settings are made on every connection, in this order, and read back: a store that only believes it syncs would lose
// leads when the power goes.
var settings = []struct{ pragma, value, readBack string }{
	{"busy_timeout", "5000", "5000"}, // milliseconds; first, because the next one may have to wait
	{"journal_mode", "WAL", "wal"},
	{"synchronous", "FULL", "2"},
	{"secure_delete", "ON", "1"}, // what is erased is overwritten
	{"foreign_keys", "ON", "1"},
}

// connector opens connections on which the settings hold.
type connector struct {
	driver.Connector
	readOnly bool
}

// newConnector serves the file at path, whatever characters its name has.
func newConnector(path string, readOnly bool) (connector, error) {
	base, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath())
	return connector{base, readOnly}, err
}

// Connect opens one connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.prepare(ctx, conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

func (c connector) prepare(ctx context.Context, conn driver.Conn) error {
	for _, s := range settings {
		if s.pragma == "journal_mode" { // which writes to the file
			if err := judge(ctx, conn); err != nil {
				return err
			}
		}
		if _, err := pragma(ctx, conn, s.pragma+"="+s.value); err != nil {
			return err
		}
		got, err := pragma(ctx, conn, s.pragma)
		if err != nil {
			return err
		}
		if got != s.readBack {
			return fmt.Errorf("setting %s to %s: SQLite says %s", s.pragma, s.value, got)
		}
	}
	if !c.readOnly {
		return nil
	}
	_, err := pragma(ctx, conn, "query_only=ON")
	return err
}

// judge refuses a file that is not ours, or newer, before anything is written to it.
func judge(ctx context.Context, conn driver.Conn) error {
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, schemaQuery, nil)
	if err != nil {
		return fmt.Errorf("reading its schema version: %w", err)
	}
	defer rows.Close()
	row := make([]driver.Value, 3)
	if err := rows.Next(row); err != nil {
		return fmt.Errorf("reading its schema version: %w", err)
	}
	var found schema
	if _, err := fmt.Sscan(fmt.Sprintln(row[0], row[1], row[2]), &found.version, &found.application, &found.tables); err != nil {
		return fmt.Errorf("reading its schema version: %w", err)
	}
	return found.judge()
}

// pragma runs one PRAGMA and returns the first column of its answer, or "" when it has none.
func pragma(ctx context.Context, conn driver.Conn, text string) (string, error) {
	rows, err := conn.(driver.QueryerContext).QueryContext(ctx, "PRAGMA "+text, nil)
	if err != nil {
		return "", fmt.Errorf("asking for %s: %w", text, err)
	}
	defer rows.Close()
	columns := make([]driver.Value, len(rows.Columns()))
	err = rows.Next(columns)
	if errors.Is(err, io.EOF) || len(columns) == 0 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("asking for %s: %w", text, err)
	}
	return fmt.Sprint(columns[0]), nil
}

// pool is a pool of at most n connections, which are kept: each knows its statements and pages.
func pool(path string, readOnly bool, n int) (*sql.DB, error) {
	c, err := newConnector(path, readOnly)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(c)
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}
