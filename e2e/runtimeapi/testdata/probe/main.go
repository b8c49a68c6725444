// Command probe is a Lambda function that does what the event says; the tests of runtimeapi run it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type event struct {
	Do   string // what to do, below
	Text string // goes into the answer
}

type answer struct {
	Text        string
	RequestID   string
	HasDeadline bool
	Environment []string
}

func main() {
	if os.Getenv("PROBE_DIES_AT_ONCE") != "" {
		fmt.Fprintln(os.Stderr, "probe: no wish to start")
		os.Exit(3)
	}
	lambda.Start(handle)
}

func handle(ctx context.Context, e event) (answer, error) {
	fmt.Println("probe: got", e.Text)
	switch e.Do {
	case "fail":
		return answer{}, errors.New(e.Text)
	case "panic":
		panic(e.Text)
	case "exit":
		os.Exit(4)
	case "wait":
		select {} // past any deadline
	case "answer too much":
		return answer{Text: strings.Repeat("x", 7<<20)}, nil
	}
	call, _ := lambdacontext.FromContext(ctx)
	_, hasDeadline := ctx.Deadline()
	return answer{Text: e.Text, RequestID: call.AwsRequestID, HasDeadline: hasDeadline, Environment: os.Environ()}, nil
}
