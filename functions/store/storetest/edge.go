package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"leadsite/functions/lead"
)

var counts = []promise{
	{"begins at one and adds one", func(e *env) {
		for want := 1; want <= 3; want++ {
			e.counts("a", e.clock.Now(), want)
		}
	}},
	{"keeps keys apart", func(e *env) {
		for _, key := range []string{"a", "A", "a#", "", "2001:db8::/64", "zoë \U0001f4a1"} {
			e.counts(key, e.clock.Now(), 1)
		}
		e.counts("a", e.clock.Now(), 2)
	}},
	{"begins at zero in every window", func(e *env) {
		start := e.clock.Now().Truncate(10 * time.Minute)
		e.counts("a", start, 1)
		e.counts("a", start.Add(10*time.Minute-time.Millisecond), 2)
		e.counts("a", start.Add(10*time.Minute), 1)
		e.counts("a", start.Add(-time.Millisecond), 1)
	}},
	{"counts every one of many at once", func(e *env) {
		const n = 20
		var sum atomic.Int64
		now := e.clock.Now()
		e.allOK(together(n, func(i int) error {
			value, err := e.handle(i).Count(e.ctx(), "a", now, time.Hour)
			sum.Add(int64(value))
			return err
		}))
		same(e, "sum of 1 to 20", sum.Load(), n*(n+1)/2)
	}},
}

// counts reports a counter that does not come to want.
func (e *env) counts(key string, now time.Time, want int) {
	e.Helper()
	got, err := e.store.Count(e.ctx(), key, now, 10*time.Minute)
	e.ok(err)
	same(e, fmt.Sprintf("Count(%q)", key), got, want)
}

var spends = []promise{
	{"lets one lead spend a challenge, again too", func(e *env) {
		expires := e.after(time.Hour)
		for range 2 {
			e.ok(e.store.Spend(e.ctx(), "challenge", leadID(1), expires))
			e.ok(e.other.Spend(e.ctx(), "challenge", leadID(1), expires))
		}
	}},
	{"answers ErrSpent to another lead", func(e *env) {
		expires := e.after(time.Hour)
		e.ok(e.store.Spend(e.ctx(), "challenge", leadID(1), expires))
		e.is(e.other.Spend(e.ctx(), "challenge", leadID(2), expires), lead.ErrSpent)
		e.ok(e.store.Spend(e.ctx(), "another", leadID(2), expires))
	}},
	{"forgets a challenge when it expires", func(e *env) {
		e.ok(e.store.Spend(e.ctx(), "challenge", leadID(1), e.after(time.Hour)))
		e.clock.pass(time.Hour)
		e.ok(e.store.Spend(e.ctx(), "challenge", leadID(2), e.after(time.Hour)))
		e.is(e.store.Spend(e.ctx(), "challenge", leadID(1), e.after(time.Hour)), lead.ErrSpent)
	}},
	{"lets one of many leads spend it", func(e *env) {
		var spent atomic.Int32
		e.allOK(together(10, func(i int) error {
			err := e.handle(i).Spend(e.ctx(), "challenge", leadID(i), e.after(time.Hour))
			if errors.Is(err, lead.ErrSpent) {
				return nil
			}
			spent.Add(1)
			return err
		}))
		same(e, "leads that spent it", spent.Load(), 1)
	}},
}

var expiries = []promise{
	{"a lead is there until it expires", func(e *env) {
		l := e.put(e.lead(1, func(l *lead.Lead) { l.Expires = e.after(time.Hour) }))
		e.clock.pass(time.Hour - time.Millisecond)
		e.get(l.ID)
		e.clock.pass(time.Millisecond)
		_, err := e.store.Get(e.ctx(), l.ID)
		e.is(err, lead.ErrNotFound)
	}},
	{"a lead without Expires is there for ever", func(e *env) {
		l := e.put(e.lead(1, func(l *lead.Lead) { l.Expires = time.Time{} }))
		e.clock.pass(50 * 365 * 24 * time.Hour)
		e.get(l.ID)
	}},
	{"an expired lead is in no list", func(e *env) {
		sam := func(l *lead.Lead) { l.Person = "sam" }
		soon := func(l *lead.Lead) { l.Expires = e.after(time.Hour) }
		e.listed(e.lead(1, sam, soon))
		e.listed(e.lead(2, sam))
		e.lists(lead.Query{}, 2, 1)
		e.persons("sam", 10, 2, 1)
		e.clock.pass(time.Hour)
		e.lists(lead.Query{}, 2)
		e.persons("sam", 10, 2)
		e.persons("sam", 1, 2)
	}},
	{"an expired lead and its notifications are not due", func(e *env) {
		l := e.put(e.lead(1, func(l *lead.Lead) { l.Expires = e.after(time.Hour) }))
		h := lead.HandOff{Wake: l.Wake, Notifications: []lead.Notification{e.mail(ann)}}
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		e.waits(e.after(time.Hour), l.ID+"/lead/"+ann, l.ID)
		e.clock.pass(time.Hour)
		same(e, "Due", e.waiting(e.after(time.Hour)), []string{})
	}},
	{"an expired lead answers ErrNotFound to every write", func(e *env) {
		key := e.handedOff(ann)
		n := e.claim(key)
		e.clock.pass(e.get(key.Lead).Expires.Sub(e.clock.Now()))
		_, err := e.store.SetStatus(e.ctx(), key.Lead, 1, lead.Won, statusEvent(e, "sales@example.com"))
		e.is(err, lead.ErrNotFound)
		e.is(e.store.Append(e.ctx(), key.Lead, note(e, "words")), lead.ErrNotFound)
		e.is(e.store.HandOff(e.ctx(), key.Lead, lead.HandOff{}), lead.ErrNotFound)
		e.is(e.store.Settle(e.ctx(), n, mailEvent(e, n)), lead.ErrNotFound)
		_, err = e.store.Claim(e.ctx(), key, e.clock.Now(), time.Minute)
		e.is(err, lead.ErrNotFound)
		_, err = e.store.Notification(e.ctx(), key)
		e.is(err, lead.ErrNotFound)
	}},
	{"an expired lead can be put anew, and begins anew", func(e *env) {
		key := e.handedOff(ann)
		e.ok(e.store.Append(e.ctx(), key.Lead, note(e, "words")))
		e.clock.pass(e.get(key.Lead).Expires.Sub(e.clock.Now()))
		l := e.put(e.lead(1))
		got := e.get(l.ID)
		same(e, "lead", bare(got), l)
		same(e, "events", kinds(got), []string{"received"})
		_, err := e.store.Notification(e.ctx(), key)
		e.is(err, lead.ErrNotFound)
		e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Notifications: []lead.Notification{e.mail(ann)}}))
		same(e, "attempts", e.claim(key).Attempts, 1)
	}},
}

// awkward are texts that go through many hands badly.
var awkward = []string{
	"", " ", "\x00", "a\x00b", "\x01\x1f\x7f", "tab\tline\nreturn\r", `"quoted" \ 'single' ; -- DROP TABLE leads`,
	"<b>&amp;</b>", "e\u0301 \u00e9", "\u202eright to left\u202c", "\u2028\u2029\ufeff\ufffd\uffff", "\U0001f469\u200d\U0001f4bb \U0010ffff",
	"شكرا לך 谢谢 ", "null", "true", "0", "[]", "{}", "#", "L#x", "%", "_", "\\u0000", "\ud7ff\ue000",
}

var contents = []promise{
	{"odd text comes back as it was", func(e *env) {
		for i, odd := range awkward {
			l := e.lead(i, func(l *lead.Lead) {
				l.Form, l.Email, l.Page, l.Lang, l.Schema = odd, odd, odd, odd, odd
				l.Source.Referrer, l.Consent.Version = odd, odd
				l.Extra = map[string]string{odd: odd, "x" + odd: odd}
				l.Score.Reasons = []string{odd, odd}
				l.Person = "p" + odd
			})
			e.fields(&l, map[string]any{"message": odd, "x" + odd: []string{odd, odd}})
			want := l
			want.Version = 1
			same(e, "Put", e.put(l), want)
			same(e, "Get", bare(e.get(l.ID)), want)
		}
	}},
	{"odd text comes back from events", func(e *env) {
		l := e.put(e.lead(1))
		var want []lead.Event
		for i, odd := range awkward {
			ev := note(e, odd)
			ev.At, ev.By, ev.To, ev.Via = e.after(time.Duration(i)*time.Millisecond), odd, odd, odd
			e.ok(e.store.Append(e.ctx(), l.ID, ev))
			want = append(want, ev)
		}
		same(e, "events", e.get(l.ID).Events[1:], want)
	}},
	{"odd text comes back from notifications", func(e *env) {
		l := e.put(e.lead(1))
		var h lead.HandOff
		for _, odd := range awkward {
			n := e.mail("x" + odd)
			n.Kind, n.Error, n.MessageID = "kind"+odd, odd, odd
			h.Notifications = append(h.Notifications, n)
		}
		e.ok(e.store.HandOff(e.ctx(), l.ID, h))
		for _, n := range h.Notifications {
			n.Lead = l.ID
			same(e, "notification", e.notification(n.NotificationKey), n)
		}
	}},
	{"odd text is found by queries", func(e *env) {
		for i, odd := range awkward {
			odd = "x" + odd
			l := e.put(e.lead(i, func(l *lead.Lead) { l.Form, l.Email, l.Person = odd, odd, odd }))
			e.ok(e.store.HandOff(e.ctx(), l.ID, lead.HandOff{Owner: odd}))
			e.lists(lead.Query{Statuses: []lead.Status{lead.New}, Form: odd, Email: odd, Owner: odd}, i)
			e.persons(odd, 10, i)
		}
	}},
	{"64 KB of text comes back", func(e *env) {
		for i, unit := range []string{"a", "<", `"`, "\n", "\u2028", "\U0001f4a1", "\x01"} {
			long := strings.Repeat(unit, (64<<10)/len(unit))
			l := e.lead(i)
			e.fields(&l, map[string]any{"message": long})
			e.put(l)
			got, want := text(e.get(l.ID).Fields), text(l.Fields)
			if got != want {
				e.Errorf("64 KB of %q came back as %d bytes, want %d", unit, len(got), len(want))
			}
		}
	}},
	{"a list of long leads is complete", func(e *env) {
		const n = 25
		long := strings.Repeat("long ", 12_000)
		var want []int
		for i := range n {
			l := e.lead(i, spam)
			e.fields(&l, map[string]any{"message": long})
			e.put(l)
			want = append(want, n-1-i)
		}
		e.lists(lead.Query{Statuses: []lead.Status{lead.Spam}}, want...)
	}},
	{"nothing and an empty list are told apart", func(e *env) {
		l := e.lead(1)
		e.fields(&l, map[string]any{"topics": []string{}, "name": ""})
		l.Consent, l.Extra = nil, nil
		e.put(l)
		got := e.get(l.ID)
		if v := got.Fields["topics"]; v.List == nil || len(v.List) != 0 {
			e.Errorf("the empty list came back as %#v", v)
		}
		if v, there := got.Fields["name"]; !there || v.List != nil || got.Consent != nil || got.Extra == nil {
			e.Errorf("name %#v (%t), consent %v, extra %v", v, there, got.Consent, got.Extra)
		}
	}},
	{"times are kept to the millisecond, in UTC", func(e *env) {
		zone := time.FixedZone("far", 14*3600)
		odd := func(d time.Duration) time.Time { return e.after(d + 123456*time.Nanosecond).In(zone) }
		l := e.lead(1, func(l *lead.Lead) {
			l.CreatedAt, l.DueAt, l.Wake, l.Expires = odd(0), odd(time.Hour), odd(time.Minute), odd(24*time.Hour)
			l.Consent.At = odd(0)
		})
		e.put(l)
		e.ok(e.store.Append(e.ctx(), l.ID, lead.Event{ID: "zzz", At: odd(time.Second), Kind: "note"}))
		got := e.get(l.ID)
		for what, pair := range map[string][2]time.Time{
			"CreatedAt": {got.CreatedAt, e.after(0)}, "DueAt": {got.DueAt, e.after(time.Hour)},
			"Wake": {got.Wake, e.after(time.Minute)}, "Expires": {got.Expires, e.after(24 * time.Hour)},
			"Consent.At": {got.Consent.At, e.after(0)}, "event": {got.Events[1].At, e.after(time.Second)},
		} {
			if pair[0] != pair[1] {
				e.Errorf("%s is %v, want %v", what, pair[0], pair[1])
			}
		}
	}},
	{"a zero time stays zero", func(e *env) {
		e.put(e.lead(1, func(l *lead.Lead) { l.DueAt, l.Wake, l.Expires = time.Time{}, time.Time{}, time.Time{} }))
		got := e.get(leadID(1))
		if !got.DueAt.IsZero() || !got.Wake.IsZero() || !got.Expires.IsZero() {
			e.Errorf("due %v, wakes %v, expires %v", got.DueAt, got.Wake, got.Expires)
		}
	}},
}

// calls are all methods but Close, on a lead that is there and claimed. None fails when the store is open.
func (e *env) calls() map[string]func(context.Context) error {
	e.Helper()
	n := e.claim(e.handedOff(ann))
	n.State = lead.Accepted
	id, now := n.Lead, e.clock.Now()
	only := func(_ any, err error) error { return err }
	s := e.store
	return map[string]func(context.Context) error{
		"Put":           func(ctx context.Context) error { _, _, err := s.Put(ctx, e.lead(2)); return err },
		"Put again":     func(ctx context.Context) error { _, _, err := s.Put(ctx, e.lead(1)); return err },
		"Get":           func(ctx context.Context) error { return only(s.Get(ctx, id)) },
		"List":          func(ctx context.Context) error { return only(s.List(ctx, lead.Query{})) },
		"ByPerson":      func(ctx context.Context) error { return only(s.ByPerson(ctx, "person-1", 10)) },
		"Append":        func(ctx context.Context) error { return s.Append(ctx, id, note(e, "words")) },
		"SetStatus":     func(ctx context.Context) error { return only(s.SetStatus(ctx, id, 1, lead.New, statusEvent(e, ann))) },
		"HandOff":       func(ctx context.Context) error { return s.HandOff(ctx, id, lead.HandOff{}) },
		"Due":           func(ctx context.Context) error { return only(s.Due(ctx, now, 10)) },
		"Notification":  func(ctx context.Context) error { return only(s.Notification(ctx, n.NotificationKey)) },
		"Notifications": func(ctx context.Context) error { return only(s.Notifications(ctx, id)) },
		"Claim": func(ctx context.Context) error {
			return only(s.Claim(ctx, n.NotificationKey, now.Add(time.Hour), time.Minute))
		},
		"Settle":   func(ctx context.Context) error { return s.Settle(ctx, n, mailEvent(e, n)) },
		"Count":    func(ctx context.Context) error { return only(s.Count(ctx, "a", now, time.Hour)) },
		"Spend":    func(ctx context.Context) error { return s.Spend(ctx, "challenge", id, now.Add(time.Hour)) },
		"Park":     func(ctx context.Context) error { return s.Park(ctx, lead.Parked{Recipient: bob}) },
		"Unpark":   func(ctx context.Context) error { return s.Unpark(ctx, ann) },
		"Erase":    func(ctx context.Context) error { return only(s.Erase(ctx, "nobody", now)) },
		"Erasures": func(ctx context.Context) error { return only(s.Erasures(ctx, "nobody")) },
		"Export": func(ctx context.Context) error {
			for _, err := range s.Export(ctx) {
				return err
			}
			return nil
		},
		"Import": func(ctx context.Context) error {
			l := e.lead(2)
			return only(s.Import(ctx, lead.Record{Lead: &l}))
		},
		"Parked": func(ctx context.Context) error { return only(s.Parked(ctx)) },
	}
}

var contexts = []promise{
	{"a cancelled context gives its error", func(e *env) {
		ctx, cancel := context.WithCancel(e.ctx())
		cancel()
		for name, call := range e.calls() {
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				e.Errorf("%s returned %v", name, err)
			}
		}
	}},
	{"a deadline that has passed gives its error", func(e *env) {
		ctx, cancel := context.WithDeadline(e.ctx(), time.Now().Add(-time.Second))
		defer cancel()
		for name, call := range e.calls() {
			if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
				e.Errorf("%s returned %v", name, err)
			}
		}
	}},
	{"a Put cancelled on the way is there whole, or not at all", func(e *env) {
		for n := range 10 {
			ctx, cancel := context.WithCancel(e.ctx())
			go cancel()
			_, _, err := e.store.Put(ctx, e.lead(n))
			if err != nil && !errors.Is(err, context.Canceled) {
				e.Fatal(err)
			}
			got, missing := e.other.Get(e.ctx(), leadID(n))
			if missing != nil {
				e.is(missing, lead.ErrNotFound)
				e.is(err, context.Canceled)
				continue
			}
			same(e, "events", kinds(got), []string{"received"})
			e.again(e.lead(n))
		}
	}},
}

var closes = []promise{
	{"every method fails with ErrClosed afterwards", func(e *env) {
		calls := e.calls()
		e.ok(e.store.Close())
		for name, call := range calls {
			if err := call(e.ctx()); !errors.Is(err, lead.ErrClosed) {
				e.Errorf("%s returned %v", name, err)
			}
		}
	}},
	{"again is nil", func(e *env) {
		e.ok(e.store.Close())
		e.ok(e.store.Close())
	}},
	{"leaves what is stored to others", func(e *env) {
		l := e.put(e.lead(1))
		e.ok(e.store.Close())
		same(e, "lead", bare(e.get(l.ID)), l)
		_, created, err := e.other.Put(e.ctx(), e.lead(2))
		e.ok(err)
		same(e, "created", created, true)
	}},
}
