package lead_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

const uuidA = "0b1c9f62-7a3e-4d55-9c1b-2f4f5c8d7e10"

func identity(change func(*lead.Identity)) lead.Identity {
	i := lead.Identity{
		Form:    "contact",
		Values:  form.Values{"email": {Text: "ada@example.com"}, "days": {List: []string{"mon", "tue"}}},
		Consent: true,
		Known:   true,
		At:      time.Date(2026, 11, 22, 23, 59, 59, 0, time.UTC),
	}
	if change != nil {
		change(&i)
	}
	return i
}

func id(t *testing.T, keys lead.Keys, i lead.Identity) string {
	t.Helper()
	id, err := keys.ID(i, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if !lead.ValidID(id) {
		t.Errorf("%q is not a valid id", id)
	}
	return id
}

// An id names a lead for as long as there is a secret: it may never change.
func TestIDIsFixed(t *testing.T) {
	keys := newKeys(t, 1)
	if got, want := id(t, keys, identity(nil)), "5epngdapc9cwrt1bs0z4xg0m18"; got != want {
		t.Errorf("got %s, was %s", got, want)
	}
}

func TestIDSameAndOther(t *testing.T) {
	keys := newKeys(t, 1)
	withUUID := func(i *lead.Identity) { i.Posted = uuidA }
	for _, c := range []struct {
		what string
		a, b func(*lead.Identity)
		same bool
	}{
		{"the same", nil, nil, true},
		{"hours later the same day", func(i *lead.Identity) { i.At = i.At.Add(-20 * time.Hour) }, nil, true},
		{"the pair around midnight", func(i *lead.Identity) { i.At = i.At.Add(2 * time.Second) }, nil, false},
		{"the same day in another zone", func(i *lead.Identity) { i.At = i.At.In(time.FixedZone("", 7200)) }, nil, true},
		{"another form", func(i *lead.Identity) { i.Form = "checklist" }, nil, false},
		{"another value", func(i *lead.Identity) { i.Values["email"] = form.Value{Text: "eve@example.com"} }, nil, false},
		{"one tick fewer", func(i *lead.Identity) { i.Values["days"] = form.Value{List: []string{"mon"}} }, nil, false},
		{"a text that looks like the list", func(i *lead.Identity) { i.Values["days"] = form.Value{Text: "mon, tue"} }, nil, false},
		{"no consent", func(i *lead.Identity) { i.Consent = false }, nil, false},
		{"a retry after midnight with _id", func(i *lead.Identity) { withUUID(i); i.At = i.At.Add(time.Hour) }, withUUID, true},
		{"_id in capitals", func(i *lead.Identity) { i.Posted = strings.ToUpper(uuidA) }, withUUID, true},
		{"_id with other content", func(i *lead.Identity) { withUUID(i); i.Values["email"] = form.Value{Text: "x@example.com"} }, withUUID, false},
		{"another _id", func(i *lead.Identity) { i.Posted = strings.Replace(uuidA, "0b", "0c", 1) }, withUUID, false},
		{"_id and none", withUUID, nil, false},
		{"an _id that is no UUID counts as none", func(i *lead.Identity) { i.Posted = "retry-1" }, nil, true},
		{"nobody known, twice", func(i *lead.Identity) { i.Known = false }, func(i *lead.Identity) { i.Known = false }, false},
		{"nobody known, with _id", func(i *lead.Identity) { withUUID(i); i.Known = false }, withUUID, true},
	} {
		a, b := id(t, keys, identity(c.a)), id(t, keys, identity(c.b))
		if (a == b) != c.same {
			t.Errorf("%s: %s and %s, the same must be %v", c.what, a, b, c.same)
		}
	}
	if id(t, newKeys(t, 2), identity(nil)) == id(t, keys, identity(nil)) {
		t.Error("another secret gives the same id")
	}
	if id(t, newKeys(t, 1, 9), identity(nil)) != id(t, keys, identity(nil)) {
		t.Error("a younger secret for tokens gives another id")
	}
}

func TestIDWithoutRandomness(t *testing.T) {
	keys := newKeys(t, 1)
	nobody := identity(func(i *lead.Identity) { i.Known = false })
	if id, err := keys.ID(nobody, strings.NewReader("short")); err == nil {
		t.Errorf("too little randomness gives the id %s", id)
	}
}

func TestValidID(t *testing.T) {
	for s, want := range map[string]bool{
		"h5k2w7q3zt4m6y8c9d1e0f2g3a": true, "": false, "h5k2w7q3zt4m6y8c9d1e0f2g3": false,
		"H5k2w7q3zt4m6y8c9d1e0f2g3a": false, "h5k2w7q3zt4m6y8c9d1e0f2g3/": false, "il5k2w7q3zt4m6y8c9d1e0f2g3": false,
	} {
		if lead.ValidID(s) != want {
			t.Errorf("%q: valid must be %v", s, want)
		}
	}
}

func TestEventIDs(t *testing.T) {
	at := time.Date(2026, 11, 22, 9, 15, 4, 123456789, time.FixedZone("", 3600))
	e := lead.NewEvent(lead.Event{At: at, Kind: lead.EventMail, By: "notify", To: "a@example.com", State: "accepted"})
	if want := time.Date(2026, 11, 22, 8, 15, 4, 123000000, time.UTC); !e.At.Equal(want) || e.At.Location() != time.UTC {
		t.Errorf("at %v, want %v", e.At, want)
	}
	if again := lead.NewEvent(e); again != e {
		t.Errorf("the same happening: %v and %v", e, again)
	}
	other := e
	other.To = "b@example.com"
	if lead.NewEvent(other).ID == e.ID {
		t.Error("another recipient has the same id")
	}
	rapid.Check(t, func(t *rapid.T) {
		early := rapid.Int64Range(0, 1<<42).Draw(t, "early")
		late := early + rapid.Int64Range(1, 1<<42).Draw(t, "later by")
		kinds := rapid.SliceOfN(rapid.String(), 2, 2).Draw(t, "kinds")
		a := lead.NewEvent(lead.Event{At: time.UnixMilli(early), Kind: kinds[0]})
		b := lead.NewEvent(lead.Event{At: time.UnixMilli(late), Kind: kinds[1]})
		if a.ID >= b.ID {
			t.Fatalf("%s is not before %s", a.ID, b.ID)
		}
	})
}
