package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leadsite/build"
	"leadsite/build/content"
	"leadsite/build/site"
)

// Build is the command `leadsite build`. Embedded is the default theme.
func Build(embedded fs.FS) *cobra.Command {
	var dirs folders
	var o build.Options
	var asJSON bool
	cmd := &cobra.Command{
		Use: "build", Short: "Make the site into public/, and the bundle into dist/", Args: cobra.NoArgs,
		Example: "  leadsite build\n  leadsite build --drafts --output /tmp/preview",
		RunE: func(cmd *cobra.Command, _ []string) error {
			dirs.read(cmd)
			base, err := baseURL(o.BaseURL)
			if err != nil {
				return err
			}
			o.Source, o.Output, o.State, o.BaseURL = dirs.source, dirs.output, dirs.state, base
			o.Bundle = filepath.Join(dirs.source, "dist", "bundle.json")
			o.DefaultTheme, o.Now = embedded, time.Now()
			report, err := build.Build(cmd.Context(), o)
			if err != nil {
				return explain(err)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			printReport(cmd.OutOrStdout(), cmd.ErrOrStderr(), report, dirs.output)
			return mistakes(report.Errors)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&dirs.output, "output", "", "folder of the finished site (default public in the source)")
	flags.StringVar(&dirs.state, "state", "", "folder of caches (default .leadsite in the source)")
	flags.StringVar(&o.BaseURL, "base-url", "", "address of the site, instead of site.yaml's")
	flags.BoolVar(&o.Drafts, "drafts", false, "include drafts")
	flags.BoolVar(&o.Future, "future", false, "include pages whose date has not come")
	flags.BoolVar(&o.Lenient, "lenient", false, "warn of unknown keys and shortcodes, broken links and missing titles, and build: for a move from Hugo")
	flags.BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// printReport says what was made on stdout, and what an author should know on stderr.
func printReport(stdout, stderr io.Writer, r *build.Report, output string) {
	for _, s := range r.Skipped {
		fmt.Fprintf(stderr, "leadsite: left out %s: %s\n", s.Page, s.Why)
	}
	if !r.NextDue.IsZero() {
		fmt.Fprintf(stderr, "leadsite: the next of them is due on %s\n", r.NextDue.Format("2006-01-02 15:04 MST"))
	}
	for _, w := range r.Warnings {
		fmt.Fprintf(stderr, "leadsite: warning: %v\n", w)
		if w.Hint != "" {
			fmt.Fprintf(stderr, "leadsite: hint: %s\n", w.Hint)
		}
	}
	if len(r.Errors) == 0 {
		p := r.Published
		fmt.Fprintf(stdout, "%d pages in %s: %d files written, %d unchanged, %d deleted\n", r.Pages, output, p.Written, p.Kept, p.Deleted)
	}
}

// printJSON prints the report as architecture.md has it. With mistakes it fails after printing.
func printJSON(w io.Writer, r *build.Report) error {
	doc := struct {
		Pages    int              `json:"pages"`
		Skipped  []site.Skipped   `json:"skipped"`
		Errors   []*content.Error `json:"errors"`
		Warnings []*content.Error `json:"warnings"`
	}{r.Pages, nonNil(r.Skipped), nonNil(r.Errors), nonNil(r.Warnings)}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return err
	}
	return mistakes(r.Errors)
}

// nonNil makes an absent list an empty one: `[]` in JSON, not `null`.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
