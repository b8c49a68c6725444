package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// environment is what the function is told by its surroundings.
type environment struct {
	table            string
	secretParam      string
	configurationSet string // "" for none
	root             string // the folder of program and bundle
}

func readEnvironment(getenv func(string) string) (environment, error) {
	e := environment{table: getenv("TABLE"), secretParam: getenv("SECRET_PARAM"),
		configurationSet: getenv("CONFIGURATION_SET"), root: getenv("LAMBDA_TASK_ROOT")}
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

// readWebhookSecrets fetches the secrets of webhooks by name, when a form has any. A parameter that is not there holds
// none: the mails must go out all the same.
func readWebhookSecrets(ctx context.Context, parameters *ssm.Client, name string, b *bundle.Bundle) (func(name string) string, error) {
	secrets := map[string]string{}
	get := func(name string) string { return secrets[name] }
	if !hasWebhooks(b) {
		return get, nil
	}
	out, err := parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	var missing *types.ParameterNotFound
	if errors.As(err, &missing) {
		return get, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading parameter %s: %w", name, err)
	}
	for line := range strings.Lines(aws.ToString(out.Parameter.Value)) {
		if name, secret, ok := strings.Cut(line, "="); ok {
			secrets[strings.TrimSpace(name)] = strings.TrimSpace(secret)
		}
	}
	return get, nil
}

func hasWebhooks(b *bundle.Bundle) bool {
	for _, langs := range b.Forms {
		for _, f := range langs {
			if len(f.Webhooks) > 0 {
				return true
			}
		}
	}
	return false
}

// awsConfig is region, credentials and endpoints, as the SDK finds them in the environment.
func awsConfig(ctx context.Context) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return aws.Config{}, fmt.Errorf("reading the environment for AWS: %w", err)
	}
	return cfg, nil
}
