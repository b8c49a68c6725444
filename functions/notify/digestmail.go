package notify

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// DigestMail is what the templates of the digest see: mail/digest.subject.tmpl, digest.text.tmpl and digest.html.tmpl.
// Its texts are as safe, and as little fit to be links, as those of LeadMail.
type DigestMail struct {
	Brand   bundle.Brand
	Lang    string // of the mail, "en": the site's first
	Title   string // "12 more leads"
	Listed  int    // how many it lists
	Waiting int    // how many more wait for the next digests
	Apart   string // how long it is from one digest to the next, "10 minutes"
	Entries []DigestEntry
}

// DigestEntry is one lead of a digest.
type DigestEntry struct {
	Number    int // 1, 2, 3 …
	ID        string
	Form      string // its name
	Received  string // "Monday 23 November, 10:15"
	Who       string // name or address, fit for a heading; the form's title when there is neither
	ReplyTo   string // bare address that an answer goes to; "" when there is none
	Page      string // path; "" when nobody said
	AnswerBy  *Promise
	Qualified bool
	Excerpt   string // how the longest answer begins, on one line; "" when there is none
	Verdict   string // address of the page by which the reader decides; "" when none can be offered
}

// longestExcerpt is how many characters of an answer a digest shows.
const longestExcerpt = 160

// digestMail gathers what a digest says at a time.
func digestMail(s *site, leads []lead.Lead, waiting int, now time.Time) DigestMail {
	m := DigestMail{Brand: s.Brand, Lang: s.FirstLang(), Listed: len(leads), Waiting: waiting,
		Apart: s.words.span(time.Duration(s.Limits.Window))}
	m.Title = s.words.word("mail_digest_many", "n", strconv.Itoa(len(leads)))
	if len(leads) == 1 {
		m.Title = s.words.word("mail_digest_one")
	}
	for i, l := range leads {
		m.Entries = append(m.Entries, entry(s, i+1, l, now))
	}
	return m
}

func entry(s *site, number int, l lead.Lead, now time.Time) DigestEntry {
	f := salesForm(s.Bundle, l)
	e := DigestEntry{
		Number: number, ID: l.ID, Form: l.Form, Received: s.words.moment(l.CreatedAt.In(s.hours.zone)),
		ReplyTo: replyTo(l.Email), Page: line(l.Page), Qualified: l.Score.Qualified, Excerpt: excerpt(f, l.Fields),
	}
	e.Who = cmp.Or(nameOf(f, l.Fields), subjectAddress(e.ReplyTo), f.Title, l.Form)
	if !l.DueAt.IsZero() {
		e.AnswerBy = promise(s.words, s.hours, l.DueAt, time.Duration(f.RespondWithin), now)
	}
	return e
}

// excerpt is how the first long answer begins.
func excerpt(f *form.Form, values form.Values) string {
	for _, field := range f.Fields {
		text := line(values[field.Name].Text)
		if field.Type != form.Textarea || text == "" {
			continue
		}
		if utf8.RuneCountInString(text) > longestExcerpt {
			text = strings.TrimSpace(string([]rune(text)[:longestExcerpt-1])) + "…"
		}
		return text
	}
	return ""
}

// plainDigest is a digest without any template.
func plainDigest(m DigestMail) letter {
	var text strings.Builder
	for _, e := range m.Entries {
		fmt.Fprintf(&text, "%d. %s\n   %s\n   %s\n   %s\n\n", e.Number, e.Who, e.Received, e.ReplyTo, e.ID)
	}
	return letter{subject: subjectLine(m.Title), text: text.String()}
}
