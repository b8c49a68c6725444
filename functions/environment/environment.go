// Package environment is what a deployed function finds around it: the variables that the template gives it, the site's
// bundle beside the program, the secrets, the table, and the way to AWS's services.
//
//	TABLE         name of the DynamoDB table
//	SECRET_PARAM  name of the SecureString parameter that holds the secrets, as lead.ParseKeys reads them
//	AWS_*         region and credentials, as Lambda sets them; AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_SERVICE point the
//	              clients elsewhere
//
// bundle.json lies beside the program, in LAMBDA_TASK_ROOT. The package does not know what a function does with all of
// this, nor the services that only some functions speak to: a function that does not need them must not link them.
package environment

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
)

// Environment is one function's. It is complete when it is opened, and read only.
type Environment struct {
	Bundle func() *bundle.Bundle
	Keys   lead.Keys
	Store  *dynamo.Store
	AWS    aws.Config // for clients of further services

	getenv     func(string) string
	parameters *ssm.Client
}

// initLimit is how long opening may take in all; Lambda allows a function ten seconds to start.
const initLimit = 8 * time.Second

// Open reads all of it. further are variables that the function needs as well: what is not set is an error that names it.
func Open(ctx context.Context, getenv func(string) string, patience Patience, further ...string) (*Environment, error) {
	ctx, cancel := context.WithTimeout(ctx, initLimit)
	defer cancel()
	if err := allSet(getenv, append([]string{"TABLE", "SECRET_PARAM", "LAMBDA_TASK_ROOT"}, further...)); err != nil {
		return nil, err
	}
	site, err := bundle.ReadFile(filepath.Join(getenv("LAMBDA_TASK_ROOT"), "bundle.json"))
	if err != nil {
		return nil, err
	}
	e := &Environment{Bundle: func() *bundle.Bundle { return site }, AWS: config(getenv, patience), getenv: getenv}
	e.parameters = ssm.NewFromConfig(e.AWS)
	secrets, err := e.parameter(ctx, getenv("SECRET_PARAM"))
	if err != nil {
		return nil, err
	}
	if e.Keys, err = lead.ParseKeys(secrets); err != nil {
		return nil, err
	}
	e.Store = dynamo.New(dynamodb.NewFromConfig(e.AWS), getenv("TABLE"), time.Now)
	return e, nil
}

func allSet(getenv func(string) string, names []string) error {
	var missing []string
	for _, name := range names {
		if getenv(name) == "" {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return fmt.Errorf("reading the environment: %s must be set", strings.Join(missing, ", "))
	}
	return nil
}

// Getenv is a variable of the function's own.
func (e *Environment) Getenv(name string) string { return e.getenv(name) }

// Secret reads the parameter of this name below the one of the secrets, "webhooks" for one. It may be absent: "".
func (e *Environment) Secret(ctx context.Context, name string) (string, error) {
	text, err := e.parameter(ctx, e.getenv("SECRET_PARAM")+"/"+name)
	if _, absent := errors.AsType[*types.ParameterNotFound](err); absent {
		return "", nil
	}
	return text, err
}

func (e *Environment) parameter(ctx context.Context, name string) (string, error) {
	out, err := e.parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return "", fmt.Errorf("reading parameter %s: %w", name, err)
	}
	return aws.ToString(out.Parameter.Value), nil
}
