package lead

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A link lets its holder see one lead and decide about it without signing in: it is in the mail to one recipient. In
// text it is base64url without padding, over
//
//	0       version, 1
//	1       name of the key that signed it
//	2-7     until when it holds, milliseconds of the Unix epoch, big-endian
//	8       what it lets do: a bit for each of Actions, the first lowest
//	9-34    the lead's id
//	35-     the recipient's address, 1 to 254 bytes
//	last 32 HMAC-SHA256(key, "link", the bytes before)
//
// There is one text for what it says: whatever else decodes to the same bytes is not ours.
const (
	linkVersion   = 1
	linkHead      = 35
	longestBearer = 254 // bytes of an address
	macSize       = sha256.Size
)

// LinkLife is how long the link in a mail holds: a quarter of a year, in which most sales are won or lost.
const LinkLife = 90 * 24 * time.Hour

// LinkPath is the address of a link on its site. The token is in the query, because logs of what stands in front hold the
// paths of requests; edge.yaml keeps queries out of the log.
func LinkPath(token string) string { return "/desk/v/?" + LinkParam + "=" + token }

// LinkParam names the token in the query of a link's address.
const LinkParam = "t"

// ErrExpired is the answer to a link that was ours and holds no more.
var ErrExpired = errors.New("the link has expired")

// Link is what a link says.
type Link struct {
	Lead      string    // id
	Recipient string    // bare address of whoever decides
	Actions   []Action  // what they may do
	Expires   time.Time // whole milliseconds
}

// May says whether the link lets its holder do something.
func (l Link) May(a Action) bool { return slices.Contains(l.Actions, a) }

// NewLink signs a link. It refuses one that no mail could need: without a lead's id, or without an address.
func (k Keys) NewLink(l Link) (string, error) {
	if !ValidID(l.Lead) {
		return "", fmt.Errorf("signing a link: %q is no lead's id", l.Lead)
	}
	if l.Recipient == "" || len(l.Recipient) > longestBearer {
		return "", fmt.Errorf("signing a link: an address of %d bytes", len(l.Recipient))
	}
	b := make([]byte, linkHead, linkHead+len(l.Recipient)+macSize)
	b[0], b[1], b[8] = linkVersion, k.tokens[0].name, bitsOf(l.Actions)
	putMillis(b[2:8], l.Expires)
	copy(b[9:linkHead], l.Lead)
	b = append(b, l.Recipient...)
	return k.seal(b, "link"), nil
}

// ReadLink verifies a link. ErrForged, ErrExpired; the second comes with what the link said.
func (k Keys) ReadLink(token string, now time.Time) (Link, error) {
	b, err := k.unseal(token, linkVersion, linkHead+1, "link")
	if err != nil {
		return Link{}, err
	}
	l := Link{Lead: string(b[9:linkHead]), Recipient: string(b[linkHead:]), Actions: actionsOf(b[8]), Expires: millis(b[2:8])}
	if !now.Before(l.Expires) {
		return l, ErrExpired
	}
	return l, nil
}

// A press is what a page behind a link carries in its form: which version of the lead it showed. It decides once,
// because deciding makes another version; and a page that lay open meanwhile cannot overrule what it has not seen. In
// text it is base64url without padding, over
//
//	0      version, 1
//	1      name of the key that signed it
//	2-5    Lead.Version, big-endian
//	6-37   HMAC-SHA256(key, "press", the link's text, the bytes before)
const (
	pressVersion = 1
	pressHead    = 6
)

// NewPress signs a press for the page behind a link.
func (k Keys) NewPress(link string, version int) string {
	b := make([]byte, pressHead, pressHead+macSize)
	b[0], b[1] = pressVersion, k.tokens[0].name
	binary.BigEndian.PutUint32(b[2:], uint32(version))
	return k.seal(b, "press", link)
}

// ReadPress verifies a press that came back to the same link, and returns the version of the lead that was shown.
// ErrForged.
func (k Keys) ReadPress(link, token string) (version int, err error) {
	b, err := k.unseal(token, pressVersion, pressHead, "press", link)
	if err != nil || len(b) != pressHead {
		return 0, ErrForged
	}
	return int(binary.BigEndian.Uint32(b[2:])), nil
}

// seal appends the MAC of the newest key, whose name is b[1] already, and writes all as text.
func (k Keys) seal(b []byte, scope ...string) string {
	return base64.RawURLEncoding.EncodeToString(append(b, k.tokens[0].mac(b, scope)...))
}

// unseal reads what seal wrote for the same scope, and returns the bytes without their MAC: at least size of them. It
// compares in constant time, with every key of the name that the text gives.
func (k Keys) unseal(token string, version byte, size int, scope ...string) ([]byte, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(b) < size+macSize || base64.RawURLEncoding.EncodedLen(len(b)) != len(token) || b[0] != version {
		return nil, ErrForged // the length tells of line breaks, which the decoder skips
	}
	body, mac := b[:len(b)-macSize], b[len(b)-macSize:]
	ok := false
	for _, key := range k.tokens {
		if key.name == b[1] && hmac.Equal(mac, key.mac(body, scope)) {
			ok = true
		}
	}
	if !ok {
		return nil, ErrForged
	}
	return body, nil
}

func (k tokenKey) mac(body []byte, scope []string) []byte {
	h := hmac.New(sha256.New, k.key)
	for _, part := range scope {
		writePart(h, part)
	}
	writePart(h, string(body))
	return h.Sum(nil)
}

func bitsOf(actions []Action) (bits byte) {
	for i, a := range Actions() {
		if slices.Contains(actions, a) {
			bits |= 1 << i
		}
	}
	return bits
}

func actionsOf(bits byte) (actions []Action) {
	for i, a := range Actions() {
		if bits&(1<<i) != 0 {
			actions = append(actions, a)
		}
	}
	return actions
}
