package form_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
)

// consultation declares one field of every type.
func consultation() *form.Form {
	days := []form.Option{{Value: "mon", Label: "Monday"}, {Value: "tue", Label: "Tuesday"}, {Value: "wed", Label: "Wednesday"}}
	topics := []form.Option{{Value: "few", Label: "Too few"}, {Value: "other", Label: "Other"}}
	return &form.Form{
		Name: "consultation", Lang: "en", Success: "/thanks/",
		Fields: []form.Field{
			{Name: "name", Label: "Your name", Type: form.Text, Required: true, Min: "2", Max: "20"},
			{Name: "email", Label: "E-mail", Type: form.Email, Required: true},
			{Name: "phone", Label: "Telephone", Type: form.Tel},
			{Name: "site", Label: "Website", Type: form.URL},
			{Name: "people", Label: "People", Type: form.Number, Min: "1", Max: "12", Step: "0.5"},
			{Name: "date", Label: "Date", Type: form.Date, Min: "2026-11-23", Max: "2027-11-23"},
			{Name: "topic", Label: "Topic", Type: form.Radio, Options: topics},
			{Name: "other", Label: "What else", Type: form.Text, Required: true, ShowWhen: &form.Condition{When: "topic", Is: "other"}},
			{Name: "size", Label: "Size", Type: form.Select, Options: []form.Option{{Value: "1-9", Label: "1-9"}, {Value: "50+", Label: "50+"}}},
			{Name: "days", Label: "Days", Type: form.Checkboxes, Options: days},
			{Name: "news", Label: "News", Type: form.Checkbox, Value: "please"},
			{Name: "plate", Label: "Plate", Type: form.Text, Pattern: "[A-Z]{1,3}-[0-9]+|none"},
			{Name: "message", Label: "Message", Type: form.Textarea, Max: "100"},
			{Name: "offer", Type: form.Hidden, Value: "first"},
		},
		Consent: &form.Consent{Text: "Keep it.", Required: true},
	}
}

// posted is a right submission with some values replaced; a nil list takes one away.
func posted(changes url.Values) url.Values {
	v := url.Values{"name": {"Ada"}, "email": {"ada@example.com"}, "consent": {"yes"}}
	for name, values := range changes {
		v[name] = values
		if values == nil {
			delete(v, name)
		}
	}
	return v
}

// codes gives "field:code" per problem.
func codes(problems []form.Problem) string {
	var out []string
	for _, p := range problems {
		out = append(out, p.Field+":"+p.Code)
	}
	return strings.Join(out, " ")
}

func TestValidateCleans(t *testing.T) {
	for _, c := range []struct {
		field string
		in    []string
		want  form.Value
	}{
		{"name", []string{"  Ada\u202e Love\tlace "}, form.Value{Text: "Ada Lovelace"}},
		{"name", []string{"Jose\u0301"}, form.Value{Text: "José"}},
		{"name", []string{"A\xffda"}, form.Value{Text: "A\ufffdda"}},
		{"email", []string{" Ada@EXAMPLE.com "}, form.Value{Text: "Ada@example.com"}},
		{"phone", []string{"+49 (30) 123-4567"}, form.Value{Text: "+49 (30) 123-4567"}},
		{"phone", []string{"123456"}, form.Value{Text: "123456"}},
		{"site", []string{"https://example.com/a?b#c"}, form.Value{Text: "https://example.com/a?b#c"}},
		{"people", []string{"1.5"}, form.Value{Text: "1.5"}},
		{"people", []string{"1e1"}, form.Value{Text: "1e1"}},
		{"people", []string{"010"}, form.Value{Text: "010"}},
		{"date", []string{"2026-11-23"}, form.Value{Text: "2026-11-23"}},
		{"topic", []string{"few"}, form.Value{Text: "few"}},
		{"size", []string{"50+"}, form.Value{Text: "50+"}},
		{"days", []string{"wed", "", "mon", "wed"}, form.Value{List: []string{"mon", "wed"}}},
		{"news", []string{"please"}, form.Value{Text: "please"}},
		{"news", []string{"true"}, form.Value{Text: "please"}},
		{"plate", []string{"B-17"}, form.Value{Text: "B-17"}},
		{"message", []string{"a\r\nb\rc\td\x00 "}, form.Value{Text: "a\nb\nc\td "}},
		{"message", []string{strings.Repeat("é", 100)}, form.Value{Text: strings.Repeat("é", 100)}},
		{"message", []string{strings.Repeat("a\r\n", 50)}, form.Value{Text: strings.Repeat("a\n", 50)}},
		{"offer", []string{"first"}, form.Value{Text: "first"}},
	} {
		f := consultation()
		values, problems := f.Validate(f.Parse(posted(url.Values{c.field: c.in})))
		if len(problems) > 0 {
			t.Errorf("%s %q: refused: %v", c.field, c.in, problems)
		}
		if diff := cmp.Diff(c.want, values[c.field]); diff != "" {
			t.Errorf("%s %q:\n%s", c.field, c.in, diff)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	for _, c := range []struct {
		field string
		in    []string
		want  string
	}{
		{"name", nil, "name:required"},
		{"name", []string{" \u200b\u2028"}, "name:required"},
		{"name", []string{"A"}, "name:min_length"},
		{"name", []string{strings.Repeat("a", 21)}, "name:max_length"},
		{"name", []string{"Ada", "Ada"}, "name:repeated"},
		{"email", []string{""}, "email:required"},
		{"email", []string{"ada@example"}, "email:email"},
		{"email", []string{"ada\x00@example.com"}, "email:characters"},
		{"email", []string{"ada@example.com", ""}, "email:repeated"},
		{"phone", []string{"12345"}, "phone:tel"},
		{"phone", []string{"1234567890123456"}, "phone:tel"},
		{"phone", []string{"1234+567"}, "phone:tel"},
		{"phone", []string{"call me 123456"}, "phone:tel"},
		{"phone", []string{"123\u202e456"}, "phone:characters"},
		{"site", []string{"example.com"}, "site:url"},
		{"site", []string{"javascript:alert(1)"}, "site:url"},
		{"site", []string{"https://bank.example@evil.example/"}, "site:url"},
		{"site", []string{`https:\\evil.example`}, "site:url"},
		{"site", []string{"https://"}, "site:url"},
		{"people", []string{"two"}, "people:number"},
		{"people", []string{"NaN"}, "people:number"},
		{"people", []string{"0x10"}, "people:number"},
		{"people", []string{"1/2"}, "people:number"},
		{"people", []string{"1e9999"}, "people:number"},
		{"people", []string{"0.5"}, "people:min_number"},
		{"people", []string{"12.5"}, "people:max_number"},
		{"people", []string{"1.25"}, "people:step"},
		{"date", []string{"23.11.2026"}, "date:date"},
		{"date", []string{"2026-02-30"}, "date:date"},
		{"date", []string{"2026-11-22"}, "date:min_date"},
		{"date", []string{"2027-11-24"}, "date:max_date"},
		{"topic", []string{"nothing"}, "topic:option"},
		{"size", []string{"Few"}, "size:option"},
		{"days", []string{"mon", "sun"}, "days:option"},
		{"days", []string{"mon\x00"}, "days:characters"},
		{"news", []string{"no"}, "news:option"},
		{"plate", []string{"B-17 or so"}, "plate:pattern"},
		{"message", []string{strings.Repeat("a", 101)}, "message:max_length"},
		{"offer", []string{strings.Repeat("a", form.MaxRunes+1)}, "offer:max_length"},
		{"consent", nil, "consent:consent"},
		{"consent", []string{"no"}, "consent:consent"},
		{"consent", []string{"yes", "yes"}, "consent:consent"},
	} {
		f := consultation()
		values, problems := f.Validate(f.Parse(posted(url.Values{c.field: c.in})))
		if got := codes(problems); got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.field, c.in, got, c.want)
		}
		if v, kept := values[c.field]; kept {
			t.Errorf("%s %q: refused, but kept as %q", c.field, c.in, v)
		}
	}
}

func TestLongestValue(t *testing.T) {
	f := &form.Form{Name: "contact", Fields: []form.Field{{Name: "note", Label: "Note", Type: form.Text}}}
	for n, want := range map[int]string{form.MaxRunes: "", form.MaxRunes + 1: "note:max_length"} {
		_, problems := f.Validate(f.Parse(url.Values{"note": {strings.Repeat("ü", n)}}))
		if got := codes(problems); got != want {
			t.Errorf("%d runes: got %q, want %q", n, got, want)
		}
	}
}

func TestShowWhen(t *testing.T) {
	f := consultation()
	for _, c := range []struct {
		name, want string
		post       url.Values
	}{
		{"hidden and empty", "", url.Values{"topic": {"few"}}},
		{"hidden and filled", "", url.Values{"topic": {"few"}, "other": {"x"}}},
		{"hidden and wrong", "", url.Values{"topic": {"few"}, "other": {"x", "y"}}},
		{"shown and empty", "other:required", url.Values{"topic": {"other"}}},
		{"shown and filled", "", url.Values{"topic": {"other"}, "other": {"x"}}},
	} {
		values, problems := f.Validate(f.Parse(posted(c.post)))
		if got := codes(problems); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if _, kept := values["other"]; kept != (c.name == "shown and filled") {
			t.Errorf("%s: kept is %v", c.name, kept)
		}
	}
}

func TestValidateOther(t *testing.T) {
	f := consultation()
	for _, c := range []struct {
		name, want string
		post       url.Values
	}{
		{"absent fields and consent", "", url.Values{"message": {"hello"}}},
		{"empty is not absent", "name:required", url.Values{"name": {""}}},
		{"choices of another day", "", url.Values{"size": {"500+"}, "days": {"sun", "mon"}, "news": {"weekly"}}},
		{"wrong stays wrong", "email:email", url.Values{"email": {"ada"}}},
	} {
		values, problems := f.ValidateOther(f.Parse(c.post))
		if got := codes(problems); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if c.name != "choices of another day" {
			continue
		}
		want := form.Values{"size": {Text: "500+"}, "days": {List: []string{"mon", "sun"}}, "news": {Text: "weekly"}}
		if diff := cmp.Diff(want, values); diff != "" {
			t.Error(diff)
		}
	}
}

func TestMessage(t *testing.T) {
	f := consultation()
	_, problems := f.Validate(f.Parse(posted(url.Values{"name": {"A"}})))
	german := form.Messages{"min_length": "{label}: mindestens {min} Zeichen, {nothing}."}
	if got, want := form.Message(german, problems[0]), "Your name: mindestens 2 Zeichen, {nothing}."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := form.Message(nil, problems[0]), "Write at least 2 characters."; got != want {
		t.Errorf("without words of its own: got %q, want %q", got, want)
	}
}

func TestEnglishCoversEveryCode(t *testing.T) {
	for _, code := range form.Codes() {
		if form.English()[code] == "" {
			t.Errorf("no words for %q", code)
		}
	}
	if len(form.English()) != len(form.Codes()) {
		t.Errorf("%d messages for %d codes", len(form.English()), len(form.Codes()))
	}
}
