package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"leadsite/functions/lead"
)

// Due keeps the contract of lead.Store.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]lead.Due, error) {
	due, err := s.due(ctx, now, limit)
	if err != nil {
		return nil, fmt.Errorf("listing what is due: %w", err)
	}
	return due, nil
}

func (s *Store) due(ctx context.Context, now time.Time, limit int) ([]lead.Due, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, dueQuery, now.UnixMilli(), s.now().UnixMilli(), now.UnixMilli(), s.now().UnixMilli(), max(0, limit))
	if err != nil {
		return nil, err
	}
	return collect(rows, func(row scanner) (lead.Due, error) {
		var d lead.Due
		var at sql.NullInt64
		err := row.Scan(&at, &d.Lead, &d.Kind, &d.Recipient)
		d.At = moment(at)
		return d, err
	})
}

// dueQuery takes the time asked for and the present, for the leads, the same for the notifications, and the limit.
const dueQuery = `
	SELECT wake AS at, id, '', '' FROM leads WHERE wake <= ? AND ` + alive + `
	UNION ALL
	SELECT due, lead, kind, recipient FROM notifications JOIN leads ON id = lead WHERE due <= ? AND ` + alive + `
	ORDER BY at LIMIT ?`

// Notification keeps the contract of lead.Store.
func (s *Store) Notification(ctx context.Context, key lead.NotificationKey) (lead.Notification, error) {
	row := func(query string, args ...any) scanner { return s.read.QueryRowContext(ctx, query, args...) }
	err := s.ready(ctx)
	var n lead.Notification
	if err == nil {
		n, err = findNotification(row, key, s.now())
	}
	if err != nil {
		return lead.Notification{}, fmt.Errorf("getting a notification of lead %s: %w", key.Lead, err)
	}
	return n, nil
}

// Notifications keeps the contract of lead.Store.
func (s *Store) Notifications(ctx context.Context, id string) ([]lead.Notification, error) {
	all, err := s.notifications(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("listing the notifications of lead %s: %w", id, err)
	}
	return all, nil
}

func (s *Store) notifications(ctx context.Context, id string) ([]lead.Notification, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	row := func(query string, args ...any) scanner { return tx.QueryRowContext(ctx, query, args...) }
	if _, err := findLead(row, id, s.now()); err != nil {
		return nil, err
	}
	return notificationsOf(ctx, tx, id)
}

func notificationsOf(ctx context.Context, tx *sql.Tx, id string) ([]lead.Notification, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+notificationColumns+` FROM notifications WHERE lead = ?
		ORDER BY kind, recipient`, id)
	if err != nil {
		return nil, err
	}
	return collect(rows, scanNotification)
}

// Claim keeps the contract of lead.Store.
func (s *Store) Claim(ctx context.Context, key lead.NotificationKey, now time.Time, lease time.Duration) (lead.Notification, error) {
	n, err := write(ctx, s, func(t *tx) (lead.Notification, error) {
		n, err := findNotification(t.row, key, s.now())
		if err != nil {
			return lead.Notification{}, err
		}
		if n, err = n.Claimed(now, lease); err != nil {
			return lead.Notification{}, err
		}
		return n, updateNotification(t, n)
	})
	if err != nil {
		return lead.Notification{}, fmt.Errorf("claiming a notification of lead %s: %w", key.Lead, err)
	}
	return n, nil
}

// Settle keeps the contract of lead.Store.
func (s *Store) Settle(ctx context.Context, outcome lead.Notification, e lead.Event) error {
	e = e.Kept()
	_, err := write(ctx, s, func(t *tx) (none, error) {
		n, err := findNotification(t.row, outcome.NotificationKey, s.now())
		if err != nil {
			return none{}, err
		}
		if n, err = n.Settled(outcome, e.At); err != nil {
			return none{}, err
		}
		if err := insertEvent(t, n.Lead, e); err != nil {
			return none{}, err
		}
		return none{}, updateNotification(t, n)
	})
	if err != nil {
		return fmt.Errorf("settling a notification of lead %s: %w", outcome.Lead, err)
	}
	return nil
}

// insertNotification adds a notification, unless there is one of that key.
func insertNotification(t *tx, n lead.Notification) error {
	return t.exec(`INSERT INTO notifications
		(lead, kind, recipient, state, attempts, due, message_id, error, updated)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		n.Lead, n.Kind, n.Recipient, string(n.State), n.Attempts, millis(n.Due), n.MessageID, n.Error, millis(n.UpdatedAt))
}

// updateNotification writes what can change of a notification.
func updateNotification(t *tx, n lead.Notification) error {
	return t.exec(`UPDATE notifications SET state = ?, attempts = ?, due = ?, message_id = ?, error = ?, updated = ?
		WHERE lead = ? AND kind = ? AND recipient = ?`,
		string(n.State), n.Attempts, millis(n.Due), n.MessageID, n.Error, millis(n.UpdatedAt),
		n.Lead, n.Kind, n.Recipient)
}

// findNotification reads one notification of a lead that exists, or ErrNotFound.
func findNotification(row func(query string, args ...any) scanner, key lead.NotificationKey, now time.Time) (lead.Notification, error) {
	n, err := scanNotification(row(`SELECT `+notificationColumns+` FROM notifications JOIN leads ON id = lead
		WHERE lead = ? AND kind = ? AND recipient = ? AND `+alive,
		key.Lead, key.Kind, key.Recipient, now.UnixMilli()))
	if errors.Is(err, sql.ErrNoRows) {
		err = lead.ErrNotFound
	}
	return n, err
}

// notificationColumns are what scanNotification reads.
const notificationColumns = `lead, kind, recipient, state, attempts, due, message_id, error, updated`

func scanNotification(row scanner) (lead.Notification, error) {
	var n lead.Notification
	var due, updated sql.NullInt64
	err := row.Scan(&n.Lead, &n.Kind, &n.Recipient, &n.State, &n.Attempts, &due, &n.MessageID, &n.Error, &updated)
	n.Due, n.UpdatedAt = moment(due), moment(updated)
	return n, err
}
