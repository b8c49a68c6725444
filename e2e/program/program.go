// Package program runs leadsite as its users do: as a process, through its command line and its address.
//
// It knows the words of the command line, and nothing of what is behind them.
package program

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"leadsite/e2e"
)

// patience is how long something may take before it counts as stuck; nothing is measured by it.
const patience = time.Minute

var compiled struct {
	once sync.Once
	path string
	err  error
}

// Path returns the program, compiled once for all tests of a test binary.
func Path(t testing.TB) string {
	t.Helper()
	root := e2e.Root(t)
	compiled.once.Do(func() {
		dir, err := os.MkdirTemp("", "leadsite-program-")
		if err != nil {
			compiled.err = err
			return
		}
		compiled.path = filepath.Join(dir, "leadsite")
		cmd := exec.Command("go", "build", "-o", compiled.path, ".")
		cmd.Dir = root
		if out, err := cmd.CombinedOutput(); err != nil {
			compiled.err = fmt.Errorf("compiling leadsite: %w\n%s", err, out)
		}
	})
	if compiled.err != nil {
		t.Fatal(compiled.err)
	}
	return compiled.path
}

// Run runs a command to its end and returns what it printed on stdout. A failure fails the test.
func Run(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command(Path(t), args...)
	var talk strings.Builder
	cmd.Stderr = &talk
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("leadsite %s: %v\n%s", strings.Join(args, " "), err, talk.String())
	}
	return string(out)
}

// Server is one running `leadsite serve`.
type Server struct {
	URL   string // without a slash at the end
	State string
	t     testing.TB
	cmd   *exec.Cmd
	ended chan struct{} // closed once the process is gone
	mu    sync.Mutex
	talk  strings.Builder
}

// Serve starts `leadsite serve` over a source and a state folder on a free port, and returns once it is ready. It is
// stopped with the test.
func Serve(t testing.TB, source, state string, args ...string) *Server {
	t.Helper()
	return ServeUnder(t, nil, source, state, args...)
}

// ServeUnder is Serve by a command that runs the one it is given, as a process of the same id.
func ServeUnder(t testing.TB, runner []string, source, state string, args ...string) *Server {
	t.Helper()
	words := append(slices.Clone(runner), Path(t), "serve", "--source", source, "--state", state, "--addr", "127.0.0.1:0")
	words = append(words, args...)
	s := &Server{State: state, t: t, cmd: exec.Command(words[0], words[1:]...), ended: make(chan struct{})}
	talk, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	go s.listen(talk, address)
	t.Cleanup(s.Stop)
	select {
	case s.URL = <-address:
	case <-time.After(patience):
		t.Fatalf("serve is not ready after %v:\n%s", patience, s.Talk())
	}
	if s.URL == "" {
		t.Fatalf("serve ended before it was ready:\n%s", s.Talk())
	}
	return s
}

// listen reads the program's talk; the line that names the address goes to the channel, or nothing at the end.
func (s *Server) listen(talk io.Reader, address chan<- string) {
	lines := bufio.NewScanner(talk)
	for lines.Scan() {
		s.mu.Lock()
		s.talk.WriteString(lines.Text() + "\n")
		s.mu.Unlock()
		if at, ok := strings.CutPrefix(lines.Text(), "leadsite: serving "); ok {
			address <- strings.TrimSuffix(at, "/")
		}
	}
	close(address)
	s.cmd.Wait()
	close(s.ended)
}

// Talk is what the program has said on stderr so far.
func (s *Server) Talk() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.String()
}

// Kill ends the program as a power cut would: it gets no chance to do anything.
func (s *Server) Kill() { s.end(syscall.SIGKILL) }

// Stop ends the program as Ctrl-C does. It does nothing when the program has ended.
func (s *Server) Stop() { s.end(syscall.SIGINT) }

func (s *Server) end(signal syscall.Signal) {
	s.cmd.Process.Signal(signal) // fails, rightly, when it has ended
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.cmd.Process.Kill()
		s.t.Errorf("serve did not end on %v:\n%s", signal, s.Talk())
	}
}

// Get reads a path of the server.
func (s *Server) Get(path string) (status int, body string) {
	s.t.Helper()
	res, err := http.Get(s.URL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, string(data)
}

// Lead is what the tests look at of a lead's JSON.
type Lead struct {
	ID     string         `json:"id"`
	Form   string         `json:"form"`
	Status string         `json:"status"`
	Owner  string         `json:"owner"`
	Email  string         `json:"email"`
	Page   string         `json:"page"`
	Lang   string         `json:"lang"`
	Fields map[string]any `json:"fields"`
	Source struct {
		Campaign string `json:"utm_campaign"`
		Touch    string `json:"touch"`
	} `json:"source"`
	Consent *struct {
		SHA256 string `json:"sha256"`
	} `json:"consent"`
	Score struct {
		Points int `json:"points"`
	} `json:"score"`
	Events []Event `json:"events"`
}

// Event is what the tests look at of an event.
type Event struct {
	Kind  string `json:"kind"`
	To    string `json:"to"`
	State string `json:"state"`
}

// Leads lists every lead of a state folder, spam too, by the command line; a serve may be running.
func Leads(t testing.TB, state string) []Lead {
	t.Helper()
	var doc struct{ Leads []Lead }
	decode(t, Run(t, "leads", "list", "--state", state, "--status", "any", "--json"), &doc)
	return doc.Leads
}

// Show reads one lead with its events.
func Show(t testing.TB, state, id string) Lead {
	t.Helper()
	var l Lead
	decode(t, Run(t, "leads", "show", id, "--state", state, "--json"), &l)
	return l
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// Mails reads the files of a state folder's outbox, oldest first.
func Mails(t testing.TB, state string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(state, "outbox", "*.eml"))
	if err != nil {
		t.Fatal(err)
	}
	var mails []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, string(data))
	}
	return mails
}

// Eventually waits until a condition holds, and fails the test when it never does.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("%s: not after %v", what, patience)
}
