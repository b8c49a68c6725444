package infra

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/infra/stack"
)

// ErrLeads says that the site still holds leads.
var ErrLeads = errors.New("the site still holds leads")

// Delete takes the stacks of a site away. What holds data stays: table, buckets and queues; it says which. While there
// are leads it refuses, unless they were exported.
func (d *Deploy) Delete(ctx context.Context, tables *dynamodb.Client, exported bool) error {
	if err := d.prepare(ctx); err != nil {
		return err
	}
	if d.run.app == nil && d.run.edge == nil {
		if _, err := d.appStack().Plan(ctx, d.appParameters()); errors.Is(err, stack.ErrForeign) {
			return err
		}
	}
	if d.run.app != nil && !exported {
		if found, err := hasLeads(ctx, tables, d.run.app["Table"]); err != nil || found {
			return errors.Join(err, leadsIn(found, d.run.app["Table"]))
		}
	}
	d.say("the stacks %s and %s go; the site is no longer reached then", d.edgeStack().Name, d.appStack().Name)
	if d.DryRun {
		return nil
	}
	if d.Confirm != nil {
		if yes, err := d.Confirm(); err != nil || !yes {
			return errors.Join(err, ErrDeclined)
		}
	}
	if err := d.Account.makeWorkshop(ctx); err != nil { // it has the lock
		return err
	}
	return d.alone(ctx, d.takeAway)
}

// takeAway takes the stacks away, and says what stays.
func (d *Deploy) takeAway(ctx context.Context) error {
	if err := d.edgeStack().Delete(ctx); err != nil {
		return err
	}
	if err := d.appStack().Delete(ctx); err != nil {
		return err
	}
	for _, output := range []string{"Table", "Erasures", "SiteBucket", "LogBucketArn", "FallbackQueue", "DeadLetters"} {
		if name := d.run.app[output]; name != "" {
			d.say("kept: %s %s", output, name)
		}
	}
	d.say("kept: parameter %s, which the leads' ids and links come from", secretName(d.name))
	return nil
}

func leadsIn(found bool, table string) error {
	if !found {
		return nil
	}
	return fmt.Errorf("%w, in table %s", ErrLeads, table)
}

// hasLeads looks for one lead.
func hasLeads(ctx context.Context, tables *dynamodb.Client, table string) (bool, error) {
	in := &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true), FilterExpression: aws.String("begins_with(PK, :lead)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":lead": &types.AttributeValueMemberS{Value: "L#"}}}
	pages := dynamodb.NewScanPaginator(tables, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, fmt.Errorf("looking for leads in table %s: %w", table, err)
		}
		if len(page.Items) > 0 {
			return true, nil
		}
	}
	return false, nil
}
