package simulation

import (
	"context"
	"fmt"
	"time"

	"leadsite/functions/lead"
)

// gatedStore is the world's store behind the gate. What no function of the world calls (Export, say) is the store's own.
type gatedStore struct {
	lead.Store
	w *world
}

var _ lead.Store = gatedStore{}

// through asks the gate, and returns what f gave, or nothing at all.
func through[T any](ctx context.Context, g *gate, what string, f func() (T, error)) (result T, err error) {
	var got T
	err = g.pass(ctx, what, func() (err error) {
		got, err = f()
		return err
	})
	if err != nil {
		return result, err
	}
	return got, nil
}

func (s gatedStore) only(ctx context.Context, what string, f func() error) error {
	return s.w.gate.pass(ctx, what, f)
}

// in is a call's context without its end: once the gate has ruled that a call happens, it happens.
func in(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

func keyText(k lead.NotificationKey) string { return k.Lead + " " + k.Kind + " " + k.Recipient }

// Put stores a lead, and puts a record of a new one on the table's stream.
func (s gatedStore) Put(ctx context.Context, l lead.Lead) (lead.Lead, bool, error) {
	type answer struct {
		stored  lead.Lead
		created bool
	}
	got, err := through(ctx, s.w.gate, "put "+l.ID, func() (a answer, err error) {
		a.stored, a.created, err = s.w.store.Put(in(ctx), l)
		if err == nil {
			s.w.truth.put(s.w, a.stored, a.created)
		}
		return a, err
	})
	return got.stored, got.created, err
}

// Get reads a lead.
func (s gatedStore) Get(ctx context.Context, id string) (lead.Lead, error) {
	return through(ctx, s.w.gate, "get "+id, func() (lead.Lead, error) { return s.w.store.Get(in(ctx), id) })
}

// List reads a page.
func (s gatedStore) List(ctx context.Context, q lead.Query) (lead.Page, error) {
	return through(ctx, s.w.gate, "list", func() (lead.Page, error) { return s.w.store.List(in(ctx), q) })
}

// ByPerson reads a person's leads.
func (s gatedStore) ByPerson(ctx context.Context, person string, limit int) ([]lead.Lead, error) {
	return through(ctx, s.w.gate, "by-person "+person, func() ([]lead.Lead, error) { return s.w.store.ByPerson(in(ctx), person, limit) })
}

// Append adds an event.
func (s gatedStore) Append(ctx context.Context, id string, e lead.Event) error {
	return s.only(ctx, "append "+id, func() error { return s.w.store.Append(in(ctx), id, e) })
}

// SetStatus moves a lead.
func (s gatedStore) SetStatus(ctx context.Context, id string, version int, to lead.Status, e lead.Event) (lead.Lead, error) {
	return through(ctx, s.w.gate, fmt.Sprintf("set-status %s %s", id, to), func() (lead.Lead, error) {
		return s.w.store.SetStatus(in(ctx), id, version, to, e)
	})
}

// HandOff passes a lead on.
func (s gatedStore) HandOff(ctx context.Context, id string, h lead.HandOff) error {
	return s.only(ctx, "hand-off "+id, func() error { return s.w.store.HandOff(in(ctx), id, h) })
}

// Due reads what waits.
func (s gatedStore) Due(ctx context.Context, now time.Time, limit int) ([]lead.Due, error) {
	return through(ctx, s.w.gate, "due", func() ([]lead.Due, error) { return s.w.store.Due(in(ctx), now, limit) })
}

// Notification reads one.
func (s gatedStore) Notification(ctx context.Context, key lead.NotificationKey) (lead.Notification, error) {
	return through(ctx, s.w.gate, "notification "+keyText(key), func() (lead.Notification, error) { return s.w.store.Notification(in(ctx), key) })
}

// Notifications reads all of a lead.
func (s gatedStore) Notifications(ctx context.Context, id string) ([]lead.Notification, error) {
	return through(ctx, s.w.gate, "notifications "+id, func() ([]lead.Notification, error) { return s.w.store.Notifications(in(ctx), id) })
}

// Claim takes a notification, and is held against the lease before it.
func (s gatedStore) Claim(ctx context.Context, key lead.NotificationKey, now time.Time, lease time.Duration) (lead.Notification, error) {
	return through(ctx, s.w.gate, "claim "+keyText(key), func() (lead.Notification, error) {
		n, err := s.w.store.Claim(in(ctx), key, now, lease)
		if err == nil {
			s.w.truth.claimed(s.w, n, now, ctx.Value(invocationKey{}).(*invocation))
		}
		return n, err
	})
}

// Settle writes an outcome.
func (s gatedStore) Settle(ctx context.Context, n lead.Notification, e lead.Event) error {
	return s.only(ctx, "settle "+keyText(n.NotificationKey), func() error {
		err := s.w.store.Settle(in(ctx), n, e)
		if err == nil {
			s.w.truth.settled(n.NotificationKey)
		}
		return err
	})
}

// Count counts.
func (s gatedStore) Count(ctx context.Context, key string, now time.Time, window time.Duration) (int, error) {
	return through(ctx, s.w.gate, "count", func() (int, error) { return s.w.store.Count(in(ctx), key, now, window) })
}

// Spend uses a challenge up.
func (s gatedStore) Spend(ctx context.Context, challenge, id string, expires time.Time) error {
	return s.only(ctx, "spend "+id, func() error { return s.w.store.Spend(in(ctx), challenge, id, expires) })
}

// Park parks a recipient.
func (s gatedStore) Park(ctx context.Context, p lead.Parked) error {
	return s.only(ctx, "park "+p.Recipient, func() error { return s.w.store.Park(in(ctx), p) })
}

// Unpark lets a recipient have mail again.
func (s gatedStore) Unpark(ctx context.Context, recipient string) error {
	return s.only(ctx, "unpark "+recipient, func() error { return s.w.store.Unpark(in(ctx), recipient) })
}

// Parked reads who is parked.
func (s gatedStore) Parked(ctx context.Context) ([]lead.Parked, error) {
	return through(ctx, s.w.gate, "parked", func() ([]lead.Parked, error) { return s.w.store.Parked(in(ctx)) })
}

// Close is for the world to do.
func (s gatedStore) Close() error { return nil }
