package storetest

import (
	"fmt"
	"strings"
	"time"

	"leadsite/functions/lead"
)

// erase erases a person, up to now, and returns the ids of the leads that went.
func (e *env) erase(person string) []string {
	e.Helper()
	done, err := e.store.Erase(e.ctx(), person, e.clock.Now())
	e.ok(err)
	same(e, "erasure", done, lead.Erasure{Person: person, At: e.clock.Now()})
	return sorted(done.Leads)
}

// gone reports a lead of which anything is left.
func (e *env) gone(id string) {
	e.Helper()
	_, err := e.other.Get(e.ctx(), id)
	e.is(err, lead.ErrNotFound)
	_, err = e.other.Notifications(e.ctx(), id)
	e.is(err, lead.ErrNotFound)
	for _, key := range []lead.NotificationKey{{Lead: id, Kind: lead.KindLead, Recipient: ann}} {
		_, err = e.other.Notification(e.ctx(), key)
		e.is(err, lead.ErrNotFound)
		_, err = e.other.Claim(e.ctx(), key, e.after(time.Hour), time.Minute)
		e.is(err, lead.ErrNotFound)
	}
	e.is(e.other.Append(e.ctx(), id, note(e, "words")), lead.ErrNotFound)
	e.is(e.other.HandOff(e.ctx(), id, lead.HandOff{Notifications: []lead.Notification{e.mail(ann)}}), lead.ErrNotFound)
	_, err = e.other.SetStatus(e.ctx(), id, 1, lead.Won, statusEvent(e, ann))
	e.is(err, lead.ErrNotFound)
}

// sam makes a lead one of the person sam, created now.
func sam(e *env) func(*lead.Lead) {
	return func(l *lead.Lead) { l.Person, l.Email, l.CreatedAt = "sam", "Sam@example.com", e.clock.Now() }
}

var erasures = []promise{
	{"removes every lead of the person, with all that belongs to it, and nothing of others", func(e *env) {
		e.listed(e.lead(1, sam(e)))
		e.put(e.lead(2, sam(e), spam))
		mailed := e.put(e.lead(3, sam(e)))
		e.ok(e.store.HandOff(e.ctx(), mailed.ID, lead.HandOff{Notifications: []lead.Notification{e.mail(ann), e.mail("Sam@example.com")}}))
		e.claim(lead.NotificationKey{Lead: mailed.ID, Kind: lead.KindLead, Recipient: ann})
		e.ok(e.store.Append(e.ctx(), mailed.ID, note(e, "words")))
		other := e.listed(e.lead(4))
		e.persons("sam", 10, 2, 1, 3) // of one millisecond
		same(e, "erased", e.erase("sam"), sorted([]string{leadID(1), leadID(2), leadID(3)}))
		for n := range 3 {
			e.gone(leadID(n + 1))
		}
		e.persons("sam", 10)
		e.lists(lead.Query{Statuses: lead.Statuses()}, 4)
		e.waits(e.after(time.Hour))
		same(e, "the other's lead", bare(e.get(other.ID)).Person, "person-4")
	}},
	{"leaves what came after its time", func(e *env) {
		e.put(e.lead(1, sam(e)))
		at := e.clock.Now()
		e.clock.pass(time.Millisecond)
		e.put(e.lead(2, sam(e)))
		e.persons("sam", 10, 2, 1)
		for range 2 {
			_, err := e.store.Erase(e.ctx(), "sam", at)
			e.ok(err)
		}
		e.gone(leadID(1))
		same(e, "the later lead", e.get(leadID(2)).ID, leadID(2))
		e.persons("sam", 10, 2)
	}},
	{"again gives the same result", func(e *env) {
		e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		for range 2 {
			same(e, "erased again", e.erase("sam"), nil)
		}
		e.gone(leadID(1))
		same(e, "erasures", e.erasuresOf("sam"), []lead.Erasure{{Person: "sam", At: e.clock.Now()}})
	}},
	{"notes each erasure", func(e *env) {
		at := e.clock.Now()
		e.erase("sam")
		e.clock.pass(time.Hour)
		e.erase("ann")
		e.erase("sam")
		later := e.clock.Now()
		same(e, "of one", e.erasuresOf("sam"), []lead.Erasure{{Person: "sam", At: at}, {Person: "sam", At: later}})
		same(e, "of another", e.erasuresOf("ann"), []lead.Erasure{{Person: "ann", At: later}})
		same(e, "exported", e.export(e.other), []string{"erasure of ann", "erasure of sam", "erasure of sam"})
		for _, nobody := range []string{"", "eve", "sa"} {
			same(e, "of nobody", e.erasuresOf(nobody), nil)
		}
	}},
	{"removes leads that have expired and are not deleted yet", func(e *env) {
		l := e.put(e.lead(1, sam(e), func(l *lead.Lead) { l.Expires = e.after(time.Hour) }))
		e.persons("sam", 10, 1)
		e.clock.pass(time.Hour)
		same(e, "erased", e.erase("sam"), []string{l.ID})
		e.gone(l.ID)
	}},
	{"un-parks the person's address, and no other", func(e *env) {
		e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		for _, recipient := range []string{ann, "sam@EXAMPLE.com"} {
			e.ok(e.store.Park(e.ctx(), lead.Parked{Recipient: recipient, At: e.clock.Now()}))
		}
		e.erase("sam")
		same(e, "Parked", e.parked(), []lead.Parked{{Recipient: ann, At: e.clock.Now()}})
	}},
	{"does not merge with persons whose names begin alike", func(e *env) {
		for n, person := range []string{"sam", "sam#", "samuel", "Sam", "sa"} {
			e.put(e.lead(n, func(l *lead.Lead) { l.Person, l.CreatedAt = person, e.clock.Now() }))
		}
		e.persons("sam", 10, 0)
		same(e, "erased", e.erase("sam"), []string{leadID(0)})
	}},
	{"answers ErrNobody for the person \"\"", func(e *env) {
		e.put(e.lead(1, func(l *lead.Lead) { l.Email, l.Person = "", "" }))
		_, err := e.store.Erase(e.ctx(), "", e.after(time.Hour))
		e.is(err, lead.ErrNobody)
		e.get(leadID(1))
	}},
	{"leaves nothing behind when others write at the same time", func(e *env) {
		for n := range 4 {
			l := e.put(e.lead(n, sam(e)))
			e.persons("sam", 10, n)
			e.allOK(together(5, func(i int) error { return e.disturbErasure(l, i) }))
			e.erase("sam") // what came between the reading of the index and its erasing
			e.gone(l.ID)
			e.waits(e.after(time.Hour))
		}
	}},
	{"removes many", func(e *env) {
		var want []string
		e.allOK(together(30, func(n int) error {
			_, _, err := e.handle(n).Put(e.ctx(), e.lead(n, sam(e)))
			return err
		}))
		for n := range 30 {
			want = append(want, leadID(n))
		}
		eventually(e, "number of leads", 30, func() int {
			leads, err := e.other.ByPerson(e.ctx(), "sam", 100)
			e.ok(err)
			return len(leads)
		})
		same(e, "erased", e.erase("sam"), sorted(want))
	}},
}

// disturbErasure is one of those who work with a lead while it is erased. That it is gone is no failure.
func (e *env) disturbErasure(l lead.Lead, i int) error {
	err := error(nil)
	switch i {
	case 0:
		_, err = e.store.Erase(e.ctx(), "sam", e.clock.Now())
	case 1:
		err = e.other.Append(e.ctx(), l.ID, note(e, "words"))
	case 2:
		err = e.other.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{e.mail(ann)}, Wake: e.clock.Now()})
	case 3:
		_, err = e.other.SetStatus(e.ctx(), l.ID, 1, lead.New, statusEvent(e, ann))
	case 4:
		_, _, err = e.store.Put(e.ctx(), l)
	}
	if isAny(err, lead.ErrNotFound, lead.ErrErased, lead.ErrConflict) {
		return nil
	}
	return err
}

// erasuresOf lists erasures, through the handle that wrote nothing.
func (e *env) erasuresOf(person string) []lead.Erasure {
	e.Helper()
	all, err := e.other.Erasures(e.ctx(), person)
	e.ok(err)
	return all
}

var tombstones = []promise{
	{"keep an erased lead from being put again", func(e *env) {
		l := e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		for _, again := range []lead.Lead{l, e.lead(1), e.lead(1, spam)} {
			_, created, err := e.store.Put(e.ctx(), again)
			e.is(err, lead.ErrErased)
			same(e, "created", created, false)
		}
		e.gone(l.ID)
		e.persons("sam", 10)
	}},
	{"do not keep out another lead of the person", func(e *env) {
		e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		e.put(e.lead(2, sam(e)))
		e.persons("sam", 10, 2)
	}},
	{fmt.Sprintf("vanish after %d days", lead.TombstoneDays), func(e *env) {
		l := e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		end := e.clock.Now().AddDate(0, 0, lead.TombstoneDays)
		e.clock.pass(end.Sub(e.clock.Now()) - time.Millisecond)
		_, _, err := e.store.Put(e.ctx(), l)
		e.is(err, lead.ErrErased)
		e.clock.pass(time.Millisecond)
		e.put(e.lead(1))
		same(e, "events", kinds(e.get(l.ID)), []string{"received"})
		same(e, "notifications", e.notifications(l.ID), nil)
	}},
	{"are in no export", func(e *env) {
		e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		same(e, "export", e.export(e.other), []string{"erasure of sam"})
	}},
	{"hold of many Puts at once", func(e *env) {
		l := e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		for _, err := range together(8, func(i int) error {
			_, _, err := e.handle(i).Put(e.ctx(), l)
			return err
		}) {
			e.is(err, lead.ErrErased)
		}
	}},
}

// recordName says which record it is.
func recordName(r lead.Record) string {
	switch {
	case r.Lead != nil:
		return "lead " + r.Lead.ID
	case r.Parked != nil:
		return "parked " + r.Parked.Recipient
	case r.Erasure != nil:
		return "erasure of " + r.Erasure.Person
	}
	return "nothing"
}

// export names what a store exports, in order.
func (e *env) export(s lead.Store) []string {
	e.Helper()
	list := []string{}
	for _, r := range e.records(s) {
		list = append(list, recordName(r))
	}
	return list
}

// records is what a store exports.
func (e *env) records(s lead.Store) []lead.Record {
	e.Helper()
	var all []lead.Record
	for r, err := range s.Export(e.ctx()) {
		e.ok(err)
		all = append(all, r)
	}
	return all
}

// recordText prints a record completely.
func recordText(r lead.Record) string {
	parts := []string{recordName(r), jsonOf(r.Parked), jsonOf(r.Erasure), jsonOf(r.Notifications)}
	if r.Lead != nil {
		parts = append(parts, text(*r.Lead))
	}
	return strings.Join(parts, "\n")
}
