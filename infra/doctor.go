package infra

import (
	"context"
	"fmt"
	"net"
	"time"

	"leadsite/functions/bundle"
)

// Finding is what a doctor has to say of one thing.
type Finding struct {
	Check string `json:"check"`
	State State  `json:"state"`
	Said  string `json:"said"`
	Hint  string `json:"hint,omitempty"`
}

// State is how bad a finding is.
type State string

// The states. Only a problem keeps leads from sales.
const (
	Well    State = "ok"
	Warning State = "warning"
	Problem State = "problem"
)

// Resolver looks DNS records up; *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
}

var _ Resolver = (*net.Resolver)(nil)

// Doctor looks at a deployed site, its account and its mail domain. It changes nothing, and sends nothing.
type Doctor struct {
	Account  *Account
	Bundle   *bundle.Bundle // of the site as it was built last
	Stage    string
	Resolver Resolver
	Now      func() time.Time
	Leads    func(table string) Leads

	deploy Deploy // knows names and outputs
}

// ReadBundle reads what the build wrote of a site.
func ReadBundle(file string) (*bundle.Bundle, error) { return bundle.ReadFile(file) }

// Examine makes every check. One that cannot be made is a problem itself, and keeps no other from being made.
func (d *Doctor) Examine(ctx context.Context) []Finding {
	d.deploy = Deploy{Account: d.Account, Stage: d.Stage, Pause: stackPause, run: running{bundle: d.Bundle}}
	all := []Finding{{Check: "account", State: Well, Said: fmt.Sprintf("%s, region %s", d.Account.ID, d.Account.Region)}}
	for _, c := range []struct {
		name string
		make func(context.Context) (Finding, error)
	}{
		{"clock", d.clock},
		{"stacks", d.stacks},
		{"functions at once", d.concurrency},
		{"sender", d.sender},
		{"mail domain", d.mailDomain},
		{"bounce domain", d.bounceDomain},
		{"SPF", d.spf},
		{"DMARC", d.dmarc},
		{"SES sandbox", d.sandbox},
		{"recipients", d.recipients},
		{"alarms", d.alarms},
		{"dead letters", d.deadLetters},
		{"fallback queue", d.fallbackQueue},
		{"stream", d.stream},
		{"versions", d.versions},
		{"synthetic lead", d.syntheticLead},
	} {
		f, err := c.make(ctx)
		if err != nil {
			f = Finding{State: Problem, Said: err.Error(), Hint: Hint(err)}
		}
		f.Check = c.name
		all = append(all, f)
	}
	return all
}

func well(format string, args ...any) (Finding, error) {
	return Finding{State: Well, Said: fmt.Sprintf(format, args...)}, nil
}

func warning(hint, format string, args ...any) (Finding, error) {
	return Finding{State: Warning, Said: fmt.Sprintf(format, args...), Hint: hint}, nil
}

func problem(hint, format string, args ...any) (Finding, error) {
	return Finding{State: Problem, Said: fmt.Sprintf(format, args...), Hint: hint}, nil
}

// maxSkew is half of what AWS bears.
const maxSkew = 2 * time.Minute

func (d *Doctor) clock(context.Context) (Finding, error) {
	if d.Account.serverTime.IsZero() {
		return warning("", "AWS did not say what time it is")
	}
	skew := d.Account.asked.Sub(d.Account.serverTime).Round(time.Second)
	if skew.Abs() > maxSkew {
		return problem("set this machine's clock: AWS refuses requests from a clock that is minutes off", "it is off by %v", skew)
	}
	return well("it agrees with AWS's")
}

// stacks also finds out where everything is.
func (d *Doctor) stacks(ctx context.Context) (Finding, error) {
	var err error
	if d.deploy.name, err = siteName(d.Bundle.Site, d.Stage); err != nil {
		return Finding{}, err
	}
	if d.deploy.run.app, err = d.deploy.outputs(ctx, d.deploy.appStack()); err != nil {
		return Finding{}, err
	}
	if d.deploy.run.edge, err = d.deploy.outputs(ctx, d.deploy.edgeStack()); err != nil {
		return Finding{}, err
	}
	if d.deploy.run.app == nil || d.deploy.run.edge == nil {
		return problem("run leadsite deploy", "%s is not deployed here", d.deploy.name)
	}
	for _, s := range []interface {
		Status(context.Context) (string, error)
	}{d.deploy.appStack(), d.deploy.edgeStack()} {
		status, err := s.Status(ctx)
		if err != nil {
			return Finding{}, err
		}
		if status != "CREATE_COMPLETE" && status != "UPDATE_COMPLETE" {
			return warning("run leadsite deploy: it goes on from there", "one of them is %s", status)
		}
	}
	return well("%s is deployed, at %s", d.deploy.name, d.deploy.address())
}
