// Package serve is the development server: it serves the finished site, watches the source, builds again after a
// change, tells the browser to reload, and shows an author's mistakes over the page.
//
// It is given a function that builds and a handler for forms. It knows nothing of either.
package serve

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// Server serves one site. Its fields are set before Run.
type Server struct {
	Site  string   // folder of the finished site
	Watch []string // files and folders, with all below them, whose changes need a build
	// Build makes the site again after changes of files; nil: of anything. It is called by one goroutine at a time.
	Build  func(ctx context.Context, changed []string) Outcome
	API    http.Handler // answers what is no file: /api/, /desk/ and below Prefix
	Log    *slog.Logger
	latest latest
}

// Prefix is where the server's own paths begin.
const Prefix = "/_leadsite/"

// Outcome is what one build came to.
type Outcome struct {
	Problems []Problem // mistakes; the site is then as it was
	Changed  []string  // files of the site that differ from before: "blog/first/index.html"
	CSP      string    // Content-Security-Policy of its pages
	// Later asks for another build, of anything, when nothing has changed for so long; 0: there is nothing left to do. A
	// change interrupts that build.
	Later time.Duration
	// Redirect says where a path leads now: with status 301 or 302 to another address, with 410 nowhere. Nil: no path does.
	Redirect func(path string) (to string, status int, ok bool)
}

// Problem is one mistake as the overlay shows it.
type Problem struct {
	Place  string `json:"place"` // "content/blog/a.md:3:7"
	Msg    string `json:"msg"`
	Hint   string `json:"hint,omitempty"`
	Source string `json:"source,omitempty"` // the line itself
	Col    int    `json:"col,omitempty"`    // where in the line, in runes from 1; 0: unknown
}

// Run builds, serves on the listener and builds again on every change until the context ends. Ready is called once the
// first build is done and pages can be had.
func (s *Server) Run(ctx context.Context, ln net.Listener, ready func()) error {
	site, err := openSite(s.Site)
	if err != nil {
		return err
	}
	defer site.Close()
	changes, err := watch(ctx, s.Watch, s.Log)
	if err != nil {
		return err
	}
	s.latest.begin(site, time.Now())
	later := s.rebuild(ctx, nil)

	server := &http.Server{Handler: s.handler(site), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	var work sync.WaitGroup
	work.Go(func() { s.follow(ctx, changes, later) })
	work.Go(func() {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if server.Shutdown(stop) != nil {
			server.Close()
		}
	})
	ready()
	err = server.Serve(ln)
	if ctx.Err() == nil {
		return err // nobody asked it to stop
	}
	work.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// follow builds after every change, and once more later when a build asked for it, until there are no more changes.
func (s *Server) follow(ctx context.Context, changes <-chan []string, later time.Duration) {
	timer := time.NewTimer(later)
	defer timer.Stop()
	for {
		if later == 0 {
			timer.Stop()
		} else {
			timer.Reset(later)
		}
		select {
		case changed, more := <-changes:
			if !more {
				return
			}
			later = s.rebuild(ctx, changed)
		case <-timer.C:
			later = s.finish(ctx, changes)
		}
	}
}

// finish makes the build that was put off. The first change interrupts it, and is built instead.
func (s *Server) finish(ctx context.Context, changes <-chan []string) (later time.Duration) {
	within, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan time.Duration, 1)
	go func() { done <- s.rebuild(within, nil) }()
	select {
	case later = <-done:
		return later
	case changed, more := <-changes:
		stop()
		<-done
		if !more {
			return 0
		}
		return s.rebuild(ctx, changed)
	}
}

func (s *Server) rebuild(ctx context.Context, changed []string) (later time.Duration) {
	outcome := s.Build(ctx, changed)
	if ctx.Err() == nil {
		s.latest.set(outcome)
	}
	return outcome.Later
}

// handler is every path of the server.
func (s *Server) handler(site *os.Root) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Prefix+"ready", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET "+Prefix+"events", s.events)
	mux.HandleFunc("GET "+Prefix+"reload.js", asset("reload.js", "text/javascript"))
	mux.HandleFunc("GET "+Prefix+"reload.css", asset("reload.css", "text/css"))
	mux.Handle(Prefix, s.API)
	mux.Handle("/api/", s.API)
	mux.Handle("/desk/", s.API)
	mux.Handle("/", pages{site: site, latest: &s.latest})
	return mux
}
