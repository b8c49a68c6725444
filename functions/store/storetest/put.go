package storetest

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"leadsite/functions/lead"
)

var puts = []promise{
	{"stores the lead as it is, and says so", func(e *env) {
		l := e.lead(1)
		stored, created, err := e.store.Put(e.ctx(), l)
		e.ok(err)
		if !created {
			e.Error("created is false for a new lead")
		}
		want := l
		want.Version = 1
		same(e, "Put", stored, want)
		same(e, "Get", bare(e.get(l.ID)), want)
	}},
	{"adds the first event, received, at CreatedAt", func(e *env) {
		l := e.put(e.lead(1))
		events := e.get(l.ID).Events
		if len(events) != 1 {
			e.Fatalf("%d events: %s", len(events), jsonOf(events))
		}
		want := lead.NewEvent(lead.Event{At: l.CreatedAt, Kind: lead.EventReceived, By: "visitor"})
		same(e, "event", events[0], want)
	}},
	{"begins at version 1, and takes no events", func(e *env) {
		l := e.lead(1, func(l *lead.Lead) {
			l.Version = 7
			l.Events = []lead.Event{{ID: "x", Kind: "note"}}
		})
		stored := e.put(l)
		if stored.Version != 1 || stored.Events != nil {
			e.Errorf("Put returned version %d and events %s", stored.Version, jsonOf(stored.Events))
		}
		same(e, "events", kinds(e.get(l.ID)), []string{"received"})
	}},
	{"makes the lead due at its Wake", func(e *env) {
		l := e.put(e.lead(1, func(l *lead.Lead) { l.Wake = e.after(time.Hour) }))
		e.waits(e.after(time.Hour), l.ID)
		same(e, "due too early", e.waiting(e.after(time.Hour-time.Millisecond)), []string{})
	}},
	{"makes a lead without Wake wait for nothing", func(e *env) {
		e.put(e.lead(1, func(l *lead.Lead) { l.Wake = time.Time{} }))
		second := e.put(e.lead(2))
		e.waits(e.after(time.Hour), second.ID)
	}},
	{"finds the person at once", func(e *env) {
		l := e.put(e.lead(1))
		e.persons(l.Person, 10, 1)
	}},
	{"never merges by e-mail address or person", func(e *env) {
		sam := func(l *lead.Lead) { l.Email, l.Person = "sam@example.com", "sam" }
		e.put(e.lead(1, sam))
		e.put(e.lead(2, sam))
		e.persons("sam", 10, 2, 1)
	}},
	{"creates many different leads at once", func(e *env) {
		const n = 40
		e.allOK(together(n, func(i int) error {
			_, created, err := e.handle(i).Put(e.ctx(), e.lead(i))
			if err == nil && !created {
				err = fmt.Errorf("lead %d was there already", i)
			}
			return err
		}))
		for i := range n {
			same(e, "id", e.get(leadID(i)).ID, leadID(i))
		}
	}},
}

// again puts a lead that is there already.
func (e *env) again(l lead.Lead) lead.Lead {
	e.Helper()
	stored, created, err := e.store.Put(e.ctx(), l)
	e.ok(err)
	if created {
		e.Fatalf("Put(%s) again says it created the lead", l.ID)
	}
	return stored
}

// sent is what a visitor sent at a time, with the ID that intake gives it.
func (e *env) sent(at time.Time, touch string) lead.Lead {
	e.Helper()
	keys, err := lead.NewKeys(make([]byte, lead.KeySize))
	e.ok(err)
	l := e.lead(0, sam(e), func(l *lead.Lead) { l.CreatedAt, l.Source.Touch = at, touch })
	l.ID, err = keys.ID(lead.Identity{Form: l.Form, Values: l.Fields, Known: true, At: at}, nil)
	e.ok(err)
	return l
}

var putsAgain = []promise{
	{"overwrites nothing, and returns what is stored", func(e *env) {
		first := e.put(e.lead(1))
		second := e.lead(1, func(l *lead.Lead) {
			l.Page, l.Email, l.Person, l.Owner = "/other/", "other@example.com", "other", "eve@example.com"
			l.CreatedAt = e.after(time.Minute)
			l.Wake, l.Expires = e.after(time.Minute), e.after(time.Hour)
		})
		same(e, "Put again", e.again(second), first)
		same(e, "Get", bare(e.get(first.ID)), first)
	}},
	{"adds an event sent-again at the second's CreatedAt", func(e *env) {
		l := e.put(e.lead(1))
		at := e.after(time.Minute)
		e.again(e.lead(1, func(l *lead.Lead) { l.CreatedAt = at }))
		events := e.get(l.ID).Events
		same(e, "events", kinds(e.get(l.ID)), []string{"received", "sent-again"})
		same(e, "time", events[1].At, at)
	}},
	{"adds it once for a replay", func(e *env) {
		l := e.put(e.lead(1))
		for range 3 {
			e.again(l)
		}
		same(e, "events", kinds(e.get(l.ID)), []string{"received", "sent-again"})
	}},
	{"creates once when many put at once", func(e *env) {
		var created atomic.Int32
		pages := make([]string, 16)
		e.allOK(together(len(pages), func(i int) error {
			l := e.lead(1, func(l *lead.Lead) { l.Page = fmt.Sprintf("/%d/", i) })
			stored, first, err := e.handle(i).Put(e.ctx(), l)
			if first {
				created.Add(1)
			}
			pages[i] = stored.Page
			return err
		}))
		if n := created.Load(); n != 1 {
			e.Errorf("%d of %d concurrent Puts say they created the lead", n, len(pages))
		}
		want := e.get(leadID(1)).Page
		if slices.ContainsFunc(pages, func(page string) bool { return page != want }) {
			e.Errorf("the stored page is %s; the Puts returned %v", want, pages)
		}
	}},
	{"keeps the pair around midnight apart", func(e *env) {
		midnight := e.clock.Now().Truncate(24 * time.Hour)
		first, second := e.sent(midnight.Add(-time.Second), "page"), e.sent(midnight.Add(time.Second), "page")
		e.put(first)
		e.put(second)
		eventually(e, "ByPerson", []string{second.ID, first.ID}, func() []string {
			leads, err := e.other.ByPerson(e.ctx(), "sam", 10)
			e.ok(err)
			return ids(leads)
		})
	}},
	{"takes a retry with another touch for the same", func(e *env) {
		at := e.clock.Now().Truncate(24 * time.Hour).Add(12 * time.Hour)
		first := e.put(e.sent(at, "page"))
		same(e, "Put again", e.again(e.sent(at.Add(time.Minute), "session")), first)
	}},
	{"rescues spam", func(e *env) {
		l := e.put(e.lead(1, spam))
		good := e.lead(1, func(l *lead.Lead) { l.CreatedAt = e.after(time.Minute) })
		got := e.again(good)
		want := l
		want.Status, want.Version, want.Spam = lead.New, 2, good.Spam
		want.Wake, want.Expires = good.Wake, good.Expires
		same(e, "Put", got, want)
		same(e, "Get", bare(e.get(l.ID)), want)
		e.waits(good.Wake, l.ID)
	}},
	{"says in events that it rescued", func(e *env) {
		l := e.put(e.lead(1, spam))
		e.again(e.lead(1, func(l *lead.Lead) { l.CreatedAt = e.after(time.Minute) }))
		got := e.get(l.ID)
		same(e, "events", sorted(kinds(got)), []string{"received", "rescued", "sent-again"})
		for _, ev := range got.Events[1:] {
			same(e, "time of "+ev.Kind, ev.At, e.after(time.Minute))
			if ev.Kind == lead.EventRescued && (ev.From != lead.Spam || ev.ToStatus != lead.New) {
				e.Errorf("rescued from %q to %q", ev.From, ev.ToStatus)
			}
		}
	}},
	{"lists a rescued lead by its new status", func(e *env) {
		l := e.put(e.lead(1, spam))
		e.lists(lead.Query{Statuses: []lead.Status{lead.Spam}}, 1)
		e.again(e.lead(1))
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{}))
		e.lists(lead.Query{Statuses: []lead.Status{lead.New}}, 1)
		e.lists(lead.Query{Statuses: []lead.Status{lead.Spam}})
	}},
	{"rescues once when many put at once", func(e *env) {
		l := e.put(e.lead(1, spam))
		e.allOK(together(8, func(i int) error {
			_, _, err := e.handle(i).Put(e.ctx(), e.lead(1))
			return err
		}))
		got := e.get(l.ID)
		if got.Status != lead.New || got.Version != 2 {
			e.Errorf("status %s, version %d", got.Status, got.Version)
		}
		same(e, "events", sorted(kinds(got)), []string{"received", "rescued", "sent-again"})
	}},
	{"keeps a rescued lead and its events after the spam would have expired", func(e *env) {
		l := e.put(e.lead(1, spam))
		e.ok(e.store.Append(e.ctx(), l.ID, note(e, "while it was spam")))
		e.again(e.lead(1))
		e.clock.pass(l.Expires.Sub(e.clock.Now()) + time.Hour)
		same(e, "events", sorted(kinds(e.get(l.ID))), []string{"note", "received", "rescued", "sent-again"})
	}},
	{"leaves spam alone when spam is put again", func(e *env) {
		l := e.put(e.lead(1, spam))
		same(e, "Put again", e.again(e.lead(1, spam)), l)
	}},
	{"leaves a good lead alone when spam is put again", func(e *env) {
		l := e.put(e.lead(1))
		same(e, "Put again", e.again(e.lead(1, spam)), l)
	}},
	{"does not overrule a person who said spam", func(e *env) {
		l := e.put(e.lead(1))
		moved, err := e.store.SetStatus(e.ctx(), l.ID, 1, lead.Spam, statusEvent(e, "sales@example.com"))
		e.ok(err)
		same(e, "Put again", e.again(e.lead(1)), moved)
	}},
}

// persons waits until the person's leads are the ones with these numbers.
func (e *env) persons(person string, limit int, want ...int) {
	e.Helper()
	wanted := []string{}
	for _, n := range want {
		wanted = append(wanted, leadID(n))
	}
	eventually(e, "ByPerson("+person+")", wanted, func() []string {
		leads, err := e.other.ByPerson(e.ctx(), person, limit)
		e.ok(err)
		return ids(leads)
	})
}

// note is an event that a salesperson writes.
func note(e *env, words string) lead.Event {
	return lead.NewEvent(lead.Event{At: e.clock.Now(), Kind: "note", By: "sales@example.com", Note: words})
}

// statusEvent is the event of a change of status.
func statusEvent(e *env, by string) lead.Event {
	return lead.NewEvent(lead.Event{At: e.clock.Now(), Kind: lead.EventStatus, By: by, Via: "link"})
}

// is reports an error that is not the wanted one.
func (e *env) is(err, want error) {
	e.Helper()
	if !errors.Is(err, want) {
		e.Errorf("the error is %v, want %v", err, want)
	}
}
