package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"leadsite/functions/lead"
)

// exportPage is how many leads Export reads at a time: in one transaction each time, so that a long export does not
// keep the write-ahead log from being emptied.
const exportPage = 100

// Export keeps the contract of lead.Store.
func (s *Store) Export(ctx context.Context) iter.Seq2[lead.Record, error] {
	return func(yield func(lead.Record, error) bool) {
		if err := s.export(ctx, func(r lead.Record) bool { return yield(r, nil) }); err != nil {
			yield(lead.Record{}, fmt.Errorf("exporting: %w", err))
		}
	}
}

// export yields all records, until yield says no.
func (s *Store) export(ctx context.Context, yield func(lead.Record) bool) error {
	erasures, err := s.erasures(ctx)
	if err != nil {
		return err
	}
	for _, e := range erasures {
		if !yield(lead.Record{Erasure: &e}) {
			return nil
		}
	}
	parked, err := s.parked(ctx)
	if err != nil {
		return err
	}
	for _, p := range parked {
		if !yield(lead.Record{Parked: &p}) {
			return nil
		}
	}
	for page, last := []lead.Record(nil), ""; ; last = page[len(page)-1].Lead.ID {
		if page, err = s.records(ctx, last); err != nil || len(page) == 0 {
			return err
		}
		for _, r := range page {
			if !yield(r) {
				return nil
			}
		}
	}
}

// records reads the next leads behind an id, whole.
func (s *Store) records(ctx context.Context, behind string) ([]lead.Record, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	rows, err := tx.QueryContext(ctx, `SELECT `+columns+` FROM leads WHERE id > ? AND `+alive+` ORDER BY id LIMIT ?`,
		behind, s.now().UnixMilli(), exportPage)
	if err != nil {
		return nil, err
	}
	leads, err := collect(rows, scanLead)
	if err != nil {
		return nil, err
	}
	records := make([]lead.Record, len(leads))
	for i, l := range leads {
		if records[i], err = whole(ctx, tx, l); err != nil {
			return nil, err
		}
	}
	return records, nil
}

// whole is a lead with all that belongs to it.
func whole(ctx context.Context, tx *sql.Tx, l lead.Lead) (lead.Record, error) {
	events, err := eventsOf(ctx, tx, l.ID)
	if err != nil {
		return lead.Record{}, err
	}
	notifications, err := notificationsOf(ctx, tx, l.ID)
	l = l.WithEvents(events)
	return lead.Record{Lead: &l, Notifications: notifications}, err
}

// Import keeps the contract of lead.Store.
func (s *Store) Import(ctx context.Context, r lead.Record) (bool, error) {
	r = r.Kept()
	added, err := write(ctx, s, func(t *tx) (bool, error) {
		switch {
		case r.Erasure != nil:
			return insertErasure(t, *r.Erasure)
		case r.Parked != nil:
			return insertParked(t, *r.Parked)
		case r.Lead != nil:
			return s.importLead(t, r)
		}
		return false, nil
	})
	if err != nil {
		return false, fmt.Errorf("importing: %w", err)
	}
	return added, nil
}

func (s *Store) importLead(t *tx, r lead.Record) (bool, error) {
	l := *r.Lead
	if lead.Gone(l.Expires, s.now()) {
		return false, nil
	}
	doc, err := l.Document()
	if err != nil {
		return false, err
	}
	var erased int
	if err := t.row(`SELECT count(*) FROM erasures WHERE person = ? AND person <> '' AND at >= ?`,
		l.Person, l.CreatedAt.UnixMilli()).Scan(&erased); err != nil {
		return false, err
	}
	if erased > 0 {
		return false, lead.ErrErased
	}
	if added, err := s.addLead(t, l, doc); !added || err != nil {
		return false, err
	}
	for _, e := range l.Events {
		if err := insertEvent(t, l.ID, e); err != nil {
			return false, err
		}
	}
	for _, n := range r.Notifications {
		if err := insertNotification(t, n); err != nil {
			return false, err
		}
	}
	return true, nil
}
