package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"leadsite/functions/lead"
)

var appends = []promise{
	{"adds an event, every part of it", func(e *env) {
		l := e.put(e.lead(1))
		ev := lead.NewEvent(lead.Event{
			At: e.after(time.Minute), Kind: "mail", By: "notify", To: "sales@example.com", State: "delivered",
			ToStatus: lead.Won, Via: "desk", Note: "words",
		})
		ev.From = lead.New
		e.ok(e.store.Append(e.ctx(), l.ID, ev))
		events := e.get(l.ID).Events
		same(e, "events", events[1:], []lead.Event{ev})
	}},
	{"changes nothing for an event ID that is there", func(e *env) {
		l := e.put(e.lead(1))
		ev := note(e, "first")
		e.ok(e.store.Append(e.ctx(), l.ID, ev))
		e.ok(e.store.Append(e.ctx(), l.ID, ev))
		second := ev
		second.Note = "second"
		e.ok(e.store.Append(e.ctx(), l.ID, second))
		same(e, "events", e.get(l.ID).Events[1:], []lead.Event{ev})
	}},
	{"changes nothing for the first event", func(e *env) {
		l := e.put(e.lead(1))
		received := e.get(l.ID).Events[0]
		received.Note = "changed"
		e.ok(e.store.Append(e.ctx(), l.ID, received))
		received.Note = ""
		same(e, "events", e.get(l.ID).Events, []lead.Event{received})
	}},
	{"gives an event without an ID that of NewEvent", func(e *env) {
		l := e.put(e.lead(1))
		ev := note(e, "words")
		bare := ev
		bare.ID = ""
		e.ok(e.store.Append(e.ctx(), l.ID, bare))
		same(e, "events", e.get(l.ID).Events[1:], []lead.Event{ev})
	}},
	{"loses none of many at once", func(e *env) {
		l := e.put(e.lead(1))
		e.allOK(together(20, func(i int) error {
			return e.handle(i).Append(e.ctx(), l.ID, note(e, fmt.Sprint(i)))
		}))
		same(e, "number of events", len(e.get(l.ID).Events), 21)
	}},
	{"adds the same event once when many do", func(e *env) {
		l := e.put(e.lead(1))
		ev := note(e, "words")
		e.allOK(together(10, func(i int) error { return e.handle(i).Append(e.ctx(), l.ID, ev) }))
		same(e, "events", e.get(l.ID).Events[1:], []lead.Event{ev})
	}},
	{"leaves lead and version as they are", func(e *env) {
		l := e.put(e.lead(1))
		e.ok(e.store.Append(e.ctx(), l.ID, note(e, "words")))
		same(e, "lead", bare(e.get(l.ID)), l)
	}},
	{"answers ErrNotFound for a lead that is not there", func(e *env) {
		e.is(e.store.Append(e.ctx(), leadID(1), note(e, "words")), lead.ErrNotFound)
		e.put(e.lead(1))
		same(e, "events", kinds(e.get(leadID(1))), []string{"received"})
	}},
}

// move changes a status that must change.
func (e *env) move(l lead.Lead, to lead.Status, ev lead.Event) lead.Lead {
	e.Helper()
	moved, err := e.store.SetStatus(e.ctx(), l.ID, l.Version, to, ev)
	e.ok(err)
	return moved
}

var statuses = []promise{
	{"moves the lead and returns it, its version one higher", func(e *env) {
		l := e.put(e.lead(1))
		got := e.move(l, lead.Contacted, statusEvent(e, "sales@example.com"))
		want := l
		want.Status, want.Version, want.Wake = lead.Contacted, 2, time.Time{}
		same(e, "SetStatus", got, want)
		same(e, "Get", bare(e.get(l.ID)), want)
		want.Status, want.Version = lead.Won, 3
		same(e, "SetStatus again", e.move(got, lead.Won, statusEvent(e, "sales@example.com")), want)
	}},
	{"adds the event, with the statuses before and after", func(e *env) {
		l := e.put(e.lead(1))
		ev := statusEvent(e, "sales@example.com")
		e.move(l, lead.Unfit, ev)
		ev.From, ev.ToStatus = lead.New, lead.Unfit
		same(e, "events", e.get(l.ID).Events[1:], []lead.Event{ev})
	}},
	{"keeps what a HandOff set", func(e *env) {
		l := e.put(e.lead(1))
		due := e.after(time.Hour)
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: "sales@example.com", DueAt: due}))
		got := e.move(l, lead.Contacted, statusEvent(e, "sales@example.com"))
		if got.Owner != "sales@example.com" || !got.DueAt.Equal(due) {
			e.Errorf("owner %q, due %v", got.Owner, got.DueAt)
		}
	}},
	{"answers ErrConflict for another version, and writes nothing", func(e *env) {
		l := e.put(e.lead(1))
		for _, version := range []int{0, 2, -1} {
			_, err := e.store.SetStatus(e.ctx(), l.ID, version, lead.Won, statusEvent(e, "sales@example.com"))
			e.is(err, lead.ErrConflict)
		}
		same(e, "lead", bare(e.get(l.ID)), l)
		same(e, "events", kinds(e.get(l.ID)), []string{"received"})
	}},
	{"answers ErrNotFound for a lead that is not there", func(e *env) {
		_, err := e.store.SetStatus(e.ctx(), leadID(1), 1, lead.Won, statusEvent(e, "sales@example.com"))
		e.is(err, lead.ErrNotFound)
	}},
	{"succeeds for one of many with the same version", func(e *env) {
		l := e.put(e.lead(1))
		var won atomic.Int32
		e.allOK(together(10, func(i int) error {
			by := fmt.Sprintf("sales%d@example.com", i)
			_, err := e.handle(i).SetStatus(e.ctx(), l.ID, 1, lead.Contacted, statusEvent(e, by))
			if errors.Is(err, lead.ErrConflict) {
				return nil
			}
			won.Add(1)
			return err
		}))
		got := e.get(l.ID)
		if won.Load() != 1 || got.Version != 2 || len(got.Events) != 2 {
			e.Errorf("%d succeeded; version %d, events %v", won.Load(), got.Version, kinds(got))
		}
	}},
	{"does not lose a HandOff at the same time", func(e *env) {
		for n := range 5 {
			l := e.put(e.lead(n))
			e.allOK(together(2, func(i int) error {
				if i == 0 {
					return e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: "ann@example.com", Wake: e.after(time.Hour)})
				}
				_, err := e.other.SetStatus(e.ctx(), l.ID, 1, lead.Contacted, statusEvent(e, "sales@example.com"))
				return err
			}))
			got := e.get(l.ID)
			if got.Owner != "ann@example.com" || got.Status != lead.Contacted || !got.Wake.IsZero() {
				e.Errorf("owner %q, status %s, wakes %v", got.Owner, got.Status, got.Wake)
			}
		}
	}},
	{"makes a lead that leaves New wait for nothing", func(e *env) {
		l := e.put(e.lead(1))
		e.waits(e.after(time.Hour), l.ID)
		e.move(l, lead.Contacted, statusEvent(e, "sales@example.com"))
		e.waits(e.after(time.Hour))
	}},
	{"makes a lead that comes back to New due at once", func(e *env) {
		l := e.put(e.lead(1))
		l = e.move(l, lead.Contacted, statusEvent(e, "sales@example.com"))
		ev := statusEvent(e, "sales@example.com")
		ev.At = e.after(time.Minute)
		got := e.move(l, lead.New, ev)
		same(e, "wake", got.Wake, ev.At)
		e.waits(ev.At, l.ID)
	}},
	{"keeps a lead that leaves Spam as long as any other", func(e *env) {
		l := e.put(e.lead(1, spam))
		e.ok(e.store.Append(e.ctx(), l.ID, note(e, "words")))
		got := e.move(l, lead.New, statusEvent(e, "sales@example.com"))
		same(e, "expires", got.Expires, l.CreatedAt.AddDate(0, lead.RetentionMonths, 0))
		e.clock.pass(l.Expires.Sub(e.clock.Now()) + time.Hour)
		same(e, "events", sorted(kinds(e.get(l.ID))), []string{"note", "received", "status"})
	}},
	{"lets a lead that comes to Spam go with the spam, and one that leaves it again stay", func(e *env) {
		l := e.put(e.lead(1, func(l *lead.Lead) { l.Retention = 12; *l = l.Received(l.CreatedAt) }))
		e.ok(e.store.Append(e.ctx(), l.ID, note(e, "words")))
		day := 24 * time.Hour
		ev := statusEvent(e, ann)
		ev.At = e.after(10 * day)
		got := e.move(l, lead.Spam, ev)
		same(e, "expires", got.Expires, ev.At.AddDate(0, 0, lead.SpamRetentionDays))
		back := e.move(got, lead.New, statusEvent(e, bob))
		same(e, "expires", back.Expires, l.CreatedAt.AddDate(0, 12, 0))
		e.clock.pass(200 * day)
		same(e, "events", sorted(kinds(e.get(l.ID))), []string{"note", "received", "status", "status"})
		ev.At = e.clock.Now()
		e.move(back, lead.Spam, ev)
		e.clock.pass(lead.SpamRetentionDays * day)
		_, err := e.store.Get(e.ctx(), l.ID)
		e.is(err, lead.ErrNotFound)
	}},
	{"leaves an event as it is whose ID is there", func(e *env) {
		l := e.put(e.lead(1))
		ev := statusEvent(e, "first@example.com")
		e.ok(e.store.Append(e.ctx(), l.ID, ev))
		second := ev
		second.By = "second@example.com"
		got := e.move(l, lead.Won, second)
		if got.Status != lead.Won {
			e.Errorf("status %s", got.Status)
		}
		same(e, "events", e.get(l.ID).Events[1:], []lead.Event{ev})
	}},
}

// mail is a notification that is due now.
func (e *env) mail(recipient string) lead.Notification {
	return lead.Notification{
		NotificationKey: lead.NotificationKey{Kind: lead.KindLead, Recipient: recipient},
		State:           lead.Pending, Due: e.clock.Now(), UpdatedAt: e.clock.Now(),
	}
}

// notification reads a notification, through the handle that wrote nothing.
func (e *env) notification(key lead.NotificationKey) lead.Notification {
	e.Helper()
	n, err := e.other.Notification(e.ctx(), key)
	e.ok(err)
	return n
}

var handOffs = []promise{
	{"sets owner, DueAt and Wake", func(e *env) {
		l := e.put(e.lead(1))
		h := lead.HandOff{Owner: "sales@example.com", DueAt: e.after(time.Hour), Wake: e.after(time.Minute)}
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		want := l
		want.Owner, want.DueAt, want.Wake = h.Owner, h.DueAt, h.Wake
		same(e, "lead", bare(e.get(l.ID)), want)
		e.waits(h.Wake, l.ID)
		same(e, "due too early", e.waiting(h.Wake.Add(-time.Millisecond)), []string{})
	}},
	{"without a Wake makes the lead wait for nothing", func(e *env) {
		l := e.put(e.lead(1))
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{}))
		e.waits(e.after(time.Hour))
		same(e, "wake", e.get(l.ID).Wake.IsZero(), true)
	}},
	{"adds the notifications as they are", func(e *env) {
		l := e.put(e.lead(1))
		first, second := e.mail("ann@example.com"), e.mail("bob@example.com")
		second.State, second.Attempts, second.MessageID, second.Error = lead.Accepted, 3, "<id@example.com>", "words"
		second.Kind = "reminder"
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{first, second}}))
		for _, n := range []lead.Notification{first, second} {
			n.Lead = l.ID
			same(e, "notification", e.notification(n.NotificationKey), n)
		}
	}},
	{"again gives the same result", func(e *env) {
		l := e.put(e.lead(1))
		h := lead.HandOff{Owner: "sales@example.com", Wake: e.after(time.Minute), Notifications: []lead.Notification{e.mail("ann@example.com")}}
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		before := e.get(l.ID)
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		same(e, "lead", e.get(l.ID), before)
		e.waits(e.after(time.Minute), l.ID+"/lead/ann@example.com", l.ID)
	}},
	{"again leaves a notification as it is, and adds another", func(e *env) {
		key := e.handedOff("ann@example.com")
		claimed, err := e.store.Claim(e.ctx(), key, e.clock.Now(), time.Minute)
		e.ok(err)
		again := lead.HandOff{Notifications: []lead.Notification{e.mail("ann@example.com"), e.mail("bob@example.com")}}
		e.ok(e.store.HandOff(e.ctx(), key.Lead, again))
		same(e, "notification", e.notification(key), claimed)
		key.Recipient = "bob@example.com"
		same(e, "state", e.notification(key).State, lead.Pending)
	}},
	{"does not touch version, status and events", func(e *env) {
		l := e.put(e.lead(1))
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{e.mail("ann@example.com")}}))
		got := e.get(l.ID)
		if got.Version != 1 || got.Status != lead.New || len(got.Events) != 1 {
			e.Errorf("version %d, status %s, events %v", got.Version, got.Status, kinds(got))
		}
	}},
	{"lets a lead that is not New any more wait for nothing", func(e *env) {
		l := e.put(e.lead(1))
		e.move(l, lead.Contacted, statusEvent(e, "sales@example.com"))
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: "sales@example.com", Wake: e.after(time.Minute)}))
		got := e.get(l.ID)
		if got.Owner != "sales@example.com" || !got.Wake.IsZero() {
			e.Errorf("owner %q, wakes %v", got.Owner, got.Wake)
		}
		e.waits(e.after(time.Hour))
	}},
	{"many at once give one result", func(e *env) {
		l := e.put(e.lead(1))
		second := e.mail("bob@example.com")
		second.Due = e.after(time.Second)
		h := lead.HandOff{Owner: "sales@example.com", Notifications: []lead.Notification{e.mail("ann@example.com"), second}}
		e.allOK(together(8, func(i int) error { return e.handle(i).HandOff(e.ctx(), l.ID, h) }))
		e.waits(e.after(time.Hour), l.ID+"/lead/ann@example.com", l.ID+"/lead/bob@example.com")
		same(e, "owner", e.get(l.ID).Owner, "sales@example.com")
	}},
	{"answers ErrNotFound for a lead that is not there", func(e *env) {
		h := lead.HandOff{Notifications: []lead.Notification{e.mail("ann@example.com")}}
		e.is(e.store.HandOff(e.ctx(), leadID(1), h), lead.ErrNotFound)
		_, err := e.store.Notification(e.ctx(), lead.NotificationKey{Lead: leadID(1), Kind: lead.KindLead, Recipient: "ann@example.com"})
		e.is(err, lead.ErrNotFound)
	}},
	{"keeps recipients and kinds apart", func(e *env) {
		l := e.put(e.lead(1))
		var all []lead.Notification
		for _, kind := range []string{"lead", "reminder", "lead#x"} {
			for _, recipient := range []string{"a@example.com", "A@example.com", "#a@example.com", strings.Repeat("long", 60) + "@example.com"} {
				n := e.mail(recipient)
				n.Kind, n.Error = kind, kind+" to "+recipient
				all = append(all, n)
			}
		}
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: all}))
		for _, n := range all {
			n.Lead = l.ID
			same(e, "error", e.notification(n.NotificationKey).Error, n.Error)
		}
	}},
}

// handedOff puts a lead, hands it off to recipients, and returns the key of the first notification.
func (e *env) handedOff(recipients ...string) lead.NotificationKey {
	e.Helper()
	l := e.put(e.lead(1))
	var h lead.HandOff
	for _, r := range recipients {
		h.Notifications = append(h.Notifications, e.mail(r))
	}
	e.ok(e.store.HandOff(e.ctx(), l.ID, h))
	return lead.NotificationKey{Lead: l.ID, Kind: lead.KindLead, Recipient: recipients[0]}
}
