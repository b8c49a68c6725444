package smtp_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"leadsite/functions/mail"
	"leadsite/functions/mail/mailtest"
	"leadsite/functions/mail/smtp"
)

func TestSMTP(t *testing.T) {
	mailtest.Run(t, func(t *testing.T) (mail.Sender, func() [][]byte) {
		s := &server{}
		s.start(t, nil)
		return parse(t, "smtp://"+s.address), s.received
	})
}

func parse(t *testing.T, url string) *smtp.Sender {
	t.Helper()
	s, err := smtp.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func message() mail.Message {
	return mail.Message{From: "leads@example.com", To: "sales@example.com", Subject: "New lead", Text: "Hello\n",
		ID: "a.1@example.com", Date: time.Date(2026, 11, 22, 9, 15, 5, 0, time.UTC)}
}

func TestSTARTTLSIsUsedWhenOfferedAndThePasswordGoesThroughIt(t *testing.T) {
	config, pool := certificate(t)
	s := &server{password: "s3cret/ü"}
	s.start(t, config)
	sender := parse(t, "smtp://leads:s3cret%2F%C3%BC@"+s.address)
	sender.TLS = &tls.Config{RootCAs: pool}
	receipt, err := sender.Send(t.Context(), message())
	if err != nil || receipt != (mail.Receipt{MessageID: "a.1@example.com", Delivered: true}) {
		t.Fatalf("receipt %+v, %v", receipt, err)
	}
	want := []string{"auth", "tls", "mail leads@example.com", "rcpt sales@example.com"}
	if got := s.history(); !slices.Equal(got, want) {
		t.Errorf("the server saw %q, want %q", got, want)
	}
}

func TestTLSFromTheFirstByte(t *testing.T) {
	config, pool := certificate(t)
	s := &server{password: "secret"}
	s.startImplicit(t, config)
	sender := parse(t, "smtps://leads:secret@"+s.address)
	sender.TLS = &tls.Config{RootCAs: pool}
	if _, err := sender.Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	if got := s.history(); !slices.Equal(got[:2], []string{"auth", "tls"}) {
		t.Errorf("the server saw %q", got)
	}
}

func TestACertificateThatNobodyKnowsEndsTheConversation(t *testing.T) {
	config, _ := certificate(t)
	s := &server{password: "secret"}
	s.start(t, config)
	_, err := parse(t, "smtp://leads:secret@"+s.address).Send(t.Context(), message())
	if err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want one that may go away", err)
	}
	if got := s.history(); len(got) != 0 {
		t.Errorf("the server saw %q, want nothing", got)
	}
}

// TestRefusals: what is about the recipient or the mail is final; what is about us, or for now, is not.
func TestRefusals(t *testing.T) {
	answer := func(code int) error { return &gosmtp.SMTPError{Code: code, Message: "no"} }
	for name, tt := range map[string]struct {
		server *server
		final  bool
	}{
		"unknown recipient":         {&server{atRcpt: answer(550)}, true},
		"recipient busy":            {&server{atRcpt: answer(450)}, false},
		"content refused":           {&server{atData: answer(554)}, true},
		"content refused for now":   {&server{atData: answer(451)}, false},
		"our sender refused":        {&server{atMail: answer(550)}, false},
		"service going down":        {&server{atMail: answer(421)}, false},
		"wrong password":            {&server{password: "other"}, false},
		"password asked, none sent": {&server{password: "secret"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := tt.server
			s.start(t, nil)
			url := "smtp://" + s.address
			if name == "wrong password" {
				url = "smtp://leads:secret@" + s.address
			}
			_, err := parse(t, url).Send(t.Context(), message())
			if err == nil || errors.Is(err, mail.ErrRefused) != tt.final {
				t.Errorf("error %v, want one that is final: %v", err, tt.final)
			}
			if n := len(s.received()); n != 0 {
				t.Errorf("%d mails arrived", n)
			}
			if err != nil && strings.Contains(err.Error(), "secret@") {
				t.Errorf("the error repeats the URL: %v", err)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	if _, err := parse(t, "smtp://"+address).Send(t.Context(), message()); err == nil || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want one that may go away", err)
	}
}

func TestACancelledContextEndsAConversationWithASilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		cancel() // the client is now waiting for a greeting that never comes
		_, _ = conn.Read(make([]byte, 1))
	}()
	if _, err := parse(t, "smtp://"+l.Addr().String()).Send(ctx, message()); !errors.Is(err, context.Canceled) || errors.Is(err, mail.ErrRefused) {
		t.Errorf("error %v, want the context's", err)
	}
}

func TestParse(t *testing.T) {
	for _, good := range []string{"smtp://host", "smtp://host:2525", "smtps://u:p@host", "smtp://u%40d:p@[::1]:25"} {
		parse(t, good)
	}
	for _, bad := range []string{"", "host:25", "http://host", "smtp://", "smtp://u:topsecret@host:0", "smtp://u:topsecret@host:99999",
		"smtp://u:topsecret@host/path", "smtp://u:topsecret@host?x=y", "smtp://u:topsecret%@host"} {
		_, err := smtp.Parse(bad)
		if err == nil {
			t.Errorf("%q was read", bad)
		} else if strings.Contains(err.Error(), "topsecret") {
			t.Errorf("the error holds the password: %v", err)
		}
	}
}
