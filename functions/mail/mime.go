package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// MIME writes the message as it travels: CRLF line ends, no line over 998 bytes, the text part first, then the HTML
// part. The same message gives the same bytes. Its errors wrap ErrRefused, because trying again cannot mend them.
//
// A Reply-To that mail servers would stumble over (see Address) is left out rather than refused: it is a visitor's,
// and no visitor's address may hold up a lead.
func (m Message) MIME() ([]byte, error) {
	headers, err := m.headers()
	if err != nil {
		return nil, fmt.Errorf("writing a mail: %w", err)
	}
	text, html := lineEnds(m.Text), lineEnds(m.HTML)
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithCharset(gomail.CharsetUTF8),
		gomail.WithEncoding(gomail.EncodingQP), gomail.WithBoundary(boundary(m.ID, text, html)))
	for name, value := range headers {
		msg.SetGenHeader(name, value)
	}
	msg.SetDateWithValue(m.Date)
	msg.SetBodyString(gomail.TypeTextPlain, text)
	if html != "" {
		msg.AddAlternativeString(gomail.TypeTextHTML, html)
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("writing a mail: %w: %w", ErrRefused, err)
	}
	return out.Bytes(), nil
}

// headers are all that need no library: it writes addresses with angle brackets, and a random id of its own.
func (m Message) headers() (map[gomail.Header]string, error) {
	if err := m.controls(); err != nil {
		return nil, err
	}
	from, err := Address(m.From)
	if err != nil {
		return nil, fmt.Errorf("the sender is %w: %w", err, ErrRefused)
	}
	to, err := Address(m.To)
	if err != nil {
		return nil, fmt.Errorf("the recipient is %w: %w", err, ErrRefused)
	}
	id, err := messageID(m.ID)
	if err != nil {
		return nil, err
	}
	headers := map[gomail.Header]string{
		"From": mailbox(m.FromName, from), "To": to, "Subject": words(m.Subject), gomail.HeaderMessageID: id,
		"Auto-Submitted": "auto-generated", gomail.HeaderXAutoResponseSuppress: "All",
	}
	if m.References != "" {
		if headers[gomail.HeaderReferences], err = messageID(m.References); err != nil {
			return nil, err
		}
	}
	if replyTo, err := Address(m.ReplyTo); err == nil {
		headers["Reply-To"] = replyTo
	}
	return headers, nil
}

// boundary separates the parts. Being a hash over what it separates, it cannot occur in it.
func boundary(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:20])
}

// lineEnds gives s with LF line ends, which the transfer encoding turns into CRLF.
func lineEnds(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
