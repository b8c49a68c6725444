package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/functions/lead"
)

const erasurePrefix = "X#"

func erasureItem(e lead.Erasure) item {
	it := key(erasurePrefix+e.Person, placeAt(e.At))
	it.setTime("time", e.At)
	return it
}

func (it item) erasure() lead.Erasure {
	return lead.Erasure{Person: it.text("PK")[len(erasurePrefix):], At: it.time("time")}
}

// Erase keeps the contract of lead.Store: first the note of it, then lead after lead. Each is at first replaced by its
// tombstone, under which nothing can be added any more, and then what lies there is deleted.
//
// The index follows a moment later: a lead that was put just now may be missed, and is found when Erase is called again.
func (s *Store) Erase(ctx context.Context, person string, at time.Time) (lead.Erasure, error) {
	done := lead.Erasure{Person: person, At: at}.Kept()
	err := s.ready(ctx)
	if err == nil && person == "" {
		err = lead.ErrNobody
	}
	if err == nil {
		done.Leads, err = s.erase(ctx, done)
	}
	if err != nil {
		return lead.Erasure{}, fmt.Errorf("erasing a person: %w", err)
	}
	return done, nil
}

func (s *Store) erase(ctx context.Context, e lead.Erasure) ([]string, error) {
	if err := s.write(ctx, s.add(erasureItem(e))); err != nil && !errors.Is(err, errRaced) {
		return nil, err
	}
	named, err := s.all(ctx, s.until(e))
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, it := range named {
		buried, err := s.bury(ctx, it.leadID())
		if err != nil {
			return nil, err
		}
		if buried {
			gone = append(gone, it.leadID())
		}
	}
	return gone, nil
}

// until asks for the person's leads up to the erasure, expired ones too.
func (s *Store) until(e lead.Erasure) *stream {
	const condition = "#person = :person AND #at <= :until"
	return &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, IndexName: aws.String(personIndex), KeyConditionExpression: aws.String(condition),
		ExpressionAttributeNames: names(condition),
		ExpressionAttributeValues: item{
			":person": str(personKey(e.Person)), ":until": str(placeAt(e.At) + "$"), // '$' follows the '#' before an id
		},
	}}
}

// bury replaces a lead by its tombstone, removes what belongs to it, and at last takes the tombstone out of the index
// of persons: so an erasure that is interrupted finds the lead again. It says whether there was anything to do.
func (s *Store) bury(ctx context.Context, id string) (bool, error) {
	found := false
	err := s.again(ctx, func() error {
		it, err := s.fetch(ctx, leadKey(id))
		if err != nil || it == nil || it.erased() && it["person"] == nil {
			return err
		}
		found = true
		if it, err = s.entomb(ctx, it); err != nil {
			return err
		}
		if err := s.removeUnder(ctx, id); err != nil {
			return err
		}
		last := it.next()
		delete(last, "person")
		delete(last, "at")
		return s.write(ctx, replace(last))
	})
	return found, err
}

// entomb replaces a lead's item by a tombstone that is still in the index of persons, unless it is one.
func (s *Store) entomb(ctx context.Context, it item) (item, error) {
	if it.erased() {
		return it, nil
	}
	l, err := it.lead()
	if err != nil {
		return nil, err
	}
	if err := s.unparkVisitor(ctx, l); err != nil {
		return nil, err
	}
	tombstone := it.tombstone(s.now())
	return tombstone, s.write(ctx, replace(tombstone))
}

// unparkVisitor forgets the visitor's address when it is parked.
func (s *Store) unparkVisitor(ctx context.Context, l lead.Lead) error {
	parked, err := s.parked(ctx)
	if err != nil {
		return err
	}
	for _, p := range parked {
		if !p.Concerns(l) {
			continue
		}
		if err := s.Unpark(ctx, p.Recipient); err != nil {
			return err
		}
	}
	return nil
}

// removeUnder deletes everything under a lead, expired or not.
func (s *Store) removeUnder(ctx context.Context, id string) error {
	const condition = "#PK = :pk AND #SK BETWEEN :from AND :to"
	items, err := s.all(ctx, &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String(condition),
		ExpressionAttributeNames: names(condition),
		ExpressionAttributeValues: item{
			":pk": str(leadPrefix + id), ":from": str(underFirst), ":to": str(underLast),
		},
	}})
	if err != nil {
		return err
	}
	for _, it := range items {
		if _, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
			TableName: &s.table, Key: key(it.text("PK"), it.text("SK")),
		}, few); err != nil {
			return err
		}
	}
	return nil
}

// Erasures keeps the contract of lead.Store.
func (s *Store) Erasures(ctx context.Context, person string) ([]lead.Erasure, error) {
	err := s.ready(ctx)
	var all []lead.Erasure
	if err == nil {
		all, err = s.erasuresOf(ctx, person)
	}
	if err != nil {
		return nil, fmt.Errorf("listing erasures: %w", err)
	}
	return all, nil
}

func (s *Store) erasuresOf(ctx context.Context, person string) ([]lead.Erasure, error) {
	const condition = "#PK = :pk"
	items, err := s.all(ctx, &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String(condition),
		ExpressionAttributeNames: names(condition), ExpressionAttributeValues: item{":pk": str(erasurePrefix + person)},
	}})
	var all []lead.Erasure
	for _, it := range items {
		all = append(all, it.erasure())
	}
	return all, err
}
