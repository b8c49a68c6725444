package infra_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"leadsite/e2e/program"
	"leadsite/e2e/runtimeapi"
	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
)

// way is all that a lead passes after a deploy: the functions as processes, with the environment of the template, and
// between them what AWS does, as the template has it. The edge hands requests on to submit; the stream and the events of
// mail come when a test says so.
type way struct {
	*cloud
	submit, notify *runtimeapi.Function
	ses            *httptest.Server // in front of moto's
	store          *dynamo.Store
	after          func(id string) // a probe was stored, and its answer is on its way

	mu    sync.Mutex
	mails []map[string]any // as SES was asked to send them
}

// open starts the functions of a site that is deployed.
func (c *cloud) open() *way {
	c.Helper()
	w := &way{cloud: c, store: dynamo.New(dynamodb.NewFromConfig(c.config()), "leads-of-"+c.name(), time.Now), after: func(string) {}}
	target, err := url.Parse(c.moto)
	if err != nil {
		c.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	w.ses = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var mail map[string]any
		if err == nil {
			err = json.Unmarshal(body, &mail)
		}
		if err != nil {
			c.Error(err)
		}
		w.mu.Lock()
		w.mails = append(w.mails, mail)
		w.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(rw, r)
	}))
	c.Cleanup(w.ses.Close)
	// moto keeps it for the whole run: it may be there from another test
	_, _ = sesv2.NewFromConfig(c.config()).CreateConfigurationSet(c.Context(), &sesv2.CreateConfigurationSetInput{ConfigurationSetName: aws.String("mails")})
	w.submit, w.notify = c.start("submit"), c.start("notify", "AWS_ENDPOINT_URL_SESV2="+w.ses.URL)
	return w
}

// ServeHTTP and RoundTrip are the edge, for visitors and for the test lead of a deploy.
func (w *way) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		w.Error(err)
	}
	answer := w.call(w.submit, r.Method, r.URL.Path, string(body))
	rw.WriteHeader(answer.StatusCode)
	io.WriteString(rw, answer.Body)
}

func (w *way) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	var stored struct{ ID string }
	if err := json.Unmarshal(rec.Body.Bytes(), &stored); err == nil && stored.ID != "" {
		w.after(stored.ID)
	}
	return rec.Result(), nil
}

// sent are the mails so far.
func (w *way) sent() []map[string]any {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.mails)
}

// stream brings notify the insert of a probe.
func (w *way) stream(id string) {
	w.Helper()
	record := fmt.Sprintf(`{"eventID":"1","eventName":"INSERT","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",
		"dynamodb":{"Keys":{"PK":{"S":%q},"SK":{"S":%q}},"SequenceNumber":"1","StreamViewType":"KEYS_ONLY"}}`, dynamo.ProbeKey, id)
	if !app(w.T).streams(w.T, read(w.T, record)) {
		w.Fatalf("the template's filter does not pass %s", record)
	}
	w.invoke(`{"Records":[` + record + `]}`)
}

// event tells notify what became of the last mail, with the tags that it was sent with.
func (w *way) event(kind, what string) {
	w.Helper()
	all := w.sent()
	mail := all[len(all)-1]
	tags := map[string][]string{"ses:configuration-set": {mail["ConfigurationSetName"].(string)}}
	for _, tag := range mail["EmailTags"].([]any) {
		tags[at(tag, "Name").(string)] = []string{at(tag, "Value").(string)}
	}
	text, err := json.Marshal(tags)
	if err != nil {
		w.Fatal(err)
	}
	event := fmt.Sprintf(`{"source":"aws.ses","detail":{"eventType":%q,"mail":{"timestamp":%q,"messageId":"0100","tags":%s}%s}}`,
		kind, time.Now().UTC().Format(time.RFC3339Nano), text, what)
	if !passes(app(w.T).Resources["MailEvents"].at("EventPattern"), read(w.T, event)) {
		w.Fatalf("the template's rule does not pass %s", event)
	}
	w.invoke(event)
}

// read is a JSON text as Go values.
func read(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func (w *way) invoke(event string) {
	w.Helper()
	if answer, err := w.notify.Invoke(w, []byte(event)); err != nil {
		w.Fatalf("notify: %v, %s\n%s", err, answer, w.notify.Logs())
	}
}

// The synthetic lead of a day, from the schedule to its delivery, over every function and what is between them; and then
// nobody but who watches can find it.
func TestASyntheticLeadGoesTheWholeWay(t *testing.T) {
	c := newCloud(t)
	var found atomic.Pointer[way]
	edge := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { found.Load().ServeHTTP(rw, r) }))
	defer edge.Close()
	c.write("content/site.yaml", "title: "+c.title+"\nbase_url: "+edge.URL+"/\nmail: {from: leads@"+c.name()+".example.com}\norganization: {name: Ropes, email: owner@example.com}\n")
	c.ok("--yes")
	c.verify()
	w := c.open()
	found.Store(w)

	w.invoke(at(app(t).Resources["EveryDay"].at("Targets").([]any)[0], "Input").(string))
	probes, err := w.store.Probes(t.Context(), 10)
	if err != nil || len(probes) != 1 || probes[0].State != lead.Pending {
		t.Fatalf("after it set out: %+v, %v\n%s\n%s", probes, err, w.submit.Logs(), w.notify.Logs())
	}
	w.stream(probes[0].ID)
	if mails := w.sent(); len(mails) != 1 || fmt.Sprint(at(mails[0], "Destination", "ToAddresses")) != "[success@simulator.amazonses.com]" {
		t.Fatalf("mailed %v", mails)
	}
	w.event("Delivery", "")
	if p, err := w.store.Probe(t.Context(), probes[0].ID); err != nil || p.State != lead.Delivered || p.By != lead.ByStream {
		t.Errorf("at the end %+v, %v", p, err)
	}
	if log := w.submit.Logs() + w.notify.Logs(); strings.Contains(log, `"alarm"`) || strings.Count(log, `"state":"delivered"`) != 1 {
		t.Errorf("the logs are\n%s", log)
	}
	w.leavesNoTrace()
}

// leavesNoTrace holds all that owners and sales see, and the table itself, against what a synthetic lead must not be in.
func (w *way) leavesNoTrace() {
	w.Helper()
	table := "dynamodb:leads-of-" + w.name()
	for _, args := range [][]string{{"leads", "list", "--status", "any", "--json"}, {"leads", "export"}, {"leads", "parked", "--json"}} {
		out := program.Run(w, append(args, "--store", table, "--state", w.TempDir())...)
		if strings.Contains(out, "simulator") || strings.Contains(out, `"id"`) || strings.Contains(out, `"kind":"lead"`) {
			w.Errorf("%v prints\n%s", args, out)
		}
	}
	out, err := dynamodb.NewFromConfig(w.config()).Scan(w.Context(), &dynamodb.ScanInput{TableName: aws.String("leads-of-" + w.name())})
	if err != nil || len(out.Items) != 1 {
		w.Fatalf("the table holds %v, %v", out, err)
	}
	for _, name := range []string{"inbox", "person", "due", "status", "email"} { // the keys of indexes among them
		if out.Items[0][name] != nil {
			w.Errorf("it has the attribute %s", name)
		}
	}
	if pk := out.Items[0]["PK"].(*types.AttributeValueMemberS).Value; pk != dynamo.ProbeKey {
		w.Errorf("it lies at %s", pk)
	}
}

// A deploy waits for its test lead, and says what became of it.
func TestDeployWaitsForItsTestLead(t *testing.T) {
	c := newCloud(t)
	if out := c.ok("--yes"); !strings.Contains(out, "not tested: nothing is mailed until AWS knows that "+c.name()+".example.com is yours") {
		t.Errorf("unverified:\n%s", out)
	}
	c.verify()
	if out := c.ok("--yes"); !strings.Contains(out, "tested, and the site takes no leads: sending a synthetic lead: ") || !strings.Contains(out, "nobody is out there") {
		t.Errorf("without a way to the site:\n%s", out)
	}
	w := c.open()
	c.outside = w
	delivered := func(id string) { w.stream(id); w.event("Delivery", "") }
	for _, tc := range []struct {
		name  string
		after func(id string)
		said  string
	}{
		{"all works", delivered, "tested: a lead went from outside to a delivered mail in "},
		{"the stream does not work", func(string) {}, "tested: a lead was stored, and the function notify did not take it up within 1ms; it may come yet"},
		{"no event comes", w.stream, "tested: SES took the mail about a lead, and reported no delivery within 1ms; it may come yet"},
		{"SES rejects it", func(id string) { w.stream(id); w.event("Reject", `,"reject":{"reason":"Bad content"}`) }, "tested: a lead did not arrive: rejected: Bad content"},
		{"it bounces", func(id string) {
			w.stream(id)
			w.event("Bounce", `,"bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList"}`)
		}, "tested: a lead did not arrive: bounced: Permanent, OnAccountSuppressionList"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w.after = tc.after
			if out := c.ok("--yes"); !strings.Contains(out, tc.said) {
				t.Errorf("said:\n%s", out)
			}
		})
	}
	t.Run("a clock ten minutes off", func(t *testing.T) {
		w.after = delivered
		for _, c.skew = range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
			if out := c.ok("--yes"); !strings.Contains(out, "tested: a lead went from outside to a delivered mail in ") {
				t.Errorf("said:\n%s", out)
			}
		}
		c.skew = 0
	})
	t.Run("SES does not take the mail", func(t *testing.T) {
		w.ses.CloseClientConnections()
		w.ses.Close()
		w.after = w.stream
		if out := c.ok("--yes"); !strings.Contains(out, "tested: a lead was stored, and is not mailed yet: the mail was not sent: ") {
			t.Errorf("said:\n%s", out)
		}
	})
	t.Run("the table cannot be read", func(t *testing.T) {
		endpoint := c.moto
		defer func() { c.moto = endpoint }()
		c.moto = "http://127.0.0.1:1"
		w.after = func(string) {}
		if out := c.ok("--yes"); !strings.Contains(out, "tested, and what became of it cannot be seen: getting probe ") {
			t.Errorf("said:\n%s", out)
		}
	})
	t.Run("the site takes no leads", func(t *testing.T) {
		c.outside = roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 404, Body: io.NopCloser(strings.NewReader("<html>"))}, nil
		})
		if out := c.ok("--yes"); !strings.Contains(out, "tested, and the site takes no leads: sending a synthetic lead: https://d1.cloudfront.net/api/probe answers 404") {
			t.Errorf("said:\n%s", out)
		}
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
