// Command submit is the deployed function behind /api/*: it takes what visitors send, stores it in the table, and
// answers. It is intake, with the adapters of AWS.
//
//	QUEUE_URL        the SQS queue that holds leads while the table cannot
//	ORIGIN_SECRETS   what the distribution sends beside a visitor's address; two with a comma between while they rotate
//
// and what package environment names. When something of this is missing, the program ends with 1 before it asks for an
// event.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"

	"leadsite/functions/environment"
	"leadsite/functions/gateway"
	"leadsite/functions/intake"
	"leadsite/functions/journal"
	"leadsite/functions/lead"
	"leadsite/functions/spool/sqs"
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

// Two attempts of a call fit into the two seconds that intake gives the table.
const (
	attemptLimit = 700 * time.Millisecond
	maxBackoff   = 100 * time.Millisecond
)

// open makes the function of its environment, and connects it, so that the first visitor does not wait for that.
func open(ctx context.Context, getenv func(string) string, log *slog.Logger) (*gateway.Gateway, error) {
	patience := environment.Patience{Attempt: attemptLimit, Backoff: maxBackoff}
	env, err := environment.Open(ctx, getenv, patience, "QUEUE_URL", "ORIGIN_SECRETS")
	if err != nil {
		return nil, err
	}
	warmUp(ctx, env.Store, log)
	handler := &intake.Handler{
		Bundle: env.Bundle, Store: env.Store, Keys: env.Keys, Now: time.Now, Random: rand.Reader, Log: log, ClientIP: gateway.ClientIP,
		Spool: &sqs.Queue{Client: awssqs.NewFromConfig(env.AWS), URL: env.Getenv("QUEUE_URL")}, Probes: env.Store,
	}
	return gateway.New(handler, env.Bundle().BaseURL, strings.Split(env.Getenv("ORIGIN_SECRETS"), ",")...)
}

// warmUpLimit is how long opening waits for the table. A table that is slow now may be well again for the first visitor.
const warmUpLimit = time.Second

// warmUp asks for a lead that is not there: name look-up, TLS and credentials of the first call are then done.
func warmUp(ctx context.Context, store lead.Store, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(ctx, warmUpLimit)
	defer cancel()
	if _, err := store.Get(ctx, "warm-up"); !errors.Is(err, lead.ErrNotFound) {
		log.Warn("warm-up", "error", err)
	}
}
