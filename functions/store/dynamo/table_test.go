package dynamo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"leadsite/functions/lead"
)

// sample is a lead as intake makes it.
func sample(id string) lead.Lead {
	l := lead.Lead{ID: id, Form: "contact", Email: "Sam@example.com", Person: "sam"}
	return l.Received(time.Now())
}

func newStore(t *testing.T) *Store {
	t.Helper()
	client := newClient(t)
	return New(client, newTable(t, client), time.Now)
}

func mustPut(t *testing.T, s *Store, l lead.Lead) {
	t.Helper()
	if _, _, err := s.Put(t.Context(), l); err != nil {
		t.Fatal(err)
	}
}

// raw reads an item as it is in the table.
func raw(t *testing.T, s *Store, key item) item {
	t.Helper()
	out, err := s.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &s.table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	return out.Item
}

// with writes an item again, with one attribute more.
func with(t *testing.T, s *Store, it item, name, value string) {
	t.Helper()
	it[name] = str(value)
	if _, err := s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.table, Item: it}); err != nil {
		t.Fatal(err)
	}
}

func attributes(it item) []string {
	var names []string
	for name := range it {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func TestCreateTable(t *testing.T) {
	client := newClient(t)
	name := newTable(t, client)
	out, err := client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		t.Fatal(err)
	}
	var indexes []string
	for _, index := range out.Table.GlobalSecondaryIndexes {
		indexes = append(indexes, *index.IndexName)
	}
	slices.Sort(indexes)
	if want := []string{"due", "inbox", "person", "spare"}; !slices.Equal(indexes, want) {
		t.Errorf("indexes %v, want %v", indexes, want)
	}
	if view := out.Table.StreamSpecification.StreamViewType; view != types.StreamViewTypeKeysOnly {
		t.Errorf("the stream holds %s", view)
	}
	ttl, err := client.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: &name})
	if err != nil || aws.ToString(ttl.TimeToLiveDescription.AttributeName) != "ttl" {
		t.Errorf("expiry: %+v, %v", ttl, err)
	}
	if err := CreateTable(t.Context(), client, name); err == nil || !strings.Contains(err.Error(), "creating table "+name) {
		t.Errorf("creating it again says %v", err)
	}
}

// The inbox index must not be able to hold intake back: a flood is taken in by as few indexes as can be.
func TestANewLeadIsInTheIndexesDueAndPersonOnly(t *testing.T) {
	s := newStore(t)
	l := sample("lead")
	mustPut(t, s, l)
	it := raw(t, s, leadKey("lead"))
	want := "PK SK at doc due email expires form mark person rev status ttl version wake"
	if got := strings.Join(attributes(it), " "); got != want {
		t.Errorf("a new lead has %s\nwant %s", got, want)
	}
	if got, want := it.number("ttl"), (l.Expires.UnixMilli()+999)/1000; got != want {
		t.Errorf("ttl %d, want %d seconds", got, want)
	}
	if err := s.HandOff(t.Context(), "lead", lead.HandOff{}); err != nil {
		t.Fatal(err)
	}
	it = raw(t, s, leadKey("lead"))
	want = "PK SK at doc email expires form inbox mark person rev status ttl version"
	if got := strings.Join(attributes(it), " "); got != want {
		t.Errorf("a lead that was handed off has %s\nwant %s", got, want)
	}
}

// Everything under a lead goes when DynamoDB deletes the lead, and stays when the lead does.
func TestItemsUnderALeadCarryItsExpiry(t *testing.T) {
	s := newStore(t)
	l := sample("lead")
	l.Spam.Score = lead.SpamThreshold
	mustPut(t, s, l.Received(time.Now()))
	event := lead.NewEvent(lead.Event{At: time.Now(), Kind: "note"})
	if err := s.Append(t.Context(), "lead", event); err != nil {
		t.Fatal(err)
	}
	to := lead.NotificationKey{Lead: "lead", Kind: lead.KindLead, Recipient: "sales@example.com"}
	handOff := lead.HandOff{Notifications: []lead.Notification{{NotificationKey: to, State: lead.Pending}}}
	if err := s.HandOff(t.Context(), "lead", handOff); err != nil {
		t.Fatal(err)
	}
	under := []item{leadKey("lead"), key("L#lead", "E#"+event.ID), notificationKey(to)}
	expiry := func() []int64 {
		var all []int64
		for _, k := range under {
			all = append(all, raw(t, s, k).number("ttl"))
		}
		return slices.Compact(all)
	}
	before := expiry()
	if len(before) != 1 || before[0] == 0 {
		t.Errorf("expiries of lead, event and notification: %v", before)
	}
	moved := lead.Event{At: time.Now(), Kind: lead.EventStatus}
	if _, err := s.SetStatus(t.Context(), "lead", 1, lead.New, moved); err != nil {
		t.Fatal(err)
	}
	if after := expiry(); len(after) != 1 || after[0] <= before[0] {
		t.Errorf("expiries after the lead left spam: %v, before %v", after, before)
	}
}

// An older function that runs beside a newer one must not lose what it does not know.
func TestUnknownAttributesStay(t *testing.T) {
	s := newStore(t)
	mustPut(t, s, sample("lead"))
	to := lead.NotificationKey{Lead: "lead", Kind: lead.KindLead, Recipient: "sales@example.com"}
	n := lead.Notification{NotificationKey: to, State: lead.Pending, Due: time.Now()}
	if err := s.HandOff(t.Context(), "lead", lead.HandOff{Notifications: []lead.Notification{n}}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []item{leadKey("lead"), notificationKey(to)} {
		with(t, s, raw(t, s, k), "future", "words")
	}
	if _, err := s.SetStatus(t.Context(), "lead", 1, lead.Won, lead.Event{At: time.Now(), Kind: lead.EventStatus}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Claim(t.Context(), to, time.Now(), time.Minute); err != nil {
		t.Fatal(err)
	}
	for _, k := range []item{leadKey("lead"), notificationKey(to)} {
		if it := raw(t, s, k); it.text("future") != "words" {
			t.Errorf("%s lost an attribute: %v", it.text("SK"), attributes(it))
		}
	}
}

// An index may still name a lead under the status that it has left: what counts is the lead.
func TestListReadsAgainWhatTheIndexNames(t *testing.T) {
	s := newStore(t)
	mustPut(t, s, sample("lead"))
	if _, err := s.SetStatus(t.Context(), "lead", 1, lead.Won, lead.Event{At: time.Now(), Kind: lead.EventStatus}); err != nil {
		t.Fatal(err)
	}
	it := raw(t, s, leadKey("lead"))
	with(t, s, it, "inbox", inboxKey(lead.New, s.shard("lead")))
	page, err := s.List(t.Context(), lead.Query{Statuses: []lead.Status{lead.New}})
	if err != nil || len(page.Leads) != 0 {
		t.Errorf("a list of new leads holds a won one: %v, %v", page.Leads, err)
	}
	page, err = s.List(t.Context(), lead.Query{})
	if err != nil || len(page.Leads) != 1 || page.Leads[0].Status != lead.Won {
		t.Errorf("a list of all holds %v, %v", page.Leads, err)
	}
}

// A lead on its way from one status to another may be named under both for a moment.
func TestALeadThatIsNamedTwiceCountsOnce(t *testing.T) {
	s := newStore(t)
	mustPut(t, s, sample("lead"))
	if err := s.HandOff(t.Context(), "lead", lead.HandOff{}); err != nil {
		t.Fatal(err)
	}
	m := &merge{less: newestFirst}
	for range 2 {
		key := inboxKey(lead.New, s.shard("lead"))
		m.streams = append(m.streams, s.inbox(key, places{"0", "~"}, lead.Query{}))
	}
	leads, err := s.reread(t.Context(), m, 10, func(lead.Lead) bool { return true })
	if err != nil || len(leads) != 1 {
		t.Errorf("%d leads, %v", len(leads), err)
	}
}

func TestShardsMayGrow(t *testing.T) {
	s := newStore(t)
	s.Shards = 1
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		mustPut(t, s, sample(id))
	}
	s.Shards = 7
	for _, id := range []string{"f", "g", "h", "i", "j"} {
		mustPut(t, s, sample(id))
	}
	due, err := s.Due(t.Context(), time.Now(), 100)
	if err != nil || len(due) != 10 {
		t.Errorf("%d leads are due, %v", len(due), err)
	}
	for _, d := range due {
		if err := s.HandOff(t.Context(), d.Lead, lead.HandOff{}); err != nil {
			t.Fatal(err)
		}
	}
	page, err := s.List(t.Context(), lead.Query{})
	if err != nil || len(page.Leads) != 10 {
		t.Errorf("%d leads are listed, %v", len(page.Leads), err)
	}
}

// faulty is a network on which things happen.
type faulty struct {
	http.RoundTripper
	answer func(operation string, body []byte) *http.Response // nil: as the server says
}

// RoundTrip answers itself, or asks the server.
func (f faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if resp := f.answer(operation, body); resp != nil {
		resp.Request = r
		return resp, nil
	}
	return f.RoundTripper.RoundTrip(r)
}

// losing is a network that loses the first answer to a PutItem.
type losing struct {
	http.RoundTripper
	lost *atomic.Int32
}

// RoundTrip asks the server, whatever becomes of the answer.
func (l losing) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil || !strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".PutItem") || !l.lost.CompareAndSwap(0, 1) {
		return resp, err
	}
	return nil, errors.Join(io.ErrUnexpectedEOF, resp.Body.Close())
}

// withFaults is s on a network where things happen.
func withFaults(s *Store, answer func(operation string, body []byte) *http.Response) *Store {
	options := s.client.Options()
	options.HTTPClient = &http.Client{Transport: faulty{options.HTTPClient.(*http.Client).Transport, answer}}
	return New(dynamodb.New(options), s.table, s.now)
}

// says is an answer of DynamoDB.
func says(status int, body string) *http.Response {
	w := httptest.NewRecorder()
	w.WriteHeader(status)
	io.WriteString(w, body)
	return w.Result()
}

// DynamoDB may leave keys of a batch for later, above all when the leads are long.
func TestListAsksAgainForWhatABatchLeftOut(t *testing.T) {
	s := newStore(t)
	for _, id := range []string{"a", "b", "c"} {
		mustPut(t, s, sample(id))
	}
	var batches atomic.Int32
	slow := withFaults(s, func(operation string, body []byte) *http.Response {
		if operation != "BatchGetItem" || batches.Add(1) > 2 {
			return nil
		}
		wanted := bytes.TrimPrefix(bytes.TrimSpace(body), []byte(`{"RequestItems":`))
		return says(http.StatusOK, `{"Responses":{},"UnprocessedKeys":`+string(wanted))
	})
	leads, err := slow.ByPerson(t.Context(), "sam", 10)
	if err != nil || len(leads) != 3 || batches.Load() != 3 {
		t.Errorf("%d leads in %d batches, %v", len(leads), batches.Load(), err)
	}
}

func TestACallIsTriedThreeTimes(t *testing.T) {
	var calls atomic.Int32
	s := withFaults(newStore(t), func(string, []byte) *http.Response {
		calls.Add(1)
		return says(http.StatusInternalServerError, `{"__type":"InternalServerError"}`)
	})
	_, _, err := s.Put(t.Context(), sample("lead"))
	var internal *types.InternalServerError
	if !errors.As(err, &internal) || calls.Load() != 3 {
		t.Errorf("%d calls, %v", calls.Load(), err)
	}
}

// The SDK asks again when an answer is lost. Then the write has happened, and what stands in its way is itself.
func TestAWriteWhoseAnswerIsLostHappensOnce(t *testing.T) {
	s := newStore(t)
	var lost atomic.Int32
	lossy := New(dynamodb.New(s.client.Options(), func(o *dynamodb.Options) {
		o.HTTPClient = &http.Client{Transport: losing{o.HTTPClient.(*http.Client).Transport, &lost}}
	}), s.table, s.now)
	_, created, err := lossy.Put(t.Context(), sample("lead"))
	if err != nil || !created || lost.Load() != 1 {
		t.Errorf("created %t with %d answers lost, %v", created, lost.Load(), err)
	}
	if l, err := s.Get(t.Context(), "lead"); err != nil || len(l.Events) != 1 {
		t.Errorf("events %v, %v", l.Events, err)
	}
	if _, created, err = lossy.Put(t.Context(), sample("lead")); err != nil || created {
		t.Errorf("the second says created %t, %v", created, err)
	}
}

// A transaction that met another is begun again, from the reading on.
func TestATransactionInConflictIsBegunAgain(t *testing.T) {
	s := newStore(t)
	mustPut(t, s, sample("lead"))
	var transactions, reads atomic.Int32
	busy := withFaults(s, func(operation string, _ []byte) *http.Response {
		if operation == "GetItem" {
			reads.Add(1)
		}
		if operation != "TransactWriteItems" || transactions.Add(1) > 2 {
			return nil
		}
		return says(http.StatusBadRequest, `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
			"CancellationReasons":[{"Code":"TransactionConflict"},{"Code":"None"}]}`)
	})
	l, err := busy.SetStatus(t.Context(), "lead", 1, lead.Won, lead.Event{At: time.Now(), Kind: lead.EventStatus})
	if err != nil || l.Status != lead.Won || reads.Load() != 3 {
		t.Errorf("status %q after %d reads, %v", l.Status, reads.Load(), err)
	}
}

// The SDK tries no more once the caller has left.
func TestTriesEndWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := withFaults(newStore(t), func(string, []byte) *http.Response {
		cancel()
		return says(http.StatusInternalServerError, `{"__type":"InternalServerError"}`)
	})
	if _, _, err := s.Put(ctx, sample("lead")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put says %v", err)
	}
}

func TestNames(t *testing.T) {
	got := names(absent, "#inbox = :key AND #at BETWEEN :from AND :to", "(#rev=:rev)", "REMOVE #expires, #ttl")
	want := []string{"#PK", "#at", "#expires", "#inbox", "#rev", "#ttl"}
	if len(got) != len(want) {
		t.Errorf("names are %v", got)
	}
	for _, name := range want {
		if got[name] != name[1:] {
			t.Errorf("%s means %q", name, got[name])
		}
	}
}
