package notify

import (
	"leadsite/functions/lead"
)

// mailed are the actions that a mail has a button for: what sales knows first of a lead. The page has the others, too.
func mailed() []lead.Status {
	return []lead.Status{lead.Contacted, lead.Qualified, lead.Unfit, lead.Spam}
}

// offer puts the buttons for one recipient into a mail. Without them the mail is as good, so it is sent all the same.
func (n *Notifier) offer(m *LeadMail, s *site, recipient string) {
	token, err := n.Keys.NewLink(lead.Link{Lead: m.ID, Recipient: recipient, Actions: lead.Actions(), Expires: n.Now().Add(lead.LinkLife)})
	if err != nil {
		n.Log.Error("a mail has no buttons", "lead", m.ID, "error", err)
		return
	}
	m.Verdict = s.BaseURL + "desk/v/" + token
	for _, status := range mailed() {
		m.Actions = append(m.Actions, Action{Label: s.words.word("decide_" + string(status)), URL: m.Verdict + "#" + string(status)})
	}
}
