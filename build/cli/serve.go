package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"leadsite/build"
	"leadsite/build/content"
	"leadsite/build/serve"
)

// Backend answers the forms of a served site. The functions tree gives one; main passes it in.
type Backend interface {
	http.Handler
	// Load takes the bundle of a new build into use.
	Load(bundle string) error
	// Run delivers leads until the context ends.
	Run(ctx context.Context) error
	// Close lets go of the state folder.
	Close() error
}

// BackendOptions are what serve's flags say of the backend.
type BackendOptions struct {
	State  string // folder of database, outbox and secret
	Mail   string // "outbox" or "smtp://…"
	Limits bool   // whether floods are held back
	Log    *slog.Logger
}

// OpenBackend opens the backend of a state folder, which no other process may use at the time.
type OpenBackend func(ctx context.Context, o BackendOptions) (Backend, error)

// Serve is the command `leadsite serve`.
func Serve(embedded fs.FS, open OpenBackend) *cobra.Command {
	s := serving{open: open}
	var limits string
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve site, forms and mailbox on one local address, with live reload", Args: cobra.NoArgs,
		Example: "  leadsite serve\n  leadsite serve --addr 127.0.0.1:0 --mail smtp://127.0.0.1:1025",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if limits != "on" && limits != "off" {
				return hinted{fmt.Errorf("--limits %q is neither on nor off", limits), "off is for load tests alone"}
			}
			s.dirs.read(cmd)
			s.backend.State, s.backend.Limits = s.dirs.state, limits == "on"
			s.backend.Log = slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelInfo}))
			s.options.DefaultTheme, s.options.Program, s.options.Plain, s.options.Alike = embedded, program(), true, serve.Alike
			s.screen = newScreen(cmd.ErrOrStderr())
			s.say = func(format string, args ...any) { fmt.Fprintf(cmd.ErrOrStderr(), "leadsite: "+format+"\n", args...) }
			return explain(s.run(cmd.Context()))
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "address to serve on; port 0 picks one")
	flags.StringVar(&s.dirs.state, "state", "", "folder of leads, outbox and secrets (default .leadsite in the source)")
	flags.StringVar(&s.backend.Mail, "mail", "outbox", "where mail goes: outbox, or smtp://[user:password@]host:port")
	flags.StringVar(&limits, "limits", "on", "on, or off for load tests")
	flags.StringVar(&s.options.BaseURL, "base-url", "", "address of the site (default the one it serves on)")
	flags.BoolVar(&s.options.Drafts, "drafts", true, "include drafts")
	flags.BoolVar(&s.options.Future, "future", false, "include pages whose date has not come")
	flags.BoolVar(&s.options.Lenient, "lenient", false, "warn of unknown keys and shortcodes, broken links and missing titles, and build: for a move from Hugo")
	return cmd
}

// serving is one run of the command.
type serving struct {
	dirs    folders
	addr    string
	options build.Options
	backend BackendOptions
	open    OpenBackend
	say     func(format string, args ...any)
	screen  screen
	builder build.Builder
	said    map[string]bool // what the last build said of pages left out, and of warnings
	wrong   bool            // whether the last build found mistakes
}

func (s *serving) run(ctx context.Context) error {
	if info, err := os.Stat(filepath.Join(s.dirs.source, "content")); err != nil || !info.IsDir() {
		return fmt.Errorf("%w in %s", build.ErrNoContent, s.dirs.source)
	}
	ln, err := s.listen()
	if err != nil {
		return err
	}
	defer ln.Close()
	address := "http://" + ln.Addr().String() + "/"
	if err := s.plan(address); err != nil {
		return err
	}
	backend, err := s.open(ctx, s.backend)
	if err != nil {
		return err
	}
	defer backend.Close()

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	delivered := make(chan error, 1)
	server := &serve.Server{Site: s.options.Output, Watch: s.watched(), API: backend, Log: s.backend.Log,
		Build: func(ctx context.Context, changed []string) serve.Outcome { return s.build(ctx, backend, changed) }}
	s.builder = build.Builder{Options: s.options}
	debug.SetGCPercent(thrift)
	defer s.builder.Close()
	err = server.Run(ctx, ln, func() {
		go func() { delivered <- backend.Run(ctx) }()
		s.say("serving %s", address)
	})
	stop()
	if err != nil {
		return err
	}
	return <-delivered
}

func (s *serving) listen() (net.Listener, error) {
	ln, err := net.Listen("tcp", s.addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, hinted{fmt.Errorf("the address %s is in use", s.addr), "end what serves there, or choose another with --addr; port 0 picks a free one"}
	case err != nil:
		return nil, hinted{fmt.Errorf("serving on %s: %w", s.addr, err), "name an address of this machine with --addr, like 127.0.0.1:8080"}
	}
	return ln, nil
}

// plan completes the options: serve makes its own site and bundle in the state folder, so that a draft cannot be
// published by accident.
func (s *serving) plan(address string) error {
	o := &s.options
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return err
	}
	if o.BaseURL = base; base == "" {
		o.BaseURL = address
	}
	state, err := filepath.Abs(s.dirs.state)
	if err != nil {
		return err
	}
	o.Source, o.State = s.dirs.source, state
	o.Output, o.Bundle = filepath.Join(state, "site"), filepath.Join(state, "bundle.json")
	return nil
}

func (s *serving) watched() []string {
	source, err := filepath.Abs(s.dirs.source)
	if err != nil {
		source = s.dirs.source
	}
	return []string{filepath.Join(source, "content"), filepath.Join(source, "themes")}
}

// thrift is how much garbage may gather, in percent of what is in use: serve runs for days beside an author's editor.
const thrift = 50

// A build that has no haste is made when an author has paused for so long: soon, when the search index waits for it, later
// when it is for warnings alone. The first one, for the model of the site, is made at once.
const (
	pause = 1300 * time.Millisecond
	rest  = 10 * time.Second
	once  = time.Millisecond
)

// build makes the site again. After changes of texts alone their own pages are made, and the rest of it in the pause that
// follows.
func (s *serving) build(ctx context.Context, backend Backend, changed []string) serve.Outcome {
	if report, ok := s.builder.Update(ctx, changed); ok {
		s.say("built %d pages; changed files: %d", report.Pages, len(report.Published.Changed))
		outcome := outcomeOf(report)
		outcome.Later = rest
		if s.builder.Searched() {
			outcome.Later = pause
		}
		return outcome
	}
	if changed == nil {
		defer debug.FreeOSMemory() // nobody waits for this build, and a pause is a good time to tidy up
	}
	s.builder.Options.Now = time.Now()
	report, err := s.builder.Build(ctx)
	if err == nil && len(report.Errors) == 0 {
		err = backend.Load(s.options.Bundle)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.say("error: %v", err)
		}
		return serve.Outcome{Problems: []serve.Problem{{Place: s.dirs.source, Msg: err.Error()}}}
	}
	outcome := outcomeOf(report)
	outcome.Problems = overlaid(s.tell(report))
	if !s.builder.Ready() && len(report.Errors) == 0 {
		outcome.Later = once
	}
	return outcome
}

func outcomeOf(r *build.Report) serve.Outcome {
	return serve.Outcome{Changed: r.Published.Changed, CSP: r.CSP, Redirect: r.Redirects.Find}
}

// tell says the mistakes, what was built, and what an author would otherwise wonder about: pages that are left out, and
// warnings. Those are said when they are new: each save makes a build.
func (s *serving) tell(r *build.Report) []mistake {
	text := lines{source: s.dirs.source, embedded: s.options.DefaultTheme}
	mistakes := text.mistakes(r.Errors)
	for _, m := range mistakes {
		s.screen.print("error", red, m)
	}
	said := map[string]bool{}
	isNew := func(line string) bool {
		said[line] = true
		return !s.said[line]
	}
	for _, skipped := range r.Skipped {
		if line := "left out " + skipped.Page + ": " + skipped.Why; isNew(line) {
			s.say("%s", line)
		}
	}
	var warnings []*content.Error
	for _, w := range r.Warnings {
		if isNew(w.Error()) {
			warnings = append(warnings, w)
		}
	}
	s.screen.warn(text.mistakes(warnings))
	s.said = said
	if n := len(r.Published.Changed); n > 0 || s.wrong && len(r.Errors) == 0 {
		s.say("built %d pages; changed files: %d", r.Pages, n)
	}
	s.wrong = len(r.Errors) > 0
	return mistakes
}

// overlaid are mistakes as the browser's overlay shows them.
func overlaid(mistakes []mistake) []serve.Problem {
	var all []serve.Problem
	for _, m := range mistakes {
		place, _, _ := strings.Cut(m.Error(), ": ")
		all = append(all, serve.Problem{Place: place, Msg: m.what.Msg, Hint: m.what.Hint, Source: m.line, Col: m.what.Col})
	}
	return all
}
