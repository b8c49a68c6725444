package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"leadsite/functions/lead"
	"leadsite/functions/notify"
	"leadsite/functions/probe"
	"leadsite/functions/store/dynamo"
)

// margin is how long before Lambda ends the function its work ends: time to say which records are left.
const margin = 500 * time.Millisecond

// function is what the events reach.
type function struct {
	notifier *notify.Notifier
	watch    *probe.Watch
	visitor  *probe.Visitor // who sends the synthetic lead of the day
	log      *slog.Logger
}

// event is as much of any trigger as tells which one it is:
//
//	{"Records": [{"eventSource": "aws:dynamodb", …}, …]}   the table's stream
//	{"Records": [{"eventSource": "aws:sqs", …}, …]}        the queue of leads that the table could not take
//	{"source": "aws.events" | "aws.scheduler", …}          the schedule, as a rule or a scheduler sends it by itself
//	{"trigger": "sweep"}                                   the schedule, with an input of ours
//	{"trigger": "probe"}                                   the daily schedule: a synthetic lead is to set out
//	{"source": "aws.ses", "detail": {…}, …}                what became of a mail, by EventBridge
type event struct {
	Records []json.RawMessage
	Source  string          `json:"source"`
	Trigger string          `json:"trigger"`
	Detail  json.RawMessage `json:"detail"`
}

// swept answers the schedule.
type swept struct {
	Swept int `json:"swept"`
}

// setOut answers the daily schedule.
type setOut struct {
	SetOut bool `json:"set_out"`
}

// handle tells the triggers apart.
func (f *function) handle(ctx context.Context, payload json.RawMessage) (any, error) {
	if deadline, ok := ctx.Deadline(); ok {
		early, cancel := context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
		ctx = early
	}
	var e event
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, fmt.Errorf("reading the event: %w", err)
	}
	switch {
	case ofQueue(e.Records):
		return f.queue(ctx, e.Records)
	case e.Records != nil:
		return f.stream(ctx, e.Records)
	case e.Trigger == "sweep" || e.Source == "aws.events" || e.Source == "aws.scheduler":
		return f.sweep(ctx)
	case e.Trigger == "probe":
		return setOut{true}, f.watch.SetOut(ctx, f.visitor)
	case e.Source == "aws.ses":
		return f.mail(ctx, e.Detail)
	}
	return nil, errors.New("reading the event: it is neither of the table's stream, nor of the queue, nor of the schedule, nor of a mail")
}

// watchLimit is how long looking at synthetic leads may hold up real ones.
const watchLimit = 5 * time.Second

// sweep does what is due. Whatever becomes of synthetic leads, real ones are seen to.
func (f *function) sweep(ctx context.Context) (swept, error) {
	short, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	watched := f.watch.Look(short)
	count, err := f.notifier.Sweep(ctx)
	return swept{count}, errors.Join(err, watched)
}

// record is what the stream tells of a change: the keys alone.
type record struct {
	EventSource string `json:"eventSource"`
	EventName   string `json:"eventName"`
	Change      struct {
		Keys struct {
			PK, SK struct{ S string }
		}
		SequenceNumber string
	} `json:"dynamodb"`
}

// stream handles the records one by one, and names those that failed: the stream brings them again, the others not.
// A record that cannot even be named fails the batch, which the stream then halves until it stands alone.
func (f *function) stream(ctx context.Context, records []json.RawMessage) (events.DynamoDBEventResponse, error) {
	answer := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	for _, raw := range records {
		var r record
		if err := json.Unmarshal(raw, &r); err != nil || r.EventSource != "aws:dynamodb" || r.Change.SequenceNumber == "" {
			return events.DynamoDBEventResponse{}, errors.New("reading the event: a record is not of the table's stream")
		}
		if err := f.inserted(ctx, r); err != nil {
			f.log.Error("a record of the stream failed", "record", r.Change.SequenceNumber, "error", err)
			answer.BatchItemFailures = append(answer.BatchItemFailures,
				events.DynamoDBBatchItemFailure{ItemIdentifier: r.Change.SequenceNumber})
		}
	}
	return answer, nil
}

// inserted tells sales of the lead that a record says was inserted. The stream's filter passes inserts with the sort
// key of a lead; counters and challenges have the same one, and are nobody's news. It passes synthetic leads, too.
func (f *function) inserted(ctx context.Context, r record) error {
	if r.EventName == "INSERT" && r.Change.Keys.PK.S == dynamo.ProbeKey {
		return f.watch.Tell(ctx, r.Change.Keys.SK.S, lead.ByStream)
	}
	id, isLead := strings.CutPrefix(r.Change.Keys.PK.S, "L#")
	if r.EventName != "INSERT" || !isLead || r.Change.Keys.SK.S != "#" {
		return nil
	}
	if !lead.ValidID(id) {
		return fmt.Errorf("%q is no lead's id", id)
	}
	return f.notifier.Handle(ctx, id)
}
