package smtp_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// server is a real SMTP server on a loopback port. Its fields decide what it answers.
type server struct {
	address string // HOST:PORT

	atMail, atRcpt, atData error // what it answers there, nil: fine
	password               string

	mu    sync.Mutex
	mails [][]byte
	log   []string // "tls" once a session is encrypted, "auth", "mail ADDRESS", "rcpt ADDRESS"
}

// certificate is one for 127.0.0.1, and the pool that trusts it. httptest has one ready.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	https := httptest.NewTLSServer(nil)
	t.Cleanup(https.Close)
	pool := x509.NewCertPool()
	pool.AddCert(https.Certificate())
	return &tls.Config{Certificates: https.TLS.Certificates}, pool
}

// start serves until the test ends, with STARTTLS when config is not nil.
func (s *server) start(t *testing.T, config *tls.Config) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.serve(t, l, config)
}

// startImplicit serves with TLS from the first byte.
func (s *server) startImplicit(t *testing.T, config *tls.Config) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	s.serve(t, l, nil)
}

func (s *server) serve(t *testing.T, l net.Listener, config *tls.Config) {
	srv := gosmtp.NewServer(gosmtp.BackendFunc(s.session))
	srv.Domain, srv.TLSConfig, srv.AllowInsecureAuth, srv.ErrorLog = "mail.example", config, true, quiet{}
	s.address = l.Addr().String()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := srv.Serve(l); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, gosmtp.ErrServerClosed) {
			t.Errorf("serving SMTP: %v", err)
		}
	}()
	t.Cleanup(func() {
		srv.Close()
		l.Close() // which Close does not know when Serve has not begun yet
		<-done
	})
}

func (s *server) received() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *server) history() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

func (s *server) note(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, line)
}

func (s *server) session(c *gosmtp.Conn) (gosmtp.Session, error) {
	return &session{server: s, conn: c}, nil
}

type session struct {
	server *server
	conn   *gosmtp.Conn
	known  bool
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "leads" || password != s.server.password {
			return gosmtp.ErrAuthFailed
		}
		s.known = true
		s.server.note("auth")
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	if _, ok := s.conn.TLSConnectionState(); ok {
		s.server.note("tls")
	}
	if s.server.password != "" && !s.known {
		return gosmtp.ErrAuthRequired
	}
	s.server.note("mail " + from)
	return s.server.atMail
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.server.note("rcpt " + to)
	return s.server.atRcpt
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.atData != nil {
		return s.server.atData
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, data)
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// quiet is where the server's log goes: a connection that the client drops is what some tests are about.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}
