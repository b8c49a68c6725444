package notify_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/notify"
)

// secret is what signs the webhooks of tests: "whsec_" and 24 bytes in base64.
const secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

// program is a real HTTP server that takes webhooks.
type program struct {
	*httptest.Server
	mu      sync.Mutex
	status  int // what it answers; 0: 204
	to      string
	calls   []call
	visited int // of the page that it redirects to
}

type call struct {
	header http.Header
	body   []byte
}

func startProgram(t *testing.T) *program {
	p := &program{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /leads", p.take)
	mux.HandleFunc("/elsewhere", func(http.ResponseWriter, *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.visited++
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *program) take(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call{r.Header, body})
	if p.to != "" {
		w.Header().Set("Location", p.to)
	}
	if p.status == 0 {
		p.status = http.StatusNoContent
	}
	w.WriteHeader(p.status)
}

func (p *program) answer(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// called returns the calls so far.
func (p *program) called() []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]call{}, p.calls...)
}

// hooked is an office whose form calls a program on this machine, which the test allows.
func hooked(t *testing.T) (*office, *program, string) {
	o := patient(t)
	p := startProgram(t)
	address := p.URL + "/leads?key=hush"
	o.bundle.Forms["contact"]["en"].Webhooks = []form.Webhook{{URL: address, Secret: "CRM"}}
	o.Hooks = &notify.Hooks{
		Secret:  func(name string) string { return map[string]string{"CRM": secret}[name] },
		Allowed: netip.Addr.IsLoopback,
	}
	return o, p, address
}

// bring tells of a lead as the trigger does, and as the sweep after it, which calls the webhooks.
func (o *office) bring(id string) {
	o.Helper()
	o.handle(id)
	o.sweep()
}

func (o *office) hook(id, address string) lead.Notification {
	o.Helper()
	return o.notificationOf(id, lead.KindWebhook, address)
}

func TestAWebhookIsSignedAndToldOnce(t *testing.T) {
	o, p, address := hooked(t)
	l := o.put(o.sam(id("h")))
	o.handle(l.ID)
	if n := len(p.called()); n != 0 {
		t.Errorf("the trigger waited for %d webhooks", n)
	}
	o.bring(l.ID)
	o.clock.pass(48 * time.Hour)
	o.sweep()
	calls := p.called()
	if len(calls) != 1 {
		t.Fatalf("%d calls\n%s", len(calls), o.log)
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	o.ok(err)
	if err := verifier.VerifyIgnoringTimestamp(calls[0].body, calls[0].header); err != nil {
		t.Error(err)
	}
	if err := verifier.VerifyIgnoringTimestamp(append(calls[0].body, ' '), calls[0].header); err == nil {
		t.Error("another body passes, too")
	}
	if got := calls[0].header; got.Get("webhook-timestamp") != "1795425304" || got.Get("Content-Type") != "application/json" || got.Get("Cookie") != "" {
		t.Errorf("the headers are %v", got)
	}
	var body struct {
		Type      string
		Timestamp time.Time
		Data      map[string]any
	}
	o.ok(json.Unmarshal(calls[0].body, &body))
	if body.Type != "lead.received" || !body.Timestamp.Equal(l.CreatedAt) || body.Data["id"] != l.ID || body.Data["email"] != "sam@example.com" || body.Data["events"] != nil {
		t.Errorf("the body is %s", calls[0].body)
	}
	if n := o.hook(l.ID, address); n.State != lead.Delivered || n.Attempts != 1 {
		t.Errorf("the notification is %+v", n)
	}
	events := o.get(l.ID).Events
	if last := events[len(events)-1]; strings.Contains(o.log.String(), "hush") || last.Kind == lead.EventWebhook && strings.Contains(last.To, "hush") {
		t.Errorf("the address is told: %+v\n%s", last, o.log)
	}
}

// TestAWebhookIsCalledUntilItAnswers: the same id and body each time, for a day at least, whatever became of the lead.
func TestAWebhookIsCalledUntilItAnswers(t *testing.T) {
	for _, status := range []int{500, 404, 302, 307} {
		o, p, address := hooked(t)
		p.to = p.URL + "/elsewhere"
		p.answer(status)
		l := o.put(o.sam(id("h")))
		o.bring(l.ID)
		_, err := o.store.SetStatus(t.Context(), l.ID, l.Version, lead.Contacted, lead.Event{At: o.clock.now(), Kind: lead.EventStatus, By: sales})
		o.ok(err)
		for range 30 {
			o.clock.pass(30 * time.Minute)
			o.sweep()
		}
		tries := len(p.called())
		if n := o.hook(l.ID, address); n.State != lead.Pending || n.Attempts != tries || tries < 10 {
			t.Errorf("%d: after half a day and %d tries %+v", status, tries, n)
		}
		p.answer(200)
		o.clock.pass(time.Hour)
		o.sweep()
		calls := p.called()
		first, last := calls[0], calls[len(calls)-1]
		if n := o.hook(l.ID, address); n.State != lead.Delivered || first.header.Get("webhook-id") != last.header.Get("webhook-id") ||
			string(first.body) != string(last.body) || first.header.Get("webhook-timestamp") == last.header.Get("webhook-timestamp") {
			t.Errorf("%d: it ended as %+v, first %v, last %v", status, n, first, last)
		}
		if p.visited > 0 {
			t.Errorf("%d: a redirect was followed", status)
		}
	}
}

func TestAWebhookIsGivenUpAfterADay(t *testing.T) {
	o, p, address := hooked(t)
	p.answer(500)
	o.bring(o.put(o.sam(id("h"))).ID)
	for range 72 {
		o.clock.pass(30 * time.Minute)
		o.sweep()
	}
	if n := o.hook(id("h"), address); n.State != lead.Failed || n.Attempts < 20 || !strings.Contains(n.Error, "given up after a day") || !strings.Contains(o.log.String(), `"alarm":"given-up"`) {
		t.Errorf("it ended as %+v", n)
	}
	o.same("sales heard of it", o.sent(), []string{sales + " h"})
}

func TestAWebhookThatIsGoneIsDisabled(t *testing.T) {
	o, p, address := hooked(t)
	p.answer(http.StatusGone)
	o.bring(o.put(o.sam(id("a"))).ID)
	o.bring(o.put(o.sam(id("b"))).ID)
	o.clock.pass(48 * time.Hour)
	o.sweep()
	if n := len(p.called()); n != 1 {
		t.Errorf("%d calls", n)
	}
	for _, letter := range []string{"a", "b"} {
		if n := o.hook(id(letter), address); n.State != lead.Failed {
			t.Errorf("%s ended as %+v", letter, n)
		}
	}
	parked, err := o.store.Parked(t.Context())
	if err != nil || len(parked) != 1 || parked[0].Recipient != address {
		t.Errorf("parked are %+v, %v", parked, err)
	}
	p.answer(200)
	o.ok(o.store.Unpark(t.Context(), address))
	o.bring(o.put(o.sam(id("c"))).ID)
	if n := o.hook(id("c"), address); n.State != lead.Delivered {
		t.Errorf("after un-parking %+v", n)
	}
}

// TestAWebhookGoesToThePublicInternetAlone: the rule looks at what a name comes to.
func TestAWebhookGoesToThePublicInternetAlone(t *testing.T) {
	o, p, _ := hooked(t)
	o.Hooks.Allowed = nil
	port := p.URL[strings.LastIndex(p.URL, ":"):]
	var hooks []form.Webhook
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		hooks = append(hooks, form.Webhook{URL: "http://" + host + port + "/leads", Secret: "CRM"})
	}
	o.bundle.Forms["contact"]["en"].Webhooks = hooks
	o.bring(o.put(o.sam(id("h"))).ID)
	if n := len(p.called()); n != 0 {
		t.Errorf("%d calls reached this machine", n)
	}
	for _, h := range hooks {
		if n := o.hook(id("h"), h.URL); n.State != lead.Pending || !strings.Contains(n.Error, "not a public one") {
			t.Errorf("%s: %+v", h.URL, n)
		}
	}
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"93.184.216.34": true, "2606:2800:220:1::": true, "127.0.0.1": false, "10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false,
		"169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false, "255.255.255.255": false, "224.0.0.1": false, "240.0.0.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::a00:1": false, "2002:a00:1::": false, "::ffff:93.184.216.34": true, "198.18.0.1": false,
	} {
		if got := notify.Public(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

// TestAWebhookWithoutItsSecretWaits, and holds up nobody.
func TestAWebhookWithoutItsSecretWaits(t *testing.T) {
	o, p, address := hooked(t)
	for wrong, why := range map[string]string{"": "the secret CRM is not set", "whsec_*": "the secret CRM is not base64"} {
		o.Hooks.Secret = func(string) string { return wrong }
		letter := map[string]string{"": "a", "whsec_*": "b"}[wrong]
		o.bring(o.put(o.sam(id(letter))).ID)
		if n := o.hook(id(letter), address); n.State != lead.Pending || !strings.Contains(n.Error, why) {
			t.Errorf("%q: %+v", wrong, n)
		}
	}
	if got := o.sent(); len(got) != 2 || len(p.called()) != 0 {
		t.Errorf("mails %q, %d calls", got, len(p.called()))
	}
}
