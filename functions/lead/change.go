package lead

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What happens to a lead or a notification when a Store is told something. Adapters read, ask one of these, and write:
// so the rules stand here once, and an adapter only translates.

// firstVersion is the Version of a lead whose status nobody has changed since it was put.
const firstVersion = 1

// Kept returns l as a store keeps it when it creates it: its first version, whole milliseconds, no events.
func (l Lead) Kept() Lead {
	l.Version, l.Events = firstVersion, nil
	l.CreatedAt, l.DueAt, l.Wake, l.Expires = Moment(l.CreatedAt), Moment(l.DueAt), Moment(l.Wake), Moment(l.Expires)
	if l.Consent != nil {
		consent := *l.Consent
		consent.At = Moment(consent.At)
		l.Consent = &consent
	}
	l.Fields, l.Extra = orEmpty(l.Fields), orEmpty(l.Extra)
	return l
}

// Gone says whether something that expires at the given time (zero: never) exists no more.
func Gone(expires, now time.Time) bool { return !expires.IsZero() && !now.Before(expires) }

// Listed says whether List shows the lead before its HandOff: nobody will hand it off.
func (l Lead) Listed() bool { return l.Wake.IsZero() }

// PutAgain returns what the stored lead l becomes when the same ID is put again, and the events to add. Its Version is
// higher only when it was rescued.
func (l Lead) PutAgain(again Lead) (Lead, []Event) {
	at := Moment(again.CreatedAt)
	events := []Event{NewEvent(Event{At: at, Kind: EventSentAgain, By: "visitor"})}
	if l.Status != Spam || l.Version != firstVersion || again.Status == Spam {
		return l, events
	}
	l.Status, l.Spam, l.Version = New, again.Spam, l.Version+1
	l.Wake, l.Expires = Moment(again.Wake), Moment(again.Expires)
	rescued := NewEvent(Event{At: at, Kind: EventRescued, By: "visitor", ToStatus: New})
	rescued.From = Spam
	return l, append(events, rescued)
}

// HandedOff returns what l becomes by a HandOff, apart from the notifications.
func (l Lead) HandedOff(h HandOff) Lead {
	l.Owner, l.DueAt, l.Wake = h.Owner, Moment(h.DueAt), Moment(h.Wake)
	if l.Status != New {
		l.Wake = time.Time{}
	}
	return l
}

// Moved returns what l becomes by SetStatus, and the event to add.
func (l Lead) Moved(to Status, e Event) (Lead, Event) {
	e.From, e.ToStatus = l.Status, to
	e = e.Kept()
	l.Wake = time.Time{}
	if to == New {
		l.Wake = e.At
	}
	switch {
	case l.Expires.IsZero():
	case to == Spam && l.Status != Spam:
		l.Expires = l.spamUntil(e.At)
	case to != Spam && l.Status == Spam:
		l.Expires = l.keptUntil()
	}
	l.Status, l.Version = to, l.Version+1
	return l, e
}

// Kept returns e as a store keeps it: with an ID, and At in whole milliseconds.
func (e Event) Kept() Event {
	if e.ID == "" {
		return NewEvent(e)
	}
	e.At = Moment(e.At)
	return e
}

// WithEvents returns l with its first event, received, which no store keeps because the lead itself says it, and then
// the others (given in any order), oldest first.
func (l Lead) WithEvents(others []Event) Lead {
	received := NewEvent(Event{At: l.CreatedAt, Kind: EventReceived, By: "visitor"})
	others = slices.DeleteFunc(others, func(e Event) bool { return e.ID == received.ID })
	slices.SortFunc(others, func(a, b Event) int {
		return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
	})
	l.Events = append([]Event{received}, others...)
	return l
}

// Kept returns n as a store keeps it when the lead of that id is handed off.
func (n Notification) Kept(id string) Notification {
	n.Lead, n.Due, n.UpdatedAt = id, Moment(n.Due), Moment(n.UpdatedAt)
	if n.State.Done() {
		n.Due = time.Time{}
	}
	return n
}

// Kept returns p as a store keeps it.
func (p Parked) Kept() Parked {
	p.At = Moment(p.At)
	return p
}

// Claimed returns what n becomes by a Claim, or ErrClaimed.
func (n Notification) Claimed(now time.Time, lease time.Duration) (Notification, error) {
	waits := n.State == Pending || n.State == Sending
	if !waits || n.Due.IsZero() || n.Due.After(now) {
		return n, ErrClaimed
	}
	n.State, n.Attempts = Sending, n.Attempts+1
	n.Due, n.UpdatedAt = Moment(now.Add(lease)), Moment(now)
	return n, nil
}

// Settled returns what n becomes by the outcome of a claim at a time, or ErrLost.
func (n Notification) Settled(outcome Notification, at time.Time) (Notification, error) {
	if outcome.Attempts != n.Attempts {
		return n, ErrLost
	}
	retry := n.State == Sending && outcome.State == Pending
	if outcome.State.rank() < n.State.rank() && !retry {
		return n, nil
	}
	outcome.UpdatedAt = at
	return outcome.Kept(n.Lead), nil
}

// rank is the place of a state in its order. An unknown state is lowest: it changes nothing.
func (s NotificationState) rank() int {
	return slices.Index([]NotificationState{Pending, Sending, Accepted, Delivered, Bounced, Suppressed, Failed}, s)
}

// Document is the lead as one JSON text for a store to keep. It leaves out what changes (status, owner, due_at) and
// what is not in a lead's JSON: those are kept in columns of their own, see ReadDocument.
func (l Lead) Document() (string, error) {
	l.Status, l.Owner, l.DueAt, l.Events = "", "", time.Time{}, nil
	return document("writing a lead", l)
}

// ReadDocument reads what Document wrote into l; what it leaves out keeps the value it has in l.
func (l *Lead) ReadDocument(text string) error {
	columns := *l
	if err := json.Unmarshal([]byte(text), l); err != nil {
		return fmt.Errorf("reading a stored lead: %w", err)
	}
	l.Status, l.Owner, l.DueAt = columns.Status, columns.Owner, columns.DueAt
	l.Extra, l.Fields = orEmpty(l.Extra), orEmpty(l.Fields)
	return nil
}

// Document is the event as one JSON text for a store to keep.
func (e Event) Document() (string, error) { return document("writing an event", e) }

// ReadEvent reads what Event.Document wrote.
func ReadEvent(text string) (Event, error) {
	var e Event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return Event{}, fmt.Errorf("reading a stored event: %w", err)
	}
	return e, nil
}

// document is v in JSON with < > and & as they are: escaped, each would take six bytes, and a store has limits.
func document(doing string, v any) (string, error) {
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", fmt.Errorf("%s: %w", doing, err)
	}
	return strings.TrimSuffix(text.String(), "\n"), nil
}
