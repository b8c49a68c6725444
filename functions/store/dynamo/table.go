package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The indexes, and the attribute that DynamoDB deletes by.
const (
	inboxIndex  = "inbox"
	personIndex = "person"
	dueIndex    = "due"
	spareIndex  = "spare"
	ttl         = "ttl"
)

// Definition is the table that a Store needs, on demand, with a stream of keys. The CloudFormation template says the
// same, and beside it what only AWS has: point-in-time recovery, and deletion by the attribute ttl.
func Definition(table string) *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:   &table,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("PK", types.ScalarAttributeTypeS), attribute("SK", types.ScalarAttributeTypeS),
			attribute("inbox", types.ScalarAttributeTypeS), attribute("person", types.ScalarAttributeTypeS),
			attribute("at", types.ScalarAttributeTypeS),
			attribute("due", types.ScalarAttributeTypeS), attribute("wake", types.ScalarAttributeTypeN),
			attribute("spare", types.ScalarAttributeTypeS), attribute("spare_at", types.ScalarAttributeTypeS),
		},
		KeySchema: keys("PK", "SK"),
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{
			index(inboxIndex, "inbox", "at", "form", "email", "owner", "expires"),
			index(personIndex, "person", "at", "expires"),
			index(dueIndex, "due", "wake", "kind", "to", "expires"),
			index(spareIndex, "spare", "spare_at"),
		},
		StreamSpecification: &types.StreamSpecification{
			StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly,
		},
	}
}

func attribute(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
}

func keys(hash, sort string) []types.KeySchemaElement {
	return []types.KeySchemaElement{
		{AttributeName: &hash, KeyType: types.KeyTypeHash},
		{AttributeName: &sort, KeyType: types.KeyTypeRange},
	}
}

// index is an index that holds the keys, and besides them only what a query filters by.
func index(name, hash, sort string, include ...string) types.GlobalSecondaryIndex {
	projection := &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}
	if len(include) > 0 {
		projection = &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: include}
	}
	return types.GlobalSecondaryIndex{IndexName: &name, KeySchema: keys(hash, sort), Projection: projection}
}

// CreateTable makes the table and waits until it can be used: for tests, and for DynamoDB servers other than AWS,
// where CloudFormation makes it.
func CreateTable(ctx context.Context, client *dynamodb.Client, table string) error {
	if _, err := client.CreateTable(ctx, Definition(table)); err != nil {
		return fmt.Errorf("creating table %s: %w", table, err)
	}
	for {
		out, err := client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &table})
		if err == nil && out.Table.TableStatus == types.TableStatusActive {
			break
		}
		if paused := wait(ctx, 100*time.Millisecond); paused != nil {
			return fmt.Errorf("waiting for table %s: %w", table, paused)
		}
	}
	_, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{
		TableName: &table,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{
			AttributeName: aws.String(ttl), Enabled: aws.Bool(true),
		},
	})
	if err != nil {
		return fmt.Errorf("setting the expiry of table %s: %w", table, err)
	}
	return nil
}
