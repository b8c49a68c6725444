package intake

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// All calls of the store for one submission share storeBudget. Limiter and challenge may spend helperBudget of it
// each, and are passed over when they fail; what is left is the lead's. After it the spool has spoolBudget.
const (
	storeBudget  = 2 * time.Second
	helperBudget = 400 * time.Millisecond
	spoolBudget  = 2 * time.Second
)

// outcome is what became of a submission that is right.
type outcome int

const (
	unavailable outcome = iota // it is not stored
	limited                    // its address has sent too many; it is not stored
	stored                     // it is a lead
	sentAgain                  // it was one before
	held                       // it waits in the spool, and will be a lead
)

func (o outcome) String() string {
	return [...]string{"not stored", "limited", "stored", "sent again", "held in the spool"}[o]
}

// keep stores a submission as a lead. The error says why it is unavailable. Beyond the limit of its address only what is
// a lead already is accepted again.
//
// The visitor's going away does not stop it: whoever closes the page after the press has still sent the form.
func (x *exchange) keep(s *submission) (lead.Lead, outcome, error) {
	ctx, cancel := x.budget(storeBudget)
	defer cancel()
	sent := x.count(ctx)
	over := sent > max(x.bundle.Limits.Submissions, 0)
	id, err := x.Keys.ID(s.identity(x.now), x.Random)
	if err != nil {
		return lead.Lead{}, unavailable, err
	}
	var known lead.Lead
	if over {
		if known, err = x.Store.Get(ctx, id); err != nil {
			return lead.Lead{}, limited, nil
		}
		if !inSpamLane(known) {
			return known, sentAgain, nil
		}
	}
	l := x.leadOf(s, id)
	l.Spam = x.spamScore(ctx, s, l, sent)
	l = l.Received(x.now)
	if over && l.Status == lead.Spam {
		return known, sentAgain, nil
	}
	return x.put(ctx, l)
}

// put gives a lead to the store, and to the spool when the store does not take it.
func (x *exchange) put(ctx context.Context, l lead.Lead) (lead.Lead, outcome, error) {
	kept, created, err := lead.Commit(ctx, x.Store, l)
	switch {
	case err != nil:
		return x.hold(l, err)
	case created:
		return kept, stored, nil
	}
	return kept, sentAgain, nil
}

// hold leaves a lead with the spool, because the store did not take it.
func (x *exchange) hold(l lead.Lead, cause error) (lead.Lead, outcome, error) {
	if x.Spool == nil {
		return lead.Lead{}, unavailable, cause
	}
	x.log(slog.LevelError, "the store did not take a lead", "alarm", "spool", "lead", l.ID, "error", cause)
	ctx, cancel := x.budget(spoolBudget)
	defer cancel()
	if err := x.Spool.Hold(ctx, l); err != nil {
		return lead.Lead{}, unavailable, err
	}
	return l, held, nil
}

// inSpamLane says whether a repeat must be looked at even beyond the limit, because it may take the lead out of the
// spam lane. Every other repeat is answered from what is stored, so that a flood of them writes nothing.
func inSpamLane(known lead.Lead) bool {
	return known.Status == lead.Spam && known.Spam.Score >= lead.SpamThreshold
}

// budget is a context for the store or the spool: so long from now, or less when the request's own deadline is nearer.
func (x *exchange) budget(limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), limit)
	deadline, ok := x.r.Context().Deadline()
	if !ok {
		return ctx, cancel
	}
	sooner, cancelSooner := context.WithDeadline(ctx, deadline)
	return sooner, func() { cancelSooner(); cancel() }
}

// count counts the submission for the visitor's address, and says how many there were in this window. A request
// without an address is not counted, and neither is one while the counter is down: that is 0, and an alarm in the log.
func (x *exchange) count(ctx context.Context) int {
	limits := x.bundle.Limits
	if x.Unlimited || limits.Submissions <= 0 || limits.Window <= 0 {
		return 0
	}
	addr, ok := x.ClientIP(x.r)
	if !ok {
		x.log(slog.LevelError, "no visitor address", "alarm", "no-address")
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, helperBudget)
	defer cancel()
	n, err := x.Store.Count(ctx, "submit#"+x.Keys.Address(addr), x.now, time.Duration(limits.Window))
	if err != nil {
		x.log(slog.LevelWarn, "limiter passed over", "error", err)
		return 0
	}
	return n
}

func (s *submission) identity(now time.Time) lead.Identity {
	i := lead.Identity{Form: s.form.Name, Posted: s.Meta.ID, Values: s.values, Consent: s.Consent, At: now}
	for _, field := range s.form.Fields {
		if _, given := s.values[field.Name]; given && (field.Type == form.Email || field.Type == form.Tel) {
			i.Known = true
		}
	}
	return i
}

// leadOf is the lead that a submission makes, but for its spam score.
func (x *exchange) leadOf(s *submission, id string) lead.Lead {
	f := s.form
	email := s.email()
	return lead.Lead{
		ID: id, Form: f.Name, Lang: f.Lang, Schema: f.Schema, Retention: f.Retention,
		Email: email, Person: x.Keys.Person(email),
		Fields: s.values, Extra: s.Extra,
		Page: s.Meta.Page, Source: source(s.Meta), Consent: s.consent(x.now),
		Score: lead.ScoreOf(&f.Form, s.values, s.Meta.About(f.Lang)),
	}
}

// email is the value of the first e-mail field that has one.
func (s *submission) email() string {
	for _, field := range s.form.Fields {
		if v, given := s.values[field.Name]; given && field.Type == form.Email {
			return v.Text
		}
	}
	return ""
}

// source is where the visitor came from: to this page, or to the first one of the tab where the site remembers that.
func source(m form.Meta) lead.Source {
	return lead.Source{
		Referrer: m.Referrer,
		Source:   m.Param("utm_source"),
		Medium:   m.Param("utm_medium"),
		Campaign: m.Param("utm_campaign"),
		Term:     m.Param("utm_term"),
		Content:  m.Param("utm_content"),
		Touch:    cmp.Or(m.Touch, "page"),
	}
}

// consent is what the visitor agreed to. On a page of another schema that may have been another text: then its hash
// is left open, and the version names the schema.
func (s *submission) consent(now time.Time) *lead.Consent {
	if !s.Consent || s.form.Consent == nil {
		return nil
	}
	if s.older {
		return &lead.Consent{Version: "schema " + s.Meta.Schema, At: lead.Moment(now)}
	}
	return &lead.Consent{SHA256: s.form.Consent.SHA256(), Version: s.form.Consent.Version, At: lead.Moment(now)}
}
