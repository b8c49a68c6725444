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
	// longestError is how many characters of an error are kept with a lead.
	longestError = 300
)

// errAnswered ends a mail that nobody needs any more.
var errAnswered = errors.New("not needed any more: the lead is not new")

// try makes one attempt at a mail. When its recipient is refused for good, it returns the next recipient's mail, which
// is due now. The claim counts as made at notBefore when that lies ahead (see leftBehind).
func (n *Notifier) try(ctx context.Context, key lead.NotificationKey, notBefore time.Time) (next lead.NotificationKey, err error) {
	claimed, err := n.Store.Claim(ctx, key, latestOf(n.Now(), notBefore), n.sendTimeout()+beyondTimeout)
	if errors.Is(err, lead.ErrClaimed) || errors.Is(err, lead.ErrNotFound) {
		return lead.NotificationKey{}, nil // somebody else is at it, it is done, or the lead was erased
	}
	if err != nil {
		return lead.NotificationKey{}, err
	}
	key.Recipient, err = n.attempt(ctx, claimed)
	return key, err
}

// attempt sends a claimed mail and writes what came of it. It returns the recipient to try instead, "" for none. From
// the claim on everything ends in Settle: whatever is wrong with a lead, its mail moves on in time and holds up no other.
func (n *Notifier) attempt(ctx context.Context, c lead.Notification) (next string, err error) {
	receipt, failure := n.send(ctx, c)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if errors.Is(failure, mail.ErrRefused) {
		if next, err = n.passOn(ctx, c); err != nil {
			return "", err
		}
	}
	c, e := settled(c, receipt, failure, next != "", n.Now())
	err = n.Store.Settle(ctx, c, e)
	if errors.Is(err, lead.ErrLost) || errors.Is(err, lead.ErrNotFound) {
		n.Log.Warn("the outcome of a mail came too late", "lead", c.Lead, "kind", c.Kind, "state", c.State)
		return next, nil
	}
	if failure != nil {
		n.Log.Warn("a mail was not sent", "lead", c.Lead, "kind", c.Kind, "attempt", c.Attempts, "state", c.State, "error", withoutAddresses(c.Error))
	}
	return next, err
}

// send writes the mail and hands it to the sender, once.
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
	l, err := n.Store.Get(ctx, c.Lead)
	if err != nil {
		return mail.Receipt{}, err
	}
	if l.Status != lead.New {
		return mail.Receipt{}, errAnswered
	}
	m, err := n.message(ctx, s, l, c)
	if err != nil {
		return mail.Receipt{}, err
	}
	return n.Sender.Send(ctx, m)
}

// panicked logs where a send panicked. What it panicked with may be a visitor's text, so only the runtime's own words
// are repeated; a stack of debug.Stack holds no texts either.
func (n *Notifier) panicked(c lead.Notification, with any) error {
	n.Log.Error("a mail was not written: a panic", "lead", c.Lead, "kind", c.Kind, "type", fmt.Sprintf("%T", with), "stack", string(debug.Stack()))
	if err, ok := with.(runtime.Error); ok {
		return fmt.Errorf("a panic: %w", err)
	}
	return fmt.Errorf("a panic with a %T", with)
}

// message is the mail of one attempt. Its Message-ID is the same in all attempts, so that a mail server may drop the
// copy that a crash causes; References is the same in all mails about a lead, so that mail programs show one thread.
func (n *Notifier) message(ctx context.Context, s *site, l lead.Lead, c lead.Notification) (mail.Message, error) {
	words, replyTo, err := n.compose(ctx, s, l, c.Recipient)
	if err != nil {
		return mail.Message{}, err
	}
	_, domain, _ := strings.Cut(s.Brand.From, "@")
	return mail.Message{
		From: s.Brand.From, FromName: s.Brand.FromName, To: c.Recipient, ReplyTo: replyTo,
		Subject: words.subject, Text: words.text, HTML: words.html, Date: n.Now(),
		ID:         fmt.Sprintf("lead-%s.%s@%s", l.ID, hashOf(c.Kind + c.Recipient)[:8], domain),
		References: fmt.Sprintf("lead-%s@%s", l.ID, domain),
		Tags:       map[string]string{"lead": l.ID, "notification": Tag(c.NotificationKey)},
	}, nil
}

// compose writes the words of a mail about a lead, by the site's templates, or without them when they fail.
func (n *Notifier) compose(ctx context.Context, s *site, l lead.Lead, recipient string) (words letter, replyTo string, err error) {
	var before []lead.Lead
	if l.Person != "" {
		if before, err = n.Store.ByPerson(ctx, l.Person, shownBefore+5); err != nil {
			return letter{}, "", err
		}
	}
	m := leadMail(s, l, before, n.Now())
	n.offer(&m, s, recipient)
	t, err := s.template(lead.KindLead)
	if err == nil {
		words, err = t.render(m)
	}
	if err != nil {
		n.Log.Error("the mail's templates fail; it is sent without them", "lead", l.ID, "error", err)
		words = plainLetter(m, s.words)
	}
	return words, m.ReplyTo, nil
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

// passOn makes the mail to the next recipient due, before the refused one's ends. It returns "" when there is none.
func (n *Notifier) passOn(ctx context.Context, refused lead.Notification) (string, error) {
	s := n.current()
	l, err := n.Store.Get(ctx, refused.Lead)
	if err != nil {
		return "", err
	}
	others := slices.DeleteFunc(recipients(s, l), func(to string) bool { return to == refused.Recipient })
	next, err := n.reachable(ctx, l, others)
	if err != nil || next == "" {
		return "", err
	}
	owner := l.Owner
	if owner == refused.Recipient {
		owner = next
	}
	return next, n.handOff(ctx, s, l, owner, next)
}

// settled is what becomes of a claimed mail, and the event that tells it. Refused for good is an end when another
// recipient has taken over; the last recipient's mail is tried again all the same, because refusals are mended, too.
func settled(c lead.Notification, receipt mail.Receipt, failure error, passedOn bool, now time.Time) (lead.Notification, lead.Event) {
	c.Due, c.MessageID, c.Error = time.Time{}, receipt.MessageID, ""
	switch {
	case failure == nil && receipt.Delivered:
		c.State = lead.Delivered
	case failure == nil:
		c.State = lead.Accepted
	case passedOn || errors.Is(failure, errAnswered):
		c.State = lead.Failed
	default:
		c.State, c.Due = lead.Pending, now.Add(backoff(c))
	}
	if failure != nil {
		c.Error = shortened(failure.Error())
	}
	return c, lead.NewEvent(lead.Event{At: now, Kind: lead.EventMail, By: "notify", To: c.Recipient, State: string(c.State), Note: c.Error})
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
