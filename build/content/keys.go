package content

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadsite/functions/form"
)

// keys is what a map in a file may hold: for each key, how its value gets into T. Every file is read by such tables,
// so that they are the list of what an author can write.
type keys[T any] map[string]func(*T, Value)

// read reads the map's values. A key that the table lacks is offered to other (nil: none takes it), and is an
// unknown key when other says so.
func (k keys[T]) read(into *T, v Value, other func(*T, Pair) bool) {
	for _, p := range v.Pairs() {
		set, known := k[p.Key]
		switch {
		case known && p.Value.Given():
			set(into, p.Value)
		case known || other != nil && other(into, p):
		default:
			v.doc.problems.Add(p.Pos.Errorf(DidYouMean(p.Key, k.names()), "unknown key %q", p.Key))
		}
	}
}

func (k keys[T]) names() []string { return slices.Sorted(maps.Keys(k)) }

// Text is the value as one text without space around it. Numbers and dates are taken as they are written; anything
// else is a noted mistake.
func (v Value) Text() string {
	if !v.Given() {
		return ""
	}
	switch n := v.target(); {
	case v.IsMap(), v.IsList():
		v.Wrong("a text", "")
	case n.Tag == "!!bool":
		v.Wrong("a text", `put quotes around it: "`+n.Value+`"`)
	default:
		return strings.TrimSpace(n.Value)
	}
	return ""
}

// Texts is a list of texts; a single text is a list of one.
func (v Value) Texts() []string {
	var out []string
	if n := v.target(); n != nil && len(n.Content) > 0 {
		out = make([]string, 0, len(n.Content))
	}
	v.each(func(_ Value, text string) { out = append(out, text) })
	if len(out) == 0 {
		return nil
	}
	return out
}

// each goes through a list of texts with the place of each; a single text is a list of one.
func (v Value) each(take func(item Value, text string)) {
	items := []Value{v}
	switch {
	case v.IsMap():
		v.Wrong("a list of texts", "")
		return
	case v.IsList():
		items = v.Items()
	}
	for _, item := range items {
		if text := item.Text(); text != "" {
			take(item, text)
		} else if v.IsList() && item.isText() {
			problem := item.Pos().Errorf("delete it, or give it a text", "an entry of %q is empty", v.name)
			v.doc.problems.Add(problem.Bearable())
		}
	}
}

// isText says whether the value is nothing or a text, and no mistake of another type.
func (v Value) isText() bool { return !v.Given() || v.target().Tag == "!!str" }

// Bool is true or false.
//
// In front matter a word that Hugo takes for one has its meaning, so that a blog can be built in spite of the mistake.
func (v Value) Bool() bool {
	if !v.Given() {
		return false
	}
	n := v.target()
	if meant, ok := spelt[strings.ToLower(n.Value)]; ok && n.Tag == "!!str" && v.doc.front {
		v.doc.problems.Add(v.Pos().Errorf("write true or false, without quotes", "%q wants true or false, not %s", v.name, v.describe()).Bearable())
		return meant
	}
	if n.Tag != "!!bool" {
		v.Wrong("true or false", "write true or false, without quotes")
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

var spelt = map[string]bool{"true": true, "yes": true, "on": true, "false": false, "no": false, "off": false}

// Int is a whole number.
func (v Value) Int() int {
	if !v.Given() {
		return 0
	}
	if n := v.target(); n.Tag == "!!int" {
		if i, ok := integer(n); ok {
			return i
		}
	}
	if f, err := strconv.ParseFloat(v.target().Value, 64); err == nil && v.target().Tag == "!!float" && v.doc.front && math.Abs(f) < math.MaxInt32 {
		v.doc.problems.Add(v.Pos().Errorf("", "%q wants a whole number, not %s", v.name, v.describe()).Bearable())
		return int(f) // as Hugo takes it
	}
	v.Wrong("a whole number", "")
	return 0
}

// Date is a point in time; one without a zone is in the given one.
func (v Value) Date(zone *time.Location) time.Time {
	if !v.Given() {
		return time.Time{}
	}
	const hint = "write it like 2026-11-22 or 2026-11-22T09:30:00+01:00"
	if n := v.target(); n.Tag == "!!str" || n.Tag == "!!timestamp" {
		t, ok := parseDate(n.Value, zone)
		if ok {
			return t
		}
	}
	v.Wrong("a date", hint)
	return time.Time{}
}

// Duration is a span of time as 10m or 1h30m.
func (v Value) Duration() form.Duration {
	text := v.Text()
	d, err := time.ParseDuration(text)
	if text == "" {
		return 0
	}
	if err != nil || d <= 0 {
		v.Wrong("a span of time", "write it like 30m, 4h or 1h30m")
		return 0
	}
	return form.Duration(d)
}

// Months is a span of time as "18 months" or "2 years", in months.
func (v Value) Months() int {
	text := v.Text()
	if text == "" {
		return 0
	}
	number, unit, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(number)
	if err == nil && n > 0 && n <= 1200 {
		switch strings.TrimSuffix(unit, "s") {
		case "month":
			return n
		case "year":
			return 12 * n
		}
	}
	v.Wrong("a number of months or years", "write it like 18 months or 2 years")
	return 0
}

// OneOf is one of some words.
func (v Value) OneOf(words ...string) string {
	text := v.Text()
	if text != "" && !slices.Contains(words, text) {
		v.Errorf(DidYouMean(text, words), "%q cannot be %q", v.name, text)
		return ""
	}
	return text
}

// texts by key, as of hours.
func (v Value) textMap() map[string]string {
	out := make(map[string]string)
	for _, p := range v.Pairs() {
		out[p.Key] = p.Value.Text()
	}
	return out
}

func text[T any](field func(*T) *string) func(*T, Value) {
	return func(into *T, v Value) { *field(into) = v.Text() }
}

func texts[T any](field func(*T) *[]string) func(*T, Value) {
	return func(into *T, v Value) { *field(into) = v.Texts() }
}

func boolean[T any](field func(*T) *bool) func(*T, Value) {
	return func(into *T, v Value) { *field(into) = v.Bool() }
}

func whole[T any](field func(*T) *int) func(*T, Value) {
	return func(into *T, v Value) { *field(into) = v.Int() }
}

// part reads a map into a part of T by a table of its own.
func part[T, P any](table keys[P], field func(*T) *P) func(*T, Value) {
	return func(into *T, v Value) { table.read(field(into), v, nil) }
}

// list reads a list of maps by a table of its own.
func list[T, P any](table keys[P], field func(*T) *[]P) func(*T, Value) {
	return func(into *T, v Value) {
		items := v.Items()
		out := make([]P, len(items))
		for i, item := range items {
			table.read(&out[i], item, nil)
		}
		*field(into) = out
	}
}
