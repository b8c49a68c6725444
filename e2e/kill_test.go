package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/e2e"
	"leadsite/e2e/program"
)

// post sends one lead as a program would. It returns the lead's id, "" when no success was answered.
func post(server string, n int) string {
	values := url.Values{"name": {fmt.Sprintf("Visitor %d", n)}, "email": {fmt.Sprintf("visitor%d@example.com", n)},
		"message": {fmt.Sprintf("This is message number %d.", n)}, "consent": {"yes"}, "_page": {"/contact/"}}
	req, err := http.NewRequest("POST", server+"/api/forms/contact", strings.NewReader(values.Encode()))
	if err != nil {
		return ""
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := (&http.Client{Timeout: time.Minute}).Do(req)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	var answer struct{ ID string }
	if res.StatusCode != http.StatusOK || json.NewDecoder(res.Body).Decode(&answer) != nil {
		return ""
	}
	return answer.ID
}

// TestKilledRightAfterTheAnswer ends serve as a power cut would, the moment a browser was sent on to "thank you".
func TestKilledRightAfterTheAnswer(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	site := program.Serve(t, e2e.Root(t), state)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.PostForm(site.URL+"/api/forms/contact", url.Values{"name": {"Sam"}, "email": {"sam@example.com"}, "message": {"Hello"}, "consent": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	site.Kill()
	res.Body.Close()
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/thanks/" {
		t.Fatalf("got %d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	program.Serve(t, e2e.Root(t), state)
	if leads := program.Leads(t, state); len(leads) != 1 || leads[0].Email != "sam@example.com" {
		t.Fatalf("got %+v", leads)
	}
	program.Eventually(t, "the lead's mail", func() bool { return len(program.Mails(t, state)) > 0 })
}

// TestTenKills kills serve ten times under four clients that post without pause, and compares what was answered with
// success against what is stored and mailed.
func TestTenKills(t *testing.T) {
	const kills, clients, between = 10, 4, 25
	state := filepath.Join(t.TempDir(), "state")
	var mu sync.Mutex
	answered, next := map[string]bool{}, 0
	for range kills {
		site := program.Serve(t, e2e.Root(t), state, "--limits", "off")
		accepted := make(chan string, 1<<16)
		stop := make(chan struct{})
		var posting sync.WaitGroup
		for range clients {
			posting.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					mu.Lock()
					next++
					n := next
					mu.Unlock()
					if id := post(site.URL, n); id != "" {
						accepted <- id
					}
				}
			})
		}
		for range between {
			answered[<-accepted] = true
		}
		site.Kill()
		close(stop)
		posting.Wait()
		close(accepted)
		for id := range accepted {
			answered[id] = true
		}
	}
	program.Serve(t, e2e.Root(t), state, "--limits", "off")
	stored := map[string]int{}
	for _, l := range program.Leads(t, state) {
		stored[l.ID]++
	}
	for id := range answered {
		if stored[id] != 1 {
			t.Errorf("lead %s was answered with success and is stored %d times", id, stored[id])
		}
	}
	program.Eventually(t, "a mail for every stored lead", func() bool { return len(unmailed(t, state, stored)) == 0 })
	for id, n := range mailed(t, state) {
		if n > 2 {
			t.Errorf("lead %s was mailed %d times", id, n)
		}
	}
	t.Logf("%d leads answered with success over %d kills, %d stored", len(answered), kills, len(stored))
}

// mailed counts the mails of each lead.
func mailed(t *testing.T, state string) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, mail := range program.Mails(t, state) {
		_, rest, _ := strings.Cut(mail, "References: <lead-")
		id, _, _ := strings.Cut(rest, "@")
		counts[id]++
	}
	return counts
}

func unmailed(t *testing.T, state string, stored map[string]int) []string {
	t.Helper()
	counts := mailed(t, state)
	var missing []string
	for id := range stored {
		if counts[id] == 0 {
			missing = append(missing, id)
		}
	}
	return missing
}
