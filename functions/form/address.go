package form

import (
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// The longest address and the longest part before the @, in bytes (RFC 5321, with the erratum to RFC 3696).
const (
	maxAddress = 254
	maxLocal   = 64
	maxLabel   = 63
)

// Address says whether s is an e-mail address that a person may give: one bare address with a dotted domain, no
// quotes, comments, address literals, invisible characters or lists. It returns it as it is kept: composed (NFC),
// without spaces around it, the domain in lower case.
//
// net/mail.ParseAddress alone takes a@b, a@[127.0.0.1] and a bidi override in the middle.
func Address(s string) (address string, ok bool) {
	s = norm.NFC.String(strings.Trim(s, " \u00A0"))
	if len(s) > maxAddress || strings.ContainsFunc(s, unfitForAddress) {
		return "", false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Name != "" || parsed.Address != s {
		return "", false
	}
	local, domain, _ := strings.Cut(s, "@") // exactly one: a second needs quotes, and those are unfit
	domain = norm.NFC.String(strings.ToLower(domain))
	if len(local) > maxLocal || !isDomain(domain) {
		return "", false
	}
	return local + "@" + domain, true
}

// unfitForAddress is true of what can be in an RFC 5322 address, but is in no address that a person would give.
func unfitForAddress(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r == unicode.ReplacementChar || strings.ContainsRune(`"\(),:;<>[]`, r)
}

// isDomain is true of two or more labels of letters, digits and inner hyphens, the last of which is not a number.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) >= 2 && strings.Trim(last, "0123456789") != ""
}

func isLabel(s string) bool {
	return s != "" && len(s) <= maxLabel && s[0] != '-' && s[len(s)-1] != '-' &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		})
}
