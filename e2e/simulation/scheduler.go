package simulation

import (
	"context"
	"fmt"
	"slices"
	"testing/synctest"
	"time"

	"leadsite/functions/lead"
)

// trouble is the part of a history in which everything fails that can.
func (w *world) trouble() {
	w.tell("storm %.2f, refused %v", w.storm, w.service.refuses)
	for range steps {
		synctest.Wait()
		w.step()
	}
}

// step takes one decision.
func (w *world) step() {
	if waiting := w.gate.sorted(); len(waiting) > 0 && w.rng.IntN(10) < 8 {
		w.rule(waiting[w.rng.IntN(len(waiting))])
		return
	}
	switch w.rng.IntN(19) {
	case 0, 1, 2, 3:
		w.visit()
	case 4, 5, 6:
		w.trigger()
	case 7:
		w.sweep()
	case 8:
		w.happenLate()
	case 9:
		w.kill()
	case 10:
		w.jump()
	case 11:
		w.breakDown()
	case 12:
		w.press()
	case 13:
		w.replay()
	case 14, 15:
		w.tellNews()
	default:
		w.sleep()
	}
}

// rule decides about a call: as the outages say, or else by chance.
func (w *world) rule(c *call) {
	r := happens
	switch down := w.down(c); {
	case down:
		r = fails
	case w.rng.Float64() < w.storm:
		r = []ruling{fails, lost}[w.rng.IntN(2)]
	}
	w.tell("%s%s", c.label, r)
	w.gate.decide(c, r)
}

func (w *world) down(c *call) bool {
	end := w.storeEnd
	if isSend(c.what) {
		end = w.mailEnd
	}
	return time.Now().Before(end)
}

// invoke runs a function on some machine, for at most limit.
func (w *world) invoke(what string, limit time.Duration, run func(ctx context.Context, m *machine, by *invocation)) {
	w.count++
	by := &invocation{name: fmt.Sprintf("%03d %s", w.count, what)}
	m := w.machines[w.rng.IntN(len(w.machines))]
	ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), invocationKey{}, by), limit)
	by.cancel = cancel
	w.alive = append(w.alive, by)
	w.tell("%s begins", by.name)
	go func() {
		defer cancel()
		run(ctx, m, by)
		w.gate.end(by)
	}()
}

// The functions' own time limits.
const (
	intakeLimit = 10 * time.Second
	notifyLimit = 50 * time.Second
)

// visit lets a visitor send a form, or try again.
func (w *world) visit() {
	v := w.visitors[w.rng.IntN(len(w.visitors))]
	if v.calmNow() {
		w.invoke(v.name, intakeLimit, func(ctx context.Context, m *machine, by *invocation) { v.send(ctx, w, m, by) })
	}
}

// trigger hands a record of the table's stream to the notifier: any of them, and some of them twice.
func (w *world) trigger() {
	id, ok := w.truth.takeRecord(w.rng)
	if !ok {
		return
	}
	w.invoke("trigger", notifyLimit, func(ctx context.Context, m *machine, by *invocation) {
		if err := m.notify.Handle(ctx, id); err != nil || w.gate.isKilled(by) {
			w.truth.addRecord(id)
		}
	})
}

// sweep runs the sweeper, whether one runs already or not.
func (w *world) sweep() {
	w.invoke("sweep", notifyLimit, func(ctx context.Context, m *machine, _ *invocation) {
		m.notify.Sweep(ctx) // its error is that of a store that is down
	})
}

// happenLate lets a call happen whose caller has given up.
func (w *world) happenLate() {
	if c := w.gate.takeLate(); c != nil && !w.down(c) {
		err := c.do()
		w.tell("%s LATE %v", c.label, err)
	}
}

// kill ends an invocation in the middle of whatever it does.
func (w *world) kill() {
	w.alive = slices.DeleteFunc(w.alive, func(by *invocation) bool { return !w.gate.works(by) })
	if len(w.alive) == 0 {
		return
	}
	by := w.alive[w.rng.IntN(len(w.alive))]
	w.tell("%s KILLED", by.name)
	for _, c := range w.gate.kill(by) {
		w.gate.decide(c, []ruling{fails, lost}[w.rng.IntN(2)])
		synctest.Wait()
	}
	by.cancel()
}

// jump sets a machine's clock wrong, or right again.
func (w *world) jump() {
	m := w.machines[w.rng.IntN(len(w.machines))]
	if !w.skewed {
		return // in this history clocks are right
	}
	skew := []time.Duration{0, 0, 30 * time.Second, -30 * time.Second, 10 * time.Minute, -10 * time.Minute}[w.rng.IntN(6)]
	m.skew.Store(int64(skew))
	w.tell("a clock is off by %v", skew)
}

// breakDown takes the store or the mail service down for a while.
func (w *world) breakDown() {
	end := time.Now().Add([]time.Duration{10 * time.Second, 10 * time.Minute, 6 * time.Hour}[w.rng.IntN(3)])
	if w.rng.IntN(2) == 0 {
		w.storeEnd = end
		w.tell("the store is down until %s", end.Format(time.TimeOnly))
		return
	}
	w.mailEnd = end
	w.tell("mail is down until %s", end.Format(time.TimeOnly))
}

// press lets a salesperson answer a lead, or take the answer back.
func (w *world) press() {
	ids := w.truth.ids()
	if len(ids) == 0 {
		return
	}
	l, err := w.store.Get(context.Background(), ids[w.rng.IntN(len(ids))])
	if err != nil {
		w.t.Errorf("a lead that was stored: %v", err)
		return
	}
	to := []lead.Status{lead.Contacted, lead.New}[w.rng.IntN(2)]
	w.truth.pressed(l.ID)
	w.tell("pressed %s: %s", l.ID, to)
	event := lead.Event{At: time.Now(), Kind: lead.EventStatus, By: people[0].Email}
	if _, err := w.store.SetStatus(context.Background(), l.ID, l.Version, to, event); err != nil {
		w.t.Errorf("answering a lead: %v", err)
	}
}

// sleep lets time pass, calls that wait or not, and the schedule start a sweep when its minute has come.
func (w *world) sleep() {
	spans := []time.Duration{10 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, 10 * time.Minute, time.Hour}
	time.Sleep(spans[w.rng.IntN(len(spans))])
	synctest.Wait()
	if now := time.Now(); !now.Before(w.nextTick) {
		w.nextTick = now.Add(time.Minute)
		w.sweep()
	}
}

// calm is the end of a history: nothing fails any more, no record is left on the stream, what waits in the queue is
// replayed, and the sweeper alone brings home what is left, in two days.
func (w *world) calm() {
	w.tell("calm")
	w.storeEnd, w.mailEnd = time.Time{}, time.Time{}
	w.truth.dropRecords()
	for _, m := range w.machines {
		m.skew.Store(0)
	}
	for end := time.Now().Add(48 * time.Hour); time.Now().Before(end); {
		w.settle()
		due, err := w.store.Due(context.Background(), end, 1)
		if err != nil {
			w.t.Fatal(err)
		}
		if w.service.waits() {
			w.tellNews()
			continue
		}
		if !w.queue.empty() {
			w.replay()
			continue
		}
		if len(due) == 0 {
			break
		}
		time.Sleep(max(time.Minute, time.Until(due[0].At)))
		w.sweep()
	}
	w.settle()
}

// settle lets all that waits happen, until nothing does.
func (w *world) settle() {
	for synctest.Wait(); ; synctest.Wait() {
		if waiting := w.gate.sorted(); len(waiting) > 0 {
			w.tell("%s", waiting[0].label)
			w.gate.decide(waiting[0], happens)
			continue
		}
		c := w.gate.takeLate()
		if c == nil {
			return
		}
		err := c.do()
		w.tell("%s LATE %v", c.label, err)
	}
}
