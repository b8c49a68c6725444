package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"leadsite/functions/lead"
)

// exportLeads is `leadsite leads export`.
func exportLeads(at *place) *cobra.Command {
	var asCSV bool
	var person string
	cmd := &cobra.Command{
		Use: "export", Short: "Print everything in the store, for import, for a spreadsheet, or for the person it is about",
		Args: func(cmd *cobra.Command, args []string) (err error) {
			if cmd.Flags().Changed("person") { // also to nothing, from a script: that is not everybody
				person, err = personAddress(person)
			}
			return cmp.Or(cobra.NoArgs(cmd, args), err)
		},
		Long: "Prints everything in the store as JSON Lines, which import reads: leads with what happened to them and who was told,\n" +
			"spam too, parked recipients and erasures. The secret is not in it: to move a site, copy the file secret as well.",
		Example: "  leadsite leads export --store sqlite:.leadsite/leads.db | leadsite leads import --store dynamodb:TABLE\n" +
			"  leadsite leads export --csv > leads.csv\n  leadsite leads export --person sam@example.com > for-sam.json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return at.with(cmd, func(s lead.Store) error {
				switch {
				case person != "":
					return exportPerson(cmd, at, s, person)
				case asCSV:
					return exportCSV(cmd, s)
				}
				n, err := lead.WriteLines(cmd.OutOrStdout(), s.Export(cmd.Context()))
				if err == nil {
					fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: exported %s\n", counted(n, "lead"))
				}
				return err
			})
		},
	}
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print the leads as a spreadsheet, with a column for each field")
	cmd.Flags().StringVar(&person, "person", "", "print what is stored about the person with this address, as readable JSON")
	cmd.MarkFlagsMutuallyExclusive("csv", "person")
	return cmd
}

func exportCSV(cmd *cobra.Command, s lead.Store) error {
	var leads []lead.Lead
	for r, err := range s.Export(cmd.Context()) {
		if err != nil {
			return err
		}
		if r.Lead != nil {
			leads = append(leads, *r.Lead)
		}
	}
	return lead.WriteCSV(cmd.OutOrStdout(), leads)
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// imported is what an import did, as --json prints it.
type imported struct {
	Added  int      `json:"added"`  // leads
	There  int      `json:"there"`  // leads that were there already, or have expired
	Erased int      `json:"erased"` // leads of people who asked to be forgotten
	Other  int      `json:"other"`  // parked recipients and erasures that were added
	Errors []string `json:"errors"` // lines that cannot be read, each with its number
}

// importLeads is `leadsite leads import`.
func importLeads(at *place) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "import", Short: "Add what export printed, from standard input", Args: cobra.NoArgs,
		Long: "Adds what export printed. What is there already stays as it is, so that an import may be repeated. Nobody is mailed about\n" +
			"what was mailed before. A line that cannot be read is named, its lead left out, and all others are added.",
		Example: "  leadsite leads import --store dynamodb:TABLE < leads.jsonl",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return at.withNew(cmd, func(s lead.Store) error {
				result, err := importAll(cmd, at, s)
				if err != nil {
					return hinted{err, "what was read before is imported; run it again when the cause is mended"}
				}
				return errors.Join(tellImport(cmd, result, asJSON), result.fault())
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

// importsAtOnce is how many leads are imported at the same time: SQLite syncs once for all of them, and a table far away
// takes a round trip for each.
const importsAtOnce = 32

// importAll imports what is on standard input. Lines that cannot be read are in the result; any other error ends it.
func importAll(cmd *cobra.Command, at *place, s lead.Store) (*imported, error) {
	result := &imported{Errors: []string{}}
	secret := secretCheck{cmd: cmd, at: at}
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(cmd.Context())
	group.SetLimit(importsAtOnce)
	var broken error
	for r, err := range lead.ReadLines(cmd.InOrStdin()) {
		if lineErr := (*lead.LineError)(nil); errors.As(err, &lineErr) || errors.Is(err, lead.ErrNoEnd) {
			mu.Lock()
			result.Errors = append(result.Errors, err.Error())
			mu.Unlock()
			continue
		}
		if broken = err; broken != nil || ctx.Err() != nil {
			break
		}
		one := func() error { return importOne(ctx, s, r, result, &mu) }
		if r.Lead == nil { // an erasure must be known before the leads that it concerns
			if broken = one(); broken != nil {
				break
			}
			continue
		}
		secret.see(*r.Lead)
		group.Go(one)
	}
	return result, errors.Join(broken, group.Wait())
}

func importOne(ctx context.Context, s lead.Store, r lead.Record, result *imported, mu *sync.Mutex) error {
	added, err := s.Import(ctx, r)
	mu.Lock()
	defer mu.Unlock()
	switch {
	case errors.Is(err, lead.ErrErased):
		result.Erased++
	case err != nil:
		return err
	case r.Lead == nil && added:
		result.Other++
	case r.Lead == nil:
	case added:
		result.Added++
	default:
		result.There++
	}
	return nil
}

// secretCheck looks at the first lead with an address: does the secret here give it the same person?
type secretCheck struct {
	cmd  *cobra.Command
	at   *place
	done bool
}

func (c *secretCheck) see(l lead.Lead) {
	if c.done || l.Email == "" {
		return
	}
	c.done = true
	keys, err := c.at.keys(c.cmd)
	if err != nil || keys.Person(l.Email) == l.Person { // without a secret here there is nothing to compare
		return
	}
	fmt.Fprintln(c.cmd.ErrOrStderr(), "leadsite: warning: these leads were stored under another secret than the one here; "+
		"copy the file secret from there too, or the same person is taken for a stranger")
}

func tellImport(cmd *cobra.Command, r *imported, asJSON bool) error {
	for _, fault := range r.Errors {
		fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: %s\n", fault)
	}
	if asJSON {
		return printJSON(cmd.OutOrStdout(), r)
	}
	_, err := fmt.Fprintf(cmd.OutOrStdout(), "imported %s; %d there already; %d of people who were erased\n",
		counted(r.Added, "lead"), r.There, r.Erased)
	return err
}

// fault is the error of an import that could not read everything.
func (r *imported) fault() error {
	if len(r.Errors) == 0 {
		return nil
	}
	return hinted{fmt.Errorf("%s could not be read", counted(len(r.Errors), "line")),
		"everything else is imported; mend the lines, or export again, and import again: what is there stays as it is"}
}
