package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leadsite/functions/lead"
)

// isAny says whether the error is one of those.
func isAny(err error, of ...error) bool {
	return slices.ContainsFunc(of, func(target error) bool { return errors.Is(err, target) })
}

// Fill puts a bit of everything that a store may hold into an empty one: for tests that move it elsewhere.
func Fill(t *testing.T, s lead.Store) {
	c := &clock{now: time.Now().UTC().Truncate(time.Millisecond)}
	(&env{T: t, clock: c, store: s, other: s}).fill()
}

// fill puts a bit of everything into the store: leads of every status with their events, notifications in every state,
// odd texts, parked recipients, an erasure. It ends when the indexes know all of it.
func (e *env) fill() {
	e.Helper()
	e.seven()
	e.put(e.lead(20)) // waits for its hand-off
	e.put(e.lead(21, spam))
	e.put(e.lead(22, func(l *lead.Lead) {
		l.Email, l.Person, l.Owner, l.DueAt, l.Expires, l.Consent = "", "", ann, e.after(time.Hour), time.Time{}, nil
	}))
	states := []lead.NotificationState{lead.Pending, lead.Sending, lead.Accepted, lead.Delivered, lead.Bounced, lead.Suppressed, lead.Failed}
	var h lead.HandOff
	for i, odd := range awkward {
		n := e.mail(fmt.Sprintf("sales%d@example.com", i))
		n.Kind, n.Error, n.MessageID, n.State, n.Attempts = "kind"+odd, odd, odd, states[i%len(states)], i
		h.Notifications = append(h.Notifications, n)
		e.ok(e.store.Append(e.ctx(), leadID(20), note(e, odd)))
		e.ok(e.store.Park(e.ctx(), lead.Parked{Recipient: "x" + odd, At: e.after(time.Duration(i) * time.Hour), Why: odd, Lead: odd}))
	}
	e.ok(e.store.HandOff(e.ctx(), leadID(20), h))
	e.again(e.lead(20))
	e.again(e.lead(21)) // rescued
	e.put(e.lead(30, sam(e)))
	e.persons("sam", 10, 30)
	e.erase("sam")
}

// filled are the numbers of the leads of fill, in order of ID.
func filled() []string {
	var list []string
	for _, n := range []int{0, 1, 2, 3, 4, 5, 6, 20, 21, 22} {
		list = append(list, leadID(n))
	}
	return sorted(list)
}

var exports = []promise{
	{"is empty at first", func(e *env) {
		same(e, "export", e.export(e.store), []string{})
	}},
	{"yields erasures, parked recipients, and then the leads in order of ID", func(e *env) {
		e.fill()
		want := []string{"erasure of sam"}
		for _, p := range e.parked() {
			want = append(want, "parked "+p.Recipient)
		}
		for _, id := range filled() {
			want = append(want, "lead "+id)
		}
		same(e, "export", e.export(e.other), want)
	}},
	{"yields leads as Get and Notifications return them", func(e *env) {
		e.fill()
		seen := 0
		for _, r := range e.records(e.other) {
			if r.Lead == nil {
				continue
			}
			seen++
			same(e, "lead", *r.Lead, e.get(r.Lead.ID))
			same(e, "notifications", r.Notifications, e.notifications(r.Lead.ID))
		}
		same(e, "leads", seen, len(filled()))
	}},
	{"yields many, and long ones", func(e *env) {
		const n = 130
		long := strings.Repeat("long ", 4000)
		e.allOK(together(n, func(i int) error {
			_, _, err := e.handle(i).Put(e.ctx(), e.lead(i, func(l *lead.Lead) { l.Page = long }))
			return err
		}))
		got := e.export(e.store)
		if len(got) != n || !slices.IsSorted(got) {
			e.Errorf("%d records, sorted: %t", len(got), slices.IsSorted(got))
		}
	}},
	{"leaves out what has expired", func(e *env) {
		e.put(e.lead(1, func(l *lead.Lead) { l.Expires = e.after(time.Hour) }))
		e.put(e.lead(2))
		e.clock.pass(time.Hour)
		same(e, "export", e.export(e.store), []string{"lead " + leadID(2)})
	}},
	{"misses no lead that changes meanwhile", func(e *env) {
		for n := range 20 {
			e.listed(e.lead(n))
		}
		var got []string
		n := 0
		for r, err := range e.store.Export(e.ctx()) {
			e.ok(err)
			got = append(got, r.Lead.ID)
			_, err = e.other.SetStatus(e.ctx(), leadID(n), 1, lead.Contacted, statusEvent(e, ann))
			e.ok(err)
			n++
		}
		same(e, "number of leads", len(slices.Compact(got)), 20)
	}},
	{"ends when the caller has seen enough", func(e *env) {
		e.fill()
		for range e.store.Export(e.ctx()) {
			break
		}
		same(e, "export", len(e.export(e.store)), 1+len(awkward)+len(filled()))
	}},
}

// exported prints all that a store exports.
func (e *env) exported(s lead.Store) string {
	e.Helper()
	var all []string
	for _, r := range e.records(s) {
		all = append(all, recordText(r))
	}
	return strings.Join(all, "\n")
}

var imports = []promise{
	{"adds a lead as it is, with all that belongs to it", func(e *env) {
		l := e.lead(1)
		l.Status, l.Version, l.Owner, l.DueAt, l.Wake = lead.Qualified, 4, ann, e.after(time.Hour), time.Time{}
		l = l.WithEvents([]lead.Event{note(e, "first"), statusEvent(e, bob)})
		var ns []lead.Notification
		for i, state := range []lead.NotificationState{lead.Pending, lead.Accepted, lead.Delivered} {
			n := e.mail(fmt.Sprintf("sales%d@example.com", i))
			n.Lead, n.State, n.Attempts, n.Due = l.ID, state, i, e.after(time.Duration(i)*time.Second)
			if state.Done() {
				n.Due = time.Time{}
			}
			ns = append(ns, n)
		}
		added, err := e.store.Import(e.ctx(), lead.Record{Lead: &l, Notifications: ns})
		e.ok(err)
		same(e, "added", added, true)
		same(e, "lead", e.get(l.ID), l)
		same(e, "notifications", e.notifications(l.ID), ns)
		e.lists(lead.Query{}, 1)
		e.persons(l.Person, 10, 1)
		e.waits(e.after(time.Minute), dueName(ns[0].NotificationKey), dueName(ns[1].NotificationKey))
	}},
	{"adds leads of every kind, that work as others do", func(e *env) {
		waiting, junk := e.lead(1).Kept(), e.lead(2, spam).Kept()
		for _, l := range []lead.Lead{waiting, junk} {
			_, err := e.store.Import(e.ctx(), lead.Record{Lead: &l})
			e.ok(err)
		}
		e.waits(e.after(time.Hour), waiting.ID)
		e.lists(lead.Query{Statuses: []lead.Status{lead.Spam}}, 2)
		e.lists(lead.Query{}, 1)
		e.ok(e.store.HandOff(e.ctx(), waiting.ID, lead.HandOff{Notifications: []lead.Notification{e.mail(ann)}}))
		e.claim(lead.NotificationKey{Lead: waiting.ID, Kind: lead.KindLead, Recipient: ann})
		same(e, "Put again", e.again(e.lead(2)).Status, lead.New)
	}},
	{"again changes nothing", func(e *env) {
		e.fill()
		before := e.exported(e.store)
		for _, r := range e.records(e.store) {
			added, err := e.other.Import(e.ctx(), r)
			e.ok(err)
			same(e, "added "+recordName(r), added, false)
		}
		if after := e.exported(e.store); after != before {
			e.Errorf("importing what is there changed it:\n%s\nbefore:\n%s", after, before)
		}
	}},
	{"leaves a lead as it is that is there", func(e *env) {
		l := e.put(e.lead(1))
		moved := e.move(l, lead.Contacted, statusEvent(e, ann))
		old := l.WithEvents([]lead.Event{note(e, "elsewhere")})
		n := e.mail(bob)
		added, err := e.store.Import(e.ctx(), lead.Record{Lead: &old, Notifications: []lead.Notification{n}})
		e.ok(err)
		same(e, "added", added, false)
		same(e, "lead", bare(e.get(l.ID)), moved)
		same(e, "events", kinds(e.get(l.ID)), []string{"received", "status"})
		same(e, "notifications", e.notifications(l.ID), nil)
	}},
	{"adds once when many do", func(e *env) {
		l := e.lead(1).Kept()
		var ns []lead.Notification
		for i := range 3 {
			ns = append(ns, e.mail(fmt.Sprintf("sales%d@example.com", i)))
		}
		n := make([]bool, 8)
		e.allOK(together(len(n), func(i int) (err error) {
			n[i], err = e.handle(i).Import(e.ctx(), lead.Record{Lead: &l, Notifications: ns})
			return err
		}))
		same(e, "imports that added it", len(slices.DeleteFunc(n, func(added bool) bool { return !added })), 1)
		same(e, "number of notifications", len(e.notifications(l.ID)), 3)
	}},
	{"does not add what has expired", func(e *env) {
		l := e.lead(1, func(l *lead.Lead) { l.Expires = e.clock.Now() })
		added, err := e.store.Import(e.ctx(), lead.Record{Lead: &l})
		e.ok(err)
		same(e, "added", added, false)
		same(e, "export", e.export(e.store), []string{})
	}},
	{"adds a lead in place of one that has expired", func(e *env) {
		key := e.handedOff(ann)
		e.ok(e.store.Append(e.ctx(), key.Lead, note(e, "words")))
		e.clock.pass(e.get(key.Lead).Expires.Sub(e.clock.Now()))
		l := e.lead(1).Kept()
		added, err := e.store.Import(e.ctx(), lead.Record{Lead: &l})
		e.ok(err)
		same(e, "added", added, true)
		same(e, "events", kinds(e.get(l.ID)), []string{"received"})
		same(e, "notifications", e.notifications(l.ID), nil)
	}},
	{"answers ErrErased for a lead of a person who was erased after it came", func(e *env) {
		for n, at := range []time.Duration{-time.Hour, 0, time.Millisecond} {
			l := e.lead(n, sam(e), func(l *lead.Lead) { l.CreatedAt = e.after(at) }).Kept()
			if n == 0 {
				e.erase("sam")
			}
			added, err := e.store.Import(e.ctx(), lead.Record{Lead: &l})
			if at <= 0 {
				e.is(err, lead.ErrErased)
				e.gone(l.ID)
				continue
			}
			e.ok(err)
			same(e, "added", added, true)
		}
	}},
	{"answers ErrErased for a lead with a tombstone", func(e *env) {
		l := e.put(e.lead(1, sam(e)))
		e.persons("sam", 10, 1)
		e.erase("sam")
		l.Person = "another"
		_, err := e.store.Import(e.ctx(), lead.Record{Lead: &l})
		e.is(err, lead.ErrErased)
		e.gone(l.ID)
	}},
	{"adds nothing for an empty record", func(e *env) {
		added, err := e.store.Import(e.ctx(), lead.Record{})
		e.ok(err)
		same(e, "added", added, false)
	}},
	{"adds erasures and parked recipients", func(e *env) {
		erasure := lead.Erasure{Person: "sam", At: e.clock.Now()}
		parked := lead.Parked{Recipient: ann, At: e.clock.Now(), Why: "words", Lead: leadID(1)}
		for _, want := range []bool{true, false} {
			for _, r := range []lead.Record{{Erasure: &erasure}, {Parked: &parked}} {
				added, err := e.store.Import(e.ctx(), r)
				e.ok(err)
				same(e, "added", added, want)
			}
		}
		same(e, "erasures", e.erasuresOf("sam"), []lead.Erasure{erasure})
		same(e, "parked", e.parked(), []lead.Parked{parked})
	}},
	{"cancelled on the way is there whole, or not at all", func(e *env) {
		for n := range 10 {
			l := e.lead(n).Kept().WithEvents([]lead.Event{note(e, "words")})
			r := lead.Record{Lead: &l, Notifications: []lead.Notification{e.mail(ann)}}
			ctx, cancel := context.WithCancel(e.ctx())
			go cancel()
			if _, err := e.store.Import(ctx, r); err != nil && !errors.Is(err, context.Canceled) {
				e.Fatal(err)
			}
			if got, err := e.other.Get(e.ctx(), l.ID); err == nil {
				same(e, "events", kinds(got), []string{"received", "note"})
				same(e, "number of notifications", len(e.notifications(l.ID)), 1)
			}
			_, err := e.store.Import(e.ctx(), r)
			e.ok(err)
			same(e, "events", kinds(e.get(l.ID)), []string{"received", "note"})
			same(e, "number of notifications", len(e.notifications(l.ID)), 1)
		}
	}},
}
