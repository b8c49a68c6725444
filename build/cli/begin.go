package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"leadsite/build"
	"leadsite/build/archetype"
	"leadsite/build/content"
	"leadsite/build/theme"
)

// Init is the command `leadsite init`.
func Init(embedded fs.FS) *cobra.Command {
	return &cobra.Command{
		Use: "init DIR", Short: "Begin a new site: content and forms, nothing else", Args: cobra.ExactArgs(1),
		Example: "  leadsite init my-site && leadsite serve --source my-site",
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := args[0]
			err := archetype.Site(dir, embedded, time.Now().UTC())
			if errors.Is(err, archetype.ErrTaken) {
				return hinted{fmt.Errorf("%s has a site already: %s", dir, filepath.Join(dir, "content")), "name a new folder"}
			}
			if err != nil {
				return explain(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "a new site in %s\n", filepath.Join(dir, "content"))
			fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: look at it with: leadsite serve --source %s\n", dir)
			fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: then change %s\n", filepath.Join(dir, "content", "site.yaml"))
			return nil
		},
	}
}

// New is the command `leadsite new`.
func New(embedded fs.FS) *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use: "new PATH", Short: "Begin a post, a landing page, a page or a form", Args: cobra.ExactArgs(1),
		Long: "New makes a file below content/ from the theme's archetype, with a title from its name and today's date.\n" +
			"The folder says what it is: a form in forms/, a landing page in landing/, a post in any other, a page at the top.",
		Example: "  leadsite new blog/what-it-costs.md\n  leadsite new landing/spring-offer\n  leadsite new forms/callback\n  leadsite new offer --kind landing",
		RunE: func(cmd *cobra.Command, args []string) error {
			var dirs folders
			dirs.read(cmd)
			file, err := begin(embedded, dirs.source, args[0], kind)
			if err != nil {
				return explainNew(err)
			}
			fmt.Fprintln(cmd.OutOrStdout(), filepath.Join(dirs.source, filepath.FromSlash(file.Path)))
			if file.Draft {
				fmt.Fprintln(cmd.ErrOrStderr(), "leadsite: it is a draft: serve shows it, and build leaves it out until you delete the line draft: true")
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&kind, "kind", "", "post, landing, page, form, or another archetype of the theme (default by the folder)")
	return cmd
}

// begin writes a file from an archetype of the site's theme. Mistakes elsewhere in the site do not keep it from that.
func begin(embedded fs.FS, dir, name, kind string) (archetype.File, error) {
	source, err := build.OpenSource(dir)
	if err != nil {
		return archetype.File{}, err
	}
	defer source.Close()
	var elsewhere content.Problems
	config := content.LoadConfig(source.FS(), &elsewhere)
	look := theme.Load(embedded, source.FS(), config, &elsewhere)
	file, err := archetype.New(look.FS, name, kind, config.Langs, time.Now().In(config.Zone))
	if err != nil {
		return file, err
	}
	return file, file.Write(source.Root)
}

func explainNew(err error) error {
	switch {
	case errors.Is(err, archetype.ErrTaken):
		return hinted{err, "edit it, or name another"}
	case errors.Is(err, archetype.ErrPath):
		return hinted{err, "name a path below content/, like blog/what-it-costs.md or forms/callback.yaml"}
	case errors.Is(err, archetype.ErrWord):
		return hinted{err, "write the file yourself: title, submit, success, and each field's label under fields:, by its name"}
	case errors.Is(err, archetype.ErrKind):
		return hinted{err, "choose one of them with --kind"}
	case errors.Is(err, build.ErrNoContent):
		return hinted{err, "run it in the folder that holds content/, name that folder with --source, or begin one with leadsite init"}
	case errors.Is(err, os.ErrPermission):
		return hinted{err, "see that the folder can be written to"}
	}
	return err
}
