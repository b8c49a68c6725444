package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"leadsite/functions/lead"
)

// notifications lists the notifications of a lead, through the handle that wrote nothing.
func (e *env) notifications(id string) []lead.Notification {
	e.Helper()
	all, err := e.other.Notifications(e.ctx(), id)
	e.ok(err)
	return all
}

var notifications = []promise{
	{"are all of a lead, by kind and recipient, as they are now", func(e *env) {
		l := e.put(e.lead(1))
		var h lead.HandOff
		for _, kind := range []string{"reminder", "lead", "lead#x"} {
			for _, recipient := range []string{bob, ann, strings.ToUpper(ann), "https://example.com/" + strings.Repeat("x", 2000)} {
				n := e.mail(recipient)
				n.Kind = kind
				h.Notifications = append(h.Notifications, n)
			}
		}
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		claimed := e.claim(lead.NotificationKey{Lead: l.ID, Kind: lead.KindLead, Recipient: ann})
		var want []lead.Notification
		for _, n := range h.Notifications {
			n.Lead = l.ID
			if n.NotificationKey == claimed.NotificationKey {
				n = claimed
			}
			want = append(want, n)
		}
		slices.SortFunc(want, func(a, b lead.Notification) int {
			return strings.Compare(a.Kind+"\x00"+a.Recipient, b.Kind+"\x00"+b.Recipient)
		})
		same(e, "Notifications", e.notifications(l.ID), want)
	}},
	{"are none of another lead", func(e *env) {
		e.handedOff(ann)
		l := e.put(e.lead(2))
		same(e, "Notifications", e.notifications(l.ID), nil)
	}},
	{"are complete when there are many", func(e *env) {
		l := e.put(e.lead(1))
		var h lead.HandOff
		for i := range 40 {
			n := e.mail(fmt.Sprintf("sales%d@example.com", i))
			n.Error = strings.Repeat("words ", 5000)
			h.Notifications = append(h.Notifications, n)
		}
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		same(e, "number of notifications", len(e.notifications(l.ID)), 40)
	}},
	{"answer ErrNotFound for a lead that is not there, or has expired", func(e *env) {
		_, err := e.store.Notifications(e.ctx(), leadID(2))
		e.is(err, lead.ErrNotFound)
		key := e.handedOff(ann)
		e.clock.pass(e.get(key.Lead).Expires.Sub(e.clock.Now()))
		_, err = e.store.Notifications(e.ctx(), key.Lead)
		e.is(err, lead.ErrNotFound)
	}},
}

// parked lists who is parked, through the handle that wrote nothing.
func (e *env) parked() []lead.Parked {
	e.Helper()
	all, err := e.other.Parked(e.ctx())
	e.ok(err)
	return all
}

var parks = []promise{
	{"keeps everything of the note", func(e *env) {
		same(e, "Parked", e.parked(), nil)
		p := lead.Parked{Recipient: ann, At: e.clock.Now(), Why: "550 no such user", Lead: leadID(1)}
		e.ok(e.store.Park(e.ctx(), p))
		same(e, "Parked", e.parked(), []lead.Parked{p})
	}},
	{"keeps the first note", func(e *env) {
		first := lead.Parked{Recipient: ann, At: e.clock.Now(), Why: "550 no such user"}
		e.ok(e.store.Park(e.ctx(), first))
		second := lead.Parked{Recipient: ann, At: e.after(time.Hour), Why: "complaint", Lead: leadID(1)}
		e.ok(e.other.Park(e.ctx(), second))
		same(e, "Parked", e.parked(), []lead.Parked{first})
	}},
	{"lists by recipient, and tells recipients apart by every character", func(e *env) {
		var want []lead.Parked
		for _, recipient := range append([]string{bob, ann, strings.ToUpper(ann), strings.Repeat("long", 500)}, awkward...) {
			p := lead.Parked{Recipient: recipient, At: e.clock.Now(), Why: recipient, Lead: recipient}
			e.ok(e.store.Park(e.ctx(), p))
			want = append(want, p)
		}
		slices.SortFunc(want, func(a, b lead.Parked) int { return strings.Compare(a.Recipient, b.Recipient) })
		same(e, "Parked", e.parked(), want)
	}},
	{"is undone by Unpark, and can be done again", func(e *env) {
		for _, recipient := range []string{ann, bob} {
			e.ok(e.store.Park(e.ctx(), lead.Parked{Recipient: recipient, At: e.clock.Now(), Why: "first"}))
		}
		for range 2 {
			e.ok(e.other.Unpark(e.ctx(), ann))
			same(e, "number of parked", len(e.parked()), 1)
		}
		again := lead.Parked{Recipient: ann, At: e.after(time.Minute), Why: "second"}
		e.ok(e.store.Park(e.ctx(), again))
		same(e, "Parked", e.parked()[0], again)
	}},
	{"of many at once has one note", func(e *env) {
		e.allOK(together(10, func(i int) error {
			return e.handle(i).Park(e.ctx(), lead.Parked{Recipient: ann, At: e.clock.Now(), Why: fmt.Sprint(i)})
		}))
		same(e, "number of parked", len(e.parked()), 1)
	}},
	{"leaves what waits as it is", func(e *env) {
		key := e.handedOff(ann)
		e.ok(e.store.Park(e.ctx(), lead.Parked{Recipient: ann, At: e.clock.Now(), Lead: key.Lead}))
		e.waits(e.clock.Now(), dueName(key))
		e.claim(key)
	}},
}
