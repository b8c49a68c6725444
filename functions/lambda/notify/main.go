// Command notify is the deployed function that tells sales: the table's stream calls it at once, a schedule every
// minute, the queue of leads that the table could not take, and EventBridge with what became of a mail. It is package
// notify, with the adapters of AWS.
//
//	TABLE               name of the DynamoDB table
//	SECRET_PARAM        name of the SecureString parameter that holds the secrets, as lead.ParseKeys reads them
//	                    the parameter of that name and "/webhooks" behind it, which may be absent, holds the secrets of
//	                    webhooks: a line NAME=whsec_… for each
//	CONFIGURATION_SET   of SES, whose events report deliveries; absent, nobody waits for such reports
//	AWS_*               region and credentials, as Lambda sets them; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_DYNAMODB,
//	                    _SESV2, _SSM point the clients elsewhere
//
// bundle.json lies beside the program (LAMBDA_TASK_ROOT). When something of this is missing, the program ends with 1
// before it asks for an event. The function's timeout may be up to a minute: a lease is longer.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"
	_ "time/tzdata" // the runtime's image need not have the site's zone

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"leadsite/functions/journal"
	"leadsite/functions/mail/ses"
	"leadsite/functions/notify"
	"leadsite/functions/store/dynamo"
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

// open makes the function of its environment.
func open(ctx context.Context, getenv func(string) string, log *slog.Logger) (*function, error) {
	env, err := readEnvironment(getenv)
	if err != nil {
		return nil, err
	}
	site, err := readBundle(env.root)
	if err != nil {
		return nil, err
	}
	cfg, err := awsConfig(ctx)
	if err != nil {
		return nil, err
	}
	parameters := ssm.NewFromConfig(cfg)
	keys, err := readKeys(ctx, parameters, env.secretParam)
	if err != nil {
		return nil, err
	}
	secrets, err := readWebhookSecrets(ctx, parameters, env.secretParam+"/webhooks", site())
	if err != nil {
		return nil, err
	}
	return &function{log: log, notifier: &notify.Notifier{
		Store:  dynamo.New(dynamodb.NewFromConfig(cfg), env.table, time.Now),
		Sender: &ses.Sender{Client: sesv2.NewFromConfig(cfg), ConfigurationSet: env.configurationSet},
		Bundle: site, Keys: keys, Now: time.Now, Log: log, SendTimeout: sendTimeout,
		Reported: env.configurationSet != "", Hooks: &notify.Hooks{Secret: secrets},
	}}, nil
}
