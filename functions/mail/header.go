package mail

import (
	"encoding/base64"
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestWord is how many bytes a header line may need without a space to fold at. RFC 5322 allows lines of 998.
const longestWord = 900

// words is free text as it may stand in a header: as it is while every reader will take it for just that, else in
// encoded words (RFC 2047). The library would leave alone a text of ASCII that looks like an encoded word, that has
// no space to fold at, or whose spaces a fold would swallow.
func words(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if isPlain(s) {
		return s
	}
	var encoded []string
	for s != "" {
		n := chunk(s)
		encoded = append(encoded, "=?utf-8?b?"+base64.StdEncoding.EncodeToString([]byte(s[:n]))+"?=")
		s = s[n:]
	}
	return strings.Join(encoded, " ")
}

func isPlain(s string) bool {
	if !isASCII(s) || strings.Contains(s, "=?") || strings.TrimSpace(s) != s || strings.Contains(s, "  ") {
		return false
	}
	for word := range strings.SplitSeq(s, " ") {
		if len(word) > 60 {
			return false
		}
	}
	return true
}

// chunk counts the bytes of s that fit into one encoded word of a first line, whole runes only.
func chunk(s string) int {
	n := 0
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		if n+size > 33 {
			break
		}
		n += size
	}
	return n
}

// mailbox writes a name and an address that Address has written, as From does.
func mailbox(name, address string) string {
	if name == "" {
		return address
	}
	if plain := words(name); plain != name {
		return plain + " <" + address + ">"
	}
	quoted := (&netmail.Address{Name: name, Address: "x@y"}).String()
	return strings.TrimSuffix(quoted, "<x@y>") + "<" + address + ">"
}

// messageID puts an id into its angle brackets. It refuses what would not be one id.
func messageID(id string) (string, error) {
	if !isASCII(id) || strings.ContainsAny(id, "<> ") || strings.Count(id, "@") != 1 || len(id) > longestWord {
		return "", fmt.Errorf("%q is no message id: %w", id, ErrRefused)
	}
	return "<" + id + ">", nil
}

// controls refuses control characters, CR and LF among them, in what stands in a header.
func (m Message) controls() error {
	fields := []struct{ name, value string }{
		{"From", m.From}, {"FromName", m.FromName}, {"To", m.To}, {"ReplyTo", m.ReplyTo},
		{"Subject", m.Subject}, {"ID", m.ID}, {"References", m.References},
	}
	for _, f := range fields {
		if strings.ContainsFunc(f.value, unicode.IsControl) {
			return fmt.Errorf("%s holds a control character: %w", f.name, ErrRefused)
		}
	}
	return nil
}
