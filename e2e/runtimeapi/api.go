package runtimeapi

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

const (
	functionName = "function"
	region       = "eu-central-1"

	// maxResponse is Lambda's limit on an answer, in bytes.
	maxResponse = 6 << 20
)

// Error is what a function answered instead of a response.
type Error struct {
	Type    string `json:"errorType"`    // such as "errorString" or "Runtime.ExitError"
	Message string `json:"errorMessage"` // the text of the Go error
}

// Error returns type and message.
func (e *Error) Error() string { return e.Type + ": " + e.Message }

// invocation is one event on its way through the function.
type invocation struct {
	id      string
	event   []byte
	timeout time.Duration
	done    chan answer // holds one
}

// answer is how an invocation ended: a body or an error.
type answer struct {
	body []byte
	err  error
}

func newInvocation(event []byte, timeout time.Duration) *invocation {
	return &invocation{id: rand.Text(), event: event, timeout: timeout, done: make(chan answer, 1)}
}

// api is the HTTP side: what the function's process calls.
type api struct {
	http.Handler

	work       chan *invocation // unbuffered: taken only by a function that asks
	initFailed chan error       // holds one

	mu      sync.Mutex
	pending map[string]*invocation // handed out, not answered, by request id
}

func newAPI() *api {
	a := &api{
		work:       make(chan *invocation),
		initFailed: make(chan error, 1),
		pending:    map[string]*invocation{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", a.response)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", a.failure)
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", a.initError)
	a.Handler = mux
	return a
}

// next answers when there is an event; until then the function waits.
func (a *api) next(w http.ResponseWriter, r *http.Request) {
	select {
	case inv := <-a.work:
		a.mu.Lock()
		a.pending[inv.id] = inv
		a.mu.Unlock()
		header := w.Header()
		header.Set("Content-Type", "application/json")
		header.Set("Lambda-Runtime-Aws-Request-Id", inv.id)
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(inv.timeout).UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:"+region+":123456789012:function:"+functionName)
		header.Set("Lambda-Runtime-Trace-Id", "Root=1-00000000-000000000000000000000000;Sampled=0")
		w.Write(inv.event) // a function that is gone by now is noticed by its exit
	case <-r.Context().Done():
	}
}

// response takes what the function returned.
func (a *api) response(w http.ResponseWriter, r *http.Request) {
	inv := a.take(r.PathValue("id"))
	if inv == nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "no event with this id waits for an answer")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxResponse))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		message := fmt.Sprintf("the response is larger than %d bytes", maxResponse)
		inv.done <- answer{err: &Error{Type: "Function.ResponseSizeTooLarge", Message: message}}
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", message)
	case err != nil:
		inv.done <- answer{err: fmt.Errorf("reading the function's response: %w", err)}
	case r.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "":
		// A function that streams its answer says only afterwards that it came to grief.
		inv.done <- answer{err: &Error{Type: r.Trailer.Get("Lambda-Runtime-Function-Error-Type"), Message: "while streaming the response"}}
		w.WriteHeader(http.StatusAccepted)
	default:
		inv.done <- answer{body: body}
		w.WriteHeader(http.StatusAccepted)
	}
}

// failure takes the error the function returned, or its panic.
func (a *api) failure(w http.ResponseWriter, r *http.Request) {
	inv := a.take(r.PathValue("id"))
	if inv == nil {
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "no event with this id waits for an answer")
		return
	}
	inv.done <- answer{err: readError(r.Body)}
	w.WriteHeader(http.StatusAccepted)
}

// initError takes the error of a function that never got as far as asking for an event.
func (a *api) initError(w http.ResponseWriter, r *http.Request) {
	select {
	case a.initFailed <- fmt.Errorf("initialising the function: %w", readError(r.Body)):
		w.WriteHeader(http.StatusAccepted)
	default:
		refuse(w, http.StatusForbidden, "InvalidStateTransition", "the function has failed to initialise before")
	}
}

// take returns the invocation that waits for an answer under this id, once; else nil.
func (a *api) take(id string) *invocation {
	a.mu.Lock()
	defer a.mu.Unlock()
	inv := a.pending[id]
	delete(a.pending, id)
	return inv
}

func readError(body io.Reader) error {
	var said Error
	if err := json.NewDecoder(body).Decode(&said); err != nil {
		return fmt.Errorf("reading the function's error: %w", err)
	}
	return &said
}

// refuse answers in the form of Lambda's own refusals.
func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(Error{Type: kind, Message: message}) // two strings: only the connection can fail
}
