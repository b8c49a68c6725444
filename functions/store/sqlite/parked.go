package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"leadsite/functions/lead"
)

// Park keeps the contract of lead.Store.
func (s *Store) Park(ctx context.Context, p lead.Parked) error {
	p = p.Kept()
	_, err := write(ctx, s, func(t *tx) (bool, error) { return insertParked(t, p) })
	if err != nil {
		return fmt.Errorf("parking a recipient: %w", err)
	}
	return nil
}

// insertParked notes that a recipient is parked, unless one is noted. It says whether it did.
func insertParked(t *tx, p lead.Parked) (bool, error) {
	n, err := t.changed(`INSERT INTO parked (recipient, at, why, lead) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		p.Recipient, p.At.UnixMilli(), p.Why, p.Lead)
	return n == 1, err
}

// Unpark keeps the contract of lead.Store.
func (s *Store) Unpark(ctx context.Context, recipient string) error {
	_, err := write(ctx, s, func(t *tx) (none, error) { return none{}, deleteParked(t, recipient) })
	if err != nil {
		return fmt.Errorf("un-parking a recipient: %w", err)
	}
	return nil
}

func deleteParked(t *tx, recipient string) error {
	return t.exec(`DELETE FROM parked WHERE recipient = ?`, recipient)
}

// Parked keeps the contract of lead.Store.
func (s *Store) Parked(ctx context.Context) ([]lead.Parked, error) {
	parked, err := s.parked(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing who is parked: %w", err)
	}
	return parked, nil
}

func (s *Store) parked(ctx context.Context) ([]lead.Parked, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, parkedQuery)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanParked)
}

const parkedQuery = `SELECT recipient, at, why, lead FROM parked ORDER BY recipient`

func scanParked(row scanner) (p lead.Parked, err error) {
	var at sql.NullInt64
	err = row.Scan(&p.Recipient, &at, &p.Why, &p.Lead)
	p.At = moment(at)
	return p, err
}
