package simulation

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// visitor sends a form, and sends it again until it is taken, and sometimes once more. Some look like robots: always,
// or only the first time.
type visitor struct {
	name    string
	message string
	fields  map[string]string
	trap    int // how many tries fill the honeypot
	tries   int
	busy    atomic.Bool // a request is under way
	taken   atomic.Bool
}

func newVisitor(n int, rng *rand.Rand) *visitor {
	v := &visitor{name: fmt.Sprintf("visitor-%d", n), message: fmt.Sprintf("message %d", n), trap: []int{0, 0, 0, 1, 100}[rng.IntN(5)]}
	v.fields = map[string]string{
		"_id": fmt.Sprintf("00000000-0000-4000-8000-%012d", n), "email": fmt.Sprintf("visitor%d@example.com", n), "message": v.message,
	}
	return v
}

// calmNow says whether the visitor may send (again) now.
func (v *visitor) calmNow() bool {
	if v.busy.Load() || v.taken.Load() && v.tries > 3 {
		return false
	}
	v.busy.Store(true)
	v.tries++
	return true
}

// send posts the form. An answer counts when the function that gives it is still alive.
func (v *visitor) send(ctx context.Context, w *world, m *machine, by *invocation) {
	defer v.busy.Store(false)
	clean := v.tries > v.trap
	if delete(v.fields, "contact_website"); !clean {
		v.fields["contact_website"] = "https://spam.example/"
	}
	body, _ := json.Marshal(v.fields) // of strings: it cannot fail
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "https://www.example.com/api/forms/contact", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	answer := httptest.NewRecorder()
	m.intake.ServeHTTP(answer, r)
	if w.gate.isKilled(by) {
		return
	}
	switch answer.Code {
	case http.StatusOK:
		v.taken.Store(true)
		w.truth.answered(w, v, clean, answer.Body.Bytes())
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
	default:
		w.t.Errorf("%s was answered with %d: %s", v.name, answer.Code, answer.Body)
	}
}
