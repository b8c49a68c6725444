package dynamo

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// contents says what is in the table.
type contents struct {
	leads    []string // ids, in order
	erasures []lead.Erasure
}

// contents looks at every item of the table, because no index holds every lead: consistently, and so that a lead which
// changes meanwhile is not missed.
func (s *Store) contents(ctx context.Context) (contents, error) {
	const filter = "#SK = :lead OR begins_with(#PK, :erasure)"
	in := &dynamodb.ScanInput{
		TableName: &s.table, ConsistentRead: aws.Bool(true), FilterExpression: aws.String(filter),
		ProjectionExpression:      aws.String("#PK, #SK, #time"),
		ExpressionAttributeNames:  names(filter, "#time"),
		ExpressionAttributeValues: item{":lead": str(leadSort), ":erasure": str(erasurePrefix)},
	}
	var c contents
	for {
		out, err := s.client.Scan(ctx, in, few)
		if err != nil {
			return contents{}, err
		}
		for _, it := range out.Items {
			c.add(it)
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			break
		}
	}
	slices.Sort(c.leads)
	slices.SortFunc(c.erasures, func(a, b lead.Erasure) int {
		return cmp.Or(strings.Compare(a.Person, b.Person), a.At.Compare(b.At))
	})
	return c, nil
}

func (c *contents) add(it item) {
	switch pk := it.text("PK"); {
	case strings.HasPrefix(pk, erasurePrefix):
		c.erasures = append(c.erasures, it.erasure())
	case strings.HasPrefix(pk, leadPrefix):
		c.leads = append(c.leads, it.leadID())
	}
}

// Export keeps the contract of lead.Store.
func (s *Store) Export(ctx context.Context) iter.Seq2[lead.Record, error] {
	return func(yield func(lead.Record, error) bool) {
		if err := s.export(ctx, func(r lead.Record) bool { return yield(r, nil) }); err != nil {
			yield(lead.Record{}, fmt.Errorf("exporting: %w", err))
		}
	}
}

// export yields all records, until yield says no.
func (s *Store) export(ctx context.Context, yield func(lead.Record) bool) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	all, err := s.contents(ctx)
	if err != nil {
		return err
	}
	for _, e := range all.erasures {
		if !yield(lead.Record{Erasure: &e}) {
			return nil
		}
	}
	parked, err := s.parked(ctx)
	if err != nil {
		return err
	}
	for _, p := range parked {
		if !yield(lead.Record{Parked: &p}) {
			return nil
		}
	}
	for ids := range slices.Chunk(all.leads, exportAtOnce) {
		records, err := s.records(ctx, ids)
		if err != nil {
			return err
		}
		for _, r := range records {
			if !yield(r) {
				return nil
			}
		}
	}
	return nil
}

// exportAtOnce is how many leads Export reads at the same time: one after the other would take as many round trips.
const exportAtOnce = 16

// records reads leads whole, without those that are gone meanwhile.
func (s *Store) records(ctx context.Context, ids []string) ([]lead.Record, error) {
	records, errs := make([]lead.Record, len(ids)), make([]error, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { records[i], errs[i] = s.record(ctx, id) })
	}
	wg.Wait()
	var there []lead.Record
	for i, err := range errs {
		switch {
		case err == nil:
			there = append(there, records[i])
		case !errors.Is(err, lead.ErrNotFound):
			return nil, err
		}
	}
	return there, nil
}

// record reads a lead with all that belongs to it.
func (s *Store) record(ctx context.Context, id string) (lead.Record, error) {
	if err := s.ready(ctx); err != nil {
		return lead.Record{}, err
	}
	items, err := s.headed(ctx, id, underLast)
	if err != nil {
		return lead.Record{}, err
	}
	l, err := wholeLead(items)
	return lead.Record{Lead: &l, Notifications: notifications(items)}, err
}

// Import keeps the contract of lead.Store.
func (s *Store) Import(ctx context.Context, r lead.Record) (bool, error) {
	r = r.Kept()
	added := false
	err := s.again(ctx, func() (err error) {
		switch {
		case r.Erasure != nil:
			added, err = s.addNew(ctx, erasureItem(*r.Erasure))
		case r.Parked != nil:
			added, err = s.addNew(ctx, parkedItem(*r.Parked))
		case r.Lead != nil:
			added, err = s.importLead(ctx, r)
		}
		return err
	})
	if err != nil {
		return false, fmt.Errorf("importing: %w", err)
	}
	return added, nil
}

// addNew adds an item unless there is one of that key, and says whether it did.
func (s *Store) addNew(ctx context.Context, it item) (bool, error) {
	err := s.write(ctx, s.add(it))
	if errors.Is(err, errRaced) {
		return false, nil
	}
	return err == nil, err
}

// importLead adds a lead unless it is there. Its events, and the notifications that wait for nothing, go first: nobody
// sees them while there is no lead. Those that wait come with the lead, in one step, so that nobody finds one alone.
func (s *Store) importLead(ctx context.Context, r lead.Record) (bool, error) {
	l := *r.Lead
	if lead.Gone(l.Expires, s.now()) {
		return false, nil
	}
	if absent, err := s.mayImport(ctx, l); !absent || err != nil {
		return false, err
	}
	first, waiting, err := s.belongings(r)
	if err != nil {
		return false, err
	}
	for _, it := range first {
		if _, err := s.addNew(ctx, it); err != nil {
			return false, err
		}
	}
	before := leadKey(l.ID)
	before["rev"] = num(0)
	it, err := s.leadItem(before, l, true)
	if err != nil {
		return false, err
	}
	parts := []types.TransactWriteItem{s.transact(s.add(it))}
	for _, it := range waiting {
		parts = append(parts, s.transact(put{item: it}))
	}
	reasons, err := s.together(ctx, parts...)
	if reasons != nil {
		return false, errRaced // somebody put the lead just now, and then it is there the next time
	}
	return err == nil, err
}

// mayImport says whether a lead is not there. ErrErased.
func (s *Store) mayImport(ctx context.Context, l lead.Lead) (bool, error) {
	it, err := s.fetch(ctx, leadKey(l.ID))
	if err != nil {
		return false, err
	}
	expired := it != nil && lead.Gone(it.time("expires"), s.now())
	if it != nil && !it.erased() && !expired {
		return false, nil
	}
	erased, err := lead.Erased(ctx, s, l)
	if err == nil && (erased || it != nil && !expired) {
		err = lead.ErrErased
	}
	return err == nil, err
}

// belongings are the items of a record apart from the lead's: those that wait for nothing, and those that wait.
func (s *Store) belongings(r lead.Record) (first, waiting []item, err error) {
	for _, e := range r.Lead.Events {
		it, err := eventItem(r.Lead.ID, e, r.Lead.Expires)
		if err != nil {
			return nil, nil, err
		}
		first = append(first, it)
	}
	for _, n := range r.Notifications {
		it := s.newNotification(n, r.Lead.Expires)
		if n.Due.IsZero() {
			first = append(first, it)
		} else {
			waiting = append(waiting, it)
		}
	}
	return first, waiting, nil
}
