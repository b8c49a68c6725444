// Command leadsite builds a site from Markdown, answers its forms and brings what visitors send to sales.
//
// main wires the three trees (build, functions, infra) to one command line and knows nothing else.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // zones of site.yaml, on machines that have none

	"github.com/spf13/cobra"

	buildcli "leadsite/build/cli"
	functionscli "leadsite/functions/cli"
	infracli "leadsite/infra/cli"
	"leadsite/themes"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	started := false // whether a command got as far as running: errors before that are wrong usage
	root := commands(&started)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	buildcli.PrintError(stderr, err)
	if !started {
		return exitUsage
	}
	return exitFailed
}

func commands(started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:           "leadsite",
		Short:         "Markdown in, leads out",
		Long:          "leadsite builds a site from Markdown; every form on it becomes a stored lead and a mail to sales.",
		Example:       "  leadsite serve\n  leadsite build --base-url https://www.example.com/\n  leadsite leads list --status new",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			err := cmd.ValidateFlagGroups() // cobra looks at them only after this
			*started = err == nil
			return err
		},
	}
	root.PersistentFlags().String("source", ".", "folder that holds content/")
	root.AddCommand(buildcli.Init(themes.Default()), buildcli.New(themes.Default()), buildcli.Serve(themes.Default(), openBackend),
		buildcli.Build(themes.Default()), buildcli.Check(themes.Default()),
		functionscli.Leads(), infracli.Package(), infracli.Deploy(finished), infracli.Doctor(), version())
	return root
}

// openBackend gives serve the functions tree: neither tree knows the other.
func openBackend(ctx context.Context, o buildcli.BackendOptions) (buildcli.Backend, error) {
	return functionscli.OpenBackend(ctx, functionscli.BackendOptions{State: o.State, Mail: o.Mail, Limits: o.Limits, Log: o.Log, Getenv: os.Getenv})
}

// finished gives deploy the build tree: neither tree knows the other.
func finished(ctx context.Context, o infracli.BuildOptions) (site, bundle string, err error) {
	return buildcli.Finished(ctx, themes.Default(), buildcli.FinishedOptions(o))
}

func version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the program's version", Args: cobra.NoArgs,
		Run: func(cmd *cobra.Command, _ []string) {
			fmt.Fprintln(cmd.OutOrStdout(), "leadsite", programVersion())
		},
	}
}

// released is the version of a released program; the linker writes it.
var released string

// programVersion is that of a release, else the module's as the Go command recorded it, and "devel" for a build from a
// checkout.
func programVersion() string {
	if released != "" {
		return released
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
