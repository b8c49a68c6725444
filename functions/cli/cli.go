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

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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

// place is where leads are, as --state and --store say.
type place struct {
	state, store string
}

// with opens the store for one command.
func (p place) with(cmd *cobra.Command, do func(lead.Store) error) (err error) {
	if p.state == "" {
		source, err := cmd.Flags().GetString("source")
		if err != nil {
			return err
		}
		p.state = filepath.Join(source, ".leadsite")
	}
	store, err := p.open(cmd.Context())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	return do(store)
}

func (p place) open(ctx context.Context) (lead.Store, error) {
	kind, name, _ := strings.Cut(p.store, ":")
	switch {
	case p.store == "":
		return openFile(ctx, filepath.Join(p.state, database))
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
	return sqlite.Open(ctx, file, time.Now)
}

func openTable(ctx context.Context, table string) (lead.Store, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	return dynamo.New(dynamodb.NewFromConfig(cfg), table, time.Now), nil
}
