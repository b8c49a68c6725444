// Package notify tells sales of leads, and does not rest until somebody was told.
//
// A lead reaches it on two independent paths, either of which delivers alone: the trigger (Handle), at once, and the
// sweeper (Sweep), every minute, over everything that is due. What happens to one lead:
//
//	Handle or Sweep ─ who is told (lead.Recipients) ─ HandOff ─ Claim ─ one mail ─ Settle
//	                                                     ▲                           │
//	                                                     └── refused for good: next ─┘
//	                                       not now: due again in 1 minute to 1 hour ─┘
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
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
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

	SendTimeout time.Duration // how long one attempt may take; 0: 30 seconds
	Workers     int           // how many mails Run and Sweep have under way at once, at most two of them to one recipient; 0: 8
	Every       time.Duration // how often Run sweeps; 0: a minute

	mu   sync.Mutex
	site *site // of the bundle that was used last
}

const (
	// beyondTimeout is how much longer a lease is than an attempt: reading, writing and a function's own timeout lie
	// between the two.
	beyondTimeout = time.Minute
	// lookAgain is when an unanswered lead is looked at again, in case everyone was told and nothing came of it.
	lookAgain = 24 * time.Hour
	// nobodyAgain is when a lead that nobody can be told of is tried again.
	nobodyAgain = time.Hour
)

// errNoBundle says that the site has not been built yet.
var errNoBundle = errors.New("there is no bundle yet")

// errNobody says that neither the form nor the site names an address.
var errNobody = errors.New("nobody is named who could be told: add people or an organization's e-mail to site.yaml")

// Handle tells sales of a new lead: the trigger's work. Once it returns nil, the lead is handed off, and either the
// mail is sent or it is due again; calling it again is harmless. A lead that is gone, or that is not new any more,
// needs nothing. An error means that the lead may not be handed off; whoever triggered should try again, and the
// sweeper will.
func (n *Notifier) Handle(ctx context.Context, id string) error {
	key, err := n.pass(ctx, id)
	for err == nil && key.Recipient != "" {
		key, err = n.try(ctx, key, time.Time{})
	}
	if err != nil {
		return fmt.Errorf("telling sales of lead %s: %w", id, err)
	}
	return nil
}

// pass hands a lead off, and returns the mail that is now due; none when nobody needs to be told.
func (n *Notifier) pass(ctx context.Context, id string) (due lead.NotificationKey, err error) {
	s := n.current()
	if s == nil {
		return due, errNoBundle
	}
	l, err := n.Store.Get(ctx, id)
	if errors.Is(err, lead.ErrNotFound) {
		return due, nil
	}
	if err != nil || l.Status != lead.New {
		return due, err
	}
	all := recipients(s, l)
	if len(all) == 0 {
		h := lead.HandOff{Owner: l.Owner, DueAt: l.DueAt, Wake: n.Now().Add(nobodyAgain)}
		return due, errors.Join(errNobody, n.Store.HandOff(ctx, id, h))
	}
	to, err := n.reachable(ctx, l, all)
	if err != nil {
		return due, err
	}
	if to == "" {
		to = all[len(all)-1] // whose mail is tried for as long as the lead is unanswered
	}
	if err := n.handOff(ctx, s, l, cmp.Or(l.Owner, to), to); err != nil {
		return due, err
	}
	return lead.NotificationKey{Lead: id, Kind: lead.KindLead, Recipient: to}, nil
}

// recipients are all who may be told of a lead, in order: those whom its form names, and behind them everyone, who is
// told when all those have been refused for good.
func recipients(s *site, l lead.Lead) []string {
	var named []string
	if f := s.Form(l.Form, l.Lang); f != nil {
		named = lead.Recipients(s.Bundle, &f.Form, l)
	}
	for _, to := range lead.Recipients(s.Bundle, nil, l) {
		if !slices.ContainsFunc(named, func(n string) bool { return strings.EqualFold(n, to) }) {
			named = append(named, to)
		}
	}
	return named
}

// reachable picks the first of the recipients whom mail may still reach, "" when all have been refused.
func (n *Notifier) reachable(ctx context.Context, l lead.Lead, all []string) (string, error) {
	for _, to := range all {
		told, err := n.Store.Notification(ctx, lead.NotificationKey{Lead: l.ID, Kind: lead.KindLead, Recipient: to})
		if errors.Is(err, lead.ErrNotFound) {
			return to, nil
		}
		if err != nil {
			return "", err
		}
		if !told.State.Done() || told.State == lead.Delivered {
			return to, nil
		}
	}
	return "", nil
}

// handOff makes the mail to one recipient due now. The first time it also sets until when an answer is promised, which
// no later change of the business hours moves.
func (n *Notifier) handOff(ctx context.Context, s *site, l lead.Lead, owner, to string) error {
	now := n.Now()
	due := l.DueAt
	if f := s.Form(l.Form, l.Lang); due.IsZero() && f != nil && f.RespondWithin > 0 {
		due = s.hours.after(l.CreatedAt, time.Duration(f.RespondWithin))
	}
	return n.Store.HandOff(ctx, l.ID, lead.HandOff{
		Owner: owner, DueAt: due, Wake: now.Add(lookAgain),
		Notifications: []lead.Notification{{
			NotificationKey: lead.NotificationKey{Lead: l.ID, Kind: lead.KindLead, Recipient: to},
			State:           lead.Pending, Due: now, UpdatedAt: now,
		}},
	})
}
