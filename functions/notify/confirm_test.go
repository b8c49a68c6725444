package notify_test

import (
	"strings"
	"testing"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// confirming is an office whose form confirms, in two languages.
func confirming(t *testing.T) *office {
	o := patient(t)
	f := o.bundle.Forms["contact"]["en"]
	f.Confirmation = &form.Confirmation{Subject: "We have your message", Text: "Thank you.\nOne of us answers within an hour.\n\nTalk soon."}
	german := *f
	german.Lang, german.Title = "de", "Sprechen Sie mit uns"
	german.Confirmation = &form.Confirmation{Text: "Danke."}
	o.bundle.Forms["contact"]["de"] = &german
	o.bundle.Words = map[string]map[string]string{"de": {"mail_confirm_subject": "Ihre Nachricht ist da", "mail_confirm_why": "Formular {form} auf {site}"}}
	o.bundle.Brand.Address = "1 Example Street"
	return o
}

// confirmations are the mails to others than sales.
func (o *office) confirmations() []mail.Received {
	o.Helper()
	var all []mail.Received
	for _, m := range o.mails() {
		if m.To != sales {
			all = append(all, m)
		}
	}
	return all
}

func TestAVisitorIsThankedInFixedWords(t *testing.T) {
	o := confirming(t)
	l := o.sam(id("h"))
	l.Fields["name"] = textValue("Buy at https://evil.example")
	l.Fields["message"] = textValue("CLICK HERE")
	l.Page, l.Source.Campaign = "/evil-page/", "evil-campaign"
	l.Extra = map[string]string{"evil-key": "evil-value"}
	o.handle(o.put(l).ID)
	got := o.confirmations()
	if len(got) != 1 {
		t.Fatalf("%d confirmations\n%s", len(got), o.log)
	}
	m := got[0]
	want := "Thank you. One of us answers within an hour.\n\nTalk soon.\n\nExample Ltd\nhttps://www.example.com/\n1 Example Street\n\n" +
		"You get this mail because the form \"Talk to us\" on Example Ltd was sent with your address. If it was not you, you need do nothing.\n"
	if m.To != "sam@example.com" || m.Subject != "We have your message" || m.Text != want || m.ReplyTo != "owner@example.com" ||
		m.From != "Example Ltd <leads@example.com>" && m.From != `"Example Ltd" <leads@example.com>` {
		t.Errorf("the mail is %+v", m)
	}
	if m.Header["Auto-Submitted"] != "auto-generated" || m.Header["X-Auto-Response-Suppress"] != "All" || m.Header["References"] != "" {
		t.Errorf("the headers are %v", m.Header)
	}
	whole := strings.ToLower(m.Subject + m.Text + m.HTML)
	for _, theirs := range []string{"evil", "click", id("h")} {
		if strings.Contains(whole, theirs) {
			t.Errorf("the mail holds %q", theirs)
		}
	}
	if !strings.Contains(m.HTML, "One of us answers within an hour.") || strings.Count(m.HTML, "<a ") != 1 {
		t.Errorf("the HTML part is %s", m.HTML)
	}
}

func TestAConfirmationSpeaksTheFormsLanguage(t *testing.T) {
	o := confirming(t)
	l := o.sam(id("h"))
	l.Lang = "de"
	o.handle(o.put(l).ID)
	if m := o.confirmations()[0]; m.Subject != "Ihre Nachricht ist da" || !strings.HasPrefix(m.Text, "Danke.") || !strings.Contains(m.Text, "Formular Sprechen Sie mit uns auf Example Ltd") || !strings.Contains(m.HTML, `<html lang="de">`) {
		t.Errorf("the mail is %+v", m)
	}
}

// TestAVisitorIsThankedOnce for each address, form and day of the site's zone.
func TestAVisitorIsThankedOnce(t *testing.T) {
	o := confirming(t)
	other := *o.bundle.Forms["contact"]["en"]
	other.Name = "other"
	o.bundle.Forms["other"] = map[string]*bundle.Form{"en": &other}
	put := func(letter, form, person string) {
		l := o.sam(id(letter))
		l.Form, l.Person, l.Email = form, person, person+"@example.com"
		o.handle(o.put(l).ID)
	}
	put("a", "contact", "sam")
	put("b", "contact", "sam")
	put("c", "other", "sam")
	put("d", "contact", "kim")
	if got := len(o.confirmations()); got != 3 {
		t.Errorf("%d confirmations, want 3", got)
	}
	if n := o.notificationOf(id("b"), lead.KindConfirmation, "sam@example.com"); n.State != lead.Failed || !strings.Contains(n.Error, "had a confirmation today") {
		t.Errorf("the second is %+v", n)
	}
	o.clock.at = berlinTime(t, "2026-11-23 23:59")
	put("e", "contact", "sam")
	o.clock.pass(2 * time.Minute)
	put("f", "contact", "sam")
	if got := len(o.confirmations()); got != 4 {
		t.Errorf("%d confirmations after midnight in Berlin, want 4", got)
	}
}

func TestNobodyElseIsThanked(t *testing.T) {
	o := confirming(t)
	spam := o.sam(id("s"))
	spam.Spam.Score = lead.SpamThreshold
	o.handle(o.put(spam.Received(o.clock.now())).ID)
	for letter, address := range map[string]string{"a": "", "b": "not an address", "c": "sämi@example.com", "d": "x@example.com\r\nBcc: y@example.com"} {
		l := o.sam(id(letter))
		l.Email = address
		o.handle(o.put(l).ID)
	}
	o.clock.pass(48 * time.Hour)
	o.sweep()
	if got := o.confirmations(); len(got) != 0 {
		t.Errorf("%d confirmations: %+v", len(got), got)
	}
}

// TestALateConfirmationIsNoneAtAll: after a day of mail being down, sales hears, and the visitor does not.
func TestALateConfirmationIsNoneAtAll(t *testing.T) {
	o := confirming(t)
	mend := o.breakOutbox()
	o.handle(o.put(o.sam(id("h"))).ID)
	for range 25 {
		o.clock.pass(time.Hour)
		o.sweep()
	}
	mend()
	for range 3 {
		o.clock.pass(time.Hour)
		o.sweep()
	}
	o.same("mails", o.sent(), []string{sales + " h"})
}

// TestAVisitorsServerParksNobody: an address is only what somebody typed.
func TestAVisitorsServerParksNobody(t *testing.T) {
	o := confirming(t)
	_, sender := startPostOffice(t)
	o.Notifier = o.another(o.store, sender)
	l := o.sam(id("h"))
	l.Email = "unknown@example.com"
	o.handle(o.put(l).ID)
	if n := o.notificationOf(id("h"), lead.KindConfirmation, "unknown@example.com"); n.State != lead.Failed {
		t.Errorf("the confirmation is %+v", n)
	}
	if parked, err := o.store.Parked(t.Context()); err != nil || len(parked) > 0 {
		t.Errorf("parked are %v, %v", parked, err)
	}
}

// TestAConfirmationWithoutItsTemplates is the form's words alone.
func TestAConfirmationWithoutItsTemplates(t *testing.T) {
	o := confirming(t)
	o.bundle.Mail["confirmation"] = bundle.MailTemplate{Subject: "x", Text: "{{.Nothing}}", HTML: "x"}
	o.handle(o.put(o.sam(id("h"))).ID)
	m := o.confirmations()[0]
	if m.Subject != "We have your message" || m.Text != "Thank you. One of us answers within an hour.\n\nTalk soon.\n\nExample Ltd\n" {
		t.Errorf("the mail is %+v", m)
	}
}
