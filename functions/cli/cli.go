// Package cli is the commands of the functions tree, and the backend of serve: the same intake, store and notifier as
// in AWS, with the adapters of one machine.
//
// It is where adapters meet; what a lead is, or when a mail goes out, is decided elsewhere.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/spf13/cobra"

	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
	"leadsite/functions/store/sqlite"
)

// hinted is an error with what to do about it; main prints both.
type hinted struct {
	error
	hint string
}

// Hint is what to do.
func (h hinted) Hint() string { return h.hint }

func (h hinted) Unwrap() error { return h.error }

// database is the file of the leads in a state folder.
const database = "leads.db"

// place is where leads are, as --state, --store and --secret say.
type place struct {
	state, store, secret string
}

// folder is the state folder.
func (p place) folder(cmd *cobra.Command) (string, error) {
	if p.state != "" {
		return p.state, nil
	}
	source, err := cmd.Flags().GetString("source")
	return filepath.Join(source, ".leadsite"), err
}

// with opens the store for one command.
func (p place) with(cmd *cobra.Command, do func(lead.Store) error) error {
	return p.use(cmd, openFile, do)
}

// withNew opens the store, or makes it when it is a file that is not there.
func (p place) withNew(cmd *cobra.Command, do func(lead.Store) error) error {
	return p.use(cmd, makeFile, do)
}

func (p place) use(cmd *cobra.Command, openFile opener, do func(lead.Store) error) error {
	state, err := p.folder(cmd)
	if err != nil {
		return err
	}
	store, err := p.open(cmd.Context(), state, openFile)
	if err != nil {
		return err
	}
	err = do(store)
	return errors.Join(err, store.Close())
}

// opener opens a database file.
type opener func(ctx context.Context, file string) (lead.Store, error)

func (p place) open(ctx context.Context, state string, openFile opener) (lead.Store, error) {
	kind, name, _ := strings.Cut(p.store, ":")
	switch {
	case p.store == "":
		return openFile(ctx, filepath.Join(state, database))
	case kind == "sqlite" && name != "":
		return openFile(ctx, name)
	case kind == "dynamodb" && name != "":
		return openTable(ctx, name)
	}
	return nil, hinted{fmt.Errorf("--store %q names no store", p.store), "write it like sqlite:.leadsite/leads.db or dynamodb:TABLE"}
}

// openFile opens a database that is there: a command that only reads must not make an empty one.
func openFile(ctx context.Context, file string) (lead.Store, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return nil, hinted{fmt.Errorf("there is no lead database at %s", file), "leadsite serve makes it; name another folder with --state"}
	}
	return openDatabase(ctx, file)
}

// makeFile opens a database, and makes it and its folder when they are not there.
func makeFile(ctx context.Context, file string) (lead.Store, error) {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the database: %w", err)
	}
	return openDatabase(ctx, file)
}

// openDatabase opens a database file, and says what to do about one that it must not touch.
func openDatabase(ctx context.Context, file string) (*sqlite.Store, error) {
	store, err := sqlite.Open(ctx, file, time.Now)
	switch {
	case errors.Is(err, sqlite.ErrNewer):
		return nil, hinted{err, "use the newer leadsite, or restore a backup from before it; the file was not touched"}
	case errors.Is(err, sqlite.ErrForeign):
		return nil, hinted{err, "name the file of the leads: --store sqlite:PATH; this one was not touched"}
	case err != nil:
		return nil, err
	}
	return store, nil
}

func openTable(ctx context.Context, table string) (lead.Store, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	return dynamo.New(dynamodb.NewFromConfig(cfg), table, time.Now), nil
}

// keys are the keys of the secret that the leads were stored under: of the state folder, of another file, or of a
// parameter in AWS.
func (p place) keys(cmd *cobra.Command) (lead.Keys, error) {
	if name, found := strings.CutPrefix(p.secret, "ssm:"); found {
		return parameterKeys(cmd.Context(), name)
	}
	file := p.secret
	if file == "" {
		state, err := p.folder(cmd)
		if err != nil {
			return lead.Keys{}, err
		}
		file = filepath.Join(state, secretFile)
	}
	keys, err := readKeys(file)
	if errors.Is(err, fs.ErrNotExist) {
		return keys, hinted{fmt.Errorf("there is no secret at %s", file),
			"without the secret that the leads were stored under nobody is found; name it: --secret FILE or --secret ssm:PARAMETER"}
	}
	return keys, err
}

func parameterKeys(ctx context.Context, name string) (lead.Keys, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return lead.Keys{}, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	out, err := ssm.NewFromConfig(cfg).GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return lead.Keys{}, fmt.Errorf("reading the secret: %w", err)
	}
	return lead.ParseKeys(aws.ToString(out.Parameter.Value))
}
