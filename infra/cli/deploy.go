package cli

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/spf13/cobra"

	"leadsite/functions/store/dynamo"
	"leadsite/infra"
)

// BuildOptions say which site is built.
type BuildOptions struct {
	Source  string
	BaseURL string // "" for site.yaml's
	Stderr  io.Writer
}

// Build makes a site. main hands it over: this tree does not know how sites are made.
type Build func(ctx context.Context, o BuildOptions) (site, bundle string, err error)

// deployFlags are what the command line says.
type deployFlags struct {
	dryRun, yes, remove, exported bool
	stage, baseURL                string
}

// Deploy is the command `leadsite deploy`.
func Deploy(build Build) *cobra.Command {
	var f deployFlags
	cmd := &cobra.Command{
		Use: "deploy", Short: "Bring the site into your own AWS account", Args: cobra.NoArgs,
		Long: "deploy builds the site and brings it into the AWS account of the credentials at hand: pages, forms, leads and mail.\n" +
			"It shows what it would do and asks. A second run changes only what changed; after a failure, run it again.",
		Example: "  AWS_PROFILE=mine AWS_REGION=eu-central-1 leadsite deploy --dry-run\n  leadsite deploy --yes\n  leadsite deploy --stage preview",
		RunE:    func(cmd *cobra.Command, _ []string) error { return hint(f.run(cmd, build)) },
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.dryRun, "dry-run", false, "show the plan, and leave nothing behind")
	flags.BoolVar(&f.yes, "yes", false, "do not ask")
	flags.StringVar(&f.stage, "stage", "", "name of a second copy, which search engines are asked to leave alone")
	flags.StringVar(&f.baseURL, "base-url", "", "address of the site, instead of site.yaml's")
	flags.BoolVar(&f.remove, "delete", false, "take the site out of the account; what holds data stays")
	flags.BoolVar(&f.exported, "exported", false, "with --delete: the leads were exported")
	return cmd
}

// hint adds what to do about an error.
func hint(err error) error {
	if has, ok := errors.AsType[hinted](err); err == nil || ok && has.hint != "" {
		return err
	}
	if text := infra.Hint(err); text != "" {
		return hinted{err, text}
	}
	return err
}

func (f deployFlags) run(cmd *cobra.Command, build Build) error {
	ctx := cmd.Context()
	cfg, account, err := openAccount(ctx)
	if err != nil {
		return err
	}
	source, err := cmd.Flags().GetString("source")
	if err != nil {
		return err
	}
	d := &infra.Deploy{
		Account: account, Source: siteSource{source, f.baseURL, build, cmd.ErrOrStderr()}, Stage: f.stage, DryRun: f.dryRun,
		Out: cmd.OutOrStdout(), Talk: cmd.ErrOrStderr(), Now: time.Now, Random: rand.Reader, By: whoami(),
		Leads: leads(cfg),
	}
	if !f.yes {
		d.Confirm = func() (bool, error) { return ask(cmd.InOrStdin(), cmd.ErrOrStderr()) }
	}
	if f.remove {
		return d.Delete(ctx, tables(cfg), f.exported)
	}
	return d.Run(ctx)
}

// openAccount opens the account that the environment and the files of AWS's own tools name.
func openAccount(ctx context.Context) (aws.Config, *infra.Account, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return cfg, nil, fmt.Errorf("reading the configuration of AWS: %w", err)
	}
	if cfg.Region == "" {
		return cfg, nil, hinted{errors.New("no region of AWS is set"), "set AWS_REGION: eu-central-1 for owners in the EU, us-east-1 in America"}
	}
	account, err := infra.OpenAccount(ctx, cfg, time.Now, cfg.BaseEndpoint != nil || os.Getenv("AWS_ENDPOINT_URL_S3") != "")
	return cfg, account, err
}

func tables(cfg aws.Config) *dynamodb.Client { return dynamodb.NewFromConfig(cfg) }

// leads reads tables of leads.
func leads(cfg aws.Config) func(table string) infra.Leads {
	return func(table string) infra.Leads { return dynamo.New(tables(cfg), table, time.Now) }
}

// whoami names this run in a lock.
func whoami() string {
	host, err := os.Hostname()
	if err != nil {
		return "somebody"
	}
	return host
}

// ask waits for a yes. Where nobody can answer, that is an error.
func ask(in io.Reader, out io.Writer) (bool, error) {
	fmt.Fprint(out, "leadsite: do that? [y/N] ")
	answer, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && answer == "" {
		fmt.Fprintln(out)
		return false, hinted{errors.New("nobody is there to answer"), "use --yes where nobody is, or --dry-run for the plan alone"}
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes", nil
}

// siteSource is the site in a folder.
type siteSource struct {
	folder, baseURL string
	build           Build
	stderr          io.Writer
}

// Build builds it; the flag --base-url counts more than site.yaml.
func (s siteSource) Build(ctx context.Context, baseURL string) (site, bundle string, err error) {
	if baseURL == "" {
		baseURL = s.baseURL
	}
	return s.build(ctx, BuildOptions{Source: s.folder, BaseURL: baseURL, Stderr: s.stderr})
}

// Package packs the functions beside the bundle.
func (s siteSource) Package(ctx context.Context, bundle string) ([]infra.Zip, error) {
	return infra.Package(ctx, infra.PackageOptions{
		Checkout: ".", Programs: infra.Programs(), Bundle: bundle, Output: filepath.Dir(bundle), Arch: "arm64"})
}
