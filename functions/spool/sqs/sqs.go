// Package sqs is the spool in AWS: an SQS queue, whose messages are parcels. The function notify takes them out.
//
// It knows leads as parcels, and one call of the queue. It does not know who empties it.
package sqs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"leadsite/functions/lead"
)

var _ lead.Spool = (*Queue)(nil)

// Queue sends to one queue.
type Queue struct {
	Client *sqs.Client
	URL    string
}

// Hold keeps the contract of lead.Spool. A call that the SDK had to repeat may send twice, which Replay bears.
func (q *Queue) Hold(ctx context.Context, l lead.Lead) error {
	text, err := l.Parcel()
	if err == nil {
		_, err = q.Client.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &q.URL, MessageBody: &text})
	}
	if err != nil {
		return fmt.Errorf("queueing lead %s: %w", l.ID, err)
	}
	return nil
}
