package notify

import (
	"strconv"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// words are what mails to sales say, in the site's first language: the people there read it, whatever language the
// visitor used. A theme's own words come first (keys of the bundle's Words), then these.
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
		"mail_extra": "Also sent, though the form does not ask for it",
		"mail_reply": "Your reply to this mail goes straight to {address}.", "mail_received": "Received {when}. Lead {id}.",
	}
}

// newWords picks the words of a bundle.
func newWords(b *bundle.Bundle) words {
	return words(b.WordsIn(b.FirstLang(), bundle.Words(english())))
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
