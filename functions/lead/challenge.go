package lead

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"strings"
	"time"
)

// A challenge is what a form's script fetches when a visitor first touches the form. It proves when that was. In text
// it is 48 characters of base64url without padding, over 36 bytes:
//
//	0      version, 2
//	1      name of the key that signed it
//	2-7    when it was made, milliseconds of the Unix epoch, big-endian
//	8      how much work its proof is, in bits
//	9-19   random: makes it one of a kind, so that it can be spent
//	20-35  the first half of HMAC-SHA256(key, "challenge", form, bytes 0-19)
//
// The answer that comes back in _token is the challenge, and may go on with "." and a proof of work: letters and digits
// of any kind, such that the SHA-256 of the whole answer begins with so many zero bits. The theme's script looks for six
// hexadecimal digits, which together with the rest are one block of SHA-256.
const (
	challengeVersion = 2
	challengeBody    = 20
	challengeSize    = 36
	challengeText    = 48 // the decoder skips line breaks, so the length is asked for too
)

// ChallengeWork is how much work a new challenge asks for, in bits: on average 2 to that power attempts. With 14 the
// theme's script needs 28 ms here on average, and 130 ms for one in a hundred challenges (V8 20, 584,000 attempts a
// second on one core): on a phone six times slower, 0.2 and 0.8 seconds, while the visitor writes.
const ChallengeWork = 14

// ChallengeLife is how long a challenge says something. An older one is as good as none.
const ChallengeLife = 24 * time.Hour

// ErrForged is the answer to a token that none of our keys signed for this use.
var ErrForged = errors.New("the token is not ours")

// Challenge is one that was read and verified.
type Challenge struct {
	ID      string // names it in Store.Spend
	MadeAt  time.Time
	Expires time.Time // MadeAt and ChallengeLife
	Proof   Proof
}

// Proof is what an answer says of the work.
type Proof int

// What an answer can say.
const (
	NoProof    Proof = iota // nothing: its browser has no script, or was not done yet
	RightProof              // it was done
	WrongProof              // something that is not it
)

// NewChallenge makes a challenge for a form. The error is random's.
func (k Keys) NewChallenge(form string, now time.Time, random io.Reader) (string, error) {
	b := make([]byte, challengeBody, challengeSize)
	b[0], b[1] = challengeVersion, k.tokens[0].name
	putMillis(b[2:8], now)
	b[8] = ChallengeWork
	if _, err := io.ReadFull(random, b[9:]); err != nil {
		return "", fmt.Errorf("drawing a challenge: %w", err)
	}
	b = append(b, k.tokens[0].sign(form, b)...)
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// ReadChallenge verifies an answer that came with a submission of the form. It does not ask how old it is. ErrForged.
func (k Keys) ReadChallenge(form, answer string) (Challenge, error) {
	token, proof, given := strings.Cut(answer, ".")
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(token) != challengeText || len(b) != challengeSize || b[0] != challengeVersion || !k.signed(form, b) {
		return Challenge{}, ErrForged
	}
	made := millis(b[2:8])
	c := Challenge{ID: hex.EncodeToString(b[9:challengeBody]), MadeAt: made, Expires: made.Add(ChallengeLife)}
	if given && proof != "" {
		c.Proof = proofOf(answer, int(b[8]))
	}
	return c, nil
}

// proofOf says whether the hash of an answer begins with so many zero bits.
func proofOf(answer string, work int) Proof {
	sum := sha256.Sum256([]byte(answer))
	if bits.LeadingZeros64(binary.BigEndian.Uint64(sum[:8])) < work {
		return WrongProof
	}
	return RightProof
}

// signed compares in constant time, with every key of the name that the token gives.
func (k Keys) signed(form string, b []byte) bool {
	ok := false
	for _, key := range k.tokens {
		if key.name == b[1] && hmac.Equal(b[challengeBody:], key.sign(form, b[:challengeBody])) {
			ok = true
		}
	}
	return ok
}

func (k tokenKey) sign(form string, body []byte) []byte {
	h := hmac.New(sha256.New, k.key)
	for _, part := range []string{"challenge", form, string(body)} {
		writePart(h, part)
	}
	return h.Sum(nil)[:challengeSize-challengeBody]
}

func putMillis(b []byte, t time.Time) {
	var wide [8]byte
	binary.BigEndian.PutUint64(wide[:], uint64(t.UnixMilli()))
	copy(b, wide[2:])
}

func millis(b []byte) time.Time {
	var wide [8]byte
	copy(wide[2:], b)
	return time.UnixMilli(int64(binary.BigEndian.Uint64(wide[:]))).UTC()
}
