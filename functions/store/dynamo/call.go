package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// attempts is how often the SDK makes one call. Its own default backoff would eat the budget in which intake still
// can turn to the fallback.
const attempts = 3

// few is the option of every call.
func few(o *dynamodb.Options) { o.RetryMaxAttempts = attempts }

// The conditions of writes. In all expressions of this package a name is written with #, and names below makes the
// list of them that DynamoDB wants.
const (
	absent  = "attribute_not_exists(#PK) OR #expires <= :now"
	current = "#rev = :rev"
	alive   = "(attribute_not_exists(#expires) OR #expires > :now)"
)

// names lists the attributes that expressions name with #.
func names(expressions ...string) map[string]string {
	list := map[string]string{}
	for _, part := range strings.Split(strings.Join(expressions, " "), "#")[1:] {
		name := part
		if end := strings.IndexAny(part, " ,)="); end >= 0 {
			name = part[:end]
		}
		list["#"+name] = name
	}
	return list
}

// get reads one item consistently, or answers ErrNotFound.
func (s *Store) get(ctx context.Context, key item) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true),
	}, few)
	if err != nil {
		return nil, err
	}
	it := item(out.Item)
	if it == nil || it.gone(s.now()) {
		return nil, lead.ErrNotFound
	}
	return it, nil
}

// put is one item to write, and the condition that must hold of the one in its place.
type put struct {
	item      item
	condition string
	values    item
}

// add writes an item where there is none.
func (s *Store) add(it item) put {
	return put{it, absent, item{":now": num(s.now().UnixMilli())}}
}

// replace writes the next version of an item that was read.
func replace(next item) put {
	return put{next, current, item{":rev": num(next.number("rev") - 1)}}
}

// write writes one item, or answers errRaced when its condition does not hold. An answer may be lost on its way; then
// the SDK asks again, and is refused because of what it wrote itself: each write carries a mark by which it knows its
// own. (A transaction needs none: the token that the SDK gives it does this.)
func (s *Store) write(ctx context.Context, p put) error {
	mark := rand.Text()
	p.item.setText("mark", mark)
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.table, Item: p.item,
		ConditionExpression:      &p.condition,
		ExpressionAttributeNames: names(p.condition), ExpressionAttributeValues: p.values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, few)
	if other, is := errors.AsType[*types.ConditionalCheckFailedException](err); is && item(other.Item).text("mark") == mark {
		return nil
	}
	if refused[*types.ConditionalCheckFailedException](err) || refused[*types.TransactionConflictException](err) {
		return errRaced
	}
	return err
}

func refused[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}

// writeBoth writes an item and an event, both or none, or answers errRaced. An event that is there already is left as
// it is; then the item is written alone.
func (s *Store) writeBoth(ctx context.Context, main put, event item) error {
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{
		TransactItems: []types.TransactWriteItem{s.transact(main), s.transact(s.add(event))},
	}, few)
	cancelled, is := errors.AsType[*types.TransactionCanceledException](err)
	if !is || len(cancelled.CancellationReasons) != 2 {
		return err
	}
	const failed, conflict = "ConditionalCheckFailed", "TransactionConflict"
	ofMain, ofEvent := aws.ToString(cancelled.CancellationReasons[0].Code), aws.ToString(cancelled.CancellationReasons[1].Code)
	switch {
	case ofMain == failed || ofMain == conflict || ofEvent == conflict:
		return errRaced
	case ofEvent == failed:
		return s.write(ctx, main)
	}
	return err
}

func (s *Store) transact(p put) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.table, Item: p.item,
		ConditionExpression:      &p.condition,
		ExpressionAttributeNames: names(p.condition), ExpressionAttributeValues: p.values,
	}}
}
