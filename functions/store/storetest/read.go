package storetest

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"leadsite/functions/lead"
)

var gets = []promise{
	{"answers ErrNotFound for a lead that is not there", func(e *env) {
		_, err := e.store.Get(e.ctx(), leadID(1))
		e.is(err, lead.ErrNotFound)
		e.put(e.lead(2))
		_, err = e.store.Get(e.ctx(), leadID(1))
		e.is(err, lead.ErrNotFound)
	}},
	{"sees what another process wrote just now", func(e *env) {
		for i := range 20 {
			l := e.put(e.lead(i))
			_, err := e.other.Get(e.ctx(), l.ID)
			e.ok(err)
		}
	}},
	{"returns the events oldest first", func(e *env) {
		l := e.put(e.lead(0))
		for _, minutes := range []int{3, 1, 2} {
			ev := lead.Event{At: e.after(time.Duration(minutes) * time.Minute), Kind: "note", Note: fmt.Sprint(minutes)}
			e.ok(e.store.Append(e.ctx(), l.ID, lead.NewEvent(ev)))
		}
		var notes []string
		for _, ev := range e.get(l.ID).Events {
			notes = append(notes, ev.Kind+ev.Note)
		}
		same(e, "events", notes, []string{"received", "note1", "note2", "note3"})
	}},
	{"returns many events", func(e *env) {
		l := e.put(e.lead(0))
		long := strings.Repeat("words ", 1500)
		for i := range 150 {
			ev := lead.Event{At: e.after(time.Duration(i) * time.Second), Kind: "note", Note: long + fmt.Sprint(i)}
			e.ok(e.store.Append(e.ctx(), l.ID, lead.NewEvent(ev)))
		}
		events := e.get(l.ID).Events
		same(e, "number of events", len(events), 151)
		same(e, "last event", events[150].Note, long+"149")
	}},
}

// seven puts and lists the leads 0 to 6, one of every status, each created a second after the one before.
func (e *env) seven() {
	e.Helper()
	for i, status := range lead.Statuses() {
		l := e.listed(e.lead(i))
		if status == lead.New {
			continue
		}
		_, err := e.store.SetStatus(e.ctx(), l.ID, 1, status, statusEvent(e, "sales@example.com"))
		e.ok(err)
	}
}

var lists = []promise{
	{"is empty at first", func(e *env) {
		same(e, "List", e.list(lead.Query{}), lead.Page{})
	}},
	{"returns leads newest first", func(e *env) {
		for _, n := range []int{2, 0, 3, 1} {
			e.listed(e.lead(n))
		}
		e.lists(lead.Query{}, 3, 2, 1, 0)
	}},
	{"returns leads as Get does, without events", func(e *env) {
		l := e.listed(e.lead(1))
		e.lists(lead.Query{}, 1)
		same(e, "lead", e.list(lead.Query{}).Leads[0], bare(e.get(l.ID)))
	}},
	{"shows a lead from its HandOff on", func(e *env) {
		l := e.put(e.lead(1))
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: "sales@example.com"}))
		e.lists(lead.Query{}, 1)
	}},
	{"shows a lead from a HandOff on that changes nothing else", func(e *env) {
		l := e.put(e.lead(1))
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: l.Owner, DueAt: l.DueAt, Wake: l.Wake}))
		e.lists(lead.Query{}, 1)
	}},
	{"returns all for the largest Limit", func(e *env) {
		e.listed(e.lead(1))
		e.lists(lead.Query{Limit: math.MaxInt}, 1)
	}},
	{"shows spam, which nobody hands off, from its Put on", func(e *env) {
		e.put(e.lead(1, spam))
		e.lists(lead.Query{Statuses: []lead.Status{lead.Spam}}, 1)
	}},
	{"shows a lead from its first change of status on", func(e *env) {
		l := e.put(e.lead(1))
		_, err := e.store.SetStatus(e.ctx(), l.ID, 1, lead.Contacted, statusEvent(e, "sales@example.com"))
		e.ok(err)
		e.lists(lead.Query{Statuses: []lead.Status{lead.Contacted}}, 1)
	}},
	{"returns all but spam unless asked", func(e *env) {
		e.seven()
		e.lists(lead.Query{}, 5, 4, 3, 2, 1, 0)
	}},
	{"picks by one status", func(e *env) {
		e.seven()
		for i, status := range lead.Statuses() {
			e.lists(lead.Query{Statuses: []lead.Status{status}}, i)
		}
	}},
	{"picks by several statuses", func(e *env) {
		e.seven()
		e.lists(lead.Query{Statuses: []lead.Status{lead.Spam, lead.New, lead.Won}}, 6, 3, 0)
		e.lists(lead.Query{Statuses: []lead.Status{lead.New, lead.New}}, 0)
		e.lists(lead.Query{Statuses: lead.Statuses()}, 6, 5, 4, 3, 2, 1, 0)
	}},
	{"follows a change of status", func(e *env) {
		l := e.listed(e.lead(1))
		e.lists(lead.Query{Statuses: []lead.Status{lead.New}}, 1)
		_, err := e.store.SetStatus(e.ctx(), l.ID, 1, lead.Lost, statusEvent(e, "sales@example.com"))
		e.ok(err)
		e.lists(lead.Query{Statuses: []lead.Status{lead.Lost}}, 1)
		e.lists(lead.Query{Statuses: []lead.Status{lead.New}})
	}},
	{"picks by form", func(e *env) {
		e.listed(e.lead(1))
		e.listed(e.lead(2, func(l *lead.Lead) { l.Form = "consultation" }))
		e.lists(lead.Query{Form: "consultation"}, 2)
		e.lists(lead.Query{Form: "nothing"})
	}},
	{"picks by e-mail address in any case", func(e *env) {
		e.listed(e.lead(1, func(l *lead.Lead) { l.Email = "Zoë@Example.com" }))
		e.listed(e.lead(2))
		e.listed(e.lead(3, func(l *lead.Lead) { l.Email = "" }))
		e.lists(lead.Query{Email: "ZOË@example.COM"}, 1)
		e.lists(lead.Query{Email: "zo@example.com"})
	}},
	{"picks by owner", func(e *env) {
		for n, owner := range []string{"", "ann@example.com", "bob@example.com"} {
			l := e.put(e.lead(n))
			e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: owner}))
		}
		e.lists(lead.Query{Owner: "bob@example.com"}, 2)
	}},
	{"picks since a time, that time too", func(e *env) {
		for n := range 4 {
			e.listed(e.lead(n))
		}
		since := e.after(2 * time.Second)
		e.lists(lead.Query{Since: since}, 3, 2)
		e.lists(lead.Query{Since: since.Add(time.Millisecond)}, 3)
		e.lists(lead.Query{Since: since.Add(time.Millisecond - 1)}, 3, 2)
	}},
	{"picks by everything at once", func(e *env) {
		e.seven()
		q := lead.Query{
			Statuses: []lead.Status{lead.Won, lead.Lost, lead.Unfit}, Form: "contact", Email: "sam4@example.com",
			Since: e.after(time.Second), Limit: 5,
		}
		e.lists(q, 4)
	}},
	{"returns at most Limit, the newest, and says where to go on", func(e *env) {
		for n := range 4 {
			e.listed(e.lead(n))
		}
		e.lists(lead.Query{}, 3, 2, 1, 0)
		page := e.list(lead.Query{Limit: 3})
		same(e, "ids", ids(page.Leads), []string{leadID(3), leadID(2), leadID(1)})
		if page.Next == "" {
			e.Error("Next is empty, but there is a fourth lead")
		}
	}},
	{"returns 100 unless asked", func(e *env) {
		var want []int
		e.allOK(together(103, func(n int) error {
			_, _, err := e.handle(n).Put(e.ctx(), e.lead(n, spam))
			return err
		}))
		for n := range 103 {
			want = append(want, 102-n)
		}
		q := lead.Query{Statuses: []lead.Status{lead.Spam}}
		e.lists(q, want[:100]...)
		q.Cursor = e.list(q).Next
		e.lists(q, want[100:]...)
	}},
}

// pages walks through all pages of a query and returns the ids, in order. between is called after every page.
func (e *env) pages(q lead.Query, between func()) []string {
	e.Helper()
	var all []string
	for {
		page := e.list(q)
		all = append(all, ids(page.Leads)...)
		if page.Next == "" {
			return all
		}
		if len(page.Leads) != q.Limit {
			e.Fatalf("a page that is not the last has %d leads of %d", len(page.Leads), q.Limit)
		}
		q.Cursor = page.Next
		between()
	}
}

// dozen puts and lists the leads 10 to 21, and waits until all are in the index.
func (e *env) dozen(change ...func(*lead.Lead)) []string {
	e.Helper()
	var want []string
	for n := 21; n >= 10; n-- {
		e.listed(e.lead(n, change...))
		want = append(want, leadID(n))
	}
	eventually(e, "number of leads", len(want), func() int { return len(e.list(lead.Query{}).Leads) })
	return want
}

var cursors = []promise{
	{"every lead is on one page", func(e *env) {
		want := e.dozen()
		for _, size := range []int{1, 5, 6, 11, 12, 13} {
			same(e, fmt.Sprintf("pages of %d", size), e.pages(lead.Query{Limit: size}, func() {}), want)
		}
	}},
	{"leads of one millisecond are told apart", func(e *env) {
		at := e.clock.Now()
		want := e.dozen(func(l *lead.Lead) { l.CreatedAt = at })
		slices.Sort(want)
		slices.Reverse(want)
		same(e, "pages", e.pages(lead.Query{Limit: 5}, func() {}), want)
	}},
	{"a cursor keeps to the query's filters", func(e *env) {
		e.dozen()
		for n := 30; n < 36; n++ {
			e.listed(e.lead(n, func(l *lead.Lead) { l.Form = "consultation" }))
		}
		q := lead.Query{Form: "consultation", Limit: 4}
		e.lists(lead.Query{Form: "consultation"}, 35, 34, 33, 32, 31, 30)
		same(e, "pages", len(e.pages(q, func() {})), 6)
	}},
	{"what is written between pages moves nothing", func(e *env) {
		want := e.dozen()
		n := 0
		write := func() { // a newer lead, and a lead of the last page gets another status
			n++
			e.listed(e.lead(100 + n))
			_, err := e.store.SetStatus(e.ctx(), want[12-n], 1, lead.Contacted, statusEvent(e, "sales@example.com"))
			e.ok(err)
		}
		same(e, "pages", e.pages(lead.Query{Limit: 3}, write), want)
	}},
	{"what is written at the same time moves nothing", func(e *env) {
		want := e.dozen()
		stop, stopped := make(chan struct{}), make(chan error)
		go func() { stopped <- e.disturb(stop, want) }()
		for range 5 {
			got := e.pages(lead.Query{Limit: 5}, func() {})
			got = slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(want, id) })
			same(e, "pages", got, want)
		}
		close(stop)
		e.ok(<-stopped)
	}},
	{"a cursor that no page gave is an error", func(e *env) {
		e.listed(e.lead(1))
		for _, cursor := range []string{"x", "-", "1-", "-x", "next page", "9999999999999999999999-x"} {
			if page, err := e.store.List(e.ctx(), lead.Query{Cursor: cursor}); err == nil {
				e.Errorf("List with the cursor %q returned %d leads and no error", cursor, len(page.Leads))
			}
		}
	}},
}

// disturb adds newer leads and hands off the old ones again, until it is told to stop.
func (e *env) disturb(stop chan struct{}, old []string) error {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return nil
		default:
		}
		l := e.lead(100 + n)
		if _, _, err := e.store.Put(e.ctx(), l); err != nil {
			return err
		}
		for _, id := range []string{l.ID, old[n%len(old)]} {
			if err := e.store.HandOff(e.ctx(), id, lead.HandOff{Owner: fmt.Sprint(n)}); err != nil {
				return err
			}
		}
	}
}

var byPerson = []promise{
	{"returns the person's leads, newest first, spam too", func(e *env) {
		sam := func(l *lead.Lead) { l.Person = "sam" }
		e.put(e.lead(2, sam))
		e.put(e.lead(1, sam, spam))
		e.put(e.lead(3, sam))
		e.put(e.lead(4))
		e.persons("sam", 10, 3, 2, 1)
	}},
	{"returns at most limit, the newest", func(e *env) {
		for n := range 5 {
			e.put(e.lead(n, func(l *lead.Lead) { l.Person = "sam" }))
		}
		e.persons("sam", 10, 4, 3, 2, 1, 0)
		e.persons("sam", 2, 4, 3)
		e.persons("sam", 0)
		e.persons("sam", -1)
	}},
	{"returns leads as Get does, without events", func(e *env) {
		l := e.put(e.lead(1))
		e.persons(l.Person, 10, 1)
		leads, err := e.store.ByPerson(e.ctx(), l.Person, 1)
		e.ok(err)
		same(e, "lead", leads[0], bare(e.get(l.ID)))
	}},
	{"is empty for a person who never wrote", func(e *env) {
		l := e.put(e.lead(1))
		e.persons(l.Person, 10, 1)
		e.persons("somebody else", 10)
	}},
	{"knows nobody without an address", func(e *env) {
		e.put(e.lead(1, func(l *lead.Lead) { l.Email, l.Person = "", "" }))
		l := e.put(e.lead(2))
		e.persons(l.Person, 10, 2)
		e.persons("", 10)
	}},
}
