package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"leadsite/functions/lead"
)

// Put keeps the contract of lead.Store.
func (s *Store) Put(ctx context.Context, l lead.Lead) (lead.Lead, bool, error) {
	kept := l.Kept()
	doc, err := kept.Document()
	if err != nil {
		return lead.Lead{}, false, fmt.Errorf("putting lead %s: %w", l.ID, err)
	}
	type outcome struct {
		stored  lead.Lead
		created bool
	}
	out, err := write(ctx, s, func(t *tx) (outcome, error) {
		created, err := s.addLead(t, kept, doc)
		if created || err != nil {
			return outcome{kept, created}, err
		}
		stored, err := findLead(t.row, l.ID, s.now())
		if err != nil {
			return outcome{}, err
		}
		stored, err = putAgain(t, stored, l)
		return outcome{stored, false}, err
	})
	if err != nil {
		return lead.Lead{}, false, fmt.Errorf("putting lead %s: %w", l.ID, err)
	}
	return out.stored, out.created, nil
}

// addLead writes a lead unless it is there, and says whether it did. ErrErased.
func (s *Store) addLead(t *tx, l lead.Lead, doc string) (bool, error) {
	now := s.now()
	created, err := insertLead(t, l, doc, now)
	if created || err != nil {
		return created, err
	}
	if _, err := findLead(t.row, l.ID, now); !errors.Is(err, lead.ErrNotFound) {
		return false, err
	}
	// It has expired and is not deleted yet, or was erased.
	if err := t.exec(`DELETE FROM leads WHERE id = ?`, l.ID); err != nil {
		return false, err
	}
	if created, err = insertLead(t, l, doc, now); err == nil && !created {
		err = lead.ErrErased
	}
	return created, err
}

// insertLead writes a lead unless there is a row with its ID, or a tombstone. It says whether it did.
func insertLead(t *tx, l lead.Lead, doc string, now time.Time) (bool, error) {
	n, err := t.changed(`INSERT INTO leads
		(id, created, status, version, form, email, owner, person, due_at, wake, expires, doc)
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
		WHERE NOT EXISTS (SELECT 1 FROM tombstones WHERE lead = ? AND expires > ?) ON CONFLICT (id) DO NOTHING`,
		l.ID, l.CreatedAt.UnixMilli(), string(l.Status), l.Version, l.Form, lead.FoldEmail(l.Email), l.Owner, l.Person,
		millis(l.DueAt), millis(l.Wake), millis(l.Expires), doc, l.ID, now.UnixMilli())
	return n == 1, err
}

func putAgain(t *tx, stored, again lead.Lead) (lead.Lead, error) {
	after, events := stored.PutAgain(again)
	for _, e := range events {
		if err := insertEvent(t, stored.ID, e); err != nil {
			return lead.Lead{}, err
		}
	}
	if after.Version == stored.Version {
		return stored, nil
	}
	return after, updateLead(t, after)
}

// updateLead writes what can change of a lead.
func updateLead(t *tx, l lead.Lead) error {
	doc, err := l.Document()
	if err != nil {
		return err
	}
	return t.exec(`UPDATE leads SET status = ?, version = ?, owner = ?, due_at = ?, wake = ?, expires = ?, doc = ?
		WHERE id = ?`, string(l.Status), l.Version, l.Owner,
		millis(l.DueAt), millis(l.Wake), millis(l.Expires), doc, l.ID)
}

// insertEvent adds an event, unless the lead has one of that ID.
func insertEvent(t *tx, id string, e lead.Event) error {
	doc, err := e.Document()
	if err != nil {
		return err
	}
	return t.exec(`INSERT INTO events (lead, id, doc) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, e.ID, doc)
}

// Get keeps the contract of lead.Store.
func (s *Store) Get(ctx context.Context, id string) (lead.Lead, error) {
	l, err := s.get(ctx, id)
	if err != nil {
		return lead.Lead{}, fmt.Errorf("getting lead %s: %w", id, err)
	}
	return l, nil
}

// get reads lead and events in one transaction, so that they are of one moment.
func (s *Store) get(ctx context.Context, id string) (lead.Lead, error) {
	if err := s.ready(ctx); err != nil {
		return lead.Lead{}, err
	}
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return lead.Lead{}, err
	}
	defer tx.Rollback()
	row := func(query string, args ...any) scanner { return tx.QueryRowContext(ctx, query, args...) }
	l, err := findLead(row, id, s.now())
	if err != nil {
		return lead.Lead{}, err
	}
	events, err := eventsOf(ctx, tx, id)
	return l.WithEvents(events), err
}

func eventsOf(ctx context.Context, tx *sql.Tx, id string) ([]lead.Event, error) {
	rows, err := tx.QueryContext(ctx, `SELECT doc FROM events WHERE lead = ?`, id)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanEvent)
}

// columns are what scanLead reads.
const columns = `status, version, owner, person, due_at, wake, expires, doc`

// alive holds for a row of leads that exists at a time, its argument.
const alive = `(expires IS NULL OR expires > ?)`

// findLead reads one lead without events, or ErrNotFound.
func findLead(row func(query string, args ...any) scanner, id string, now time.Time) (lead.Lead, error) {
	l, err := scanLead(row(`SELECT `+columns+` FROM leads WHERE id = ? AND `+alive, id, now.UnixMilli()))
	if errors.Is(err, sql.ErrNoRows) {
		err = lead.ErrNotFound
	}
	return l, err
}

func scanLead(row scanner) (lead.Lead, error) {
	var l lead.Lead
	var dueAt, wake, expires sql.NullInt64
	var doc string
	err := row.Scan(&l.Status, &l.Version, &l.Owner, &l.Person, &dueAt, &wake, &expires, &doc)
	if err != nil {
		return lead.Lead{}, err
	}
	l.DueAt, l.Wake, l.Expires = moment(dueAt), moment(wake), moment(expires)
	return l, l.ReadDocument(doc)
}

func scanEvent(row scanner) (lead.Event, error) {
	var doc string
	if err := row.Scan(&doc); err != nil {
		return lead.Event{}, err
	}
	return lead.ReadEvent(doc)
}

// collect reads all rows, and closes them.
func collect[T any](rows *sql.Rows, scan func(scanner) (T, error)) ([]T, error) {
	defer rows.Close()
	var all []T
	for rows.Next() {
		item, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, item)
	}
	return all, rows.Err()
}

// Append keeps the contract of lead.Store.
func (s *Store) Append(ctx context.Context, id string, e lead.Event) error {
	_, err := write(ctx, s, func(t *tx) (none, error) {
		l, err := findLead(t.row, id, s.now())
		if err != nil {
			return none{}, err
		}
		return none{}, insertEvent(t, l.ID, e.Kept())
	})
	if err != nil {
		return fmt.Errorf("adding an event to lead %s: %w", id, err)
	}
	return nil
}

// none is the result of a write that has none.
type none struct{}

// SetStatus keeps the contract of lead.Store.
func (s *Store) SetStatus(ctx context.Context, id string, version int, to lead.Status, e lead.Event) (lead.Lead, error) {
	l, err := write(ctx, s, func(t *tx) (lead.Lead, error) {
		l, err := findLead(t.row, id, s.now())
		if err != nil {
			return lead.Lead{}, err
		}
		if l.Version != version {
			return lead.Lead{}, lead.ErrConflict
		}
		l, e := l.Moved(to, e)
		if err := insertEvent(t, id, e); err != nil {
			return lead.Lead{}, err
		}
		return l, updateLead(t, l)
	})
	if err != nil {
		return lead.Lead{}, fmt.Errorf("moving lead %s to %s: %w", id, to, err)
	}
	return l, nil
}

// HandOff keeps the contract of lead.Store.
func (s *Store) HandOff(ctx context.Context, id string, h lead.HandOff) error {
	_, err := write(ctx, s, func(t *tx) (none, error) {
		l, err := findLead(t.row, id, s.now())
		if err != nil {
			return none{}, err
		}
		for _, n := range h.Notifications {
			if err := insertNotification(t, n.Kept(id)); err != nil {
				return none{}, err
			}
		}
		return none{}, updateLead(t, l.HandedOff(h))
	})
	if err != nil {
		return fmt.Errorf("handing off lead %s: %w", id, err)
	}
	return nil
}
