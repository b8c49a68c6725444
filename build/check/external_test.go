package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// world is all hosts of the web in one server on this machine, and a clock that only sleeping and slow hosts move.
type world struct {
	External
	mu       sync.Mutex
	now      time.Time
	requests []string // "HEAD http://host/path at 3s"
	agents   map[string]bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	began := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	w := &world{now: began, agents: map[string]bool{}}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.requests = append(w.requests, fmt.Sprintf("%s http://%s%s at %s", r.Method, r.Host, r.URL.Path, w.now.Sub(began)))
		w.agents[r.UserAgent()] = true
		w.mu.Unlock()
		w.answer(rw, r)
	}))
	t.Cleanup(server.Close)
	w.External = External{From: "https://www.example.com/", Cache: filepath.Join(t.TempDir(), "cache", "links.json"), Now: w.clock,
		dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			if host, _, _ := strings.Cut(address, ":"); host == "gone.example" {
				return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
			}
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		},
		sleep: func(ctx context.Context, d time.Duration) error { w.pass(d); return ctx.Err() }}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// answer is what the hosts say: the path names it.
func (w *world) answer(rw http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; path {
	case "/slow":
		w.pass(4 * time.Second)
	case "/no-head":
		if r.Method == http.MethodHead {
			http.Error(rw, "", http.StatusNotFound)
		}
	case "/hangs-up":
		conn, _, _ := http.NewResponseController(rw).Hijack()
		conn.Close()
	case "/moved", "/moved-to-dead":
		http.Redirect(rw, r, map[string]string{"/moved": "http://new.example/here#part", "/moved-to-dead": "/404"}[path], http.StatusMovedPermanently)
	case "/moved-twice":
		http.Redirect(rw, r, "/moved", http.StatusPermanentRedirect)
	case "/elsewhere-today":
		http.Redirect(rw, r, "/moved", http.StatusFound)
	case "/round":
		http.Redirect(rw, r, "/round", http.StatusMovedPermanently)
	case "/wait", "/wait-long":
		w.mu.Lock()
		again := slices.ContainsFunc(w.requests[:len(w.requests)-1], func(s string) bool { return strings.HasPrefix(s, "GET http://"+r.Host+path) })
		w.mu.Unlock()
		if !again {
			rw.Header().Set("Retry-After", map[string]string{"/wait": "5", "/wait-long": "3600"}[path])
			rw.WriteHeader(http.StatusTooManyRequests)
		}
	default:
		if status := 0; len(path) == 4 {
			fmt.Sscanf(path, "/%d", &status)
			rw.WriteHeader(status)
		}
	}
}

// ask asks about addresses and gives the answers as text.
func (w *world) ask(t *testing.T, addresses ...string) []string {
	t.Helper()
	answers, err := w.Ask(t.Context(), addresses)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, a := range answers {
		out = append(out, strings.TrimSpace(strings.Join([]string{string(a.Verdict), a.Why, a.To}, " ")))
	}
	return out
}

func TestVerdicts(t *testing.T) {
	for address, want := range map[string]string{
		"http://a.example/":                "alive",
		"http://a.example/no-head":         "alive",
		"http://a.example/403":             "alive",
		"http://a.example/999":             "alive",
		"http://a.example/404":             "dead 404 Not Found",
		"http://a.example/410":             "dead 410 Gone",
		"http://a.example/500":             "dead 500 Internal Server Error",
		"http://a.example/hangs-up":        "dead EOF",
		"http://gone.example/":             "dead there is no host gone.example",
		"http://a.example/slow":            "slow it took 4s",
		"http://a.example/moved":           "moved  http://new.example/here",
		"http://a.example/moved-twice":     "moved  http://new.example/here",
		"http://a.example/moved-to-dead":   "dead 404 Not Found",
		"http://a.example/elsewhere-today": "alive",
		"http://a.example/round":           "dead it is redirected more than five times",
		"http://a.example/wait":            "alive",
		"http://a.example/wait-long":       "unasked its host asks to be left alone for 1h0m0s",
	} {
		t.Run(strings.TrimPrefix(address, "http://"), func(t *testing.T) {
			w := newWorld(t)
			if got := w.ask(t, address); got[0] != want {
				t.Errorf("got %q, want %q; asked %q", got[0], want, w.requests)
			}
			if !w.agents["leadsite (checking the links of https://www.example.com/)"] && address != "http://gone.example/" {
				t.Errorf("agents are %v", w.agents)
			}
		})
	}
}

// A host gets one request a second, also by way of redirects; a host that wants to wait is given the time.
func TestPace(t *testing.T) {
	w := newWorld(t)
	w.ask(t, "http://a.example/1", "http://a.example/404", "http://a.example/wait", "http://a.example/2")
	want := []string{"HEAD http://a.example/1 at 0s", "HEAD http://a.example/404 at 1s", "GET http://a.example/404 at 2s",
		"HEAD http://a.example/wait at 3s", "GET http://a.example/wait at 8s", "GET http://a.example/wait at 13s", "HEAD http://a.example/2 at 14s"}
	if !slices.Equal(w.requests, want) {
		t.Errorf("asked\n%s\nwant\n%s", strings.Join(w.requests, "\n"), strings.Join(want, "\n"))
	}
}

// Once a host asks to be left alone for long, nothing more is asked of it in this round.
func TestLeftAlone(t *testing.T) {
	w := newWorld(t)
	got := w.ask(t, "http://a.example/wait-long", "http://a.example/other")
	if got[1] != "unasked its host asks to be left alone for 1h0m0s" || len(w.requests) != 1 {
		t.Errorf("got %q, asked %q", got, w.requests)
	}
}

// What is known is not asked again for a week; what was dead is.
func TestAnswersAreKept(t *testing.T) {
	w := newWorld(t)
	addresses := []string{"http://a.example/moved", "http://a.example/404", "http://b.example/"}
	first := w.ask(t, addresses...)
	for _, step := range []struct {
		after    time.Duration
		requests []string
	}{
		{6 * 24 * time.Hour, []string{"GET http://a.example/404", "HEAD http://a.example/404"}},
		{24 * time.Hour, []string{"GET http://a.example/404", "HEAD http://a.example/404", "HEAD http://a.example/moved", "HEAD http://b.example/", "HEAD http://new.example/here"}},
	} {
		w.requests = nil
		w.pass(step.after)
		if got := w.ask(t, addresses...); !slices.Equal(got, first) {
			t.Errorf("got %q, want %q", got, first)
		}
		for i, r := range w.requests {
			w.requests[i], _, _ = strings.Cut(r, " at ")
		}
		slices.Sort(w.requests)
		if !slices.Equal(w.requests, step.requests) {
			t.Errorf("after %s asked %q, want %q", step.after, w.requests, step.requests)
		}
	}
}

// A cache that is torn, or of another version, is as good as none.
func TestTornCache(t *testing.T) {
	for _, torn := range []string{"", "{", "null", `{"version":99,"answers":{"http://a.example/404":{"verdict":"alive","at":"2026-11-22T11:00:00Z"}}}`} {
		w := newWorld(t)
		if err := errors.Join(os.MkdirAll(filepath.Dir(w.Cache), 0o755), os.WriteFile(w.Cache, []byte(torn), 0o644)); err != nil {
			t.Fatal(err)
		}
		if got := w.ask(t, "http://a.example/404"); got[0] != "dead 404 Not Found" {
			t.Errorf("with the cache %q: %q", torn, got)
		}
	}
}

// Without a dialer of the test's, nothing on this machine or in a private network is ever asked.
func TestPrivateHosts(t *testing.T) {
	asked := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer server.Close()
	w := newWorld(t)
	w.dial = nil
	for _, address := range []string{server.URL, strings.Replace(server.URL, "127.0.0.1", "localhost", 1), "http://10.0.0.1/", "http://[::1]:1/", "http://169.254.169.254/"} {
		if got := w.ask(t, address); got[0] != "dead "+errPrivate.Error() {
			t.Errorf("%s: %q", address, got)
		}
	}
	if asked {
		t.Error("the server on this machine was asked")
	}
}

func TestPublic(t *testing.T) {
	for address, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "::1": false, "::": false, "fe80::1": false, "fd00::1": false,
		"::ffff:127.0.0.1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "ff02::1": false,
	} {
		if got := public(netip.MustParseAddr(address)); got != want {
			t.Errorf("public(%s) is %v", address, got)
		}
	}
}

func TestCancelled(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Ask(ctx, []string{"http://a.example/"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
