package infra

import (
	"context"
	"fmt"
	"os"

	"leadsite/infra/stack"
	"leadsite/infra/upload"
)

// plan shows what would be done. It leaves nothing behind.
func (d *Deploy) plan(ctx context.Context) error {
	d.say("%s in account %s, region %s", d.name, d.Account.ID, d.Account.Region)
	if _, err := EdgeEntries(d.run.bundle, os.DirFS(d.run.site)); err != nil {
		return err
	}
	if _, err := d.Account.hasWorkshop(ctx); err != nil {
		return err
	}
	app, err := d.appStack().Plan(ctx, d.appParameters())
	if err != nil {
		return err
	}
	d.showStack("stack "+d.appStack().Name, app)
	if d.run.app == nil {
		d.say("stack %s: new, with the distribution; it takes about ten minutes", d.edgeStack().Name)
		d.say("site: every file is new")
	} else if err := d.planLive(ctx); err != nil {
		return err
	}
	if isReserved(d.mailDomain()) {
		d.say("mail: %s can be nobody's, so none will be sent: write a sender at your own domain into content/site.yaml, as mail: {from: …}", d.run.bundle.Brand.From)
	}
	d.say("expected cost: %s", monthly())
	return nil
}

// planLive is the rest of the plan of a site that is there.
func (d *Deploy) planLive(ctx context.Context) error {
	edge, err := d.edgeStack().Plan(ctx, d.edgeParameters())
	if err != nil {
		return err
	}
	d.showStack("stack "+d.edgeStack().Name, edge)
	before, err := d.Account.memory(ctx, d.name)
	if err != nil {
		return err
	}
	files, err := d.siteBucket().Plan(ctx, d.run.site, before.Memory, d.Now())
	if err != nil {
		return err
	}
	d.showFiles(files)
	return nil
}

func (d *Deploy) showStack(title string, p stack.Plan) {
	switch {
	case p.First != "":
		d.say("%s: %s, then make what is missing", title, p.First)
	case p.Empty():
		d.say("%s: nothing to change", title)
	case p.New:
		d.say("%s: new, with %d resources", title, len(p.Changes))
	default:
		d.say("%s: %d changes", title, len(p.Changes))
		for _, c := range p.Changes {
			how := ""
			if c.Replaces {
				how = ", made anew"
			}
			d.sayLine(fmt.Sprintf("%s %s (%s%s)", c.Action, c.Resource, c.Type, how))
		}
	}
}

// shown is how many names of a kind the plan lists.
const shown = 10

func (d *Deploy) showFiles(p upload.Plan) {
	d.say("site: %d files to add, %d to change, %d to delete, %d as they are", len(p.Add), len(p.Change), len(p.Delete), p.Unchanged)
	d.showNames("add", p.Add)
	d.showNames("change", p.Change)
	d.showNames("delete", p.Delete)
	if paths := p.Paths(); len(paths) > 0 {
		d.say("edge: %d paths to fetch anew", len(paths))
		d.showNames("fetch", paths)
	}
}

func (d *Deploy) showNames(word string, names []string) {
	for i, name := range names {
		if i == shown {
			d.sayLine(fmt.Sprintf("%s %d more", word, len(names)-shown))
			return
		}
		d.sayLine(word + " " + name)
	}
}

// summary ends a run: where the site is, and what is left to do by hand.
func (d *Deploy) summary(ctx context.Context) error {
	known, err := d.Account.identity(ctx, d.mailDomain())
	if err != nil {
		return err
	}
	var records []record
	if d.hasDomain() {
		d.say("done: https://%s/ (the distribution is %s)", d.host(), d.address())
		records = append(records, record{d.host(), "CNAME", d.address()})
	} else {
		d.say("done: https://%s/", d.address())
	}
	d.say("%s", d.run.tested)
	if d.run.sandbox {
		d.say("left to do: SES keeps the account in its sandbox, so mail reaches only domains that it has verified; when sales are elsewhere, ask AWS for production access (SES, Account dashboard)")
	}
	if !known.verified {
		d.say("left to do: AWS does not know yet that %s is yours, so no mail is sent; leads are kept until then", d.mailDomain())
		records = append(records, d.mailRecords(known)...)
	}
	if len(records) > 0 {
		d.say("DNS records, to be made where your domain is kept:")
		for _, r := range records {
			d.sayLine(fmt.Sprintf("%-70s %-6s %s", r.name, r.kind, r.value))
		}
	}
	d.say("leads: leadsite leads list --store dynamodb:%s", d.run.app["Table"])
	d.say("alarms go to %s: confirm the two mails from AWS once", d.run.bundle.Brand.Owner)
	return nil
}
