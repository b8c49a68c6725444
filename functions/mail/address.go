package mail

import (
	"errors"
	netmail "net/mail"
	"strings"

	"golang.org/x/net/idna"
)

// longestAddress is what RFC 5321 leaves for an address within its path of 256 bytes.
const longestAddress = 254

// Address writes a bare address as it may stand in a header or an envelope: quoted where it must be, the domain in
// ASCII. It refuses what is no single address, what has a display name, and a local part outside ASCII, which most
// mail servers would refuse later.
func Address(s string) (string, error) {
	parsed, err := netmail.ParseAddress(s)
	if err != nil {
		return "", errors.New("not an e-mail address") // the parser's own words repeat the address
	}
	if parsed.Name != "" {
		return "", errors.New("an address with a name, where a bare one belongs")
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	if !isASCII(parsed.Address[:at]) {
		return "", errors.New("an address whose local part is not ASCII")
	}
	domain, err := asciiDomain(parsed.Address[at+1:])
	if err != nil {
		return "", errors.New("an address whose domain cannot be written in ASCII")
	}
	parsed.Address = parsed.Address[:at+1] + domain
	address := strings.TrimSuffix(strings.TrimPrefix(parsed.String(), "<"), ">")
	if len(address) > longestAddress {
		return "", errors.New("an address longer than any mailbox's")
	}
	return address, nil
}

// asciiDomain leaves a domain in ASCII as it is, because address literals and underscores are no business of ours.
func asciiDomain(domain string) (string, error) {
	if isASCII(domain) {
		return domain, nil
	}
	return idna.Lookup.ToASCII(domain)
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > 0x7e || r < 0x20 }) < 0
}
