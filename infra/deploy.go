package infra

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"leadsite/functions/bundle"
	"leadsite/infra/stack"
	"leadsite/infra/upload"
)

// Errors of what is asked for, before anything is done.
var (
	ErrDeclined = errors.New("nothing was done")
	ErrNoMail   = errors.New("site.yaml says no address that mail comes from")
	ErrMoved    = errors.New("the site is in another region")
	ErrStage    = errors.New("a stage's name is short, of small letters and digits")
)

// Deploy brings one site into one account. Run is the table of contents.
type Deploy struct {
	Account *Account
	Source  Source
	Stage   string               // name of a second copy, for previews; "" for the site itself
	DryRun  bool                 // show the plan and leave nothing behind
	Out     io.Writer            // the plan, and what came of it
	Talk    io.Writer            // progress
	Confirm func() (bool, error) // asked once, after the plan; nil: yes
	Now     func() time.Time
	Random  io.Reader
	By      string        // who, for the lock
	Pause   time.Duration // between two looks at CloudFormation; 0: a few seconds
	Beat    time.Duration // between two signs of life; 0: half a minute

	Leads    func(table string) Leads // of a table
	Client   *http.Client             // by which the test lead reaches the site; nil: one of its own
	Patience time.Duration            // how long the test lead may take; 0: some minutes

	name string // of site and stage, as stacks and parameters carry it
	run  running
}

// Source makes the site. BaseURL is "" for what site.yaml says.
type Source interface {
	Build(ctx context.Context, baseURL string) (site, bundle string, err error)
	Package(ctx context.Context, bundle string) ([]Zip, error)
}

// running is what one run has found out so far.
type running struct {
	site    string // folder
	bundle  *bundle.Bundle
	zips    []Zip
	keys    map[string]string // function -> key of its zip
	secrets secrets
	own     bool              // the mail domain's identity is the stack's
	app     map[string]string // outputs
	edge    map[string]string
	upload  upload.Plan
	tested  string // what became of the test lead
	sandbox bool   // SES mails to verified domains alone
}

// Run shows the plan, asks, and does it. Whatever fails, the live site is whole, and the next run goes on.
func (d *Deploy) Run(ctx context.Context) error {
	if err := d.prepare(ctx); err != nil {
		return err
	}
	if err := d.plan(ctx); err != nil || d.DryRun {
		return err
	}
	if d.Confirm != nil {
		if yes, err := d.Confirm(); err != nil || !yes {
			return errors.Join(err, ErrDeclined)
		}
	}
	if err := d.Account.makeWorkshop(ctx); err != nil {
		return err
	}
	return d.alone(ctx, d.change)
}

// alone does something under the site's lock.
func (d *Deploy) alone(ctx context.Context, do func(context.Context) error) error {
	locked, unlock, err := d.Account.lock(ctx, d.name, d.By, cmp.Or(d.Beat, lockBeat))
	if err != nil {
		return err
	}
	err = do(locked)
	if lost := context.Cause(locked); err != nil && errors.Is(lost, ErrLocked) {
		err = lost
	}
	return errors.Join(err, unlock())
}

// change does it all, in the order in which each step finds what it needs and nothing live is ever broken: functions
// before the pages that speak to them, files before what names them.
func (d *Deploy) change(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"secrets", d.secrets},
		{"functions: zips", d.uploadZips},
		{"stack of the site", d.applyApp},
		{"stack of the edge", d.applyEdge},
		{"stack of the site, with the edge", d.applyAppAgain},
		{"site", d.uploadSite},
		{"redirects", d.redirects},
		{"edge", d.invalidate},
		{"old zips", d.forgetZips},
		{"test lead", d.testLead},
	} {
		fmt.Fprintln(d.Talk, "leadsite:", step.name)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return d.summary(ctx)
}

func (d *Deploy) say(format string, args ...any) { fmt.Fprintf(d.Out, format+"\n", args...) }

func (d *Deploy) sayLine(line string) { d.say("  %s", line) }

// talk tells of progress.
func (d *Deploy) talk(line string) { fmt.Fprintln(d.Talk, "leadsite:   "+line) }

// prepare builds the site, and finds out what is there.
func (d *Deploy) prepare(ctx context.Context) error {
	if d.Pause == 0 {
		d.Pause = stackPause
	}
	if err := d.build(ctx, ""); err != nil {
		return err
	}
	if err := d.findOut(ctx); err != nil {
		return err
	}
	if address := d.address(); address != "" && !d.hasDomain() {
		return d.build(ctx, "https://"+address+"/")
	}
	return nil
}

// build makes site, bundle and zips.
func (d *Deploy) build(ctx context.Context, baseURL string) error {
	site, file, err := d.Source.Build(ctx, baseURL)
	if err != nil {
		return err
	}
	b, err := bundle.ReadFile(file)
	if err != nil {
		return err
	}
	if b.Brand.From == "" || !strings.Contains(b.Brand.From, "@") {
		return ErrNoMail
	}
	if d.name, err = siteName(b.Site, d.Stage); err != nil {
		return err
	}
	zips, err := d.Source.Package(ctx, file)
	if err != nil {
		return err
	}
	keys := map[string]string{}
	for _, z := range zips {
		data, err := os.ReadFile(z.File)
		if err != nil {
			return fmt.Errorf("reading a zip: %w", err)
		}
		keys[z.Function] = fmt.Sprintf("%s%s-%x.zip", zipFolder(d.name), z.Function, sha256.Sum256(data))
	}
	d.run.site, d.run.bundle, d.run.zips, d.run.keys = site, b, zips, keys
	return nil
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// maxName is what AWS leaves for a site's name in the names of what edge.yaml makes.
const maxName = 30

// siteName is how the site is called in the account: its title as far as AWS takes it, and the stage's name.
func siteName(title, stage string) (string, error) {
	if stage != "" {
		if notInNames.MatchString(stage) || len(stage) > maxName/2 {
			return "", fmt.Errorf("%w: %q", ErrStage, stage)
		}
		stage = "-" + stage
	}
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(title), "-"), "-")
	if name == "" {
		name = "site"
	}
	return strings.Trim(name[:min(len(name), maxName-len(stage))], "-") + stage, nil
}

// findOut looks at the stacks, the secrets and the identity, and changes nothing.
func (d *Deploy) findOut(ctx context.Context) (err error) {
	if d.run.edge, err = d.outputs(ctx, d.edgeStack()); err != nil {
		return err
	}
	if d.run.app, err = d.outputs(ctx, d.appStack()); err != nil {
		return err
	}
	if d.run.app == nil && d.run.edge != nil {
		domain, err := d.edgeStack().Parameter(ctx, "SiteBucketDomain")
		if err == nil {
			err = fmt.Errorf("looking for the site in %s: %w, see %s", d.Account.Region, ErrMoved, domain)
		}
		return err
	}
	if d.run.app != nil {
		if err := d.upgradable(ctx); err != nil {
			return err
		}
	}
	if d.run.secrets, err = d.Account.plannedSecrets(ctx, d.name); err != nil {
		return err
	}
	d.run.own, err = d.ownsIdentity(ctx)
	return err
}

// outputs are those of a stack; nil when it is not there.
func (d *Deploy) outputs(ctx context.Context, s *stack.Stack) (map[string]string, error) {
	outputs, err := s.Outputs(ctx)
	if errors.Is(err, stack.ErrAbsent) {
		return nil, nil
	}
	return outputs, err
}

func (d *Deploy) appStack() *stack.Stack  { return d.Account.appStack(d.name, d.talk, d.Pause) }
func (d *Deploy) edgeStack() *stack.Stack { return d.Account.edgeStack(d.name, d.talk, d.Pause) }

// host is the site's own name, as site.yaml says it.
func (d *Deploy) host() string {
	u, err := url.Parse(d.run.bundle.BaseURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// reserved are names that cannot be anybody's: with them the site is reached under CloudFront's own address.
var reserved = []string{"example.com", "example.org", "example.net", "example", "test", "invalid", "localhost", "cloudfront.net"}

// hasDomain says whether the site has a name of its own. A second copy has none.
func (d *Deploy) hasDomain() bool {
	host := d.host()
	return d.Stage == "" && strings.Contains(host, ".") && !isReserved(host)
}

func isReserved(host string) bool {
	return slices.ContainsFunc(reserved, func(r string) bool { return host == r || strings.HasSuffix(host, "."+r) })
}

// address is where the distribution is; "" before there is one.
func (d *Deploy) address() string { return d.run.edge["Address"] }

func (d *Deploy) mailDomain() string {
	_, domain, _ := strings.Cut(d.run.bundle.Brand.From, "@")
	return domain
}

// appParameters are those of app.yaml.
func (d *Deploy) appParameters() map[string]string {
	p := map[string]string{
		"CodeBucket": d.Account.workshop(), "SecretParameter": d.run.secrets.parameter, "OriginSecrets": d.run.secrets.origin,
		"DistributionArn": d.run.edge["DistributionArn"], "NotFoundArn": d.run.edge["NotFoundArn"], "MailDomain": d.mailDomain(), "MailFrom": d.run.bundle.Brand.From,
		"OwnsIdentity": yesNo(d.run.own), "AlarmEmail": d.run.bundle.Brand.Owner,
	}
	for function, key := range d.run.keys {
		p[codeParameter(function)] = key
	}
	return p
}

// resourceOf is how app.yaml calls a function, and codeParameter the parameter with its zip.
func resourceOf(function string) string    { return strings.ToUpper(function[:1]) + function[1:] }
func codeParameter(function string) string { return resourceOf(function) + "Code" }

// edgeParameters are those of edge.yaml.
func (d *Deploy) edgeParameters() map[string]string {
	p := map[string]string{
		"Domain": "", "SiteBucketDomain": d.run.app["SiteBucketDomain"], "ApiDomain": d.run.app["ApiDomain"],
		"LogBucketArn": d.run.app["LogBucketArn"], "OriginSecret": d.run.secrets.newest(),
		"ContentSecurityPolicy": d.run.bundle.CSP, "Preview": yesNo(d.Stage != ""), "AlarmEmail": d.run.bundle.Brand.Owner,
		"Languages": yesNo(len(notFoundPages(d.run.bundle, os.DirFS(d.run.site))) > 0),
	}
	if d.hasDomain() {
		p["Domain"] = d.host()
	}
	return p
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
