package lead_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/lead"
)

const someLead = "h5k2w7q3zt4m6y8c9d1e0f2g3a"

func someLink(change func(*lead.Link)) lead.Link {
	l := lead.Link{Lead: someLead, Recipient: "sales@example.com", Actions: lead.Actions(), Expires: madeAt.Add(lead.LinkLife)}
	if change != nil {
		change(&l)
	}
	return l
}

func link(t testing.TB, keys lead.Keys, change func(*lead.Link)) string {
	t.Helper()
	token, err := keys.NewLink(someLink(change))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestLink(t *testing.T) {
	keys := newKeys(t, 1)
	for what, change := range map[string]func(*lead.Link){
		"all actions":          nil,
		"one action":           func(l *lead.Link) { l.Actions = []lead.Action{lead.Action(lead.Unfit)} },
		"none":                 func(l *lead.Link) { l.Actions = nil },
		"an unusual address":   func(l *lead.Link) { l.Recipient = "jörg.müller+a/b@exämple.com" },
		"the longest address":  func(l *lead.Link) { l.Recipient = strings.Repeat("a", 242) + "@example.com" },
		"the shortest address": func(l *lead.Link) { l.Recipient = "a" },
	} {
		token := link(t, keys, change)
		if strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			t.Errorf("%s: %q has characters that a path escapes", what, token)
		}
		got, err := keys.ReadLink(token, madeAt)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if diff := cmp.Diff(someLink(change), got); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
	}
	for what, change := range map[string]func(*lead.Link){
		"no lead":          func(l *lead.Link) { l.Lead = "" },
		"no lead's id":     func(l *lead.Link) { l.Lead = "../../etc/passwd" },
		"nobody":           func(l *lead.Link) { l.Recipient = "" },
		"too long address": func(l *lead.Link) { l.Recipient = strings.Repeat("a", 255) },
	} {
		if token, err := keys.NewLink(someLink(change)); err == nil {
			t.Errorf("%s: signed as %s", what, token)
		}
	}
}

// Links are in mails for a quarter of a year: what is signed today must be read by every later version.
func TestLinkIsFixed(t *testing.T) {
	const want = "AdUBo9IF-jt_aDVrMnc3cTN6dDRtNnk4YzlkMWUwZjJnM2FzYWxlc0BleGFtcGxlLmNvbfH51IhnepXfrVVoaVrrhx3C7LJ-qN3eODIIQxDqNuNY"
	if got := link(t, newKeys(t, 1), nil); got != want {
		t.Errorf("signed as %s, was %s", got, want)
	}
}

func TestLinkExpires(t *testing.T) {
	keys := newKeys(t, 1)
	token, ends := link(t, keys, nil), madeAt.Add(lead.LinkLife)
	if _, err := keys.ReadLink(token, ends.Add(-time.Millisecond)); err != nil {
		t.Errorf("in its last millisecond: %v", err)
	}
	l, err := keys.ReadLink(token, ends)
	if !errors.Is(err, lead.ErrExpired) || l.Lead != someLead {
		t.Errorf("at its end: %+v, %v", l, err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	raw[2]++ // a later end, which nobody signed
	if _, err := keys.ReadLink(base64.RawURLEncoding.EncodeToString(raw), ends); !errors.Is(err, lead.ErrForged) {
		t.Errorf("made longer: %v", err)
	}
}

func TestLinkForged(t *testing.T) {
	keys := newKeys(t, 1)
	token := link(t, keys, nil)
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	forged := []string{"", ".", "x", "=" + token, token + "=", token + "A", token + "\n", token[:20] + "\r\n" + token[20:], " " + token,
		strings.Repeat("A", len(token)), challenge(t, keys), keys.NewPress(token, 1)}
	for i := range raw { // every byte counts
		for _, change := range []byte{1, 0x80} {
			changed := bytes.Clone(raw)
			changed[i] ^= change
			forged = append(forged, base64.RawURLEncoding.EncodeToString(changed))
		}
	}
	for i := range token { // truncated anywhere
		forged = append(forged, token[:i])
	}
	for _, s := range forged {
		if l, err := keys.ReadLink(s, madeAt); !errors.Is(err, lead.ErrForged) || l.Lead != "" {
			t.Errorf("%q: %+v, %v", s, l, err)
		}
	}
	if _, err := newKeys(t, 2).ReadLink(token, madeAt); !errors.Is(err, lead.ErrForged) {
		t.Errorf("a link of another site: %v", err)
	}
}

// The newest secret signs, the older ones still verify, and one that is gone does not.
func TestLinkRotation(t *testing.T) {
	before, during, after := newKeys(t, 1), newKeys(t, 1, 7), newKeys(t, 1, 8, 7)
	for what, c := range map[string]struct {
		signs, reads lead.Keys
		ok           bool
	}{
		"the root's, one younger":    {before, during, true},
		"a young one, a younger":     {during, after, true},
		"a younger one, not known":   {after, during, false},
		"a young one, not known":     {during, before, false},
		"the root's, two secrets on": {before, after, true},
	} {
		token := link(t, c.signs, nil)
		if _, err := c.reads.ReadLink(token, madeAt); (err == nil) != c.ok {
			t.Errorf("a link of %s: %v", what, err)
		}
		if version, err := c.reads.ReadPress(token, c.signs.NewPress(token, 7)); (err == nil && version == 7) != c.ok {
			t.Errorf("a press of %s: %d, %v", what, version, err)
		}
	}
}

func TestPress(t *testing.T) {
	keys := newKeys(t, 1)
	mine, other := link(t, keys, nil), link(t, keys, func(l *lead.Link) { l.Recipient = "ines@example.com" })
	press := keys.NewPress(mine, 3)
	if version, err := keys.ReadPress(mine, press); err != nil || version != 3 {
		t.Fatalf("read as %d, %v", version, err)
	}
	if keys.NewPress(mine, 4) == press {
		t.Error("two versions have one press")
	}
	forged := map[string]string{"nothing": "", "the link": mine, "a challenge": challenge(t, keys),
		"of somebody else's page": keys.NewPress(other, 3), "of another site": newKeys(t, 2).NewPress(mine, 3), "a line break": press + "\n"}
	for i := range press {
		forged["truncated to "+press[:i]] = press[:i]
	}
	raw, _ := base64.RawURLEncoding.DecodeString(press)
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		forged["changed at "+string(rune('A'+i))] = base64.RawURLEncoding.EncodeToString(changed)
	}
	for what, s := range forged {
		if version, err := keys.ReadPress(mine, s); !errors.Is(err, lead.ErrForged) {
			t.Errorf("%s: %d, %v", what, version, err)
		}
	}
}

// FuzzLink: of all texts only the one that was signed is read, and it says what was signed.
func FuzzLink(f *testing.F) {
	keys := newKeys(f, 1)
	ours := link(f, keys, nil)
	f.Add(ours, "sales@example.com", byte(127))
	f.Add(ours[:40], "a", byte(0))
	f.Add("AQ", strings.Repeat("x", 254), byte(64))
	f.Add(ours+"\n", "", byte(1))
	f.Fuzz(func(t *testing.T, token, recipient string, bits byte) {
		if _, err := keys.ReadLink(token, madeAt); (err == nil) != (token == ours) {
			t.Errorf("%q: %v", token, err)
		}
		if _, err := keys.ReadPress(ours, token); err == nil && token != keys.NewPress(ours, 1) {
			t.Logf("a press of another version: %q", token)
		}
		l := someLink(func(l *lead.Link) { l.Recipient, l.Actions = recipient, nil })
		for i, a := range lead.Actions() {
			if bits&(1<<i) != 0 {
				l.Actions = append(l.Actions, a)
			}
		}
		signed, err := keys.NewLink(l)
		if (err == nil) != (len(recipient) > 0 && len(recipient) <= 254) {
			t.Fatalf("signing for %q: %v", recipient, err)
		}
		if err != nil {
			return
		}
		read, err := keys.ReadLink(signed, madeAt)
		if diff := cmp.Diff(l, read); err != nil || diff != "" {
			t.Errorf("read after write: %v\n%s", err, diff)
		}
	})
}
