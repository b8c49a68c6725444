package dynamo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/functions/lead"
)

// parkedKey is where the recipients lie that are parked: a few, in one place, so that one query lists them.
const parkedKey = "K#main"

// recipientHash names a recipient in a key, which has no room for a long address.
func recipientHash(recipient string) string {
	hash := sha256.Sum256([]byte(recipient))
	return hex.EncodeToString(hash[:16])
}

// Park keeps the contract of lead.Store.
func (s *Store) Park(ctx context.Context, p lead.Parked) error {
	err := s.ready(ctx)
	if err == nil {
		err = s.write(ctx, s.add(parkedItem(p.Kept())))
	}
	if err != nil && !errors.Is(err, errRaced) { // the first note stays
		return fmt.Errorf("parking a recipient: %w", err)
	}
	return nil
}

func parkedItem(p lead.Parked) item {
	it := key(parkedKey, recipientHash(p.Recipient))
	it.setText("to", p.Recipient)
	it.setTime("since", p.At)
	it.setText("why", p.Why)
	it.setText("lead", p.Lead)
	return it
}

// Unpark keeps the contract of lead.Store.
func (s *Store) Unpark(ctx context.Context, recipient string) error {
	err := s.ready(ctx)
	if err == nil {
		_, err = s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: &s.table, Key: key(parkedKey, recipientHash(recipient)),
		}, few)
	}
	if err != nil {
		return fmt.Errorf("un-parking a recipient: %w", err)
	}
	return nil
}

// Parked keeps the contract of lead.Store.
func (s *Store) Parked(ctx context.Context) ([]lead.Parked, error) {
	parked, err := s.parked(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing who is parked: %w", err)
	}
	return parked, nil
}

func (s *Store) parked(ctx context.Context) ([]lead.Parked, error) {
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	const condition = "#PK = :pk"
	items, err := s.all(ctx, &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String(condition),
		ExpressionAttributeNames: names(condition), ExpressionAttributeValues: item{":pk": str(parkedKey)},
	}})
	if err != nil {
		return nil, err
	}
	var parked []lead.Parked
	for _, it := range items {
		parked = append(parked, lead.Parked{
			Recipient: it.text("to"), At: it.time("since"), Why: it.text("why"), Lead: it.text("lead"),
		})
	}
	slices.SortFunc(parked, func(a, b lead.Parked) int { return strings.Compare(a.Recipient, b.Recipient) })
	return parked, nil
}
