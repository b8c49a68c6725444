package lead_test

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"leadsite/functions/lead"
)

var madeAt = time.Date(2026, 11, 22, 9, 15, 4, 123000000, time.UTC)

func challenge(t testing.TB, keys lead.Keys) string {
	t.Helper()
	token, err := keys.NewChallenge("contact", madeAt, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestChallenge(t *testing.T) {
	keys := newKeys(t, 1)
	token := challenge(t, keys)
	if len(token) != 48 || strings.Trim(token, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		t.Errorf("%q does not look as documented", token)
	}
	c, err := keys.ReadChallenge("contact", token)
	if err != nil || !c.MadeAt.Equal(madeAt) || !c.Expires.Equal(madeAt.Add(lead.ChallengeLife)) || c.ID == "" {
		t.Fatalf("read as %+v, %v", c, err)
	}
	for answer, want := range map[string]lead.Proof{
		token: lead.NoProof, token + ".": lead.NoProof, prove(token): lead.RightProof, token + ".proof": lead.WrongProof,
		prove(token) + "0": lead.WrongProof, token + ".." + strings.TrimPrefix(prove(token), token): lead.WrongProof,
	} {
		got, err := keys.ReadChallenge("contact", answer)
		if got.Proof != want && got.Proof != lead.RightProof { // one in 16,384 wrong ones is right by chance
			t.Errorf("%q says %v, want %v", answer, got.Proof, want)
		}
		if got.Proof = c.Proof; err != nil || got != c {
			t.Errorf("with a proof behind it: %+v, %v", got, err)
		}
	}
	if other, _ := keys.ReadChallenge("contact", challenge(t, keys)); other.ID == c.ID {
		t.Error("two challenges have one id")
	}
	if _, err := keys.NewChallenge("contact", madeAt, strings.NewReader("short")); err == nil {
		t.Error("too little randomness makes a challenge")
	}
}

// prove does the work of a challenge as the theme's script does.
func prove(token string) (answer string) {
	for n := 0; ; n++ {
		answer = fmt.Sprintf("%s.%06x", token, n)
		if sum := sha256.Sum256([]byte(answer)); sum[0] == 0 && sum[1]>>2 == 0 { // lead.ChallengeWork bits
			return answer
		}
	}
}

func TestChallengeForged(t *testing.T) {
	keys := newKeys(t, 1)
	token := challenge(t, keys)
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	forged := []string{"", ".", "x", token[:47], token + "A", "=" + token, strings.Repeat("A", 48), token + "\n"}
	for i := range raw { // every byte counts
		changed := append([]byte{}, raw...)
		changed[i] ^= 1
		forged = append(forged, base64.RawURLEncoding.EncodeToString(changed))
	}
	for _, s := range forged {
		if _, err := keys.ReadChallenge("contact", s); !errors.Is(err, lead.ErrForged) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if _, err := keys.ReadChallenge("checklist", token); !errors.Is(err, lead.ErrForged) {
		t.Errorf("a challenge of another form: %v", err)
	}
	if _, err := newKeys(t, 2).ReadChallenge("contact", token); !errors.Is(err, lead.ErrForged) {
		t.Errorf("a challenge of another site: %v", err)
	}
}

// The newest secret signs, the older ones still verify, and one that is gone does not.
func TestChallengeRotation(t *testing.T) {
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
		if _, err := c.reads.ReadChallenge("contact", challenge(t, c.signs)); (err == nil) != c.ok {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzReadChallenge: of all texts only the one that was signed is read, whatever stands behind its dot.
func FuzzReadChallenge(f *testing.F) {
	keys := newKeys(f, 1)
	token, err := keys.NewChallenge("contact", madeAt, strings.NewReader("not random, so that each process has the same"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token)
	f.Add(token + ".proof")
	f.Add("AQ")
	f.Fuzz(func(t *testing.T, answer string) {
		_, err := keys.ReadChallenge("contact", answer)
		if ours, _, _ := strings.Cut(answer, "."); (err == nil) != (ours == token) {
			t.Errorf("%q: %v", answer, err)
		}
	})
}
