package infra

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudfront"
	"github.com/aws/aws-sdk-go-v2/service/cloudfrontkeyvaluestore"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"leadsite/infra/stack"
)

// ErrForeignBucket marks a bucket with the name that ours would have, in another account.
var ErrForeignBucket = errors.New("the bucket belongs to another account")

// Account is the AWS account that credentials open, and the clients of what is used there.
type Account struct {
	ID, Region string
	s3         *s3.Client
	ssm        *ssm.Client
	ses        *sesv2.Client
	stacks     *cloudformation.Client // of Region
	edge       *cloudformation.Client // of EdgeRegion
	cloudFront *cloudfront.Client
	redirects  *cloudfrontkeyvaluestore.Client
	lambda     *lambda.Client
	topics     *sns.Client // of Region
	edgeTopics *sns.Client // of EdgeRegion
	queues     *sqs.Client
	metrics    *cloudwatch.Client

	clock             func() time.Time
	asked, serverTime time.Time // what this machine and AWS held for the time when the account was opened
}

// OpenAccount asks whose the credentials are. now tells this machine's time; pathStyle is for servers other than AWS, which know buckets by path alone.
func OpenAccount(ctx context.Context, cfg aws.Config, now func() time.Time, pathStyle bool) (*Account, error) {
	asked := now()
	who, err := sts.NewFromConfig(cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return nil, fmt.Errorf("opening the AWS account: %w", err)
	}
	serverTime, _ := awsmiddleware.GetServerTime(who.ResultMetadata)
	edge := cfg.Copy()
	edge.Region = EdgeRegion
	return &Account{
		ID: aws.ToString(who.Account), Region: cfg.Region,
		s3:     s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = pathStyle }),
		ssm:    ssm.NewFromConfig(cfg),
		ses:    sesv2.NewFromConfig(cfg),
		stacks: cloudformation.NewFromConfig(cfg), edge: cloudformation.NewFromConfig(edge),
		cloudFront: cloudfront.NewFromConfig(edge), redirects: cloudfrontkeyvaluestore.NewFromConfig(edge),
		lambda: lambda.NewFromConfig(cfg), topics: sns.NewFromConfig(cfg), edgeTopics: sns.NewFromConfig(edge),
		queues: sqs.NewFromConfig(cfg), metrics: cloudwatch.NewFromConfig(cfg),
		clock: now, asked: asked, serverTime: serverTime,
	}, nil
}

// now corrects a clock by AWS's: the SDK does the same for its own requests.
func (a *Account) now(clock func() time.Time) func() time.Time {
	if a.serverTime.IsZero() {
		return clock
	}
	return func() time.Time { return clock().Add(a.serverTime.Sub(a.asked)) }
}

// workshop is the name of the bucket that holds zips, locks and what one run tells the next: one per account and region.
func (a *Account) workshop() string { return "leadsite-" + a.ID + "-" + a.Region }

// makeWorkshop makes the bucket, or finds it, and makes it private: a run that made it may have come no further.
func (a *Account) makeWorkshop(ctx context.Context) error {
	name := a.workshop()
	found, err := a.hasWorkshop(ctx)
	if err != nil {
		return err
	}
	in := &s3.CreateBucketInput{Bucket: &name}
	if a.Region != EdgeRegion { // which is the default, and refused by name
		in.CreateBucketConfiguration = &types.CreateBucketConfiguration{LocationConstraint: types.BucketLocationConstraint(a.Region)}
	}
	if !found {
		if _, err := a.s3.CreateBucket(ctx, in); err != nil && code(err) != "BucketAlreadyOwnedByYou" { // another run was quicker
			return fmt.Errorf("making bucket %s: %w", name, err)
		}
	}
	_, err = a.s3.PutPublicAccessBlock(ctx, &s3.PutPublicAccessBlockInput{Bucket: &name, ExpectedBucketOwner: &a.ID,
		PublicAccessBlockConfiguration: &types.PublicAccessBlockConfiguration{BlockPublicAcls: aws.Bool(true),
			BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true)}})
	if err != nil {
		return fmt.Errorf("making bucket %s private: %w", name, err)
	}
	return nil
}

// hasWorkshop looks for the bucket, in this account alone: somebody else may have taken its name.
func (a *Account) hasWorkshop(ctx context.Context) (bool, error) {
	name := a.workshop()
	_, err := a.s3.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name, ExpectedBucketOwner: &a.ID})
	switch code(err) {
	case "":
		return true, err
	case "NotFound", "NoSuchBucket":
		return false, nil
	case "Forbidden", "AccessDenied", "403":
		return false, fmt.Errorf("looking at bucket %s: %w: %w", name, ErrForeignBucket, err)
	}
	return false, fmt.Errorf("looking at bucket %s: %w", name, err)
}

// code is AWS's own name of an error; "" for none and for errors that are not AWS's.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

// How long CloudFormation may take, and how often it is asked. A distribution takes some ten minutes, a certificate
// until its record is in DNS.
const (
	stackPatience = 40 * time.Minute
	stackPause    = 3 * time.Second
)

func (a *Account) appStack(name string, say func(string), pause time.Duration) *stack.Stack {
	return &stack.Stack{Client: a.stacks, Name: "leadsite-" + name, Site: name, Template: App, Say: say, Pause: pause, Patience: stackPatience}
}

func (a *Account) edgeStack(name string, say func(string), pause time.Duration) *stack.Stack {
	return &stack.Stack{Client: a.edge, Name: "leadsite-" + name + "-edge", Site: name, Template: Edge, Say: say, Pause: pause, Patience: stackPatience}
}
