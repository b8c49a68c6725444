// Package lead is the heart of the product: what a lead is, how it is scored and routed, and the contract of the
// store that keeps it.
//
// It knows the form's schema and the bundle. It does not know HTTP, mail or any database: those come to it.
package lead

import (
	"time"

	"leadsite/functions/form"
)

// Status is where a lead stands with sales.
type Status string

// The statuses. New leads wait for an answer; spam waits for nobody.
const (
	New       Status = "new"
	Contacted Status = "contacted"
	Qualified Status = "qualified"
	Won       Status = "won"
	Lost      Status = "lost"
	Unfit     Status = "unfit"
	Spam      Status = "spam"
)

// Statuses lists every Status, in the order a lead moves through them.
func Statuses() []Status { return []Status{New, Contacted, Qualified, Won, Lost, Unfit, Spam} }

// Lead is one accepted submission. Its JSON is what `leadsite leads show --json` prints; fields marked "-" are the
// store's own and are kept in columns beside it.
type Lead struct {
	ID        string            `json:"id"` // 26 characters, see ID
	Form      string            `json:"form"`
	Status    Status            `json:"status"`
	CreatedAt time.Time         `json:"created_at"`        // UTC, whole milliseconds
	Owner     string            `json:"owner,omitempty"`   // address of the salesperson who owns it
	DueAt     time.Time         `json:"due_at,omitzero"`   // answer by; zero: no promise was made
	Email     string            `json:"email,omitempty"`   // the first e-mail field
	Fields    form.Values       `json:"fields"`            // cleaned, declared fields
	Extra     map[string]string `json:"extra"`             // undeclared fields, never nil in JSON
	Lang      string            `json:"lang,omitempty"`    // of the form
	Page      string            `json:"page,omitempty"`    // path of the page that showed the form
	Source    Source            `json:"source"`            // where the visitor came from
	Consent   *Consent          `json:"consent,omitempty"` // nil: the form asked for none, or it was not given
	Score     Score             `json:"score"`
	Spam      SpamScore         `json:"spam"`
	Schema    string            `json:"schema,omitempty"`           // of the declaration it was checked against
	Retention int               `json:"retention_months,omitempty"` // how long it is kept, as its form says; 0: RetentionMonths
	Events    []Event           `json:"events,omitempty"`           // oldest first; only Get fills them

	Version int       `json:"-"` // grows with every change of status; see Store.SetStatus
	Person  string    `json:"-"` // keyed hash of Email, see Keys.Person; "" without an address
	Wake    time.Time `json:"-"` // when the lead itself is due; zero: it waits for nothing
	Expires time.Time `json:"-"` // when it stops existing; zero: never
}

// Source says which page visit brought the lead.
type Source struct {
	Referrer string `json:"referrer,omitempty"`
	Source   string `json:"utm_source,omitempty"`
	Medium   string `json:"utm_medium,omitempty"`
	Campaign string `json:"utm_campaign,omitempty"`
	Term     string `json:"utm_term,omitempty"`
	Content  string `json:"utm_content,omitempty"`
	Touch    string `json:"touch,omitempty"` // "page", or "session" where the site says so
}

// Consent is what the visitor agreed to.
type Consent struct {
	SHA256  string    `json:"sha256"` // hex, of the exact text
	Version string    `json:"version,omitempty"`
	At      time.Time `json:"at"`
}

// Score is how promising a lead is, and why.
type Score struct {
	Points    int      `json:"points"`
	Qualified bool     `json:"qualified"` // marketing-qualified: Points reached the form's mark
	Reasons   []string `json:"reasons"`   // "team is 50+: +30"
}

// SpamScore is how much a submission looks like a robot's, and why. At SpamThreshold it goes to the spam lane.
type SpamScore struct {
	Score   int      `json:"score"`
	Reasons []string `json:"reasons"`
}

// SpamThreshold is the score from which a submission is kept as spam: stored, explained, never mailed.
const SpamThreshold = 100

// Event is one thing that happened to a lead. Events are only ever added.
type Event struct {
	ID       string    `json:"id"` // sorts by time; the same happening has the same id
	At       time.Time `json:"at"`
	Kind     string    `json:"kind"`                // received, sent-again, mail, status, …
	By       string    `json:"by"`                  // visitor, notify, or a salesperson's address
	To       string    `json:"to,omitempty"`        // mail: the recipient
	State    string    `json:"state,omitempty"`     // mail: the notification's state
	From     Status    `json:"from,omitempty"`      // status: the one before
	ToStatus Status    `json:"to_status,omitempty"` // status: the one after
	Via      string    `json:"via,omitempty"`       // status: link, desk, command
	Reason   string    `json:"reason,omitempty"`    // status unfit: one of the site's reasons
	Note     string    `json:"note,omitempty"`
}

// Kinds of events.
const (
	EventReceived  = "received"
	EventSentAgain = "sent-again"
	EventMail      = "mail"
	EventReminder  = "reminder" // a mail that reminds or escalates
	EventWebhook   = "webhook"
	EventStatus    = "status"
	EventUndo      = "undo"
	EventRescued   = "rescued"
)
