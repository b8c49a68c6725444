package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// visitors send the form "contact" as fast as it is answered, each time as somebody else. When no answer comes, they
// send the same again, as the form's script does.
type visitors struct {
	client *http.Client
	target atomic.Pointer[string] // the server's address
	next   atomic.Int64           // number of the next submission

	mu       sync.Mutex
	accepted map[string]int // ids that were answered with success, and how often
	took     []time.Duration
	others   map[int]int // answers without success, by status; 0: none came
}

func newVisitors(clients int) *visitors {
	return &visitors{
		client:   &http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: clients}},
		accepted: map[string]int{}, others: map[int]int{},
	}
}

func (v *visitors) aim(url string) { v.target.Store(&url) }

// send lets clients send until so many submissions (0: any number) were answered, or ctx ends.
func (v *visitors) send(ctx context.Context, clients, upTo int) {
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for ctx.Err() == nil {
				n := int(v.next.Add(1))
				if upTo > 0 && n > upTo {
					return
				}
				v.one(ctx, n)
			}
		})
	}
	all.Wait()
}

// one sends submission n until it is answered, and notes the answer.
func (v *visitors) one(ctx context.Context, n int) {
	for ctx.Err() == nil {
		start := time.Now()
		id, status := v.post(ctx, n)
		v.note(id, status, time.Since(start))
		if status != 0 {
			return
		}
		time.Sleep(5 * time.Millisecond) // nobody is there: no need to try as fast as can be
	}
}

func (v *visitors) note(id string, status int, took time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if status != http.StatusOK {
		v.others[status]++
		return
	}
	v.accepted[id]++
	v.took = append(v.took, took)
}

func (v *visitors) post(ctx context.Context, n int) (id string, status int) {
	form := url.Values{
		"name": {fmt.Sprintf("Visitor %d", n)}, "email": {fmt.Sprintf("visitor%d@example.com", n)},
		"_id":     {fmt.Sprintf("00000000-0000-4000-8000-%012d", n)},
		"message": {fmt.Sprintf("This is what visitor number %d would like to know.", n)}, "consent": {"yes"}, "_page": {"/contact/"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, *v.target.Load()+"/api/forms/contact", strings.NewReader(form.Encode()))
	if err != nil {
		return "", 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := v.client.Do(req)
	if err != nil {
		return "", 0
	}
	defer res.Body.Close()
	var answer struct{ ID string }
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode == http.StatusOK && json.Unmarshal(body, &answer) != nil {
		return "", 0
	}
	return answer.ID, res.StatusCode
}

// count is how many were answered with success so far.
func (v *visitors) count() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.took)
}

// percentile is the time within which so many of a hundred were answered.
func (v *visitors) percentile(p float64) time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.took) == 0 {
		return 0
	}
	slices.Sort(v.took)
	return v.took[min(len(v.took)-1, int(p/100*float64(len(v.took))))]
}
