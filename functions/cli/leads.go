package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// Leads is the command `leadsite leads`, with its subcommands. They need the store alone: no source, no bundle.
func Leads() *cobra.Command {
	var at place
	cmd := &cobra.Command{
		Use: "leads", Short: "List, show, move, back up and erase leads", Args: cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Example: "  leadsite leads list --status new\n  leadsite leads show h5k2w7q3zt4m6y8c9d1e0f2g3a --json",
	}
	cmd.PersistentFlags().StringVar(&at.state, "state", "", "folder of the leads (default .leadsite in the source)")
	cmd.PersistentFlags().StringVar(&at.store, "store", "", "sqlite:PATH or dynamodb:TABLE (default sqlite:leads.db in the state folder)")
	cmd.PersistentFlags().StringVar(&at.secret, "secret", "", "a file, or ssm:PARAMETER (default secret in the state folder)")
	cmd.AddCommand(list(&at), show(&at), exportLeads(&at), importLeads(&at), erase(&at), backup(&at), parked(&at), unpark(&at))
	return cmd
}

func list(at *place) *cobra.Command {
	var q lead.Query
	var status, since string
	var asJSON, asCSV bool
	cmd := &cobra.Command{
		Use: "list", Short: "List leads, newest first",
		Args: func(cmd *cobra.Command, args []string) error {
			var noStatus, noDay, noLimit error
			q.Statuses, noStatus = statuses(status)
			q.Since, noDay = day(since)
			if q.Limit < 0 {
				noLimit = fmt.Errorf("--limit %d is less than nothing", q.Limit)
			}
			return cmp.Or(cobra.NoArgs(cmd, args), noStatus, noDay, noLimit)
		},
		Example: "  leadsite leads list --form contact --since 2026-11-01",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return at.with(cmd, func(s lead.Store) error {
				leads, err := all(cmd.Context(), s, q)
				if err != nil {
					return err
				}
				switch {
				case asJSON:
					return printJSON(cmd.OutOrStdout(), map[string][]lead.Lead{"leads": leads})
				case asCSV:
					return lead.WriteCSV(cmd.OutOrStdout(), leads)
				}
				if err := printTable(cmd.OutOrStdout(), leads); err != nil || len(q.Statuses) > 0 {
					return err
				}
				return tellSpam(cmd, s, q)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&status, "status", "", "new, contacted, qualified, won, lost, unfit, spam, or any (default all but spam)")
	flags.StringVar(&q.Form, "form", "", "only leads of this form")
	flags.StringVar(&q.Email, "email", "", "only leads of this address")
	flags.StringVar(&since, "since", "", "only leads from this day (2026-11-22) or time (RFC 3339) on")
	flags.IntVar(&q.Limit, "limit", 0, "at most so many (default all)")
	flags.BoolVar(&asJSON, "json", false, "print one JSON document")
	flags.BoolVar(&asCSV, "csv", false, "print a spreadsheet, with a column for each field")
	cmd.MarkFlagsMutuallyExclusive("json", "csv")
	return cmd
}

// tellSpam says how many leads the list leaves out as spam: now and then one of them is a person.
func tellSpam(cmd *cobra.Command, s lead.Store, q lead.Query) error {
	q.Statuses, q.Cursor, q.Limit = []lead.Status{lead.Spam}, "", 0
	spam, err := all(cmd.Context(), s, q)
	if err == nil && len(spam) > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: %d more in spam; --status spam lists them\n", len(spam))
	}
	return err
}

func show(at *place) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show ID", Short: "Show one lead and all that happened to it", Args: cobra.ExactArgs(1),
		Example: "  leadsite leads show h5k2w7q3zt4m6y8c9d1e0f2g3a --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			return at.with(cmd, func(s lead.Store) error {
				l, err := s.Get(cmd.Context(), args[0])
				if errors.Is(err, lead.ErrNotFound) {
					return hinted{fmt.Errorf("there is no lead %q", args[0]), "leadsite leads list --status any shows the ids"}
				}
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), l)
				}
				return printLead(cmd.OutOrStdout(), l)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// statuses reads --status: "" is the store's default, "any" is every one.
func statuses(s string) ([]lead.Status, error) {
	switch {
	case s == "":
		return nil, nil
	case s == "any":
		return lead.Statuses(), nil
	case slices.Contains(lead.Statuses(), lead.Status(s)):
		return []lead.Status{lead.Status(s)}, nil
	}
	return nil, hinted{fmt.Errorf("there is no status %q", s), "one of new, contacted, qualified, won, lost, unfit, spam, or any"}
}

// day reads --since: a day in this machine's zone, or a time.
func day(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, s, time.Local)
	if err != nil {
		return t, hinted{fmt.Errorf("--since %q is neither a day nor a time", s), "write it like 2026-11-22 or 2026-11-22T09:00:00Z"}
	}
	return t, nil
}

// all gathers the pages of a list, q.Limit leads at most; 0 is all there are.
func all(ctx context.Context, s lead.Store, q lead.Query) ([]lead.Lead, error) {
	leads, limit := []lead.Lead{}, q.Limit
	for {
		q.Limit = 500
		if limit > 0 {
			q.Limit = min(q.Limit, limit-len(leads))
		}
		page, err := s.List(ctx, q)
		if err != nil {
			return nil, err
		}
		leads = append(leads, page.Leads...)
		if page.Next == "" || limit > 0 && len(leads) >= limit {
			return leads, nil
		}
		q.Cursor = page.Next
	}
}

func printJSON(w io.Writer, doc any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(doc)
}

func printTable(w io.Writer, leads []lead.Lead) error {
	if len(leads) == 0 {
		_, err := fmt.Fprintln(w, "no leads")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ID\tRECEIVED\tSTATUS\tFORM\tE-MAIL\tPAGE\tSCORE")
	for _, l := range leads {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", plain(l.ID), local(l.CreatedAt), l.Status, plain(l.Form), plain(l.Email), plain(l.Page), l.Score.Points)
	}
	return table.Flush()
}

func printLead(w io.Writer, l lead.Lead) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(table, "%s\t%s\n", plain(name), plainLines(value))
		}
	}
	row("id", l.ID)
	row("status", string(l.Status))
	row("form", l.Form)
	row("received", local(l.CreatedAt))
	row("owner", l.Owner)
	if !l.DueAt.IsZero() {
		row("answer by", local(l.DueAt))
	}
	for _, name := range sortedKeys(l.Fields) {
		row(name, l.Fields[name].String())
	}
	for _, name := range sortedKeys(l.Extra) {
		row(name+" (undeclared)", l.Extra[name])
	}
	row("page", l.Page)
	row("campaign", l.Source.Campaign)
	row("referrer", l.Source.Referrer)
	row("score", fmt.Sprintf("%d", l.Score.Points))
	row("", strings.Join(l.Score.Reasons, "\n"))
	row("spam", strings.Join(l.Spam.Reasons, "\n"))
	for _, e := range l.Events {
		row(local(e.At), e.Kind+" "+strings.Join(slices.DeleteFunc([]string{e.By, e.To, e.State, string(e.ToStatus), e.Reason, e.Note}, func(s string) bool { return s == "" }), " "))
	}
	return table.Flush()
}

func local(t time.Time) string { return t.Local().Format("2006-01-02 15:04:05 MST") }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// plain keeps what others wrote from steering the terminal, turning its text around, or breaking a table: intake
// cleans what it takes, but a store may hold what was imported.
func plain(s string) string { return form.Line(s) }

// plainLines does the same to a text of several lines, which come to stand in the second column.
func plainLines(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(form.Lines(s), "\n"), "\t", " "), "\n", "\n\t")
}
