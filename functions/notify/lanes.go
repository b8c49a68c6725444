package notify

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"leadsite/functions/lead"
)

// perRecipient is how many mails to one recipient are under way at once.
const perRecipient = 2

// job is one item to work on: a lead to hand off (no Recipient), or a mail to try.
type job struct {
	lead.NotificationKey
	notBefore time.Time // the claim counts as made then, when that lies ahead (see leftBehind)
	born      time.Time // the older goes first
	found     bool      // it was due, and does not follow from another job
}

func (j job) compare(other job) int {
	return cmp.Or(j.born.Compare(other.born), strings.Compare(j.Lead, other.Lead), strings.Compare(j.Kind, other.Kind),
		strings.Compare(j.Recipient, other.Recipient))
}

// lanes work through jobs: the oldest first, some at a time, and few of one recipient at a time. A mail server that
// hangs for one address holds up that address's lane, and leaves workers to everybody else's. An item is in the lanes
// once, however often it is found meanwhile.
type lanes struct {
	do      func(job) (next []lead.NotificationKey) // what follows from it
	ended   func() bool                             // nothing is started any more
	perLane int
	pending sync.WaitGroup // one for each job that waits or runs

	mu      sync.Mutex
	free    int              // workers
	waiting map[string][]job // by recipient, oldest first
	running map[string]int   // by recipient
	known   map[lead.NotificationKey]bool
	took    int // jobs that were found and started
}

// newLanes makes lanes that start nothing any more once ctx has ended.
func (n *Notifier) newLanes(ctx context.Context) *lanes {
	return &lanes{
		do: func(j job) []lead.NotificationKey {
			next, err := n.step(ctx, j)
			n.logged(j.Lead, err)
			return next
		},
		ended:   func() bool { return ctx.Err() != nil },
		perLane: min(perRecipient, max(1, n.workers()-1)), free: n.workers(),
		waiting: map[string][]job{}, running: map[string]int{}, known: map[lead.NotificationKey]bool{},
	}
}

// step does a job's next piece of work, and returns the notifications that are to be tried after it.
func (n *Notifier) step(ctx context.Context, j job) ([]lead.NotificationKey, error) {
	if j.Recipient == "" {
		return n.pass(ctx, j.Lead)
	}
	return n.try(ctx, j.NotificationKey, j.notBefore)
}

// add takes jobs in; those that wait or run already stay as they are. It does not wait for any.
func (l *lanes) add(jobs ...job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range jobs {
		l.enter(j)
	}
	l.start()
}

// wait returns when nothing waits or runs, and says how many of the jobs that were found have been started.
func (l *lanes) wait() int {
	l.pending.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.took
}

// has says whether an item waits or runs.
func (l *lanes) has(key lead.NotificationKey) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known[key]
}

// enter puts a job into its lane, behind those that are as old. The caller holds the lock, as in all that follows.
func (l *lanes) enter(j job) {
	if l.known[j.NotificationKey] {
		return
	}
	l.known[j.NotificationKey] = true
	l.pending.Add(1)
	name := laneOf(j)
	at, _ := slices.BinarySearchFunc(l.waiting[name], j, func(other, j job) int {
		if other.compare(j) <= 0 {
			return -1
		}
		return 1
	})
	l.waiting[name] = slices.Insert(l.waiting[name], at, j)
}

func laneOf(j job) string { return strings.ToLower(j.Recipient) }

// start starts what may be started.
func (l *lanes) start() {
	if l.ended() {
		l.drop()
	}
	for l.free > 0 {
		j, ok := l.take()
		if !ok {
			return
		}
		l.free--
		l.running[laneOf(j)]++
		if j.found {
			l.took++
		}
		go l.run(j)
	}
}

// drop forgets what waits. All of it is still due in the store.
func (l *lanes) drop() {
	for name, jobs := range l.waiting {
		for _, j := range jobs {
			l.leave(j)
		}
		delete(l.waiting, name)
	}
}

// take removes the oldest job of those whose lane has room.
func (l *lanes) take() (oldest job, ok bool) {
	for name, jobs := range l.waiting {
		if l.running[name] < l.perLane && (!ok || jobs[0].compare(oldest) < 0) {
			oldest, ok = jobs[0], true
		}
	}
	if !ok {
		return job{}, false
	}
	name := laneOf(oldest)
	if l.waiting[name] = l.waiting[name][1:]; len(l.waiting[name]) == 0 {
		delete(l.waiting, name)
	}
	return oldest, true
}

func (l *lanes) run(j job) {
	next := l.do(j)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free++
	if name := laneOf(j); l.running[name] > 1 {
		l.running[name]--
	} else {
		delete(l.running, name)
	}
	for _, key := range next {
		l.enter(job{NotificationKey: key, born: j.born})
	}
	l.start()
	l.leave(j)
}

func (l *lanes) leave(j job) {
	delete(l.known, j.NotificationKey)
	l.pending.Done()
}
