package main

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-lambda-go/events"

	"leadsite/functions/lead"
)

// ofQueue says whether the records are messages of a queue; all of one event have one source.
func ofQueue(records []json.RawMessage) bool {
	var first struct {
		Source string `json:"eventSource"`
	}
	return len(records) > 0 && json.Unmarshal(records[0], &first) == nil && first.Source == "aws:sqs"
}

// queue puts leads that waited into the table, which tells of them by its stream, and names the messages that failed:
// those stay in the queue, and the others are deleted. A message that is no lead fails as often as it comes, beside
// the others; the alarm is the age of the queue's oldest message.
func (f *function) queue(ctx context.Context, records []json.RawMessage) (events.SQSEventResponse, error) {
	answer := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
	for _, raw := range records {
		var m events.SQSMessage
		if err := json.Unmarshal(raw, &m); err != nil || m.MessageId == "" {
			return events.SQSEventResponse{}, errors.New("reading the event: a record is not of the queue")
		}
		if err := f.replay(ctx, m.Body); err != nil {
			f.log.Error("a message of the queue failed", "record", m.MessageId, "error", err)
			answer.BatchItemFailures = append(answer.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
		}
	}
	return answer, nil
}

func (f *function) replay(ctx context.Context, body string) error {
	l, err := lead.ReadParcel(body)
	if err != nil {
		return err
	}
	created, err := lead.Replay(ctx, f.notifier.Store, l)
	if created {
		f.log.Info("stored from the queue", "lead", l.ID)
	}
	return err
}
