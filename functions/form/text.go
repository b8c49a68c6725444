package form

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean makes a visitor's text fit to keep: valid UTF-8 (what is not becomes U+FFFD), CRLF and CR as LF, control
// characters and bidi overrides gone, composed (NFC). With lines, newline and tab stay, as a textarea needs. Joiners
// stay always, because emoji and several scripts are written with them. Clean of something clean changes nothing.
func Clean(s string, lines bool) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.ReplaceAll(s, "\r", "\n")
	s = strings.Map(func(r rune) rune {
		if isControl(r) && !(lines && (r == '\n' || r == '\t')) {
			return -1
		}
		return r
	}, s)
	return composed(s)
}

// composed is s in NFC, which is up to three times as long. It takes the room for that at once: growing bit by bit, a
// hostile value would allocate many times its size.
func composed(s string) string {
	if norm.NFC.IsNormalString(s) {
		return s
	}
	return string(norm.NFC.AppendString(make([]byte, 0, 3*len(s)), s))
}

// isControl is true of control characters (Cc) and of those that reorder the text around them (bidi marks,
// embeddings, overrides and isolates).
func isControl(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r == '\u061C', r == '\u200E', r == '\u200F':
		return true
	case r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069':
		return true
	}
	return false
}

// hasOddCharacters says whether s holds what Clean would change other than by composing.
func hasOddCharacters(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, isControl)
}

// blank says whether nothing in s can be seen.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r)
	})
}

// shorten cuts s to at most n runes.
func shorten(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}
