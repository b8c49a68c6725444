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
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
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
	*testing.T
	table, param string
	dynamoDB     string // endpoints
	ssm          string
	binary       string
	tables       *dynamodb.Client
	store        *dynamo.Store
	keys         lead.Keys
}

// program is the compiled function, built once for all tests.
var program struct {
	once sync.Once
	data []byte
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	program.once.Do(func() {
		data, err := os.ReadFile(runtimeapi.Build(t, "leadsite/functions/lambda/desk"))
		if err != nil {
			t.Fatal(err)
		}
		program.data = data
	})
	b := make([]byte, 8)
	rand.Read(b)
	name := "desk-" + hex.EncodeToString(b)
	c := &cloud{T: t, table: name, param: "/leadsite/" + name + "/secret", dynamoDB: moto.DynamoDB(t), ssm: moto.Start(t)}
	c.binary = filepath.Join(t.TempDir(), "bootstrap")
	c.ok(os.WriteFile(c.binary, program.data, 0o755))
	var data bytes.Buffer
	c.ok(site().Write(&data))
	c.ok(os.WriteFile(filepath.Join(filepath.Dir(c.binary), "bundle.json"), data.Bytes(), 0o644))
	c.fill()
	return c
}

func (c *cloud) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

// fill makes the table and the parameter.
func (c *cloud) fill() {
	c.Helper()
	// The credentials are those that runtimeapi gives the function.
	cfg := aws.Config{Region: "eu-central-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "made-up", SecretAccessKey: "made-up", SessionToken: "made-up"}, nil
	})}
	c.tables = dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) { o.BaseEndpoint = &c.dynamoDB })
	c.ok(dynamo.CreateTable(c.Context(), c.tables, c.table))
	c.store = dynamo.New(c.tables, c.table, time.Now)
	secrets := strings.Repeat("01", lead.KeySize) + "\n"
	parameters := ssm.NewFromConfig(cfg, func(o *ssm.Options) { o.BaseEndpoint = &c.ssm })
	_, err := parameters.PutParameter(c.Context(), &ssm.PutParameterInput{Name: &c.param, Value: &secrets, Type: types.ParameterTypeSecureString})
	c.ok(err)
	c.keys, err = lead.ParseKeys(secrets)
	c.ok(err)
}

// env is the function's environment, with some of it replaced.
func (c *cloud) env(changes ...string) []string {
	return append([]string{"TABLE=" + c.table, "SECRET_PARAM=" + c.param, "AWS_REGION=eu-central-1",
		"AWS_ENDPOINT_URL_DYNAMODB=" + c.dynamoDB, "AWS_ENDPOINT_URL=" + c.ssm}, changes...)
}

func site() *bundle.Bundle {
	f := form.Form{Name: "contact", Lang: "en", Title: "Talk to us", Notify: []string{"sales@example.com"}, Fields: []form.Field{
		{Name: "name", Label: "Your name", Type: form.Text, Autocomplete: "name"}, {Name: "message", Label: "Message", Type: form.Textarea}}}
	return &bundle.Bundle{
		Version: bundle.Version, Site: "Example", BaseURL: "https://www.example.com/", Zone: "Pacific/Auckland", Langs: []string{"en"},
		Forms:   map[string]map[string]*bundle.Form{"contact": {"en": {Form: f}}},
		Reasons: []string{"no budget"}, Brand: bundle.Brand{Accent: "#1d4d6b"},
	}
}

// link stores a lead and gives the path of the link that was mailed about it.
func (c *cloud) link() string {
	c.Helper()
	l := lead.Lead{ID: strings.Repeat("h", 26), Form: "contact", Lang: "en", Email: "sam@example.com",
		Fields: form.Values{"name": {Text: "Sam Visitor"}, "message": {Text: "<script>alert(1)</script>"}}}
	_, _, err := c.store.Put(c.Context(), l.Received(time.Date(2026, 11, 23, 9, 15, 4, 0, time.UTC)))
	c.ok(err)
	token, err := c.keys.NewLink(lead.Link{Lead: l.ID, Recipient: "sales@example.com", Actions: lead.Actions(), Expires: time.Now().Add(time.Hour)})
	c.ok(err)
	return lead.LinkPath(token)
}

// invoke hands the function a request as the gateway does, with a host that is not the site's.
func (c *cloud) invoke(f *runtimeapi.Function, method, path string, values url.Values, headers ...string) events.APIGatewayV2HTTPResponse {
	c.Helper()
	path, query, _ := strings.Cut(path, "?")
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "$default", RawPath: path, RawQueryString: query, Headers: map[string]string{"host": "abc.execute-api.example"}}
	event.RequestContext.HTTP.Method = method
	if method == "POST" {
		event.Headers["content-type"] = "application/x-www-form-urlencoded"
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString([]byte(values.Encode())), true
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		event.Headers[strings.ToLower(name)] = value
	}
	data, err := json.Marshal(event)
	c.ok(err)
	response, err := f.Invoke(c, data)
	c.ok(err)
	var answer events.APIGatewayV2HTTPResponse
	c.ok(json.Unmarshal(response, &answer))
	return answer
}

// items is the whole table.
func (c *cloud) items() any {
	c.Helper()
	out, err := c.tables.Scan(c.Context(), &dynamodb.ScanInput{TableName: &c.table, ConsistentRead: aws.Bool(true)})
	c.ok(err)
	return out.Items
}

// TestDesk is the function as deployed: a page, a press, the item in the table, and refusals that change nothing.
func TestDesk(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env())
	path := c.link()
	before := c.items()
	page := c.invoke(f, "GET", path, nil)
	press := regexp.MustCompile(`name="press" value="([^"]+)"`).FindStringSubmatch(page.Body)
	if page.StatusCode != 200 || press == nil || !strings.Contains(page.Body, "Sam Visitor") || !strings.Contains(page.Body, "&lt;script&gt;alert(1)") ||
		!strings.Contains(page.Body, "Monday 23 November, 22:15") || page.Headers["Cache-Control"] != "no-store" || page.Headers["Referrer-Policy"] != "no-referrer" {
		t.Fatalf("the page is %d %v\n%s", page.StatusCode, page.Headers, page.Body)
	}
	if head := c.invoke(f, "HEAD", path, nil); head.StatusCode != 200 || head.Body != "" {
		t.Errorf("HEAD is answered %d %q", head.StatusCode, head.Body)
	}
	values := url.Values{"status": {"unfit"}, "reason": {"no budget"}, "press": {press[1]}}
	for what, a := range map[string]events.APIGatewayV2HTTPResponse{
		"another site":        c.invoke(f, "POST", path, values, "Sec-Fetch-Site: cross-site"),
		"another origin":      c.invoke(f, "POST", path, values, "Origin: https://evil.example"),
		"the gateway's own":   c.invoke(f, "POST", path, values, "Origin: https://abc.execute-api.example"),
		"a truncated link":    c.invoke(f, "POST", path[:len(path)-4], values),
		"a press of no page":  c.invoke(f, "POST", path, url.Values{"status": {"won"}, "press": {press[1] + "A"}}),
		"an action of nobody": c.invoke(f, "POST", path, url.Values{"status": {"deleted"}, "press": {press[1]}}),
	} {
		if a.StatusCode != 400 || strings.Contains(a.Body, "Sam Visitor") || a.Headers["Content-Type"] != "text/html; charset=utf-8" {
			t.Errorf("%s is answered %d %s", what, a.StatusCode, a.Body)
		}
	}
	if after := c.items(); !reflect.DeepEqual(before, after) {
		t.Errorf("the table was %v, and is %v", before, after)
	}
	if a := c.invoke(f, "POST", path, values, "Origin: https://www.example.com", "Sec-Fetch-Site: same-origin"); a.StatusCode != 303 || a.Headers["Location"] != path {
		t.Errorf("a press is answered %d %v %s", a.StatusCode, a.Headers, a.Body)
	}
	if a := c.invoke(f, "POST", path, values, "Origin: https://www.example.com"); a.StatusCode != 400 || !strings.Contains(a.Body, "Nothing was changed") {
		t.Errorf("sent again it is answered %d", a.StatusCode)
	}
	l, err := c.store.Get(t.Context(), strings.Repeat("h", 26))
	c.ok(err)
	if last, ok := l.Standing(); !ok || l.Status != lead.Unfit || last.By != "sales@example.com" || last.Via != "link" || last.Reason != "no budget" || len(l.Moves()) != 1 {
		t.Errorf("the lead is %+v", l)
	}
	for _, secret := range []string{"sam@example.com", "sales@example.com", "Sam Visitor", strings.TrimPrefix(path, lead.LinkPath("")), strings.Repeat("01", 32)} {
		if strings.Contains(f.Logs(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// TestTableHangs: whoever presses is told so while the function has time left.
func TestTableHangs(t *testing.T) {
	c := newCloud(t)
	hole, err := net.Listen("tcp", "127.0.0.1:0")
	c.ok(err)
	t.Cleanup(func() { hole.Close() })
	f := runtimeapi.Start(t, c.binary, c.env("AWS_ENDPOINT_URL_DYNAMODB=http://"+hole.Addr().String()))
	f.Timeout = 20 * time.Second
	if a := c.invoke(f, "GET", c.link(), nil); a.StatusCode != 503 || !strings.Contains(a.Body, a.Headers["X-Request-Id"]) {
		t.Errorf("answered %d %s", a.StatusCode, a.Body)
	}
}

// TestNotStarted: without what it needs the function says what is missing and does not start.
func TestNotStarted(t *testing.T) {
	c := newCloud(t)
	for change, want := range map[string]string{
		"TABLE=":                             "reading the environment: TABLE must be set",
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
