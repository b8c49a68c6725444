package bundle

import (
	"maps"
	"strconv"
	"strings"
	"time"
)

// Words are what mails and pages say in one language, by key. {name} and the like stand for values.
type Words map[string]string

// WordsIn are the theme's words in a language over defaults, which are there for a bundle that lacks them;
// days and times have theirs here.
func (b *Bundle) WordsIn(lang string, defaults Words) Words {
	w := dates()
	maps.Copy(w, defaults)
	for key, text := range b.Words[lang] {
		if text != "" {
			w[key] = text
		}
	}
	return w
}

// FirstLang is the language of the site, which its people read: of the mails to sales and of the desk.
func (b *Bundle) FirstLang() string {
	if len(b.Langs) == 0 {
		return "en"
	}
	return b.Langs[0]
}

// Word gives the words of a key with {name} replaced by the value that follows the name in pairs. A key without words
// is shown as itself, so that the gap is seen.
func (w Words) Word(key string, pairs ...string) string {
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

// Day says a date with its weekday: "Monday 23 November".
func (w Words) Day(t time.Time) string {
	return w.Word("mail_day", "weekday", w.name("weekday_", int(t.Weekday()), t.Weekday().String()),
		"day", strconv.Itoa(t.Day()), "month", w.month(t))
}

// Date says a date that may lie years back: "2 November 2026".
func (w Words) Date(t time.Time) string {
	return w.Word("mail_day_year", "day", strconv.Itoa(t.Day()), "month", w.month(t), "year", strconv.Itoa(t.Year()))
}

// Moment says a day and a time of day: "Monday 23 November, 10:15".
func (w Words) Moment(t time.Time) string {
	return w.Word("mail_day_time", "day", w.Day(t), "time", t.Format("15:04"))
}

func (w Words) month(t time.Time) string {
	return w.name("month_", int(t.Month()), t.Month().String())
}

// name gives the theme's name of a day or month, which are numbered keys ("month_1"), or else the English one.
func (w Words) name(prefix string, n int, otherwise string) string {
	if text := w[prefix+strconv.Itoa(n)]; text != "" {
		return text
	}
	return otherwise
}

// dates are the defaults of Day, Date and Moment.
func dates() Words {
	return Words{"mail_day": "{weekday} {day} {month}", "mail_day_year": "{day} {month} {year}", "mail_day_time": "{day}, {time}"}
}
