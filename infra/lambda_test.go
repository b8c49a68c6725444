package infra_test

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"leadsite/e2e/runtimeapi"
	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
)

// The functions run as the template starts them, in an account that a deploy has made: with the environment, the
// secrets, the bundle and the table that they will find there.
func TestFunctionsRunAsDeployed(t *testing.T) {
	c := newCloud(t)
	c.write("content/forms/contact.yaml", "title: Talk to us\nsubmit: Send\nsuccess: /about/\nnotify: [sales@"+c.name()+".example.com]\nfields:\n"+
		"  - {name: email, label: E-mail, type: email, required: true, autocomplete: email}\n")
	c.write("content/index.md", "---\ntitle: Ropes\ndescription: We make ropes.\nform: contact\n---\nSee [about](about.md).\n")
	c.verify()
	c.ok("--yes")
	store := dynamo.New(dynamodb.NewFromConfig(c.config()), "leads-of-"+c.name(), time.Now)

	id := c.submit(store)
	if answer := c.call(c.start("desk"), "GET", "/desk/v/nonsense", ""); answer.StatusCode < 400 || answer.StatusCode >= 500 {
		t.Errorf("desk answers %+v", answer)
	}
	if answer := c.call(c.start("desk"), "GET", view(t, nil, request{URI: "/desk/"})[0].URI, ""); answer.StatusCode != 404 || !strings.Contains(answer.Body, "</html>") {
		t.Errorf("desk answers at its root %+v", answer)
	}
	notify := c.start("notify")
	for range 20 { // a slow machine may leave something to the next minute
		if answer, err := notify.Invoke(t, []byte(`{"source": "aws.events", "detail-type": "Scheduled Event"}`)); err != nil {
			t.Fatalf("notify: %v, %s", err, answer)
		}
		told, err := store.Notifications(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if len(told) == 1 && told[0].State == lead.Accepted {
			return
		}
	}
	t.Error("sales were not told")
}

// submit sends a form until the table holds it: on a slow machine the function may turn to the queue.
func (c *cloud) submit(store *dynamo.Store) (id string) {
	c.Helper()
	submit := c.start("submit")
	for range 20 {
		answer := c.call(submit, "POST", "/api/forms/contact", url.Values{"email": {"sam@example.com"}}.Encode())
		if answer.StatusCode == 503 { // neither table nor queue answered within their two seconds
			continue
		}
		var stored struct{ ID string }
		if err := json.Unmarshal([]byte(answer.Body), &stored); err != nil || answer.StatusCode != 200 {
			c.Fatalf("submit answers %+v", answer)
		}
		if l, err := store.Get(c.Context(), stored.ID); err == nil && l.Email == "sam@example.com" {
			return l.ID
		}
	}
	c.Fatal("the lead never came to the table")
	return ""
}

// start runs a function with the environment that the template and the last deploy give it.
func (c *cloud) start(folder string, more ...string) *runtimeapi.Function {
	c.Helper()
	binary := runtimeapi.Build(c, "leadsite/functions/lambda/"+folder)
	data, err := os.ReadFile(filepath.Join(c.site, "dist", "bundle.json"))
	if err == nil {
		err = os.WriteFile(filepath.Join(filepath.Dir(binary), "bundle.json"), data, 0o644)
	}
	if err != nil {
		c.Fatal(err)
	}
	env := []string{"AWS_REGION=eu-central-1", "AWS_ENDPOINT_URL=" + c.moto}
	variables := app(c.T).Resources[functionOf(folder)].at("Environment", "Variables").(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		env = append(env, name+"="+c.resolve(at(variables[name], "Ref").(string)))
	}
	return runtimeapi.Start(c, binary, append(env, more...))
}

// resolve is what a reference of the template came to.
func (c *cloud) resolve(ref string) string {
	c.Helper()
	stack := c.stacks["leadsite-"+c.name()]
	if value, ok := stack.parameters[ref]; ok {
		return value
	}
	if ref == "FallbackQueue" {
		out, err := sqs.NewFromConfig(c.config()).CreateQueue(c.Context(), &sqs.CreateQueueInput{QueueName: aws.String("queue-of-" + c.name())})
		if err != nil {
			c.Fatal(err)
		}
		return *out.QueueUrl
	}
	value, ok := stack.outputs[ref]
	if !ok {
		c.Fatalf("a function is given %s, which the stack does not have", ref)
	}
	return value
}

// call sends a request as the HTTP API does, for a program that came by the edge.
func (c *cloud) call(f *runtimeapi.Function, method, path, body string) events.APIGatewayV2HTTPResponse {
	c.Helper()
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "ANY " + path, RawPath: path,
		Headers: map[string]string{"accept": "application/json", "content-type": "application/x-www-form-urlencoded",
			"x-leadsite-origin": strings.Split(c.resolve("OriginSecrets"), ",")[0], "x-leadsite-viewer": "192.0.2.7"},
		Body: base64.StdEncoding.EncodeToString([]byte(body)), IsBase64Encoded: true}
	event.RequestContext.HTTP.Method = method
	data, err := json.Marshal(event)
	if err != nil {
		c.Fatal(err)
	}
	var answer events.APIGatewayV2HTTPResponse
	response, err := f.Invoke(c, data)
	if err == nil {
		err = json.Unmarshal(response, &answer)
	}
	if err != nil {
		c.Fatal(err)
	}
	return answer
}
