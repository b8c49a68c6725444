package simulation

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// truth is what really happened, seen from outside, and the promises that it is held against.
type truth struct {
	mu      sync.Mutex
	stored  map[string]lead.Lead // by id, as they were created
	success map[string]*visitor  // by id: whom "thank you" was said to
	ofOne   map[*visitor]string  // the id of a visitor's lead
	records []string             // what the table's stream still holds
	clean   map[string]bool      // ids of leads that are not, or not only, spam
	leases  map[string]lease     // by notification
	kinds   map[string][]string  // by lead and recipient: the notifications that were claimed
	doubts  map[string]int       // by lead and recipient: faults that may cause another mail
	mails   map[string]int       // by lead and recipient
	told    map[string]int       // mails to sales by lead
	digests int
}

// lease is the last claim of a notification.
type lease struct {
	by   *invocation
	end  time.Time
	open bool // no outcome was written yet
}

func newTruth() *truth {
	return &truth{
		stored: map[string]lead.Lead{}, success: map[string]*visitor{}, ofOne: map[*visitor]string{}, clean: map[string]bool{},
		leases: map[string]lease{}, kinds: map[string][]string{}, doubts: map[string]int{}, mails: map[string]int{}, told: map[string]int{},
	}
}

// put: the store has a lead, and of a new one the table's stream a record.
func (t *truth) put(w *world, l lead.Lead, created bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.stored[l.ID]; known == created {
		w.t.Errorf("lead %s was put; known before %t, created %t", l.ID, known, created)
	}
	if created {
		t.records = append(t.records, l.ID)
	}
	t.stored[l.ID] = l
	t.clean[l.ID] = t.clean[l.ID] || l.Status != lead.Spam
}

// answered: a visitor was told that the lead is safe. Then it is.
func (t *truth) answered(w *world, v *visitor, clean bool, body []byte) {
	var said struct{ ID string }
	if err := json.Unmarshal(body, &said); err != nil || said.ID == "" {
		w.t.Errorf("%s was answered with %s", v.name, body)
		return
	}
	l, err := w.store.Get(context.Background(), said.ID)
	if (err != nil || l.Fields["message"].Text != v.message) && !w.queue.holds(said.ID) {
		w.t.Errorf("%s was thanked for lead %s, of which the store has %v, %v", v.name, said.ID, l.Fields, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if other := t.ofOne[v]; other != "" && other != said.ID {
		w.t.Errorf("%s has two leads, %s and %s", v.name, other, said.ID)
	}
	t.ofOne[v], t.success[said.ID] = said.ID, v
	t.clean[said.ID] = t.clean[said.ID] || clean
}

// claimed: somebody may send a mail now. Nobody else may, as long as the lease before this one lasts, and it lasts
// longer than whoever holds it, unless clocks differ.
func (t *truth) claimed(w *world, n lead.Notification, now time.Time, by *invocation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := keyText(n.NotificationKey)
	before := t.leases[key]
	if before.open && now.Before(before.end) {
		w.t.Errorf("%s was claimed at %v, under a lease until %v", key, now, before.end)
	}
	if before.open && !w.skewed && w.gate.works(before.by) {
		w.t.Errorf("%s was claimed by %s, while %s is at it", key, by.name, before.by.name)
	}
	pair := n.Lead + " " + n.Recipient
	if before.open {
		t.doubts[pair]++
	}
	if !slices.Contains(t.kinds[pair], n.Kind) {
		t.kinds[pair] = append(t.kinds[pair], n.Kind)
	}
	t.leases[key] = lease{by, n.Due, true}
}

func (t *truth) settled(key lead.NotificationKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.leases[keyText(key)]
	l.open = false
	t.leases[keyText(key)] = l
}

// doubt: of a call nobody knows whether it happened, so that a mail may have to be sent once more.
func (t *truth) doubt(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	words := strings.Fields(what)
	if words[0] == "send" || words[0] == "settle" {
		for _, id := range strings.Split(words[1], ".") {
			t.doubts[id+" "+words[len(words)-1]]++
		}
	}
}

// mailed: a mail has reached its recipient.
func (t *truth) mailed(w *world, ids []string, to string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.digests += min(1, len(ids)-1)
	for _, id := range ids {
		key := id + " " + to
		if !t.clean[id] {
			w.t.Errorf("a mail about spam: %s", key)
		}
		if t.mails[key]++; t.mails[key] > len(t.kinds[key])+t.doubts[key] {
			w.t.Errorf("mail %d of %s, where there are the notifications %v, and faults explain %d", t.mails[key], key, t.kinds[key], t.doubts[key])
		}
		if isSales(to) {
			t.told[id]++
		}
	}
}

func isSales(to string) bool {
	return slices.ContainsFunc(people, func(p bundle.Person) bool { return p.Email == to })
}

func (t *truth) pressed(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clean[id] = true // somebody took it out of the spam lane, or never saw it there
}

// ids lists all leads there are.
func (t *truth) ids() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.stored))
}

func (t *truth) addRecord(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records = append(t.records, id)
}

// takeRecord gives any record of the stream, and leaves one of four there, to come again.
func (t *truth) takeRecord(rng *rand.Rand) (id string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.records) == 0 {
		return "", false
	}
	slices.Sort(t.records)
	n := rng.IntN(len(t.records))
	id = t.records[n]
	if rng.IntN(4) > 0 {
		t.records = slices.Delete(t.records, n, n+1)
	}
	return id, true
}

func (t *truth) dropRecords() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records = nil
}

// checkEnd holds what is left, two days after all trouble has ended, against the promises.
func (t *truth) checkEnd(w *world) {
	ctx := context.Background()
	for id, v := range t.success {
		l, err := w.store.Get(ctx, id)
		if err != nil || l.Fields["message"].Text != v.message {
			w.t.Errorf("%s was thanked for lead %s, of which the store has %v, %v", v.name, id, l.Fields, err)
		}
	}
	for id := range t.stored {
		l, err := w.store.Get(ctx, id)
		if err != nil {
			w.t.Errorf("lead %s: %v", id, err)
		}
		if l.Status == lead.New && t.told[id] == 0 {
			w.t.Errorf("nobody was told of lead %s: %+v", id, last(l.Events))
		}
		if l.Status == lead.Spam && t.clean[id] {
			w.t.Errorf("lead %s is in the spam lane, though a clean copy came: %+v", id, last(l.Events))
		}
	}
	due, err := w.store.Due(ctx, time.Now().Add(-time.Minute), 10)
	if err != nil || len(due) > 0 {
		w.t.Errorf("still due: %v, %v", due, err)
	}
}

// last is what a failure shows of a lead's events.
func last(events []lead.Event) []lead.Event { return events[max(0, len(events)-3):] }

func (t *truth) outcome() Outcome {
	out := Outcome{Leads: len(t.success), Digests: t.digests}
	for key, n := range t.mails {
		out.Mails += n
		out.Twice += max(0, n-len(t.kinds[key]))
	}
	return out
}
