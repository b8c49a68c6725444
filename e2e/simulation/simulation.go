// Package simulation lives through days of trouble in moments: visitors send forms, functions store leads and mail
// them, and on the way everything fails that can. After every step it holds what happened against what is promised.
//
// It drives the real intake and the real notifier over a real store (SQLite, in a folder of its own). Between them and
// the world stands a gate: every call of the store and of the mail service waits there until the scheduler, which draws
// from a seed, lets it happen, makes it fail, or lets it happen and loses the answer. Invocations are killed in the
// middle of a call, the table's records come twice, late and in another order, clocks jump, services are down for
// hours. Time is that of a synctest bubble, so a day costs nothing. One seed is one history: it replays exactly.
//
// It knows the doors of the functions and nothing of their insides.
package simulation

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/intake"
	"leadsite/functions/lead"
	"leadsite/functions/notify"
	"leadsite/functions/store/sqlite"
)

// steps is how long trouble lasts in one history, in decisions of the scheduler.
const steps = 220

// world is one history.
type world struct {
	t        *testing.T
	rng      *rand.Rand
	story    io.Writer // what happens, a line each
	store    *sqlite.Store
	keys     lead.Keys
	gate     *gate
	queue    *queue
	service  *service
	limits   bundle.Limits
	machines []*machine
	truth    *truth

	storm    float64 // how likely a call fails, 0 to 0.3
	storeEnd time.Time
	mailEnd  time.Time // until then the store or the mail service is down

	visitors []*visitor
	nextTick time.Time // of the sweeper's schedule
	alive    []*invocation
	count    int  // invocations so far
	skewed   bool // clocks go wrong
}

// machine is where functions run: it has a clock of its own.
type machine struct {
	skew   atomic.Int64 // nanoseconds
	notify *notify.Notifier
	intake *intake.Handler
}

func (m *machine) now() time.Time { return time.Now().Add(time.Duration(m.skew.Load())) }

// Outcome is what came of one history.
type Outcome struct {
	Hash    uint64 // of the whole story
	Leads   int    // answered with success
	Mails   int
	Twice   int // mails that told somebody again
	Digests int // mails that told of several leads
	Calls   int // that the scheduler let through, failed, or lost
}

// Add adds what came of another history, but for its hash.
func (o *Outcome) Add(other Outcome) {
	o.Leads += other.Leads
	o.Mails += other.Mails
	o.Twice += other.Twice
	o.Digests += other.Digests
	o.Calls += other.Calls
}

// Run lives through the history of a seed, writes it to story, and fails t where a promise is broken.
func Run(t *testing.T, seed uint64, story io.Writer) (out Outcome) {
	folder := t.TempDir()
	hash := fnv.New64a()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, seed, filepath.Join(folder, fmt.Sprintf("leads-%d.db", seed)), io.MultiWriter(hash, story))
		w.trouble()
		w.calm()
		w.truth.checkEnd(w)
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
		out = w.truth.outcome()
		out.Hash, out.Calls = hash.Sum64(), w.gate.count
	})
	return out
}

func newWorld(t *testing.T, seed uint64, file string, story io.Writer) *world {
	rng := rand.New(rand.NewPCG(seed, 1))
	store, err := sqlite.Open(t.Context(), file, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := lead.NewKeys(bytes.Repeat([]byte{7}, lead.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, rng: rng, story: story, store: store, keys: keys, truth: newTruth(), nextTick: time.Now()}
	w.gate = &gate{doubt: w.truth.doubt}
	w.storm = []float64{0, 0.02, 0.1, 0.3}[rng.IntN(4)]
	w.queue = &queue{world: w}
	w.service = &service{world: w, reports: rng.IntN(2) == 0, refuses: map[string]bool{}}
	w.limits = bundle.Limits{Submissions: 60, Mails: []int{1, 2, 20}[rng.IntN(3)], Window: form.Duration(10 * time.Minute)}
	w.skewed = rng.IntN(3) == 0
	if rng.IntN(3) == 0 {
		w.service.refuses[people[rng.IntN(len(people))].Email] = true
	}
	for range 3 {
		w.machines = append(w.machines, w.newMachine())
	}
	for n := range 3 + rng.IntN(6) {
		w.visitors = append(w.visitors, newVisitor(n, rng))
	}
	return w
}

func (w *world) newMachine() *machine {
	m := &machine{}
	site := testSite(w.limits)
	quiet := slog.New(slog.DiscardHandler)
	m.notify = &notify.Notifier{Store: gatedStore{w.store, w}, Sender: w.service, Keys: w.keys, Bundle: func() *bundle.Bundle { return site },
		Now: m.now, Log: quiet, Workers: 1, Reported: w.service.reports}
	m.intake = &intake.Handler{Bundle: m.notify.Bundle, Store: gatedStore{w.store, w}, Spool: w.queue, Keys: w.keys, Now: m.now,
		Random: rand.NewChaCha8([32]byte{1}), Log: quiet,
		ClientIP: func(*http.Request) (netip.Addr, bool) { return netip.AddrFrom4([4]byte{192, 0, 2, 1}), true }}
	return m
}

func (w *world) tell(format string, args ...any) {
	fmt.Fprintf(w.story, "%s %s\n", time.Now().UTC().Format("02 15:04:05.000"), fmt.Sprintf(format, args...))
}

// people may be told of a lead; the last is told when everybody else is refused.
var people = []bundle.Person{
	{Email: "ann@example.com", Role: "sales"}, {Email: "ben@example.com", Role: "sales"}, {Email: "owner@example.com", Role: "owner"},
}

// testSite is a site with one form. Its mail is short, since nothing here reads it.
func testSite(limits bundle.Limits) *bundle.Bundle {
	contact := &bundle.Form{Form: form.Form{
		Name: "contact", Lang: "en", Title: "Contact", Success: "/thanks/", Notify: []string{people[0].Email, people[1].Email},
		Fields: []form.Field{
			{Name: "email", Label: "E-mail", Type: form.Email, Required: true},
			{Name: "message", Label: "Message", Type: form.Textarea},
		},
		RespondWithin: form.Duration(time.Hour), Confirmation: &form.Confirmation{Text: "We have it."},
	}}
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example Ltd", BaseURL: "https://www.example.com/", Zone: "Europe/Berlin", Langs: []string{"en"},
		Forms: map[string]map[string]*bundle.Form{"contact": {"en": contact}}, People: people,
		Hours:  map[string]string{"mon-fri": "09:00-17:00"},
		Limits: limits,
		Brand:  bundle.Brand{Name: "Example Ltd", From: "leads@example.com", Owner: people[2].Email},
		Mail:   map[string]bundle.MailTemplate{"lead": {Subject: "A new lead", Text: "A new lead", HTML: "<p>A new lead"}},
	}
}
