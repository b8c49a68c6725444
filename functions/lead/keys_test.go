package lead_test

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"leadsite/functions/lead"
)

// secret is a secret of 32 equal bytes.
func secret(b byte) []byte { return bytes.Repeat([]byte{b}, lead.KeySize) }

func newKeys(t testing.TB, root byte, tokens ...byte) lead.Keys {
	t.Helper()
	var younger [][]byte
	for _, b := range tokens {
		younger = append(younger, secret(b))
	}
	keys, err := lead.NewKeys(secret(root), younger...)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// Persons and addresses name what is stored: these values may never change.
func TestPersonAndAddressAreFixed(t *testing.T) {
	keys := newKeys(t, 1)
	for _, c := range []struct{ what, got, want string }{
		{"person", keys.Person("ada@example.com"), "5pfzn41g953zkhv3ehw47gjf64"},
		{"nobody", keys.Person(""), ""},
		{"address", keys.Address(netip.MustParseAddr("192.0.2.1")), "rsv6h5v1s64brsm1na89vtygww"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, was %s", c.what, c.got, c.want)
		}
	}
}

func TestPersonIgnoresCaseAndKeepsApart(t *testing.T) {
	keys := newKeys(t, 1)
	ada := keys.Person("ada@example.com")
	if keys.Person("Ada@Example.com") != ada {
		t.Error("case makes another person")
	}
	if keys.Person("eve@example.com") == ada || newKeys(t, 2).Person("ada@example.com") == ada {
		t.Error("another address or another secret gives the same person")
	}
	if newKeys(t, 1, 7).Person("ada@example.com") != ada {
		t.Error("a younger secret for tokens makes another person")
	}
}

func TestAddressCountsIPv6ByNetwork(t *testing.T) {
	keys := newKeys(t, 1)
	of := func(s string) string { return keys.Address(netip.MustParseAddr(s)) }
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:1:2:3", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"192.0.2.1", "192.0.2.2", false},
		{"fe80::1%eth0", "fe80::2%eth1", true},
	} {
		if (of(c.a) == of(c.b)) != c.same {
			t.Errorf("%s and %s: counted together must be %v", c.a, c.b, c.same)
		}
	}
}

func TestSecrets(t *testing.T) {
	line, err := lead.NewSecret(bytes.NewReader(secret(1)))
	if err != nil || line != strings.Repeat("01", 32)+"\n" {
		t.Fatalf("a new secret is %q, %v", line, err)
	}
	keys, err := lead.ParseKeys("# made by hand\n\n" + line + " " + strings.Repeat("07", 32) + " \r\n")
	if err != nil {
		t.Fatal(err)
	}
	if keys.Person("ada@example.com") != newKeys(t, 1).Person("ada@example.com") {
		t.Error("the file's first line is not the root")
	}
	for _, bad := range []string{"", "# nothing\n", "xyz", "0101", line + "01\n"} {
		if _, err := lead.ParseKeys(bad); err == nil {
			t.Errorf("%q is taken", bad)
		} else if strings.Contains(err.Error(), "xyz") {
			t.Errorf("the error repeats the secret: %v", err)
		}
	}
	if _, err := lead.NewSecret(strings.NewReader("short")); err == nil {
		t.Error("too little randomness makes a secret")
	}
}
