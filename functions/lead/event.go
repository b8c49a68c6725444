package lead

import (
	"cmp"
	"crypto/sha256"
	"time"

	"github.com/google/uuid"
)

// NewEvent returns e as it is stored: At in UTC and whole milliseconds, and an ID made from At and from what happened
// (kind, by, to, state, statuses, via, note, reason). So ids sort by time, and the same happening, told twice, has the same
// id, which is what makes Store.Append safe to repeat. From is not part of it, because the store fills it in.
//
// The ID has the shape of a UUIDv7: 48 bits of milliseconds, then a hash where a v7 has randomness.
func NewEvent(e Event) Event {
	e.At = Moment(e.At)
	h := sha256.New()
	for _, part := range []string{e.Kind, e.By, e.To, e.State, string(e.ToStatus), e.Via, e.Note} {
		writePart(h, part)
	}
	if e.Reason != "" { // events that have none keep the id they always had
		writePart(h, e.Reason)
	}
	e.ID = timeOrdered(e.At, h.Sum(nil)).String()
	return e
}

func timeOrdered(at time.Time, sum []byte) uuid.UUID {
	var id uuid.UUID
	putMillis(id[:6], at)
	copy(id[6:], sum)
	id[6] = 0x70 | id[6]&0x0f // version 7
	id[8] = 0x80 | id[8]&0x3f // the variant of RFC 9562
	return id
}

// Moment is a time as leads keep it: UTC, whole milliseconds.
func Moment(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// Retention is how long a lead is kept, and SpamRetention how long one in the spam lane is.
const (
	RetentionMonths   = 24
	SpamRetentionDays = 90
)

// Received completes what intake knows of a submission: times in milliseconds, maps and lists that are never nil, status,
// waking and expiry. A lead whose spam score reaches SpamThreshold goes to the spam lane: it waits for nobody and
// leaves after SpamRetentionDays. Any other is new, and due at once.
func (l Lead) Received(now time.Time) Lead {
	l.CreatedAt = Moment(now)
	l.Status, l.Wake, l.Expires = New, l.CreatedAt, l.keptUntil()
	if l.Spam.Score >= SpamThreshold {
		l.Status, l.Wake, l.Expires = Spam, time.Time{}, l.spamUntil(l.CreatedAt)
	}
	l.Fields = orEmpty(l.Fields)
	l.Extra = orEmpty(l.Extra)
	l.Score.Reasons = append([]string{}, l.Score.Reasons...)
	l.Spam.Reasons = append([]string{}, l.Spam.Reasons...)
	return l
}

// keptUntil is when a lead that is no spam stops existing: its form's time after it came.
func (l Lead) keptUntil() time.Time {
	return l.CreatedAt.AddDate(0, cmp.Or(l.Retention, RetentionMonths), 0)
}

// spamUntil is when a lead stops existing that is spam since a time: no later than it would otherwise.
func (l Lead) spamUntil(since time.Time) time.Time {
	until, kept := since.AddDate(0, 0, SpamRetentionDays), l.keptUntil()
	if kept.Before(until) {
		return kept
	}
	return until
}

func orEmpty[M ~map[string]V, V any](m M) M {
	if m == nil {
		return M{}
	}
	return m
}
