package lead_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
)

func contact() *form.Form {
	return &form.Form{
		Name:   "contact",
		Notify: []string{"sales@example.com", "backup@example.com"},
		Route: []form.Route{
			{Condition: form.Condition{When: "team", Is: "50+"}, To: []string{"owner@example.com", form.Everyone}},
			{Condition: form.Condition{When: "page", Starts: "/jobs/"}, To: []string{"jobs@example.com"}},
		},
		Score: form.Score{Qualified: 50, Rules: []form.Rule{
			{Condition: form.Condition{When: "team", Is: "50+"}, Add: 30},
			{Condition: form.Condition{When: "page", Starts: "/pricing/"}, Add: 20},
			{Condition: form.Condition{When: "message", Contains: "student"}, Add: -40},
			{Condition: form.Condition{When: "days", Is: "mon"}, Add: 5},
		}},
	}
}

func TestScore(t *testing.T) {
	for _, c := range []struct {
		name   string
		values form.Values
		about  form.About
		want   lead.Score
	}{
		{"as in the documentation", form.Values{"team": {Text: "50+"}}, form.About{Page: "/pricing/"},
			lead.Score{Points: 50, Qualified: true, Reasons: []string{"team is 50+: +30", "page starts with /pricing/: +20"}}},
		{"nothing holds", nil, form.About{}, lead.Score{Reasons: []string{}}},
		{"points are taken away", form.Values{"message": {Text: "I am a student"}, "days": {List: []string{"tue", "mon"}}}, form.About{},
			lead.Score{Points: -35, Reasons: []string{"message contains student: -40", "days is mon: +5"}}},
	} {
		if diff := cmp.Diff(c.want, lead.ScoreOf(contact(), c.values, c.about)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestScoreWithoutMark(t *testing.T) {
	f := contact()
	f.Score.Qualified = 0
	if s := lead.ScoreOf(f, nil, form.About{Page: "/pricing/"}); s.Qualified || s.Points != 20 {
		t.Errorf("without a mark: %+v", s)
	}
}

func TestRecipients(t *testing.T) {
	people := []bundle.Person{{Email: "owner@example.com"}, {Email: "Sales@example.com"}, {Email: "ines@example.com"}}
	b := &bundle.Bundle{People: people, Brand: bundle.Brand{Owner: "hello@example.com"}}
	nobody := contact()
	nobody.Notify, nobody.Route = nil, nil
	for _, c := range []struct {
		name string
		b    *bundle.Bundle
		form *form.Form
		lead lead.Lead
		want []string
	}{
		{"the list", b, contact(), lead.Lead{}, []string{"sales@example.com", "backup@example.com"}},
		{"a rule, and everyone once", b, contact(), lead.Lead{Fields: form.Values{"team": {Text: "50+"}}, Page: "/jobs/x/"},
			[]string{"owner@example.com", "Sales@example.com", "ines@example.com"}},
		{"a rule about the page", b, contact(), lead.Lead{Page: "/jobs/"}, []string{"jobs@example.com"}},
		{"nobody named", b, nobody, lead.Lead{}, []string{"owner@example.com", "Sales@example.com", "ines@example.com"}},
		{"the form is gone", b, nil, lead.Lead{}, []string{"owner@example.com", "Sales@example.com", "ines@example.com"}},
		{"no people either", &bundle.Bundle{Brand: b.Brand}, nil, lead.Lead{}, []string{"hello@example.com"}},
	} {
		if diff := cmp.Diff(c.want, lead.Recipients(c.b, c.form, c.lead)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func TestReceived(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 15, 4, 5_000_999, time.FixedZone("", 3600))
	at := time.Date(2026, 11, 22, 8, 15, 4, 5_000_000, time.UTC)
	got := lead.Lead{ID: "x"}.Received(now)
	want := lead.Lead{ID: "x", Status: lead.New, CreatedAt: at, Wake: at, Expires: time.Date(2028, 11, 22, 8, 15, 4, 5_000_000, time.UTC),
		Fields: form.Values{}, Extra: map[string]string{}, Score: lead.Score{Reasons: []string{}}, Spam: lead.SpamScore{Reasons: []string{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	spam := lead.Lead{Spam: lead.SpamScore{Score: lead.SpamThreshold}}.Received(now)
	if spam.Status != lead.Spam || !spam.Wake.IsZero() || !spam.Expires.Equal(at.AddDate(0, 0, 90)) {
		t.Errorf("the spam lane: %+v", spam)
	}
	if almost := (lead.Lead{Spam: lead.SpamScore{Score: lead.SpamThreshold - 1}}).Received(now); almost.Status != lead.New {
		t.Errorf("just below the threshold: %s", almost.Status)
	}
}
