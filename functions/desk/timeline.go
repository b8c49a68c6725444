package desk

import (
	"slices"
	"time"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// entry is one event in words.
type entry struct {
	When string
	At   string // RFC 3339, for programs
	What string
	By   string
	Note string // reason and words
}

// entry says an event. A kind that has no words of its own is shown by its name: later versions have more kinds.
func (v *visit) entry(e lead.Event) entry {
	key := "event_" + e.Kind
	if _, known := v.words.Words[key]; !known {
		key = "event_other"
	}
	return entry{
		When: v.moment(e.At), At: e.At.UTC().Format(time.RFC3339), By: v.by(e), Note: because(e),
		What: capital(v.words.Word(key, "kind", form.Line(e.Kind), "to", v.person(e.To), "state", v.state(e.State),
			"from", v.words.status(e.From), "status", v.words.status(e.ToStatus))),
	}
}

// by says which of our people it was, and how they came to do it.
func (v *visit) by(e lead.Event) string {
	if e.By == "" || e.By == "visitor" || e.By == "notify" {
		return "" // what they do is said by its own words
	}
	who := v.person(e.By)
	if e.Via == lead.ViaLink {
		who += ", " + v.words.Word("event_via_link")
	}
	return who
}

func (v *visit) state(state string) string {
	if words, known := v.words.Words["state_"+state]; known {
		return words
	}
	return form.Line(state)
}

// because is the reason of an event and the words beside it.
func because(e lead.Event) string {
	parts := slices.DeleteFunc([]string{form.Line(e.Reason), form.Line(e.Note)}, func(s string) bool { return s == "" })
	if len(parts) == 2 {
		return parts[0] + ": " + parts[1]
	}
	return form.Line(e.Reason + e.Note)
}
