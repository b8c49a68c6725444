package notify

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

const (
	// soonest and latest bound how long a failed mail waits for its next attempt.
	soonest = time.Minute
	latest  = time.Hour
	// settleTimeout is how long writing an outcome may take after the caller's context has ended.
	settleTimeout = 5 * time.Second
	// refusedMark begins the Error of a notification that was refused for good, also of one that is tried all the same.
	refusedMark = "refused: "
	// longestError is how many characters of an error are kept with a lead.
	longestError = 300
)

// unneeded ends a notification that nobody needs any more; it is the reason.
type unneeded string

func (u unneeded) Error() string { return "not needed any more: " + string(u) }

var (
	// errGivenUp ends a notification that is worth no further attempt.
	errGivenUp = errors.New("given up")
	// errParked refuses a recipient without asking their server: it has refused for good, or they complained.
	errParked = fmt.Errorf("the recipient is parked: %w", mail.ErrRefused)
)

// try makes one attempt at a notification, and returns those that follow from it and are due now: the next
// recipient's, when this one is refused for good. The claim counts as made at notBefore when that lies ahead (see
// leftBehind).
func (n *Notifier) try(ctx context.Context, key lead.NotificationKey, notBefore time.Time) (next []lead.NotificationKey, err error) {
	if n.isHeld(ctx, key) {
		return n.digest(ctx, key.Recipient, notBefore)
	}
	claimed, err := n.Store.Claim(ctx, key, latestOf(n.Now(), notBefore), n.sendTimeout()+beyondTimeout)
	if errors.Is(err, lead.ErrClaimed) {
		return n.unreported(ctx, key) // or somebody else is at it, or it is done
	}
	if errors.Is(err, lead.ErrNotFound) {
		return nil, nil // the lead was erased
	}
	if err != nil {
		return nil, err
	}
	return n.attempt(ctx, claimed)
}

// attempt sends a claimed notification and writes what came of it. From the claim on everything ends in Settle:
// whatever is wrong with a lead, its mail moves on in time and holds up no other.
func (n *Notifier) attempt(ctx context.Context, c lead.Notification) (next []lead.NotificationKey, err error) {
	receipt, failure := n.send(ctx, c)
	return n.finish(ctx, c, outcome{receipt: receipt, failure: failure})
}

// outcome is how one attempt went.
type outcome struct {
	receipt  mail.Receipt
	failure  error
	note     string // what else is to be said of it
	passedOn bool   // another recipient has taken over
}

// finish writes what came of a claimed notification. What must be due is written before what ends: a recipient who is
// refused for good is parked, the next one's mail is due, and only then this one's ends.
func (n *Notifier) finish(ctx context.Context, c lead.Notification, o outcome) (next []lead.NotificationKey, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := n.parkRefused(ctx, c, o.failure); err != nil {
		return nil, err
	}
	if errors.Is(o.failure, mail.ErrRefused) && forSales(c.Kind) {
		if next, o.passedOn, err = n.passOn(ctx, c); err != nil {
			return nil, err
		}
	}
	c, e := n.settled(c, o)
	err = n.Store.Settle(ctx, c, e)
	if errors.Is(err, lead.ErrLost) || errors.Is(err, lead.ErrNotFound) {
		n.Log.Warn("the outcome of a notification came too late", "lead", c.Lead, "kind", c.Kind, "state", string(c.State))
		return next, nil
	}
	if err != nil {
		return nil, err // the sweeper finds what is next
	}
	n.logFailure(c, o)
	return next, nil
}

// logFailure says what was not sent; what waits for a digest, or nobody needs, is no failure.
func (n *Notifier) logFailure(c lead.Notification, o outcome) {
	var waits held
	var ends unneeded
	switch {
	case o.failure == nil || errors.As(o.failure, &waits) || errors.As(o.failure, &ends):
	case errors.Is(o.failure, errGivenUp):
		n.Log.Error("a notification was given up", "alarm", "given-up", "lead", c.Lead, "kind", c.Kind, "attempt", c.Attempts, "error", withoutAddresses(c.Error))
	default:
		n.Log.Warn("a notification was not sent", "lead", c.Lead, "kind", c.Kind, "attempt", c.Attempts, "state", string(c.State), "error", withoutAddresses(c.Error))
	}
}

// send writes the notification and hands it over, once.
func (n *Notifier) send(ctx context.Context, c lead.Notification) (receipt mail.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = n.panicked(c, p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, n.sendTimeout())
	defer cancel()
	s := n.current()
	if s == nil {
		return mail.Receipt{}, errNoBundle
	}
	l, err := n.wanted(ctx, c)
	if err != nil {
		return mail.Receipt{}, err
	}
	switch c.Kind {
	case lead.KindWebhook:
		receipt, err = n.call(ctx, s, l, c)
	case lead.KindConfirmation:
		receipt, err = n.confirm(ctx, s, l, c)
	default:
		return n.tellSales(ctx, s, l, c)
	}
	if err != nil && n.tooOld(l) && c.Attempts >= fewestAttempts {
		err = fmt.Errorf("%w after a day: %w", errGivenUp, err)
	}
	return receipt, err
}

// wanted is the lead of a claimed notification, as long as it is needed.
func (n *Notifier) wanted(ctx context.Context, c lead.Notification) (lead.Lead, error) {
	l, err := n.Store.Get(ctx, c.Lead)
	if err != nil {
		return lead.Lead{}, err
	}
	if why := n.needless(l, c); why != "" {
		return lead.Lead{}, why
	}
	return l, nil
}

// needless says why a notification about a lead is not needed any more; "" when it is.
func (n *Notifier) needless(l lead.Lead, c lead.Notification) unneeded {
	switch {
	case forSales(c.Kind) && l.Status != lead.New:
		return "the lead is not new"
	case l.Status == lead.Spam:
		return "the lead is spam"
	case c.Kind == lead.KindConfirmation && n.tooOld(l):
		return "a confirmation a day late confuses"
	}
	return ""
}

const (
	// wholeDay is how long visitors and programs are tried, as opposed to sales.
	wholeDay = 24 * time.Hour
	// fewestAttempts is how often programs are tried, also when all attempts come late.
	fewestAttempts = 10
)

func (n *Notifier) tooOld(l lead.Lead) bool { return n.Now().Sub(l.CreatedAt) >= wholeDay }

// tellSales sends one mail about one lead, when the recipient's budget leaves one.
func (n *Notifier) tellSales(ctx context.Context, s *site, l lead.Lead, c lead.Notification) (mail.Receipt, error) {
	if err := n.checkParked(ctx, c.Recipient); err != nil {
		return mail.Receipt{}, err
	}
	if err := n.spendBudget(ctx, s, c); err != nil {
		return mail.Receipt{}, err
	}
	m, err := n.message(ctx, s, l, c)
	if err != nil {
		return mail.Receipt{}, err
	}
	return n.Sender.Send(ctx, m)
}

func (n *Notifier) checkParked(ctx context.Context, recipient string) error {
	parked, err := n.Store.Parked(ctx)
	if err == nil && !(known{parked: parked}).up(recipient) {
		err = errParked
	}
	return err
}

// panicked logs where a send panicked. What it panicked with may be a visitor's text, so only the runtime's own words
// are repeated; a stack of debug.Stack holds no texts either.
func (n *Notifier) panicked(c lead.Notification, with any) error {
	n.Log.Error("a notification was not written: a panic", "lead", c.Lead, "kind", c.Kind, "type", fmt.Sprintf("%T", with), "stack", string(debug.Stack()))
	if err, ok := with.(runtime.Error); ok {
		return fmt.Errorf("a panic: %w", err)
	}
	return fmt.Errorf("a panic with a %T", with)
}

// Tag names a notification of a lead where no address may stand: its kind, "-" and 32 hexadecimal digits, the first of
// the SHA-256 of the recipient. It is the tag "notification" of a mail, and comes back with the mail's events.
func Tag(key lead.NotificationKey) string {
	return key.Kind + "-" + hashOf(key.Recipient)[:32]
}

func hashOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// passOn makes a lead known to somebody else, before the notification of a recipient ends whom it did not reach. It
// returns the mail that is now due, if there is one, and whether anybody else knows of the lead or is about to.
func (n *Notifier) passOn(ctx context.Context, lost lead.Notification) (due []lead.NotificationKey, passedOn bool, err error) {
	s := n.current()
	l, err := n.Store.Get(ctx, lost.Lead)
	if s == nil || err != nil || l.Status != lead.New {
		return nil, false, err
	}
	k, err := n.know(ctx, l)
	if err != nil {
		return nil, false, err
	}
	others := slices.DeleteFunc(recipients(s, l), func(to string) bool {
		return strings.EqualFold(to, lost.Recipient) || !k.up(to) || k.hopeless(to)
	})
	p := planner{known: k, out: lead.HandOff{Owner: l.Owner, DueAt: l.DueAt, Wake: l.Wake}}
	if len(others) == 0 { // somebody may be un-parked
		p.sooner(k.now.Add(nobodyAgain))
		return nil, false, n.Store.HandOff(ctx, l.ID, p.out)
	}
	if strings.EqualFold(l.Owner, lost.Recipient) {
		p.out.Owner = others[0]
	}
	if len(k.to(others[0])) == 0 {
		p.add(lead.KindLead, others[0])
	}
	if err := n.Store.HandOff(ctx, l.ID, p.out); err != nil {
		return nil, false, err
	}
	return k.due(p.out), true, nil
}

// unreported looks at a notification that is due and cannot be claimed: a mail that the service accepted long ago
// without reporting its delivery. The next recipient is told; the mail may arrive yet.
func (n *Notifier) unreported(ctx context.Context, key lead.NotificationKey) (next []lead.NotificationKey, err error) {
	c, err := n.Store.Notification(ctx, key)
	if errors.Is(err, lead.ErrNotFound) {
		return nil, nil
	}
	if err != nil || c.State != lead.Accepted || c.Due.IsZero() || c.Due.After(n.Now()) {
		return nil, err
	}
	if next, _, err = n.passOn(ctx, c); err != nil {
		return nil, err
	}
	c.Due, c.Error = time.Time{}, "no delivery was reported within ten minutes"
	e := n.event(c)
	n.Log.Warn("no delivery of a mail was reported", "lead", c.Lead, "kind", c.Kind, "passed_on", len(next) > 0)
	err = n.Store.Settle(ctx, c, e)
	if errors.Is(err, lead.ErrLost) || errors.Is(err, lead.ErrNotFound) {
		err = nil
	}
	return next, err
}

// settled is what becomes of a claimed notification, and the event that tells it. Refused for good is an end when
// another recipient has taken over; the last recipient's mail is tried again all the same, because refusals are mended,
// too.
func (n *Notifier) settled(c lead.Notification, o outcome) (lead.Notification, lead.Event) {
	var waits held
	var ends unneeded
	now := n.Now()
	c.Due, c.MessageID, c.Error = time.Time{}, o.receipt.MessageID, o.note
	switch {
	case o.failure == nil && o.receipt.Delivered:
		c.State = lead.Delivered
	case o.failure == nil:
		c.State = lead.Accepted
		if n.Reported && forSales(c.Kind) {
			c.Due = now.Add(undelivered)
		}
	case errors.As(o.failure, &waits):
		c.State, c.Due = lead.Pending, waits.until
	case o.passedOn || errors.As(o.failure, &ends) || errors.Is(o.failure, errGivenUp):
		c.State = lead.Failed
	default:
		c.State, c.Due = lead.Pending, now.Add(backoff(c))
	}
	if o.failure != nil {
		c.Error = shortened(o.failure.Error())
	}
	if errors.Is(o.failure, mail.ErrRefused) {
		c.Error = shortened(refusedMark + o.failure.Error())
	}
	return c, n.event(c)
}

// event tells in a lead's history what became of a notification now.
func (n *Notifier) event(c lead.Notification) lead.Event {
	e := lead.Event{At: n.Now(), Kind: lead.EventMail, By: "notify", To: c.Recipient, State: string(c.State), Note: c.Error}
	switch c.Kind {
	case lead.KindReminder, lead.KindEscalation:
		e.Kind = lead.EventReminder
	case lead.KindWebhook:
		e.Kind, e.To = lead.EventWebhook, hostOf(c.Recipient)
	}
	return lead.NewEvent(e)
}

// backoff is how long a mail waits after its attempts so far: the second half of 2, 4, 8 … 60 minutes. Where in that
// half is drawn from the mail's own key and attempt, so that what failed together is not tried together.
func backoff(c lead.Notification) time.Duration {
	ceiling := min(2*soonest<<min(c.Attempts-1, 10), latest)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d", c.Lead, Tag(c.NotificationKey), c.Attempts))
	share := time.Duration(binary.BigEndian.Uint16(sum[:]))
	return ceiling/2 + ceiling/2*share/65536
}

func (n *Notifier) sendTimeout() time.Duration {
	if n.SendTimeout > 0 {
		return n.SendTimeout
	}
	return 30 * time.Second
}

// shortened is a text on one line of at most longestError characters.
func shortened(s string) string {
	s = line(s)
	if utf8.RuneCountInString(s) > longestError {
		s = string([]rune(s)[:longestError-1]) + "…"
	}
	return s
}

// withoutAddresses is an error's text as a log may have it: servers like to repeat whom they refuse.
func withoutAddresses(s string) string {
	words := strings.Fields(s)
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = "(address)"
		}
	}
	return strings.Join(words, " ")
}

func latestOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
