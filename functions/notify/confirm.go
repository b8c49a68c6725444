package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// ConfirmationMail is what the templates of the mail to the visitor see: mail/confirmation.subject.tmpl,
// confirmation.text.tmpl and confirmation.html.tmpl. It holds nothing that the visitor wrote: whoever fills in a form
// with somebody else's address must not be able to send them a word.
type ConfirmationMail struct {
	Brand      bundle.Brand
	Lang       string   // of the form that the visitor filled in
	Site       string   // the site's title
	URL        string   // its address
	FormTitle  string   // "Talk to us"
	Subject    string   // the form's own; "" when it has none
	Paragraphs []string // the form's words
}

// spentFor is how long it is remembered that an address was sent a confirmation, from the submission on: longer than
// any day lasts.
const spentFor = 48 * time.Hour

// confirm thanks the visitor, once for each address, form and day of the site's zone.
func (n *Notifier) confirm(ctx context.Context, s *site, l lead.Lead, c lead.Notification) (mail.Receipt, error) {
	f := s.Form(l.Form, l.Lang)
	if f == nil || f.Confirmation == nil {
		return mail.Receipt{}, unneeded("the form confirms nothing any more")
	}
	day := l.CreatedAt.In(s.hours.zone).Format(time.DateOnly)
	key := "confirmation " + hashOf(strings.Join([]string{l.Person, l.Form, day}, "\n"))
	err := n.Store.Spend(ctx, key, l.ID, l.CreatedAt.Add(spentFor))
	if errors.Is(err, lead.ErrSpent) {
		return mail.Receipt{}, unneeded("this address had a confirmation today")
	}
	if err != nil {
		return mail.Receipt{}, err
	}
	words := n.confirmation(s, &f.Form)
	receipt, err := n.Sender.Send(ctx, confirmationMessage(s, words, c, n.Now()))
	if errors.Is(err, mail.ErrRefused) {
		err = fmt.Errorf("%w: %w", errGivenUp, err)
	}
	return receipt, err
}

// confirmation writes the words of the mail to a visitor, by the site's templates, or without them when they fail.
func (n *Notifier) confirmation(s *site, f *form.Form) letter {
	m := ConfirmationMail{Brand: s.Brand, Lang: f.Lang, Site: s.Site, URL: s.BaseURL, FormTitle: f.Title,
		Subject: f.Confirmation.Subject, Paragraphs: paragraphs(f.Confirmation.Text)}
	t, err := s.template(lead.KindConfirmation, f.Lang)
	if err == nil {
		var words letter
		if words, err = t.render(m); err == nil {
			return words
		}
	}
	n.Log.Error("the confirmation's templates fail; it is sent without them", "form", f.Name, "error", err)
	subject := cmp.Or(m.Subject, wordsIn(s.Bundle, f.Lang).word("mail_confirm_subject"))
	return letter{subject: subjectLine(subject), text: strings.Join(append(m.Paragraphs, s.Brand.Name), "\n\n") + "\n"}
}

// paragraphs are what stands between blank lines.
func paragraphs(text string) []string {
	var all []string
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.Join(strings.Fields(part), " "); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// confirmationMessage is the mail itself. It does not belong to the thread that sales sees, and an answer to it goes to
// the business.
func confirmationMessage(s *site, words letter, c lead.Notification, now time.Time) mail.Message {
	_, domain, _ := strings.Cut(s.Brand.From, "@")
	return mail.Message{
		From: s.Brand.From, FromName: s.Brand.Name, To: c.Recipient, ReplyTo: s.Brand.Owner, Date: now,
		Subject: words.subject, Text: words.text, HTML: words.html,
		ID:   fmt.Sprintf("confirmation-%s@%s", hashOf(c.Lead + c.Recipient)[:24], domain),
		Tags: map[string]string{"lead": c.Lead, "notification": Tag(c.NotificationKey)},
	}
}
