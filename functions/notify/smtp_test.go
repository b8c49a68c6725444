package notify_test

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"leadsite/functions/lead"
	"leadsite/functions/mail/smtp"
)

// postOffice is a real SMTP server that does not know some recipients, and calls others a matter of policy.
type postOffice struct {
	mu   sync.Mutex
	mail map[string]int // by recipient
}

func (p *postOffice) count(to string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mail[to]
}

// visit is one conversation.
type visit struct {
	office *postOffice
	to     string
}

func (v *visit) Mail(string, *gosmtp.MailOptions) error { return nil }
func (v *visit) Reset()                                 {}
func (v *visit) Logout() error                          { return nil }

func (v *visit) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	v.to = to
	switch {
	case strings.HasPrefix(to, "unknown"):
		return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
	case strings.HasPrefix(to, "policy"):
		return &gosmtp.SMTPError{Code: 554, EnhancedCode: gosmtp.EnhancedCode{5, 7, 1}, Message: "relay access denied"}
	}
	return nil
}

func (v *visit) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	v.office.mail[v.to]++
	return err
}

func startPostOffice(t *testing.T) (*postOffice, *smtp.Sender) {
	t.Helper()
	p := &postOffice{mail: map[string]int{}}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &visit{office: p}, nil }))
	server.Domain = "mail.example"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(l) // it says that it was closed
	}()
	t.Cleanup(func() {
		server.Close()
		l.Close()
		<-done
	})
	sender, err := smtp.Parse("smtp://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return p, sender
}

// TestAServerThatDoesNotKnowThem: an SMTP server's answer is all that is heard there, and parks as a bounce does. A refusal
// for another reason goes to the next, and parks nobody.
func TestAServerThatDoesNotKnowThem(t *testing.T) {
	o := patient(t)
	p, sender := startPostOffice(t)
	o.Notifier = o.another(o.store, sender)
	o.bundle.Forms["contact"]["en"].Notify = []string{"unknown@example.com", "policy@example.com", sales}
	o.handle(o.put(o.sam(id("h"))).ID)
	o.same("history", o.history(id("h")), []string{"policy@example.com failed", sales + " delivered", "unknown@example.com failed"})
	parked, err := o.store.Parked(t.Context())
	if err != nil || len(parked) != 1 || parked[0].Recipient != "unknown@example.com" || !strings.Contains(parked[0].Why, "no such user") {
		t.Errorf("parked are %+v, %v", parked, err)
	}
	o.handle(o.put(o.sam(id("g"))).ID)
	o.same("the next lead", o.history(id("g")), []string{"policy@example.com failed", sales + " delivered"})
	if p.count(sales) != 2 || strings.Contains(o.log.String(), "@") {
		t.Errorf("%d mails; the log is\n%s", p.count(sales), o.log)
	}
}

// TestTheOnlyOneIsParked: their mail waits, and goes out when they are un-parked.
func TestTheOnlyOneIsParked(t *testing.T) {
	o := patient(t)
	_, sender := startPostOffice(t)
	o.Notifier = o.another(o.store, sender)
	o.bundle.Forms["contact"]["en"].Notify, o.bundle.Brand.Owner = []string{"unknown@example.com"}, ""
	o.handle(o.put(o.sam(id("h"))).ID)
	for range 48 {
		o.clock.pass(time.Hour)
		o.sweep()
	}
	if n := o.notification(id("h"), "unknown@example.com"); n.State != lead.Pending || n.Attempts < 40 {
		t.Errorf("the mail is %+v", n)
	}
	o.ok(o.store.Unpark(t.Context(), "unknown@example.com"))
	o.Sender = o.outbox // the address is mended
	o.clock.pass(time.Hour)
	o.sweep()
	o.same("mails", o.sent(), []string{"unknown@example.com h"})
}
