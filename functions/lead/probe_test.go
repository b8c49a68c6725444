package lead_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"leadsite/functions/lead"
)

func probe(t testing.TB, keys lead.Keys) (lead.Probe, string) {
	t.Helper()
	p, token, err := keys.NewProbe(madeAt, bytes.NewReader(bytes.Repeat([]byte{7}, 10)))
	if err != nil {
		t.Fatal(err)
	}
	return p, token
}

func TestProbe(t *testing.T) {
	keys := newKeys(t, 1)
	p, token := probe(t, keys)
	got, err := keys.ReadProbe(token, madeAt.Add(time.Second))
	if err != nil || got != p || p.State != lead.Pending || !p.At.Equal(lead.Moment(madeAt)) || !lead.ValidProbeID(p.ID) {
		t.Errorf("made %+v, read %+v, %v", p, got, err)
	}
	if lead.ValidID(p.ID) || lead.ValidProbeID(someLead) {
		t.Error("the ids of probes and leads can be confused")
	}
	later, _, err := keys.NewProbe(madeAt.Add(time.Millisecond), bytes.NewReader(make([]byte, 10)))
	if err != nil || later.ID <= p.ID {
		t.Errorf("%s, which set out later, sorts before %s", later.ID, p.ID)
	}
	if _, _, err := keys.NewProbe(madeAt, strings.NewReader("short")); err == nil {
		t.Error("a probe without enough randomness")
	}
}

// The clocks at both ends may differ by a few minutes, and no more: a token that was seen cannot be used later.
func TestProbeExpires(t *testing.T) {
	keys := newKeys(t, 1)
	_, token := probe(t, keys)
	for skew, want := range map[time.Duration]error{
		0: nil, lead.ProbeLife - time.Second: nil, -lead.ProbeLife + time.Second: nil,
		lead.ProbeLife: lead.ErrExpired, -lead.ProbeLife: lead.ErrExpired, 24 * time.Hour: lead.ErrExpired, -24 * time.Hour: lead.ErrExpired,
	} {
		if p, err := keys.ReadProbe(token, lead.Moment(madeAt).Add(skew)); !errors.Is(err, want) || err != nil && p.ID != "" {
			t.Errorf("after %v: %+v, %v", skew, p, err)
		}
	}
}

func TestProbeForged(t *testing.T) {
	keys := newKeys(t, 1)
	_, token := probe(t, keys)
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	forged := []string{"", ".", token + "A", token + "=", token + "\n", " " + token, challenge(t, keys), link(t, keys, nil), keys.NewPress("", 1),
		keys.NewPress("probe", 1), strings.Repeat("A", len(token))}
	for i := range raw { // every byte counts
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		forged = append(forged, base64.RawURLEncoding.EncodeToString(changed))
	}
	for i := range token {
		forged = append(forged, token[:i])
	}
	for _, s := range forged {
		if p, err := keys.ReadProbe(s, madeAt); !errors.Is(err, lead.ErrForged) || p.ID != "" {
			t.Errorf("%q: %+v, %v", s, p, err)
		}
	}
	if _, err := newKeys(t, 2).ReadProbe(token, madeAt); !errors.Is(err, lead.ErrForged) {
		t.Errorf("a probe of another site: %v", err)
	}
	for what, err := range map[string]error{
		"link":      func() error { _, err := keys.ReadLink(token, madeAt); return err }(),
		"challenge": func() error { _, err := keys.ReadChallenge("contact", token); return err }(),
		"press":     func() error { _, err := keys.ReadPress("", token); return err }(),
	} {
		if !errors.Is(err, lead.ErrForged) {
			t.Errorf("a probe's token as %s: %v", what, err)
		}
	}
	_, old := probe(t, newKeys(t, 1, 7))
	if _, err := newKeys(t, 1, 8, 7).ReadProbe(old, madeAt); err != nil {
		t.Errorf("signed with the secret before the newest: %v", err)
	}
}
