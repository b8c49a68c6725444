package probe_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/e2e/moto"
	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/mail/outbox"
	"leadsite/functions/probe"
	"leadsite/functions/store/dynamo"
)

func testKeys(t *testing.T) lead.Keys {
	t.Helper()
	keys, err := lead.NewKeys(bytes.Repeat([]byte{1}, lead.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// visitor sends probes to a site that answers as a test wants it.
func visitor(t *testing.T, answer http.HandlerFunc) *probe.Visitor {
	t.Helper()
	site := httptest.NewServer(answer)
	t.Cleanup(site.Close)
	return &probe.Visitor{BaseURL: site.URL + "/", Keys: testKeys(t), Now: time.Now, Random: rand.Reader, Pause: time.Millisecond}
}

// take answers as the function submit does.
func take(t *testing.T, w http.ResponseWriter, r *http.Request) {
	p, err := testKeys(t).ReadProbe(r.PostFormValue("token"), time.Now())
	if err != nil || r.URL.Path != lead.ProbePath || r.Method != http.MethodPost {
		t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
	json.NewEncoder(w).Encode(map[string]string{"id": p.ID})
}

// A site that does not answer at once is asked again, with the same probe.
func TestAProbeIsSentAgain(t *testing.T) {
	var asked atomic.Int32
	var tokens sync.Map
	v := visitor(t, func(w http.ResponseWriter, r *http.Request) {
		tokens.Store(r.PostFormValue("token"), true)
		if asked.Add(1) < 3 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		take(t, w, r)
	})
	if p, err := v.SetOut(t.Context()); err != nil || !lead.ValidProbeID(p.ID) {
		t.Errorf("%+v, %v", p, err)
	}
	n := 0
	tokens.Range(func(any, any) bool { n++; return true })
	if asked.Load() != 3 || n != 1 {
		t.Errorf("asked %d times with %d tokens", asked.Load(), n)
	}
}

// What answers in place of the site does not count as the site.
func TestAProbeIsTakenByOurSiteAlone(t *testing.T) {
	for what, tt := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request)
		want   string
	}{
		"a page of a hotel's network": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>Welcome") }, "something else answers"},
		"another's probe":             {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":"`+strings.Repeat("a", 32)+`"}`) }, "something else answers"},
		"an endless answer":           {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":"`+strings.Repeat("a", 1<<20)) }, "something else answers"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, "answers 307"},
		"a refusal": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, "answers 403"},
	} {
		v := visitor(t, tt.answer)
		if p, err := v.SetOut(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "token=") || p.ID == "" {
			t.Errorf("%s: %+v, %v", what, p, err)
		}
	}
	v := visitor(t, nil)
	v.BaseURL = "http://127.0.0.1:1/"
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.SetOut(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	v.Random = strings.NewReader("")
	if _, err := v.SetOut(t.Context()); err == nil {
		t.Error("set out without randomness")
	}
}

// office is a watch over a table and an outbox.
func office(t *testing.T) (*probe.Watch, *dynamo.Store, *outbox.Outbox, *bytes.Buffer) {
	t.Helper()
	endpoint := moto.DynamoDB(t)
	client := dynamodb.NewFromConfig(aws.Config{Region: "eu-central-1", BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", "")})
	table := "probe-" + strings.ToLower(rand.Text())
	if err := dynamo.CreateTable(t.Context(), client, table); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			t.Error(err)
		}
	})
	box, err := outbox.Open(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	store, log := dynamo.New(client, table, time.Now), &bytes.Buffer{}
	site := &bundle.Bundle{Brand: bundle.Brand{From: "leads@example.com", FromName: "Example"}}
	return &probe.Watch{Probes: store, Sender: box, Bundle: func() *bundle.Bundle { return site }, Now: time.Now,
		Log: slog.New(slog.NewJSONHandler(&guarded{w: log}, nil))}, store, box, log
}

// guarded is a log that many write to.
type guarded struct {
	mu sync.Mutex
	w  io.Writer
}

func (g *guarded) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.w.Write(p)
}

func put(t *testing.T, s *dynamo.Store) lead.Probe {
	t.Helper()
	p, _, err := testKeys(t).NewProbe(time.Now(), rand.Reader)
	if err == nil {
		_, err = s.PutProbe(t.Context(), p)
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// However many are told of one probe at once, one of them mails it; and however many hear that it was delivered, one says so.
func TestOneOfManyMailsAProbe(t *testing.T) {
	w, store, box, log := office(t)
	p := put(t, store)
	together := func(do func() error) {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if err := do(); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	together(func() error { return w.Tell(t.Context(), p.ID, lead.ByStream) })
	if mails, err := box.Names(); err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	together(func() error { return w.Report(t.Context(), p.ID, lead.Delivered, "", time.Now()) })
	if got, err := store.Probe(t.Context(), p.ID); err != nil || got.State != lead.Delivered {
		t.Errorf("%+v, %v", got, err)
	}
	if n := strings.Count(log.String(), "has arrived"); n != 1 {
		t.Errorf("it arrived %d times:\n%s", n, log)
	}
}

// failing is a mail service that takes nothing until it is well again.
type failing struct {
	mail.Sender
	down bool
}

func (f *failing) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	if f.down {
		return mail.Receipt{}, errors.New("paused for owner@example.com")
	}
	return f.Sender.Send(ctx, m)
}

// While the mail service takes nothing, the mail is tried again every two minutes, and arrives when it does.
func TestAProbeWaitsForTheMailService(t *testing.T) {
	w, store, box, log := office(t)
	service := &failing{Sender: box, down: true}
	now := time.Now()
	w.Sender, w.Now = service, func() time.Time { return now }
	p := put(t, store)
	look := func() lead.Probe {
		t.Helper()
		if err := w.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := store.Probe(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if err := w.Tell(t.Context(), p.ID, lead.ByStream); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		now = now.Add(time.Minute)
		if got := look(); got.State != lead.Sending || !strings.Contains(got.Error, "paused") {
			t.Fatalf("while it is down: %+v", got)
		}
	}
	if n := strings.Count(log.String(), "was not mailed"); n != 4 {
		t.Errorf("tried %d times in six minutes:\n%s", n, log)
	}
	service.down = false
	now = now.Add(2 * time.Minute)
	if got := look(); got.State != lead.Accepted || got.Error != "" || got.By != lead.ByStream {
		t.Errorf("when it is up: %+v", got)
	}
	now = now.Add(lead.ProbeLimit)
	if got := look(); got.State != lead.Failed || strings.Count(log.String(), `"alarm":"probe"`) != 1 {
		t.Errorf("never delivered: %+v\n%s", got, log)
	}
}
