// Package moto runs moto, a stand-in for AWS, for the tests that speak to DynamoDB, its streams, SES,
// S3 or SQS. e2e/setup installs it.
//
// A test binary has one server, shared by all its tests: a test takes names of its own for its tables,
// queues, buckets and identities. Any region and any credentials are accepted.
package moto

import (
	"bufio"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"leadsite/e2e"
)

//go:embed serve.py
var program string

// shared is the one server of this test binary, started by the first test that asks. It is a package
// variable because that is what "one per process" means; nothing else can hold it across tests.
var shared = sync.OnceValues(start)

// Start returns the server's address, such as "http://127.0.0.1:41234". The server lives as long as
// the test binary, also when that is killed. A test that fails shows the end of the server's log.
func Start(t testing.TB) string {
	t.Helper()
	s, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the last lines of moto's log, which all tests of this binary share:\n%s", s.log)
		}
	})
	return s.endpoint
}

// DynamoDB returns the address of a DynamoDB: the one in the environment's DYNAMODB_ENDPOINT when it
// is set, so that a suite can be held against any other implementation, and else Start's.
func DynamoDB(t testing.TB) string {
	t.Helper()
	if endpoint := os.Getenv("DYNAMODB_ENDPOINT"); endpoint != "" {
		return endpoint
	}
	return Start(t)
}

// server is a running moto. It holds stdin because the process ends when that is closed, which a
// forgotten *os.File is by the garbage collector.
type server struct {
	endpoint string
	log      *tail
	stdin    io.Closer
}

// start runs serve.py and returns when it listens.
func start() (*server, error) {
	python, err := e2e.FindTool("python/bin/python")
	if err != nil {
		return nil, err
	}
	s := &server{log: &tail{keep: 40}}
	cmd := exec.Command(python, "-c", program)
	cmd.Env = withoutAWS(os.Environ())
	// Not the test's own output: `go test` would wait for whoever holds that.
	cmd.Stderr = s.log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting moto: %w", err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting moto: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting moto: %w", err)
	}
	port, err := readPort(stdout)
	if err != nil {
		// In this order: what it said on the way out is complete only after Wait.
		err = errors.Join(err, cmd.Process.Kill(), cmd.Wait())
		return nil, fmt.Errorf("starting moto: %w\n%s", err, s.log)
	}
	s.endpoint = "http://127.0.0.1:" + strconv.Itoa(port)
	s.stdin = stdin
	return s, nil
}

// withoutAWS leaves out what configures AWS clients: moto holds one of Amazon's inside, which refuses
// to work when it is pointed at a profile that is not there.
func withoutAWS(environ []string) []string {
	return slices.DeleteFunc(environ, func(entry string) bool { return strings.HasPrefix(entry, "AWS_") })
}

// readPort reads the line with which serve.py says that it listens. A process that ends before it is
// an error; one that hangs is caught by the time limit of `go test`.
func readPort(stdout io.Reader) (int, error) {
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return 0, fmt.Errorf("reading its port: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(line))
}
