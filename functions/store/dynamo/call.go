package dynamo

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
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
	absent   = "attribute_not_exists(#PK) OR #expires <= :now"
	current  = "#rev = :rev"
	standing = "attribute_exists(#PK) AND attribute_not_exists(#erased)"
	alive    = "(attribute_not_exists(#expires) OR #expires > :now)"
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
	it, err := s.fetch(ctx, key)
	if err == nil && (it == nil || it.gone(s.now())) {
		err = lead.ErrNotFound
	}
	return it, err
}

// fetch reads one item consistently as it is in the table, expired or erased; nil when it is not there.
func (s *Store) fetch(ctx context.Context, key item) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true),
	}, few)
	if err != nil {
		return nil, err
	}
	return out.Item, nil
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

// addUnder adds an item under a lead, unless there is one of that key: both are looked at in one step, so that nothing
// comes to lie under a lead that is being erased. ErrNotFound when the lead is not there, errRaced when others write to
// it just now.
func (s *Store) addUnder(ctx context.Context, id string, it item) error {
	lookAt := types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{
		TableName: &s.table, Key: leadKey(id),
		ConditionExpression: aws.String(standing), ExpressionAttributeNames: names(standing),
	}}
	reasons, err := s.together(ctx, lookAt, s.transact(s.add(it)))
	switch {
	case reasons == nil:
		return err
	case slices.Contains(reasons, conflict):
		return errRaced
	case reasons[0] == failed:
		return lead.ErrNotFound
	case reasons[1] == failed:
		return nil
	}
	return err
}

// together runs a transaction. When DynamoDB cancels it, the reasons say why, one for each part of it.
func (s *Store) together(ctx context.Context, parts ...types.TransactWriteItem) (reasons []string, err error) {
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: parts}, few)
	cancelled, is := errors.AsType[*types.TransactionCanceledException](err)
	if !is || len(cancelled.CancellationReasons) != len(parts) {
		return nil, err
	}
	for _, r := range cancelled.CancellationReasons {
		reasons = append(reasons, aws.ToString(r.Code))
	}
	return reasons, err
}

// Two of the reasons.
const failed, conflict = "ConditionalCheckFailed", "TransactionConflict"

func refused[E error](err error) bool {
	_, is := errors.AsType[E](err)
	return is
}

// writeBoth writes an item and an event, both or none, or answers errRaced. An event that is there already is left as
// it is; then the item is written alone.
func (s *Store) writeBoth(ctx context.Context, main put, event item) error {
	reasons, err := s.together(ctx, s.transact(main), s.transact(s.add(event)))
	switch {
	case reasons == nil:
		return err
	case reasons[0] == failed || slices.Contains(reasons, conflict):
		return errRaced
	case reasons[1] == failed:
		return s.write(ctx, main)
	}
	return err
}

// transact is a put as part of a transaction; without a condition it takes the place of whatever is there.
func (s *Store) transact(p put) types.TransactWriteItem {
	write := &types.Put{TableName: &s.table, Item: p.item}
	if p.condition != "" {
		write.ConditionExpression = &p.condition
		write.ExpressionAttributeNames, write.ExpressionAttributeValues = names(p.condition), p.values
	}
	return types.TransactWriteItem{Put: write}
}
