package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/journal"
)

// written is what a log line becomes, as JSON, without its time.
func written(t *testing.T, log func(*slog.Logger)) map[string]any {
	t.Helper()
	var out bytes.Buffer
	log(slog.New(journal.New(slog.NewJSONHandler(&out, nil))))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	delete(line, "time")
	return line
}

type visitor struct{ Email string }

func (v visitor) LogValue() slog.Value {
	return slog.GroupValue(slog.String("email", v.Email), slog.String("lead", "abc"))
}

type word string

func TestOnlyAllowedKeysPass(t *testing.T) {
	const canary = "canary@example.com"
	for name, c := range map[string]struct {
		log  func(*slog.Logger)
		want map[string]any
	}{
		"as it should be": {
			func(l *slog.Logger) {
				l.Info("stored", "request", "0f", "lead", "abc", "spam", 10, "new", true, "problems", []string{"email:required"})
			},
			map[string]any{"level": "INFO", "msg": "stored", "request": "0f", "lead": "abc", "spam": 10.0, "new": true, "problems": []any{"email:required"}},
		},
		"another key": {
			func(l *slog.Logger) { l.Warn("stored", "email", canary, "lead", "abc", "name", "Canaria") },
			map[string]any{"level": "WARN", "msg": "stored", "lead": "abc", "left_out": []any{"email", "name"}},
		},
		"an address in the message": {
			func(l *slog.Logger) { l.Error("no mail to " + canary + ".") },
			map[string]any{"level": "ERROR", "msg": "no mail to (address)"},
		},
		"an address in an error": {
			func(l *slog.Logger) {
				l.Error("no mail", "error", fmt.Errorf("sending: %w", errors.New("550 <"+canary+">: unknown")), "why", []string{canary})
			},
			map[string]any{"level": "ERROR", "msg": "no mail", "error": "sending: 550 <(address)>: unknown", "why": []any{"(address)"}},
		},
		"groups": {
			func(l *slog.Logger) {
				l.WithGroup("visitor").With("form", "contact").Info("x", slog.Group("lead", "name", "Canaria", "status", 200))
			},
			map[string]any{"level": "INFO", "msg": "x", "left_out": []any{"name"}, "form": "contact", "status": 200.0},
		},
		"a value that says itself what is logged": {
			func(l *slog.Logger) { l.Info("x", "error", visitor{canary}) },
			map[string]any{"level": "INFO", "msg": "x", "left_out": []any{"email"}, "lead": "abc"},
		},
		"other types": {
			func(l *slog.Logger) {
				l.Info("x", "error", struct{ Email string }{canary}, "why", &url.URL{Path: "/" + canary}, "status", map[string]string{"a": canary}, "attempt", time.Second)
			},
			map[string]any{"level": "INFO", "msg": "x", "error": "(struct { Email string })", "why": "(address)", "status": "(map[string]string)", "attempt": "1s"},
		},
		"a text by another name": {
			func(l *slog.Logger) { l.Info("decided", "action", word("qualified"), "state", word("sent to "+canary)) },
			map[string]any{"level": "INFO", "msg": "decided", "action": "qualified", "state": "sent to (address)"},
		},
		"a stack": {
			func(l *slog.Logger) { l.Info("x", "stack", "/mod/sdk@v1.2.3/api.go:7") },
			map[string]any{"level": "INFO", "msg": "x", "stack": "/mod/sdk@v1.2.3/api.go:7"},
		},
	} {
		got := written(t, c.log)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestLevels(t *testing.T) {
	var out bytes.Buffer
	l := slog.New(journal.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn})))
	l.Info("quiet")
	l.Warn("loud")
	if strings.Contains(out.String(), "quiet") || !strings.Contains(out.String(), "loud") {
		t.Error(out.String())
	}
}

func TestMasked(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "@": "@", "a@": "a@", "@b": "@b", "a @ b": "a @ b", "a@b": "(address)",
		"to=a@b.example, b@c.example;": "(address), (address);", // what stands before an equals sign may be an address, too
		"<ü@bücher.example>":           "<(address)>", "a@b@c d": "(address) d",
	} {
		if got := journal.Masked(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// FuzzMasked: no two letters stand beside an at sign any more, and masking again changes nothing.
func FuzzMasked(f *testing.F) {
	f.Add("550 5.1.1 <sam@example.com>: user unknown")
	f.Add("@@a@@b@")
	f.Add("a@b\xff@c")
	f.Fuzz(func(t *testing.T, s string) {
		masked := journal.Masked(s)
		for i := 1; i < len(masked)-1; i++ {
			if masked[i] == '@' && isLetter(masked[i-1]) && isLetter(masked[i+1]) {
				t.Errorf("%q becomes %q", s, masked)
			}
		}
		if again := journal.Masked(masked); again != masked {
			t.Errorf("%q becomes %q, and then %q", s, masked, again)
		}
		l := slog.New(journal.New(slog.NewTextHandler(io.Discard, nil)))
		l.Info(s, s, s, "error", s)
	})
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
