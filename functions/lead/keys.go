package lead

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/netip"
	"strings"
)

// KeySize is the length in bytes of a secret and of every key made from one.
const KeySize = 32

// Keys are all keys of one site, made from one secret by HKDF-SHA256 with a label per purpose. The zero Keys has no
// keys and panics when used.
//
// The key of ids and the keys of persons, addresses and texts come from the root secret and never change: they name what is
// stored. Tokens (challenges, and later the links in a mail) may be signed with a younger secret, so that a secret
// that leaked can be replaced: the newest signs, all verify.
type Keys struct {
	id, person, address, text []byte
	tokens                    []tokenKey // newest first
}

// tokenKey signs tokens. Its name is in every token and says which key signed it; it is no secret.
type tokenKey struct {
	name byte
	key  []byte
}

// NewKeys makes the keys from a root secret and the younger secrets for tokens, newest first (none: tokens are signed
// with a key of the root). Every secret is KeySize bytes.
func NewKeys(root []byte, tokens ...[]byte) (Keys, error) {
	var k Keys
	for _, secret := range append(tokens[:len(tokens):len(tokens)], root) {
		if len(secret) != KeySize {
			return Keys{}, fmt.Errorf("making keys: a secret is %d bytes long, not %d", len(secret), KeySize)
		}
		key := derive(secret, "leadsite token v1")
		k.tokens = append(k.tokens, tokenKey{name: derive(key, "name")[0], key: key})
	}
	k.id = derive(root, "leadsite id v1")
	k.person = derive(root, "leadsite person v1")
	k.address = derive(root, "leadsite address v1")
	k.text = derive(root, "leadsite text v1")
	return k, nil
}

func derive(secret []byte, label string) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, label, KeySize)
	if err != nil {
		panic("lead: hkdf of a fixed length failed: " + err.Error()) // only for lengths that are not KeySize
	}
	return key
}

// ParseKeys reads secrets as the file STATE/secret and the parameter in AWS hold them: one secret per line, in 64
// hexadecimal digits, the root first, then secrets for tokens, newest first. Blank lines and lines that begin with #
// are ignored.
func ParseKeys(text string) (Keys, error) {
	var secrets [][]byte
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		secret, err := hex.DecodeString(line)
		if err != nil {
			return Keys{}, errors.New("reading secrets: a line is not hexadecimal digits") // the line itself stays out of logs
		}
		secrets = append(secrets, secret)
	}
	if len(secrets) == 0 {
		return Keys{}, errors.New("reading secrets: there is none")
	}
	return NewKeys(secrets[0], secrets[1:]...)
}

// NewSecret draws a secret and writes it as ParseKeys reads it: one line, with its newline.
func NewSecret(random io.Reader) (string, error) {
	secret := make([]byte, KeySize)
	if _, err := io.ReadFull(random, secret); err != nil {
		return "", fmt.Errorf("drawing a secret: %w", err)
	}
	return hex.EncodeToString(secret) + "\n", nil
}

// Person is the keyed hash by which the leads of one e-mail address find each other: 26 characters, or "" for no
// address. Case does not matter.
func (k Keys) Person(email string) string {
	if email == "" {
		return ""
	}
	return sum(k.person, strings.ToLower(email))
}

// Address is the keyed hash under which a visitor's network address is counted: of the address itself for IPv4, of
// its /64 for IPv6, because that is what one visitor is given. The address cannot be read from it.
func (k Keys) Address(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	if addr.Is6() {
		if prefix, err := addr.Prefix(64); err == nil {
			return sum(k.address, prefix.String())
		}
	}
	return sum(k.address, addr.String())
}

// Text is the keyed hash of what somebody wrote, by which the same words of somebody else are noticed. White space and
// case do not matter. The words cannot be read from it.
func (k Keys) Text(text string) string {
	return sum(k.text, strings.ToLower(strings.Join(strings.Fields(text), " ")))
}

// sum is HMAC-SHA256 over the parts, each with its length before it, cut to 128 bits: 26 characters.
func sum(key []byte, parts ...string) string {
	h := hmac.New(sha256.New, key)
	for _, part := range parts {
		writePart(h, part)
	}
	return encode(h.Sum(nil))
}

// writePart hashes a part with its length before it, so that no two lists of parts look the same.
func writePart(h hash.Hash, part string) {
	fmt.Fprintf(h, "%d:%s", len(part), part)
}
