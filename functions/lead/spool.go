package lead

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Spool is where a lead waits while the store cannot take it: a folder on one machine, a queue in AWS. Whoever empties
// it puts each lead into the store with Replay, and only then takes it out.
type Spool interface {
	// Hold keeps a lead as Received made it. Once it has returned nil, the lead survives a kill of the process and the
	// loss of power, and will be replayed, perhaps more than once. An error says that it may wait there, or not; holding
	// it again is safe. A cancelled context gives its error. It may be called from any number of goroutines at once.
	Hold(ctx context.Context, l Lead) error
}

// parcel is a lead as a Spool holds it: one line of JSON.
//
//	{"parcel":1,"lead":{…as leads show --json…},"person":"…","wake":"…","expires":"…"}
type parcel struct {
	Version int       `json:"parcel"`
	Lead    Lead      `json:"lead"`
	Person  string    `json:"person,omitempty"`
	Wake    time.Time `json:"wake,omitzero"`
	Expires time.Time `json:"expires,omitzero"`
}

const parcelVersion = 1

// ErrParcel is the answer to a text that is not a parcel of ours. It will never become one.
var ErrParcel = errors.New("this is not a lead that waits")

// nonCharacters are the two that XML, and so a queue's message, must not hold although they are valid UTF-8.
var nonCharacters = strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`)

// Parcel writes the lead, with what its own JSON leaves out, as one line of JSON without a line break. It holds no
// character that a queue would refuse.
func (l Lead) Parcel() (string, error) {
	l.Events = nil
	text, err := document("wrapping a lead", parcel{parcelVersion, l, l.Person, l.Wake, l.Expires})
	return nonCharacters.Replace(text), err
}

// ReadParcel reads what Parcel wrote. Anything else is ErrParcel; a parcel of a later version is another error, because
// a later program can read it.
func ReadParcel(text string) (Lead, error) {
	var p parcel
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Lead{}, ErrParcel // the decoder's own words quote what it read
	}
	if p.Version > parcelVersion {
		return Lead{}, fmt.Errorf("reading a lead that waits: it has version %d, this program reads %d", p.Version, parcelVersion)
	}
	l := p.Lead
	if p.Version != parcelVersion || !ValidID(l.ID) || l.Form == "" || l.CreatedAt.IsZero() || l.Status != New && l.Status != Spam {
		return Lead{}, ErrParcel
	}
	l.Person, l.Wake, l.Expires = p.Person, p.Wake, p.Expires
	l.Fields, l.Extra = orEmpty(l.Fields), orEmpty(l.Extra)
	return l, nil
}

// Replay puts a lead that waited in a spool into the store, with the time when it was received. created says whether
// the store had not known it. A lead that reached the store after all, because only its answer was late, stays as it
// is; so does one that is replayed again. A clean copy rescues one from the spam lane, as Put has it. One whose person
// was erased since it came is gone, also when that happens while it is put: that is no error.
func Replay(ctx context.Context, s Store, l Lead) (created bool, err error) {
	if created, err = replay(ctx, s, l); err != nil {
		return false, fmt.Errorf("replaying lead %s: %w", l.ID, err)
	}
	return created, nil
}

func replay(ctx context.Context, s Store, l Lead) (created bool, err error) {
	known, err := s.Get(ctx, l.ID)
	rescues := known.Status == Spam && l.Status != Spam
	if err == nil && known.CreatedAt.Equal(l.CreatedAt) && !rescues {
		_, err = eraseLate(ctx, s, known)
		return false, err
	}
	if erased, err := Erased(ctx, s, l); err != nil || erased {
		return false, err
	}
	stored, created, err := Commit(ctx, s, l)
	if err != nil {
		return false, err
	}
	late, err := eraseLate(ctx, s, stored)
	return created && !late, err
}

// errNotGone keeps a lead in its spool until it is known to be gone from the store: an index may be behind.
var errNotGone = errors.New("its person was erased, and it is still there")

// eraseLate erases a lead that came into the store behind the back of an erasure: an erasure is noted before it looks
// for leads, so that whoever puts a lead and then looks for erasures misses none.
func eraseLate(ctx context.Context, s Store, l Lead) (late bool, err error) {
	if l.Person == "" {
		return false, nil
	}
	all, err := s.Erasures(ctx, l.Person)
	for _, e := range all {
		if err == nil && e.Covers(l) {
			late = true
			_, err = s.Erase(ctx, e.Person, e.At)
		}
	}
	if !late || err != nil {
		return late, err
	}
	if _, err = s.Get(ctx, l.ID); err == nil {
		return true, errNotGone
	}
	if errors.Is(err, ErrNotFound) {
		err = nil
	}
	return true, err
}
