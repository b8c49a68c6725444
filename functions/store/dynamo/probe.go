package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/functions/lead"
)

var _ lead.Probes = (*Store)(nil)

// ProbeKey is where probes lie: one a day for a month, in one place, so that one query lists them. The stream's filter
// knows it. No index has them, and no scan for leads finds them: their sort key is their ID.
const ProbeKey = "Y#main"

// PutProbe keeps the contract of lead.Probes.
func (s *Store) PutProbe(ctx context.Context, p lead.Probe) (bool, error) {
	err := s.ready(ctx)
	created := false
	if err == nil {
		created, err = s.addNew(ctx, probeItem(key(ProbeKey, p.ID), p.Kept()))
	}
	if err != nil {
		return false, fmt.Errorf("putting probe %s: %w", p.ID, err)
	}
	return created, nil
}

// probeItem is the next version of a probe's item, holding p.
func probeItem(before item, p lead.Probe) item {
	it := before.next()
	it.setTime("since", p.At)
	it.setText("state", string(p.State))
	it.setText("by", p.By)
	it.setText("message", p.MessageID)
	it.setText("error", p.Error)
	it.setTime("updated", p.UpdatedAt)
	it.setExpires(p.Expires())
	return it
}

func (it item) probe() lead.Probe {
	return lead.Probe{
		ID: it.text("SK"), At: it.time("since"), State: lead.NotificationState(it.text("state")), By: it.text("by"),
		MessageID: it.text("message"), Error: it.text("error"), UpdatedAt: it.time("updated"),
	}
}

// Probe keeps the contract of lead.Probes.
func (s *Store) Probe(ctx context.Context, id string) (lead.Probe, error) {
	err := s.ready(ctx)
	var it item
	if err == nil {
		it, err = s.get(ctx, key(ProbeKey, id))
	}
	if err != nil {
		return lead.Probe{}, fmt.Errorf("getting probe %s: %w", id, err)
	}
	return it.probe(), nil
}

// Probes keeps the contract of lead.Probes.
func (s *Store) Probes(ctx context.Context, limit int) ([]lead.Probe, error) {
	probes, err := s.probes(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("listing probes: %w", err)
	}
	return probes, nil
}

func (s *Store) probes(ctx context.Context, limit int) ([]lead.Probe, error) {
	if err := s.ready(ctx); err != nil || limit <= 0 {
		return nil, err
	}
	const condition = "#PK = :pk"
	m := &merge{streams: []*stream{{in: &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(min(limit, maxPage))),
		KeyConditionExpression: aws.String(condition), FilterExpression: aws.String(alive),
		ExpressionAttributeNames:  names(condition, alive),
		ExpressionAttributeValues: item{":pk": str(ProbeKey), ":now": num(s.now().UnixMilli())},
	}}}}
	items, err := s.take(ctx, m, limit)
	var probes []lead.Probe
	for _, it := range items {
		probes = append(probes, it.probe())
	}
	return probes, err
}

// SettleProbe keeps the contract of lead.Probes.
func (s *Store) SettleProbe(ctx context.Context, p lead.Probe) (bool, error) {
	risen := false
	err := s.again(ctx, func() error {
		it, err := s.get(ctx, key(ProbeKey, p.ID))
		if err != nil {
			return err
		}
		var after lead.Probe
		var ok bool
		if after, risen, ok = it.probe().Settled(p); !ok {
			return nil
		}
		return s.write(ctx, replace(probeItem(it, after)))
	})
	if err != nil {
		return false, fmt.Errorf("settling probe %s: %w", p.ID, err)
	}
	return risen, nil
}
