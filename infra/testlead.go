package infra

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"leadsite/functions/lead"
	"leadsite/functions/probe"
)

// Leads is what is read of a table of leads: how synthetic ones fared, and who is sent nothing more.
type Leads interface {
	lead.Probes
	Parked(ctx context.Context) ([]lead.Parked, error)
}

// testPatience is how long a run waits for its test lead. A stream that was made just now is slow to begin, and then the
// schedule brings the lead, within two minutes.
const testPatience = 3 * time.Minute

// testLead sends a synthetic lead, once the mail domain is verified: from here to the site, and on as a visitor's, to a
// mail that was delivered. It waits for that. Whatever becomes of it is said, and fails no run: the site is live.
func (d *Deploy) testLead(ctx context.Context) error {
	known, err := d.Account.identity(ctx, d.mailDomain())
	if err != nil {
		return err
	}
	if !known.verified {
		d.run.tested = "not tested: nothing is mailed until AWS knows that " + d.mailDomain() + " is yours"
		return nil
	}
	d.run.sandbox = d.inSandbox(ctx)
	if d.run.tested, err = d.tryOut(ctx); err != nil {
		d.run.tested = "tested, and what became of it cannot be seen: " + err.Error()
	}
	return ctx.Err()
}

// tryOut says what became of a test lead. It goes by the distribution's own address, because the site's name may not lead
// there yet. The error is that nobody can say.
func (d *Deploy) tryOut(ctx context.Context) (string, error) {
	secret, err := d.Account.parameter(ctx, d.run.secrets.parameter)
	if err != nil {
		return "", err
	}
	keys, err := lead.ParseKeys(secret)
	if err != nil {
		return "", fmt.Errorf("reading parameter %s: %w", d.run.secrets.parameter, err)
	}
	v := probe.Visitor{Client: d.Client, BaseURL: "https://" + d.address() + "/", Keys: keys, Now: d.Account.now(d.Now), Random: d.Random, Pause: d.Pause}
	p, err := v.SetOut(ctx)
	if err != nil {
		return "tested, and the site takes no leads: " + err.Error(), nil
	}
	d.talk("a test lead is on its way: " + p.ID)
	if p, err = d.await(ctx, p); err != nil {
		return "", err
	}
	return d.outcome(p), nil
}

// await looks at a test lead until it has ended, or patience has.
func (d *Deploy) await(ctx context.Context, p lead.Probe) (lead.Probe, error) {
	leads := d.Leads(d.run.app["Table"])
	for until := time.Now().Add(d.patience()); ; {
		now, err := leads.Probe(ctx, p.ID)
		if err != nil && !errors.Is(err, lead.ErrNotFound) {
			return p, err
		}
		if err == nil {
			p = now
		}
		if !p.Open() || time.Now().After(until) {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return p, ctx.Err()
		case <-time.After(d.Pause):
		}
	}
}

func (d *Deploy) patience() time.Duration { return cmp.Or(d.Patience, testPatience) }

// outcome says what became of a test lead in the time that it had.
func (d *Deploy) outcome(p lead.Probe) string {
	const later = "; it may come yet, leadsite doctor says what became of it"
	switch p.State {
	case lead.Delivered:
		return "tested: a lead went from outside to a delivered mail in " + took(p)
	case lead.Accepted:
		return fmt.Sprintf("tested: SES took the mail about a lead, and reported no delivery within %v%s", d.patience(), later)
	case lead.Sending:
		return "tested: a lead was stored, and is not mailed yet: " + cmp.Or(p.Error, "the function notify is at it") + later
	case lead.Pending:
		return fmt.Sprintf("tested: a lead was stored, and the function notify did not take it up within %v%s", d.patience(), later)
	}
	return "tested: a lead did not arrive: " + p.Error
}

// took is how long a probe was under way, and by what it was brought when that is not as it should be.
func took(p lead.Probe) string {
	text := max(p.UpdatedAt.Sub(p.At), 0).Round(time.Second).String()
	if p.By == lead.BySchedule {
		text += ", by the schedule: the table's stream did not bring it"
	}
	return text
}

// inSandbox says whether SES mails to verified domains alone. An answer that does not come is none.
func (d *Deploy) inSandbox(ctx context.Context) bool {
	out, err := d.Account.ses.GetAccount(ctx, &sesv2.GetAccountInput{})
	return err == nil && !out.ProductionAccessEnabled
}
