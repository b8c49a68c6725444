package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// Put keeps the contract of lead.Store. A new lead is one conditional write; the first event is the lead itself.
func (s *Store) Put(ctx context.Context, l lead.Lead) (lead.Lead, bool, error) {
	kept := l.Kept()
	it, err := s.newLead(kept)
	if err != nil {
		return lead.Lead{}, false, fmt.Errorf("putting lead %s: %w", l.ID, err)
	}
	stored, created := kept, true
	err = s.again(ctx, func() error {
		err := s.write(ctx, s.add(it))
		created = err == nil
		if errors.Is(err, errRaced) { // it is there
			stored, err = s.putAgain(ctx, l)
		}
		if errors.Is(err, lead.ErrNotFound) {
			err = s.missing(ctx, l.ID)
		}
		return err
	})
	if err != nil {
		return lead.Lead{}, false, fmt.Errorf("putting lead %s: %w", l.ID, err)
	}
	return stored, created, nil
}

// putAgain puts a lead that is there, or answers ErrNotFound.
func (s *Store) putAgain(ctx context.Context, l lead.Lead) (lead.Lead, error) {
	it, stored, err := s.read(ctx, l.ID)
	if err != nil {
		return lead.Lead{}, err
	}
	after, events := stored.PutAgain(l)
	again, rescued := events[0], events[1:]
	if err := s.addEvent(ctx, stored, again); err != nil || len(rescued) == 0 {
		return stored, err
	}
	return after, s.change(ctx, it, stored, after, rescued[0])
}

// missing says why a lead is not there that could not be added: it was erased, or it expired just now.
func (s *Store) missing(ctx context.Context, id string) error {
	it, err := s.fetch(ctx, leadKey(id))
	switch {
	case err != nil:
		return err
	case it.erased() && !lead.Gone(it.time("expires"), s.now()):
		return lead.ErrErased
	}
	return errRaced
}

// read reads a lead without events, and its item, or answers ErrNotFound.
func (s *Store) read(ctx context.Context, id string) (item, lead.Lead, error) {
	it, err := s.get(ctx, leadKey(id))
	if err != nil {
		return nil, lead.Lead{}, err
	}
	l, err := it.lead()
	return it, l, err
}

// addEvent adds an event to a lead, unless it has one of that ID.
func (s *Store) addEvent(ctx context.Context, l lead.Lead, e lead.Event) error {
	it, err := eventItem(l.ID, e, l.Expires)
	if err != nil {
		return err
	}
	return s.addUnder(ctx, l.ID, it)
}

// change writes a lead whose status has changed, from what it was, and its event.
func (s *Store) change(ctx context.Context, it item, before, after lead.Lead, e lead.Event) error {
	next, err := s.leadItem(it, after, true)
	if err != nil {
		return err
	}
	event, err := eventItem(after.ID, e, after.Expires)
	if err != nil {
		return err
	}
	// First the items under the lead: if only they are kept longer, the lead itself still hides them.
	if !after.Expires.Equal(before.Expires) {
		if err := s.keep(ctx, after); err != nil {
			return err
		}
	}
	return s.writeBoth(ctx, replace(next), event)
}

// keep lets everything under a lead expire when the lead does.
func (s *Store) keep(ctx context.Context, l lead.Lead) error {
	items, err := s.under(ctx, l.ID, underFirst, underLast)
	if err != nil {
		return err
	}
	const there = "attribute_exists(#PK)" // an update would make an item that was erased meanwhile
	update, values := "REMOVE #expires, #ttl", item(nil)
	if !l.Expires.IsZero() {
		update = "SET #expires = :expires, #ttl = :ttl"
		values = item{":expires": num(l.Expires.UnixMilli()), ":ttl": num(seconds(l.Expires))}
	}
	for _, it := range items {
		_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
			TableName: &s.table, Key: key(it.text("PK"), it.text("SK")), UpdateExpression: &update,
			ConditionExpression:      aws.String(there),
			ExpressionAttributeNames: names(update, there), ExpressionAttributeValues: values,
		}, few)
		if err != nil && !refused[*types.ConditionalCheckFailedException](err) {
			return err
		}
	}
	return nil
}

// under reads the items of a lead from one sort key to another, consistently, without those that have expired.
func (s *Store) under(ctx context.Context, id, from, to string) ([]item, error) {
	const condition = "#PK = :pk AND #SK BETWEEN :from AND :to"
	return s.all(ctx, &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String(condition),
		FilterExpression: aws.String(alive), ExpressionAttributeNames: names(condition, alive),
		ExpressionAttributeValues: item{
			":pk": str(leadPrefix + id), ":from": str(from), ":to": str(to), ":now": num(s.now().UnixMilli()),
		},
	}})
}

// Get keeps the contract of lead.Store: lead and events lie side by side, and are one query.
func (s *Store) Get(ctx context.Context, id string) (lead.Lead, error) {
	l, err := s.whole(ctx, id)
	if err != nil {
		return lead.Lead{}, fmt.Errorf("getting lead %s: %w", id, err)
	}
	return l, nil
}

func (s *Store) whole(ctx context.Context, id string) (lead.Lead, error) {
	if err := s.ready(ctx); err != nil {
		return lead.Lead{}, err
	}
	items, err := s.headed(ctx, id, "E$") // '$' follows '#'
	if err != nil {
		return lead.Lead{}, err
	}
	return wholeLead(items)
}

// headed reads a lead's item and what lies under it up to a sort key, or answers ErrNotFound.
func (s *Store) headed(ctx context.Context, id, to string) ([]item, error) {
	items, err := s.under(ctx, id, leadSort, to)
	if err == nil && (len(items) == 0 || items[0].text("SK") != leadSort || items[0].erased()) {
		err = lead.ErrNotFound
	}
	return items, err
}

// wholeLead is the lead of a first item, with the events among the others.
func wholeLead(items []item) (lead.Lead, error) {
	l, err := items[0].lead()
	if err != nil {
		return lead.Lead{}, err
	}
	var events []lead.Event
	for _, it := range items[1:] {
		if !strings.HasPrefix(it.text("SK"), eventPrefix) {
			continue
		}
		e, err := lead.ReadEvent(it.text("doc"))
		if err != nil {
			return lead.Lead{}, err
		}
		events = append(events, e)
	}
	return l.WithEvents(events), nil
}

// Append keeps the contract of lead.Store.
func (s *Store) Append(ctx context.Context, id string, e lead.Event) error {
	err := s.ready(ctx)
	if err == nil {
		e = e.Kept()
		err = s.again(ctx, func() error { return s.append(ctx, id, e) })
	}
	if err != nil {
		return fmt.Errorf("adding an event to lead %s: %w", id, err)
	}
	return nil
}

func (s *Store) append(ctx context.Context, id string, e lead.Event) error {
	_, l, err := s.read(ctx, id)
	if err != nil {
		return err
	}
	return s.addEvent(ctx, l, e)
}

// SetStatus keeps the contract of lead.Store.
func (s *Store) SetStatus(ctx context.Context, id string, version int, to lead.Status, e lead.Event) (lead.Lead, error) {
	var after lead.Lead
	err := s.again(ctx, func() error {
		it, before, err := s.read(ctx, id)
		if err != nil {
			return err
		}
		if before.Version != version {
			return lead.ErrConflict
		}
		var event lead.Event
		after, event = before.Moved(to, e)
		return s.change(ctx, it, before, after, event)
	})
	if err != nil {
		return lead.Lead{}, fmt.Errorf("moving lead %s to %s: %w", id, to, err)
	}
	return after, nil
}

// HandOff keeps the contract of lead.Store: first the notifications, each for itself, and at last the lead.
func (s *Store) HandOff(ctx context.Context, id string, h lead.HandOff) error {
	err := s.again(ctx, func() error {
		it, before, err := s.read(ctx, id)
		if err != nil {
			return err
		}
		for _, n := range h.Notifications {
			if err := s.addUnder(ctx, id, s.newNotification(n.Kept(id), before.Expires)); err != nil {
				return err
			}
		}
		after := before.HandedOff(h)
		if it["inbox"] != nil && sameHandOff(before, after) {
			return nil
		}
		next, err := s.leadItem(it, after, true)
		if err != nil {
			return err
		}
		return s.write(ctx, replace(next))
	})
	if err != nil {
		return fmt.Errorf("handing off lead %s: %w", id, err)
	}
	return nil
}

// sameHandOff says whether there is nothing to write.
func sameHandOff(a, b lead.Lead) bool {
	equal := func(x, y time.Time) bool { return x.Equal(y) }
	return a.Owner == b.Owner && equal(a.DueAt, b.DueAt) && equal(a.Wake, b.Wake)
}
