package simulation

import (
	"context"
	"math/rand/v2"
	"sync"

	"leadsite/functions/lead"
)

// queue is the spool behind the gate: it delivers at least once, in any order.
type queue struct {
	world *world

	mu      sync.Mutex
	parcels []string
}

var _ lead.Spool = (*queue)(nil)

// Hold keeps a lead until it was replayed.
func (q *queue) Hold(ctx context.Context, l lead.Lead) error {
	return q.world.gate.pass(ctx, "hold "+l.ID, func() error {
		parcel, err := l.Parcel()
		if err == nil {
			q.mu.Lock()
			defer q.mu.Unlock()
			q.parcels = append(q.parcels, parcel)
		}
		return err
	})
}

// take gives any of the parcels, and leaves it where it is until drop.
func (q *queue) take(rng *rand.Rand) (string, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.parcels) == 0 {
		return "", false
	}
	return q.parcels[rng.IntN(len(q.parcels))], true
}

// drop forgets one copy of a parcel.
func (q *queue) drop(parcel string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for n, other := range q.parcels {
		if other == parcel {
			q.parcels = append(q.parcels[:n:n], q.parcels[n+1:]...)
			return
		}
	}
}

// holds says whether a lead waits here.
func (q *queue) holds(id string) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, parcel := range q.parcels {
		if l, err := lead.ReadParcel(parcel); err == nil && l.ID == id {
			return true
		}
	}
	return false
}

// replay puts what waits in the queue into the store, as the function behind the queue does.
func (w *world) replay() {
	parcel, ok := w.queue.take(w.rng)
	if !ok {
		return
	}
	w.invoke("replay", notifyLimit, func(ctx context.Context, _ *machine, by *invocation) {
		l, err := lead.ReadParcel(parcel)
		if err == nil {
			_, err = lead.Replay(ctx, gatedStore{w.store, w}, l)
		}
		if err == nil && !w.gate.isKilled(by) {
			w.queue.drop(parcel)
		}
	})
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.parcels) == 0
}
