package notify

import (
	"strconv"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// words are what mails say. Mails to sales are in the site's first language: the people there read it, whatever
// language the visitor used; the visitor's is in the form's. A theme's own words come first (keys of the bundle's
// Words), then these.
type words map[string]string

// english are the words for a bundle that lacks them. {name} and the like stand for values.
func english() words {
	return words{
		"mail_new_lead": "New lead", "mail_qualified": "qualified",
		"mail_answer_by": "Answer by {when}", "mail_answer_late": "The answer was due by {when}",
		"mail_within": "{span}", "mail_within_business": "{span}, business time",
		"mail_one_hour": "one hour", "mail_hours": "{n} hours", "mail_one_minute": "one minute", "mail_minutes": "{n} minutes",
		"mail_language": "Language", "mail_yes": "yes",
		"mail_from": "From", "mail_campaign": "campaign {name}", "mail_page_unknown": "a page that is not known",
		"mail_score": "Score", "mail_before": "Before", "mail_first": "first time we hear from this person",
		"mail_nobody": "no address to know this person by", "mail_earlier": "{day}, {form}: {status}", "mail_more": "and more before that",
		"mail_decide":      "Contacted, good fit, not a fit, spam",
		"mail_decide_hint": "Whoever has this mail can decide: leave it out of your replies.",
		"decide_contacted": "Contacted", "decide_qualified": "Good fit", "decide_unfit": "Not a fit", "decide_spam": "Spam",
		"mail_extra":   "Also sent, though the form does not ask for it",
		"mail_waiting": "Still unanswered", "mail_overdue": "Overdue",
		"mail_why_reminder":   "Nobody has answered this lead yet, and the time that was promised runs out.",
		"mail_why_escalation": "Nobody answered this lead in the time that was promised, so it comes to you.",
		"mail_why_next":       "Our mail about this lead did not reach the person before you, so it comes to you.",
		"mail_why_again":      "Our mail about this lead has reached nobody so far.",
		"mail_digest_one":     "One more lead", "mail_digest_many": "{n} more leads",
		"mail_digest_note":     "They came faster than we mail one by one, so this list is all you get about them.",
		"mail_digest_waiting":  "{n} more wait, and come with the next lists, {span} apart.",
		"mail_digest_lead":     "Lead {id}",
		"mail_confirm_subject": "We have your message",
		"mail_confirm_why":     "You get this mail because the form \"{form}\" on {site} was sent with your address. If it was not you, you need do nothing.",
		"mail_reply":           "Your reply to this mail goes straight to {address}.", "mail_received": "Received {when}. Lead {id}.",
	}
}

// newWords picks the words of a bundle for sales.
func newWords(b *bundle.Bundle) words { return wordsIn(b, b.FirstLang()) }

// wordsIn picks the words of a bundle in a language.
func wordsIn(b *bundle.Bundle, lang string) words {
	return words(b.WordsIn(lang, bundle.Words(english())))
}

// word gives the words of a key, see bundle.Words.
func (w words) word(key string, pairs ...string) string { return bundle.Words(w).Word(key, pairs...) }

// span says a duration as a person would: "one hour", "4 hours", "90 minutes".
func (w words) span(d time.Duration) string {
	switch {
	case d == time.Hour:
		return w.word("mail_one_hour")
	case d == time.Minute:
		return w.word("mail_one_minute")
	case d%time.Hour == 0:
		return w.word("mail_hours", "n", strconv.Itoa(int(d/time.Hour)))
	}
	return w.word("mail_minutes", "n", strconv.Itoa(int(d.Round(time.Minute)/time.Minute)))
}

// date and moment say a day, and a time of it.
func (w words) date(t time.Time) string { return bundle.Words(w).Date(t) }

func (w words) moment(t time.Time) string { return bundle.Words(w).Moment(t) }

// status names where a lead stands.
func (w words) status(s lead.Status) string {
	if text := w["status_"+string(s)]; text != "" {
		return text
	}
	return string(s)
}
