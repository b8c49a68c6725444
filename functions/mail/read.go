package mail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"time"
)

// Received is a mail read back, as a person would see it. Headers are decoded; line ends of the parts are LF.
type Received struct {
	Header  map[string]string // by canonical name, as in "Reply-To"; the first of its name
	From    string            // with its display name
	To      string
	ReplyTo string
	Subject string
	Date    time.Time // zero: none that can be read
	Text    string
	HTML    string
}

// deepest is how many multiparts may lie within each other. Ours has one.
const deepest = 5

// Read reads what MIME wrote. It also reads the usual mail of others: parts within parts, base64 or
// quoted-printable; attachments are passed over, and text counts as UTF-8.
func Read(data []byte) (Received, error) {
	msg, err := netmail.ReadMessage(strings.NewReader(string(data)))
	if err != nil {
		return Received{}, fmt.Errorf("reading a mail: %w", err)
	}
	r := Received{Header: map[string]string{}}
	for name, values := range msg.Header {
		r.Header[name] = decoded(values[0])
	}
	r.From, r.To, r.ReplyTo, r.Subject = r.Header["From"], r.Header["To"], r.Header["Reply-To"], r.Header["Subject"]
	if date, err := msg.Header.Date(); err == nil {
		r.Date = date
	}
	if err := r.part(part{msg.Header.Get, msg.Body}, deepest); err != nil {
		return Received{}, fmt.Errorf("reading a mail: %w", err)
	}
	return r, nil
}

// part is the mail itself, or one part of it.
type part struct {
	header func(name string) string
	body   io.Reader
}

// part takes the text and HTML out of a part and of the parts within it.
func (r *Received) part(p part, depth int) error {
	kind, params, err := mime.ParseMediaType(p.header("Content-Type"))
	if err != nil {
		kind = "text/plain" // what a mail without a type is
	}
	switch {
	case strings.HasPrefix(kind, "multipart/") && depth > 0:
		return r.parts(multipart.NewReader(p.body, params["boundary"]), depth-1)
	case strings.HasPrefix(p.header("Content-Disposition"), "attachment"):
		return nil
	case kind == "text/plain" && r.Text == "":
		r.Text, err = p.text()
		return err
	case kind == "text/html" && r.HTML == "":
		r.HTML, err = p.text()
		return err
	}
	return nil
}

func (r *Received) parts(all *multipart.Reader, depth int) error {
	for {
		next, err := all.NextRawPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.part(part{next.Header.Get, next}, depth); err != nil {
			return err
		}
	}
}

// text undoes the transfer encoding.
func (p part) text() (string, error) {
	body := p.body
	switch strings.ToLower(p.header("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	return lineEnds(string(text)), err
}

// decoded undoes encoded words. What cannot be decoded is shown as it is.
func decoded(header string) string {
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	if err != nil {
		return header
	}
	return text
}
