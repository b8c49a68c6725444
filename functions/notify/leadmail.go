package notify

import (
	"cmp"
	"strings"
	"time"
	"unicode/utf8"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// LeadMail is what the templates of the mail to sales see: mail/lead.subject.tmpl, lead.text.tmpl and lead.html.tmpl.
//
// Every text in it is fit to be shown: control characters and such as reorder the text around them are gone. None of
// it is fit to be a link, because most of it is a stranger's; the only addresses to follow are those of Actions.
//
// Beside the usual functions, templates have
//
//	word KEY NAME VALUE…   the theme's words for a key, with {NAME} replaced
//	pad WIDTH TEXT         text filled up with spaces, for columns in plain text
type LeadMail struct {
	Brand     bundle.Brand // name and colours of the business
	Lang      string       // of the mail, "en": the site's first
	Headline  string       // "New lead", or "Still unanswered", "Overdue" in a mail that reminds
	Why       string       // a sentence that says why this mail comes, and to this reader; "" for a new lead's owner
	ID        string       // of the lead
	Form      string       // its name, "contact"
	FormTitle string       // "Talk to us"; the name when the form has no title
	Received  string       // "Monday 23 November, 10:15", in the site's zone, as all times here

	Name    string // who it is from, fit for a subject line; "" when the form did not ask
	Who     string // Name, or else the e-mail address, fit for a subject line; "" when there is neither
	ReplyTo string // bare address that an answer goes to; "" when there is none

	AnswerBy *Promise // nil: the form promises nothing
	Fields   []Row    // what was answered, in the form's order
	Extra    []Row    // what else was sent; labels are the sender's, too
	Language string   // of the form; "" for the site's first

	Page     string // path of the page that showed the form; "" when nobody said
	Campaign string
	Score    *Score // nil: the form gives no points
	Before   Before

	Verdict string   // address of the page by which the reader decides; "" when none can be offered
	Actions []Action // the buttons that lead to it; empty without Verdict
}

// address says to whom a mail goes and why: kinds of mails about a lead differ in nothing else.
func (m *LeadMail) address(s *site, l lead.Lead, c lead.Notification) {
	kind, _, _ := strings.Cut(c.Kind, "-")
	switch kind {
	case lead.KindReminder:
		m.Headline = s.words.word("mail_waiting")
	case lead.KindEscalation:
		m.Headline = s.words.word("mail_overdue")
	default:
		m.Headline = s.words.word("mail_new_lead")
	}
	switch first := recipients(s, l); {
	case kind != lead.KindLead:
		m.Why = s.words.word("mail_why_" + kind)
	case len(first) > 0 && !strings.EqualFold(first[0], c.Recipient):
		m.Why = s.words.word("mail_why_next")
	}
}

// Promise is until when an answer was promised.
type Promise struct {
	When     string // "11:15", with the day in front when that is not today: "Monday 23 November, 11:15"
	Within   string // "one hour"
	Business bool   // business hours were counted, not the clock's
	Late     bool   // When has come
}

// Row is a label and what was answered.
type Row struct {
	Label string
	Value string   // on one line; "" when Lines is set
	Lines []string // of an answer that may have several
}

// Score is how promising the lead is.
type Score struct {
	Points    int
	Qualified bool
	Reasons   []string // "team is 50+ (+30)"
}

// Before is what this person has sent earlier.
type Before struct {
	Known bool      // there is an address by which to know a person
	Leads []Earlier // newest first, at most five
	More  bool      // there were more
}

// Earlier is one earlier submission.
type Earlier struct {
	Date   string // "2 November 2026"
	Form   string // its name
	Status string // where it stands with sales
}

// Action is one button of ours that the reader may follow. It decides nothing by itself, because scanners follow it too:
// it opens the page of Verdict at the button of the same name.
type Action struct {
	Label string
	URL   string // begins with the site's base URL
}

// Column is where values begin in the text part: behind the longest label that has its value beside it.
func (m LeadMail) Column() int {
	column := 14
	for _, r := range m.Fields {
		if r.Lines == nil {
			column = max(column, utf8.RuneCountInString(r.Label)+2)
		}
	}
	return column
}

// shownBefore is how many earlier submissions a mail lists.
const shownBefore = 5

// leadMail gathers what the mail about a lead says at a time. before are leads of the same person, newest first.
func leadMail(s *site, l lead.Lead, before []lead.Lead, now time.Time) LeadMail {
	w, h, f := s.words, s.hours, salesForm(s.Bundle, l)
	m := LeadMail{
		Brand: s.Brand, Lang: s.FirstLang(), ID: l.ID, Form: l.Form, FormTitle: l.Form,
		Received: w.moment(l.CreatedAt.In(h.zone)),
		Name:     nameOf(f, l.Fields), ReplyTo: replyTo(l.Email),
		Fields: rows(w, f, l.Fields), Extra: extraRows(l.Extra),
		Page: line(l.Page), Campaign: line(l.Source.Campaign), Score: scoreOf(f, l.Score),
		Before: beforeOf(w, h, l, before),
	}
	m.Who = cmp.Or(m.Name, subjectAddress(m.ReplyTo))
	if f.Title != "" {
		m.FormTitle = f.Title
	}
	if m.Lang != l.Lang {
		m.Language = line(l.Lang)
	}
	if !l.DueAt.IsZero() {
		m.AnswerBy = promise(w, h, l.DueAt, time.Duration(f.RespondWithin), now)
	}
	return m
}

// salesForm is the lead's form as sales reads it, in the site's first language. A form that is gone from the site has
// no fields; its leads are told all the same.
func salesForm(b *bundle.Bundle, l lead.Lead) *form.Form {
	if f := b.Form(l.Form, ""); f != nil {
		return &f.Form
	}
	return &form.Form{Name: l.Form}
}

func promise(w words, h *hours, due time.Time, within time.Duration, now time.Time) *Promise {
	due, now = due.In(h.zone), now.In(h.zone)
	p := &Promise{When: due.Format("15:04"), Business: !h.always, Late: !now.Before(due)}
	if due.Format(time.DateOnly) != now.Format(time.DateOnly) {
		p.When = w.moment(due)
	}
	if within > 0 {
		p.Within = w.span(within)
	}
	return p
}

// scoreOf turns the reasons' "team is 50+: +30" into "team is 50+ (+30)".
func scoreOf(f *form.Form, s lead.Score) *Score {
	if len(f.Score.Rules) == 0 && len(s.Reasons) == 0 {
		return nil
	}
	out := &Score{Points: s.Points, Qualified: s.Qualified}
	for _, reason := range s.Reasons {
		if i := strings.LastIndex(reason, ": "); i >= 0 {
			reason = reason[:i] + " (" + reason[i+2:] + ")"
		}
		out.Reasons = append(out.Reasons, line(reason))
	}
	return out
}

// beforeOf lists the others of one person's leads that came before l.
func beforeOf(w words, h *hours, l lead.Lead, all []lead.Lead) Before {
	b := Before{Known: l.Person != ""}
	for _, other := range all {
		if other.ID == l.ID || other.CreatedAt.After(l.CreatedAt) {
			continue
		}
		if len(b.Leads) == shownBefore {
			b.More = true
			break
		}
		b.Leads = append(b.Leads, Earlier{Date: w.date(other.CreatedAt.In(h.zone)), Form: other.Form, Status: w.status(other.Status)})
	}
	return b
}
