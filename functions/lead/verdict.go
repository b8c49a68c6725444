package lead

import (
	"errors"
	"slices"
	"time"
)

// Action is what somebody may do to a lead: move it to the status of the same name, or undo the last move.
type Action string

// Undo takes the last move back.
const Undo Action = "undo"

// Actions lists every Action. Their order is part of every link that was ever mailed: new ones come last.
func Actions() []Action {
	return []Action{Action(Contacted), Action(Qualified), Action(Won), Action(Lost), Action(Unfit), Action(Spam), Undo}
}

// What Decide answers beside success.
var (
	ErrNoAction = errors.New("there is no such action")
	ErrSame     = errors.New("the lead stands there already")
	ErrNoReason = errors.New("a lead that is not a fit needs a reason")
	ErrNoMove   = errors.New("there is no move to undo")
)

// Verdict is what somebody decided about a lead.
type Verdict struct {
	Action Action
	Reason string // of Unfit: one of the site's list, or ""
	Note   string // of Unfit: in their own words, or ""
	By     string // address of whoever decided
	Via    string // ViaLink and the like
	At     time.Time
}

// ViaLink is a decision by the link in a mail.
const ViaLink = "link"

// Decide says what a verdict means: the status that the lead moves to, and the event for Store.SetStatus. The lead must
// have its events. To be unfit again, for another reason, is a move of its own; to be anything else again is ErrSame.
// ErrNoAction, ErrNoReason, ErrNoMove.
func (l Lead) Decide(v Verdict) (Status, Event, error) {
	e := Event{At: v.At, Kind: EventStatus, By: v.By, Via: v.Via}
	to := Status(v.Action)
	switch {
	case v.Action == Undo:
		last, ok := l.Standing()
		if !ok {
			return "", Event{}, ErrNoMove
		}
		e.Kind = EventUndo
		return last.From, e, nil
	case !slices.Contains(Actions(), v.Action):
		return "", Event{}, ErrNoAction
	case to == Unfit && v.Reason == "" && v.Note == "":
		return "", Event{}, ErrNoReason
	case to == Unfit:
		e.Reason, e.Note = v.Reason, v.Note
	case to == l.Status:
		return "", Event{}, ErrSame
	}
	return to, e, nil
}

// Moves lists the events that changed the lead's status since it came, oldest first.
func (l Lead) Moves() []Event {
	return slices.DeleteFunc(slices.Clone(l.Events), func(e Event) bool {
		return e.Kind != EventStatus && e.Kind != EventUndo && e.Kind != EventRescued
	})
}

// Standing is the move by which the lead stands where it does, and which Undo takes back: of all moves that nobody has
// undone the last one. Not ok: no person has moved it, or all was undone.
func (l Lead) Standing() (last Event, ok bool) {
	var standing []Event
	for _, e := range l.Moves() {
		switch e.Kind {
		case EventStatus:
			standing = append(standing, e)
		case EventUndo:
			standing = standing[:max(0, len(standing)-1)]
		}
	}
	if len(standing) == 0 {
		return Event{}, false
	}
	return standing[len(standing)-1], true
}
