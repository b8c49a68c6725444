package sqlite

import (
	"context"
	"fmt"
	"time"

	"leadsite/functions/lead"
)

// Count keeps the contract of lead.Store.
func (s *Store) Count(ctx context.Context, key string, now time.Time, window time.Duration) (int, error) {
	start := now.Truncate(window)
	n, err := write(ctx, s, func(t *tx) (n int, err error) {
		err = t.row(`INSERT INTO counters (key, start, ends, n) VALUES (?, ?, ?, 1)
			ON CONFLICT (key, start) DO UPDATE SET n = n + 1 RETURNING n`,
			key, start.UnixMilli(), start.Add(window).UnixMilli()).Scan(&n)
		return n, err
	})
	if err != nil {
		return 0, fmt.Errorf("counting: %w", err)
	}
	return n, nil
}

// Spend keeps the contract of lead.Store.
func (s *Store) Spend(ctx context.Context, challenge, id string, expires time.Time) error {
	_, err := write(ctx, s, func(t *tx) (none, error) {
		n, err := t.changed(`INSERT INTO challenges (id, lead, expires) VALUES (?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET lead = excluded.lead, expires = excluded.expires
			WHERE lead = excluded.lead OR expires <= ?`,
			challenge, id, expires.UnixMilli(), s.now().UnixMilli())
		if err == nil && n == 0 {
			err = lead.ErrSpent
		}
		return none{}, err
	})
	if err != nil {
		return fmt.Errorf("spending a challenge for lead %s: %w", id, err)
	}
	return nil
}

// How often purge runs, and how many rows of a table it deletes at a time.
const (
	purgeEvery = time.Minute
	purgeRows  = 500
)

// purge deletes some of what has expired. It runs beside the writes, so a store that nobody writes to deletes nothing.
func (w *writer) purge(t *tx) error {
	now := w.now()
	if now.Sub(w.purged).Abs() < purgeEvery {
		return nil
	}
	w.purged = now
	for _, table := range []string{
		`DELETE FROM leads WHERE id IN (SELECT id FROM leads WHERE expires <= ? LIMIT ?)`,
		`DELETE FROM counters WHERE (key, start) IN (SELECT key, start FROM counters WHERE ends <= ? LIMIT ?)`,
		`DELETE FROM tombstones WHERE lead IN (SELECT lead FROM tombstones WHERE expires <= ? LIMIT ?)`,
		`DELETE FROM challenges WHERE id IN (SELECT id FROM challenges WHERE expires <= ? LIMIT ?)`,
	} {
		if err := t.exec(table, now.UnixMilli(), purgeRows); err != nil {
			return err
		}
	}
	return nil
}
