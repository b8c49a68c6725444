package e2e_test

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/e2e/program"
)

// refused runs a serve that must not start, and returns what it says.
func refused(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command(program.Path(t), append([]string{"serve", "--source", e2e.Root(t)}, args...)...).CombinedOutput()
	exit, ok := err.(*exec.ExitError)
	if !ok || exit.ExitCode() != 1 {
		t.Fatalf("got %v, want exit code 1:\n%s", err, out)
	}
	return string(out)
}

// TestServeSaysWhatIsInTheWay starts serve where it cannot serve: each is one clear line and a hint.
func TestServeSaysWhatIsInTheWay(t *testing.T) {
	site := example(t)
	address := strings.TrimPrefix(site.URL, "http://")
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "no folder")
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"port in use":      {[]string{"--addr", address, "--state", t.TempDir()}, "error: the address " + address + " is in use"},
		"no such address":  {[]string{"--addr", "203.0.113.9:80", "--state", t.TempDir()}, "error: serving on 203.0.113.9:80"},
		"second serve":     {[]string{"--addr", "127.0.0.1:0", "--state", site.State}, "error: another serve uses the state folder"},
		"unwritable state": {[]string{"--addr", "127.0.0.1:0", "--state", filepath.Join(file, "state")}, "error: making the state folder"},
		"no mail server":   {[]string{"--addr", "127.0.0.1:0", "--state", t.TempDir(), "--mail", "pigeon"}, "error: --mail: reading the mail server's address"},
	} {
		t.Run(name, func(t *testing.T) {
			said := refused(t, tc.args...)
			lines := strings.Split(strings.TrimSpace(said), "\n")
			if len(lines) != 2 || !strings.HasPrefix(lines[0], "leadsite: "+tc.want) || !strings.HasPrefix(lines[1], "leadsite: hint: ") {
				t.Errorf("it says:\n%s", said)
			}
		})
	}
	if status, _ := site.Get("/_leadsite/ready"); status != 200 {
		t.Errorf("the first serve was disturbed: status %d", status)
	}
}

// TestMailboxIsForThisMachine asks for the mailbox as a website elsewhere would, whose name leads to this machine.
func TestMailboxIsForThisMachine(t *testing.T) {
	site := example(t)
	for host, want := range map[string]int{"evil.example": 404, "localhost": 200, "127.0.0.1:80": 200, "[::1]:80": 200, "": 200} {
		req, err := http.NewRequest("GET", site.URL+"/_leadsite/mail/", nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			req.Host = host
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("host %q: status %d, want %d", host, res.StatusCode, want)
		}
	}
}

// TestServeRedirects asks for addresses that the example site no longer has: they are answered as the edge does.
func TestServeRedirects(t *testing.T) {
	site := example(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for path, want := range map[string]string{
		"/services":                 "301 /prices/",
		"/services/?utm_source=map": "301 /prices/?utm_source=map",
		"/checklist.pdf":            "301 /landing/checklist/",
		"/notebook/two-jobs/":       "301 /blog/two-jobs/",
		"/newsletter/":              "410 ",
		"/prices/":                  "200 ",
	} {
		res, err := client.Get(site.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if got := fmt.Sprint(res.StatusCode, " ", res.Header.Get("Location")); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
