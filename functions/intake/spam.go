package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"leadsite/functions/lead"
)

// What each sign of a robot adds. Only the honeypot reaches lead.SpamThreshold alone, and the others together do not.
const (
	trapPoints   = lead.SpamThreshold
	fastPoints   = 40
	forgedPoints = 40
	spentPoints  = 30
	extraPoints  = 10
)

// tooFast is how long, at the least, a person needs from the first touch of a form to its sending.
const tooFast = 2 * time.Second

// spamScore says how much a submission looks like a robot's, and why. No token is no sign of anything: a browser
// without script sends none.
func (x *exchange) spamScore(ctx context.Context, s *submission, id string) lead.SpamScore {
	score := lead.SpamScore{Reasons: []string{}}
	add := func(points int, reason string) {
		score.Score += points
		score.Reasons = append(score.Reasons, fmt.Sprintf("%s: %+d", reason, points))
	}
	if s.Trap != "" {
		add(trapPoints, "the field that only robots see is filled in")
	}
	if s.Meta.Token != "" {
		x.scoreToken(ctx, s, id, add)
	}
	if n := len(s.Extra); n > 0 && !s.older {
		add(extraPoints, fmt.Sprintf("fields that the form does not have, %d", n))
	}
	return score
}

func (x *exchange) scoreToken(ctx context.Context, s *submission, id string, add func(int, string)) {
	c, err := x.Keys.ReadChallenge(s.form.Name, s.Meta.Token)
	if err != nil {
		add(forgedPoints, "the time token is not ours")
		return
	}
	age := x.now.Sub(c.MadeAt)
	if age > lead.ChallengeLife {
		return // a page that stood open since yesterday says nothing
	}
	if age < tooFast {
		add(fastPoints, fmt.Sprintf("sent within %s of the first touch", tooFast))
	}
	if x.spent(ctx, c, id) {
		add(spentPoints, "the time token was used for another message")
	}
}

// spent uses the challenge up for this lead, and says whether it was used for another before. While the store cannot
// say, it was not.
func (x *exchange) spent(ctx context.Context, c lead.Challenge, id string) bool {
	ctx, cancel := context.WithTimeout(ctx, helperBudget)
	defer cancel()
	err := x.Store.Spend(ctx, c.ID, id, c.Expires)
	if err != nil && !errors.Is(err, lead.ErrSpent) {
		x.log(slog.LevelWarn, "challenge passed over", "error", err)
		return false
	}
	return err != nil
}
