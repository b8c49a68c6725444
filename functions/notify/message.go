package notify

import (
	"context"
	"fmt"
	"strings"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// message is the mail of one attempt. Its Message-ID is the same in all attempts, so that a mail server may drop the
// copy that a crash causes; References is the same in all mails about a lead, so that mail programs show one thread.
func (n *Notifier) message(ctx context.Context, s *site, l lead.Lead, c lead.Notification) (mail.Message, error) {
	words, replyTo, err := n.compose(ctx, s, l, c)
	if err != nil {
		return mail.Message{}, err
	}
	_, domain, _ := strings.Cut(s.Brand.From, "@")
	return mail.Message{
		From: s.Brand.From, FromName: s.Brand.FromName, To: c.Recipient, ReplyTo: replyTo,
		Subject: words.subject, Text: words.text, HTML: words.html, Date: n.Now(),
		ID:         fmt.Sprintf("lead-%s.%s@%s", l.ID, hashOf(c.Kind + c.Recipient)[:8], domain),
		References: fmt.Sprintf("lead-%s@%s", l.ID, domain),
		Tags:       map[string]string{"lead": l.ID, "notification": Tag(c.NotificationKey)},
	}, nil
}

// compose writes the words of a mail about a lead, by the site's templates, or without them when they fail.
func (n *Notifier) compose(ctx context.Context, s *site, l lead.Lead, c lead.Notification) (words letter, replyTo string, err error) {
	var before []lead.Lead
	if l.Person != "" {
		if before, err = n.Store.ByPerson(ctx, l.Person, shownBefore+5); err != nil {
			return letter{}, "", err
		}
	}
	m := leadMail(s, l, before, n.Now())
	m.address(s, l, c)
	n.offer(&m, s, c.Recipient)
	t, err := s.salesTemplate(lead.KindLead)
	if err == nil {
		words, err = t.render(m)
	}
	if err != nil {
		n.Log.Error("the mail's templates fail; it is sent without them", "lead", l.ID, "error", err)
		words = plainLetter(m, s.words)
	}
	return words, m.ReplyTo, nil
}
