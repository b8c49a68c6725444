package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"leadsite/functions/lead"
)

// What each sign of a robot adds. Only the honeypot reaches lead.SpamThreshold alone.
const (
	trapPoints       = lead.SpamThreshold
	repeatedPoints   = 50
	fastPoints       = 40
	forgedPoints     = 40
	wrongPoints      = 40
	disposablePoints = 40
	markupPoints     = 30
	spentPoints      = 30
	ratePoints       = 30
	elsewherePoints  = 20
	linkPoints       = 15 // each, after the first
	mostLinkPoints   = 60
	extraPoints      = 10
)

// proofCredit is what the proof of work takes away of all signs but the honeypot, and never below nothing.
const proofCredit = 20

// tooFast is how long, at the least, a person needs from the first touch of a form to its sending.
const tooFast = 2 * time.Second

// signs adds up what speaks for a robot, with reasons for sales to read.
type signs struct{ lead.SpamScore }

func (g *signs) add(points int, reason string, args ...any) {
	g.Score += points
	g.Reasons = append(g.Reasons, fmt.Sprintf(reason, args...)+fmt.Sprintf(": %+d", points))
}

// spamScore says how much a submission looks like a robot's, and why. sent is how many came from its address in this
// window, it included. No token and no proof are no sign of anything: a browser without script sends none.
func (x *exchange) spamScore(ctx context.Context, s *submission, l lead.Lead, sent int) lead.SpamScore {
	g := signs{lead.SpamScore{Reasons: []string{}}}
	proved := x.scoreToken(ctx, s, l.ID, &g)
	s.scoreText(&g)
	if isDisposable(l.Email) {
		g.add(disposablePoints, "the address is of a mail service for throwing away")
	}
	if x.fromElsewhere() {
		g.add(elsewherePoints, "sent from a page of another site")
	}
	if limit := x.bundle.Limits.Submissions; limit > 0 && sent > (limit+1)/2 {
		g.add(ratePoints, "many from one network in a short time, this is number %d", sent)
	}
	if !x.Unlimited && x.repeated(ctx, s, l) {
		g.add(repeatedPoints, "somebody else sent the same text within a day")
	}
	if n := len(s.Extra); n > 0 && !s.older {
		g.add(extraPoints, "fields that the form does not have, %d", n)
	}
	if credit := min(proofCredit, g.Score); proved && credit > 0 {
		g.add(-credit, "the browser did the proof of work")
	}
	if s.Trap != "" {
		g.add(trapPoints, "the field that only robots see is filled in")
	}
	return g.SpamScore
}

// scoreToken looks at the answer to a challenge, and says whether its work was done.
func (x *exchange) scoreToken(ctx context.Context, s *submission, id string, g *signs) (proved bool) {
	if s.Meta.Token == "" {
		return false
	}
	c, err := x.Keys.ReadChallenge(s.form.Name, s.Meta.Token)
	if err != nil {
		g.add(forgedPoints, "the time token is not ours")
		return false
	}
	age := x.now.Sub(c.MadeAt)
	if age > lead.ChallengeLife {
		return false // a page that stood open since yesterday says nothing
	}
	if age < tooFast {
		g.add(fastPoints, "sent within %s of the first touch", tooFast)
	}
	if c.Proof == lead.WrongProof {
		g.add(wrongPoints, "the proof of work is wrong")
	}
	if x.spent(ctx, c.ID, id, c.Expires) {
		g.add(spentPoints, "the time token was used for another message")
		return false
	}
	return c.Proof == lead.RightProof
}

// repeated says whether another person sent the longest of the texts within the last day. Short ones are alike by
// chance. While the store cannot say, nobody did.
func (x *exchange) repeated(ctx context.Context, s *submission, l lead.Lead) bool {
	text := s.longestText()
	if len([]rune(text)) < tellingText {
		return false
	}
	by := l.Person
	if by == "" {
		by = l.ID
	}
	return x.spent(ctx, "text#"+x.Keys.Text(text), by, x.now.Add(textMemory))
}

// tellingText is from how many runes on a text is unlikely to be written twice, and textMemory how long one is known.
const (
	tellingText = 40
	textMemory  = 24 * time.Hour
)

// spent uses a challenge or a text up for this lead or person, and says whether another had it before. While the store
// cannot say, none had.
func (x *exchange) spent(ctx context.Context, what, by string, expires time.Time) bool {
	ctx, cancel := context.WithTimeout(ctx, helperBudget)
	defer cancel()
	err := x.Store.Spend(ctx, what, by, expires)
	if err != nil && !errors.Is(err, lead.ErrSpent) {
		x.log(slog.LevelWarn, "challenge passed over", "error", err)
		return false
	}
	return err != nil
}

// fromElsewhere says whether the browser names another site as the one that sent the form. It is a sign only: forms are
// posted through translation services and previews, too.
func (x *exchange) fromElsewhere() bool {
	origin, err := url.Parse(x.r.Header.Get("Origin"))
	if err != nil || origin.Host == "" || origin.Host == x.r.Host {
		return false
	}
	base, err := url.Parse(x.bundle.BaseURL)
	return err != nil || origin.Host != base.Host
}
