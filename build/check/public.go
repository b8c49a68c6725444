package check

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// errPrivate is a connection that was not made, because visitors could not make it either.
var errPrivate = errors.New("its host is this machine or in a private network, where visitors cannot go")

// publicDialer connects to the public internet alone. The rule looks at the address that a name came to, when the
// connection is made, so that no name can lead around it.
func publicDialer() *net.Dialer {
	return &net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !public(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
}

// reserved are the ranges that the standard library has no word for, and that are nobody's on the internet.
var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16", "fec0::/10")

func prefixes(all ...string) []netip.Prefix {
	var list []netip.Prefix
	for _, text := range all {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// public says whether an address is one of the public internet.
func public(at netip.Addr) bool {
	at = at.Unmap().WithZone("")
	for _, p := range reserved {
		if p.Contains(at) {
			return false
		}
	}
	return at.IsGlobalUnicast() && !at.IsPrivate()
}

// plain says in plain words why there is no answer.
func plain(err error) string {
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err
	}
	if errors.Is(err, errPrivate) {
		return errPrivate.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return "there is no host " + dns.Name
	}
	if timed, ok := errors.AsType[net.Error](err); ok && timed.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %d seconds", int(timeout.Seconds()))
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return "its host refuses the connection"
	}
	for _, bad := range []any{new(*x509.UnknownAuthorityError), new(x509.UnknownAuthorityError), new(x509.HostnameError), new(x509.CertificateInvalidError)} {
		if errors.As(err, bad) {
			return "browsers do not accept its certificate"
		}
	}
	return strings.TrimSpace(err.Error())
}
