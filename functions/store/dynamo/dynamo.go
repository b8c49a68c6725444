// Package dynamo keeps leads in one DynamoDB table.
//
//	item          PK                    SK                     further attributes
//	lead          L#<id>                #                      status version form email owner answer person at doc …
//	event         L#<id>                E#<event id>           doc
//	notification  L#<id>                N#<kind>#<hash of to>  kind to state attempts message error updated
//	counter       R#<key>#<start>       #                      n
//	challenge     P#<challenge>         #                      lead
//	tombstone     L#<id>                #                      erased (of the lead, nothing else is kept)
//	erasure       X#<hash of e-mail>    <15 digits of ms>      time
//	parked        K#main                <hash of recipient>    to since why lead
//	probe         Y#main                <probe's id>           since state by message error updated
//
//	index         hash                  range                  holds
//	inbox         S#main#<status>#<s>   at                     leads that lists show
//	person        E#<hash of e-mail>    at                     every lead with an address
//	due           D#<s>                 wake                   leads and notifications that wait
//	spare                                                      nothing yet: an index cannot be added and changed at once
//
// at is <15 digits of milliseconds>#<lead id>, so that a place in a list is a place in the index. wake, expires, answer
// and updated are milliseconds since 1970. ttl is expires in seconds, for DynamoDB's own deletion, which may take days:
// an item whose expires has come is treated as gone. s is the shard, from the lead's id: one key of an index takes
// about 1,000 writes a second. "main" is the site; one table holds one.
//
// Reads of items are consistent. The indexes follow a moment later, so what they name is read again. A write that
// changes a lead or a notification replaces the item as it was read, if its rev is still the same, and else begins
// again; attributes that this version does not know stay. By its mark a write knows its own work. Lead and event,
// notification and event go in a transaction.
//
// It knows no rule of what a lead may become: those are functions of package lead.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/functions/lead"
)

var _ lead.Store = (*Store)(nil)

// Store is a lead.Store in a table.
type Store struct {
	// Shards spreads leads over so many keys of the indexes inbox and due. It may grow while the table is in use, and
	// must never shrink, because leads of a shard that nobody asks for are found no more. Set it before the first call.
	Shards int

	client *dynamodb.Client
	table  string
	now    func() time.Time
	closed atomic.Bool
}

// defaultShards is enough for some 4,000 leads a second.
const defaultShards = 4

// New gives the store in a table that exists (see Definition). now tells the time by which items expire. The SDK
// tries a call three times at most; how long a call may take is for the caller's context to say.
func New(client *dynamodb.Client, table string, now func() time.Time) *Store {
	return &Store{Shards: defaultShards, client: client, table: table, now: now}
}

// Close makes every later call fail. The client is the caller's.
func (s *Store) Close() error {
	s.closed.Store(true)
	return nil
}

// ready answers what every method asks first: is the store open, and does the caller still want the answer.
func (s *Store) ready(ctx context.Context) error {
	if s.closed.Load() {
		return lead.ErrClosed
	}
	return ctx.Err()
}

// shard is where the indexes keep a lead and its notifications.
func (s *Store) shard(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() % uint32(s.Shards))
}

// errRaced says that another wrote between our reading and our writing.
var errRaced = errors.New("others keep writing to the same item")

// How often again tries, and how long it waits: 2, 4, 8 … milliseconds, at most maxPause.
const (
	raceTries  = 14
	firstPause = 2 * time.Millisecond
	maxPause   = 200 * time.Millisecond
)

// again runs try, which reads and then writes what it read, until nobody interferes. Of those who write at once one
// succeeds, so everybody's turn comes.
func (s *Store) again(ctx context.Context, try func() error) error {
	pause := firstPause
	for range raceTries {
		if err := s.ready(ctx); err != nil {
			return err
		}
		if err := try(); !errors.Is(err, errRaced) {
			return err
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, maxPause)
	}
	return fmt.Errorf("after %d tries: %w", raceTries, errRaced)
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
