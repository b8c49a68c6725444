package desk

import (
	"strconv"
	"strings"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// words are what the pages say, in the site's first language: its people read it. A theme's own words come first.
type words struct{ bundle.Words }

func newWords(b *bundle.Bundle) words { return words{b.WordsIn(b.FirstLang(), english())} }

// english are the words for a bundle that lacks them. {name} and the like stand for values.
func english() bundle.Words {
	return bundle.Words{
		"desk_title": "{name}, {form}", "desk_lead": "A lead by the form {form}", "desk_answers": "What was sent", "desk_about": "About it",
		"desk_timeline": "What happened", "desk_decide": "Where does it stand?", "desk_by": "{who}, {when}", "desk_undo": "Undo: back to {status}",
		"desk_unfit": "Why is it not a fit?", "desk_note": "In your own words", "desk_note_hint": "Or press a reason; words of your own go with it.",
		"desk_note_submit": "Not a fit, as written",
		"desk_you":         "What you press is kept as decided by {who}, and can be undone.",
		"desk_no_reason":   "Say why it is not a fit: press a reason, or write one.",
		"desk_stale":       "Nothing was changed", "desk_stale_now": "The lead stands at “{status}” now.", "desk_since": "Since your page was loaded:",
		"decide_contacted": "Contacted", "decide_qualified": "Good fit", "decide_won": "Won", "decide_lost": "Lost", "decide_unfit": "Not a fit", "decide_spam": "Spam",
		"status_new": "new", "status_contacted": "contacted", "status_qualified": "good fit", "status_won": "won", "status_lost": "lost",
		"status_unfit": "not a fit", "status_spam": "spam",

		"desk_answer_by": "Answer by {when}", "desk_answer_late": "The answer was due by {when}", "desk_owner": "Owner", "desk_page": "Page", "desk_campaign": "Campaign", "desk_referrer": "Came from", "desk_score": "Score",
		"desk_spam": "Signs of spam", "desk_language": "Language", "desk_received": "Received", "desk_extra": "Also sent, though the form does not ask for it",
		"mail_yes": "yes", "mail_qualified": "qualified",

		"event_received": "Received from the visitor", "event_sent-again": "Sent again by the visitor", "event_mail": "Mail to {to}: {state}", "event_status": "From {from} to {status}",
		"event_undo": "Undone: from {from} back to {status}", "event_rescued": "Out of the spam lane: sent again",
		"event_reminder": "Reminder to {to}: {state}", "event_webhook": "Webhook of {to}: {state}",
		"event_other": "{kind}", "event_via_link": "by the link in a mail",
		"state_pending": "waiting for another try", "state_sending": "on its way", "state_accepted": "sent", "state_delivered": "delivered",
		"state_bounced": "sent back", "state_suppressed": "not sent, the mail service blocks this address", "state_failed": "not sent",

		"refuse_link": "This link does not work", "refuse_link_text": "It is not whole, or not one of ours. Open it from the mail; if you copied it, copy all of it.",
		"refuse_expired": "This link has expired", "refuse_expired_text": "Links in our mails work for {days} days.",
		"refuse_stranger": "This link does not work any more", "refuse_stranger_text": "It was mailed to somebody who answers no enquiries here now.",
		"refuse_press": "Nothing was changed", "refuse_press_text": "This did not come from our page for this link. Open the link from the mail again, and press there.",
		"refuse_origin": "Nothing was changed", "refuse_origin_text": "This came from another website. Open the link from the mail, and press there.",
		"refuse_malformed": "Nothing was changed", "refuse_malformed_text": "What was sent could not be read. Open the link from the mail again, and press there.",
		"refuse_gone": "This lead is gone", "refuse_gone_text": "It was erased, or the time for which it is kept is over.",
		"refuse_unavailable": "One moment, please", "refuse_unavailable_text": "The leads cannot be reached just now, and nothing was changed. Please try again in a minute.",
		"refuse_nothing": "There is nothing here", "refuse_nothing_text": "The address may have a slip in it. Open the link from the mail.",
		"refuse_root": "Open a lead from its mail", "refuse_root_text": "Every mail about a lead has buttons that open it here. At this address alone there is nothing to see.",
		"refuse_method": "This does not work here", "refuse_method_text": "This address shows a page, and takes what its buttons send.",
		"refuse_reference": "Should you write to somebody about this, its number is {id}.",
	}
}

// status names where a lead stands.
func (w words) status(s lead.Status) string { return w.Word("status_" + string(s)) }

// refusal is the title and the text of a refused visit.
func (w words) refusal(why string) (title, text string) {
	days := strconv.Itoa(int(lead.LinkLife.Hours() / 24))
	return w.Word("refuse_" + why), w.Word("refuse_"+why+"_text", "days", days)
}

// capital begins a text with a capital letter.
func capital(s string) string {
	for i, r := range s {
		return s[:i] + strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}
