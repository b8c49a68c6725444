// Package form is the schema of a form: what an author declared, and what it makes of what a visitor posted.
//
// One declaration gives the page's HTML, the server's validation, the stored lead, the mail's rows and the
// export's columns, so this package is a leaf: it knows neither YAML nor HTML, neither HTTP nor a store.
package form

// Type is the kind of a field. It decides the HTML control and how a value is cleaned and checked.
type Type string

// The types of fields.
const (
	Text       Type = "text"
	Email      Type = "email"
	Tel        Type = "tel"
	URL        Type = "url"
	Number     Type = "number"
	Date       Type = "date"
	Textarea   Type = "textarea"
	Select     Type = "select"
	Radio      Type = "radio"
	Checkbox   Type = "checkbox"
	Checkboxes Type = "checkboxes"
	Hidden     Type = "hidden"
)

// Types lists every Type, in the order of the documentation.
func Types() []Type {
	return []Type{Text, Email, Tel, URL, Number, Date, Textarea, Select, Radio, Checkbox, Checkboxes, Hidden}
}

// Limits on what one post may hold, before a form's own limits.
const (
	MaxBody   = 64 << 10 // bytes of a request's body
	MaxFields = 200      // values in one post
	MaxRunes  = 10000    // runes of one value
	MaxExtra  = 20       // undeclared fields that are kept
	maxExtra  = 1000     // runes kept of one undeclared field
)

// Form is one declared form in one language.
type Form struct {
	Name          string        `json:"name"`
	Lang          string        `json:"lang"`
	Title         string        `json:"title,omitempty"`
	Submit        string        `json:"submit"`                   // the button's words
	Note          string        `json:"note,omitempty"`           // beneath the button: who reads it, and when they answer
	Success       string        `json:"success"`                  // path of the page a visitor sees next
	Notify        []string      `json:"notify,omitempty"`         // addresses in order; "everyone" is the whole list of people
	Route         []Route       `json:"route,omitempty"`          // first rule that holds replaces Notify
	Fields        []Field       `json:"fields"`                   // in the order of page, mail and export
	Consent       *Consent      `json:"consent,omitempty"`        // nil: the form asks for none
	Score         Score         `json:"score,omitzero"`           // how a lead of this form earns points
	RespondWithin Duration      `json:"respond_within,omitempty"` // in business hours; 0: no promise
	Confirmation  *Confirmation `json:"confirmation,omitempty"`   // nil: the visitor gets no mail
	Webhooks      []Webhook     `json:"webhooks,omitempty"`       // programs that are told of every lead
	Retention     int           `json:"retention,omitempty"`      // months a lead is kept; 0: as long as the product's default
}

// Field is one declared field.
type Field struct {
	Name         string     `json:"name"`
	Label        string     `json:"label"`
	Type         Type       `json:"type"`
	Required     bool       `json:"required,omitempty"`
	Hint         string     `json:"hint,omitempty"`
	Placeholder  string     `json:"placeholder,omitempty"`
	Autocomplete string     `json:"autocomplete,omitempty"` // a token of the HTML standard
	Min          string     `json:"min,omitempty"`          // runes of text; a number's or a date's least value
	Max          string     `json:"max,omitempty"`          // likewise the most
	Step         string     `json:"step,omitempty"`         // of a number; "" is any for a fraction, 1 is whole numbers
	Pattern      string     `json:"pattern,omitempty"`      // RE2, must match the whole value; text, tel and url only
	Options      []Option   `json:"options,omitempty"`      // of select, radio and checkboxes
	Value        string     `json:"value,omitempty"`        // of hidden; the value a checkbox sends ("yes" when empty)
	Rows         int        `json:"rows,omitempty"`         // of a textarea
	ShowWhen     *Condition `json:"show_when,omitempty"`    // the field exists only while this holds
}

// Option is one choice of a select, radio or checkboxes field.
type Option struct {
	Value string `json:"value"`
	Label string `json:"label"`
}

// Consent is the text a visitor agrees to beside the form. Its control is always named "consent".
type Consent struct {
	Text     string `json:"text"`
	Required bool   `json:"required,omitempty"`
	Version  string `json:"version,omitempty"`
}

// Condition holds when a field's value equals Is, or begins with Starts, or contains Contains (one is set).
// When names a field of the form, or "page", "campaign" or "lang" of the submission.
type Condition struct {
	When     string `json:"when"`
	Is       string `json:"is,omitempty"`
	Starts   string `json:"starts,omitempty"`
	Contains string `json:"contains,omitempty"`
}

// Route sends a lead for which the condition holds to other addresses.
type Route struct {
	Condition
	To []string `json:"to"`
}

// Score gives points to a lead; at Qualified points or more it is marketing-qualified.
type Score struct {
	Qualified int    `json:"qualified,omitempty"`
	Rules     []Rule `json:"rules,omitempty"`
}

// Rule adds points while its condition holds.
type Rule struct {
	Condition
	Add int `json:"add"`
}

// Confirmation is the mail to the visitor: fixed words, because addresses are not verified, and nothing that one
// stranger writes may reach another through us.
type Confirmation struct {
	Subject string `json:"subject,omitempty"` // "": the theme's words
	Text    string `json:"text"`              // paragraphs with blank lines between them
}

// Webhook is a program that is told of every lead of the form.
type Webhook struct {
	URL    string `json:"url"`
	Secret string `json:"secret"` // the name of the secret that signs, never the secret itself
}
