package simulation

import (
	"context"
	"fmt"
	"strings"

	"leadsite/functions/mail"
)

// service takes mails behind the gate. Who is told what is in the truth.
type service struct {
	world   *world
	refuses map[string]bool // recipients that are refused for good
}

var _ mail.Sender = (*service)(nil)

// Send is one attempt.
func (s *service) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	id, kind := m.Tags["lead"], m.Tags["notification"]
	if dash := strings.LastIndex(kind, "-"); dash > 0 {
		kind = kind[:dash]
	}
	key := fmt.Sprintf("%s %s %s", id, kind, m.To)
	return through(ctx, s.world.gate, "send "+key, func() (mail.Receipt, error) {
		if s.refuses[m.To] {
			return mail.Receipt{}, fmt.Errorf("550 no such mailbox: %w", mail.ErrRefused)
		}
		s.world.truth.mailed(s.world, id, key)
		return mail.Receipt{MessageID: m.ID, Delivered: true}, nil
	})
}

func isSend(what string) bool { return strings.HasPrefix(what, "send ") }
