package notify_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// flooded is an office with the usual limits, and a clock at the beginning of a window.
func flooded(t *testing.T) *office {
	o := patient(t)
	o.bundle.Limits = bundle.Limits{Submissions: 60, Mails: 20, Window: formDuration(10 * time.Minute)}
	o.clock.at = monday.Truncate(10 * time.Minute)
	return o
}

// flood stores leads and tells of each at once.
func (o *office) flood(from, to int) {
	o.Helper()
	for n := from; n < to; n++ {
		l := o.sam(fmt.Sprintf("f%025d", n))
		o.handle(o.put(l).ID)
		o.clock.pass(time.Second)
	}
}

// tellings says how often each lead was told: alone, by its thread, or in a digest, by the id in its text.
func (o *office) tellings() (alone, listed map[string]int, digests []mail.Received) {
	o.Helper()
	alone, listed = map[string]int{}, map[string]int{}
	for _, m := range o.mails() {
		if id, ok := strings.CutPrefix(m.Header["References"], "<lead-"); ok {
			alone[id[:26]]++
			continue
		}
		digests = append(digests, m)
		for line := range strings.Lines(m.Text) {
			if id, ok := strings.CutPrefix(line, "   Lead "); ok {
				listed[strings.TrimSpace(id)]++
			}
		}
	}
	return alone, listed, digests
}

func TestAFloodIsListed(t *testing.T) {
	o := flooded(t)
	o.Workers = 8 // of which two at a time are one recipient's
	o.flood(0, 200)
	o.clock.at = monday.Truncate(10 * time.Minute).Add(9 * time.Minute)
	for range 50 {
		o.sweep()
		o.clock.pass(time.Minute)
	}
	alone, listed, digests := o.tellings()
	if len(alone) != 20 || len(listed) != 180 || len(digests) != 4 {
		t.Fatalf("%d were mailed alone and %d listed in %d digests, want 20, 180 and 4\n%s", len(alone), len(listed), len(digests), o.log)
	}
	for n := range 200 {
		id := fmt.Sprintf("f%025d", n)
		if alone[id]+listed[id] != 1 {
			t.Errorf("lead %d was told %d times alone and listed %d times", n, alone[id], listed[id])
		}
		if got := o.notification(id, sales); got.State != lead.Delivered || got.Error != "" && !strings.Contains(got.Error, "listed in a digest") || (got.Error == "") != (n < 20) {
			t.Errorf("notification %d is %+v", n, got)
		}
	}
	for i, m := range digests {
		if want := monday.Truncate(10 * time.Minute).Add(time.Duration(i+1) * 10 * time.Minute); !m.Date.Equal(want) {
			t.Errorf("digest %d came at %v, want %v", i, m.Date, want)
		}
	}
	first := digests[0]
	if first.Subject != "50 more leads (+130)" || !strings.Contains(first.Text, "130 more wait, and come with the next lists, 10 minutes apart.") ||
		!strings.Contains(first.Text, "this list is all you get about them") || !strings.Contains(first.HTML, "50. Sam Visitor") {
		t.Errorf("the first digest is %q\n%s", first.Subject, first.Text)
	}
	if len(first.HTML) > 90<<10 || strings.Count(first.HTML, `<a href="https://www.example.com/desk/v/?t=`) != 50 || strings.Count(first.HTML, "<a ") != 50 {
		t.Errorf("the first digest has %d bytes of HTML, which readers cut off at 102 KB, and %d links", len(first.HTML), strings.Count(first.HTML, "<a "))
	}
}

// TestABudgetIsOneRecipients: who is flooded holds back nobody else; and a new window begins a new budget.
func TestABudgetIsOneRecipients(t *testing.T) {
	o := flooded(t)
	other := *o.bundle.Forms["contact"]["en"]
	other.Name, other.Notify = "other", []string{"ben@example.com"}
	o.bundle.Forms["other"] = map[string]*bundle.Form{"en": &other}
	o.flood(0, 25)
	l := o.sam(id("h"))
	l.Form = "other"
	o.handle(o.put(l).ID)
	if got := o.sent(); len(got) != 21 || got[20] != "ben@example.com h" {
		t.Fatalf("sent %q", got)
	}
	o.clock.pass(10 * time.Minute)
	o.sweep()
	o.handle(o.put(o.sam(id("g"))).ID)
	alone, listed, digests := o.tellings()
	if len(alone) != 22 || len(listed) != 5 || len(digests) != 1 || digests[0].Subject != "5 more leads" {
		t.Errorf("%d alone, %d listed in %d digests", len(alone), len(listed), len(digests))
	}
}

// TestLimitsOff: everything goes alone, also what was held back before.
func TestLimitsOff(t *testing.T) {
	o := flooded(t)
	o.flood(0, 25)
	o.Unlimited = true
	o.flood(25, 50)
	if got := o.sent(); len(got) != 45 {
		t.Errorf("%d mails, want 45", len(got))
	}
	o.clock.pass(10 * time.Minute)
	o.sweep()
	if got := o.sent(); len(got) != 50 {
		t.Errorf("%d mails, want 50", len(got))
	}
}

// TestWhatIsAnsweredIsNotListed, and what cannot be read holds up no digest.
func TestWhatIsAnsweredIsNotListed(t *testing.T) {
	o := flooded(t)
	o.flood(0, 20)
	for _, letter := range []string{"a", "b", "p"} {
		o.handle(o.put(o.sam(id(letter))).ID)
	}
	l := o.get(id("a"))
	_, err := o.store.SetStatus(t.Context(), l.ID, l.Version, lead.Contacted, lead.Event{At: o.clock.now(), Kind: lead.EventStatus, By: sales})
	o.ok(err)
	o.clock.pass(10 * time.Minute)
	n := o.another(poisoned{o.store, "p"}, o.outbox)
	if _, err := n.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, listed, digests := o.tellings()
	if len(digests) != 1 || len(listed) != 1 || listed[id("b")] != 1 || digests[0].Subject != "One more lead" {
		t.Errorf("%v in %d digests\n%s", listed, len(digests), o.log)
	}
	if got := o.notification(id("p"), sales); got.State != lead.Pending || got.Due.IsZero() {
		t.Errorf("the poison is %+v", got)
	}
	o.clock.pass(time.Hour)
	o.sweep()
	if _, _, digests := o.tellings(); len(digests) != 1 {
		t.Errorf("%d digests", len(digests))
	}
	if got := o.notification(id("p"), sales); got.State != lead.Delivered {
		t.Errorf("the poison, mended, is %+v", got)
	}
}

// dyingAfter is a store whose process dies after some Settles, in the middle of a digest.
type dyingAfter struct {
	lead.Store
	settles int
}

func (d *dyingAfter) Settle(ctx context.Context, n lead.Notification, e lead.Event) error {
	if d.settles--; d.settles < 0 {
		return errors.New("the process is gone")
	}
	return d.Store.Settle(ctx, n, e)
}

// TestACrashInADigestListsAtMostTwice: what was settled stays so; the rest is listed again, once.
func TestACrashInADigestListsAtMostTwice(t *testing.T) {
	o := flooded(t)
	o.flood(0, 30)
	o.clock.pass(10 * time.Minute)
	if _, err := o.another(&dyingAfter{o.store, 4}, o.outbox).Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 30 {
		o.clock.pass(time.Minute)
		o.sweep()
	}
	_, listed, digests := o.tellings()
	twice := 0
	for _, n := range listed {
		if n == 2 {
			twice++
		} else if n != 1 {
			t.Errorf("listed %d times", n)
		}
	}
	if len(listed) != 10 || twice != 6 || len(digests) != 2 {
		t.Errorf("%d leads in %d digests, %d of them twice", len(listed), len(digests), twice)
	}
}

// TestMailDownInAFlood: nothing is lost, and nothing is told twice.
func TestMailDownInAFlood(t *testing.T) {
	o := flooded(t)
	mend := o.breakOutbox()
	o.flood(0, 40)
	for range 60 {
		o.clock.pass(time.Minute)
		o.sweep()
	}
	mend()
	for range 120 {
		o.clock.pass(time.Minute)
		o.sweep()
	}
	alone, listed, _ := o.tellings()
	for n := range 40 {
		id := fmt.Sprintf("f%025d", n)
		if alone[id]+listed[id] != 1 {
			t.Errorf("lead %d was told %d times alone and listed %d times", n, alone[id], listed[id])
		}
	}
}

// TestAHostileDigest: a stranger's text stays on its line, and is no link.
func TestAHostileDigest(t *testing.T) {
	o := flooded(t)
	o.flood(0, 20)
	l := o.sam(id("h"))
	l.Email = "x@example.com\r\nBcc: victim@example.org"
	l.Fields["name"] = textValue("<a href=https://evil.example>Sam</a>\r\n7. Fake Lead")
	l.Fields["message"] = textValue("hello\r\nLead fake\u2028Lead fake2 " + strings.Repeat("x", 4000))
	l.Page = "/x\nLead 9"
	o.handle(o.put(l).ID)
	o.clock.pass(10 * time.Minute)
	o.sweep()
	_, _, digests := o.tellings()
	if len(digests) != 1 {
		t.Fatalf("%d digests", len(digests))
	}
	m := digests[0]
	for line := range strings.Lines(m.Text) {
		if strings.HasPrefix(line, "Lead") || strings.HasPrefix(line, "7.") {
			t.Errorf("the line %q is a stranger's", line)
		}
	}
	if strings.Count(m.HTML, "<a ") != 1 || len(m.Text) > 1000 || strings.Contains(m.Subject, "Sam") {
		t.Errorf("subject %q, text\n%s", m.Subject, m.Text)
	}
}
