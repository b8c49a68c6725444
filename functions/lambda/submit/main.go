// Command submit is the deployed function behind /api/*: it takes what visitors send, stores it in the table, and
// answers. It is intake, with the adapters of AWS.
//
//	TABLE            name of the DynamoDB table
//	QUEUE_URL        the SQS queue that holds leads while the table cannot
//	SECRET_PARAM     name of the SecureString parameter that holds the secrets, as lead.ParseKeys reads them
//	ORIGIN_SECRETS   what the distribution sends beside a visitor's address; two with a comma between while they rotate
//	AWS_*            region and credentials, as Lambda sets them; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_DYNAMODB, _SQS,
//	                 _SSM point the clients elsewhere
//
// bundle.json lies beside the program (LAMBDA_TASK_ROOT). When something of this is missing, the program ends with 1
// before it asks for an event.
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

	"leadsite/functions/gateway"
	"leadsite/functions/intake"
	"leadsite/functions/journal"
	"leadsite/functions/lead"
	"leadsite/functions/spool/sqs"
	"leadsite/functions/store/dynamo"
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

// initLimit is how long opening may take in all; Lambda allows ten seconds.
const initLimit = 8 * time.Second

// open makes the function of its environment, and connects it, so that the first visitor does not wait for that.
func open(ctx context.Context, getenv func(string) string, log *slog.Logger) (*gateway.Gateway, error) {
	ctx, cancel := context.WithTimeout(ctx, initLimit)
	defer cancel()
	env, err := readEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	site, err := readBundle(env.root)
	if err != nil {
		return nil, err
	}
	keys, err := readKeys(ctx, env.parameters(), env.secretParam)
	if err != nil {
		return nil, err
	}
	store := dynamo.New(env.tables(), env.table, time.Now)
	warmUp(ctx, store, log)
	handler := &intake.Handler{
		Bundle: site, Store: store, Keys: keys, Now: time.Now, Random: rand.Reader, Log: log, ClientIP: gateway.ClientIP,
		Spool: &sqs.Queue{Client: env.queues(), URL: env.queue},
	}
	return gateway.New(handler, site().BaseURL, strings.Split(env.originSecrets, ",")...)
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
