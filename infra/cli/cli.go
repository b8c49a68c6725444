// Package cli is the commands of the infra tree.
package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"leadsite/infra"
)

// hinted is an error with what to do about it; main prints both.
type hinted struct {
	error
	hint string
}

// Hint is what to do.
func (h hinted) Hint() string { return h.hint }

func (h hinted) Unwrap() error { return h.error }

// Package is the command `leadsite package`.
func Package() *cobra.Command {
	return &cobra.Command{
		Use: "package", Short: "Pack the functions with the site's bundle, into dist/", Args: cobra.NoArgs,
		Long: "package packs each function for AWS Lambda (arm64) with the bundle that `leadsite build` wrote. A released program\n" +
			"carries the functions; any other compiles them from its checkout, with Go.",
		Example: "  leadsite build && leadsite package",
		RunE: func(cmd *cobra.Command, _ []string) error {
			source, err := cmd.Flags().GetString("source")
			if err != nil {
				return err
			}
			dist := filepath.Join(source, "dist")
			zips, err := infra.Package(cmd.Context(), infra.PackageOptions{
				Checkout: ".", Programs: infra.Programs(), Bundle: filepath.Join(dist, "bundle.json"), Output: dist, Arch: "arm64"})
			switch {
			case errors.Is(err, infra.ErrNoCheckout):
				return hinted{err, "run it in a checkout of leadsite, or take a released program; --source names the site"}
			case errors.Is(err, fs.ErrNotExist):
				return hinted{err, "run `leadsite build` first: it writes the bundle"}
			case err != nil:
				return err
			}
			for _, z := range zips {
				fmt.Fprintf(cmd.OutOrStdout(), "%s %.1f MB\n", z.File, float64(z.Size)/1e6)
			}
			return nil
		},
	}
}
