package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"leadsite/e2e"
	"leadsite/e2e/moto"
	"leadsite/e2e/runtimeapi"
	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/store/dynamo"
)

// cloud is the function as deployed, and what it finds around it: a table and a mail service, both moto's.
type cloud struct {
	*testing.T
	function *runtimeapi.Function
	endpoint string
	table    string
	base     string // URL of the site
	client   *dynamodb.Client
	store    *dynamo.Store
}

// program is the compiled function, built once for all tests.
var program struct {
	once sync.Once
	data []byte
}

// identity is the domain that mail comes from; moto has verified it.
const identity = "leads.example.com"

func newCloud(t *testing.T, env ...string) *cloud {
	t.Helper()
	return newCloudOf(t, "https://www.example.com/", env...)
}

// newCloudOf is one of a site with a base URL.
func newCloudOf(t *testing.T, base string, env ...string) *cloud {
	t.Helper()
	c := &cloud{T: t, base: base, endpoint: moto.Start(t), table: strings.ReplaceAll("notify-"+t.Name(), "/", "-")}
	cfg := c.config()
	c.client = dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = &c.endpoint })
	c.ok(dynamo.CreateTable(t.Context(), c.client, c.table))
	c.store = dynamo.New(c.client, c.table, time.Now)
	program.once.Do(func() {
		data, err := os.ReadFile(runtimeapi.Build(t, "leadsite/functions/lambda/notify"))
		c.ok(err)
		program.data = data
		mails := sesv2.NewFromConfig(cfg, func(o *sesv2.Options) { o.BaseEndpoint = &c.endpoint })
		_, err = mails.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(identity)})
		c.ok(err)
	})
	param := "/leadsite/" + c.table + "/secret"
	parameters := ssm.NewFromConfig(cfg, func(o *ssm.Options) { o.BaseEndpoint = &c.endpoint })
	_, err := parameters.PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: &param, Value: aws.String(strings.Repeat("01", 32) + "\n"), Type: ssmtypes.ParameterTypeSecureString, Overwrite: aws.Bool(true)})
	c.ok(err)
	hooks := param + "/webhooks"
	_, err = parameters.PutParameter(t.Context(), &ssm.PutParameterInput{Name: &hooks, Type: ssmtypes.ParameterTypeSecureString, Overwrite: aws.Bool(true),
		Value: aws.String("# the customers' file\nCRM = whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n")})
	c.ok(err)
	c.function = runtimeapi.Start(t, c.install(), append([]string{"TABLE=" + c.table, "SECRET_PARAM=" + param, "AWS_ENDPOINT_URL=" + c.endpoint}, env...))
	return c
}

// config leads to moto with made-up credentials.
func (c *cloud) config() aws.Config {
	return aws.Config{Region: "eu-central-1", Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", "made-up")}
}

// install puts program and bundle into a folder, as a deployment does.
func (c *cloud) install() (binary string) {
	c.Helper()
	dir := c.TempDir()
	binary = filepath.Join(dir, "bootstrap")
	c.ok(os.WriteFile(binary, program.data, 0o755))
	var data bytes.Buffer
	c.ok(c.site().Write(&data))
	c.ok(os.WriteFile(filepath.Join(dir, "bundle.json"), data.Bytes(), 0o644))
	return binary
}

func (c *cloud) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// The webhooks of the form hooked: one with a secret, and one without.
const (
	hookSigned   = "https://127.0.0.1:9/leads"
	hookUnsigned = "https://127.0.0.1:9/other"
)

// site has one form, another one with webhooks, and the theme's own mail.
func (c *cloud) site() *bundle.Bundle {
	source := func(kind string) bundle.MailTemplate {
		read := func(part string) string {
			data, err := os.ReadFile(filepath.Join(e2e.Root(c), "themes", "default", "mail", kind+"."+part+".tmpl"))
			c.ok(err)
			return string(data)
		}
		return bundle.MailTemplate{Subject: read("subject"), Text: read("text"), HTML: read("html")}
	}
	contact := form.Form{Name: "contact", Lang: "en", Title: "Talk to us", Notify: []string{"sales@example.com"},
		RespondWithin: form.Duration(time.Hour), Fields: []form.Field{
			{Name: "name", Label: "Your name", Type: form.Text, Autocomplete: "name"},
			{Name: "email", Label: "Work e-mail", Type: form.Email},
			{Name: "message", Label: "How can we help?", Type: form.Textarea},
		}}
	hooked := contact
	hooked.Name = "hooked"
	hooked.Webhooks = []form.Webhook{{URL: hookSigned, Secret: "CRM"}, {URL: hookUnsigned, Secret: "NONE"}}
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example", BaseURL: c.base, Zone: "Pacific/Auckland", Langs: []string{"en"},
		Forms: map[string]map[string]*bundle.Form{"contact": {"en": {Form: contact}}, "hooked": {"en": {Form: hooked}}},
		Brand: bundle.Brand{Name: "Example", From: "leads@" + identity, FromName: "Example website", Owner: "owner@example.com"},
		Mail:  map[string]bundle.MailTemplate{"lead": source("lead"), "digest": source("digest")},
		// so wide a window that no test meets its end
		Limits: bundle.Limits{Submissions: 60, Mails: 20, Window: form.Duration(365 * 24 * time.Hour)},
	}
}

// put stores a lead and returns its id, 26 times the letter.
func (c *cloud) put(letter string) string { return c.putOf("contact", letter) }

// putOf stores a lead of a form.
func (c *cloud) putOf(name, letter string) string {
	c.Helper()
	id := strings.Repeat(letter, 26)
	l := lead.Lead{ID: id, Form: name, Lang: "en", Email: "sam@example.com", Page: "/pricing/", Fields: form.Values{
		"name": {Text: "Sam Visitor"}, "email": {Text: "sam@example.com"}, "message": {Text: "This is " + c.Name() + " " + letter}}}
	_, _, err := c.store.Put(c.Context(), l.Received(time.Now()))
	c.ok(err)
	return id
}

// inserted is a record of the stream.
func inserted(pk string, number int) string {
	return fmt.Sprintf(`{"eventID":"e%d","eventName":"INSERT","eventSource":"aws:dynamodb","awsRegion":"eu-central-1",
		"dynamodb":{"Keys":{"PK":{"S":%q},"SK":{"S":"#"}},"SequenceNumber":"%d","SizeBytes":40,"StreamViewType":"KEYS_ONLY"}}`, number, pk, number)
}

// invoke hands the function an event.
func (c *cloud) invoke(event string) string {
	c.Helper()
	answer, err := c.function.Invoke(c, []byte(event))
	c.ok(err)
	return string(answer)
}

func (c *cloud) stream(records ...string) string {
	c.Helper()
	return c.invoke(`{"Records":[` + strings.Join(records, ",") + `]}`)
}

// mails are those about this test's leads, oldest first.
func (c *cloud) mails() []mail.Received {
	c.Helper()
	return slices.DeleteFunc(c.allMails(), func(m mail.Received) bool { return !strings.Contains(m.Text, "This is "+c.Name()+" ") })
}

// allMails reads from moto what was mailed, also by other tests.
func (c *cloud) allMails() []mail.Received {
	c.Helper()
	response, err := http.Get(c.endpoint + "/moto-api/data.json")
	c.ok(err)
	defer response.Body.Close()
	var data struct {
		SES struct {
			RawMessage []struct {
				Raw string `json:"raw_data"`
			}
		} `json:"ses"`
	}
	c.ok(json.NewDecoder(response.Body).Decode(&data))
	var all []mail.Received
	for _, m := range data.SES.RawMessage {
		r, err := mail.Read([]byte(m.Raw))
		c.ok(err)
		all = append(all, r)
	}
	return all
}

func (c *cloud) mailed(want int) []mail.Received {
	c.Helper()
	got := c.mails()
	if len(got) != want {
		c.Fatalf("%d mails were sent, want %d\n%s", len(got), want, c.function.Logs())
	}
	return got
}

func TestARecordOfTheStreamBecomesAMailOnce(t *testing.T) {
	c := newCloud(t)
	id := c.put("a")
	for range 2 { // streams deliver at least once
		if got := c.stream(inserted("L#"+id, 1)); got != `{"batchItemFailures":[]}` {
			t.Errorf("answered %s", got)
		}
	}
	m := c.mailed(1)[0]
	if m.To != "sales@example.com" || m.ReplyTo != "sam@example.com" || m.Subject != "New lead: Sam Visitor (contact)" ||
		m.Header["References"] != "<lead-"+id+"@"+identity+">" || !strings.Contains(m.HTML, "Sam Visitor") || !strings.Contains(m.Text, "https://www.example.com/desk/v/?t=A") {
		t.Errorf("the mail is %+v", m)
	}
	l, err := c.store.Get(t.Context(), id)
	c.ok(err)
	last := l.Events[len(l.Events)-1]
	if l.Owner != "sales@example.com" || l.DueAt.IsZero() || last.Kind != lead.EventMail || last.State != "accepted" {
		t.Errorf("the lead is %+v", l)
	}
	if strings.Contains(c.function.Logs(), "sam@example.com") {
		t.Errorf("the log holds the visitor's address:\n%s", c.function.Logs())
	}
}

func TestThePoisonRecordAloneFails(t *testing.T) {
	c := newCloud(t)
	_, err := c.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &c.table, Item: map[string]types.AttributeValue{
		"PK": &types.AttributeValueMemberS{Value: "L#" + strings.Repeat("p", 26)}, "SK": &types.AttributeValueMemberS{Value: "#"},
		"status": &types.AttributeValueMemberS{Value: "new"}, "doc": &types.AttributeValueMemberS{Value: `{"id":`}}})
	c.ok(err)
	got := c.stream(inserted("L#"+c.put("a"), 1), inserted("L#"+strings.Repeat("p", 26), 2), inserted("L#"+c.put("b"), 3),
		inserted("L#not an id", 4), inserted("R#a counter", 5), inserted("L#"+strings.Repeat("g", 26), 6), inserted("L#"+c.put("c"), 7))
	if want := `{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"4"}]}`; got != want {
		t.Errorf("answered %s, want %s", got, want)
	}
	c.mailed(3)
}

// message is a record of the queue.
func message(id, body string) string {
	data, err := json.Marshal(map[string]string{"messageId": id, "receiptHandle": "r", "body": body, "eventSource": "aws:sqs", "awsRegion": "eu-central-1"})
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(data)
}

// What waited in the queue is stored with the time when it was received, once; what is no lead stays in the queue, and
// holds up nothing.
func TestTheQueueIsStored(t *testing.T) {
	c := newCloud(t)
	id := strings.Repeat("a", 26)
	l := lead.Lead{ID: id, Form: "contact", Lang: "en", Email: "sam@example.com", Person: "person", Fields: form.Values{
		"email": {Text: "sam@example.com"}, "message": {Text: "This is " + c.Name() + " a"}}}
	l = l.Received(time.Now().Add(-10 * time.Minute))
	text, err := l.Parcel()
	c.ok(err)
	poison := message("2", `{"parcel":1,"lead":{"id":"sam@example.com"}}`)
	for range 2 { // queues deliver at least once
		got := c.stream(message("1", text), poison, message("3", "sam@example.com"))
		if want := `{"batchItemFailures":[{"itemIdentifier":"2"},{"itemIdentifier":"3"}]}`; got != want {
			t.Errorf("answered %s", got)
		}
	}
	got, err := c.store.Get(t.Context(), id)
	c.ok(err)
	if !got.CreatedAt.Equal(l.CreatedAt) || got.Person != "person" || len(got.Events) != 1 || got.Fields["message"].Text != l.Fields["message"].Text {
		t.Errorf("stored as %+v", got)
	}
	if swept := c.invoke(`{"trigger":"sweep"}`); swept != `{"swept":1}` {
		t.Errorf("the sweeper answers %s", swept)
	}
	c.mailed(1)
	if strings.Contains(c.function.Logs(), "sam@example.com") {
		t.Errorf("the log holds the visitor's address:\n%s", c.function.Logs())
	}
}

// While the table is down, the queue keeps its messages.
func TestTheQueueWaitsForTheTable(t *testing.T) {
	c := newCloud(t, "TABLE=nothing")
	l := lead.Lead{ID: strings.Repeat("a", 26), Form: "contact"}
	text, err := l.Received(time.Now()).Parcel()
	c.ok(err)
	if got, want := c.stream(message("1", text)), `{"batchItemFailures":[{"itemIdentifier":"1"}]}`; got != want {
		t.Errorf("answered %s", got)
	}
}

func TestTheScheduleDeliversWhatNoRecordBrought(t *testing.T) {
	c := newCloud(t)
	c.put("a")
	c.put("b")
	for n, event := range []string{
		`{"version":"0","source":"aws.events","detail-type":"Scheduled Event","detail":{}}`, `{"trigger":"sweep"}`, `{"source":"aws.scheduler"}`,
	} {
		want := `{"swept":0}`
		if n == 0 {
			want = `{"swept":2}`
		}
		if got := c.invoke(event); got != want {
			t.Errorf("event %d was answered %s, want %s", n, got, want)
		}
	}
	c.mailed(2)
}

func TestAnEventOfNobody(t *testing.T) {
	c := newCloud(t)
	for _, event := range []string{`{}`, `{"source":"aws.s3"}`, `[]`, `{"Records":[{"eventSource":"aws:s3"}]}`, `{"Records":[17]}`, `{"Records":[{"eventSource":"aws:sqs"}]}`} {
		if answer, err := c.function.Invoke(t, []byte(event)); err == nil {
			t.Errorf("%s was answered %s", event, answer)
		}
	}
}

// TestTheFunctionEndsBeforeItIsEnded: with a mail service that never answers, the records are reported and not lost.
func TestTheFunctionEndsBeforeItIsEnded(t *testing.T) {
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { hole.Close() })
	c := newCloud(t, "AWS_ENDPOINT_URL_SESV2=http://"+hole.Addr().String())
	c.function.Timeout = 3 * time.Second
	a, b := c.put("a"), c.put("b")
	if got := c.stream(inserted("L#"+a, 1), inserted("L#"+b, 2)); got != `{"batchItemFailures":[{"itemIdentifier":"2"}]}` {
		t.Errorf("answered %s", got)
	}
	n, err := c.store.Notification(context.Background(), lead.NotificationKey{Lead: a, Kind: lead.KindLead, Recipient: "sales@example.com"})
	if err != nil || n.State != lead.Pending || !n.Due.After(time.Now()) {
		t.Errorf("the first mail is %+v, %v", n, err)
	}
	c.mailed(0)
}

// TestNotStarted: without what it needs the function says what is missing and ends.
func TestNotStarted(t *testing.T) {
	for name, tt := range map[string]struct{ env, want string }{
		"NoTable":  {"TABLE=", "reading the environment: TABLE must be set"},
		"NoSecret": {"SECRET_PARAM=/leadsite/nothing", "reading parameter /leadsite/nothing"},
		"NoBundle": {"LAMBDA_TASK_ROOT=/leadsite-nowhere", "reading the bundle"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, tt.env)
			if answer, err := c.function.Invoke(t, []byte(`{}`)); err == nil {
				t.Errorf("it answered %s", answer)
			}
			if c.function.Kill(); !strings.Contains(c.function.Logs(), tt.want) {
				t.Errorf("the log lacks %q:\n%s", tt.want, c.function.Logs())
			}
		})
	}
}
