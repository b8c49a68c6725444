package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"leadsite/functions/lead"
)

// Erase keeps the contract of lead.Store. All of it is one transaction.
//
// What is deleted is overwritten in the file (secure_delete), but its pages still lie in the write-ahead log. So the log
// is emptied before the answer, unless others read the file all the time; then it is emptied when SQLite next can.
func (s *Store) Erase(ctx context.Context, person string, at time.Time) (lead.Erasure, error) {
	done := lead.Erasure{Person: person, At: at}.Kept()
	err := lead.ErrNobody
	if person != "" {
		done.Leads, err = write(ctx, s, func(t *tx) ([]string, error) { return s.erase(t, done) })
	}
	if err == nil {
		err = s.emptyLog(ctx)
	}
	if err != nil {
		return lead.Erasure{}, fmt.Errorf("erasing a person: %w", err)
	}
	return done, nil
}

func (s *Store) erase(t *tx, e lead.Erasure) ([]string, error) {
	if _, err := insertErasure(t, e); err != nil {
		return nil, err
	}
	rows, err := t.rows(`SELECT `+columns+` FROM leads WHERE person = ? AND person <> '' AND created <= ?`, e.Person, e.At.UnixMilli())
	if err != nil {
		return nil, err
	}
	leads, err := collect(rows, scanLead)
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, l := range leads {
		if err := bury(t, l, lead.Buried(s.now())); err != nil {
			return nil, err
		}
		gone = append(gone, l.ID)
	}
	return gone, nil
}

// insertErasure notes an erasure, unless it is noted. It says whether it did.
func insertErasure(t *tx, e lead.Erasure) (bool, error) {
	n, err := t.changed(`INSERT INTO erasures (person, at) VALUES (?, ?) ON CONFLICT DO NOTHING`, e.Person, e.At.UnixMilli())
	return n == 1, err
}

// bury removes a lead, all that belongs to it, and its visitor from the parked recipients, and leaves a tombstone.
func bury(t *tx, l lead.Lead, until time.Time) error {
	rows, err := t.rows(parkedQuery)
	if err != nil {
		return err
	}
	parked, err := collect(rows, scanParked)
	if err != nil {
		return err
	}
	for _, p := range parked {
		if !p.Concerns(l) {
			continue
		}
		if err := deleteParked(t, p.Recipient); err != nil {
			return err
		}
	}
	if err := t.exec(`DELETE FROM leads WHERE id = ?`, l.ID); err != nil {
		return err
	}
	return t.exec(`INSERT OR REPLACE INTO tombstones (lead, expires) VALUES (?, ?)`, l.ID, until.UnixMilli())
}

// emptyLog moves everything from the write-ahead log into the file, and cuts the log off. Its answer says whether
// others kept it from doing so; there is nothing to do about that.
func (s *Store) emptyLog(ctx context.Context) error {
	conn, err := s.read.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	var busy, pages, moved int
	return conn.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved)
}

// Erasures keeps the contract of lead.Store.
func (s *Store) Erasures(ctx context.Context, person string) ([]lead.Erasure, error) {
	all, err := s.erasures(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("listing erasures: %w", err)
	}
	return all, nil
}

// erasures lists those of one person, or all.
func (s *Store) erasures(ctx context.Context, person ...any) ([]lead.Erasure, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	where := ""
	if len(person) > 0 {
		where = "WHERE person = ?"
	}
	rows, err := s.read.QueryContext(ctx, `SELECT person, at FROM erasures `+where+` ORDER BY person, at`, person...)
	if err != nil {
		return nil, err
	}
	return collect(rows, func(row scanner) (e lead.Erasure, err error) {
		var at sql.NullInt64
		err = row.Scan(&e.Person, &at)
		e.At = moment(at)
		return e, err
	})
}
