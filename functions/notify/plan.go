package notify

import (
	"context"
	"slices"
	"strings"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

const (
	// lookAgain is when an unanswered lead is looked at again when nothing is planned sooner.
	lookAgain = 24 * time.Hour
	// nobodyAgain is when a lead that reaches nobody is tried again.
	nobodyAgain = time.Hour
	// undelivered is how long the mail service may take to report the delivery of a mail it accepted.
	undelivered = 10 * time.Minute
)

// known is what decisions about a lead rest on.
type known struct {
	lead     lead.Lead
	told     []lead.Notification // all of the lead
	parked   []lead.Parked
	reported bool // the mail service reports deliveries, so that accepting a mail says little
	now      time.Time
}

// know reads what is known of a lead now.
func (n *Notifier) know(ctx context.Context, l lead.Lead) (k known, err error) {
	k = known{lead: l, reported: n.Reported, now: n.Now()}
	if k.told, err = n.Store.Notifications(ctx, l.ID); err != nil {
		return k, err
	}
	k.parked, err = n.Store.Parked(ctx)
	return k, err
}

// forSales says whether a kind of notification tells sales. The others go to the visitor and to programs.
func forSales(kind string) bool { return kind != lead.KindConfirmation && kind != lead.KindWebhook }

// up says whether a recipient is sent anything at all.
func (k known) up(to string) bool {
	return !slices.ContainsFunc(k.parked, func(p lead.Parked) bool { return strings.EqualFold(p.Recipient, to) })
}

// to are the lead's notifications to a salesperson.
func (k known) to(recipient string) []lead.Notification {
	var all []lead.Notification
	for _, n := range k.told {
		if forSales(n.Kind) && strings.EqualFold(n.Recipient, recipient) {
			all = append(all, n)
		}
	}
	return all
}

// reaches says whether a notification has reached its recipient, or may yet.
func (k known) reaches(n lead.Notification) bool {
	switch n.State {
	case lead.Pending, lead.Sending:
		return k.up(n.Recipient) && !strings.HasPrefix(n.Error, refusedMark)
	case lead.Accepted:
		return !k.reported || k.now.Before(n.UpdatedAt.Add(undelivered))
	}
	return n.State == lead.Delivered
}

// hopeless says whether a recipient was told and nothing came of it.
func (k known) hopeless(recipient string) bool {
	told := k.to(recipient)
	return len(told) > 0 && !slices.ContainsFunc(told, k.reaches)
}

// reached says whether anybody in sales knows of the lead, or is about to.
func (k known) reached() bool {
	return slices.ContainsFunc(k.told, func(n lead.Notification) bool { return forSales(n.Kind) && k.reaches(n) })
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

// planner decides what a lead needs at a time: who is told now, and when it is looked at again. It is a function of
// what is known and writes nothing, so it may be asked as often as anybody likes: what was planned before is told
// already and not planned again.
type planner struct {
	*site
	known
	form *bundle.Form // nil: gone from the site
	all  []string     // who may be told, in order
	out  lead.HandOff
}

// plan decides. There must be somebody who may be told.
func plan(s *site, k known) lead.HandOff {
	p := &planner{site: s, known: k, form: s.Form(k.lead.Form, k.lead.Lang), all: recipients(s, k.lead)}
	p.out = lead.HandOff{DueAt: p.dueAt(), Wake: k.now.Add(lookAgain)}
	p.tell()
	p.out.Owner = p.owner()
	p.chase()
	if k.lead.Owner == "" { // for the first time
		p.tellOthers()
	}
	return p.out
}

// dueAt is until when an answer is promised. The first plan sets it, and no later change of the business hours moves it.
func (p *planner) dueAt() time.Time {
	if p.lead.DueAt.IsZero() && p.within() > 0 {
		return p.hours.after(p.lead.CreatedAt, p.within())
	}
	return p.lead.DueAt
}

func (p *planner) within() time.Duration {
	if p.form == nil {
		return 0
	}
	return time.Duration(p.form.RespondWithin)
}

// tell tells the first who can be told; and anew every day, when all who were told could not be reached.
func (p *planner) tell() {
	first := slices.IndexFunc(p.all, p.up)
	switch {
	case first < 0:
		p.sooner(p.now.Add(nobodyAgain))
	case !slices.ContainsFunc(p.told, func(n lead.Notification) bool { return forSales(n.Kind) }):
		p.add(lead.KindLead, p.all[first])
	case !p.reached():
		p.tellAgain(lead.KindAgain + "-" + p.now.In(p.hours.zone).Format("20060102"))
		p.sooner(p.now.Add(nobodyAgain))
	}
}

// tellAgain tells the first to whom nothing waits, and who was not told today, so that within hours everybody is tried
// once more.
func (p *planner) tellAgain(today string) {
	tried := func(n lead.Notification) bool {
		return n.Kind == today || n.State == lead.Pending || n.State == lead.Sending
	}
	for _, to := range p.all {
		if p.up(to) && !slices.ContainsFunc(p.to(to), tried) {
			p.add(today, to)
			return
		}
	}
}

// owner is who owns the lead: whoever does, as long as mail reaches them.
func (p *planner) owner() string {
	if p.lead.Owner != "" && p.up(p.lead.Owner) && !p.hopeless(p.lead.Owner) {
		return p.lead.Owner
	}
	for _, suits := range []func(string) bool{func(to string) bool { return p.up(to) && !p.hopeless(to) }, p.up} {
		if i := slices.IndexFunc(p.all, suits); i >= 0 {
			return p.all[i]
		}
	}
	return p.all[0]
}

// backup is who is told when the owner does not answer: the next in order, or the owner again.
func (p *planner) backup() string {
	for _, to := range p.all {
		if !strings.EqualFold(to, p.out.Owner) && p.up(to) && !p.hopeless(to) {
			return to
		}
	}
	return p.out.Owner
}

// chase reminds the owner when a quarter of the promised time is left, tells the backup when it has run out, and
// everyone when it has run out twice. All of it counts business hours.
func (p *planner) chase() {
	due := p.out.DueAt
	if due.IsZero() || p.within() <= 0 {
		return
	}
	soon := p.hours.after(p.lead.CreatedAt, p.within()*3/4)
	if soon.After(due) {
		soon = due
	}
	late := p.hours.after(due, p.within())
	switch {
	case p.now.Before(soon):
		p.sooner(soon)
	case p.now.Before(due):
		p.remind(lead.KindReminder, p.out.Owner, soon)
		p.sooner(due)
	case p.now.Before(late):
		p.remind(lead.KindEscalation, p.backup(), due)
		p.sooner(late)
	default:
		for _, to := range p.all {
			p.remind(lead.KindEscalation, to, late)
		}
	}
}

// remind tells somebody that the lead is unanswered, unless they were told of the lead after the time at which that
// became worth telling, or cannot be reached.
func (p *planner) remind(kind, to string, since time.Time) {
	if !p.up(to) || p.hopeless(to) {
		return
	}
	told := append(p.to(to), p.out.Notifications...)
	fresh := func(n lead.Notification) bool {
		waits := n.State == lead.Pending || n.State == lead.Sending
		return strings.EqualFold(n.Recipient, to) && (n.Kind == kind || waits || !n.UpdatedAt.Before(since))
	}
	if !slices.ContainsFunc(told, fresh) {
		p.add(kind, to)
	}
}

// tellOthers thanks the visitor and calls the form's webhooks, where it has any.
func (p *planner) tellOthers() {
	if p.form == nil {
		return
	}
	if _, err := mail.Address(p.lead.Email); err == nil && p.form.Confirmation != nil && p.lead.Person != "" {
		p.add(lead.KindConfirmation, p.lead.Email)
	}
	for _, hook := range p.form.Webhooks {
		p.add(lead.KindWebhook, hook.URL)
	}
}

func (p *planner) add(kind, to string) {
	p.out.Notifications = append(p.out.Notifications, lead.Notification{
		NotificationKey: lead.NotificationKey{Lead: p.lead.ID, Kind: kind, Recipient: to},
		State:           lead.Pending, Due: p.now, UpdatedAt: p.now,
	})
}

func (p *planner) sooner(t time.Time) {
	if t.Before(p.out.Wake) {
		p.out.Wake = t
	}
}
