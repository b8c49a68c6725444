package notify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// sweepUntil sweeps every minute until a time of the wall clock in Berlin, as the schedule does.
func (o *office) sweepUntil(when string) {
	o.Helper()
	end := berlinTime(o.T, when)
	for {
		o.sweep()
		if !o.clock.now().Before(end) {
			return
		}
		o.clock.pass(min(time.Minute, end.Sub(o.clock.now())))
	}
}

// journal lists all mails about leads as "DAY TIME RECIPIENT SUBJECT", by the wall clock in Berlin.
func (o *office) journal() []string {
	o.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	o.ok(err)
	var all []string
	for _, m := range o.mails() {
		all = append(all, m.Date.In(zone).Format("Mon 15:04")+" "+strings.TrimSuffix(m.To, "@example.com")+": "+m.Subject)
	}
	return all
}

// team is an office with three people, of whom the form names two, in order.
func team(t *testing.T) *office {
	o := newOffice(t)
	o.bundle.People = []bundle.Person{{Email: "ana@example.com"}, {Email: sales}, {Email: "ben@example.com"}}
	o.bundle.Forms["contact"]["en"].Notify = []string{sales, "ben@example.com"}
	return o
}

func TestNobodyAnswers(t *testing.T) {
	for name, tt := range map[string]struct {
		at, until string
		within    time.Duration
		holidays  []string
		want      []string
	}{
		"within a day": {"2026-11-23 10:15", "2026-11-26 20:00", time.Hour, nil, []string{
			"Mon 10:15 sales: New lead: Sam Visitor (contact, qualified)",
			"Mon 11:00 sales: Still unanswered: Sam Visitor (contact, qualified)",
			"Mon 11:15 ben: Overdue: Sam Visitor (contact, qualified)",
			"Mon 12:15 ana: Overdue: Sam Visitor (contact, qualified)",
			"Mon 12:15 sales: Overdue: Sam Visitor (contact, qualified)",
		}},
		"over a weekend": {"2026-11-20 16:30", "2026-11-26 20:00", time.Hour, nil, []string{
			"Fri 16:30 sales: New lead: Sam Visitor (contact, qualified)",
			"Mon 09:15 sales: Still unanswered: Sam Visitor (contact, qualified)",
			"Mon 09:30 ben: Overdue: Sam Visitor (contact, qualified)",
			"Mon 10:30 ana: Overdue: Sam Visitor (contact, qualified)",
			"Mon 10:30 sales: Overdue: Sam Visitor (contact, qualified)",
		}},
		"over Christmas": {"2026-12-24 16:30", "2026-12-29 20:00", time.Hour, []string{"de"}, []string{
			"Thu 16:30 sales: New lead: Sam Visitor (contact, qualified)",
			"Mon 09:15 sales: Still unanswered: Sam Visitor (contact, qualified)",
			"Mon 09:30 ben: Overdue: Sam Visitor (contact, qualified)",
			"Mon 10:30 ana: Overdue: Sam Visitor (contact, qualified)",
			"Mon 10:30 sales: Overdue: Sam Visitor (contact, qualified)",
		}},
		"over the change of the clocks": {"2026-03-27 14:00", "2026-04-01 20:00", 8 * time.Hour, nil, []string{
			"Fri 14:00 sales: New lead: Sam Visitor (contact, qualified)",
			"Mon 12:00 sales: Still unanswered: Sam Visitor (contact, qualified)",
			"Mon 14:00 ben: Overdue: Sam Visitor (contact, qualified)",
			"Tue 14:00 ana: Overdue: Sam Visitor (contact, qualified)",
			"Tue 14:00 sales: Overdue: Sam Visitor (contact, qualified)",
		}},
		"no promise": {"2026-11-23 10:15", "2026-11-25 20:00", 0, nil, []string{
			"Mon 10:15 sales: New lead: Sam Visitor (contact, qualified)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := team(t)
			o.Workers = 1
			o.bundle.Holidays = tt.holidays
			o.bundle.Forms["contact"]["en"].RespondWithin = formDuration(tt.within)
			o.clock.at = berlinTime(t, tt.at)
			o.put(o.sam(id("h")))
			o.sweepUntil(tt.until)
			got := o.journal()
			o.same("mails", got, tt.want)
		})
	}
}

// TestAnAnswerEndsTheChase: whoever answers is left alone.
func TestAnAnswerEndsTheChase(t *testing.T) {
	o := team(t)
	l := o.put(o.sam(id("h")))
	o.sweepUntil("2026-11-23 11:05")
	_, err := o.store.SetStatus(t.Context(), l.ID, l.Version, lead.Contacted, lead.Event{At: o.clock.now(), Kind: lead.EventStatus, By: sales})
	o.ok(err)
	o.sweepUntil("2026-11-24 20:00")
	o.same("mails", o.sent(), []string{sales + " h", sales + " h"})
}

// TestRemindersThread: all mails about a lead name one thread, say why they come, and are mails of their own.
func TestRemindersThread(t *testing.T) {
	o := team(t)
	o.put(o.sam(id("h")))
	o.sweepUntil("2026-11-23 13:00")
	ids := map[string]bool{}
	for i, m := range o.mails() {
		ids[m.Header["Message-Id"]] = true
		if want := "<lead-" + id("h") + "@example.com>"; m.Header["References"] != want {
			t.Errorf("References %q, want %q", m.Header["References"], want)
		}
		if m.Header["Auto-Submitted"] != "auto-generated" || m.Header["X-Auto-Response-Suppress"] != "All" || m.ReplyTo != "sam@example.com" {
			t.Errorf("headers %v", m.Header)
		}
		why := []string{"Answer by 11:15", "Nobody has answered this lead yet", "Nobody answered this lead in the time"}[min(i, 2)]
		if !strings.HasPrefix(m.Text, why) || !strings.Contains(m.HTML, why) {
			t.Errorf("mail %d begins %.80q, want %q", i, m.Text, why)
		}
	}
	if len(ids) != 5 {
		t.Errorf("%d Message-IDs in 5 mails", len(ids))
	}
	if got := o.notificationOf(id("h"), lead.KindReminder, sales); got.State != lead.Delivered {
		t.Errorf("the reminder is %+v", got)
	}
}

// TestAfterANightOfSilenceEachHearsOnce: a machine that was off sends what is still true, once to each.
func TestAfterANightOfSilenceEachHearsOnce(t *testing.T) {
	o := team(t)
	o.put(o.sam(id("h")))
	o.clock.pass(48 * time.Hour)
	for range 5 {
		o.sweep()
		o.clock.pass(time.Hour)
	}
	got := o.sent()
	slices.Sort(got)
	o.same("mails", got, []string{"ana@example.com h", "ben@example.com h", sales + " h"})
}

// TestAReminderNeedsATellingBefore: who was told late is not reminded at once.
func TestAReminderNeedsATellingBefore(t *testing.T) {
	o := team(t)
	mend := o.breakOutbox()
	o.put(o.sam(id("h")))
	o.sweepUntil("2026-11-23 11:05")
	mend()
	o.clock.pass(9 * time.Minute)
	o.sweep()
	o.sweep()
	o.same("mails", o.journal(), []string{"Mon 11:14 sales: New lead: Sam Visitor (contact, qualified)"})
}

// TestAnOwnerAloneIsTheirOwnBackup: no lead falls through where there is nobody else.
func TestAnOwnerAloneIsTheirOwnBackup(t *testing.T) {
	o := newOffice(t)
	o.bundle.Brand.Owner = sales
	o.put(o.sam(id("h")))
	o.sweepUntil("2026-11-24 20:00")
	o.same("mails", o.journal(), []string{
		"Mon 10:15 sales: New lead: Sam Visitor (contact, qualified)",
		"Mon 11:00 sales: Still unanswered: Sam Visitor (contact, qualified)",
		"Mon 11:15 sales: Overdue: Sam Visitor (contact, qualified)",
	})
}
