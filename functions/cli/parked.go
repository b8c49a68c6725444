package cli

import (
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"leadsite/functions/lead"
)

// parked is the command `leadsite leads parked`.
func parked(at *place) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "parked", Short: "List who is sent nothing more, because it does not reach them", Args: cobra.NoArgs,
		Long: "A recipient is parked when their mail server does not know them, when they call our mail spam, or, a webhook, when it " +
			"answers 410. The next recipient is told instead. Mend the cause, then `leadsite leads unpark`.",
		Example: "  leadsite leads parked\n  leadsite leads unpark sales@example.com",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return at.with(cmd, func(s lead.Store) error {
				all, err := s.Parked(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), map[string][]lead.Parked{"parked": append([]lead.Parked{}, all...)})
				}
				return printParked(cmd, all)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return cmd
}

func printParked(cmd *cobra.Command, all []lead.Parked) error {
	if len(all) == 0 {
		_, err := fmt.Fprintln(cmd.OutOrStdout(), "nobody is parked")
		return err
	}
	table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "RECIPIENT\tSINCE\tLEAD\tWHY")
	for _, p := range all {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", plain(p.Recipient), local(p.At), plain(p.Lead), plain(p.Why))
	}
	return table.Flush()
}

// unpark is the command `leadsite leads unpark`.
func unpark(at *place) *cobra.Command {
	return &cobra.Command{
		Use: "unpark RECIPIENT", Short: "Send to a parked recipient again", Args: cobra.ExactArgs(1),
		Long: "What waits for the recipient is sent within the hour. Where Amazon SES keeps the address on the account's suppression " +
			"list, take it from there, too: aws sesv2 delete-suppressed-destination --email-address ADDRESS.",
		Example: "  leadsite leads unpark sales@example.com",
		RunE: func(cmd *cobra.Command, args []string) error {
			return at.with(cmd, func(s lead.Store) error {
				all, err := s.Parked(cmd.Context())
				if err != nil {
					return err
				}
				if !slices.ContainsFunc(all, func(p lead.Parked) bool { return p.Recipient == args[0] }) {
					return hinted{fmt.Errorf("%q is not parked", args[0]), "leadsite leads parked lists who is, to the letter"}
				}
				if err := s.Unpark(cmd.Context(), args[0]); err != nil {
					return err
				}
				_, err = fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: %s is sent to again\n", plain(args[0]))
				return err
			})
		},
	}
}
