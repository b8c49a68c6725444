package main_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"leadsite/e2e/moto"
	"leadsite/e2e/runtimeapi"
	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
)

// cloud is what the function finds around it: a table, a parameter with the secret, and its own folder.
type cloud struct {
	table, param string
	dynamoDB     string // endpoints
	ssm          string // moto, which has the queue, too
	queue        string // its URL
	binary       string
	store        *dynamo.Store
	queues       *awssqs.Client
}

// program is the compiled function, built once for all tests.
var program struct {
	once sync.Once
	data []byte
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	program.once.Do(func() {
		data, err := os.ReadFile(runtimeapi.Build(t, "leadsite/functions/lambda/submit"))
		if err != nil {
			t.Fatal(err)
		}
		program.data = data
	})
	name := unique()
	c := &cloud{table: name, param: "/leadsite/" + name + "/secret", dynamoDB: moto.DynamoDB(t), ssm: moto.Start(t)}
	c.binary = filepath.Join(t.TempDir(), "bootstrap")
	write(t, c.binary, program.data, 0o755)
	var data bytes.Buffer
	if err := site().Write(&data); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(filepath.Dir(c.binary), "bundle.json"), data.Bytes(), 0o644)
	c.fill(t)
	return c
}

func unique() string {
	b := make([]byte, 8)
	rand.Read(b)
	return "submit-" + hex.EncodeToString(b)
}

func write(t *testing.T, file string, data []byte, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, data, mode); err != nil {
		t.Fatal(err)
	}
}

// fill makes the table and the parameter.
func (c *cloud) fill(t *testing.T) {
	t.Helper()
	// The credentials are those that runtimeapi gives the function.
	cfg := aws.Config{Region: "eu-central-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "made-up", SecretAccessKey: "made-up", SessionToken: "made-up"}, nil
	})}
	tables := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = &c.dynamoDB })
	if err := dynamo.CreateTable(t.Context(), tables, c.table); err != nil {
		t.Fatal(err)
	}
	c.store = dynamo.New(tables, c.table, time.Now)
	parameters := ssm.NewFromConfig(cfg, func(o *ssm.Options) { o.BaseEndpoint = &c.ssm })
	c.queues = awssqs.NewFromConfig(cfg, func(o *awssqs.Options) { o.BaseEndpoint = &c.ssm })
	made, err := c.queues.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: &c.table})
	if err != nil {
		t.Fatal(err)
	}
	c.queue = *made.QueueUrl
	_, err = parameters.PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: &c.param, Value: aws.String(strings.Repeat("01", 32) + "\n"), Type: types.ParameterTypeSecureString,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// env is the function's environment, with some of it replaced.
func (c *cloud) env(changes ...string) []string {
	return append([]string{"TABLE=" + c.table, "QUEUE_URL=" + c.queue, "SECRET_PARAM=" + c.param, "ORIGIN_SECRETS=new secret,old secret",
		"AWS_REGION=eu-central-1", "AWS_ENDPOINT_URL_DYNAMODB=" + c.dynamoDB, "AWS_ENDPOINT_URL=" + c.ssm}, changes...)
}

func site() *bundle.Bundle {
	f := form.Form{Name: "contact", Lang: "en", Title: "Talk to us", Success: "/thanks/", Fields: []form.Field{
		{Name: "name", Label: "Your name", Type: form.Text},
		{Name: "email", Label: "E-mail", Type: form.Email, Required: true},
		{Name: "message", Label: "Message", Type: form.Textarea},
	}}
	page := []bundle.Chunk{{HTML: "<main>", Slot: bundle.Slot{Kind: bundle.SlotSummary}},
		{HTML: "<textarea>", Slot: bundle.Slot{Kind: bundle.SlotValue, Field: "message"}}, {HTML: "</textarea></main>"}}
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example", BaseURL: "https://www.example.com/", Langs: []string{"en"},
		Forms:  map[string]map[string]*bundle.Form{"contact": {"en": {Form: f, Schema: f.Schema(), Page: page}}},
		Limits: bundle.Limits{Submissions: 3, Mails: 20, Window: form.Duration(24 * time.Hour)},
		Brand:  bundle.Brand{Owner: "hello@example.com"},
	}
}

// invoke posts a form as the gateway does, and gives the answer.
func invoke(t *testing.T, f *runtimeapi.Function, accept, viewer string, values url.Values) events.APIGatewayV2HTTPResponse {
	t.Helper()
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "$default", RawPath: "/api/forms/contact",
		Headers: map[string]string{"accept": accept, "content-type": "application/x-www-form-urlencoded",
			"x-leadsite-origin": "old secret", "x-leadsite-viewer": viewer},
		Body: base64.StdEncoding.EncodeToString([]byte(values.Encode())), IsBase64Encoded: true}
	event.RequestContext.HTTP.Method = "POST"
	data, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	response, err := f.Invoke(t, data)
	if err != nil {
		t.Fatal(err)
	}
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(response, &answer); err != nil {
		t.Fatalf("%s: %v", response, err)
	}
	return answer
}

func visitor(message string) url.Values {
	return url.Values{"name": {"Sam Visitor"}, "email": {"sam@example.com"}, "message": {message}, "_page": {"/pricing/"}}
}

// The function as deployed: an event in, a redirect or an id out, the item in the table.
func TestSubmit(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env())
	const viewer = "203.0.113.9"
	if a := invoke(t, f, "text/html", viewer, visitor("one")); a.StatusCode != 303 || a.Headers["Location"] != "/thanks/" || a.Headers["X-Request-Id"] == "" {
		t.Errorf("a browser is answered %d %v", a.StatusCode, a.Headers)
	}
	a := invoke(t, f, "application/json", viewer, visitor("one"))
	var body struct{ ID string }
	if err := json.Unmarshal([]byte(a.Body), &body); err != nil || a.StatusCode != 200 {
		t.Fatalf("a program is answered %d %s", a.StatusCode, a.Body)
	}
	l, err := c.store.Get(t.Context(), body.ID)
	if err != nil {
		t.Fatal(err)
	}
	if l.Email != "sam@example.com" || l.Fields["message"].Text != "one" || l.Page != "/pricing/" || l.Status != lead.New || l.Wake.IsZero() || len(l.Events) != 2 {
		t.Errorf("the table holds %+v", l)
	}
	wrong := visitor("two </textarea>")
	wrong.Set("email", "sam")
	if a := invoke(t, f, "text/html", viewer, wrong); a.StatusCode != 422 || !strings.Contains(a.Body, "<textarea>two &lt;/textarea&gt;</textarea>") {
		t.Errorf("something wrong is answered %d %s", a.StatusCode, a.Body)
	}
	invoke(t, f, "text/html", viewer, visitor("three"))
	if a := invoke(t, f, "text/html", viewer, visitor("four")); a.StatusCode != 429 || a.Headers["Retry-After"] == "" {
		t.Errorf("the fourth is answered %d", a.StatusCode)
	}
	if a := invoke(t, f, "text/html", "198.51.100.1", visitor("five")); a.StatusCode != 303 {
		t.Errorf("another visitor is answered %d", a.StatusCode)
	}
	for _, secret := range []string{"sam@example.com", "Sam Visitor", viewer, "old secret", strings.Repeat("01", 32)} {
		if strings.Contains(f.Logs(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// blackHole is an endpoint that takes connections and never answers.
func blackHole(t *testing.T) string {
	t.Helper()
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hole.Close() })
	return "http://" + hole.Addr().String()
}

// waiting takes the leads out of the queue.
func (c *cloud) waiting(t *testing.T) (all []lead.Lead) {
	t.Helper()
	out, err := c.queues.ReceiveMessage(t.Context(), &awssqs.ReceiveMessageInput{QueueUrl: &c.queue, MaxNumberOfMessages: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range out.Messages {
		l, err := lead.ReadParcel(*m.Body)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// A table that never answers: the queue holds the lead, and the visitor is thanked, while the function has time left.
func TestTableHangs(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env("AWS_ENDPOINT_URL_DYNAMODB="+blackHole(t)))
	f.Timeout = 10 * time.Second // what the stack gives the function; beyond it the process is killed
	if a := invoke(t, f, "text/html", "203.0.113.9", visitor("kept")); a.StatusCode != 303 || a.Headers["Location"] != "/thanks/" {
		t.Errorf("answered %d %s", a.StatusCode, a.Body)
	}
	got := c.waiting(t)
	if len(got) != 1 || got[0].Fields["message"].Text != "kept" || got[0].Status != lead.New || got[0].Person == "" || got[0].Wake.IsZero() {
		t.Errorf("the queue holds %+v", got)
	}
	if !strings.Contains(f.Logs(), "held in the spool") || strings.Contains(f.Logs(), "sam@example.com") {
		t.Errorf("the log: %s", f.Logs())
	}
}

// Neither table nor queue answer: the visitor gets the form back, while the function has time left.
func TestTableAndQueueHang(t *testing.T) {
	c := newCloud(t)
	hole := blackHole(t)
	f := runtimeapi.Start(t, c.binary, c.env("AWS_ENDPOINT_URL_DYNAMODB="+hole, "AWS_ENDPOINT_URL_SQS="+hole))
	f.Timeout = 10 * time.Second
	a := invoke(t, f, "text/html", "203.0.113.9", visitor("kept </textarea>"))
	if a.StatusCode != 503 || !strings.Contains(a.Body, "kept &lt;/textarea&gt;") || !strings.Contains(a.Body, "mailto:hello@example.com") {
		t.Errorf("answered %d %s", a.StatusCode, a.Body)
	}
}

// Without what it needs the function says what is missing and does not start.
func TestNotStarted(t *testing.T) {
	c := newCloud(t)
	for change, want := range map[string]string{
		"QUEUE_URL=":                         "QUEUE_URL must be set",
		"TABLE=":                             "reading the environment: TABLE must be set",
		"ORIGIN_SECRETS=":                    "ORIGIN_SECRETS must be set",
		"SECRET_PARAM=/leadsite/nothing":     "reading parameter /leadsite/nothing",
		"LAMBDA_TASK_ROOT=/leadsite-nowhere": "reading the bundle",
	} {
		f := runtimeapi.Start(t, c.binary, c.env(change))
		if response, err := f.Invoke(t, []byte("{}")); err == nil {
			t.Errorf("%s: it answers %s", change, response)
		}
		if f.Kill(); !strings.Contains(f.Logs(), want) {
			t.Errorf("%s: the log lacks %q: %s", change, want, f.Logs())
		}
	}
}
