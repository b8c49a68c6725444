package notify

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"leadsite/functions/form"
	"leadsite/functions/mail"
)

// longestLabel is how many characters a label may have to stand beside its value; a longer one stands above it.
const longestLabel = 28

// longestName is how many characters of a name a subject shows.
const longestName = 40

// line and lines make a visitor's text fit to be shown.
func line(s string) string { return form.Line(s) }

func lines(s string) []string { return form.Lines(s) }

// rows are the answers as a mail shows them: beside their labels, or below where there may be several lines or no room.
func rows(w words, f *form.Form, values form.Values) []Row {
	var out []Row
	for _, a := range f.Answers(values, w.word("mail_yes")) {
		label := line(a.Label)
		if a.Several || utf8.RuneCountInString(label) > longestLabel {
			out = append(out, Row{Label: label, Lines: lines(a.Text)})
		} else {
			out = append(out, Row{Label: label, Value: line(a.Text)})
		}
	}
	return out
}

// extraRows are fields that the form does not declare. Their names, too, are whatever was sent.
func extraRows(extra map[string]string) []Row {
	var out []Row
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		out = append(out, Row{Label: line(name), Lines: lines(extra[name])})
	}
	return out
}

// nameOf is who a lead is from, cut down to what a subject line may show of a stranger's text: letters and digits,
// spaces, apostrophes, hyphens, "&" between words or letters, and full stops that end a word.
func nameOf(f *form.Form, values form.Values) string { return subjectText(f.PersonName(values)) }

// subjectText is what a subject line may show of s, at most longestName characters.
func subjectText(s string) string {
	runes := []rune(line(s))
	shown := slices.Clone(runes)
	for i, r := range runes {
		before, next := ' ', ' '
		if i > 0 {
			before = runes[i-1]
		}
		if i+1 < len(runes) {
			next = runes[i+1]
		}
		if !inSubject(before, r, next) {
			shown[i] = ' '
		}
	}
	return cutName(strings.Join(strings.Fields(string(shown)), " "))
}

// inSubject says whether a subject line shows a character that stands between two others. "Miller & Sons" and "M&S"
// keep their sign; a full stop ends a word.
func inSubject(before, r, next rune) bool {
	switch r {
	case '.':
		return unicode.IsSpace(next)
	case '&':
		return unicode.IsSpace(before) && unicode.IsSpace(next) || unicode.IsLetter(before) && unicode.IsLetter(next)
	}
	return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) || strings.ContainsRune("'’-", r)
}

// subjectAddress is what a subject line may show of a bare address: one of usual characters whole, or cut; any other
// not at all.
func subjectAddress(address string) string {
	unusual := func(r rune) bool {
		return !unicode.In(r, unicode.Letter, unicode.Digit) && !strings.ContainsRune("@.+-_", r)
	}
	if strings.ContainsFunc(address, unusual) {
		return ""
	}
	return cutName(address)
}

func cutName(s string) string {
	if utf8.RuneCountInString(s) > longestName {
		s = strings.TrimSpace(string([]rune(s)[:longestName-1])) + "…"
	}
	return s
}

// replyTo is the visitor's address as an answer may go to it, or "".
func replyTo(address string) string {
	bare, err := mail.Address(address)
	if err != nil {
		return ""
	}
	return bare
}
