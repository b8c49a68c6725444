package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// Report is what a mail service says later of a mail that it accepted.
type Report struct {
	Tags      map[string]string      // of the mail, as they were sent with it
	MessageID string                 // as in the mail's receipt
	State     lead.NotificationState // Delivered, Bounced, Suppressed or Failed
	Park      bool                   // the recipient is to be sent nothing more until a person says otherwise
	At        time.Time              // when it happened
	Note      string                 // why, in the service's words
}

// Report takes a mail service's report into account: the notification's state rises, a recipient whom mail does not
// reach is parked, and the next one is told. Reports may come in any order, repeatedly, and before Send has returned. One
// that names nothing of ours is nobody's news. After an error it should come again.
func (n *Notifier) Report(ctx context.Context, r Report) error {
	var errs []error
	for _, id := range reportedLeads(r.Tags) {
		if err := n.reportOne(ctx, id, r); err != nil {
			errs = append(errs, fmt.Errorf("taking a report on lead %s into account: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// reportedLeads are the leads that a mail's tags name: one, or those that a digest lists.
func reportedLeads(tags map[string]string) []string {
	var ids []string
	for name, value := range tags {
		if strings.HasPrefix(name, "lead") {
			ids = append(ids, strings.Split(value, ".")...)
		}
	}
	slices.Sort(ids)
	return slices.DeleteFunc(ids, func(id string) bool { return !lead.ValidID(id) })
}

func (n *Notifier) reportOne(ctx context.Context, id string, r Report) error {
	told, err := n.Store.Notifications(ctx, id)
	if errors.Is(err, lead.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range told {
		if r.isOf(c) {
			errs = append(errs, n.reported(ctx, c, r))
		}
	}
	return errors.Join(errs...)
}

// isOf says whether a report is of a notification: by its tag, or as one of those that a digest told.
func (r Report) isOf(c lead.Notification) bool {
	recipient, isDigest := strings.CutPrefix(r.Tags["notification"], digestPrefix)
	if !isDigest {
		return r.Tags["notification"] == Tag(c.NotificationKey)
	}
	sent := c.State == lead.Sending || c.MessageID == r.MessageID
	return forSales(c.Kind) && sent && hashOf(c.Recipient)[:32] == recipient
}

// reported writes a report of one notification: who must be told instead first.
func (n *Notifier) reported(ctx context.Context, c lead.Notification, r Report) error {
	var next []lead.NotificationKey
	if forSales(c.Kind) && r.State != lead.Delivered {
		var err error
		if r.Park {
			err = n.park(ctx, c, r.At, r.Note)
		}
		if err == nil {
			next, _, err = n.passOn(ctx, c)
		}
		if err != nil {
			return err
		}
	}
	if err := n.rise(ctx, c, r); err != nil {
		return err
	}
	n.logged(c.Lead, n.tryAll(ctx, next)) // what fails stays due
	return nil
}

// rise settles a notification under whatever claim it has now. A claim in between, by a retry, is asked for again.
func (n *Notifier) rise(ctx context.Context, c lead.Notification, r Report) error {
	for range 5 {
		c.State, c.Due, c.Error = r.State, time.Time{}, shortened(r.Note)
		if r.MessageID != "" {
			c.MessageID = r.MessageID
		}
		e := n.event(c)
		e.At = r.At
		err := n.Store.Settle(ctx, c, lead.NewEvent(e))
		if !errors.Is(err, lead.ErrLost) {
			return ignoreErased(err)
		}
		if c, err = n.Store.Notification(ctx, c.NotificationKey); err != nil {
			return ignoreErased(err)
		}
	}
	return lead.ErrLost
}

func ignoreErased(err error) error {
	if errors.Is(err, lead.ErrNotFound) {
		return nil
	}
	return err
}

// parkRefused parks who was refused by name: a salesperson whose mail server does not know them, or a program that says
// that it is gone.
func (n *Notifier) parkRefused(ctx context.Context, c lead.Notification, failure error) error {
	refused := forSales(c.Kind) && errors.Is(failure, mail.ErrRecipient)
	if !refused && !errors.Is(failure, errGone) {
		return nil
	}
	return n.park(ctx, c, n.Now(), shortened(failure.Error()))
}

// park stops everything to a recipient until a person un-parks them, and raises an alarm: in the log, because mail may
// be just what does not work.
func (n *Notifier) park(ctx context.Context, c lead.Notification, at time.Time, why string) error {
	n.Log.Error("a recipient is parked, because what we send does not reach them", "alarm", "parked",
		"lead", c.Lead, "kind", c.Kind)
	return n.Store.Park(ctx, lead.Parked{Recipient: c.Recipient, At: at, Why: why, Lead: c.Lead})
}
