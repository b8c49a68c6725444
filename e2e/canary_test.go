package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"

	"leadsite/e2e"
	"leadsite/e2e/program"
)

// quoting is a mail server that refuses every mail, and quotes the visitor in its refusal.
type quoting struct{}

func (quoting) NewSession(*smtp.Conn) (smtp.Session, error) { return quoting{}, nil }
func (quoting) Mail(string, *smtp.MailOptions) error        { return nil }
func (quoting) Rcpt(string, *smtp.RcptOptions) error        { return nil }
func (quoting) Reset()                                      {}
func (quoting) Logout() error                               { return nil }
func (quoting) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "refused: mail of <canary@canary.example> looks like spam"}
}

func serveQuoting(t *testing.T) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := smtp.NewServer(quoting{})
	server.Domain = "localhost"
	done := make(chan error, 1)
	go func() { done <- server.Serve(ln) }()
	t.Cleanup(func() {
		if err := errors.Join(server.Close(), <-done); err != nil && !errors.Is(err, smtp.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// TestTheCanaryIsInNoLog sends one visitor through everything that a submission can meet, to a mail server that quotes
// it: nothing of what it wrote is in the log.
func TestTheCanaryIsInNoLog(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	site := program.Serve(t, e2e.Root(t), state, "--mail", "smtp://"+serveQuoting(t))
	canary := func(n int, changes url.Values) url.Values {
		v := url.Values{"name": {"Canaria"}, "email": {"canary@canary.example"}, "team": {"50+"}, "message": {fmt.Sprint("canary sings ", n)},
			"consent": {"yes"}, "canary_field": {"canary"}, "_page": {"/canary/"}, "_query": {"utm_campaign=canary"},
			"_referrer": {"https://canary.example/"}, "_token": {"canary"}, "_id": {"0b1c9f62-7a3e-4d55-9c1b-2f4f5ca9a27e"}}
		for name, values := range changes {
			v[name] = values
		}
		return v
	}
	statuses := map[int]int{}
	send := func(path string, values url.Values) {
		res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).PostForm(site.URL+path, values)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		statuses[res.StatusCode]++
	}
	const contact = "/api/forms/contact"
	send(contact, canary(0, nil))
	send(contact, canary(0, nil))
	send(contact, canary(0, url.Values{"contact_website": {"canary"}}))
	send(contact, canary(0, url.Values{"email": {"canary@canary"}}))
	send(contact, canary(0, url.Values{"message": {strings.Repeat("canary", 20_000)}}))
	send("/api/forms/canary?canary=canary", canary(0, nil))
	program.Eventually(t, "the mail is refused", func() bool { return strings.Contains(site.Talk(), "554") })
	release := holdDatabase(t, state)
	send(contact, canary(1, nil))
	release()
	program.Eventually(t, "the spooled lead is stored", func() bool { return strings.Contains(site.Talk(), "stored from the spool") })
	for n := 2; statuses[http.StatusTooManyRequests] == 0 && n < 100; n++ {
		send(contact, canary(n, nil))
	}
	site.Stop()
	for _, status := range []int{303, 422, 413, 404, 429} {
		if statuses[status] == 0 {
			t.Errorf("nothing was answered %d: %v", status, statuses)
		}
	}
	for line := range strings.Lines(site.Talk()) {
		if strings.Contains(strings.ToLower(line), "canar") {
			t.Errorf("the log holds %s", line)
		}
		if strings.Contains(line, "left_out") {
			t.Errorf("a key is not on the list: %s", line)
		}
	}
}
