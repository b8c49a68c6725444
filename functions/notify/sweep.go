package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"leadsite/functions/lead"
)

// batch is how many due items a sweep asks for at a time.
const batch = 200

// Sweep does everything that is due: hand-offs that no trigger reached, retries, mails whose lease has ended. Among
// what it finds at once, the oldest lead comes first. Each item is tried once and its failure is logged, so that none
// holds up another. It returns how many items it took up. It stops early, without an error, when ctx ends; the error is
// that of asking what is due.
func (n *Notifier) Sweep(ctx context.Context) (int, error) {
	return n.sweep(ctx, n.Now(), func(lead.Due) bool { return true })
}

// resume takes up what a process that died on this machine left behind: leases that have not ended, and retries whose
// time has not come. Only Run may do so, because it is alone on its store, and only before it does anything else.
func (n *Notifier) resume(ctx context.Context) (int, error) {
	until := n.Now().Add(latest + n.sendTimeout() + beyondTimeout)
	return n.sweep(ctx, until, func(d lead.Due) bool { return d.Kind != "" })
}

// sweep does what is wanted of everything that is due until a time. Items that cannot be moved stay where they are, at
// the front: so it asks for more and more, until it has seen all.
func (n *Notifier) sweep(ctx context.Context, until time.Time, wanted func(lead.Due) bool) (int, error) {
	seen := map[lead.NotificationKey]bool{}
	count := 0
	for limit := batch; ctx.Err() == nil; {
		due, err := n.Store.Due(ctx, until, limit)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return count, fmt.Errorf("sweeping: %w", err)
		}
		var fresh []lead.Due
		for _, d := range due {
			if !seen[d.NotificationKey] && wanted(d) {
				fresh = append(fresh, d)
			}
			seen[d.NotificationKey] = true
		}
		if len(fresh) == 0 && len(due) < limit {
			break
		}
		if len(fresh) == 0 {
			limit *= 2
		}
		count += n.each(ctx, n.oldestFirst(ctx, fresh))
	}
	return count, nil
}

// oldestFirst sorts by the age of the leads. One that cannot be read counts as old as it is due.
func (n *Notifier) oldestFirst(ctx context.Context, due []lead.Due) []lead.Due {
	born := map[string]time.Time{}
	for _, d := range due {
		born[d.Lead] = d.At
		if l, err := n.Store.Get(ctx, d.Lead); err == nil {
			born[d.Lead] = l.CreatedAt
		}
	}
	return slices.SortedStableFunc(slices.Values(due), func(a, b lead.Due) int {
		return cmp.Or(born[a.Lead].Compare(born[b.Lead]), strings.Compare(a.Lead, b.Lead))
	})
}

// each takes up items in their order, some at a time, and returns how many it took up before ctx ended.
func (n *Notifier) each(ctx context.Context, due []lead.Due) int {
	var group errgroup.Group
	group.SetLimit(n.workers())
	count := 0
	for _, d := range due {
		if ctx.Err() != nil {
			break
		}
		count++
		group.Go(func() error {
			n.logged(d.Lead, n.one(ctx, d))
			return nil
		})
	}
	_ = group.Wait() // no item returns an error
	return count
}

// one takes up one item.
func (n *Notifier) one(ctx context.Context, d lead.Due) error {
	if d.Kind == "" {
		return n.Handle(ctx, d.Lead)
	}
	return n.tell(ctx, d.NotificationKey, d.At)
}

func (n *Notifier) logged(id string, err error) {
	if err != nil {
		n.Log.Error("a lead could not be passed on; it stays due", "lead", id, "error", err)
	}
}

// Run serves one machine, on a store that no other process notifies from: leads as they come in through triggered, and
// a sweep now and every minute. A trigger may be lost; the sweep finds the lead. Run returns nil when ctx ends, once
// what is under way has ended, too.
func (n *Notifier) Run(ctx context.Context, triggered <-chan string) error {
	if !n.awaitBundle(ctx) {
		return nil
	}
	if _, err := n.resume(ctx); err != nil {
		n.Log.Error("resuming what was left behind", "error", err)
	}
	var work sync.WaitGroup
	for range n.workers() {
		work.Go(func() { n.follow(ctx, triggered) })
	}
	tick := time.NewTicker(cmp.Or(n.Every, time.Minute))
	defer tick.Stop()
	for ctx.Err() == nil {
		if _, err := n.Sweep(ctx); err != nil {
			n.Log.Error("the sweep ended early", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	work.Wait()
	return nil
}

// awaitBundle waits until the site was built for the first time; false: ctx ended before.
func (n *Notifier) awaitBundle(ctx context.Context) bool {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for n.Bundle() == nil {
		select {
		case <-ctx.Done():
			return false
		case <-tick.C:
		}
	}
	return true
}

// follow handles what is triggered.
func (n *Notifier) follow(ctx context.Context, triggered <-chan string) {
	for {
		select {
		case <-ctx.Done():
			return
		case id, open := <-triggered:
			if !open {
				return
			}
			n.logged(id, n.Handle(ctx, id))
		}
	}
}

func (n *Notifier) workers() int {
	if n.Workers > 0 {
		return n.Workers
	}
	return 4
}
