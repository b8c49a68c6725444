package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"leadsite/functions/lead"
)

// erasuresTag is the tag of a deployed table that names the bucket where erasures are noted: app.yaml sets it. A table
// that was restored from a backup has none.
const erasuresTag = "leadsite-erasures"

// erasuresFolder begins the keys of erasures: erasures/<15 digits of milliseconds>-<keyed hash of the address>.json,
// which hold a lead.Erasure as JSON.
const erasuresFolder = "erasures/"

// bucket notes erasures outside a table, in the account that the table is of: so that whoever restores the table, on
// whatever machine, can repeat them. Its versions keep what somebody deletes by mistake.
type bucket struct {
	client      *s3.Client
	name, owner string
}

// bucketOf is the bucket of a table: the one that is named, or that the table's tag names. nil: there is none.
func bucketOf(ctx context.Context, table, named string) (*bucket, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the AWS configuration: %w", err)
	}
	tables := dynamodb.NewFromConfig(cfg)
	described, err := tables.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		return nil, noBucket(err)
	}
	arn := aws.ToString(described.Table.TableArn)
	if named == "" {
		if named, err = taggedBucket(ctx, tables, arn); err != nil || named == "" {
			return nil, err
		}
	}
	byPath := func(o *s3.Options) { // servers other than AWS know buckets by path alone
		o.UsePathStyle = cfg.BaseEndpoint != nil || os.Getenv("AWS_ENDPOINT_URL_S3") != ""
	}
	return &bucket{client: s3.NewFromConfig(cfg, byPath), name: named, owner: accountOf(arn)}, nil
}

func noBucket(err error) error {
	return hinted{fmt.Errorf("looking for the bucket of erasures: %w", err),
		"nothing was erased; see that the table is there, and that the credentials may look at it (dynamodb:DescribeTable, dynamodb:ListTagsOfResource)"}
}

// accountOf is the fifth part of arn:aws:dynamodb:REGION:ACCOUNT:table/NAME.
func accountOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[4]
}

// taggedBucket reads the table's tag. Servers other than AWS may know no tags.
func taggedBucket(ctx context.Context, tables *dynamodb.Client, arn string) (string, error) {
	out, err := tables.ListTagsOfResource(ctx, &dynamodb.ListTagsOfResourceInput{ResourceArn: &arn})
	if api, ok := errors.AsType[smithy.APIError](err); ok && (api.ErrorCode() == "UnknownOperationException" || api.ErrorCode() == "ValidationException") {
		return "", nil
	}
	if err != nil {
		return "", noBucket(err)
	}
	for _, tag := range out.Tags {
		if aws.ToString(tag.Key) == erasuresTag {
			return aws.ToString(tag.Value), nil
		}
	}
	return "", nil
}

// note writes an erasure down. Again is the same.
func (b *bucket) note(ctx context.Context, e lead.Erasure) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%s%015d-%s.json", erasuresFolder, e.At.UnixMilli(), e.Person)
	_, err = b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, Body: bytes.NewReader(data),
		ContentType: aws.String("application/json"), ExpectedBucketOwner: b.expected()})
	if err != nil {
		return hinted{fmt.Errorf("writing down the erasure in bucket %s: %w", b.name, err), "nothing was erased; see that the credentials may write there (s3:PutObject)"}
	}
	return nil
}

// expected is whose the bucket must be; nil when nobody knows.
func (b *bucket) expected() *string {
	if b.owner == "" {
		return nil
	}
	return &b.owner
}

// erasures reads all that were noted, the oldest first. It returns those that it can read beside an error for those that
// it cannot.
func (b *bucket) erasures(ctx context.Context) ([]lead.Erasure, error) {
	var all []lead.Erasure
	var faults []error
	pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: aws.String(erasuresFolder), ExpectedBucketOwner: b.expected()})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing the erasures of bucket %s: %w", b.name, err)
		}
		for _, o := range page.Contents {
			e, err := b.read(ctx, aws.ToString(o.Key))
			if err != nil {
				faults = append(faults, err)
				continue
			}
			all = append(all, e)
		}
	}
	return all, errors.Join(faults...)
}

// longestNote is more than any note has.
const longestNote = 4096

func (b *bucket) read(ctx context.Context, key string) (lead.Erasure, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key, ExpectedBucketOwner: b.expected()})
	if err != nil {
		return lead.Erasure{}, fmt.Errorf("reading %s of bucket %s: %w", key, b.name, err)
	}
	defer out.Body.Close()
	data, err := io.ReadAll(io.LimitReader(out.Body, longestNote))
	if err != nil {
		return lead.Erasure{}, fmt.Errorf("reading %s of bucket %s: %w", key, b.name, err)
	}
	var e lead.Erasure
	if err := json.Unmarshal(data, &e); err != nil || e.Person == "" || e.At.IsZero() {
		return lead.Erasure{}, fmt.Errorf("%s of bucket %s is no erasure", key, b.name)
	}
	return e, nil
}
