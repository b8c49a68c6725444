package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/functions/lead"
)

// Due keeps the contract of lead.Store.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) ([]lead.Due, error) {
	due, err := s.due(ctx, now, limit)
	if err != nil {
		return nil, fmt.Errorf("listing what is due: %w", err)
	}
	return due, nil
}

func (s *Store) due(ctx context.Context, now time.Time, limit int) ([]lead.Due, error) {
	if err := s.ready(ctx); err != nil || limit <= 0 {
		return nil, err
	}
	m := &merge{less: longestFirst}
	for shard := range s.Shards {
		m.streams = append(m.streams, s.waiting(shard, now, limit))
	}
	if err := s.begin(ctx, m); err != nil {
		return nil, err
	}
	items, err := s.take(ctx, m, limit)
	if err != nil {
		return nil, err
	}
	var due []lead.Due
	for _, it := range items {
		due = append(due, lead.Due{NotificationKey: it.notification().NotificationKey, At: it.time("wake")})
	}
	return due, nil
}

// waiting asks for what waits in one shard, longest first.
func (s *Store) waiting(shard int, now time.Time, limit int) *stream {
	const condition = "#due = :key AND #wake <= :at"
	return &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(dueIndex), Limit: aws.Int32(int32(min(limit, maxPage))),
		KeyConditionExpression: aws.String(condition), FilterExpression: aws.String(alive),
		ExpressionAttributeNames: names(condition, alive),
		ExpressionAttributeValues: item{
			":key": str(dueKey(shard)), ":at": num(now.UnixMilli()), ":now": num(s.now().UnixMilli()),
		},
	}}
}

// Notification keeps the contract of lead.Store.
func (s *Store) Notification(ctx context.Context, key lead.NotificationKey) (lead.Notification, error) {
	err := s.ready(ctx)
	var it item
	if err == nil {
		it, err = s.get(ctx, notificationKey(key))
	}
	if err != nil {
		return lead.Notification{}, fmt.Errorf("getting a notification of lead %s: %w", key.Lead, err)
	}
	return it.notification(), nil
}

// Notifications keeps the contract of lead.Store: everything under the lead is one query.
func (s *Store) Notifications(ctx context.Context, id string) ([]lead.Notification, error) {
	err := s.ready(ctx)
	var items []item
	if err == nil {
		items, err = s.headed(ctx, id, "N$") // '$' follows '#'
	}
	if err != nil {
		return nil, fmt.Errorf("listing the notifications of lead %s: %w", id, err)
	}
	return notifications(items), nil
}

// notifications picks the notifications from what lies under a lead, by kind and recipient.
func notifications(under []item) []lead.Notification {
	var all []lead.Notification
	for _, it := range under {
		if strings.HasPrefix(it.text("SK"), notificationPrefix) {
			all = append(all, it.notification())
		}
	}
	slices.SortFunc(all, func(a, b lead.Notification) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Recipient, b.Recipient))
	})
	return all
}

// Claim keeps the contract of lead.Store.
func (s *Store) Claim(ctx context.Context, key lead.NotificationKey, now time.Time, lease time.Duration) (lead.Notification, error) {
	var claimed lead.Notification
	err := s.again(ctx, func() error {
		it, err := s.get(ctx, notificationKey(key))
		if err != nil {
			return err
		}
		if claimed, err = it.notification().Claimed(now, lease); err != nil {
			return err
		}
		return s.write(ctx, replace(s.notificationItem(it, claimed)))
	})
	if err != nil {
		return lead.Notification{}, fmt.Errorf("claiming a notification of lead %s: %w", key.Lead, err)
	}
	return claimed, nil
}

// Settle keeps the contract of lead.Store.
func (s *Store) Settle(ctx context.Context, outcome lead.Notification, e lead.Event) error {
	e = e.Kept()
	err := s.again(ctx, func() error {
		it, err := s.get(ctx, notificationKey(outcome.NotificationKey))
		if err != nil {
			return err
		}
		settled, err := it.notification().Settled(outcome, e.At)
		if err != nil {
			return err
		}
		event, err := eventItem(outcome.Lead, e, it.time("expires"))
		if err != nil {
			return err
		}
		return s.writeBoth(ctx, replace(s.notificationItem(it, settled)), event)
	})
	if err != nil {
		return fmt.Errorf("settling a notification of lead %s: %w", outcome.Lead, err)
	}
	return nil
}
