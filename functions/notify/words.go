package notify

import (
	"strconv"
	"strings"
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
		"mail_day": "{weekday} {day} {month}", "mail_day_year": "{day} {month} {year}", "mail_day_time": "{day}, {time}",
		"mail_language": "Language", "mail_yes": "yes",
		"mail_from": "From", "mail_campaign": "campaign {name}", "mail_page_unknown": "a page that is not known",
		"mail_score": "Score", "mail_before": "Before", "mail_first": "first time we hear from this person",
		"mail_nobody": "no address to know this person by", "mail_earlier": "{day}, {form}: {status}", "mail_more": "and more before that",
		"mail_decide":      "Contacted, good fit, not a fit, spam",
		"mail_decide_hint": "Whoever has this mail can press there: leave it out of what you answer.",
		"decide_contacted": "Contacted", "decide_qualified": "Good fit", "decide_unfit": "Not a fit", "decide_spam": "Spam",
		"mail_extra": "Also sent, though the form does not ask for it",
		"mail_reply": "Your reply to this mail goes straight to {address}.", "mail_received": "Received {when}. Lead {id}.",
	}
}

// newWords picks the words of a bundle.
func newWords(b *bundle.Bundle) words {
	w := english()
	for key, text := range b.Words[firstLang(b)] {
		if text != "" {
			w[key] = text
		}
	}
	return w
}

// word gives the words of a key with {name} replaced by the value that follows the name in pairs. A key without words
// is shown as itself, so that the gap is seen.
func (w words) word(key string, pairs ...string) string {
	text, ok := w[key]
	if !ok {
		text = key
	}
	var values []string
	for i := 0; i+1 < len(pairs); i += 2 {
		values = append(values, "{"+pairs[i]+"}", pairs[i+1])
	}
	return strings.NewReplacer(values...).Replace(text)
}

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

// day says a date with its weekday: "Monday 23 November".
func (w words) day(t time.Time) string {
	return w.word("mail_day", "weekday", w.name("weekday_", int(t.Weekday()), t.Weekday().String()),
		"day", strconv.Itoa(t.Day()), "month", w.month(t))
}

// date says a date that may lie years back: "2 November 2026".
func (w words) date(t time.Time) string {
	return w.word("mail_day_year", "day", strconv.Itoa(t.Day()), "month", w.month(t), "year", strconv.Itoa(t.Year()))
}

// moment says a day and a time of day: "Monday 23 November, 10:15".
func (w words) moment(t time.Time) string {
	return w.word("mail_day_time", "day", w.day(t), "time", t.Format("15:04"))
}

func (w words) month(t time.Time) string {
	return w.name("month_", int(t.Month()), t.Month().String())
}

// name gives the theme's name of a day or month, which are numbered keys ("month_1"), or else the English one.
func (w words) name(prefix string, n int, otherwise string) string {
	if text := w[prefix+strconv.Itoa(n)]; text != "" {
		return text
	}
	return otherwise
}

// status names where a lead stands.
func (w words) status(s lead.Status) string {
	if text := w["status_"+string(s)]; text != "" {
		return text
	}
	return string(s)
}
