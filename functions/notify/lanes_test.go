package notify_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

const stuck = "stuck@example.com"

// hanging is a sender whose server does not answer for one recipient until it is released.
type hanging struct {
	mail.Sender
	released chan struct{}

	mu         sync.Mutex
	now, most  int           // mails to the one recipient under way
	underWay   chan struct{} // closed when the first is
	onceClosed sync.Once
}

func newHanging(s mail.Sender) *hanging {
	return &hanging{Sender: s, released: make(chan struct{}), underWay: make(chan struct{})}
}

func (h *hanging) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	if m.To != stuck {
		return h.Sender.Send(ctx, m)
	}
	h.count(1)
	defer h.count(-1)
	h.onceClosed.Do(func() { close(h.underWay) })
	select {
	case <-h.released:
		return h.Sender.Send(ctx, m)
	case <-ctx.Done():
		return mail.Receipt{}, ctx.Err()
	}
}

func (h *hanging) count(change int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now += change
	h.most = max(h.most, h.now)
}

// stickyOffice is an office with a form "stuck", whose recipient's server hangs, and as many workers as usual.
func stickyOffice(t *testing.T) (*office, *hanging) {
	o := newOffice(t)
	form := *o.bundle.Forms["contact"]["en"]
	form.Name, form.Notify = "stuck", []string{stuck}
	o.bundle.Forms["stuck"] = map[string]*bundle.Form{"en": &form}
	h := newHanging(o.outbox)
	o.Notifier = o.another(o.store, h)
	o.Workers = 0
	return o, h
}

// sticky stores a lead whose recipient's server hangs.
func (o *office) sticky(n int) string {
	l := o.sam(fmt.Sprintf("s%025d", n))
	l.Form = "stuck"
	return o.put(l).ID
}

func TestAHangingRecipientHoldsUpNobodyElse(t *testing.T) {
	o, h := stickyOffice(t)
	triggered := make(chan string)
	stop := o.run(triggered)
	for n := range 40 {
		triggered <- o.sticky(n)
	}
	<-h.underWay
	triggered <- o.put(o.sam(id("h"))).ID
	o.arrives(1)
	o.same("while it hangs", o.sent(), []string{sales + " h"})
	close(h.released)
	o.arrives(41)
	stop()
	if h.most > 2 {
		t.Errorf("%d mails to one recipient were under way at once", h.most)
	}
	for n := range 40 {
		if got := o.notification(fmt.Sprintf("s%025d", n), stuck); got.State != lead.Delivered || got.Attempts != 1 {
			t.Errorf("the mail is %+v", got)
		}
	}
}

// TestWhatAKilledProcessLeftHoldsUpNobody: a fresh lead, and one found by the sweep, do not wait for old leases.
func TestWhatAKilledProcessLeftHoldsUpNobody(t *testing.T) {
	o, h := stickyOffice(t)
	dying := o.another(crashing{o.store}, o.outbox)
	for n := range 40 {
		if err := dying.Handle(t.Context(), o.sticky(n)); err == nil {
			t.Fatal("the crash went unseen")
		}
	}
	o.put(o.sam(id("g")))
	triggered := make(chan string)
	stop := o.run(triggered)
	<-h.underWay
	triggered <- o.put(o.sam(id("h"))).ID
	o.arrives(42) // forty of the dead process
	close(h.released)
	o.arrives(82)
	stop()
	for n := range 40 {
		if got := o.notification(fmt.Sprintf("s%025d", n), stuck); got.State != lead.Delivered || got.Attempts != 2 {
			t.Errorf("the mail is %+v", got)
		}
	}
}

func TestAHangingRecipientHoldsUpNoSweep(t *testing.T) {
	o, h := stickyOffice(t)
	for n := range 40 {
		o.sticky(n)
	}
	o.clock.pass(time.Second) // the youngest comes last
	o.put(o.sam(id("h")))
	done := make(chan int)
	go func() {
		count, err := o.Sweep(t.Context())
		if err != nil {
			t.Error(err)
		}
		done <- count
	}()
	<-h.underWay
	o.arrives(1)
	o.same("while it hangs", o.sent(), []string{sales + " h"})
	close(h.released)
	if count := <-done; count != 41 {
		t.Errorf("swept %d, want 41", count)
	}
	o.arrives(41)
}

// TestWhatWaitsInALaneIsForgottenAtTheEnd: Run ends although much waits, and all of it is still due.
func TestWhatWaitsInALaneIsForgottenAtTheEnd(t *testing.T) {
	o, h := stickyOffice(t)
	for n := range 40 {
		o.sticky(n)
	}
	stop := o.run(nil)
	<-h.underWay
	stop()
	o.same("mails", o.sent(), nil)
	close(h.released)
	stop = o.run(nil)
	o.arrives(40)
	stop()
}
