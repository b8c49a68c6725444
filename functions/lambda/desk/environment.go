package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// environment is what the function is told by its surroundings.
type environment struct {
	table, secretParam string
	root               string // the folder of program and bundle
	getenv             func(string) string
}

func readEnvironment(getenv func(string) string) (environment, error) {
	e := environment{table: getenv("TABLE"), secretParam: getenv("SECRET_PARAM"), root: getenv("LAMBDA_TASK_ROOT"), getenv: getenv}
	if e.table == "" || e.secretParam == "" || e.root == "" {
		return e, errors.New("reading the environment: TABLE, SECRET_PARAM and LAMBDA_TASK_ROOT must be set")
	}
	return e, nil
}

// readBundle reads the site's bundle once.
func readBundle(root string) (func() *bundle.Bundle, error) {
	b, err := bundle.ReadFile(filepath.Join(root, "bundle.json"))
	return func() *bundle.Bundle { return b }, err
}

// readKeys fetches the secrets.
func readKeys(ctx context.Context, parameters *ssm.Client, name string) (lead.Keys, error) {
	out, err := parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return lead.Keys{}, fmt.Errorf("reading parameter %s: %w", name, err)
	}
	return lead.ParseKeys(aws.ToString(out.Parameter.Value))
}

// One attempt of a call ends after attemptLimit, and the next begins at most maxBackoff later: so a connection that
// hangs leaves time for another while somebody waits for the page. The SDK's defaults are no limit and 20 seconds.
const (
	attemptLimit = 2 * time.Second
	maxBackoff   = 100 * time.Millisecond
)

// config is region, credentials and patience. Lambda hands the credentials over in the environment, and a new process
// gets new ones: so the SDK's config package, which looks in many more places, stays out of the program.
func (e environment) config() aws.Config {
	return aws.Config{
		Region:     e.getenv("AWS_REGION"),
		HTTPClient: awshttp.NewBuildableClient().WithTimeout(attemptLimit),
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = maxBackoff })
		},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     e.getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: e.getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    e.getenv("AWS_SESSION_TOKEN"),
			}, nil
		}),
	}
}

func (e environment) tables() *dynamodb.Client {
	return dynamodb.NewFromConfig(e.config(), func(o *dynamodb.Options) { o.BaseEndpoint = e.endpoint("DYNAMODB") })
}

func (e environment) parameters() *ssm.Client {
	return ssm.NewFromConfig(e.config(), func(o *ssm.Options) { o.BaseEndpoint = e.endpoint("SSM") })
}

// endpoint is where a service is, when it is not where AWS has it; nil: there.
func (e environment) endpoint(service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := e.getenv(name); url != "" {
			return &url
		}
	}
	return nil
}
