package notify_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/notify"
)

// accepting is a mail service that takes mails and says later what became of them, as SES does. The mails are in the
// outbox.
type accepting struct {
	mail.Sender
	mu   sync.Mutex
	tags []map[string]string // of the mails, in order; message ids count them
	then func(r notify.Report)
}

func (a *accepting) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	if _, err := a.Sender.Send(ctx, m); err != nil {
		return mail.Receipt{}, err
	}
	a.mu.Lock()
	a.tags = append(a.tags, m.Tags)
	id := fmt.Sprint("ses-", len(a.tags))
	then := a.then
	a.mu.Unlock()
	if then != nil {
		then(notify.Report{Tags: m.Tags, MessageID: id})
	}
	return mail.Receipt{MessageID: id}, nil
}

// service is an office whose mails are reported on, with two salespeople and no promise.
func service(t *testing.T) (*office, *accepting) {
	o := team(t)
	o.bundle.Forms["contact"]["en"].RespondWithin = 0
	a := &accepting{Sender: o.outbox}
	o.Notifier = o.another(o.store, a)
	o.Reported = true
	return o, a
}

// report says what became of the n-th mail, from 1.
func (o *office) report(a *accepting, n int, state lead.NotificationState, park bool) {
	o.Helper()
	o.ok(o.Report(o.Context(), notify.Report{Tags: a.tags[n-1], MessageID: fmt.Sprint("ses-", n), State: state, Park: park,
		At: o.clock.now(), Note: "as the test says"}))
}

func TestOnlyAReportedDeliveryCounts(t *testing.T) {
	o, a := service(t)
	o.handle(o.put(o.sam(id("d"))).ID)
	o.handle(o.put(o.sam(id("m"))).ID)
	if n := o.notification(id("d"), sales); n.State != lead.Accepted || !n.Due.Equal(monday.Add(10*time.Minute)) || n.MessageID != "ses-1" {
		t.Errorf("accepted: %+v", n)
	}
	o.clock.pass(time.Minute)
	o.report(a, 1, lead.Delivered, false)
	o.report(a, 1, lead.Delivered, false)
	o.clock.pass(8 * time.Minute)
	o.sweep()
	o.same("within ten minutes", o.sent(), []string{sales + " d", sales + " m"})
	o.clock.pass(time.Minute)
	o.sweep()
	o.same("after ten minutes", o.sent(), []string{sales + " d", sales + " m", "ben@example.com m"})
	if why := "Our mail about this lead did not reach the person before you"; !strings.HasPrefix(o.mails()[2].Text, why) {
		t.Errorf("the next is told %.100q", o.mails()[2].Text)
	}
	o.report(a, 2, lead.Delivered, false) // it comes after all
	o.report(a, 3, lead.Delivered, false)
	o.clock.pass(72 * time.Hour)
	o.sweep()
	o.same("three days later", o.sent(), []string{sales + " d", sales + " m", "ben@example.com m"})
	o.same("history", o.history(id("d")), []string{sales + " accepted", sales + " delivered"})
	if n := o.notification(id("m"), sales); n.State != lead.Delivered || !n.Due.IsZero() {
		t.Errorf("delivered late: %+v", n)
	}
	if parked, err := o.store.Parked(t.Context()); err != nil || len(parked) > 0 {
		t.Errorf("parked are %v, %v", parked, err)
	}
}

func TestAPermanentBounceParks(t *testing.T) {
	o, a := service(t)
	o.handle(o.put(o.sam(id("a"))).ID)
	o.report(a, 1, lead.Bounced, true)
	o.report(a, 1, lead.Bounced, true)
	o.same("the next at once", o.sent(), []string{sales + " a", "ben@example.com a"})
	if l := o.get(id("a")); l.Owner != "ben@example.com" {
		t.Errorf("the owner is %q", l.Owner)
	}
	parked, err := o.store.Parked(t.Context())
	if err != nil || len(parked) != 1 || parked[0] != (lead.Parked{Recipient: sales, At: lead.Moment(monday), Why: "as the test says", Lead: id("a")}) {
		t.Errorf("parked are %+v, %v", parked, err)
	}
	if log := o.log.String(); !strings.Contains(log, `"alarm":"parked"`) || strings.Contains(log, "@") {
		t.Errorf("the log is\n%s", log)
	}
	o.handle(o.put(o.sam(id("b"))).ID)
	o.ok(o.store.Unpark(t.Context(), sales))
	o.handle(o.put(o.sam(id("c"))).ID)
	o.same("while parked, and after", o.sent()[2:], []string{"ben@example.com b", sales + " c"})
}

// TestParkedWhileTheMailWaits: whoever is parked between two attempts is sent nothing more.
func TestParkedWhileTheMailWaits(t *testing.T) {
	o, _ := service(t)
	mend := o.breakOutbox()
	o.handle(o.put(o.sam(id("h"))).ID)
	mend()
	o.ok(o.store.Park(t.Context(), lead.Parked{Recipient: sales, At: o.clock.now(), Why: "test"}))
	o.clock.pass(2 * time.Minute)
	o.sweep()
	o.same("mails", o.sent(), []string{"ben@example.com h"})
	if n := o.notification(id("h"), sales); n.State != lead.Failed {
		t.Errorf("the first mail is %+v", n)
	}
}

func TestAComplaintAfterADelivery(t *testing.T) {
	o, a := service(t)
	o.handle(o.put(o.sam(id("h"))).ID)
	o.report(a, 1, lead.Delivered, false)
	o.report(a, 1, lead.Suppressed, true)
	o.same("mails", o.sent(), []string{sales + " h", "ben@example.com h"})
}

// TestEverybodyIsParked: the lead stays due, an alarm says so, and who is un-parked hears of it.
func TestEverybodyIsParked(t *testing.T) {
	o, a := service(t)
	o.handle(o.put(o.sam(id("h"))).ID)
	for n := 1; n <= 3; n++ {
		o.report(a, n, lead.Bounced, true)
	}
	o.same("each is tried", o.sent(), []string{sales + " h", "ben@example.com h", "ana@example.com h"})
	o.clock.pass(25 * time.Hour)
	o.sweep()
	if !strings.Contains(o.log.String(), "all recipients are parked") {
		t.Errorf("the log is\n%s", o.log)
	}
	o.ok(o.store.Unpark(t.Context(), "ben@example.com"))
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("after un-parking", o.sent()[3:], []string{"ben@example.com h"})
	if l := o.get(id("h")); l.Owner != "ben@example.com" {
		t.Errorf("the owner is %q", l.Owner)
	}
	o.report(a, 4, lead.Delivered, false)
	o.clock.pass(100 * time.Hour)
	o.sweep()
	o.same("at last", o.sent()[3:], []string{"ben@example.com h"})
}

// TestAMailThatWaitsForAParkedRecipientHoldsUpNobody: others who are un-parked hear of the lead, within the hour.
func TestAMailThatWaitsForAParkedRecipientHoldsUpNobody(t *testing.T) {
	o, a := service(t)
	o.handle(o.put(o.sam(id("h"))).ID)
	o.report(a, 1, lead.Bounced, true)
	mend := o.breakOutbox()
	o.report(a, 2, lead.Bounced, true) // so that the mail to the last waits
	o.ok(o.store.Park(t.Context(), lead.Parked{Recipient: "ana@example.com", At: o.clock.now(), Why: "test"}))
	mend()
	for range 5 {
		o.clock.pass(time.Hour)
		o.sweep()
	}
	o.same("while all are parked", o.sent(), []string{sales + " h", "ben@example.com h"})
	o.ok(o.store.Unpark(t.Context(), "ben@example.com"))
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("within the hour", o.sent(), []string{sales + " h", "ben@example.com h", "ben@example.com h"})
}

// TestARefusalForGoodIsNoHope: the last is tried all the same, and the others once more each day.
func TestARefusalForGoodIsNoHope(t *testing.T) {
	o, a := service(t)
	o.bundle.People[0].Email = "ü@example.com" // who is last, and cannot be written to
	o.handle(o.put(o.sam(id("h"))).ID)
	o.report(a, 1, lead.Bounced, false)
	o.report(a, 2, lead.Bounced, false)
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("within the hour", o.sent(), []string{sales + " h", "ben@example.com h", sales + " h"})
	o.report(a, 3, lead.Delivered, false)
	o.clock.pass(100 * time.Hour)
	o.sweep()
	o.same("at last", o.sent()[3:], nil)
}

// TestAcceptedByAllDeliveredToNone: a service that drops everything is tried anew every day.
func TestAcceptedByAllDeliveredToNone(t *testing.T) {
	o, a := service(t)
	o.put(o.sam(id("h")))
	for range 72 {
		o.sweep()
		o.clock.pass(time.Hour)
	}
	got := o.sent()
	o.same("the first day", got[:3], []string{sales + " h", "ben@example.com h", "ana@example.com h"})
	if len(got) < 9 || len(got) > 15 { // everybody once more each day
		t.Errorf("in three days %q", got)
	}
	o.report(a, len(got), lead.Delivered, false)
	for range 72 {
		o.sweep()
		o.clock.pass(time.Hour)
	}
	if again := o.sent(); len(again) != len(got) {
		t.Errorf("after a delivery %q", again[len(got):])
	}
}

// TestReportsInAnyOrder: the same reports end in the same state, whatever comes first, twice, or before the answer of
// the service.
func TestReportsInAnyOrder(t *testing.T) {
	states := []lead.NotificationState{lead.Delivered, lead.Bounced, lead.Suppressed, lead.Delivered}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {1, 0, 3, 2}, {2, 0, 1, 3}} {
		for early := range 3 {
			o, a := service(t)
			at := o.clock.now()
			tell := func(r notify.Report, which ...int) {
				for _, i := range which {
					r.State, r.At, r.Note = states[i], at.Add(time.Duration(i)*time.Second), "as the test says"
					o.ok(o.Report(t.Context(), r))
				}
			}
			a.then = func(r notify.Report) {
				a.then = nil
				tell(r, order[:early]...)
			}
			o.handle(o.put(o.sam(id("h"))).ID)
			r := notify.Report{Tags: a.tags[0], MessageID: "ses-1"}
			tell(r, order[early:]...)
			tell(r, order...)
			n := o.notification(id("h"), sales)
			if n.State != lead.Suppressed || !n.Due.IsZero() {
				t.Errorf("in the order %v, %d of them early: %+v", order, early, n)
			}
			history := o.history(id("h"))
			count := 0
			for _, line := range history {
				if strings.HasPrefix(line, sales) {
					count++
				}
			}
			if count != 5 || !slices.Contains(history, sales+" accepted") { // two deliveries at two times
				t.Errorf("in the order %v, %d of them early, the history is %q", order, early, history)
			}
		}
	}
}

// TestReportsOfNothingOfOurs change nothing.
func TestReportsOfNothingOfOurs(t *testing.T) {
	o, a := service(t)
	o.handle(o.put(o.sam(id("h"))).ID)
	before := o.notification(id("h"), sales)
	for _, tags := range []map[string]string{
		nil, {}, {"lead": "x"}, {"lead": id("h")}, {"lead": id("z"), "notification": a.tags[0]["notification"]},
		{"lead": id("h"), "notification": "lead-00000000000000000000000000000000"}, {"notification": a.tags[0]["notification"]},
		{"lead": id("h"), "notification": "digest-00000000000000000000000000000000"},
	} {
		o.ok(o.Report(t.Context(), notify.Report{Tags: tags, State: lead.Bounced, Park: true, At: o.clock.now()}))
	}
	if after := o.notification(id("h"), sales); after != before {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if parked, err := o.store.Parked(t.Context()); err != nil || len(parked) > 0 {
		t.Errorf("parked are %v, %v", parked, err)
	}
}

// TestADigestIsDelivered: one report is that of all leads it lists, and its bounce passes all of them on.
func TestADigestIsDelivered(t *testing.T) {
	for _, state := range []lead.NotificationState{lead.Delivered, lead.Bounced} {
		o, a := service(t)
		o.clock.at = monday.Truncate(10 * time.Minute)
		o.bundle.Limits.Mails, o.bundle.Limits.Window = 20, formDuration(10*time.Minute)
		o.flood(0, 50)
		for n := range 20 {
			o.report(a, n+1, lead.Delivered, false)
		}
		o.clock.pass(10 * time.Minute)
		o.sweep()
		if len(a.tags) != 21 || len(a.tags[20]) != 1+4 {
			t.Fatalf("%d mails, the last with the tags %v", len(a.tags), a.tags[20])
		}
		o.report(a, 21, state, state == lead.Bounced)
		for n := range 50 {
			got := o.notification(fmt.Sprintf("f%025d", n), sales)
			if want := []lead.NotificationState{lead.Delivered, state}[min(n/20, 1)]; got.State != want {
				t.Errorf("%s: notification %d is %+v", state, n, got)
			}
		}
		o.clock.pass(20 * time.Minute)
		o.sweep()
		alone, listed, _ := o.tellings()
		if passedOn := len(a.tags) - 21; (passedOn > 0) != (state == lead.Bounced) {
			t.Errorf("%s: %d mails afterwards, %d alone, %d listed", state, passedOn, len(alone), len(listed))
		}
	}
}
