package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leadsite/build"
	"leadsite/build/content"
)

// Build is the command `leadsite build`. Embedded is the default theme.
func Build(embedded fs.FS) *cobra.Command {
	var dirs folders
	var o build.Options
	var asJSON bool
	var traced string
	cmd := &cobra.Command{
		Use: "build", Short: "Make the site into public/, and the bundle into dist/", Args: cobra.NoArgs,
		Example: "  leadsite build\n  leadsite build --drafts --output /tmp/preview",
		RunE: func(cmd *cobra.Command, _ []string) error {
			gatherGarbage()
			dirs.read(cmd)
			base, err := baseURL(o.BaseURL)
			if err != nil {
				return err
			}
			o.Source, o.Output, o.State, o.BaseURL = dirs.source, dirs.output, dirs.state, base
			o.Bundle = filepath.Join(dirs.source, "dist", "bundle.json")
			o.DefaultTheme, o.Program, o.Now = embedded, program(), time.Now()
			o.Progress = progress(cmd.ErrOrStderr())
			var report *build.Report
			err = tracing(traced, func() (err error) {
				report, err = build.Build(cmd.Context(), o)
				return err
			})
			if err != nil {
				return explain(err)
			}
			if traced != "" {
				printStages(cmd.ErrOrStderr(), report.Stages)
			}
			text := lines{source: dirs.source, embedded: embedded}
			mistakes := text.mistakes(report.Errors)
			if asJSON {
				return errors.Join(printJSON(cmd.OutOrStdout(), report), failed(mistakes))
			}
			printLeftOut(cmd.ErrOrStderr(), report)
			newScreen(cmd.ErrOrStderr()).warn(text.mistakes(report.Warnings))
			if p := report.Published; len(mistakes) == 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "%d pages in %s: %d files written, %d unchanged, %d deleted\n",
					report.Pages, dirs.output, p.Written, p.Kept, p.Deleted)
			}
			return failed(mistakes)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&dirs.output, "output", "", "folder of the finished site (default public in the source)")
	flags.StringVar(&dirs.state, "state", "", "folder of caches (default .leadsite in the source)")
	flags.StringVar(&o.BaseURL, "base-url", "", "address of the site, instead of site.yaml's")
	flags.BoolVar(&o.Drafts, "drafts", false, "include drafts")
	flags.BoolVar(&o.Future, "future", false, "include pages whose date has not come")
	flags.BoolVar(&o.Lenient, "lenient", false, "warn of unknown keys and shortcodes, broken links and missing titles, and build: for a move from Hugo")
	flags.StringVar(&traced, "trace", "", "write a trace for `go tool trace` into this file, and print where the time went")
	flags.BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// printLeftOut says which pages are not in the site, and why.
func printLeftOut(stderr io.Writer, r *build.Report) {
	for _, s := range r.Skipped {
		fmt.Fprintf(stderr, "leadsite: left out %s: %s\n", s.Page, s.Why)
	}
	if !r.NextDue.IsZero() {
		fmt.Fprintf(stderr, "leadsite: the next of them is due on %s\n", r.NextDue.Format("2006-01-02 15:04 MST"))
	}
}

// The JSON document of build and check, as architecture.md has it: every key is always there.
type (
	document struct {
		Pages    int       `json:"pages"`
		Skipped  []skipped `json:"skipped"`
		Errors   []problem `json:"errors"`
		Warnings []problem `json:"warnings"`
	}
	skipped struct {
		Page string `json:"page"`
		Why  string `json:"why"`
	}
	problem struct {
		File string `json:"file"`
		Line int    `json:"line"` // 0: the file as a whole
		Col  int    `json:"col"`  // 0: the line as a whole
		Msg  string `json:"msg"`
		Hint string `json:"hint"`
	}
)

func printJSON(w io.Writer, r *build.Report) error {
	doc := document{Pages: r.Pages, Skipped: []skipped{}, Errors: problems(r.Errors), Warnings: problems(r.Warnings)}
	for _, s := range r.Skipped {
		doc.Skipped = append(doc.Skipped, skipped{s.Page, s.Why})
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

func problems(errs []*content.Error) []problem {
	all := make([]problem, len(errs))
	for i, e := range errs {
		all[i] = problem{e.File, e.Line, e.Col, e.Msg, e.Hint}
	}
	return all
}
