package notify_test

import (
	"context"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// run starts Run and returns what ends it.
func (o *office) run(triggered <-chan string) (stop func()) {
	o.Helper()
	ctx, cancel := context.WithCancel(o.Context())
	done := make(chan error, 1)
	go func() { done <- o.Notifier.Run(ctx, triggered) }()
	return func() {
		o.Helper()
		cancel()
		o.ok(<-done)
	}
}

// arrives waits until as many mails are in the outbox.
func (o *office) arrives(want int) {
	o.Helper()
	for ctx := o.Context(); len(o.mails()) < want; {
		select {
		case <-ctx.Done():
			o.Fatalf("%d mails arrived, want %d", len(o.mails()), want)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func TestRunDeliversWhatIsTriggered(t *testing.T) {
	o := newOffice(t)
	triggered := make(chan string)
	stop := o.run(triggered)
	o.put(o.sam(id("h")))
	triggered <- id("h")
	o.arrives(1)
	stop()
	o.same("mails", o.sent(), []string{sales + " h"})
}

func TestRunSweepsAtOnceAndAgain(t *testing.T) {
	o := newOffice(t)
	o.Every = 10 * time.Millisecond
	o.put(o.sam(id("h")))
	stop := o.run(nil)
	o.arrives(1)
	o.put(o.sam(id("g")))
	o.arrives(2)
	stop()
	o.same("mails", o.sent(), []string{sales + " h", sales + " g"})
}

// TestRunTakesUpWhatAKilledProcessLeft: neither its leases nor its retries are waited for.
func TestRunTakesUpWhatAKilledProcessLeft(t *testing.T) {
	o := patient(t)
	mend := o.breakOutbox()
	o.put(o.sam(id("b")))
	o.handle(id("b"))
	for range 6 {
		o.clock.pass(time.Hour)
		o.sweep()
	}
	mend()
	o.put(o.sam(id("a")))
	if err := o.another(crashing{o.store}, o.outbox).Handle(t.Context(), id("a")); err == nil {
		t.Fatal("the crash went unseen")
	}
	stop := o.run(nil)
	o.arrives(3)
	stop()
	o.same("mails", o.sent(), []string{sales + " a", sales + " b", sales + " a"})
	o.same("history", o.history(id("a")), []string{sales + " delivered"})
}

func TestRunWaitsForTheFirstBundle(t *testing.T) {
	o := newOffice(t)
	o.put(o.sam(id("h")))
	built := make(chan struct{})
	o.Bundle = func() *bundle.Bundle {
		select {
		case <-built:
			return o.bundle
		default:
			return nil
		}
	}
	if err := o.Handle(t.Context(), id("h")); err == nil {
		t.Error("without a bundle nobody can be told, and there is no error")
	}
	stop := o.run(nil)
	close(built)
	o.arrives(1)
	stop()
	if got := o.get(id("h")).Status; got != lead.New {
		t.Errorf("status %s", got)
	}
}
