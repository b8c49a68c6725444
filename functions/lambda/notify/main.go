// Command notify is the deployed function that tells sales: the table's stream calls it at once, a schedule every
// minute, the queue of leads that the table could not take, and EventBridge with what became of a mail. Once a day it
// sends a synthetic lead to the site. It is packages notify and probe, with the adapters of AWS.
//
//	CONFIGURATION_SET   of SES, whose events report deliveries; absent, nobody waits for such reports
//
// and what package environment names. The parameter of SECRET_PARAM's name with "/webhooks" behind it, which may be
// absent, holds the secrets of webhooks. When something of this is missing, the program ends with 1 before it asks for
// an event. The function's timeout may be up to a minute: a lease is longer.
package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"os"
	"time"
	_ "time/tzdata" // the runtime's image need not have the site's zone

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"leadsite/functions/environment"
	"leadsite/functions/journal"
	"leadsite/functions/mail/ses"
	"leadsite/functions/notify"
	"leadsite/functions/probe"
)

func main() {
	log := slog.New(journal.New(slog.NewJSONHandler(os.Stderr, nil)))
	function, err := open(context.Background(), os.Getenv, log)
	if err != nil {
		log.Error("not started", "error", err)
		os.Exit(1)
	}
	lambda.Start(function.handle)
}

// sendTimeout is how long SES may take for one mail. The lease, a minute longer, outlasts the function.
const sendTimeout = 10 * time.Second

// open makes the function of its environment. Nobody waits for an answer, so calls have the SDK's patience.
func open(ctx context.Context, getenv func(string) string, log *slog.Logger) (*function, error) {
	env, err := environment.Open(ctx, getenv, environment.Patience{})
	if err != nil {
		return nil, err
	}
	secrets, err := webhookSecrets(ctx, env)
	if err != nil {
		return nil, err
	}
	configurationSet := env.Getenv("CONFIGURATION_SET")
	sender := &ses.Sender{Client: sesv2.NewFromConfig(env.AWS), ConfigurationSet: configurationSet}
	return &function{log: log, notifier: &notify.Notifier{
		Store: env.Store, Sender: sender,
		Bundle: env.Bundle, Keys: env.Keys, Now: time.Now, Log: log, SendTimeout: sendTimeout,
		Reported: configurationSet != "", Hooks: &notify.Hooks{Secret: secrets},
	},
		watch:   &probe.Watch{Probes: env.Store, Sender: sender, Bundle: env.Bundle, Now: time.Now, Log: log},
		visitor: &probe.Visitor{BaseURL: env.Bundle().BaseURL, Keys: env.Keys, Now: time.Now, Random: rand.Reader},
	}, nil
}
