// Package storetest is the contract of lead.Store as tests: every sentence of it is a subtest here, and every adapter
// passes them all, unchanged.
//
// It knows adapters only as lead.Store. What an adapter promises beyond that (that a kill loses nothing, that a newer
// file is refused) is tested beside the adapter.
package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"leadsite/functions/lead"
)

// Run holds a store against the contract. open gives a handle on the store that belongs to t, an empty one for every
// test; called again with the same t, it gives another handle on the same store, as another process would have. now
// tells the time by which leads expire; it begins at the present and only moves when a test says so. Run closes the
// handles; open sees to the rest with t.Cleanup.
func Run(t *testing.T, open func(t *testing.T, now func() time.Time) lead.Store) {
	for _, group := range []struct {
		name     string
		promises []promise
	}{
		{"Put", puts}, {"PutAgain", putsAgain}, {"Get", gets}, {"List", lists}, {"Cursor", cursors},
		{"ByPerson", byPerson}, {"Append", appends}, {"SetStatus", statuses}, {"HandOff", handOffs},
		{"Notifications", notifications}, {"Due", dues}, {"Claim", claims}, {"Settle", settles}, {"Count", counts}, {"Spend", spends},
		{"Park", parks}, {"Erase", erasures}, {"Tombstone", tombstones}, {"Export", exports}, {"Import", imports},
		{"Expiry", expiries}, {"Content", contents}, {"Context", contexts}, {"Close", closes},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, p := range group.promises {
				t.Run(p.says, func(t *testing.T) { p.proof(newEnv(t, open)) })
			}
		})
	}
}

// promise is one sentence of the contract and how to prove it.
type promise struct {
	says  string
	proof func(*env)
}

// env is what a proof works with: two handles on one empty store, and the time.
type env struct {
	*testing.T
	clock *clock
	store lead.Store
	other lead.Store // what another process would have
}

func newEnv(t *testing.T, open func(*testing.T, func() time.Time) lead.Store) *env {
	c := &clock{now: time.Now().UTC().Truncate(time.Millisecond)}
	e := &env{T: t, clock: c, store: open(t, c.Now), other: open(t, c.Now)}
	t.Cleanup(func() {
		e.ok(e.store.Close())
		e.ok(e.other.Close())
	})
	return e
}

// handles are both handles, over and over: the one for the i-th of many goroutines.
func (e *env) handle(i int) lead.Store { return []lead.Store{e.store, e.other}[i%2] }

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// pass lets time pass.
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// after is a time from the present on.
func (e *env) after(d time.Duration) time.Time { return e.clock.Now().Add(d) }

// lead is a new lead as intake makes it, the n-th: created n seconds from now, with something in every field. Its id
// says n, but does not sort by it.
func (e *env) lead(n int, change ...func(*lead.Lead)) lead.Lead {
	l := lead.Lead{
		ID:      leadID(n),
		Form:    "contact",
		Email:   fmt.Sprintf("Sam%d@Example.com", n),
		Extra:   map[string]string{"colour": "green"},
		Lang:    "en",
		Page:    "/pricing/",
		Source:  lead.Source{Referrer: "https://search.example/", Campaign: "spring", Touch: "page"},
		Consent: &lead.Consent{SHA256: "c0ffee", Version: "2026-11-01", At: e.clock.Now()},
		Score:   lead.Score{Points: 50, Qualified: true, Reasons: []string{"team is 50+: +30"}},
		Schema:  "9f31c2a4",
		Person:  fmt.Sprintf("person-%d", n),
	}
	e.fields(&l, map[string]any{"name": "Sam Visitor", "message": "Hello", "topics": []string{"one", "two"}})
	l = l.Received(e.after(time.Duration(n) * time.Second))
	for _, f := range change {
		f(&l)
	}
	return l
}

// leadID makes 26 characters out of n.
func leadID(n int) string { return fmt.Sprintf("%02dread%020d", n*37%100, n) }

// fields sets a lead's fields from strings and lists of strings.
func (e *env) fields(l *lead.Lead, values map[string]any) {
	e.Helper()
	text, err := json.Marshal(values)
	e.ok(err)
	e.ok(json.Unmarshal(text, &l.Fields))
}

// spam puts a lead into the spam lane.
func spam(l *lead.Lead) {
	l.Spam = lead.SpamScore{Score: lead.SpamThreshold, Reasons: []string{"trap filled: +100"}}
	*l = l.Received(l.CreatedAt)
}

// put stores a lead that is not there yet.
func (e *env) put(l lead.Lead) lead.Lead {
	e.Helper()
	stored, created, err := e.store.Put(e.Context(), l)
	e.ok(err)
	if !created {
		e.Fatalf("Put(%s) says the lead was there already", l.ID)
	}
	return stored
}

// listed stores a lead and hands it off to nobody, so that lists show it.
func (e *env) listed(l lead.Lead) lead.Lead {
	e.Helper()
	l = e.put(l)
	if !l.Wake.IsZero() {
		e.ok(e.store.HandOff(e.Context(), l.ID, lead.HandOff{Owner: l.Owner, DueAt: l.DueAt}))
	}
	return l
}

// get reads a lead, through the handle that wrote nothing.
func (e *env) get(id string) lead.Lead {
	e.Helper()
	l, err := e.other.Get(e.Context(), id)
	e.ok(err)
	return l
}

// ok ends the test at an error.
func (e *env) ok(err error) {
	e.Helper()
	if err != nil {
		e.Fatal(err)
	}
}

// same compares two values by what they print as JSON, or by == and lists where they have no JSON of their own.
func same[T any](e *env, what string, got, want T) {
	e.Helper()
	if g, w := text(got), text(want); g != w {
		e.Errorf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// text prints a value completely: of a lead also what its JSON leaves out.
func text(v any) string {
	if l, ok := v.(lead.Lead); ok {
		return fmt.Sprintf("%s version %d, person %q, wakes %v, expires %v", jsonOf(l), l.Version, l.Person, l.Wake, l.Expires)
	}
	return jsonOf(v)
}

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// bare is a lead as lists return it.
func bare(l lead.Lead) lead.Lead {
	l.Events = nil
	return l
}

func ids(leads []lead.Lead) []string {
	list := []string{}
	for _, l := range leads {
		list = append(list, l.ID)
	}
	return list
}

// kinds are the kinds of a lead's events, oldest first.
func kinds(l lead.Lead) []string {
	list := []string{}
	for _, ev := range l.Events {
		list = append(list, ev.Kind)
	}
	return list
}

// patience bounds how long eventually asks.
const patience = 15 * time.Second

// eventually asks until the answer is as wanted: for what the contract calls a hint or an index.
func eventually[T any](e *env, what string, want T, ask func() T) {
	e.Helper()
	got := ask()
	for begun := time.Now(); text(got) != text(want) && time.Since(begun) < patience; got = ask() {
		time.Sleep(20 * time.Millisecond)
	}
	same(e, what, got, want)
}

// list asks for one page.
func (e *env) list(q lead.Query) lead.Page {
	e.Helper()
	page, err := e.other.List(e.Context(), q)
	e.ok(err)
	return page
}

// lists waits until the query finds exactly the leads with these numbers, in this order.
func (e *env) lists(q lead.Query, want ...int) {
	e.Helper()
	wanted := []string{}
	for _, n := range want {
		wanted = append(wanted, leadID(n))
	}
	eventually(e, fmt.Sprintf("List(%s)", jsonOf(q)), wanted, func() []string { return ids(e.list(q).Leads) })
}

// waiting are the names of what is due at a time, longest first: a lead's number, or number/kind/recipient.
func (e *env) waiting(at time.Time) []string {
	e.Helper()
	due, err := e.other.Due(e.Context(), at, 100)
	e.ok(err)
	names := []string{}
	for _, d := range due {
		names = append(names, dueName(d.NotificationKey))
	}
	return names
}

func dueName(k lead.NotificationKey) string {
	if k.Kind == "" {
		return k.Lead
	}
	return k.Lead + "/" + k.Kind + "/" + k.Recipient
}

// waits waits until exactly this is due at a time.
func (e *env) waits(at time.Time, want ...string) {
	e.Helper()
	eventually(e, "Due", append([]string{}, want...), func() []string { return e.waiting(at) })
}

// together runs f n times at once, and returns the errors, in no order.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// allOK ends the test at the first error of many.
func (e *env) allOK(errs []error) {
	e.Helper()
	for _, err := range errs {
		e.ok(err)
	}
}

// ctx is the context of a test.
func (e *env) ctx() context.Context { return e.Context() }

// sorted is a list in order, for comparing.
func sorted(list []string) []string { return slices.Sorted(slices.Values(list)) }
