package lead

import "time"

// NotificationState is how far a mail to one recipient has come. It only ever rises, in the order below, except that a
// failed attempt returns from sending to pending. So reports of one mail may come in any order, and end in one state.
type NotificationState string

// The states of a notification, lowest first; the last four are ends.
const (
	Pending    NotificationState = "pending"
	Sending    NotificationState = "sending"  // under a lease
	Accepted   NotificationState = "accepted" // the mail service took it
	Delivered  NotificationState = "delivered"
	Bounced    NotificationState = "bounced"
	Suppressed NotificationState = "suppressed"
	Failed     NotificationState = "failed" // refused for good
)

// Done says whether the state is an end: nothing waits any more.
func (s NotificationState) Done() bool {
	return s == Delivered || s == Bounced || s == Suppressed || s == Failed
}

// Kinds of notifications.
const (
	KindLead         = "lead"         // tells a salesperson of a new lead
	KindReminder     = "reminder"     // tells the owner that the promised answer is due soon
	KindEscalation   = "escalation"   // tells the backup, and later everyone, that nobody answered in time
	KindAgain        = "again"        // with "-20261124" behind it: tells anew, once a day, of a lead that has reached nobody
	KindConfirmation = "confirmation" // tells the visitor that the submission came in
	KindWebhook      = "webhook"      // tells a program; the recipient is its URL
)

// NotificationKey names a notification: there is at most one per lead, kind and recipient.
type NotificationKey struct {
	Lead      string `json:"lead"`
	Kind      string `json:"kind"`
	Recipient string `json:"recipient"` // bare address
}

// Notification is one mail that must reach one recipient.
type Notification struct {
	NotificationKey
	State     NotificationState `json:"state"`
	Attempts  int               `json:"attempts"`             // claims so far; also the fence of the current claim
	Due       time.Time         `json:"due,omitzero"`         // until when it waits: a retry, or the end of a lease; zero: for nothing
	MessageID string            `json:"message_id,omitempty"` // of the accepted mail
	Error     string            `json:"error,omitempty"`      // of the last attempt; or that it waits for, or was listed in, a digest
	UpdatedAt time.Time         `json:"updated_at"`           // of the last claim or outcome
}

// Due is one thing that waits: a lead itself (Kind and Recipient empty), or one of its notifications.
type Due struct {
	NotificationKey
	At time.Time // since when
}
