package lead_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// history is a lead that went through some verdicts, a minute apart, as a store would keep it.
func history(t *testing.T, verdicts ...lead.Verdict) lead.Lead {
	t.Helper()
	l := lead.Lead{ID: someLead}.Received(madeAt).Kept()
	for i, v := range verdicts {
		v.By, v.Via, v.At = "sales@example.com", lead.ViaLink, madeAt.Add(time.Duration(i+1)*time.Minute)
		to, e, err := l.Decide(v)
		if err != nil {
			t.Fatalf("verdict %d, %s: %v", i, v.Action, err)
		}
		events := l.Events
		l, e = l.Moved(to, e)
		l = l.WithEvents(append(events, e))
	}
	return l
}

func TestDecide(t *testing.T) {
	contacted, qualified := lead.Verdict{Action: "contacted"}, lead.Verdict{Action: "qualified"}
	unfit, undo := lead.Verdict{Action: "unfit", Reason: "no budget", Note: "asked twice"}, lead.Verdict{Action: lead.Undo}
	for _, c := range []struct {
		what     string
		verdicts []lead.Verdict
		status   lead.Status
		standing lead.Status // ToStatus of the move that stands, "" for none
	}{
		{"nothing", nil, lead.New, ""},
		{"a move", []lead.Verdict{contacted}, lead.Contacted, lead.Contacted},
		{"two moves", []lead.Verdict{contacted, qualified}, lead.Qualified, lead.Qualified},
		{"the second undone", []lead.Verdict{contacted, qualified, undo}, lead.Contacted, lead.Contacted},
		{"both undone", []lead.Verdict{contacted, qualified, undo, undo}, lead.New, ""},
		{"undone, and moved again", []lead.Verdict{contacted, undo, unfit}, lead.Unfit, lead.Unfit},
		{"unfit for another reason, undone", []lead.Verdict{unfit, {Action: "unfit", Note: "moved abroad"}, undo}, lead.Unfit, lead.Unfit},
		{"back and forth", []lead.Verdict{contacted, qualified, contacted}, lead.Contacted, lead.Contacted},
		{"won, lost, spam", []lead.Verdict{{Action: "won"}, {Action: "lost"}, {Action: "spam"}}, lead.Spam, lead.Spam},
	} {
		l := history(t, c.verdicts...)
		last, ok := l.Standing()
		if l.Status != c.status || last.ToStatus != c.standing || ok != (c.standing != "") || len(l.Moves()) != len(c.verdicts) {
			t.Errorf("%s: %s, standing %q, %d moves", c.what, l.Status, last.ToStatus, len(l.Moves()))
		}
	}
	last, _ := history(t, unfit).Standing()
	want := lead.Event{ID: last.ID, At: madeAt.Add(time.Minute), Kind: lead.EventStatus, By: "sales@example.com", From: lead.New, ToStatus: lead.Unfit,
		Via: lead.ViaLink, Reason: "no budget", Note: "asked twice"}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Error(diff)
	}
}

func TestDecideRefuses(t *testing.T) {
	contacted := lead.Verdict{Action: "contacted"}
	for _, c := range []struct {
		what     string
		verdicts []lead.Verdict
		then     lead.Action
		want     error
	}{
		{"there already", []lead.Verdict{contacted}, "contacted", lead.ErrSame},
		{"no reason", nil, "unfit", lead.ErrNoReason},
		{"nothing to undo", nil, lead.Undo, lead.ErrNoMove},
		{"all undone", []lead.Verdict{contacted, {Action: lead.Undo}}, lead.Undo, lead.ErrNoMove},
		{"new is not decided, it is undone to", []lead.Verdict{contacted}, "new", lead.ErrNoAction},
		{"nothing", nil, "", lead.ErrNoAction},
		{"nonsense", nil, "deleted", lead.ErrNoAction},
	} {
		if to, e, err := history(t, c.verdicts...).Decide(lead.Verdict{Action: c.then, By: "x@example.com"}); !errors.Is(err, c.want) || to != "" || e != (lead.Event{}) {
			t.Errorf("%s: %q, %+v, %v", c.what, to, e, err)
		}
	}
}

// Of two reasons given in the same millisecond both are kept; and an event without a reason has the id it always had.
func TestReasonIsPartOfTheID(t *testing.T) {
	e := lead.Event{At: madeAt, Kind: lead.EventStatus, By: "sales@example.com", ToStatus: lead.Unfit, Via: lead.ViaLink}
	plain := lead.NewEvent(e).ID
	e.Reason = "no budget"
	if lead.NewEvent(e).ID == plain {
		t.Error("a reason makes no other event")
	}
	if want := "01a20289-a23b-7d39-b935-4d1f678ae9d1"; plain != want {
		t.Errorf("without a reason the id is %s, was %s", plain, want)
	}
}

func TestAnswers(t *testing.T) {
	f := &bundle.Form{Form: *contact()}
	b := &bundle.Bundle{People: []bundle.Person{{Email: "Sales@example.com"}}, Brand: bundle.Brand{Owner: "hello@example.com"},
		Forms: map[string]map[string]*bundle.Form{"contact": {"en": f}}}
	for address, want := range map[string]bool{
		"sales@example.com": true, "BACKUP@example.com": true, "jobs@example.com": true, "owner@example.com": true,
		"gone@example.com": false, "": false, form.Everyone: false, "hello@example.com": false,
	} {
		if lead.Answers(b, address) != want {
			t.Errorf("%q answers leads: must be %v", address, want)
		}
	}
	if !lead.Answers(&bundle.Bundle{Brand: b.Brand}, "hello@example.com") {
		t.Error("without people the owner answers leads")
	}
}
