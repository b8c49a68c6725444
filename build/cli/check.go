package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leadsite/build"
	"leadsite/build/check"
	"leadsite/build/content"
)

// Check is the command `leadsite check`. Embedded is the default theme.
func Check(embedded fs.FS) *cobra.Command {
	var c checking
	cmd := &cobra.Command{
		Use: "check", Short: "Say what a careful editor and a search engine would object to", Args: cobra.NoArgs,
		Long: "check makes the site as build does, writes nothing of it, and fails when there is anything to object to:\n" +
			"the warnings of build are errors here. With --external it also asks other sites whether what links lead to\n" +
			"is still there: dead links are errors, those that moved and slow ones are warnings.",
		Example: "  leadsite check\n  leadsite check --external\n  leadsite check --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c.dirs.read(cmd)
			c.embedded, c.stdout, c.stderr = embedded, cmd.OutOrStdout(), cmd.ErrOrStderr()
			return c.run(cmd.Context())
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.dirs.state, "state", "", "folder of caches (default .leadsite in the source)")
	flags.BoolVar(&c.external, "external", false, "ask other sites whether what links lead to is still there")
	flags.BoolVar(&c.lenient, "lenient", false, "only warn of what build --lenient bears: for a move from Hugo")
	flags.BoolVar(&c.asJSON, "json", false, "print one JSON document")
	return cmd
}

// checking is one run of the command.
type checking struct {
	dirs             folders
	external, asJSON bool
	lenient          bool
	embedded         fs.FS
	stdout, stderr   io.Writer
}

func (c *checking) run(ctx context.Context) error {
	report, err := build.Build(ctx, build.Options{Source: c.dirs.source, Output: c.dirs.output, State: c.dirs.state,
		DefaultTheme: c.embedded, Now: time.Now(), Check: true, Lenient: c.lenient})
	if err != nil {
		return explain(err)
	}
	if !c.asJSON {
		printLeftOut(c.stderr, report)
	}
	asked := ""
	if c.external {
		if asked, err = c.ask(ctx, report); err != nil {
			return explain(err)
		}
	}
	text := lines{source: c.dirs.source, embedded: c.embedded}
	errs := failed(text.mistakes(report.Errors))
	if c.asJSON {
		return errors.Join(printJSON(c.stdout, report), errs)
	}
	out := newScreen(c.stderr)
	for _, m := range text.mistakes(report.Warnings) {
		out.print("warning", yellow, m)
	}
	if len(report.Errors) == 0 {
		fmt.Fprintf(c.stdout, "%d pages, and nothing to object to\n", report.Pages)
	}
	fmt.Fprint(c.stdout, asked)
	return errs
}

// ask asks about the links to other sites, adds what came of it to the report, dead ones as errors, and says it in a
// sentence.
func (c *checking) ask(ctx context.Context, report *build.Report) (string, error) {
	addresses := make([]string, len(report.Outside))
	for i, o := range report.Outside {
		addresses[i] = o.URL
	}
	fmt.Fprintf(c.stderr, "leadsite: asking about %d links to other sites, one a second at each\n", len(addresses))
	asker := check.External{From: report.BaseURL, Cache: filepath.Join(c.dirs.state, "cache", "links.json"), Now: time.Now}
	answers, err := asker.Ask(ctx, addresses)
	if err != nil {
		return "", err
	}
	byVerdict := map[check.Verdict][]*content.Error{}
	for i, a := range answers {
		byVerdict[a.Verdict] = append(byVerdict[a.Verdict], outside(report.Outside[i], a))
	}
	report.Errors = append(report.Errors, byVerdict[check.Dead]...)
	for _, v := range []check.Verdict{check.Moved, check.Slow, check.Unasked} {
		report.Warnings = append(report.Warnings, byVerdict[v]...)
	}
	return fmt.Sprintf("%d links to other sites: %d dead, %d moved, %d slow, %d not asked\n", len(answers), len(byVerdict[check.Dead]),
		len(byVerdict[check.Moved]), len(byVerdict[check.Slow]), len(byVerdict[check.Unasked])), nil
}

// outside says what came of a link to another site.
func outside(o build.Outside, a check.Answer) *content.Error {
	more := ""
	if o.Pages > 1 {
		more = fmt.Sprintf(", on %d pages", o.Pages)
	}
	switch a.Verdict {
	case check.Dead:
		return o.At.Errorf("correct the link, or take it out", "the link to %s is dead: %s%s", o.URL, a.Why, more)
	case check.Moved:
		return o.At.Errorf("link to "+a.To, "the link to %s has moved for good%s", o.URL, more)
	case check.Slow:
		return o.At.Errorf("visitors may give up", "the link to %s is slow: %s%s", o.URL, a.Why, more)
	}
	return o.At.Errorf("check again later", "the link to %s was not asked about: %s%s", o.URL, a.Why, more)
}
