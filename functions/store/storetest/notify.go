package storetest

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"leadsite/functions/lead"
)

const (
	ann = "ann@example.com"
	bob = "bob@example.com"
)

var dues = []promise{
	{"is empty when nothing waits", func(e *env) {
		same(e, "Due", e.waiting(e.after(time.Hour)), []string{})
	}},
	{"returns what waits longest first, leads and notifications alike", func(e *env) {
		first, last := e.put(e.lead(1)), e.put(e.lead(3))
		middle := e.put(e.lead(2))
		n := e.mail(ann)
		n.Due = first.Wake.Add(time.Millisecond)
		e.ok(e.store.HandOff(e.ctx(), middle.ID, lead.HandOff{Wake: middle.Wake, Notifications: []lead.Notification{n}}))
		e.waits(e.after(time.Hour), first.ID, middle.ID+"/lead/"+ann, middle.ID, last.ID)
	}},
	{"says since when", func(e *env) {
		l := e.put(e.lead(1))
		e.waits(e.after(time.Hour), l.ID)
		due, err := e.store.Due(e.ctx(), e.after(time.Hour), 10)
		e.ok(err)
		same(e, "due", due, []lead.Due{{NotificationKey: lead.NotificationKey{Lead: l.ID}, At: l.Wake}})
	}},
	{"returns what waits since now, and not what waits for later", func(e *env) {
		now, later := e.put(e.lead(1)), e.put(e.lead(2))
		e.waits(later.Wake, now.ID, later.ID)
		same(e, "Due", e.waiting(later.Wake.Add(-time.Millisecond)), []string{now.ID})
		same(e, "Due", e.waiting(now.Wake), []string{now.ID})
		same(e, "Due", e.waiting(now.Wake.Add(-time.Millisecond)), []string{})
	}},
	{"returns at most limit, those that wait longest", func(e *env) {
		for n := range 12 {
			e.put(e.lead(11 - n))
		}
		eventually(e, "number of due leads", 12, func() int { return len(e.waiting(e.after(time.Hour))) })
		due, err := e.store.Due(e.ctx(), e.after(time.Hour), 5)
		e.ok(err)
		var got []string
		for _, d := range due {
			got = append(got, d.Lead)
		}
		same(e, "Due", got, []string{leadID(0), leadID(1), leadID(2), leadID(3), leadID(4)})
		for _, limit := range []int{0, -1} {
			due, err = e.store.Due(e.ctx(), e.after(time.Hour), limit)
			e.ok(err)
			same(e, "number of due leads", len(due), 0)
		}
	}},
	{"follows a claim to the end of its lease", func(e *env) {
		key := e.handedOff(ann)
		e.waits(e.clock.Now(), dueName(key))
		_, err := e.store.Claim(e.ctx(), key, e.clock.Now(), time.Minute)
		e.ok(err)
		e.waits(e.after(time.Minute - time.Millisecond))
		e.waits(e.after(time.Minute), dueName(key))
	}},
	{"names an accepted mail that waits for its delivery, and forgets it when told to", func(e *env) {
		n := e.claim(e.handedOff(ann))
		n.State, n.Due = lead.Accepted, e.after(10*time.Minute)
		e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		e.waits(e.after(10*time.Minute - time.Millisecond))
		e.waits(e.after(10*time.Minute), dueName(n.NotificationKey))
		n.Due = time.Time{}
		e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		e.waits(e.after(time.Hour))
	}},
	{"forgets what has ended", func(e *env) {
		key := e.handedOff(ann, bob)
		n, err := e.store.Claim(e.ctx(), key, e.clock.Now(), time.Minute)
		e.ok(err)
		n.State = lead.Delivered
		e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		key.Recipient = bob
		e.waits(e.after(time.Hour), dueName(key))
	}},
}

// mailEvent is the event of an outcome.
func mailEvent(e *env, n lead.Notification) lead.Event {
	return lead.NewEvent(lead.Event{
		At: e.clock.Now(), Kind: lead.EventMail, By: "notify", To: n.Recipient, State: string(n.State), Note: n.Error,
	})
}

// claim claims what must be claimable.
func (e *env) claim(key lead.NotificationKey) lead.Notification {
	e.Helper()
	n, err := e.store.Claim(e.ctx(), key, e.clock.Now(), time.Minute)
	e.ok(err)
	return n
}

// refused reports a claim that succeeds.
func (e *env) refused(key lead.NotificationKey, now time.Time) {
	e.Helper()
	_, err := e.other.Claim(e.ctx(), key, now, time.Minute)
	e.is(err, lead.ErrClaimed)
}

var claims = []promise{
	{"takes what is pending and due", func(e *env) {
		key := e.handedOff(ann)
		e.clock.pass(time.Second)
		got := e.claim(key)
		want := lead.Notification{
			NotificationKey: key, State: lead.Sending, Attempts: 1, Due: e.after(time.Minute), UpdatedAt: e.clock.Now(),
		}
		same(e, "Claim", got, want)
		same(e, "Notification", e.notification(key), want)
	}},
	{"leaves what is not due yet", func(e *env) {
		key := e.handedOff(ann)
		e.refused(key, e.after(-time.Millisecond))
		same(e, "attempts", e.notification(key).Attempts, 0)
	}},
	{"leaves what waits for nothing", func(e *env) {
		l := e.put(e.lead(1))
		n := e.mail(ann)
		n.Due = time.Time{}
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{n}}))
		n.Lead = l.ID
		e.refused(n.NotificationKey, e.after(time.Hour))
	}},
	{"leaves what is claimed, until the lease ends", func(e *env) {
		key := e.handedOff(ann)
		e.claim(key)
		e.refused(key, e.clock.Now())
		e.refused(key, e.after(time.Minute-time.Millisecond))
		e.clock.pass(time.Minute)
		same(e, "attempts", e.claim(key).Attempts, 2)
	}},
	{"leaves what is accepted or done", func(e *env) {
		for _, state := range []lead.NotificationState{lead.Accepted, lead.Delivered, lead.Bounced, lead.Suppressed, lead.Failed} {
			l := e.put(e.lead(len(state)))
			n := e.mail(ann)
			n.State = state
			e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{n}}))
			n.Lead = l.ID
			e.refused(n.NotificationKey, e.after(time.Hour))
		}
	}},
	{"answers ErrNotFound for what is not there", func(e *env) {
		key := e.handedOff(ann)
		for _, k := range []lead.NotificationKey{
			{Lead: leadID(2), Kind: key.Kind, Recipient: ann},
			{Lead: key.Lead, Kind: "reminder", Recipient: ann},
			{Lead: key.Lead, Kind: key.Kind, Recipient: bob},
		} {
			_, err := e.store.Claim(e.ctx(), k, e.clock.Now(), time.Minute)
			e.is(err, lead.ErrNotFound)
			_, err = e.store.Notification(e.ctx(), k)
			e.is(err, lead.ErrNotFound)
		}
	}},
	{"succeeds for one of many, again and again", func(e *env) {
		key := e.handedOff(ann)
		for round := 1; round <= 3; round++ {
			var won atomic.Int32
			e.allOK(together(12, func(i int) error {
				n, err := e.handle(i).Claim(e.ctx(), key, e.clock.Now(), time.Minute)
				if errors.Is(err, lead.ErrClaimed) {
					return nil
				}
				if err == nil && n.Attempts != round {
					err = fmt.Errorf("attempts %d in round %d", n.Attempts, round)
				}
				won.Add(1)
				return err
			}))
			same(e, "claims", won.Load(), 1)
			e.clock.pass(time.Minute)
		}
	}},
}

var settles = []promise{
	{"writes the outcome, at the event's time", func(e *env) {
		n := e.claim(e.handedOff(ann))
		e.clock.pass(time.Second)
		n.State, n.Due, n.MessageID, n.Error = lead.Accepted, e.after(time.Hour), "<id@example.com>", "words"
		e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		want := n
		want.UpdatedAt = e.clock.Now()
		same(e, "notification", e.notification(n.NotificationKey), want)
	}},
	{"adds the event", func(e *env) {
		n := e.claim(e.handedOff(ann))
		n.State, n.Due = lead.Accepted, time.Time{}
		ev := mailEvent(e, n)
		e.ok(e.store.Settle(e.ctx(), n, ev))
		same(e, "events", e.get(n.Lead).Events[1:], []lead.Event{ev})
	}},
	{"returns a failed attempt to pending, to be claimed when it is due again", func(e *env) {
		n := e.claim(e.handedOff(ann))
		n.State, n.Due, n.Error = lead.Pending, e.after(10*time.Second), "connection refused"
		e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		e.refused(n.NotificationKey, e.clock.Now())
		e.clock.pass(10 * time.Second)
		again := e.claim(n.NotificationKey)
		if again.Attempts != 2 || again.Error != "connection refused" {
			e.Errorf("attempts %d, error %q", again.Attempts, again.Error)
		}
	}},
	{"lets an end wait for nothing", func(e *env) {
		for i, state := range []lead.NotificationState{lead.Delivered, lead.Bounced, lead.Suppressed, lead.Failed} {
			l := e.put(e.lead(i + 1))
			e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{e.mail(ann)}}))
			n := e.claim(lead.NotificationKey{Lead: l.ID, Kind: lead.KindLead, Recipient: ann})
			n.State, n.Due = state, e.after(time.Minute)
			e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
			same(e, "due", e.notification(n.NotificationKey).Due.IsZero(), true)
		}
		e.waits(e.after(time.Hour))
	}},
	{"still counts after the lease, while nobody else claimed", func(e *env) {
		n := e.claim(e.handedOff(ann))
		e.clock.pass(time.Hour)
		n.State = lead.Accepted
		e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		same(e, "state", e.notification(n.NotificationKey).State, lead.Accepted)
	}},
	{"answers ErrLost after another claimed, and writes nothing", func(e *env) {
		lost := e.claim(e.handedOff(ann))
		e.clock.pass(time.Minute)
		won := e.claim(lost.NotificationKey)
		lost.State = lead.Failed
		e.is(e.store.Settle(e.ctx(), lost, mailEvent(e, lost)), lead.ErrLost)
		same(e, "notification", e.notification(won.NotificationKey), won)
		same(e, "events", kinds(e.get(won.Lead)), []string{"received"})
	}},
	{"again gives the same result", func(e *env) {
		n := e.claim(e.handedOff(ann))
		n.State = lead.Accepted
		for range 2 {
			e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
		}
		same(e, "state", e.notification(n.NotificationKey).State, lead.Accepted)
		same(e, "events", kinds(e.get(n.Lead)), []string{"received", "mail"})
	}},
	{"never lets a state fall, whatever comes late", func(e *env) {
		n := e.claim(e.handedOff(ann))
		rising := []lead.NotificationState{lead.Accepted, lead.Delivered, lead.Bounced, lead.Suppressed, lead.Failed}
		for i, state := range rising {
			n.State = state
			e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
			for _, late := range append([]lead.NotificationState{lead.Pending, lead.Sending}, rising[:i]...) {
				n.State, n.Due = late, e.after(time.Second)
				e.ok(e.store.Settle(e.ctx(), n, mailEvent(e, n)))
				same(e, "state after "+string(late), e.notification(n.NotificationKey).State, state)
			}
		}
		same(e, "number of events", len(e.get(n.Lead).Events), 8)
	}},
	{"leaves an event as it is whose ID is there", func(e *env) {
		n := e.claim(e.handedOff(ann))
		n.State = lead.Accepted
		ev := mailEvent(e, n)
		e.ok(e.store.Append(e.ctx(), n.Lead, ev))
		other := ev
		other.Note = "other words"
		e.ok(e.store.Settle(e.ctx(), n, other))
		same(e, "state", e.notification(n.NotificationKey).State, lead.Accepted)
		same(e, "events", e.get(n.Lead).Events[1:], []lead.Event{ev})
	}},
	{"ends in one state when news come at once", func(e *env) {
		n := e.claim(e.handedOff(ann))
		news := []lead.NotificationState{lead.Accepted, lead.Delivered, lead.Accepted, lead.Bounced, lead.Pending}
		e.allOK(together(len(news), func(i int) error {
			n := n
			n.State = news[i]
			return e.handle(i).Settle(e.ctx(), n, mailEvent(e, n))
		}))
		same(e, "state", e.notification(n.NotificationKey).State, lead.Bounced)
	}},
	{"answers ErrNotFound for what is not there", func(e *env) {
		n := e.claim(e.handedOff(ann))
		n.Recipient = bob
		e.is(e.store.Settle(e.ctx(), n, mailEvent(e, n)), lead.ErrNotFound)
		same(e, "events", kinds(e.get(n.Lead)), []string{"received"})
	}},
}
