package notify

import (
	"strings"

	"leadsite/functions/lead"
)

// mailed are the actions that a mail has a button for: what sales knows first of a lead. The page has the others, too.
func mailed() []lead.Status {
	return []lead.Status{lead.Contacted, lead.Qualified, lead.Unfit, lead.Spam}
}

// offer puts the buttons for one recipient into a mail about one lead.
func (n *Notifier) offer(m *LeadMail, s *site, recipient string) {
	if m.Verdict = n.verdict(s, m.ID, recipient); m.Verdict == "" {
		return
	}
	for _, status := range mailed() {
		m.Actions = append(m.Actions, Action{Label: s.words.word("decide_" + string(status)), URL: m.Verdict + "#" + string(status)})
	}
}

// verdict is the address of the page by which a recipient decides on a lead. Without it, "", a mail is as good, so it is
// sent all the same.
func (n *Notifier) verdict(s *site, id, recipient string) string {
	token, err := n.Keys.NewLink(lead.Link{Lead: id, Recipient: recipient, Actions: lead.Actions(), Expires: n.Now().Add(lead.LinkLife)})
	if err != nil {
		n.Log.Error("a mail has no buttons", "lead", id, "error", err)
		return ""
	}
	return strings.TrimSuffix(s.BaseURL, "/") + lead.LinkPath(token)
}
