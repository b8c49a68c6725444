package cli

import (
	"context"
	"time"

	"leadsite/functions/lead"
)

// spoolFolder is the folder of a state folder where leads wait while the store cannot take them.
const spoolFolder = "spool"

// How often the spool is looked into, and how long the store may take for one of its leads.
const (
	spoolEvery    = 5 * time.Second
	spoolPatience = 5 * time.Second
)

// emptySpool puts what waits in the spool into the store, at once and then again and again, until the context ends.
func (b *Backend) emptySpool(ctx context.Context) {
	tick := time.NewTicker(spoolEvery)
	defer tick.Stop()
	for {
		failed, err := b.spool.Each(ctx, func(l lead.Lead) error { return b.replay(ctx, l) })
		if err != nil && ctx.Err() == nil {
			b.log.Error("leads wait in the spool", "count", failed, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// replay puts one lead into the store, and wakes the notifier.
func (b *Backend) replay(ctx context.Context, l lead.Lead) error {
	ctx, cancel := context.WithTimeout(ctx, spoolPatience)
	defer cancel()
	created, err := lead.Replay(ctx, b.store, l)
	if err != nil {
		return err
	}
	b.log.Info("stored from the spool", "lead", l.ID, "new", created)
	if created && l.Status == lead.New {
		b.accepted(l.ID)
	}
	return nil
}
