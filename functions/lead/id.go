package lead

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"leadsite/functions/form"
)

// alphabet is Crockford's base32 in lower case: no i, l, o or u, so that an id can be read out on the telephone.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// encode writes the first 16 bytes of sum as the 26 characters of an id.
func encode(sum []byte) string {
	return base32.NewEncoding(alphabet).WithPadding(base32.NoPadding).EncodeToString(sum[:16])
}

// Identity is what makes a submission the same as another.
type Identity struct {
	Form    string
	Posted  string      // the form's _id; anything but a UUID counts as absent
	Values  form.Values // cleaned, declared fields
	Consent bool
	Known   bool      // one of the values says who the visitor is: an e-mail address or a telephone number
	At      time.Time // when it came
}

// ID is the id of a lead: 26 characters of base32 over HMAC(id key, form, posted _id or else the UTC day, the declared
// values by name, consent). So a retry, with whatever token or source, meets the lead it made, and any other content
// is another lead by itself.
//
// Without a posted _id, and without a value that says who it is from, two equal messages may come from two people:
// the id is drawn from random instead. The error is random's.
func (k Keys) ID(i Identity, random io.Reader) (string, error) {
	scope := "id " + postedID(i.Posted)
	if scope == "id " {
		if !i.Known {
			return randomID(random)
		}
		scope = "day " + i.At.UTC().Format(time.DateOnly)
	}
	parts := []string{i.Form, scope, strconv.FormatBool(i.Consent)}
	for _, name := range slices.Sorted(maps.Keys(i.Values)) {
		v := i.Values[name]
		parts = append(parts, name, strconv.Itoa(len(v.List)), v.Text)
		parts = append(parts, v.List...)
	}
	return sum(k.id, parts...), nil
}

// postedID gives a UUID in its usual form, or "" for anything else.
func postedID(s string) string {
	if len(s) != 36 {
		return "" // uuid.Parse also takes braces and urn:uuid:, which no script of ours sends
	}
	id, err := uuid.Parse(s)
	if err != nil {
		return ""
	}
	return id.String()
}

func randomID(random io.Reader) (string, error) {
	b := make([]byte, 16)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("drawing an id: %w", err)
	}
	return encode(b), nil
}

// successor is the id of a lead in place of one that was erased. Nobody can guess it who does not know the first.
func successor(id string) string {
	h := sha256.Sum256([]byte("after " + id))
	return encode(h[:])
}

// ValidID says whether s could be the id of a lead. A store is not asked for anything else.
func ValidID(s string) bool {
	return len(s) == 26 && strings.Trim(s, alphabet) == ""
}
