// Package smtp sends mail through an SMTP server, named by a URL.
//
// It knows one conversation per mail. It does not know queues or retries: a server's answer is passed on as it is.
package smtp

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"leadsite/functions/mail"
)

var _ mail.Sender = (*Sender)(nil)

// patience is how long one conversation may take when the context sets no limit.
const patience = time.Minute

// Sender speaks to one server. Make one with Parse.
type Sender struct {
	// TLS is the base of the TLS configuration, for a server whose certificate a private authority has signed.
	// Nil: the system's authorities.
	TLS *tls.Config

	host, user, password string
	port                 int
	implicit             bool // TLS from the first byte
}

// Parse reads smtp://USER:PASSWORD@HOST:PORT (port 587 when absent; STARTTLS is used when the server offers it) or
// smtps://… (port 465, TLS from the first byte). User and password may be absent; a password never crosses the
// network in the clear, localhost aside. The errors do not repeat the URL, which holds the password.
func Parse(address string) (*Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" {
		return nil, errors.New("reading the mail server's address: it should look like smtp://user:password@host:587")
	}
	s := &Sender{host: u.Hostname(), user: u.User.Username()}
	s.password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
		s.port = 587
	case "smtps":
		s.port, s.implicit = 465, true
	default:
		return nil, errors.New("reading the mail server's address: it should begin with smtp:// or smtps://")
	}
	if u.Port() == "" {
		return s, nil
	}
	if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
		return nil, fmt.Errorf("reading the mail server's address: %q is no port", u.Port())
	}
	return s, nil
}

// Send holds one conversation. The server's 250 to the content is the last we will hear of the mail, so the receipt
// says delivered; its MessageID is the message's own. Refused for good is what a server answers with 5xx to the
// recipient or to the content. A 5xx before that (to our name, password or sender) is about us, and a person can mend
// it without the lead being lost.
func (s *Sender) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	data, err := m.MIME()
	if err != nil {
		return mail.Receipt{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.converse(ctx, m, data); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("%w (%v)", ctx.Err(), err) // a conversation cut off reads "use of closed connection"
		}
		return mail.Receipt{}, fmt.Errorf("sending a mail by SMTP: %w", err)
	}
	return mail.Receipt{MessageID: m.ID, Delivered: true}, nil
}

// converse opens a connection of its own, which is closed in any case, at the latest when ctx ends.
func (s *Sender) converse(ctx context.Context, m mail.Message, data []byte) error {
	conn := &connection{}
	defer conn.close()
	defer context.AfterFunc(ctx, conn.close)()
	client, err := s.client(conn)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("greeting the server: %w", err)
	}
	if err := deliver(session, m, data); err != nil {
		return err
	}
	_ = session.Quit() // the mail is theirs already, whatever they answer
	return nil
}

// deliver is the part of the conversation that is about this mail.
func deliver(session *smtp.Client, m mail.Message, data []byte) error {
	from, err := mail.Address(m.From)
	if err != nil {
		return fmt.Errorf("the sender is %w: %w", err, mail.ErrRefused)
	}
	to, err := mail.Address(m.To)
	if err != nil {
		return fmt.Errorf("the recipient is %w: %w", err, mail.ErrRefused)
	}
	if err := session.Mail("<" + from + ">"); err != nil {
		return fmt.Errorf("naming the sender: %w", err)
	}
	if err := session.Rcpt("<" + to + ">"); err != nil {
		return fmt.Errorf("naming the recipient: %w", unknown(err))
	}
	content, err := session.Data()
	if err != nil {
		return fmt.Errorf("announcing the content: %w", final(err))
	}
	if _, err := bytes.NewReader(data).WriteTo(content); err != nil {
		return fmt.Errorf("sending the content: %w", err)
	}
	if err := content.Close(); err != nil {
		return fmt.Errorf("ending the content: %w", final(err))
	}
	return nil
}

// final marks an answer of 5xx as one that trying again will not change.
func final(err error) error {
	var answer *textproto.Error
	if errors.As(err, &answer) && answer.Code >= 500 && answer.Code < 600 {
		return fmt.Errorf("%w: %w", mail.ErrRefused, err)
	}
	return err
}

// unknown marks an answer of 5xx to the recipient's name as one about the recipient. Policies (x.7.x of RFC 3463) are
// not: they mean us, or this mail.
func unknown(err error) error {
	var answer *textproto.Error
	if !errors.As(err, &answer) || answer.Code < 500 || answer.Code > 599 || strings.HasPrefix(answer.Msg, "5.7.") {
		return final(err)
	}
	return fmt.Errorf("%w: %w", mail.ErrRecipient, err)
}

// client prepares a client for one conversation: the library's keeps state between conversations.
func (s *Sender) client(conn *connection) (*gomail.Client, error) {
	config := s.TLS.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	config.ServerName, config.MinVersion = s.host, tls.VersionTLS12
	dial := conn.dial(&net.Dialer{})
	if s.implicit {
		dial = conn.dial(&tls.Dialer{Config: config})
	}
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTLSPolicy(gomail.TLSOpportunistic),
		gomail.WithTLSConfig(config), gomail.WithTimeout(patience), gomail.WithoutSMTPUTF8(), gomail.WithDialContextFunc(dial)}
	if s.implicit {
		options = append(options, gomail.WithSSL())
	}
	if s.user != "" {
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(s.password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return nil, fmt.Errorf("preparing the conversation: %w", err)
	}
	return client, nil
}
