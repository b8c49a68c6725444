// Command gotest runs `go test` and says at the end what it saw: `make test` calls it.
//
//	go run ./e2e/gotest -race ./...
//
// Its arguments are those of go test. It prints what go test prints, counts packages and tests, and
// repeats the names of the tests that failed. It also fails for what go test lets pass: a skipped
// test, since a test that needs something says so by failing, and a run without any test.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run returns go test's exit code, or 1 when that is 0 and the summary is not content.
func run(args []string, stdout, stderr io.Writer) int {
	start := time.Now()
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return complain(stderr, err)
	}
	if err := cmd.Start(); err != nil {
		return complain(stderr, err)
	}
	results, readErr := follow(events, stdout)
	err = cmd.Wait()
	results.print(stdout, time.Since(start))

	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return max(1, exit.ExitCode()) // a signal has the code -1
	case err != nil || readErr != nil:
		return complain(stderr, errors.Join(err, readErr))
	case !results.good():
		return 1
	}
	return 0
}

func complain(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "gotest: error: running go test: %v\n", err)
	return 1
}
