package stack_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"golang.org/x/tools/txtar"

	"leadsite/infra/stack"
)

// player is a CloudFormation that answers each action with what was recorded for it, one after the other; the last
// answer stays. Each file of testdata is one, written after the API reference:
//
//	-- do --       apply, plan or delete
//	-- ACTION --   an answer; "HTTP 400" on the first line for another status; {{token}} is the token of the last change
//	-- want --     lines: said, plan, outputs, error, calls (all actions, repeats once), sent (ACTION KEY=VALUE)
type player struct {
	answers map[string][]string
	calls   []string
	sent    []url.Values
	token   string
}

func (p *player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	form, err := url.ParseQuery(string(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	action := form.Get("Action")
	p.sent = append(p.sent, form)
	if len(p.calls) == 0 || p.calls[len(p.calls)-1] != action {
		p.calls = append(p.calls, action)
	}
	if token := form.Get("ClientRequestToken"); token != "" {
		p.token = token
	}
	list := p.answers[action]
	if len(list) == 0 {
		http.Error(w, "nothing is recorded for "+action, http.StatusNotImplemented)
		return
	}
	if len(list) > 1 {
		p.answers[action] = list[1:]
	}
	status, text := http.StatusOK, strings.ReplaceAll(list[0], "{{token}}", p.token)
	if code, rest, ok := strings.Cut(text, "\n"); ok && strings.HasPrefix(code, "HTTP ") {
		status, _ = strconv.Atoi(strings.TrimPrefix(code, "HTTP "))
		text = rest
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// hasSent says whether a line "ACTION KEY=VALUE" was part of what was asked.
func (p *player) hasSent(line string) bool {
	action, rest, _ := strings.Cut(line, " ")
	key, value, _ := strings.Cut(rest, "=")
	return slices.ContainsFunc(p.sent, func(f url.Values) bool { return f.Get("Action") == action && f.Get(key) == value })
}

func TestRecorded(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d recordings, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { replay(t, file) })
	}
}

func replay(t *testing.T, file string) {
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{answers: map[string][]string{}}
	var do, want string
	for _, f := range archive.Files {
		switch f.Name {
		case "do":
			do = strings.TrimSpace(string(f.Data))
		case "want":
			want = string(f.Data)
		default:
			p.answers[f.Name] = append(p.answers[f.Name], string(f.Data))
		}
	}
	var got strings.Builder
	run(t, start(t, p, &got, do), do, &got)
	compare(t, p, got.String(), want)
}

// start gives the stack of the recordings.
func start(t *testing.T, p http.Handler, got *strings.Builder, do string) *stack.Stack {
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	s := &stack.Stack{
		Client: cloudformation.New(cloudformation.Options{Region: "eu-central-1", BaseEndpoint: &server.URL,
			Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", ""), Retryer: aws.NopRetryer{}}),
		Name: "example-app", Site: "example", Template: "Resources: {}", Pause: time.Millisecond, Patience: time.Minute,
		Say: func(line string) { fmt.Fprintln(got, "said", line) },
	}
	if strings.Contains(do, "impatient") {
		s.Patience = 300 * time.Millisecond
	}
	return s
}

func run(t *testing.T, s *stack.Stack, do string, got *strings.Builder) {
	t.Helper()
	var err error
	switch strings.Fields(do)[0] {
	case "apply":
		var outputs map[string]string
		if outputs, err = s.Apply(t.Context(), map[string]string{"B": "2", "A": "1"}); err == nil {
			fmt.Fprintln(got, "outputs", outputs)
		}
	case "plan":
		var plan stack.Plan
		plan, err = s.Plan(t.Context(), nil)
		show(got, plan)
	case "delete":
		err = s.Delete(t.Context())
	default:
		t.Fatalf("what is %q?", do)
	}
	if err != nil {
		fmt.Fprintln(got, "error", err)
	}
}

func show(got *strings.Builder, p stack.Plan) {
	if p.New {
		fmt.Fprintln(got, "plan new")
	}
	if p.First != "" {
		fmt.Fprintln(got, "plan first:", p.First)
	}
	for _, c := range p.Changes {
		line := fmt.Sprintln("plan", c.Action, c.Resource, c.Type)
		if c.Replaces {
			line = strings.TrimSpace(line) + " replaced\n"
		}
		got.WriteString(line)
	}
}

func compare(t *testing.T, p *player, got, want string) {
	t.Helper()
	var rest []string
	for line := range strings.Lines(want) {
		line = strings.TrimSuffix(line, "\n")
		kind, text, _ := strings.Cut(line, " ")
		switch kind {
		case "calls":
			if calls := strings.Join(p.calls, " "); calls != text {
				t.Errorf("called %s, want %s", calls, text)
			}
		case "sent":
			if !p.hasSent(text) {
				t.Errorf("never sent %s", text)
			}
		case "error":
			if _, said, _ := strings.Cut(got, "error "); !strings.Contains(said, text) {
				t.Errorf("the error is %q, want %q", said, text)
			}
		default:
			rest = append(rest, line)
		}
	}
	before, _, failed := strings.Cut(got, "error ")
	if wanted := strings.Join(rest, "\n"); strings.TrimSpace(before) != wanted {
		t.Errorf("got\n%s\nwant\n%s", before, wanted)
	}
	if failed != strings.Contains("\n"+want, "\nerror ") {
		t.Errorf("got %s", got)
	}
}

// The network goes while a change is under way: an error, and the next run finds the stack as it is.
func TestNetworkGone(t *testing.T) {
	var got strings.Builder
	s := start(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		panic(http.ErrAbortHandler)
	}), &got, "apply")
	if _, err := s.Apply(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "looking up stack example-app") {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var got strings.Builder
	if _, err := start(t, &player{}, &got, "plan").Plan(ctx, nil); err == nil || len(got.String()) > 0 {
		t.Errorf("got %v, %s", err, got.String())
	}
}
