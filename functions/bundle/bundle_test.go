package bundle_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
)

// full is a bundle in which every kind of value occurs.
func full() *bundle.Bundle {
	contact := &bundle.Form{
		Form: form.Form{Name: "contact", Lang: "en", Success: "/thanks/", RespondWithin: form.Duration(time.Hour),
			Fields: []form.Field{{Name: "email", Label: "E-mail", Type: form.Email, ShowWhen: &form.Condition{When: "page", Starts: "/"}}}},
		Schema: "9f31c2a4",
		Page: []bundle.Chunk{{HTML: "<main>"}, {Slot: bundle.Slot{Kind: bundle.SlotSummary}},
			{HTML: `<input value="`, Slot: bundle.Slot{Kind: bundle.SlotValue, Field: "email"}}, {HTML: `"></main>`}},
	}
	german := *contact
	german.Lang, german.Success = "de", "/de/danke/"
	return &bundle.Bundle{
		Version: bundle.Version, BaseURL: "https://www.example.com/", Zone: "Europe/Berlin", Langs: []string{"en", "de"},
		Forms:    map[string]map[string]*bundle.Form{"contact": {"en": contact, "de": &german}},
		Messages: map[string]form.Messages{"en": {"email": "<b> & “é”"}},
		Limits:   bundle.Limits{Submissions: 60, Mails: 20, Window: form.Duration(10 * time.Minute)},
	}
}

func TestReadWhatWasWritten(t *testing.T) {
	var first, second bytes.Buffer
	if err := full().Write(&first); err != nil {
		t.Fatal(err)
	}
	if err := full().Write(&second); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("the same bundle gives different bytes")
	}
	got, err := bundle.Read(first.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(full(), got); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":                "reading the bundle: EOF",
		`{"version": 1`:   "reading the bundle: unexpected EOF",
		`{"version": 99}`: "it has version 99, this program reads 1; build the site again",
		`{}`:              "it has version 0",
	} {
		if _, err := bundle.Read([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", in, err, want)
		}
	}
}

func TestFormByLanguage(t *testing.T) {
	b := full()
	for lang, want := range map[string]string{"en": "/thanks/", "de": "/de/danke/", "fr": "/thanks/", "": "/thanks/"} {
		if got := b.Form("contact", lang); got == nil || got.Success != want {
			t.Errorf("in %q: %+v", lang, got)
		}
	}
	if got := b.Form("nothing", "en"); got != nil {
		t.Errorf("an unknown form: %+v", got)
	}
	if got := (&bundle.Bundle{}).Form("contact", "en"); got != nil {
		t.Errorf("an empty bundle: %+v", got)
	}
}
