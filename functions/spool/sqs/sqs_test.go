package sqs_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"leadsite/e2e/moto"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/spool/sqs"
)

func client(endpoint string) *awssqs.Client {
	return awssqs.NewFromConfig(aws.Config{Region: "eu-central-1", BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", "made-up")})
}

func received(message string) lead.Lead {
	l := lead.Lead{ID: strings.Repeat("a", 26), Form: "contact", Email: "sam@example.com", Person: "person",
		Fields: form.Values{"message": {Text: message}}}
	return l.Received(time.Date(2026, 11, 22, 9, 15, 4, 0, time.UTC))
}

// What is held comes out of the queue as it was, whatever a visitor may write and however much of it.
func TestHold(t *testing.T) {
	c := client(moto.Start(t))
	made, err := c.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String("spool")})
	if err != nil {
		t.Fatal(err)
	}
	q := &sqs.Queue{Client: c, URL: *made.QueueUrl}
	for _, message := range []string{"Hello", "\uFFFE\uFFFF <b>&\U0001F600\u2028\n\t", strings.Repeat("\"\n", form.MaxRunes/2), strings.Repeat("\U0001F600", form.MaxRunes)} {
		want := received(message)
		if err := q.Hold(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		out, err := c.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: &q.URL, WaitTimeSeconds: 10})
		if err != nil || len(out.Messages) != 1 {
			t.Fatalf("%d messages, %v", len(out.Messages), err)
		}
		got, err := lead.ReadParcel(*out.Messages[0].Body)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%.20q:\n%s", message, diff)
		}
		if _, err := c.DeleteMessage(t.Context(), &awssqs.DeleteMessageInput{QueueUrl: &q.URL, ReceiptHandle: out.Messages[0].ReceiptHandle}); err != nil {
			t.Fatal(err)
		}
	}
}

// A queue that is not there, and one that never answers, hold nothing, and say so in time.
func TestNotHeld(t *testing.T) {
	q := &sqs.Queue{Client: client(moto.Start(t)), URL: moto.Start(t) + "/123456789012/nothing"}
	if err := q.Hold(t.Context(), received("Hello")); err == nil {
		t.Error("a queue that is not there holds a lead")
	}
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	q = &sqs.Queue{Client: client("http://" + hole.Addr().String()), URL: "http://" + hole.Addr().String() + "/123456789012/spool"}
	if err := q.Hold(ctx, received("Hello")); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a queue that never answers: %v", err)
	}
}
