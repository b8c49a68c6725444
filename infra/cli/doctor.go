package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"leadsite/infra"
)

// Doctor is the command `leadsite doctor`.
func Doctor() *cobra.Command {
	var stage string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what is wrong with the deployed site, its account and its mail domain", Args: cobra.NoArgs,
		Long: "doctor looks at the account, the stacks, the mail domain, the recipients, the alarms and the queues of a deployed site.\n" +
			"It changes nothing and sends nothing. It fails when something keeps leads from sales.",
		Example: "  AWS_PROFILE=mine leadsite doctor\n  leadsite doctor --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			findings, err := examine(cmd, stage)
			if err != nil {
				return hint(err)
			}
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), findings)
			} else {
				err = printFindings(cmd.OutOrStdout(), findings)
			}
			return errors.Join(err, verdict(findings))
		},
	}
	cmd.Flags().StringVar(&stage, "stage", "", "name of the second copy to look at")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

func examine(cmd *cobra.Command, stage string) ([]infra.Finding, error) {
	source, err := cmd.Flags().GetString("source")
	if err != nil {
		return nil, err
	}
	b, err := infra.ReadBundle(filepath.Join(source, "dist", "bundle.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, hinted{err, "run `leadsite build` first: it writes what the site is"}
	}
	if err != nil {
		return nil, err
	}
	cfg, account, err := openAccount(cmd.Context())
	if err != nil {
		return nil, err
	}
	d := &infra.Doctor{Account: account, Bundle: b, Stage: stage, Resolver: net.DefaultResolver, Now: time.Now, Leads: leads(cfg)}
	return d.Examine(cmd.Context()), nil
}

func printFindings(w io.Writer, findings []infra.Finding) error {
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, f := range findings {
		fmt.Fprintf(table, "%s\t%s\t%s\n", f.State, f.Check, f.Said)
		if f.Hint != "" {
			fmt.Fprintf(table, "\t\t%s\n", f.Hint)
		}
	}
	return table.Flush()
}

func printJSON(w io.Writer, findings []infra.Finding) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		Findings []infra.Finding `json:"findings"`
	}{findings})
}

// verdict is an error when there is a problem.
func verdict(findings []infra.Finding) error {
	n := 0
	for _, f := range findings {
		if f.State == infra.Problem {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d checks found a problem", n, len(findings))
}
