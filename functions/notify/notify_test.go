package notify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

const sales = "sales@example.com"

func TestOneLeadOneMail(t *testing.T) {
	o := newOffice(t)
	o.put(o.sam(id("h")))
	o.handle(id("h"))
	o.handle(id("h")) // the same record again
	o.clock.pass(30 * time.Minute)
	o.sweep()
	o.same("mails", o.sent(), []string{sales + " h"})
	o.same("history", o.history(id("h")), []string{sales + " delivered"})
	l := o.get(id("h"))
	if l.Owner != sales || !l.DueAt.Equal(monday.Add(time.Hour).Truncate(time.Millisecond)) {
		t.Errorf("owner %q, due at %v", l.Owner, l.DueAt)
	}
	n := o.notification(id("h"), sales)
	if n.State != lead.Delivered || n.Attempts != 1 || "<"+n.MessageID+">" != o.mail().Header["Message-Id"] || !n.Due.IsZero() {
		t.Errorf("the notification is %+v", n)
	}
}

func TestTheSweeperDeliversAlone(t *testing.T) {
	o := newOffice(t)
	for _, letter := range []string{"c", "a", "b"} {
		o.put(o.sam(id(letter)))
		o.clock.pass(time.Second)
	}
	if got := o.sweep(); got != 3 {
		t.Errorf("swept %d, want 3", got)
	}
	o.same("oldest first", o.sent(), []string{sales + " c", sales + " a", sales + " b"})
	if got := o.sweep(); got != 0 {
		t.Errorf("swept %d again", got)
	}
}

func TestSpamIsNeverMailed(t *testing.T) {
	o := patient(t)
	spam := o.sam(id("h"))
	spam.Spam.Score = lead.SpamThreshold
	o.put(spam.Received(o.clock.now()))
	o.handle(id("h"))
	o.clock.pass(48 * time.Hour)
	o.sweep()
	o.same("mails", o.sent(), nil)
	o.put(o.sam(id("h"))) // a repeat that looks human rescues it
	o.handle(id("h"))
	o.same("mails", o.sent(), []string{sales + " h"})
}

func TestWhatIsGoneOrAnsweredNeedsNoMail(t *testing.T) {
	o := patient(t)
	o.handle(id("x"))
	l := o.put(o.sam(id("h")))
	_, err := o.store.SetStatus(t.Context(), l.ID, l.Version, lead.Contacted, lead.Event{At: o.clock.now(), Kind: lead.EventStatus, By: sales})
	o.ok(err)
	o.handle(id("h"))
	o.clock.pass(48 * time.Hour)
	o.sweep()
	o.same("mails", o.sent(), nil)
}

// TestAnsweredWhileTheMailWaits: retries end when somebody answers.
func TestAnsweredWhileTheMailWaits(t *testing.T) {
	o := newOffice(t)
	l := o.put(o.sam(id("h")))
	mend := o.breakOutbox()
	o.handle(id("h"))
	mend()
	_, err := o.store.SetStatus(t.Context(), l.ID, l.Version, lead.Contacted, lead.Event{At: o.clock.now(), Kind: lead.EventStatus, By: sales})
	o.ok(err)
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("mails", o.sent(), nil)
	o.same("history", o.history(id("h")), []string{sales + " pending", sales + " failed"})
	if due, err := o.store.Due(t.Context(), o.clock.now().Add(1000*time.Hour), 10); err != nil || len(due) != 0 {
		t.Errorf("still due: %v, %v", due, err)
	}
}

// breakOutbox makes every send fail until the returned function is called.
func (o *office) breakOutbox() (mend func()) {
	o.Helper()
	aside := filepath.Join(o.TempDir(), "aside")
	o.ok(os.Rename(o.folder, aside))
	o.ok(os.WriteFile(o.folder, nil, 0o600)) // a file in its place: a folder that is gone is made again
	return func() { o.ok(errors.Join(os.Remove(o.folder), os.Rename(aside, o.folder))) }
}

func TestTwoNotifiersAtOnceSendOneMail(t *testing.T) {
	o := newOffice(t)
	var ids []string
	for _, letter := range strings.Split("abcdefghjk", "") {
		ids = append(ids, o.put(o.sam(id(letter))).ID)
	}
	var all sync.WaitGroup
	for range 4 {
		n := o.another(o.store, o.outbox)
		all.Go(func() {
			for _, id := range ids {
				if err := n.Handle(t.Context(), id); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			if _, err := n.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := o.sent()
	slices.Sort(got)
	var want []string
	for _, id := range ids {
		want = append(want, sales+" "+id[:1])
	}
	o.same("mails", got, want)
}

// crashing is a store whose process dies at the next Settle, as far as the store can tell.
type crashing struct{ lead.Store }

func (crashing) Settle(context.Context, lead.Notification, lead.Event) error {
	return errors.New("the process is gone")
}

func TestACrashBetweenSendingAndSettlingMailsAtMostTwice(t *testing.T) {
	o := patient(t)
	o.put(o.sam(id("h")))
	if err := o.another(crashing{o.store}, o.outbox).Handle(t.Context(), id("h")); err == nil {
		t.Fatal("the crash went unseen")
	}
	o.handle(id("h"))
	o.clock.pass(89 * time.Second)
	o.sweep()
	o.same("mails within the lease", o.sent(), []string{sales + " h"})
	o.clock.pass(time.Second)
	o.sweep()
	o.clock.pass(48 * time.Hour)
	o.sweep()
	o.same("mails", o.sent(), []string{sales + " h", sales + " h"})
	first, second := o.mails()[0].Header, o.mails()[1].Header
	if first["References"] != second["References"] || first["Message-Id"] != second["Message-Id"] {
		t.Errorf("the two mails are %v and %v", first, second)
	}
	o.same("history", o.history(id("h")), []string{sales + " delivered"})
}

// TestACrashBeforeTheHandOff: what was put and never triggered is found by the sweeper; a crash while handing off too.
func TestACrashBeforeTheHandOff(t *testing.T) {
	o := newOffice(t)
	o.put(o.sam(id("h")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Handle(ctx, id("h")); err == nil {
		t.Fatal("a cancelled context went unseen")
	}
	o.sweep()
	o.same("mails", o.sent(), []string{sales + " h"})
}

func TestMailDownForADay(t *testing.T) {
	o := patient(t)
	mend := o.breakOutbox()
	letters := strings.Split("kbac", "")
	for n := range 24 * 12 { // every five minutes
		if n%12 == 0 && n/12 < len(letters) {
			o.put(o.sam(id(letters[n/12])))
			o.handle(id(letters[n/12]))
		}
		o.clock.pass(5 * time.Minute)
		o.sweep()
	}
	attempts := o.notification(id("k"), sales).Attempts
	if attempts < 24 || attempts > 60 { // at least hourly, and far from every minute
		t.Errorf("the oldest mail was tried %d times in a day", attempts)
	}
	mend()
	o.clock.pass(time.Hour)
	o.sweep()
	var want []string
	for _, letter := range letters {
		want = append(want, sales+" "+letter)
	}
	o.same("oldest first", o.sent(), want)
}

// TestBackoff reads the times between attempts off the store.
func TestBackoff(t *testing.T) {
	o := patient(t)
	o.breakOutbox()
	o.put(o.sam(id("h")))
	o.handle(id("h"))
	for attempt := 1; attempt <= 12; attempt++ {
		n := o.notification(id("h"), sales)
		ceiling := min(2*time.Minute<<(attempt-1), time.Hour)
		if wait := n.Due.Sub(o.clock.now().Truncate(time.Millisecond)); n.Attempts != attempt || n.State != lead.Pending || wait < ceiling/2 || wait > ceiling {
			t.Errorf("after attempt %d of %d it is %s and waits %v, want %v to %v", attempt, n.Attempts, n.State, wait, ceiling/2, ceiling)
		}
		o.clock.pass(n.Due.Sub(o.clock.now()) + time.Millisecond)
		o.sweep()
	}
}

func TestRefusedForGoodGoesToTheNext(t *testing.T) {
	o := newOffice(t)
	o.bundle.Forms["contact"]["en"].Notify = []string{"größe@example.com", "ü@example.com", "backup@example.com", "third@example.com"}
	o.put(o.sam(id("h")))
	o.handle(id("h"))
	o.same("mails", o.sent(), []string{"backup@example.com h"})
	o.same("history", o.history(id("h")), []string{"backup@example.com delivered", "größe@example.com failed", "ü@example.com failed"})
	if l := o.get(id("h")); l.Owner != "backup@example.com" {
		t.Errorf("owner %q", l.Owner)
	}
	if n := o.notification(id("h"), "ü@example.com"); n.Error == "" || strings.Contains(o.log.String(), "@") {
		t.Errorf("the reason is %q, the log:\n%s", n.Error, o.log)
	}
}

// TestTheLastIsNeverGivenUp: a refusal by everybody may be a mistake that somebody mends.
func TestTheLastIsNeverGivenUp(t *testing.T) {
	o := patient(t)
	from := o.bundle.Brand.From
	o.bundle.Brand.From = "nonsense"
	o.bundle.Forms["contact"]["en"].Notify = []string{sales, "backup@example.com"}
	o.put(o.sam(id("h")))
	for range 30 {
		o.sweep()
		o.clock.pass(time.Hour)
	}
	o.same("mails", o.sent(), nil)
	o.bundle.Brand.From = from
	o.sweep()
	got := o.sent()
	slices.Sort(got)
	o.same("each once, when it is mended", got, []string{"backup@example.com h", "owner@example.com h", sales + " h"})
}

// TestEveryoneIsToldWhenTheNamedAreRefused: the people of the site stand behind the form's list, and are told only then.
func TestEveryoneIsToldWhenTheNamedAreRefused(t *testing.T) {
	for named, want := range map[string]string{"ü@example.com": "ana@example.com h", sales: sales + " h"} {
		o := patient(t)
		o.bundle.Forms["contact"]["en"].Notify = []string{named}
		o.bundle.People = []bundle.Person{{Email: "Ü@example.com"}, {Email: "ana@example.com"}, {Email: "ben@example.com"}}
		o.put(o.sam(id("h")))
		o.handle(id("h"))
		o.clock.pass(48 * time.Hour)
		o.sweep()
		o.same("mails", o.sent(), []string{want})
	}
}

// leaving is a store whose process dies at the hand-off after the first.
type leaving struct {
	lead.Store
	handedOff bool
}

func (l *leaving) HandOff(ctx context.Context, id string, h lead.HandOff) error {
	if l.handedOff {
		return errors.New("the process is gone")
	}
	l.handedOff = true
	return l.Store.HandOff(ctx, id, h)
}

// TestACrashWhilePassingOn: the next recipient's mail is due before the refused one's ends, so that at no moment
// nothing is due. The lead itself would be looked at again a day later only.
func TestACrashWhilePassingOn(t *testing.T) {
	for name, dying := range map[string]func(lead.Store) lead.Store{
		"before the next is due":      func(s lead.Store) lead.Store { return &leaving{Store: s} },
		"before the refused one ends": func(s lead.Store) lead.Store { return crashing{s} },
	} {
		t.Run(name, func(t *testing.T) {
			o := patient(t)
			o.bundle.Forms["contact"]["en"].Notify = []string{"ü@example.com", "backup@example.com"}
			o.put(o.sam(id("h")))
			if err := o.another(dying(o.store), o.outbox).Handle(t.Context(), id("h")); err == nil {
				t.Fatal("the crash went unseen")
			}
			o.clock.pass(2 * time.Minute)
			o.sweep()
			o.same("mails", o.sent(), []string{"backup@example.com h"})
			if l := o.get(id("h")); l.Owner != "backup@example.com" {
				t.Errorf("owner %q", l.Owner)
			}
		})
	}
}

func TestNobodyToTell(t *testing.T) {
	o := patient(t)
	o.bundle.Forms["contact"]["en"].Notify, o.bundle.Brand.Owner = nil, ""
	o.put(o.sam(id("h")))
	if err := o.Handle(t.Context(), id("h")); err == nil {
		t.Error("nobody to tell, and no error")
	}
	if got := o.sweep(); got != 0 {
		t.Errorf("swept %d at once, want it to wait", got)
	}
	o.bundle.Brand.Owner = "owner@example.com"
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("mails", o.sent(), []string{"owner@example.com h"})
}

// poisoned is a store in which some leads can be listed and not be read.
type poisoned struct {
	lead.Store
	bad string // first letters of their ids
}

func (p poisoned) Get(ctx context.Context, id string) (lead.Lead, error) {
	if strings.Contains(p.bad, id[:1]) {
		return lead.Lead{}, errors.New("reading a stored lead: unexpected end of JSON input")
	}
	return p.Store.Get(ctx, id)
}

// TestPoisonCannotFillASweep: more leads that cannot be read than a sweep asks for at a time, all older than the good one.
func TestPoisonCannotFillASweep(t *testing.T) {
	o := newOffice(t)
	for n := range 450 {
		l := o.sam(fmt.Sprintf("p%025d", n))
		o.put(l)
	}
	o.clock.pass(time.Second)
	o.put(o.sam(id("h")))
	n := o.another(poisoned{o.store, "p"}, o.outbox)
	if count, err := n.Sweep(t.Context()); err != nil || count != 451 {
		t.Errorf("swept %d, %v", count, err)
	}
	o.same("mails", o.sent(), []string{sales + " h"})
}

// TestPoisonAfterTheHandOffMovesBack: a mail that cannot be written waits longer and longer.
func TestPoisonAfterTheHandOffMovesBack(t *testing.T) {
	o := patient(t)
	mend := o.breakOutbox()
	o.put(o.sam(id("p")))
	o.handle(id("p"))
	mend()
	n := o.another(poisoned{o.store, "p"}, o.outbox)
	for range 3 {
		o.clock.pass(time.Hour)
		if _, err := n.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got := o.notification(id("p"), sales); got.State != lead.Pending || got.Attempts != 4 || !got.Due.After(o.clock.now()) {
		t.Errorf("the notification is %+v", got)
	}
	o.clock.pass(time.Hour)
	o.sweep() // with a store that can read it
	o.same("mails", o.sent(), []string{sales + " p"})
}

// panicking is a sender that panics once.
type panicking struct {
	mail.Sender
	once sync.Once
}

func (p *panicking) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	p.once.Do(func() { panic("out of paper for " + m.Subject) })
	return p.Sender.Send(ctx, m)
}

func TestAPanicIsAFailedAttempt(t *testing.T) {
	o := patient(t)
	o.Notifier = o.another(o.store, &panicking{Sender: o.outbox})
	o.put(o.sam(id("h")))
	o.handle(id("h"))
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("mails", o.sent(), []string{sales + " h"})
	o.same("history", o.history(id("h")), []string{sales + " pending", sales + " delivered"})
	if log := o.log.String(); !strings.Contains(log, "(*panicking).Send") || strings.Contains(log, "Sam") {
		t.Errorf("the log lacks the stack, or holds what the panic said:\n%s", log)
	}
}

// TestAnUnansweredLeadIsLookedAtAgain: it stays due, also when all is well.
func TestAnUnansweredLeadIsLookedAtAgain(t *testing.T) {
	o := patient(t)
	o.put(o.sam(id("h")))
	for range 10 {
		o.handle(id("h"))
		o.clock.pass(25 * time.Hour)
		if got := o.sweep(); got != 1 {
			t.Errorf("swept %d, want 1", got)
		}
	}
	o.same("mails", o.sent(), []string{sales + " h"})
}

func TestACancelledSweepStops(t *testing.T) {
	o := newOffice(t)
	o.put(o.sam(id("h")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if count, err := o.Sweep(ctx); count != 0 || err != nil {
		t.Errorf("swept %d, %v", count, err)
	}
	o.same("mails", o.sent(), nil)
}
