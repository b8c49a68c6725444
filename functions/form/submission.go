package form

import (
	"encoding/json"
	"strings"
	"time"
)

// Duration is a span of time written as Go writes it ("1h30m") in JSON and in content files.
type Duration time.Duration

// MarshalText writes the duration as Go does.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Value is what a visitor gave for one field: one text, or a list for a checkboxes field.
// In JSON it is a string or a list of strings.
type Value struct {
	Text string
	List []string // not nil exactly for checkboxes
}

// String gives the value on one line; the items of a list are joined by ", ".
func (v Value) String() string {
	if v.List != nil {
		return strings.Join(v.List, ", ")
	}
	return v.Text
}

// MarshalJSON writes a string, or a list for checkboxes.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.List != nil {
		return json.Marshal(v.List)
	}
	return json.Marshal(v.Text)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (v *Value) UnmarshalJSON(data []byte) error {
	*v = Value{}
	if len(data) > 0 && data[0] == '[' {
		return json.Unmarshal(data, &v.List)
	}
	return json.Unmarshal(data, &v.Text)
}

// Values are the cleaned values of declared fields, by name. A field that was left empty is absent.
type Values map[string]Value

// Meta is what a form's hidden inputs say of the submission. Nothing of it is trusted: it is cleaned and capped, no more.
type Meta struct {
	Page     string // path of the page that showed the form
	Lang     string // _lang
	Schema   string // _schema: hash of the declaration the page was built with
	ID       string // _id: the UUID that a script keeps through retries
	Token    string // _token: the answer to a challenge
	Query    string // _query: the page's own query string
	Referrer string // _referrer
	Touch    string // _touch: "session", or "" for the page itself
}

// Submission is one post, sorted by Form.Parse. Declared values are still as posted.
type Submission struct {
	Posted  map[string][]string // declared fields, as posted
	Meta    Meta
	Extra   map[string]string // undeclared fields: at most MaxExtra, each cleaned and capped
	Trap    string            // what the honeypot held; not empty only for robots
	Consent bool
}

// Problem is one thing wrong with one field, as a code that a language's messages turn into words.
type Problem struct {
	Field string            // a field's name, or "consent"
	Code  string            // one of Codes
	Args  map[string]string // what the message's {placeholders} stand for: label, min, max, options
}

// Messages are one language's words for the codes; "{max}" and the like are replaced by a problem's Args.
type Messages map[string]string

// Codes lists every code a problem can have. A theme's words must cover them (key "error_" + code).
func Codes() []string {
	return []string{"required", "email", "tel", "url", "number", "date", "option", "min_length", "max_length",
		"min_number", "max_number", "step", "min_date", "max_date", "pattern", "characters", "repeated", "consent"}
}
