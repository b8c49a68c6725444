package form

import (
	"maps"
	"slices"
	"strings"
)

// Answer is what a visitor gave in one field, as sales reads it. Its texts are a stranger's: see Line and Lines.
type Answer struct {
	Label   string // the field's, or its name when it has none
	Text    string
	Several bool // may have several lines
}

// Answers are the answers in the form's order, then those of fields that the form has no more, by name. Choices are
// said by the labels of their options, a ticked box by yes.
func (f *Form) Answers(values Values, yes string) []Answer {
	var out []Answer
	shown := map[string]bool{}
	for i := range f.Fields {
		field := &f.Fields[i]
		if value, ok := values[field.Name]; ok {
			shown[field.Name] = true
			out = append(out, field.answer(value, yes))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !shown[name] {
			gone := Field{Name: name, Type: Textarea}
			out = append(out, gone.answer(values[name], yes))
		}
	}
	return out
}

func (f *Field) answer(value Value, yes string) Answer {
	a := Answer{Label: f.Label, Text: f.optionLabel(value.String()), Several: f.Type == Textarea}
	if Line(a.Label) == "" {
		a.Label = f.Name
	}
	switch f.Type {
	case Checkbox:
		a.Text = yes
	case Checkboxes:
		var chosen []string
		for _, v := range value.List {
			chosen = append(chosen, f.optionLabel(v))
		}
		a.Text = strings.Join(chosen, ", ")
	}
	return a
}

// optionLabel is the label of a chosen value, or what was sent when the field offers no such value.
func (f *Field) optionLabel(value string) string {
	for _, o := range f.Options {
		if o.Value == value && o.Label != "" {
			return o.Label
		}
	}
	return value
}

// PersonName finds out who answered: the field that browsers fill with a name, or given and family names, or the field
// called name. "" when the form did not ask.
func (f *Form) PersonName(values Values) string {
	tokens := map[string]string{}
	for _, field := range f.Fields {
		if text := values[field.Name].Text; text != "" && tokens[field.Autocomplete] == "" {
			tokens[field.Autocomplete] = text
		}
	}
	if name := tokens["name"]; name != "" {
		return name
	}
	if name := strings.TrimSpace(tokens["given-name"] + " " + tokens["family-name"]); name != "" {
		return name
	}
	return values["name"].Text
}

// Line makes a visitor's text fit for one line: what broke it becomes a space.
func Line(s string) string {
	return strings.Join(strings.Fields(Clean(s, true)), " ")
}

// Lines makes a visitor's text fit for several. The Unicode separators break a line in some mail programs, so they
// break it here too: nothing may come to stand at the beginning of a line that its writer did not mean to be one.
func Lines(s string) []string {
	s = strings.NewReplacer("\u2028", "\n", "\u2029", "\n").Replace(Clean(s, true))
	all := strings.Split(strings.Trim(s, "\n"), "\n")
	for i := range all {
		all[i] = strings.TrimRight(all[i], " \t")
	}
	return all
}
