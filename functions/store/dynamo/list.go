package dynamo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// stream is a query whose items come page by page.
type stream struct {
	in    *dynamodb.QueryInput
	items []item // fetched and not yet taken
	last  bool   // no page follows
}

// ended says, after fill, that no item is left.
func (q *stream) ended() bool { return len(q.items) == 0 }

// fill fetches pages until there is an item, or none is left. (A page whose items are all filtered out is empty.)
func (s *Store) fill(ctx context.Context, q *stream) error {
	for len(q.items) == 0 && !q.last {
		out, err := s.client.Query(ctx, q.in, few)
		if err != nil {
			return err
		}
		for _, it := range out.Items {
			q.items = append(q.items, it)
		}
		q.in.ExclusiveStartKey = out.LastEvaluatedKey
		q.last = len(out.LastEvaluatedKey) == 0
	}
	return nil
}

// all takes every item of one stream.
func (s *Store) all(ctx context.Context, q *stream) ([]item, error) {
	var all []item
	for {
		if err := s.fill(ctx, q); err != nil || q.ended() {
			return all, err
		}
		all = append(all, q.items...)
		q.items = nil
	}
}

// merge takes the items of many streams in one order.
type merge struct {
	streams []*stream
	less    func(a, b item) bool // a comes first
}

// begin fetches the first page of every stream, all at once: one after the other they would take as many round trips.
func (s *Store) begin(ctx context.Context, m *merge) error {
	errs := make([]error, len(m.streams))
	var wg sync.WaitGroup
	for i, q := range m.streams {
		wg.Go(func() { errs[i] = s.fill(ctx, q) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// next takes the next item, nil when none is left.
func (s *Store) next(ctx context.Context, m *merge) (item, error) {
	var first *stream
	for _, q := range m.streams {
		if err := s.fill(ctx, q); err != nil {
			return nil, err
		}
		if !q.ended() && (first == nil || m.less(q.items[0], first.items[0])) {
			first = q
		}
	}
	if first == nil {
		return nil, nil
	}
	it := first.items[0]
	first.items = first.items[1:]
	return it, nil
}

// take takes at most n items.
func (s *Store) take(ctx context.Context, m *merge, n int) ([]item, error) {
	var all []item
	for len(all) < n {
		it, err := s.next(ctx, m)
		if err != nil || it == nil {
			return all, err
		}
		all = append(all, it)
	}
	return all, nil
}

// newestFirst is the order of lists.
func newestFirst(a, b item) bool { return a.text("at") > b.text("at") }

// longestFirst is the order of what waits.
func longestFirst(a, b item) bool { return a.number("wake") < b.number("wake") }

// List keeps the contract of lead.Store.
func (s *Store) List(ctx context.Context, q lead.Query) (lead.Page, error) {
	page, err := s.list(ctx, q)
	if err != nil {
		return lead.Page{}, fmt.Errorf("listing leads: %w", err)
	}
	return page, nil
}

// list merges the shards of every status that is asked for. A lead that moves from one status to another keeps its
// place, so it stays on its side of a cursor; while both indexes name it, it counts once.
func (s *Store) list(ctx context.Context, q lead.Query) (lead.Page, error) {
	if err := s.ready(ctx); err != nil {
		return lead.Page{}, err
	}
	r, err := span(q)
	if err != nil {
		return lead.Page{}, err
	}
	m := &merge{less: newestFirst}
	for _, status := range q.WantedStatuses() {
		for shard := range s.Shards {
			m.streams = append(m.streams, s.inbox(inboxKey(status, shard), r, q))
		}
	}
	size := q.PageSize()
	leads, err := s.reread(ctx, m, size+1, func(l lead.Lead) bool {
		return q.Matches(l) && place(l.CreatedAt, l.ID) != r.to
	})
	if err != nil || len(leads) <= size {
		return lead.Page{Leads: leads}, err
	}
	leads = leads[:size]
	return lead.Page{Leads: leads, Next: lead.CursorBehind(leads[size-1])}, nil
}

// places is a part of a list: from one place to another, both included.
type places struct{ from, to string }

// span is where a page of q lies. With a cursor, the lead that it stands behind is still in it.
func span(q lead.Query) (places, error) {
	r := places{placeAt(lead.Moment(q.Since)), "~"} // '~' follows every digit
	if q.Cursor == "" {
		return r, nil
	}
	c, err := lead.ParseCursor(q.Cursor)
	r.to = place(c.CreatedAt, c.ID)
	return r, err
}

// maxPage bounds how many items of an index are fetched at a time.
const maxPage = 300

// inbox asks for the leads of one status and shard. What it filters by is checked again on the lead itself.
func (s *Store) inbox(key string, r places, q lead.Query) *stream {
	const condition = "#inbox = :key AND #at BETWEEN :from AND :to"
	filters := []string{alive}
	values := item{":key": str(key), ":from": str(r.from), ":to": str(r.to), ":now": num(s.now().UnixMilli())}
	for _, filter := range []struct{ name, value string }{
		{"form", q.Form}, {"email", lead.FoldEmail(q.Email)}, {"owner", q.Owner},
	} {
		if filter.value != "" {
			filters = append(filters, "#"+filter.name+" = :"+filter.name)
			values[":"+filter.name] = str(filter.value)
		}
	}
	return s.newest(inboxIndex, condition, strings.Join(filters, " AND "), values, q.PageSize()+1)
}

// newest is a query of an index, newest first.
func (s *Store) newest(index, condition, filter string, values item, limit int) *stream {
	return &stream{in: &dynamodb.QueryInput{
		TableName: &s.table, IndexName: &index, ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(min(limit, maxPage))),
		KeyConditionExpression: &condition, FilterExpression: &filter,
		ExpressionAttributeNames: names(condition, filter), ExpressionAttributeValues: values,
	}}
}

// ByPerson keeps the contract of lead.Store.
func (s *Store) ByPerson(ctx context.Context, person string, limit int) ([]lead.Lead, error) {
	leads, err := s.byPerson(ctx, person, limit)
	if err != nil {
		return nil, fmt.Errorf("listing the leads of a person: %w", err)
	}
	return leads, nil
}

func (s *Store) byPerson(ctx context.Context, person string, limit int) ([]lead.Lead, error) {
	if err := s.ready(ctx); err != nil || person == "" || limit <= 0 {
		return nil, err
	}
	values := item{":key": str(personKey(person)), ":now": num(s.now().UnixMilli())}
	q := s.newest(personIndex, "#person = :key", alive, values, limit)
	m := &merge{[]*stream{q}, newestFirst}
	return s.reread(ctx, m, limit, func(l lead.Lead) bool { return l.Person == person })
}

// reread takes what an index names, reads the leads themselves, and returns at most limit of those that pass.
func (s *Store) reread(ctx context.Context, m *merge, limit int, pass func(lead.Lead) bool) ([]lead.Lead, error) {
	if err := s.begin(ctx, m); err != nil {
		return nil, err
	}
	var leads []lead.Lead
	seen := map[string]bool{}
	for len(leads) < limit {
		named, err := s.take(ctx, m, min(limit-len(leads), maxBatch))
		if err != nil || len(named) == 0 {
			return leads, err
		}
		named = slices.DeleteFunc(named, func(it item) bool {
			again := seen[it.leadID()]
			seen[it.leadID()] = true
			return again
		})
		found, err := s.batch(ctx, named)
		if err != nil {
			return nil, err
		}
		for _, it := range named {
			l, there := found[it.leadID()]
			if there && pass(l) {
				leads = append(leads, l)
			}
		}
	}
	return leads, nil
}

// maxBatch is how many items DynamoDB reads by their keys at a time.
const maxBatch = 100

// batch reads the leads that items of an index name, as they are now, by id. Those that are gone are missing.
func (s *Store) batch(ctx context.Context, named []item) (map[string]lead.Lead, error) {
	var wanted []map[string]types.AttributeValue
	for _, it := range named {
		wanted = append(wanted, leadKey(it.leadID()))
	}
	found := map[string]lead.Lead{}
	for pause := time.Duration(0); len(wanted) > 0; pause = min(max(firstPause, 2*pause), maxPause) {
		if err := wait(ctx, pause); err != nil { // DynamoDB asks for a pause when it leaves keys unprocessed
			return nil, err
		}
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			s.table: {Keys: wanted, ConsistentRead: aws.Bool(true)},
		}}, few)
		if err != nil {
			return nil, err
		}
		for _, it := range out.Responses[s.table] {
			if err := s.collect(found, it); err != nil {
				return nil, err
			}
		}
		wanted = out.UnprocessedKeys[s.table].Keys
	}
	return found, nil
}

// collect adds the lead of an item, unless it has expired.
func (s *Store) collect(found map[string]lead.Lead, it item) error {
	if it.gone(s.now()) {
		return nil
	}
	l, err := it.lead()
	found[it.leadID()] = l
	return err
}
