package check

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// External asks other sites whether what links lead to is still there. It is a polite guest: one request a second to a
// host, few hosts at a time, nothing asked again within a week, no body read. It never goes to this machine or to a
// private network, whatever a host's name resolves to; and so it uses no proxy, which would look the name up itself.
type External struct {
	From  string           // the site that asks, named in the User-Agent
	Cache string           // file of the answers of the last week; "" keeps none
	Now   func() time.Time // for the cache and the pace

	// Of tests alone: how a connection is made and time passes. Nil is the real thing.
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	sleep func(ctx context.Context, d time.Duration) error
}

// Verdict is what became of an address.
type Verdict string

// The verdicts.
const (
	Alive   Verdict = "alive"
	Dead    Verdict = "dead"
	Moved   Verdict = "moved"   // for good; To says where to
	Slow    Verdict = "slow"    // it took longer than SlowAfter
	Unasked Verdict = "unasked" // the host asked to be left alone for longer than we wait
)

// Answer is what is known of an address.
type Answer struct {
	URL     string  `json:"-"`
	Verdict Verdict `json:"verdict"`
	Why     string  `json:"why,omitempty"` // "404 Not Found", without a full stop
	To      string  `json:"to,omitempty"`  // of Moved
}

// The manners.
const (
	hostsAtOnce   = 8
	pace          = time.Second // between two requests to a host
	timeout       = 10 * time.Second
	SlowAfter     = 3 * time.Second // SlowAfter is how long an answer may take
	maxRedirects  = 5
	maxRetryAfter = 30 * time.Second // a host that wants more is left alone
)

// Ask asks about addresses of the web, and answers in their order. The error is the context's, or of the cache's file.
func (e External) Ask(ctx context.Context, addresses []string) ([]Answer, error) {
	known, err := openAnswers(e.Cache, e.Now())
	if err != nil {
		return nil, err
	}
	a := e.asker(known)
	defer a.client.CloseIdleConnections()
	hosts := map[string][]string{}
	for _, address := range addresses {
		hosts[hostOf(address)] = append(hosts[hostOf(address)], address)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(hostsAtOnce)
	for _, ofHost := range hosts {
		group.Go(func() error {
			for _, address := range ofHost {
				if err := a.learn(ctx, address); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err = errors.Join(group.Wait(), known.save(e.Cache))
	answers := make([]Answer, 0, len(addresses))
	for _, address := range addresses {
		answers = append(answers, a.answers[address])
	}
	return answers, err
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}

// asker is one round of questions.
type asker struct {
	client *http.Client
	agent  string
	now    func() time.Time
	sleep  func(ctx context.Context, d time.Duration) error
	known  *answers

	mu      sync.Mutex
	next    map[string]time.Time // when a host may be asked again
	closed  map[string]string    // hosts that asked to be left alone, and their words
	answers map[string]Answer
}

func (e External) asker(known *answers) *asker {
	if e.dial == nil {
		e.dial = publicDialer().DialContext
	}
	if e.sleep == nil {
		e.sleep = sleep
	}
	return &asker{agent: "leadsite (checking the links of " + e.From + ")", now: e.Now, sleep: e.sleep, known: known,
		next: map[string]time.Time{}, closed: map[string]string{}, answers: map[string]Answer{},
		client: &http.Client{
			Transport: &http.Transport{DialContext: e.dial, TLSHandshakeTimeout: timeout, MaxResponseHeaderBytes: 64 << 10,
				ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1, DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// learn finds the answer about an address, in the cache or by asking.
func (a *asker) learn(ctx context.Context, address string) error {
	answer, ok := a.known.get(address)
	if !ok {
		var err error
		if answer, err = a.ask(ctx, address); err != nil {
			return err
		}
		answer.URL = address
		a.known.put(answer, a.now())
	}
	answer.URL = address
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answers[address] = answer
	return nil
}

// ask follows an address to where it ends.
func (a *asker) ask(ctx context.Context, address string) (Answer, error) {
	at, moved, forGood := address, "", true
	for range maxRedirects + 1 {
		r, err := a.visit(ctx, at)
		if err != nil {
			return Answer{}, err
		}
		if r.to == "" {
			return r.verdict(moved), nil
		}
		if forGood = forGood && r.forGood; forGood {
			moved = r.to
		}
		at = r.to
	}
	return Answer{Verdict: Dead, Why: "it is redirected more than five times"}, nil
}

// reply is what a host said to one request.
type reply struct {
	status  int
	text    string // "404 Not Found"
	took    time.Duration
	to      string // where it leads on; "" when it does not
	forGood bool
	failed  string // why there is no status
	closed  string // why the host was not asked
	again   time.Duration
}

func (r reply) verdict(moved string) Answer {
	switch {
	case r.closed != "":
		return Answer{Verdict: Unasked, Why: r.closed}
	case r.failed != "":
		return Answer{Verdict: Dead, Why: r.failed}
	case r.status >= 400 && !shy(r.status):
		return Answer{Verdict: Dead, Why: r.text}
	case moved != "":
		return Answer{Verdict: Moved, To: moved}
	case r.took > SlowAfter:
		return Answer{Verdict: Slow, Why: "it took " + r.took.Round(time.Second/10).String()}
	}
	return Answer{Verdict: Alive}
}

// shy are the statuses by which a host that is there keeps programs out.
func shy(status int) bool {
	return slices.Contains([]int{401, 402, 403, 405, 406, 407, 418, 429, 451, 999}, status)
}

// visit asks for the head of what is at an address, and for the whole where that is refused: many hosts answer HEAD
// wrongly. A host that asks to wait a little is asked once more.
func (a *asker) visit(ctx context.Context, address string) (reply, error) {
	r, err := a.request(ctx, http.MethodHead, address)
	if err != nil || r.failed == "" && r.status < 400 || r.closed != "" {
		return r, err
	}
	for range 2 {
		if r, err = a.request(ctx, http.MethodGet, address); err != nil || r.again == 0 {
			return r, err
		}
	}
	return r, nil
}

// request sends one request when it is the host's turn. Nothing of the body is read.
func (a *asker) request(ctx context.Context, method, address string) (reply, error) {
	if why, err := a.turn(ctx, hostOf(address)); err != nil || why != "" {
		return reply{closed: why}, err
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limited, method, address, nil)
	if err != nil {
		return reply{failed: "the address cannot be read"}, nil
	}
	req.Header.Set("User-Agent", a.agent)
	req.Header.Set("Accept", "*/*")
	began := a.now()
	resp, err := a.client.Do(req)
	if err != nil {
		return reply{failed: plain(err)}, ctx.Err()
	}
	resp.Body.Close()
	r := reply{status: resp.StatusCode, text: resp.Status, took: a.now().Sub(began)}
	r.to, r.forGood = leadsOn(resp)
	r.again = a.retryAfter(hostOf(address), resp)
	return r, nil
}

// leadsOn says where a redirect goes.
func leadsOn(resp *http.Response) (to string, forGood bool) {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		forGood = true
	case http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect:
	default:
		return "", false
	}
	next, err := resp.Location()
	if err != nil || next.Scheme != "http" && next.Scheme != "https" {
		return "", false // to a program of the visitor's, say
	}
	next.Fragment = ""
	return next.String(), forGood
}

// turn waits until a host may be asked again. Why is a host's wish to be left alone.
func (a *asker) turn(ctx context.Context, host string) (why string, err error) {
	a.mu.Lock()
	if why = a.closed[host]; why != "" {
		a.mu.Unlock()
		return why, nil
	}
	now := a.now()
	start := now
	if next := a.next[host]; next.After(now) {
		start = next
	}
	a.next[host] = start.Add(pace)
	a.mu.Unlock()
	if wait := start.Sub(now); wait > 0 {
		return "", a.sleep(ctx, wait)
	}
	return "", ctx.Err()
}

// retryAfter honours a host's wish: it is left alone for that long, or for this whole round when that is too long.
func (a *asker) retryAfter(host string, resp *http.Response) time.Duration {
	after := resp.Header.Get("Retry-After")
	if after == "" || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0
	}
	wait, err := time.ParseDuration(after + "s")
	if until, dated := http.ParseTime(after); dated == nil {
		wait, err = until.Sub(a.now()), nil
	}
	if err != nil || wait <= 0 {
		return 0
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if wait > maxRetryAfter {
		a.closed[host] = cmp.Or(a.closed[host], "its host asks to be left alone for "+wait.Round(time.Second).String())
	}
	a.next[host] = a.now().Add(wait)
	return wait
}
