// Command desk is the deployed function behind /desk/*: the pages by which sales decides about leads. It is package
// desk, with the adapters of AWS.
//
//	TABLE            name of the DynamoDB table
//	SECRET_PARAM     name of the SecureString parameter that holds the secrets, as lead.ParseKeys reads them
//	AWS_*            region and credentials, as Lambda sets them; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_DYNAMODB, _SSM
//	                 point the clients elsewhere
//
// bundle.json lies beside the program (LAMBDA_TASK_ROOT). When something of this is missing, the program ends with 1
// before it asks for an event. It needs to read and write the table, and no mail.
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
	"leadsite/functions/gateway"
	"leadsite/functions/journal"
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

// open makes the function of its environment. The gateway gives every request the host of the site's base URL, with
// which the origin of a post is compared.
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
	pages, err := desk.New(desk.Options{
		Store: dynamo.New(env.tables(), env.table, time.Now), Bundle: site, Keys: keys, Now: time.Now, Random: rand.Reader, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return gateway.New(pages, site().BaseURL)
}
