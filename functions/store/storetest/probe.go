package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"leadsite/functions/lead"
)

// Watched is a store that keeps synthetic leads beside leads.
type Watched interface {
	lead.Store
	lead.Probes
}

// RunProbes holds a store against the contract of lead.Probes, as Run does against lead.Store's.
func RunProbes(t *testing.T, open func(t *testing.T, now func() time.Time) Watched) {
	for _, p := range probes {
		t.Run(p.says, func(t *testing.T) {
			p.proof(newEnv(t, func(t *testing.T, now func() time.Time) lead.Store { return open(t, now) }))
		})
	}
}

// watched are the two handles of a test as RunProbes has opened them.
func (e *env) watched() (store, other lead.Probes) {
	return e.store.(lead.Probes), e.other.(lead.Probes)
}

// probe is the n-th probe: it set out n seconds from now.
func (e *env) probe(n int) lead.Probe {
	at := e.after(time.Duration(n) * time.Second)
	return lead.Probe{ID: fmt.Sprintf("%012x%020x", at.UnixMilli(), n), At: at, State: lead.Pending, UpdatedAt: at}
}

// putProbe stores a probe that is not there yet.
func (e *env) putProbe(n int) lead.Probe {
	e.Helper()
	store, _ := e.watched()
	created, err := store.PutProbe(e.ctx(), e.probe(n))
	e.ok(err)
	if !created {
		e.Fatalf("PutProbe(%d) says the probe was there already", n)
	}
	return e.probe(n)
}

// getProbe reads a probe, through the handle that wrote nothing.
func (e *env) getProbe(id string) lead.Probe {
	e.Helper()
	_, other := e.watched()
	p, err := other.Probe(e.ctx(), id)
	e.ok(err)
	return p
}

var probes = []promise{
	{"PutProbe adds one, once", func(e *env) {
		p := e.putProbe(1)
		again := p
		again.State, again.Error = lead.Failed, "another"
		store, other := e.watched()
		for _, s := range []lead.Probes{store, other} {
			created, err := s.PutProbe(e.ctx(), again)
			e.ok(err)
			same(e, "created", created, false)
		}
		same(e, "Probe", e.getProbe(p.ID), p)
	}},
	{"of concurrent PutProbes of one ID one creates", func(e *env) {
		var created atomic.Int32
		store, other := e.watched()
		e.allOK(together(8, func(i int) error {
			ok, err := []lead.Probes{store, other}[i%2].PutProbe(e.ctx(), e.probe(1))
			if ok {
				created.Add(1)
			}
			return err
		}))
		same(e, "created", int(created.Load()), 1)
	}},
	{"Probe answers ErrNotFound for one that is not there, or is forgotten", func(e *env) {
		p := e.putProbe(1)
		store, other := e.watched()
		_, err := store.Probe(e.ctx(), e.probe(2).ID)
		e.is(err, lead.ErrNotFound)
		e.clock.pass(p.Expires().Sub(e.clock.Now()))
		_, err = other.Probe(e.ctx(), p.ID)
		e.is(err, lead.ErrNotFound)
		_, err = store.SettleProbe(e.ctx(), p)
		e.is(err, lead.ErrNotFound)
		left, err := other.Probes(e.ctx(), 10)
		e.ok(err)
		same(e, "Probes", left, nil)
	}},
	{"Probes are the newest, in order, as they are now", func(e *env) {
		for _, n := range []int{2, 5, 1, 4, 3} {
			e.putProbe(n)
		}
		store, other := e.watched()
		news := e.probe(5)
		news.State, news.By, news.MessageID, news.UpdatedAt = lead.Accepted, lead.ByStream, "m1", e.after(time.Minute)
		_, err := store.SettleProbe(e.ctx(), news)
		e.ok(err)
		for limit, want := range map[int][]lead.Probe{0: nil, 2: {news, e.probe(4)}, 9: {news, e.probe(4), e.probe(3), e.probe(2), e.probe(1)}} {
			got, err := other.Probes(e.ctx(), limit)
			e.ok(err)
			same(e, fmt.Sprint("Probes ", limit), got, want)
		}
	}},
	{"a state rises and never falls, and an end is final", func(e *env) {
		p := e.putProbe(1)
		store, other := e.watched()
		for i, step := range []struct {
			to    lead.NotificationState
			risen bool
			now   lead.NotificationState
		}{
			{lead.Sending, true, lead.Sending}, {lead.Sending, false, lead.Sending}, {lead.Accepted, true, lead.Accepted},
			{lead.Sending, false, lead.Accepted}, {lead.Delivered, true, lead.Delivered}, {lead.Accepted, false, lead.Delivered},
			{lead.Failed, false, lead.Delivered}, {lead.Delivered, false, lead.Delivered},
		} {
			news := p
			news.State, news.Error, news.UpdatedAt = step.to, strings.Repeat("x", i), e.after(time.Duration(i)*time.Minute)
			risen, err := []lead.Probes{store, other}[i%2].SettleProbe(e.ctx(), news)
			e.ok(err)
			same(e, fmt.Sprint(i, " risen"), risen, step.risen)
			same(e, fmt.Sprint(i, " state"), e.getProbe(p.ID).State, step.now)
		}
		if got := e.getProbe(p.ID); got.Error != "xxxx" || !got.At.Equal(p.At) {
			e.Errorf("afterwards %+v", got)
		}
	}},
	{"of concurrent SettleProbes that raise a state one does", func(e *env) {
		p := e.putProbe(1)
		p.State = lead.Sending
		var risen atomic.Int32
		store, other := e.watched()
		e.allOK(together(8, func(i int) error {
			ok, err := []lead.Probes{store, other}[i%2].SettleProbe(e.ctx(), p)
			if ok {
				risen.Add(1)
			}
			return err
		}))
		same(e, "risen", int(risen.Load()), 1)
	}},
	{"no method of Store knows them", func(e *env) {
		p := e.putProbe(1)
		_, err := e.store.Get(e.ctx(), p.ID)
		e.is(err, lead.ErrNotFound)
		_, err = e.store.Notifications(e.ctx(), p.ID)
		e.is(err, lead.ErrNotFound)
		e.lists(lead.Query{Statuses: lead.Statuses()})
		e.waits(e.after(100 * 24 * time.Hour))
		for r, err := range e.store.Export(e.ctx()) {
			e.ok(err)
			e.Errorf("Export yields %+v", r)
		}
		parked, err := e.store.Parked(e.ctx())
		e.ok(err)
		same(e, "Parked", parked, nil)
		_, err = e.store.Erase(e.ctx(), "main", e.after(time.Hour))
		e.ok(err)
		same(e, "Probe", e.getProbe(p.ID), p)
	}},
	{"and they know no leads", func(e *env) {
		l := e.listed(e.lead(1))
		store, other := e.watched()
		_, err := store.Probe(e.ctx(), l.ID)
		e.is(err, lead.ErrNotFound)
		_, err = store.SettleProbe(e.ctx(), lead.Probe{ID: l.ID, State: lead.Delivered})
		e.is(err, lead.ErrNotFound)
		got, err := other.Probes(e.ctx(), 10)
		e.ok(err)
		same(e, "Probes", got, nil)
		same(e, "Get", len(e.get(l.ID).Events), 1)
	}},
	{"a cancelled context gives its error, and a closed store ErrClosed", func(e *env) {
		p := e.putProbe(1)
		store, _ := e.watched()
		calls := map[string]func(context.Context) error{
			"PutProbe":    func(ctx context.Context) error { _, err := store.PutProbe(ctx, p); return err },
			"Probe":       func(ctx context.Context) error { _, err := store.Probe(ctx, p.ID); return err },
			"Probes":      func(ctx context.Context) error { _, err := store.Probes(ctx, 1); return err },
			"SettleProbe": func(ctx context.Context) error { _, err := store.SettleProbe(ctx, p); return err },
		}
		cancelled, cancel := context.WithCancel(e.ctx())
		cancel()
		for _, call := range calls {
			e.is(call(cancelled), context.Canceled)
		}
		e.ok(e.store.Close())
		for _, call := range calls {
			e.is(call(e.ctx()), lead.ErrClosed)
		}
	}},
}
