// Command load sends forms to a running leadsite, as many as it takes, and says what became of them.
//
//	go run ./e2e/load -leadsite ./leadsite soak     200,000 submissions, 20 kills: make soak
//	go run ./e2e/load -leadsite ./leadsite bench    how many a second, and how fast: make bench-leads
//	go run ./e2e/load -leadsite ./leadsite flood    200 submissions beyond every limit: the second part of make soak
//
// It ends with 1 when a promise is broken. Everything happens on loopback, in a folder of its own that it removes; it
// knows leadsite by its command line and its address.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"
)

// options are the command line's.
type options struct {
	program     string
	source      string
	submissions int
	kills       int
	clients     int
	lasts       time.Duration
	state       string // made by run
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "load: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var o options
	flag.StringVar(&o.program, "leadsite", "./leadsite", "the program")
	flag.StringVar(&o.source, "source", ".", "the site whose form \"contact\" is sent")
	flag.IntVar(&o.submissions, "submissions", 200_000, "soak: how many are sent")
	flag.IntVar(&o.kills, "kills", 20, "soak: how often the server is killed")
	flag.IntVar(&o.clients, "clients", 64, "how many send at once")
	flag.DurationVar(&o.lasts, "for", 20*time.Second, "bench: how long")
	flag.Parse()

	what := map[string]func(context.Context, options) error{"soak": soak, "bench": bench, "flood": flood}[flag.Arg(0)]
	if what == nil || flag.NArg() != 1 {
		return errors.New("say what to do: soak, bench or flood")
	}
	dir, err := os.MkdirTemp("", "leadsite-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o.state = filepath.Join(dir, "state")
	return what(ctx, o)
}
