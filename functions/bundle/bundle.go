// Package bundle is what the functions know of the site: everything a lambda needs of content and theme, written
// by the build as dist/bundle.json and packed into every function. Functions never read site.yaml or a theme.
//
// It knows the shape of the file and nothing of who reads it.
package bundle

import "leadsite/functions/form"

// Version is the version of the file's shape. Read refuses another one.
const Version = 1

// Bundle is the whole file. Times of day and dates in it are in Zone.
type Bundle struct {
	Version   int                          `json:"version"`
	BuildID   string                       `json:"build_id"` // hash of everything else in the file
	Site      string                       `json:"site"`     // the site's title
	BaseURL   string                       `json:"base_url"` // ends in a slash; links in mail begin with it
	Zone      string                       `json:"zone"`     // IANA name
	Langs     []string                     `json:"langs"`    // the first is the default
	Forms     map[string]map[string]*Form  `json:"forms"`    // by name, then by language
	Messages  map[string]form.Messages     `json:"messages"` // by language
	Words     map[string]map[string]string `json:"words"`    // by language: words of mail and answers
	People    []Person                     `json:"people,omitempty"`
	Hours     map[string]string            `json:"hours,omitempty"`    // "mon-fri": "09:00-17:00"
	Holidays  []string                     `json:"holidays,omitempty"` // dates 2026-12-25, or one country code of rickar/cal
	Reasons   []string                     `json:"reasons,omitempty"`  // why a lead is not a fit
	Limits    Limits                       `json:"limits"`
	Brand     Brand                        `json:"brand"`
	Mail      map[string]MailTemplate      `json:"mail"`           // by kind of notification: "lead", …
	Page      map[string][]Chunk           `json:"page,omitempty"` // by language: the site's page around a message, SlotTitle and SlotSummary
	CSP       string                       `json:"csp"`            // Content-Security-Policy of every answer that is HTML
	Redirects Redirects                    `json:"redirects,omitempty"`
}

// Form is a form and the page that shows it again when something in it was wrong.
type Form struct {
	form.Form
	Schema string  `json:"schema"` // first 8 hex digits of the schema's SHA-256
	Page   []Chunk `json:"page"`   // the 422 page: static HTML between slots
}

// Chunk is a piece of a page: HTML written as it is, then what Slot names (nothing when Slot is empty).
type Chunk struct {
	HTML string `json:"html,omitempty"`
	Slot Slot   `json:"slot,omitzero"`
}

// Slot is a place in a 422 page that one answer fills.
type Slot struct {
	Kind  SlotKind `json:"kind,omitempty"`
	Field string   `json:"field,omitempty"` // name of a field, "consent", or of a hidden input ("_id")
	Value string   `json:"value,omitempty"` // of checked and selected: the option's value
}

// SlotKind says what a slot is filled with.
type SlotKind string

// The kinds of slots. The page's minifier must leave quotes around an attribute that holds SlotValue.
const (
	SlotSummary  SlotKind = "summary"  // HTML: the summary of what is wrong, with links to the fields; above the form
	SlotValue    SlotKind = "value"    // text, escaped: what the visitor gave
	SlotError    SlotKind = "error"    // text, escaped: the field's message
	SlotHidden   SlotKind = "hidden"   // the attribute ` hidden` while the field has no error
	SlotInvalid  SlotKind = "invalid"  // the attributes ` aria-invalid="true"` while it has one
	SlotChecked  SlotKind = "checked"  // ` checked` while the visitor chose Value
	SlotSelected SlotKind = "selected" // ` selected` while the visitor chose Value
	SlotTitle    SlotKind = "title"    // text, escaped: the title of a message
)

// Person is someone who may be told of leads and answer them.
type Person struct {
	Email string `json:"email"`
	Name  string `json:"name,omitempty"`
	Role  string `json:"role,omitempty"` // owner, sales, marketing
}

// Limits hold back floods.
type Limits struct {
	Submissions int           `json:"submissions"` // stored submissions per address and window
	Mails       int           `json:"mails"`       // mails per recipient and window
	Window      form.Duration `json:"window"`
}

// Brand is what a mail or a plain page shows of the business.
type Brand struct {
	Name     string `json:"name"`
	From     string `json:"from"`      // bare address that mail comes from
	FromName string `json:"from_name"` // its display name
	Owner    string `json:"owner"`     // address shown to a visitor when nothing else works
	Address  string `json:"address,omitempty"`
	Accent   string `json:"accent"` // colours as #rrggbb, for mail programs
	Ink      string `json:"ink"`
	Paper    string `json:"paper"`
	Tint     string `json:"tint"`
	Line     string `json:"line"`
}

// MailTemplate is one mail: Go template sources (text/template, html/template) over notify's data.
type MailTemplate struct {
	Subject string `json:"subject"`
	Text    string `json:"text"`
	HTML    string `json:"html"`
}
