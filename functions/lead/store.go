package lead

import (
	"context"
	"errors"
	"iter"
	"time"
)

// What a Store answers beside success. Adapters wrap them; callers ask with errors.Is.
var (
	ErrNotFound = errors.New("no such lead")
	ErrConflict = errors.New("the lead has changed meanwhile") // SetStatus with an old version
	ErrClaimed  = errors.New("the notification is claimed, not due, or done")
	ErrLost     = errors.New("the claim was lost to another") // Settle after the lease ended and another claimed
	ErrSpent    = errors.New("the challenge was spent for another lead")
	ErrErased   = errors.New("the lead was erased") // Put and Import
	ErrNobody   = errors.New("leads without an address have no person")
	ErrClosed   = errors.New("the store is closed")
)

// Store keeps leads. Every adapter keeps this contract, and storetest.Run proves it.
//
// Once a method has returned without an error, what it wrote survives a kill of the process and the loss of power.
// A method that returns an error wrote everything or nothing of one item; asking again is always safe. A cancelled
// context gives its error; what was asked for may have happened all the same, or happen yet. All methods may be called
// at once from any number of goroutines and processes. Times are kept to the millisecond and returned in UTC. Text is
// valid UTF-8 and comes back as it was. An item whose Expires has come does not exist, deleted or not.
//
// Get, Notification, Notifications and everything that writes see what was written before they were called. List, ByPerson and Due
// read indexes: those may follow a moment later, but what they return of a lead is never older than what Get returns.
type Store interface {
	// Put commits a submission: the lead, its place among what is due (Wake) and its person, in one step, and its
	// first event, received, at CreatedAt. Version becomes 1, and l's own Events do not count. It returns the stored
	// lead, without events, and whether this call created it.
	//
	// A lead with the same ID is not overwritten: an event sent-again is added, at l's CreatedAt (so a replay with the
	// same CreatedAt adds it once), and the stored lead is returned with created false. Of concurrent Puts of one ID
	// exactly one creates. When the stored lead is spam and l is not, the stored one is rescued: status New, spam score
	// and Wake and Expires of l, version one higher, an event rescued. A lead that somebody moved to Spam by SetStatus
	// stays there: a repeat does not overrule a person. The ID of a lead that was erased a while ago: ErrErased.
	Put(ctx context.Context, l Lead) (stored Lead, created bool, err error)

	// Get returns a lead with its events, oldest first, as they are now. ErrNotFound.
	Get(ctx context.Context, id string) (Lead, error)

	// List returns leads without events, newest first (of one millisecond: by descending ID). A lead is listed at the
	// latest from its HandOff, its first change of status or its rescue on; one that waits for nothing when it is put
	// (Wake is zero: spam), from its Put on. A Cursor that no Page gave is an error.
	List(ctx context.Context, q Query) (Page, error)

	// ByPerson returns the newest leads, at most limit, of one person (Lead.Person), spam too, without events. Nobody
	// is the person "".
	ByPerson(ctx context.Context, person string, limit int) ([]Lead, error)

	// Append adds an event to a lead. The same event ID again changes nothing. An event without an ID gets that of
	// NewEvent, here and wherever an event is added. ErrNotFound.
	Append(ctx context.Context, id string, e Event) error

	// SetStatus moves a lead of the given version to a status, adds the event (whose From and ToStatus it sets), and
	// returns the lead, without events, its version one higher. Lead and event are written together. A lead that
	// leaves New waits for nothing any more; one that comes back to New is due at once, at e.At; one that leaves Spam
	// is kept as long as any other lead of its form, and one that comes there goes SpamRetentionDays later. Of concurrent calls with one version one succeeds. ErrConflict, ErrNotFound.
	SetStatus(ctx context.Context, id string, version int, to Status, e Event) (Lead, error)

	// HandOff passes a lead on: the notifications that do not exist yet are added as they are (their Lead is id), the
	// lead appears in List, its owner and DueAt are set, and its Wake becomes h.Wake (zero: it waits for nothing), or
	// zero when it is not New any more. Again: the same result; notifications that exist stay as they are. The lead's
	// Wake moves last, so that an interrupted HandOff is due again. ErrNotFound.
	HandOff(ctx context.Context, id string, h HandOff) error

	// Due returns what waits since now or earlier, longest first, at most limit. It is a hint: what it names may
	// have changed since, and what was written a moment ago may be absent.
	Due(ctx context.Context, now time.Time, limit int) ([]Due, error)

	// Notification returns one notification as it is now. ErrNotFound.
	Notification(ctx context.Context, key NotificationKey) (Notification, error)

	// Notifications returns all notifications of a lead as they are now, by kind and then recipient. ErrNotFound: there
	// is no such lead.
	Notifications(ctx context.Context, id string) ([]Notification, error)

	// Claim takes a notification that is pending, or whose lease has ended, and whose Due has come: state Sending,
	// Attempts one more, Due at the end of the lease. One without a Due waits for nothing and is not claimed. Of
	// concurrent Claims one succeeds. ErrClaimed, ErrNotFound.
	Claim(ctx context.Context, key NotificationKey, now time.Time, lease time.Duration) (Notification, error)

	// Settle writes how a claimed notification went: n with a new State, Due, MessageID and Error, at e.At, together
	// with the lead's event for it. n.Attempts must still be the current claim's. A state never falls: news that come
	// late add their event and leave the notification as it is. So Settle again, with the same n and e: the same
	// result. An end waits for nothing, whatever n.Due says. ErrLost, ErrNotFound.
	Settle(ctx context.Context, n Notification, e Event) error

	// Count adds one to a counter and returns its value. Counters begin at zero in every window (now truncated to
	// window) and vanish some time after it.
	Count(ctx context.Context, key string, now time.Time, window time.Duration) (int, error)

	// Spend uses a challenge up for one lead until it expires. Again for the same lead: nil. For another: ErrSpent.
	Spend(ctx context.Context, challenge, lead string, expires time.Time) error

	// Park notes that a recipient is sent nothing more until somebody un-parks it. Again: the first note stays. The
	// store only remembers; who sends asks Parked. Recipients are told apart as notifications do: by every character.
	Park(ctx context.Context, p Parked) error

	// Unpark forgets that a recipient was parked. One that is not parked: nil.
	Unpark(ctx context.Context, recipient string) error

	// Parked returns who is parked, by recipient. It sees what was written before it was called.
	Parked(ctx context.Context) ([]Parked, error)

	// Erase removes the leads of a person (Lead.Person) that came at a time or before, spam and expired ones too, with
	// their events and notifications, and un-parks the person's address. It notes the erasure: person and time, nothing
	// else. Each lead leaves a tombstone for TombstoneDays, which holds nothing: Put of its ID answers ErrErased, every
	// other method as if it had never been. Leads are found by the index of ByPerson. Again, with the same time: the
	// same result. ErrNobody for the person "".
	Erase(ctx context.Context, person string, at time.Time) (Erasure, error)

	// Erasures returns the erasures of a person, oldest first; the leads of none are named. Nobody is the person "".
	Erasures(ctx context.Context, person string) ([]Erasure, error)

	// Export yields all that is kept for long: erasures, parked recipients, and then the leads in order of ID, each as
	// it is when it is yielded, with its events and notifications. What is added, removed or changed meanwhile is in it
	// or not. Counters and challenges are not. The sequence ends at its first error.
	Export(ctx context.Context) iter.Seq2[Record, error]

	// Import adds what Export yielded, in this store or another, as it is, and says whether it did. What is there
	// already stays as it is: nothing is merged. A lead that has expired is not added. ErrErased for one whose person
	// was erased after it came, or that has a tombstone. A lead appears with all that belongs to it at once, and List
	// shows it.
	Import(ctx context.Context, r Record) (added bool, err error)

	// Close releases what the store holds. Methods called after it fail with ErrClosed; Close again is nil.
	Close() error
}

// HandOff is what notify decides about a new lead.
type HandOff struct {
	Owner         string
	DueAt         time.Time
	Notifications []Notification
	Wake          time.Time
}

// Parked is a recipient that mail does not reach: its server refused for good, or it complained.
type Parked struct {
	Recipient string    `json:"recipient"`
	At        time.Time `json:"at"`
	Why       string    `json:"why"`            // the words of the refusal
	Lead      string    `json:"lead,omitempty"` // the lead whose mail showed it
}

// Query picks leads. Empty fields pick all.
type Query struct {
	Statuses []Status  // none: all but Spam
	Form     string    //
	Email    string    // compared in lower case
	Owner    string    //
	Since    time.Time // created at or after
	Limit    int       // at most so many; 0 is 100
	Cursor   string    // Page.Next of the page before, of the same query
}

// Page is one page of a list. A lead that matched when the first page was asked for, and still does, is on exactly one
// page, whatever is written meanwhile.
type Page struct {
	Leads []Lead
	Next  string // "" on the last page
}
