// Command desk is the deployed function behind /desk/*: the pages by which sales decides about leads. It is package
// desk, with the adapters of AWS.
//
// It needs what package environment names. When something of this is missing, the program ends with 1 before it asks
// for an event. It reads and writes the table, and sends no mail.
package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"time"
	_ "time/tzdata" // the runtime's image need not have the site's zone

	"github.com/aws/aws-lambda-go/lambda"

	"leadsite/functions/desk"
	"leadsite/functions/environment"
	"leadsite/functions/gateway"
	"leadsite/functions/journal"
)

func main() {
	log := slog.New(journal.New(slog.NewJSONHandler(os.Stderr, nil)))
	function, err := open(context.Background(), os.Getenv, log)
	if err != nil {
		log.Error("not started", "error", err)
		os.Exit(1)
	}
	lambda.Start(function.Handle)
}

// Two attempts of a call fit into the time for which somebody waits for the page.
const (
	attemptLimit = 2 * time.Second
	maxBackoff   = 100 * time.Millisecond
)

// open makes the function of its environment. The gateway gives every request the host of the site's base URL, with
// which the origin of a post is compared.
func open(ctx context.Context, getenv func(string) string, log *slog.Logger) (*gateway.Gateway, error) {
	env, err := environment.Open(ctx, getenv, environment.Patience{Attempt: attemptLimit, Backoff: maxBackoff})
	if err != nil {
		return nil, err
	}
	pages, err := desk.New(desk.Options{
		Store: env.Store, Bundle: env.Bundle, Keys: env.Keys, Now: time.Now, Random: rand.Reader, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return gateway.New(pages, env.Bundle().BaseURL)
}
