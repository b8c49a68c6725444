// Package probe watches the way of a lead from outside: once a day a synthetic one sets out, as a visitor's would, and
// is followed until its mail was delivered. One that does not arrive in time is an alarm in the log.
//
//	SetOut, once a day ─ POST to the site ═ edge ═ API ═ submit ═ table ─ Tell, by the stream ─ mail to SES's simulator
//	                                                                  └─ Look, every minute ─┘        │
//	                                         delivered: a line that a metric counts ─ Report ─────────┘
//	Look: not delivered in lead.ProbeLimit: the alarm
//
// A synthetic lead is a lead.Probe, which no list, mail to sales, budget or export can reach. The package knows the
// store of probes and the sender by their contracts. It knows no leads.
package probe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// Recipient is the mail simulator of SES: it takes every mail, also of an account in the sandbox, and reports it as
// delivered. Nobody reads it.
const Recipient = "success@simulator.amazonses.com"

// Tag names the tag of a probe's mail that holds its ID. Mails about leads do not have it.
const Tag = "probe"

// Watch follows probes. All fields must be set. Its methods may be called at once from many processes, and again.
type Watch struct {
	Probes lead.Probes
	Sender mail.Sender
	Bundle func() *bundle.Bundle
	Now    func() time.Time
	Log    *slog.Logger
}

// Tell mails a probe that was stored just now, as sales would be mailed of a lead: by is lead.ByStream or
// lead.BySchedule. One that is told already needs nothing. An error means that it should be tried again; Look will.
func (w *Watch) Tell(ctx context.Context, id, by string) error {
	if !lead.ValidProbeID(id) {
		return fmt.Errorf("%q is no probe's id", id)
	}
	p, err := w.Probes.Probe(ctx, id)
	if errors.Is(err, lead.ErrNotFound) {
		return nil
	}
	if err != nil || p.State != lead.Pending {
		return err
	}
	p.State, p.By, p.UpdatedAt = lead.Sending, by, w.Now()
	if mine, err := w.Probes.SettleProbe(ctx, p); err != nil || !mine {
		return err
	}
	return w.send(ctx, p)
}

// send makes one attempt to mail a probe, and notes what came of it.
func (w *Watch) send(ctx context.Context, p lead.Probe) error {
	receipt, err := w.Sender.Send(ctx, w.message(p))
	p.UpdatedAt = w.Now()
	if err != nil {
		p.Error = "the mail was not sent: " + err.Error()
		w.Log.Warn("a synthetic lead was not mailed", "probe", p.ID, "state", string(p.State), "error", err)
	} else {
		p.State, p.MessageID, p.Error = lead.Accepted, receipt.MessageID, ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	_, err = w.Probes.SettleProbe(ctx, p)
	return err
}

// noteTimeout is how long noting an outcome may take after the caller's context has ended.
const noteTimeout = 5 * time.Second

// message is the mail of a probe. It is sent as mail to sales is: from the same address, by the same sender.
func (w *Watch) message(p lead.Probe) mail.Message {
	brand := w.Bundle().Brand
	_, domain, _ := strings.Cut(brand.From, "@")
	return mail.Message{
		From: brand.From, FromName: brand.FromName, To: Recipient, Date: w.Now(),
		Subject: "leadsite: a synthetic lead",
		Text:    "Sent by leadsite to see that the way of a lead is open.\n",
		ID:      "probe-" + p.ID + "@" + domain,
		Tags:    map[string]string{Tag: p.ID},
	}
}

const (
	// streamLimit is how long the stream may take to bring a probe; after it the schedule tells, as it does of leads.
	streamLimit = time.Minute
	// sendAgain is after which a mail that was begun and not accepted is tried again: longer than a function runs.
	sendAgain = 2 * time.Minute
	// shown is how many probes are looked at: more than can set out within lead.ProbeLimit.
	shown = 20
)

// Look sees to the probes that are under way: one that the stream did not bring is told, a mail that was not sent is
// tried again, and one whose time is over is lost, which is an alarm.
func (w *Watch) Look(ctx context.Context) error {
	probes, err := w.Probes.Probes(ctx, shown)
	if err != nil {
		return err
	}
	var errs []error
	for _, p := range probes {
		if p.Open() {
			errs = append(errs, w.look(ctx, p))
		}
	}
	return errors.Join(errs...)
}

func (w *Watch) look(ctx context.Context, p lead.Probe) error {
	now := w.Now()
	switch waited := now.Sub(p.UpdatedAt); {
	case now.Sub(p.At) >= lead.ProbeLimit:
		return w.lose(ctx, p)
	case p.State == lead.Pending && waited >= streamLimit:
		return w.Tell(ctx, p.ID, lead.BySchedule)
	case p.State == lead.Sending && waited >= sendAgain:
		return w.send(ctx, p)
	}
	return nil
}

// lose ends a probe that did not arrive in time.
func (w *Watch) lose(ctx context.Context, p lead.Probe) error {
	if p.Error == "" {
		p.Error = missing(p.State)
	}
	p.State, p.UpdatedAt = lead.Failed, w.Now()
	return w.end(ctx, p)
}

// missing says what a probe waits for in a state.
func missing(s lead.NotificationState) string {
	if s == lead.Accepted {
		return "SES took the mail, and no delivery was reported"
	}
	return "it was stored, and no mail was sent"
}

// end writes the end of a probe, and logs it once: a metric and an alarm read these lines.
func (w *Watch) end(ctx context.Context, p lead.Probe) error {
	risen, err := w.Probes.SettleProbe(ctx, p)
	if errors.Is(err, lead.ErrNotFound) {
		return nil
	}
	switch {
	case err != nil || !risen:
		return err
	case p.State == lead.Delivered:
		w.Log.Info("a synthetic lead has arrived", "probe", p.ID, "state", string(p.State))
	default:
		w.alarm(p)
	}
	return nil
}

func (w *Watch) alarm(p lead.Probe) {
	w.Log.Error("a synthetic lead did not arrive", "alarm", "probe", "probe", p.ID, "state", string(p.State), "error", p.Error)
}

// Report takes what the mail service says of a probe's mail into account. State is an end. Reports may come in any
// order, and again; one of no probe of ours is nobody's news.
func (w *Watch) Report(ctx context.Context, id string, state lead.NotificationState, note string, at time.Time) error {
	p, err := w.Probes.Probe(ctx, id)
	if errors.Is(err, lead.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.State, p.Error, p.UpdatedAt = state, note, at
	return w.end(ctx, p)
}
