package simulation

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/notify"
)

// service takes mails behind the gate. In some histories it answers for good, as a mail server does; in the others it
// accepts everything and reports later what became of it, as SES does.
type service struct {
	world   *world
	reports bool
	refuses map[string]bool // recipients that mail does not reach

	mu   sync.Mutex
	news []notify.Report // on their way
}

var _ mail.Sender = (*service)(nil)

// Send is one attempt.
func (s *service) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	ids := leadsOf(m)
	return through(ctx, s.world.gate, fmt.Sprintf("send %s %s", strings.Join(ids, "."), m.To), func() (mail.Receipt, error) {
		refused := s.refuses[m.To]
		if refused && !s.reports {
			return mail.Receipt{}, fmt.Errorf("550 no such mailbox: %w", mail.ErrRefused)
		}
		if !refused {
			s.world.truth.mailed(s.world, ids, m.To)
		}
		if s.reports {
			s.report(m, refused)
		}
		return mail.Receipt{MessageID: m.ID, Delivered: !s.reports}, nil
	})
}

// leadsOf are the leads that a mail tells of: one, or those of a digest.
func leadsOf(m mail.Message) []string {
	var ids []string
	for _, name := range slices.Sorted(maps.Keys(m.Tags)) {
		if strings.HasPrefix(name, "lead") {
			ids = append(ids, strings.Split(m.Tags[name], ".")...)
		}
	}
	return ids
}

// report sends news of a mail on its way.
func (s *service) report(m mail.Message, refused bool) {
	r := notify.Report{Tags: m.Tags, MessageID: m.ID, State: lead.Delivered, At: time.Now()}
	if refused {
		r.State, r.Park, r.Note = lead.Bounced, true, "550 no such mailbox"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = append(s.news, r)
}

// take gives any of the news, and leaves one of four where it is, to come again.
func (s *service) take(rng *rand.Rand) (r notify.Report, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.news) == 0 {
		return r, false
	}
	n := rng.IntN(len(s.news))
	r = s.news[n]
	if rng.IntN(4) > 0 {
		s.news = slices.Delete(s.news, n, n+1)
	}
	return r, true
}

func (s *service) giveBack(r notify.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = append(s.news, r)
}

// tellNews hands a report to the notifier. Some are lost.
func (w *world) tellNews() {
	r, ok := w.service.take(w.rng)
	if !ok {
		return
	}
	w.invoke("report", notifyLimit, func(ctx context.Context, m *machine, by *invocation) {
		if err := m.notify.Report(ctx, r); err != nil || w.gate.isKilled(by) {
			w.service.giveBack(r)
		}
	})
}

func isSend(what string) bool { return strings.HasPrefix(what, "send ") }

// waits says whether there is news.
func (s *service) waits() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.news) > 0
}
