package lead_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

func waiting(message string) lead.Lead {
	l := lead.Lead{ID: strings.Repeat("a", 26), Form: "contact", Lang: "en", Email: "sam@example.com", Person: "person", Page: "/pricing/",
		Fields:  form.Values{"message": {Text: message}, "days": {List: []string{"mon"}}},
		Extra:   map[string]string{"colour": "blue"},
		Consent: &lead.Consent{SHA256: "00", At: time.Date(2026, 11, 22, 9, 15, 4, 0, time.UTC)},
		Spam:    lead.SpamScore{Score: 10, Reasons: []string{"a sign: +10"}},
	}
	return l.Received(time.Date(2026, 11, 22, 9, 15, 4, 123456789, time.UTC))
}

// A parcel holds the whole lead, in one line of characters that a queue takes.
func TestParcel(t *testing.T) {
	for _, message := range []string{"", "Hello\nSam", "<b>&\"\\", "\uFFFE\uFFFF\uFFFD\U0001F600\u2028", `a \ufffe`, "\\\uFFFE", strings.Repeat("\"\n", form.MaxRunes/2)} {
		for _, trap := range []int{0, lead.SpamThreshold} {
			l := waiting(message)
			l.Spam.Score = trap
			l = l.Received(l.CreatedAt)
			text, err := l.Parcel()
			if err != nil {
				t.Fatal(err)
			}
			if strings.ContainsAny(text, "\n\r\x00\uFFFE\uFFFF") || len(text) > 200_000 {
				t.Errorf("%.20q becomes a parcel of %d bytes: %.100q", message, len(text), text)
			}
			got, err := lead.ReadParcel(text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(l, got); diff != "" {
				t.Errorf("%.20q:\n%s", message, diff)
			}
		}
	}
}

func TestWhatIsNoParcel(t *testing.T) {
	whole, err := waiting("Hello").Parcel()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "an empty object": "{}", "a list": "[]", "torn": whole[:len(whole)-1], "two": whole + whole,
		"no id":     strings.Replace(whole, strings.Repeat("a", 26), "../../etc", 1),
		"no form":   strings.Replace(whole, `"contact"`, `""`, 1),
		"no time":   strings.Replace(whole, `"created_at"`, `"created"`, 1),
		"decided":   strings.Replace(whole, `"new"`, `"won"`, 1),
		"version 0": strings.Replace(whole, `"parcel":1`, `"parcel":0`, 1),
	} {
		if l, err := lead.ReadParcel(text); !errors.Is(err, lead.ErrParcel) {
			t.Errorf("%s: %+v, %v", name, l, err)
		}
	}
	// A program that was rolled back leaves a later one's parcels alone.
	if _, err := lead.ReadParcel(strings.Replace(whole, `"parcel":1`, `"parcel":2`, 1)); err == nil || errors.Is(err, lead.ErrParcel) {
		t.Errorf("a later version: %v", err)
	}
}

// FuzzReadParcel: nothing that lies in a spool makes the program panic, and what is read as a lead is written and read
// again the same.
func FuzzReadParcel(f *testing.F) {
	whole, err := waiting("Hello").Parcel()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:100])
	f.Add(`{"parcel":1,"lead":{"id":"aaaaaaaaaaaaaaaaaaaaaaaaaa","form":"f","status":"spam","created_at":"2026-11-22T09:15:04Z","fields":{"a":[]}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := lead.ReadParcel(text)
		if err != nil {
			return
		}
		again, err := l.Parcel()
		if err != nil {
			return // a year beyond 9999 cannot be written
		}
		back, err := lead.ReadParcel(again)
		if err != nil {
			t.Fatal(err)
		}
		third, err := back.Parcel()
		if err != nil || third != again {
			t.Errorf("%s became %s, %v", again, third, err)
		}
	})
}
