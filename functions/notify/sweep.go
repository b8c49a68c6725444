package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"leadsite/functions/lead"
)

// batch is how many due items are asked for, and sorted, at a time.
const batch = 200

// Sweep does everything that is due: hand-offs that no trigger reached, retries, mails whose lease has ended. Among
// what it finds at once, the oldest lead comes first. Each item is tried once and its failure is logged, so that none
// holds up another. It returns how many items it took up. It stops early, without an error, when ctx ends; the error is
// that of asking what is due.
func (n *Notifier) Sweep(ctx context.Context) (int, error) {
	due, err := n.due(ctx, n.Now())
	if err != nil {
		return 0, fmt.Errorf("sweeping: %w", err)
	}
	l := n.newLanes(ctx)
	n.takeUp(ctx, l, due)
	return l.wait(), nil
}

// leftBehind lists what a process that died on this machine left: leases that have not ended, and retries whose time
// has not come. Only Run may ask, because it is alone on its store, and only once, before it claims anything: later
// the list would hold leases that are alive. Working through it may take its time, because a claim that counts as made
// when the old lease ends takes no lease that was made since.
func (n *Notifier) leftBehind(ctx context.Context) ([]lead.Due, error) {
	due, err := n.due(ctx, n.Now().Add(latest+n.sendTimeout()+beyondTimeout))
	if err != nil {
		return nil, fmt.Errorf("resuming what was left behind: %w", err)
	}
	return slices.DeleteFunc(due, func(d lead.Due) bool { return d.Kind == "" }), nil
}

// due lists everything that is due until a time. It asks for more and more, until it has seen all: items that cannot be
// moved stay at the front. When ctx ends, there is nothing to do.
func (n *Notifier) due(ctx context.Context, until time.Time) ([]lead.Due, error) {
	for limit := batch; ctx.Err() == nil; limit *= 2 {
		due, err := n.Store.Due(ctx, until, limit)
		if ctx.Err() != nil {
			break
		}
		if err != nil || len(due) < limit {
			return due, err
		}
	}
	return nil, nil
}

// takeUp puts what is due into the lanes, a batch at a time, since sorting means reading the leads.
func (n *Notifier) takeUp(ctx context.Context, l *lanes, due []lead.Due) {
	due = slices.DeleteFunc(due, func(d lead.Due) bool { return l.has(d.NotificationKey) })
	for part := range slices.Chunk(due, batch) {
		if ctx.Err() != nil {
			return
		}
		l.add(n.jobs(ctx, part)...)
	}
}

// jobs are the work on what is due, with the age of the leads. One that cannot be read counts as old as it is due.
func (n *Notifier) jobs(ctx context.Context, due []lead.Due) []job {
	all := make([]job, len(due))
	for i, d := range due {
		all[i] = job{NotificationKey: d.NotificationKey, notBefore: d.At, born: d.At, found: true}
		if l, err := n.Store.Get(ctx, d.Lead); err == nil {
			all[i].born = l.CreatedAt
		}
	}
	return all
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
	left, err := n.leftBehind(ctx)
	n.swept(err)
	l := n.newLanes(ctx)
	var work sync.WaitGroup
	work.Go(func() { n.follow(ctx, l, triggered) })
	n.takeUp(ctx, l, left)
	tick := time.NewTicker(cmp.Or(n.Every, time.Minute))
	defer tick.Stop()
	for ctx.Err() == nil {
		due, err := n.due(ctx, n.Now())
		n.swept(err)
		n.takeUp(ctx, l, due)
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	work.Wait()
	l.wait()
	return nil
}

// swept logs that nobody could say what is due.
func (n *Notifier) swept(err error) {
	if err != nil {
		n.Log.Error("what is due cannot be read", "error", err)
	}
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

// follow puts what is triggered into the lanes. It waits for none of it.
func (n *Notifier) follow(ctx context.Context, l *lanes, triggered <-chan string) {
	for {
		select {
		case <-ctx.Done():
			return
		case id, open := <-triggered:
			if !open {
				return
			}
			l.add(job{NotificationKey: lead.NotificationKey{Lead: id}, born: n.Now()})
		}
	}
}

func (n *Notifier) workers() int {
	if n.Workers > 0 {
		return n.Workers
	}
	return 8
}
