// Package notify tells sales of leads, and does not rest until somebody was told.
//
// A lead reaches it on two independent paths, either of which delivers alone: the trigger (Handle), at once, and the
// sweeper (Sweep), every minute, over everything that is due. What happens to one lead:
//
//	Handle or Sweep ─ plan: who is told now, and when to look again ─ HandOff ─ Claim ─ one mail ─ Settle
//	     ▲                                                               ▲         │                 │
//	     └── unanswered when it wakes: reminder, backup, everyone        │         └ over the budget: held for a digest
//	                                                                     └── refused, or (Report) not delivered: next
//	                                                  not now: due again in 1 minute to 1 hour ──────┘
//
// The same notifications carry what goes to others than sales, of kinds of their own: the confirmation to the visitor,
// and webhooks.
//
// Run and Sweep work in lanes, one for each recipient, so that one whose mail server hangs holds up nobody else.
//
// The store decides who may send: of two that claim the same mail one succeeds, for the time of a lease. A process that
// dies between sending and settling leaves a lease that ends, and the mail is sent again: at most twice, never not.
// What must be due is written before what ends: the next recipient's mail before the refused one's, so that no crash
// leaves a lead with nothing that waits.
//
// It knows the store and the sender by their contracts, and of the site what the bundle says. It does not know which
// adapters those are, nor what woke it.
package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// Notifier tells sales. The fields up to Log must be set; none may change while it is used. Its methods may be called
// from many goroutines and processes at once.
type Notifier struct {
	Store  lead.Store
	Sender mail.Sender
	Bundle func() *bundle.Bundle // asked once per mail; nil as long as there is none
	Keys   lead.Keys             // sign the links by which sales decides
	Now    func() time.Time
	Log    *slog.Logger // gets no personal data

	Hooks     *Hooks // how webhooks leave; nil: they wait
	Reported  bool   // deliveries are reported (Report): a mail without a report goes to the next
	Unlimited bool   // no budget of mails for each recipient

	SendTimeout time.Duration // how long one attempt may take; 0: 30 seconds
	Workers     int           // how many mails Run and Sweep have under way at once, at most two of them to one recipient; 0: 8
	Every       time.Duration // how often Run sweeps; 0: a minute

	mu   sync.Mutex
	site *site // of the bundle that was used last
}

// beyondTimeout is how much longer a lease is than an attempt: reading, writing and a function's own timeout lie
// between the two.
const beyondTimeout = time.Minute

// errNoBundle says that the site has not been built yet.
var errNoBundle = errors.New("there is no bundle yet")

// errNobody says that neither the form nor the site names an address.
var errNobody = errors.New("nobody is named who could be told: add people or an organization's e-mail to site.yaml")

// Handle tells sales of a new lead: the trigger's work. Once it returns nil, the lead is handed off, and either the
// mail is sent or it is due again; calling it again is harmless. A lead that is gone, or that is not new any more,
// needs nothing. An error means that the lead may not be handed off; whoever triggered should try again, and the
// sweeper will. Webhooks are left to the sweeper: other people's servers may hang, and the next lead waits behind this one.
func (n *Notifier) Handle(ctx context.Context, id string) error {
	keys, err := n.pass(ctx, id)
	keys = slices.DeleteFunc(keys, func(k lead.NotificationKey) bool { return k.Kind == lead.KindWebhook })
	if err = errors.Join(err, n.tryAll(ctx, keys)); err != nil {
		return fmt.Errorf("telling sales of lead %s: %w", id, err)
	}
	return nil
}

// tryAll makes an attempt at each of some notifications, and at those that follow from them.
func (n *Notifier) tryAll(ctx context.Context, keys []lead.NotificationKey) error {
	var errs []error
	for len(keys) > 0 {
		next, err := n.try(ctx, keys[0], time.Time{})
		keys, errs = append(next, keys[1:]...), append(errs, err)
	}
	return errors.Join(errs...)
}

// pass hands a lead off, as planned, and returns the notifications that are now due; none when nobody needs to be told.
func (n *Notifier) pass(ctx context.Context, id string) ([]lead.NotificationKey, error) {
	s := n.current()
	if s == nil {
		return nil, errNoBundle
	}
	l, err := n.Store.Get(ctx, id)
	if errors.Is(err, lead.ErrNotFound) {
		return nil, nil
	}
	if err != nil || l.Status != lead.New {
		return nil, err
	}
	if len(recipients(s, l)) == 0 {
		h := lead.HandOff{Owner: l.Owner, DueAt: l.DueAt, Wake: n.Now().Add(nobodyAgain)}
		return nil, errors.Join(errNobody, n.Store.HandOff(ctx, id, h))
	}
	k, err := n.know(ctx, l)
	if err != nil {
		return nil, err
	}
	h := plan(s, k)
	if err := n.Store.HandOff(ctx, id, h); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(recipients(s, l), k.up) {
		n.Log.Error("nobody can be told of a lead: all recipients are parked", "alarm", "parked", "lead", id)
	}
	return k.due(h), nil
}

// due are the notifications of a lead that can be tried at once: those just planned, and those that waited.
func (k known) due(h lead.HandOff) []lead.NotificationKey {
	var keys []lead.NotificationKey
	for _, n := range append(k.told, h.Notifications...) {
		waits := n.State == lead.Pending || n.State == lead.Sending
		if waits && !n.Due.IsZero() && !n.Due.After(k.now) && !slices.Contains(keys, n.NotificationKey) {
			keys = append(keys, n.NotificationKey)
		}
	}
	return keys
}
