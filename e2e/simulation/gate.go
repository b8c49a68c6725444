package simulation

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// ruling is what the scheduler decides about a call.
type ruling int

const (
	happens ruling = iota // and the answer arrives
	fails                 // nothing happens
	lost                  // it happens, and the answer does not arrive
)

func (r ruling) String() string { return [...]string{"", " FAILS", " LOST"}[r] }

var (
	errFailed = errors.New("simulated: it did not happen")
	errLost   = errors.New("simulated: no answer came")
	errKilled = errors.New("simulated: the process is dead")
)

// invocation is one run of a function. Its context carries it to the gate.
type invocation struct {
	name   string
	cancel context.CancelFunc
	killed bool // the gate's mutex guards both
	ended  bool
}

type invocationKey struct{}

// call is one call of the store or the mail service that waits at the gate.
type call struct {
	label  string // who, what, of which lead: what the calls that wait are sorted by
	what   string // the label without who
	by     *invocation
	do     func() error
	ruling chan ruling
}

// gate is where calls wait for the scheduler.
type gate struct {
	mu      sync.Mutex
	waiting []*call
	late    []*call // whose callers have given up: they may happen yet
	count   int     // rulings so far
	doubt   func(what string)
}

// pass waits for a ruling, and does what the call is for, or does not. The error is do's, or the fault's.
func (g *gate) pass(ctx context.Context, what string, do func() error) error {
	by := ctx.Value(invocationKey{}).(*invocation)
	c := &call{label: by.name + " " + what, what: what, by: by, do: do, ruling: make(chan ruling)}
	if !g.enter(c) {
		return errKilled
	}
	select {
	case <-ctx.Done():
		g.giveUp(c)
		return ctx.Err()
	case r := <-c.ruling:
		return g.follow(c, r)
	}
}

func (g *gate) enter(c *call) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !c.by.killed {
		g.waiting = append(g.waiting, c)
	}
	return !c.by.killed
}

func (g *gate) giveUp(c *call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.remove(c)
	g.late = append(g.late, c)
	slices.SortFunc(g.late, byLabel)
	g.doubt(c.what)
}

func (g *gate) follow(c *call, r ruling) error {
	switch r {
	case fails:
		return errFailed
	case lost:
		if c.do() != nil {
			return errFailed
		}
		return errLost
	}
	return c.do()
}

func (g *gate) remove(c *call) {
	g.waiting = slices.DeleteFunc(g.waiting, func(other *call) bool { return other == c })
}

func byLabel(a, b *call) int { return cmp.Compare(a.label, b.label) }

// sorted is what waits, in an order that does not depend on which goroutine came first.
func (g *gate) sorted() []*call {
	g.mu.Lock()
	defer g.mu.Unlock()
	slices.SortStableFunc(g.waiting, byLabel)
	return slices.Clone(g.waiting)
}

// decide rules on a call that waits.
func (g *gate) decide(c *call, r ruling) {
	g.mu.Lock()
	g.remove(c)
	g.count++
	if r != happens {
		g.doubt(c.what)
	}
	g.mu.Unlock()
	c.ruling <- r
}

// takeLate removes and returns the first of the calls whose callers have given up; nil when there is none.
func (g *gate) takeLate() *call {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.late) == 0 {
		return nil
	}
	c := g.late[0]
	g.late = g.late[1:]
	return c
}

// kill ends an invocation: nothing that it does from now on has an effect.
func (g *gate) kill(by *invocation) (waiting []*call) {
	g.mu.Lock()
	defer g.mu.Unlock()
	by.killed = true
	for _, c := range g.waiting {
		if c.by == by {
			waiting = append(waiting, c)
		}
	}
	slices.SortFunc(waiting, byLabel)
	return waiting
}

// end notes that an invocation has returned.
func (g *gate) end(by *invocation) {
	g.mu.Lock()
	defer g.mu.Unlock()
	by.ended = true
}

// works says whether an invocation may still do something.
func (g *gate) works(by *invocation) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !by.killed && !by.ended
}

func (g *gate) isKilled(by *invocation) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return by.killed
}
