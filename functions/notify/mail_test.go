package notify_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

const wantText = `Answer by 11:15 (one hour, business time).

Your name     Sam Visitor
Work e-mail   sam@example.com
Team size     50+
How can we help?
  Hello

From          /pricing/, campaign spring
Score         50, qualified: team is 50+ (+30), page starts with /pricing/ (+20)
Before        first time we hear from this person

Contacted, good fit, not a fit, spam: VERDICT
Whoever has this mail can decide: leave it out of your replies.

Your reply to this mail goes straight to sam@example.com.
Received Monday 23 November, 10:15. Lead hhhhhhhhhhhhhhhhhhhhhhhhhh.
`

func TestTheMailIsWhatTheDesignDraws(t *testing.T) {
	o := newOffice(t)
	o.handle(o.put(o.sam(id("h"))).ID)
	m := o.mail()
	for name, want := range map[string]string{
		"From": `"Example Ltd website" <leads@example.com>`, "To": "sales@example.com", "Reply-To": "sam@example.com",
		"Subject":    "New lead: Sam Visitor (contact, qualified)",
		"References": "<lead-" + id("h") + "@example.com>",
		"Message-Id": "<lead-" + id("h") + ".494e750b@example.com>",
	} {
		if got := m.Header[name]; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if diff := cmp.Diff(strings.Replace(wantText, "VERDICT", verdictOf(t, m), 1), m.Text); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"Answer by 11:15", "Sam Visitor", "sam@example.com", "50+", "Hello", "/pricing/", "campaign spring",
		"team is 50+ (+30)", "first time we hear from this person", id("h"), "#1d4d6b"} {
		if !strings.Contains(m.HTML, strings.ReplaceAll(want, "+", "&#43;")) {
			t.Errorf("the HTML part lacks %q", want)
		}
	}
	if strings.Contains(m.HTML, "ZgotmplZ") || strings.Count(m.HTML, "<a ") != 4 {
		t.Errorf("the HTML part:\n%s", m.HTML)
	}
}

// TestValuesHaveTheWholeLineOnAPhone: below 600 px a value stands under its label, and need not be narrow for it.
func TestValuesHaveTheWholeLineOnAPhone(t *testing.T) {
	o := newOffice(t)
	l := o.sam(id("h"))
	l.Lang, l.Extra = "de", map[string]string{"utm_id": "7"}
	o.handle(o.put(l).ID)
	narrow := 0
	for _, element := range elements(t, o.mail().HTML) {
		if strings.Contains(element, "max-width:392px") {
			narrow++
			if !strings.Contains(element, "class=value ") {
				t.Errorf("always narrow: %s", element)
			}
		}
	}
	if narrow == 0 || !strings.Contains(o.mail().HTML, ".label, .value { max-width: none !important; }") {
		t.Errorf("%d kinds of narrow elements in\n%s", narrow, o.mail().HTML)
	}
}

func TestAnswerByIsADayWhenItIsNotToday(t *testing.T) {
	o := newOffice(t)
	o.clock.pass(7 * time.Hour) // 17:15 in Berlin
	o.handle(o.put(o.sam(id("h"))).ID)
	if want := "Answer by Tuesday 24 November, 10:00 (one hour, business time).\n"; !strings.HasPrefix(o.mail().Text, want) {
		t.Errorf("got %.100q, want %q", o.mail().Text, want)
	}
	if got, want := o.get(id("h")).DueAt, time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC); !got.Equal(want) {
		t.Errorf("due at %v, want %v", got, want)
	}
}

func TestAMailThatComesTooLateSaysSo(t *testing.T) {
	o := newOffice(t)
	o.put(o.sam(id("h")))
	o.ok(o.store.HandOff(t.Context(), id("h"), lead.HandOff{Owner: "sales@example.com", DueAt: o.clock.now().Add(time.Hour), Wake: o.clock.now()}))
	o.clock.pass(90 * time.Minute)
	o.handle(id("h"))
	o.same("mails", o.sent(), []string{sales + " h", "owner@example.com h"}) // the owner's own, and the backup's
	for _, m := range o.mails() {
		if want := "The answer was due by 11:15 (one hour, business time).\n"; !strings.Contains(m.Text, want) {
			t.Errorf("got %.200q, want %q", m.Text, want)
		}
	}
}

func TestAnswersAreInWords(t *testing.T) {
	o := newOffice(t)
	l := o.sam(id("h"))
	l.Lang, l.Person, l.Email = "de", "", ""
	l.Fields = form.Values{
		"team": {Text: "1-9"}, "days": {List: []string{"mon", "tue"}}, "call": {Text: "yes"}, "gone": {Text: "of an older form"},
		"message": {Text: "\nfirst\n\n  third  \n"},
	}
	l.Extra = map[string]string{"utm_id": "7"}
	l.Source.Campaign, l.Page = "", ""
	o.handle(o.put(l).ID)
	want := `Answer by 11:15 (one hour, business time).

Team size       One to nine
Days            Monday, Tuesday
Please call me  yes
How can we help?
  first

    third
gone
  of an older form

Language        de
From            a page that is not known
Score           50, qualified: team is 50+ (+30), page starts with /pricing/ (+20)
Before          no address to know this person by

Also sent, though the form does not ask for it:
  utm_id
    7

Contacted, good fit, not a fit, spam: VERDICT
Whoever has this mail can decide: leave it out of your replies.

Received Monday 23 November, 10:15. Lead hhhhhhhhhhhhhhhhhhhhhhhhhh.
`
	m := o.mail()
	if diff := cmp.Diff(strings.Replace(want, "VERDICT", verdictOf(t, m), 1), m.Text); diff != "" {
		t.Error(diff)
	}
	if m.Subject != "New lead (contact, qualified)" || m.ReplyTo != "" {
		t.Errorf("subject %q, reply to %q", m.Subject, m.ReplyTo)
	}
}

func TestEarlierLeadsOfThePerson(t *testing.T) {
	o := newOffice(t)
	for n, letter := range []string{"a", "b", "c", "d", "e", "f"} {
		o.put(o.sam(id(letter)))
		if n == 4 {
			l := o.get(id(letter))
			_, err := o.store.SetStatus(t.Context(), l.ID, l.Version, lead.Won, lead.Event{At: o.clock.now(), Kind: lead.EventStatus, By: "sales@example.com"})
			o.ok(err)
		}
		o.clock.pass(30 * 24 * time.Hour)
	}
	o.handle(o.put(o.sam(id("g"))).ID)
	want := `
Before        22 April 2027, contact: new
              23 March 2027, contact: won
              21 February 2027, contact: new
              22 January 2027, contact: new
              23 December 2026, contact: new
              and more before that
`
	if !strings.Contains(o.mail().Text, want) {
		t.Errorf("got:\n%s\nwant:%s", o.mail().Text, want)
	}
}

func TestAFormThatIsGoneIsToldAllTheSame(t *testing.T) {
	o := newOffice(t)
	l := o.sam(id("h"))
	l.Form = "gone"
	o.handle(o.put(l).ID)
	m := o.mail()
	if m.To != "owner@example.com" || m.Subject != "New lead: Sam Visitor (gone, qualified)" || !strings.Contains(m.Text, "message\n  Hello\n") {
		t.Errorf("to %s: %s\n%s", m.To, m.Subject, m.Text)
	}
}

// TestBrokenTemplates: a mistake in a site's own template costs the looks of the mail, and nothing else.
func TestBrokenTemplates(t *testing.T) {
	for name, broken := range map[string]string{"does not parse": "{{if}}", "does not run": "{{.Nothing}}", "runs wild": "{{index .Fields 99}}", "is empty": " "} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			templates := o.bundle.Mail["lead"]
			templates.Text = broken
			o.bundle.Mail["lead"] = templates
			o.handle(o.put(o.sam(id("h"))).ID)
			m := o.mail()
			for _, want := range []string{"Sam Visitor", "sam@example.com", "50+", "Hello", id("h")} {
				if !strings.Contains(m.Text, want) {
					t.Errorf("the mail lacks %q:\n%s", want, m.Text)
				}
			}
			if m.Subject != "New lead (contact)" || m.ReplyTo != "sam@example.com" || !strings.Contains(o.log.String(), "templates fail") {
				t.Errorf("subject %q, reply to %q, log:\n%s", m.Subject, m.ReplyTo, o.log)
			}
		})
	}
}

func TestAThemesOwnWords(t *testing.T) {
	o := newOffice(t)
	o.bundle.Words = map[string]map[string]string{"en": {"mail_new_lead": "Enquiry", "mail_answer_by": "Call before {when}", "month_11": "Nov", "weekday_1": "Mon"}}
	o.handle(o.put(o.sam(id("h"))).ID)
	m := o.mail()
	if !strings.HasPrefix(m.Subject, "Enquiry: Sam") || !strings.HasPrefix(m.Text, "Call before 11:15 (one hour") || !strings.Contains(m.Text, "Received Mon 23 Nov, 10:15") {
		t.Errorf("subject %q, text:\n%s", m.Subject, m.Text)
	}
}
