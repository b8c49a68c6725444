package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
)

// Hooks is how webhooks leave: signed as Standard Webhooks says, to public addresses alone, and without following
// redirects. Its fields may not change while it is used.
type Hooks struct {
	// Secret is the value of a secret that a form names: "whsec_" and base64. "": there is none of that name.
	Secret func(name string) string
	// Allowed says which addresses may be connected to, after names were resolved. Nil: Public.
	Allowed func(netip.Addr) bool

	once   sync.Once
	client *http.Client
}

var (
	// errGone is the answer 410: the program wants no more of this.
	errGone = fmt.Errorf("the address answers 410 Gone: %w", errGivenUp)
	// errPrivate is a connection that was not made.
	errPrivate = errors.New("its address is not a public one")
	// errNoHooks says that this notifier calls no webhooks.
	errNoHooks = errors.New("webhooks are not set up")
)

// call tells a program of a lead.
func (n *Notifier) call(ctx context.Context, s *site, l lead.Lead, c lead.Notification) (mail.Receipt, error) {
	hook := hookOf(s.Bundle, l, c.Recipient)
	if hook == nil {
		return mail.Receipt{}, unneeded("the form has this webhook no more")
	}
	if n.Hooks == nil {
		return mail.Receipt{}, errNoHooks
	}
	parked, err := n.Store.Parked(ctx)
	if err != nil {
		return mail.Receipt{}, err
	}
	if !(known{parked: parked}).up(c.Recipient) {
		return mail.Receipt{}, unneeded("the address is parked")
	}
	return mail.Receipt{Delivered: true}, n.Hooks.post(ctx, *hook, l, n.Now())
}

// hookOf finds the declaration of a webhook, which names its secret. Nil: the form has it no more.
func hookOf(b *bundle.Bundle, l lead.Lead, address string) *form.Webhook {
	f := b.Form(l.Form, l.Lang)
	if f == nil {
		return nil
	}
	i := slices.IndexFunc(f.Webhooks, func(w form.Webhook) bool { return w.URL == address })
	if i < 0 {
		return nil
	}
	return &f.Webhooks[i]
}

// body is what a webhook posts, as JSON.
type body struct {
	Type      string    `json:"type"`      // lead.received
	Timestamp time.Time `json:"timestamp"` // when the lead came
	Data      lead.Lead `json:"data"`      // as `leadsite leads show --json` prints it, without what happened since
}

// post makes one attempt. Its errors do not repeat the address, which may hold a password of the receiver's.
func (h *Hooks) post(ctx context.Context, hook form.Webhook, l lead.Lead, now time.Time) error {
	request, err := h.request(ctx, hook, l, now)
	if err != nil {
		return err
	}
	h.once.Do(func() { h.client = h.newClient() })
	answer, err := h.client.Do(request)
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err
	}
	if err != nil {
		return fmt.Errorf("calling the webhook: %w", err)
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 64<<10) // what it says beside its status is nothing to us
	switch {
	case answer.StatusCode == http.StatusGone:
		return errGone
	case answer.StatusCode < 200 || answer.StatusCode > 299:
		return fmt.Errorf("calling the webhook: it answers %d", answer.StatusCode)
	}
	return nil
}

// request is the signed request. Its id and body are the same in all attempts, so that the receiver can tell a
// repetition; the time of the signature is the attempt's.
func (h *Hooks) request(ctx context.Context, hook form.Webhook, l lead.Lead, now time.Time) (*http.Request, error) {
	secret := ""
	if h.Secret != nil {
		secret = h.Secret(hook.Secret)
	}
	if secret == "" {
		return nil, fmt.Errorf("signing a webhook: the secret %s is not set", hook.Secret)
	}
	signer, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return nil, fmt.Errorf("signing a webhook: the secret %s is not base64 behind whsec_", hook.Secret)
	}
	l.Status, l.Owner, l.DueAt, l.Events = lead.New, "", time.Time{}, nil // as it came, whatever became of it since
	data, err := json.Marshal(body{"lead.received", l.CreatedAt, l})
	if err != nil {
		return nil, fmt.Errorf("writing a webhook: %w", err)
	}
	id := "msg_" + hashOf(l.ID + " " + hook.URL)[:32]
	signature, err := signer.Sign(id, now, data)
	if err != nil {
		return nil, fmt.Errorf("signing a webhook: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("calling a webhook: its address cannot be read")
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "leadsite")
	request.Header.Set(standardwebhooks.HeaderWebhookID, id)
	request.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	request.Header.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return request, nil
}

// newClient makes a client that connects to allowed addresses alone. The rule looks at what a name came to, when the
// connection is made, so that no name leads around it; a proxy would resolve names itself, so there is none.
func (h *Hooks) newClient() *http.Client {
	allowed := h.Allowed
	if allowed == nil {
		allowed = Public
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(at.Addr().Unmap().WithZone("")) {
			return errPrivate
		}
		return nil
	}}
	return &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Public says whether an address is one of the public internet: no machine of our own, no private network, and none of
// the ranges that are nobody's, or that wrap an address of another kind.
func Public(at netip.Addr) bool {
	at = at.Unmap().WithZone("")
	for _, prefix := range reserved() {
		if prefix.Contains(at) {
			return false
		}
	}
	return at.IsGlobalUnicast() && !at.IsPrivate()
}

// reserved are the ranges that the standard library has no word for.
func reserved() []netip.Prefix {
	var all []netip.Prefix
	for _, text := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32",
		"2002::/16", "fec0::/10"} {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// hostOf is as much of a webhook's address as a lead's history shows.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
