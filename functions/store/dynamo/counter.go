package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// counterRest is how long a counter stays after its window, for clocks that differ.
const counterRest = time.Hour

// Count keeps the contract of lead.Store. A call that the SDK had to repeat may count twice.
func (s *Store) Count(ctx context.Context, name string, now time.Time, window time.Duration) (int, error) {
	n, err := s.count(ctx, name, now.Truncate(window), window)
	if err != nil {
		return 0, fmt.Errorf("counting: %w", err)
	}
	return n, nil
}

func (s *Store) count(ctx context.Context, name string, start time.Time, window time.Duration) (int, error) {
	if err := s.ready(ctx); err != nil {
		return 0, err
	}
	update := "SET #ttl = :ttl ADD #n :one"
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.table, Key: key("R#"+name+"#"+strconv.FormatInt(start.UnixMilli(), 10), "#"),
		UpdateExpression: &update, ExpressionAttributeNames: names(update),
		ExpressionAttributeValues: item{":one": num(1), ":ttl": num(seconds(start.Add(window + counterRest)))},
		ReturnValues:              types.ReturnValueUpdatedNew,
	}, few)
	if err != nil {
		return 0, err
	}
	return int(item(out.Attributes).number("n")), nil
}

// Spend keeps the contract of lead.Store.
func (s *Store) Spend(ctx context.Context, challenge, id string, expires time.Time) error {
	err := s.ready(ctx)
	if err == nil {
		err = s.spend(ctx, challenge, id, expires)
	}
	if err != nil {
		return fmt.Errorf("spending a challenge for lead %s: %w", id, err)
	}
	return nil
}

func (s *Store) spend(ctx context.Context, challenge, id string, expires time.Time) error {
	it := key("P#"+challenge, "#")
	it["lead"] = str(id)
	it.setExpires(expires)
	err := s.write(ctx, put{it, absent + " OR #lead = :lead", item{":now": num(s.now().UnixMilli()), ":lead": str(id)}})
	if errors.Is(err, errRaced) {
		return lead.ErrSpent
	}
	return err
}
