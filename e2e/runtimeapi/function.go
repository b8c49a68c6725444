// Package runtimeapi runs a compiled AWS Lambda function as a process, the way Lambda's provided.al2023
// runtime does: the process polls an HTTP address for events and posts its answers there.
//
// Like Lambda, it gives the process nothing of the environment around it, one event at a time, and a
// deadline; it takes answers of up to 6 MB. Unlike Lambda, it lets the process write where it likes,
// does not freeze it between events, and does not start it again once it has ended. It knows nothing
// of what the events mean.
//
// The API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
package runtimeapi

import (
	"fmt"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// initLimit is how long a function may take from its start to its first request for an event. Lambda
// allows ten seconds; here a machine may be busy with other tests.
const initLimit = time.Minute

// Function is a running function.
type Function struct {
	// Timeout is what one event may take, 30 seconds unless a test sets it between two events. When
	// it is over, the process is killed.
	Timeout time.Duration

	turn   sync.Mutex // one event at a time
	api    *api
	cmd    *exec.Cmd
	log    *buffer
	exited chan struct{} // closed when the process has ended and its log is complete
}

// Start runs binary, and ends it with the test. env holds "KEY=value" entries, added to what Lambda
// itself sets; there is no other environment. The region and the credentials are made up, so env only
// has to say where the services are (AWS_ENDPOINT_URL_DYNAMODB and the like).
func Start(t testing.TB, binary string, env []string) *Function {
	t.Helper()
	f := &Function{
		Timeout: 30 * time.Second,
		api:     newAPI(),
		log:     &buffer{},
		exited:  make(chan struct{}),
	}
	server := httptest.NewServer(f.api)
	// Registered first, so run last: Close waits for open polls, which end with the process.
	t.Cleanup(server.Close)

	f.cmd = exec.Command(binary)
	f.cmd.Dir = filepath.Dir(binary)
	f.cmd.Env = append(environment(binary, strings.TrimPrefix(server.URL, "http://")), env...)
	f.cmd.Stdout, f.cmd.Stderr = f.log, f.log
	if err := f.cmd.Start(); err != nil {
		t.Fatalf("starting the function: %v", err)
	}
	go func() {
		f.cmd.Wait() // how it ended is in ProcessState, for whoever waits for exited
		close(f.exited)
	}()
	t.Cleanup(func() {
		f.Kill()
		if t.Failed() {
			t.Logf("the log of %s:\n%s", binary, f.Logs())
		}
	})
	return f
}

// environment is what Lambda sets for every function.
func environment(binary, address string) []string {
	return []string{
		"AWS_LAMBDA_RUNTIME_API=" + address,
		"AWS_LAMBDA_FUNCTION_NAME=" + functionName,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128",
		"AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_EXECUTION_ENV=AWS_Lambda_provided.al2023",
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region,
		"AWS_ACCESS_KEY_ID=made-up",
		"AWS_SECRET_ACCESS_KEY=made-up",
		"AWS_SESSION_TOKEN=made-up",
		"LAMBDA_TASK_ROOT=" + filepath.Dir(binary),
		"_HANDLER=bootstrap",
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"LANG=en_US.UTF-8",
		"TZ=:UTC",
	}
}

// Invoke hands event, a JSON document, to the function and returns its answer. The error is an *Error
// when the function answered with one or could not initialise, and else says that the process ended
// or was killed at its deadline. Concurrent calls wait for each other.
func (f *Function) Invoke(t testing.TB, event []byte) (response []byte, err error) {
	t.Helper()
	f.turn.Lock()
	defer f.turn.Unlock()
	inv := newInvocation(event, f.Timeout)
	if err := f.hand(t, inv); err != nil {
		return nil, err
	}
	return f.await(t, inv)
}

// hand waits until the function asks for an event, and gives it this one.
func (f *Function) hand(t testing.TB, inv *invocation) error {
	limit := time.NewTimer(initLimit)
	defer limit.Stop()
	select {
	case f.api.work <- inv:
		return nil
	case err := <-f.api.initFailed:
		return err
	case <-f.exited:
		return f.exitError()
	case <-t.Context().Done():
		return t.Context().Err()
	case <-limit.C:
		return fmt.Errorf("the function asked for no event within %v", initLimit)
	}
}

// await waits for the answer.
func (f *Function) await(t testing.TB, inv *invocation) ([]byte, error) {
	limit := time.NewTimer(inv.timeout)
	defer limit.Stop()
	select {
	case answer := <-inv.done:
		return answer.body, answer.err
	case <-f.exited:
		return f.lastWords(inv)
	case <-t.Context().Done():
		return nil, t.Context().Err()
	case <-limit.C:
		f.Kill()
		return nil, fmt.Errorf("the function timed out after %v", inv.timeout)
	}
}

// lastWords is the answer of a process that ended while it had an event: one that panics reports the
// panic first, and then goes.
func (f *Function) lastWords(inv *invocation) ([]byte, error) {
	select {
	case answer := <-inv.done:
		return answer.body, answer.err
	default:
		return nil, f.exitError()
	}
}

// exitError says how the process ended. Only once exited is closed.
func (f *Function) exitError() error {
	select {
	case err := <-f.api.initFailed: // said before it went
		return err
	default:
		return fmt.Errorf("the function's process has ended: %v", f.cmd.ProcessState)
	}
}

// Kill ends the process as kill -9 does, and waits until it is gone. It does nothing the second time.
func (f *Function) Kill() {
	f.cmd.Process.Kill() // an error means that it has ended already
	<-f.exited
}

// Logs returns what the function has written to its standard output and error. What it wrote just
// before an answer may be missing until the process has ended.
func (f *Function) Logs() string { return f.log.String() }

// buffer is a log that is written and read at the same time.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write never fails.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String returns all that was written so far.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
