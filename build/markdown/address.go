package markdown

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	nethtml "golang.org/x/net/html"
)

// safe says whether a site may lead to an address: a path, or a scheme that cannot run anything.
func safe(url string) bool {
	scheme, ok := schemeOf(url)
	return !ok || slices.Contains([]string{"http", "https", "mailto", "tel", "sms", "ftp", "ftps", "geo", "irc", "ircs",
		"xmpp", "news", "webcal", "urn", "magnet", "matrix", "sip", "sips", "skype", "whatsapp", "signal", "tg"}, scheme)
}

// schemeOf is what a browser takes for the scheme: it skips white space and control characters.
func schemeOf(url string) (scheme string, ok bool) {
	url = strings.Map(func(r rune) rune {
		if r <= ' ' || r == 0x7F {
			return -1
		}
		return r
	}, url)
	end := strings.IndexAny(url, ":/?#")
	if end < 0 || url[end] != ':' {
		return "", false
	}
	return strings.ToLower(url[:end]), true
}

// address makes of what the author wrote between brackets the address that is meant.
func address(written []byte) string {
	return blanks.Replace(strings.TrimSpace(plain(written)))
}

var blanks = strings.NewReplacer(" ", "%20", "\n", "%20")

// encoded writes an address in the letters that addresses have, for programs that know no others.
func encoded(url string) string {
	var b strings.Builder
	for i := range len(url) {
		c := url[i]
		stray := c == '%' && !(i+2 < len(url) && isHex(url[i+1]) && isHex(url[i+2]))
		if c >= utf8.RuneSelf || stray || c == '"' {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// plain resolves the entities and escapes of a text that becomes an attribute.
func plain(written []byte) string {
	s := html.UnescapeString(string(written))
	if strings.IndexByte(s, '\\') >= 0 {
		s = unescape(s)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != markOpen && r != markClose && r != '\n' || r == 0x7F {
			return ' '
		}
		return r
	}, s)
}

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && isPunctuation(s[i+1]) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// scrub takes unsafe addresses from the tags of finished HTML that holds an author's own. It says which they were.
func scrub(page []byte) ([]byte, []string) {
	var refused []string
	var out bytes.Buffer
	z := nethtml.NewTokenizer(bytes.NewReader(page))
	for {
		kind := z.Next()
		if kind == nethtml.ErrorToken {
			break
		}
		raw := slices.Clone(z.Raw())
		if kind == nethtml.StartTagToken || kind == nethtml.SelfClosingTagToken {
			token := z.Token()
			if bad := takeUnsafe(&token); len(bad) > 0 {
				refused = append(refused, bad...)
				raw = []byte(token.String())
			}
		}
		out.Write(raw)
	}
	if len(refused) == 0 {
		return page, nil
	}
	return out.Bytes(), refused
}

func takeUnsafe(t *nethtml.Token) (refused []string) {
	t.Attr = slices.DeleteFunc(t.Attr, func(a nethtml.Attribute) bool {
		if leads(a.Key) && !safe(a.Val) {
			refused = append(refused, a.Val)
			return true
		}
		return false
	})
	return refused
}

// leads says whether an attribute holds an address that a browser may open or run.
func leads(attribute string) bool {
	return slices.Contains([]string{"href", "src", "action", "formaction", "xlink:href", "poster", "data", "background",
		"cite", "ping", "to", "values", "from"}, attribute)
}
