package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"leadsite/functions/lead"
)

// backup is `leadsite leads backup`.
func backup(at *place) *cobra.Command {
	return &cobra.Command{
		Use: "backup FILE", Short: "Copy the database to a new file, also while serve runs", Args: cobra.ExactArgs(1),
		Long: "Copies the database, as it is at one moment, to a new file, also while serve writes to it.\n\n" +
			"Keep the files secret and erasures.jsonl of the state folder with it: without the secret, retries and repeat visitors\n" +
			"are taken for strangers. To restore, end serve, put the copy in the place of leads.db (and delete leads.db-wal and\n" +
			"leads.db-shm), and run `leadsite leads erase --replay`, so that nobody comes back who asked to be forgotten.",
		Example: "  leadsite leads backup /media/backup/leads-$(date +%F).db",
		RunE: func(cmd *cobra.Command, args []string) error {
			return at.with(cmd, func(s lead.Store) error {
				if err := backUp(cmd.Context(), s, args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "backed up to %s\n", args[0])
				return err
			})
		},
	}
}

func backUp(ctx context.Context, s lead.Store, file string) error {
	copier, ok := s.(interface {
		Backup(ctx context.Context, file string) error
	})
	if !ok {
		return hinted{errors.New("only a database file can be backed up"),
			"the table in AWS can be restored to any second of the last 35 days; leadsite leads export prints a copy"}
	}
	err := copier.Backup(ctx, file)
	if errors.Is(err, fs.ErrExist) {
		return hinted{err, "name a new file; no backup takes the place of another"}
	}
	return err
}
