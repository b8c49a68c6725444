package environment

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Patience is how long one attempt of a call may take, and the next one waits at most: a connection that hangs then
// leaves time for another while somebody waits. Zero is what the SDK has: no limit, and 20 seconds.
type Patience struct{ Attempt, Backoff time.Duration }

// config is region, credentials, patience and endpoints. Lambda hands the credentials over in the environment, and a
// new process gets new ones: so the SDK's config package, which looks in many more places, stays out of the program.
func config(getenv func(string) string, p Patience) aws.Config {
	c := aws.Config{
		Region:        getenv("AWS_REGION"),
		ConfigSources: []any{endpoints(getenv)},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{
				AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
				SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
				SessionToken:    getenv("AWS_SESSION_TOKEN"),
			}, nil
		}),
	}
	if url := getenv("AWS_ENDPOINT_URL"); url != "" {
		c.BaseEndpoint = &url
	}
	if p != (Patience{}) {
		c.HTTPClient = awshttp.NewBuildableClient().WithTimeout(p.Attempt)
		c.Retryer = func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = p.Backoff })
		}
	}
	return c
}

// endpoints tells the SDK's clients where a service is, when that is not where all others are. The SDK asks by the
// service's name in its own words: "DynamoDB" is AWS_ENDPOINT_URL_DYNAMODB.
type endpoints func(string) string

// GetServiceBaseEndpoint is asked by every client as it is made.
func (getenv endpoints) GetServiceBaseEndpoint(_ context.Context, service string) (url string, found bool, err error) {
	url = getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(service, " ", "_")))
	return url, url != "", nil
}
