package lead

import (
	"context"
	"errors"
	"time"
)

// What a Store answers beside success. Adapters wrap them; callers ask with errors.Is.
var (
	ErrNotFound = errors.New("no such lead")
	ErrConflict = errors.New("the lead has changed meanwhile") // SetStatus with an old version
	ErrClaimed  = errors.New("the notification is claimed, not due, or done")
	ErrLost     = errors.New("the claim was lost to another") // Settle after the lease ended and another claimed
	ErrSpent    = errors.New("the challenge was spent for another lead")
)

// Store keeps leads. Every adapter keeps this contract, and storetest.Run proves it.
//
// Once a method has returned without an error, what it wrote survives a kill of the process and the loss of power.
// A method that returns an error wrote everything or nothing of one item; asking again is always safe. A cancelled
// context gives its error. All methods may be called at once from any number of goroutines and processes. Times are
// kept to the millisecond and returned in UTC. An item whose Expires has passed does not exist, deleted or not.
type Store interface {
	// Put commits a submission: the lead, its place among what is due (Wake) and its person, in one step, and its
	// first event. It returns the stored lead and whether this call created it.
	//
	// A lead with the same ID is not overwritten: an event sent-again is added, and the stored lead is returned with
	// created false. Of concurrent Puts of one ID exactly one creates. When the stored lead is spam and l is not, the
	// stored one is rescued: status New, spam score and Wake and Expires of l, an event rescued.
	Put(ctx context.Context, l Lead) (stored Lead, created bool, err error)

	// Get returns a lead with its events, oldest first, as they are now. ErrNotFound.
	Get(ctx context.Context, id string) (Lead, error)

	// List returns leads without events, newest first. A lead is listed at the latest from its HandOff on.
	List(ctx context.Context, q Query) (Page, error)

	// ByPerson returns the newest leads, at most limit, of one person (Lead.Person), spam too, without events.
	ByPerson(ctx context.Context, person string, limit int) ([]Lead, error)

	// Append adds an event to a lead. The same event ID again changes nothing. ErrNotFound.
	Append(ctx context.Context, id string, e Event) error

	// SetStatus moves a lead of the given version to a status, adds the event (whose From it sets), and returns the
	// lead, its version one higher. A lead that leaves New waits for nothing any more. ErrConflict, ErrNotFound.
	SetStatus(ctx context.Context, id string, version int, to Status, e Event) (Lead, error)

	// HandOff passes a lead on: the notifications that do not exist yet are added as they are, the lead appears in
	// List, its owner and DueAt are set, and its Wake becomes wake (zero: it waits for nothing). Again: the same result. ErrNotFound.
	HandOff(ctx context.Context, id string, h HandOff) error

	// Due returns what waits since now or earlier, longest first, at most limit. It is a hint: what it names may
	// have changed since, and what was written a moment ago may be absent.
	Due(ctx context.Context, now time.Time, limit int) ([]Due, error)

	// Notification returns one notification as it is now. ErrNotFound.
	Notification(ctx context.Context, key NotificationKey) (Notification, error)

	// Claim takes a notification that is pending, or whose lease has ended, and whose Due has come: state Sending,
	// Attempts one more, Due at the end of the lease. Of concurrent Claims one succeeds. ErrClaimed, ErrNotFound.
	Claim(ctx context.Context, key NotificationKey, now time.Time, lease time.Duration) (Notification, error)

	// Settle writes how a claimed notification went: n with a new State, Due, MessageID and Error, and the lead's
	// event for it. n.Attempts must still be the current claim's. ErrLost, ErrNotFound.
	Settle(ctx context.Context, n Notification, e Event) error

	// Count adds one to a counter and returns its value. Counters begin at zero in every window (now truncated to
	// window) and vanish some time after it.
	Count(ctx context.Context, key string, now time.Time, window time.Duration) (int, error)

	// Spend uses a challenge up for one lead until it expires. Again for the same lead: nil. For another: ErrSpent.
	Spend(ctx context.Context, challenge, lead string, expires time.Time) error

	// Close releases what the store holds. Methods called after it fail.
	Close() error
}

// HandOff is what notify decides about a new lead.
type HandOff struct {
	Owner         string
	DueAt         time.Time
	Notifications []Notification
	Wake          time.Time
}

// Query picks leads. Empty fields pick all.
type Query struct {
	Statuses []Status  // none: all but Spam
	Form     string    //
	Email    string    // compared without regard to case
	Owner    string    //
	Since    time.Time // created at or after
	Limit    int       // at most so many; 0 is 100
	Cursor   string    // Page.Next of the page before
}

// Page is one page of a list. A lead that was there when the first page was asked for is on exactly one page,
// whatever is written meanwhile.
type Page struct {
	Leads []Lead
	Next  string // "" on the last page
}
