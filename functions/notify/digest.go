package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// The budget of a recipient is so many mails in a window (limits in site.yaml). A mail beyond it is held back until the
// window ends, and then a digest lists what was held back: at most one digest in a window, and digestSize leads in each.
// How many were held back in a window decides which of the next windows each waits for, so that a flood of thousands is
// not picked up and put back once for every window that it fills.

const (
	// digestSize is how many leads a digest lists at most.
	digestSize = 50
	// heldBack marks, in its Error, a notification that waits for a digest.
	heldBack = "held back: too many mails at once; it waits for a digest"
	// listed marks, in its Error, a notification that a digest told.
	listed = "listed in a digest, without a mail of its own"
	// ahead is how far ahead a digest counts what waits for the digests after it.
	ahead = 24 * time.Hour
)

// held is no failure: the notification waits for a digest.
type held struct{ until time.Time }

func (held) Error() string { return heldBack }

// isHeld says whether a notification waits for a digest; also after a crash that left it claimed. One that cannot be
// read is not held: trying it will say why.
func (n *Notifier) isHeld(ctx context.Context, key lead.NotificationKey) bool {
	s := n.current()
	if s == nil || !forSales(key.Kind) {
		return false
	}
	if mails, _ := n.budget(s); mails == 0 {
		return false // what was held goes alone
	}
	c, err := n.Store.Notification(ctx, key)
	return err == nil && c.Error == heldBack && !c.State.Done() && c.State != lead.Accepted
}

// budget is how many mails a recipient may get in a window; 0: as many as there are.
func (n *Notifier) budget(s *site) (mails int, window time.Duration) {
	if n.Unlimited || s.Limits.Mails <= 0 || s.Limits.Window <= 0 {
		return 0, 0
	}
	return s.Limits.Mails, time.Duration(s.Limits.Window)
}

// spendBudget takes one mail from a recipient's budget. Without one left the answer is held.
func (n *Notifier) spendBudget(ctx context.Context, s *site, c lead.Notification) error {
	mails, window := n.budget(s)
	if mails == 0 {
		return nil
	}
	spent, err := n.Store.Count(ctx, countKey("mail", c.Recipient), n.Now(), window)
	if err != nil || spent <= mails {
		return err
	}
	return n.hold(ctx, c.Recipient, window)
}

// hold says until when a notification to a recipient waits.
func (n *Notifier) hold(ctx context.Context, recipient string, window time.Duration) error {
	now := n.Now()
	nth, err := n.Store.Count(ctx, countKey("held", recipient), now, window)
	if err != nil {
		return err
	}
	return held{until: now.Truncate(window).Add(window * time.Duration(1+(nth-1)/digestSize))}
}

// countKey names a counter of a recipient, without the address.
func countKey(what, recipient string) string {
	return what + " " + hashOf(strings.ToLower(recipient))
}

// digest tells a recipient, in one mail, of what was held back for them and is due: once in a window, whoever asks.
// What it leaves stays due. In a process that takes up what another left behind (see leftBehind) what is held keeps its
// time.
func (n *Notifier) digest(ctx context.Context, to string, notBefore time.Time) (next []lead.NotificationKey, err error) {
	s, now := n.current(), n.Now()
	if notBefore.After(now) {
		return nil, nil
	}
	_, window := n.budget(s)
	nth, err := n.Store.Count(ctx, countKey("digest", to), now, window)
	if err != nil || nth > 1 {
		return nil, err
	}
	batch, waiting, err := n.gather(ctx, to, window)
	if err != nil {
		return nil, err
	}
	var told []lead.Notification
	var leads []lead.Lead
	var errs []error
	end := func(c lead.Notification, o outcome) {
		keys, err := n.finish(ctx, c, o)
		next, errs = append(next, keys...), append(errs, err)
	}
	for _, c := range batch {
		l, failure := n.wanted(ctx, c)
		if failure != nil {
			end(c, outcome{failure: failure})
			continue
		}
		told, leads = append(told, c), append(leads, l)
	}
	if len(told) > 0 {
		receipt, failure := n.sendDigest(ctx, s, told, leads, waiting)
		for _, c := range told {
			end(c, outcome{receipt: receipt, failure: failure, note: listed})
		}
	}
	return next, errors.Join(errs...)
}

// gather claims what was held back for a recipient and is due, oldest first, as much as a digest lists. It also counts
// what waits for the digests after it.
func (n *Notifier) gather(ctx context.Context, to string, window time.Duration) (batch []lead.Notification, waiting int, err error) {
	now := n.Now()
	due, err := n.due(ctx, now.Add(ahead))
	if err != nil {
		return nil, 0, err
	}
	for _, d := range due {
		switch {
		case d.Recipient != to || !forSales(d.Kind):
		case d.At.After(now) && !d.At.Equal(d.At.Truncate(window)): // a retry, or a lease; what is held waits for a window
		case d.At.After(now) || len(batch) == digestSize:
			waiting++
		case n.isHeld(ctx, d.NotificationKey):
			if claimed, err := n.Store.Claim(ctx, d.NotificationKey, now, n.sendTimeout()+beyondTimeout); err == nil {
				batch = append(batch, claimed)
			} // else another has it, or it stays due
		}
	}
	return batch, waiting, nil
}

// sendDigest writes the digest and hands it to the sender, once.
func (n *Notifier) sendDigest(ctx context.Context, s *site, told []lead.Notification, leads []lead.Lead, waiting int) (receipt mail.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = n.panicked(told[0], p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, n.sendTimeout())
	defer cancel()
	to := told[0].Recipient
	if err := n.checkParked(ctx, to); err != nil {
		return mail.Receipt{}, err
	}
	return n.Sender.Send(ctx, n.digestMessage(s, to, leads, waiting))
}

// digestMessage is a digest as a mail. Its tags name all leads that it lists, so that its delivery is theirs.
func (n *Notifier) digestMessage(s *site, to string, leads []lead.Lead, waiting int) mail.Message {
	words := n.composeDigest(s, to, leads, waiting)
	ids := make([]string, len(leads))
	for i, l := range leads {
		ids[i] = l.ID
	}
	_, domain, _ := strings.Cut(s.Brand.From, "@")
	return mail.Message{
		From: s.Brand.From, FromName: s.Brand.FromName, To: to, Date: n.Now(),
		Subject: words.subject, Text: words.text, HTML: words.html,
		ID:   fmt.Sprintf("digest-%s@%s", hashOf(to + strings.Join(ids, ""))[:24], domain),
		Tags: digestTags(to, ids),
	}
}

// digestPrefix begins the tag "notification" of a digest.
const digestPrefix = "digest-"

// digestTags names the recipient and the leads: as many ids to a tag as SES allows it characters (256), with dots
// between, in the tags lead, lead2, lead3 and so on.
func digestTags(to string, ids []string) map[string]string {
	const perTag = 9
	tags := map[string]string{"notification": digestPrefix + hashOf(to)[:32]}
	for i := 0; i < len(ids); i += perTag {
		name := "lead"
		if i > 0 {
			name = fmt.Sprintf("lead%d", i/perTag+1)
		}
		tags[name] = strings.Join(ids[i:min(i+perTag, len(ids))], ".")
	}
	return tags
}

// composeDigest writes the words of a digest, by the site's templates, or without them when they fail.
func (n *Notifier) composeDigest(s *site, to string, leads []lead.Lead, waiting int) letter {
	m := digestMail(s, leads, waiting, n.Now())
	for i, l := range leads {
		m.Entries[i].Verdict = n.verdict(s, l.ID, to)
	}
	t, err := s.salesTemplate("digest")
	if err == nil {
		var words letter
		if words, err = t.render(m); err == nil {
			return words
		}
	}
	n.Log.Error("the digest's templates fail; it is sent without them", "error", err)
	return plainDigest(m)
}
