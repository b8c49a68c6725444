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

// line makes a visitor's text fit for one line: what broke it becomes a space.
func line(s string) string {
	return strings.Join(strings.Fields(form.Clean(s, true)), " ")
}

// lines makes a visitor's text fit for several. The Unicode separators break a line in some mail programs, so they
// break it here too: nothing may come to stand at the beginning of a line that is not indented.
func lines(s string) []string {
	s = strings.NewReplacer("\u2028", "\n", "\u2029", "\n").Replace(form.Clean(s, true))
	all := strings.Split(strings.Trim(s, "\n"), "\n")
	for i := range all {
		all[i] = strings.TrimRight(all[i], " \t")
	}
	return all
}

// rows are the answers in the form's order, then those of fields that the form has no more.
func rows(w words, f *form.Form, values form.Values) []Row {
	var out []Row
	shown := map[string]bool{}
	for i := range f.Fields {
		field := &f.Fields[i]
		if value, ok := values[field.Name]; ok {
			shown[field.Name] = true
			out = append(out, row(w, field, value))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !shown[name] {
			out = append(out, row(w, &form.Field{Name: name, Type: form.Textarea}, values[name]))
		}
	}
	return out
}

func row(w words, field *form.Field, value form.Value) Row {
	label := line(field.Label)
	if label == "" {
		label = line(field.Name)
	}
	text := answer(w, field, value)
	if field.Type == form.Textarea || utf8.RuneCountInString(label) > longestLabel {
		return Row{Label: label, Lines: lines(text)}
	}
	return Row{Label: label, Value: line(text)}
}

// answer says a value in words: the labels of what was chosen, "yes" for a box that was ticked.
func answer(w words, field *form.Field, value form.Value) string {
	switch field.Type {
	case form.Checkbox:
		return w.word("mail_yes")
	case form.Checkboxes:
		var chosen []string
		for _, v := range value.List {
			chosen = append(chosen, optionLabel(field, v))
		}
		return strings.Join(chosen, ", ")
	}
	return optionLabel(field, value.String())
}

// optionLabel is the label of a chosen value, or what was sent when the field offers no such value.
func optionLabel(field *form.Field, value string) string {
	for _, o := range field.Options {
		if o.Value == value && o.Label != "" {
			return o.Label
		}
	}
	return value
}

// extraRows are fields that the form does not declare. Their names, too, are whatever was sent.
func extraRows(extra map[string]string) []Row {
	var out []Row
	for _, name := range slices.Sorted(maps.Keys(extra)) {
		out = append(out, Row{Label: line(name), Lines: lines(extra[name])})
	}
	return out
}

// nameOf finds out who a lead is from: the field that browsers fill with a name, or given and family names, or the
// field called name. It is cut down to what a subject line may show of a stranger's text: letters and digits, spaces,
// apostrophes, hyphens, "&" between words or letters, and full stops that end a word.
func nameOf(f *form.Form, values form.Values) string {
	tokens := map[string]string{}
	for _, field := range f.Fields {
		if text := values[field.Name].Text; text != "" && tokens[field.Autocomplete] == "" {
			tokens[field.Autocomplete] = text
		}
	}
	name := tokens["name"]
	if name == "" {
		name = strings.TrimSpace(tokens["given-name"] + " " + tokens["family-name"])
	}
	if name == "" {
		name = values["name"].Text
	}
	return subjectText(name)
}

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
