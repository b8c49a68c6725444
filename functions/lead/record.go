package lead

import (
	"context"
	"errors"
	"slices"
	"time"
)

// Record is one thing that Store.Export yields: a lead with all that belongs to it, a parked recipient, or an erasure.
// One of the three is set.
type Record struct {
	Lead          *Lead          // with its events, Version, Person, Wake and Expires
	Notifications []Notification // of the lead, by kind and recipient
	Parked        *Parked
	Erasure       *Erasure
}

// Erasure says that a person was erased.
type Erasure struct {
	Person string    `json:"person"` // keyed hash of the address, see Keys.Person
	At     time.Time `json:"at"`     // leads that came until then are gone

	Leads []string `json:"-"` // the ids that this call of Store.Erase removed
}

// TombstoneDays is how long an erased lead cannot be put again: a day longer than a queue holds a copy of it.
const TombstoneDays = 15

// Buried is until when the tombstone of a lead that is erased now stays.
func Buried(now time.Time) time.Time { return now.AddDate(0, 0, TombstoneDays) }

// Kept returns e as a store keeps it.
func (e Erasure) Kept() Erasure { return Erasure{Person: e.Person, At: Moment(e.At)} }

// Covers says whether e erases l: whether l is of that person, and came before.
func (e Erasure) Covers(l Lead) bool {
	return l.Person != "" && l.Person == e.Person && !l.CreatedAt.After(e.At)
}

// Erased says whether a lead's person was erased after the lead came.
func Erased(ctx context.Context, s Store, l Lead) (bool, error) {
	if l.Person == "" {
		return false, nil
	}
	all, err := s.Erasures(ctx, l.Person)
	return slices.ContainsFunc(all, func(e Erasure) bool { return e.Covers(l) }), err
}

// Commit puts a lead that somebody sent just now. When one of its ID was erased, the same person has sent the same
// again after asking to be forgotten, and means it: then it gets another ID, the same one for every retry.
func Commit(ctx context.Context, s Store, l Lead) (stored Lead, created bool, err error) {
	stored, created, err = s.Put(ctx, l)
	for range TombstoneDays { // a person who is erased every day of them
		if !errors.Is(err, ErrErased) {
			break
		}
		l.ID = successor(l.ID)
		stored, created, err = s.Put(ctx, l)
	}
	return stored, created, err
}

// Concerns says whether the parked recipient is the visitor of l, so that erasing l must un-park it.
func (p Parked) Concerns(l Lead) bool {
	return l.Email != "" && FoldEmail(p.Recipient) == FoldEmail(l.Email)
}

// Kept returns r as a store keeps it: whole milliseconds, events with IDs and without the first one, received, which
// the lead itself says. Unlike Lead.Kept it leaves version and events of a lead.
func (r Record) Kept() Record {
	if r.Parked != nil {
		p := r.Parked.Kept()
		r.Parked = &p
	}
	if r.Erasure != nil {
		e := r.Erasure.Kept()
		r.Erasure = &e
	}
	if r.Lead == nil {
		return r
	}
	l := r.Lead.Kept()
	l.Version = r.Lead.Version
	for _, e := range l.WithEvents(slices.Clone(r.Lead.Events)).Events[1:] {
		l.Events = append(l.Events, e.Kept())
	}
	r.Lead = &l
	r.Notifications = slices.Clone(r.Notifications)
	for i, n := range r.Notifications {
		r.Notifications[i] = n.Kept(l.ID)
	}
	return r
}
