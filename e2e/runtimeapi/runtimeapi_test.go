package runtimeapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// probeEvent and probeAnswer are what testdata/probe takes and gives.
type probeEvent struct{ Do, Text string }

type probeAnswer struct {
	Text        string
	RequestID   string
	HasDeadline bool
	Environment []string
}

func TestFunction(t *testing.T) {
	binary := Build(t, "leadsite/e2e/runtimeapi/testdata/probe")

	t.Run("answers one event after the other", func(t *testing.T) {
		f := Start(t, binary, []string{"PROBE=here"})
		first, second := ask(t, f, "one"), ask(t, f, "two")
		if first.Text != "one" || second.Text != "two" {
			t.Errorf("the answers are %q and %q, want one and two", first.Text, second.Text)
		}
		if first.RequestID == "" || first.RequestID == second.RequestID {
			t.Errorf("the request ids are %q and %q, want two different ones", first.RequestID, second.RequestID)
		}
		if !first.HasDeadline {
			t.Error("the function's context has no deadline")
		}
	})
	t.Run("gives no environment but Lambda's and the test's", func(t *testing.T) {
		t.Setenv("OF_THE_MACHINE", "1")
		got := ask(t, Start(t, binary, []string{"PROBE=here", "AWS_REGION=us-east-1"}), "").Environment
		for _, want := range []string{"PROBE=here", "AWS_REGION=us-east-1"} {
			if !slices.Contains(got, want) {
				t.Errorf("%s is missing in %q", want, got)
			}
		}
		if slices.ContainsFunc(got, func(entry string) bool { return strings.HasPrefix(entry, "OF_THE_MACHINE") }) {
			t.Errorf("the machine's environment reaches the function: %q", got)
		}
	})
	t.Run("takes concurrent events one at a time", func(t *testing.T) {
		f := Start(t, binary, nil)
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				text := strconv.Itoa(i)
				if got := ask(t, f, text).Text; got != text {
					t.Errorf("event %s got the answer of %s", text, got)
				}
			})
		}
		all.Wait()
	})
	t.Run("returns the function's error, and goes on", func(t *testing.T) {
		f := Start(t, binary, nil)
		wantError(t, f, probeEvent{"fail", "the table is gone"}, "errorString", "the table is gone")
		if got := ask(t, f, "next").Text; got != "next" {
			t.Errorf("after an error the answer is %q, want next", got)
		}
	})
	t.Run("returns a panic, after which the process is gone", func(t *testing.T) {
		f := Start(t, binary, nil)
		wantError(t, f, probeEvent{"panic", "impossible"}, "string", "impossible")
		wantEnded(t, f, probeEvent{Text: "next"}, "exit status 1")
	})
	t.Run("says so when the process ends with an event in hand", func(t *testing.T) {
		f := Start(t, binary, nil)
		wantEnded(t, f, probeEvent{Do: "exit"}, "exit status 4")
	})
	t.Run("says so when the process does not start", func(t *testing.T) {
		f := Start(t, binary, []string{"PROBE_DIES_AT_ONCE=1"})
		wantEnded(t, f, probeEvent{Text: "hello"}, "exit status 3")
		if got := f.Logs(); !strings.Contains(got, "probe: no wish to start") {
			t.Errorf("the log is %q", got)
		}
	})
	t.Run("kills the process at its deadline", func(t *testing.T) {
		f := Start(t, binary, nil)
		ask(t, f, "a first event, so that the second one's time is its own")
		f.Timeout = 50 * time.Millisecond
		if _, err := f.Invoke(t, marshal(t, probeEvent{Do: "wait"})); err == nil || !strings.Contains(err.Error(), "timed out after 50ms") {
			t.Errorf("Invoke = %v, want a time-out", err)
		}
		wantEnded(t, f, probeEvent{Text: "next"}, "killed")
	})
	t.Run("refuses an answer of more than 6 MB", func(t *testing.T) {
		f := Start(t, binary, nil)
		wantError(t, f, probeEvent{Do: "answer too much"}, "Function.ResponseSizeTooLarge", "the response is larger than 6291456 bytes")
	})
	t.Run("has the whole log once killed", func(t *testing.T) {
		f := Start(t, binary, nil)
		ask(t, f, "this very text")
		f.Kill()
		f.Kill()
		if got := f.Logs(); !strings.Contains(got, "probe: got this very text") {
			t.Errorf("the log is %q", got)
		}
	})
}

// What the Go runtime library never does, other runtimes may.
func TestAPI(t *testing.T) {
	tests := []struct {
		name, path string
		want       int
	}{
		{"an answer to no event", "/2018-06-01/runtime/invocation/none/response", http.StatusBadRequest},
		{"an error to no event", "/2018-06-01/runtime/invocation/none/error", http.StatusBadRequest},
		{"a failed start", "/2018-06-01/runtime/init/error", http.StatusAccepted},
		{"another failed start", "/2018-06-01/runtime/init/error", http.StatusForbidden},
	}
	a := newAPI()
	for _, test := range tests {
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, test.path, strings.NewReader(`{"errorType":"Runtime.NoTable","errorMessage":"no table"}`)))
		if w.Code != test.want {
			t.Errorf("%s = %d, want %d", test.name, w.Code, test.want)
		}
	}
	var said *Error
	if err := <-a.initFailed; !errors.As(err, &said) || *said != (Error{"Runtime.NoTable", "no table"}) {
		t.Errorf("the failed start is %v", err)
	}
}

func ask(t *testing.T, f *Function, text string) probeAnswer {
	t.Helper()
	response, err := f.Invoke(t, marshal(t, probeEvent{Text: text}))
	if err != nil {
		t.Error(err)
		return probeAnswer{}
	}
	var got probeAnswer
	if err := json.Unmarshal(response, &got); err != nil {
		t.Errorf("the response %q: %v", response, err)
	}
	return got
}

func wantError(t *testing.T, f *Function, event probeEvent, kind, message string) {
	t.Helper()
	_, err := f.Invoke(t, marshal(t, event))
	var got *Error
	if !errors.As(err, &got) || *got != (Error{kind, message}) {
		t.Errorf("Invoke(%+v) = %v, want %s: %s", event, err, kind, message)
	}
}

func wantEnded(t *testing.T, f *Function, event probeEvent, how string) {
	t.Helper()
	_, err := f.Invoke(t, marshal(t, event))
	if err == nil || !strings.Contains(err.Error(), "process has ended") || !strings.Contains(err.Error(), how) {
		t.Errorf("Invoke(%+v) = %v, want an ended process and %q", event, err, how)
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
