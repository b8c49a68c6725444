package serve

import (
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
)

//go:embed assets
var assets embed.FS

// asset serves an embedded file.
func asset(name, mediaType string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		data, err := assets.ReadFile("assets/" + name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		w.Write(data)
	}
}

// latest is the outcome of the newest build, and whoever waits for the next one.
type latest struct {
	mu      sync.Mutex
	outcome Outcome
	started int64         // of this process, so that its editions are no other's
	edition int           // grows with every build that changed the site
	next    chan struct{} // closed by the next outcome
}

func (l *latest) set(o Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(o.Problems) > 0 && o.CSP == "" {
		o.CSP = l.outcome.CSP
	}
	l.outcome = o
	if o.Changed {
		l.edition++
	}
	if l.next != nil {
		close(l.next)
		l.next = nil
	}
}

// get returns the newest outcome, its edition, and a channel that the next one closes.
func (l *latest) get() (o Outcome, edition string, next <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = make(chan struct{})
	}
	return l.outcome, fmt.Sprintf("%d-%d", l.started, l.edition), l.next
}

// state is one message to the browser: which edition of the site there is, and what is wrong with the source.
type state struct {
	Edition  string    `json:"edition"`
	Problems []Problem `json:"problems"`
}

// events tells a page of every build, beginning with the newest, as server-sent events. The page reloads when the
// edition differs from the first one it heard.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	out := http.NewResponseController(w)
	for {
		outcome, edition, next := s.latest.get()
		data, err := json.Marshal(state{Edition: edition, Problems: outcome.Problems})
		if err != nil {
			return
		}
		if _, err := fmt.Fprintf(w, "data: %s\n\n", data); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-next:
		}
	}
}
