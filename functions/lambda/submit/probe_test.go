package main_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"leadsite/e2e/runtimeapi"
	"leadsite/functions/lead"
)

// siteKeys are those of the secret in the parameter.
func siteKeys(t *testing.T, secret string) lead.Keys {
	t.Helper()
	keys, err := lead.ParseKeys(secret)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// token is one of a probe that set out at a time.
func token(t *testing.T, keys lead.Keys, at time.Time) (id, token string) {
	t.Helper()
	p, token, err := keys.NewProbe(at, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return p.ID, token
}

// post sends values to a path as the gateway does.
func post(t *testing.T, f *runtimeapi.Function, method, path string, values url.Values) events.APIGatewayV2HTTPResponse {
	t.Helper()
	event := events.APIGatewayV2HTTPRequest{Version: "2.0", RouteKey: "$default", RawPath: path, Body: values.Encode(),
		Headers: map[string]string{"accept": "application/json", "content-type": "application/x-www-form-urlencoded",
			"x-leadsite-origin": "new secret", "x-leadsite-viewer": "203.0.113.9"}}
	event.RequestContext.HTTP.Method = method
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
		t.Fatal(err)
	}
	return answer
}

// stored counts what the table holds.
func (c *cloud) stored(t *testing.T) (probes, leads int) {
	t.Helper()
	all, err := c.store.Probes(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range c.store.Export(t.Context()) {
		if err != nil || r.Lead == nil {
			t.Fatalf("%+v, %v", r, err)
		}
		leads++
	}
	return len(all), leads
}

// A synthetic lead is stored once, however often its token comes, with nothing of what else a request says.
func TestAProbe(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env())
	id, text := token(t, siteKeys(t, strings.Repeat("01", 32)), time.Now())
	values := visitor("a visitor's words")
	values.Set("token", text)
	for range 3 { // replayed
		if a := post(t, f, "POST", lead.ProbePath, values); a.StatusCode != 200 || a.Body != `{"id":"`+id+`"}`+"\n" {
			t.Errorf("answered %d %s", a.StatusCode, a.Body)
		}
	}
	p, err := c.store.Probe(t.Context(), id)
	if err != nil || p.State != lead.Pending {
		t.Errorf("stored as %+v, %v", p, err)
	}
	if probes, leads := c.stored(t); probes != 1 || leads != 0 {
		t.Errorf("the table holds %d probes and %d leads", probes, leads)
	}
	if a := post(t, f, "GET", lead.ProbePath, nil); a.StatusCode != 405 {
		t.Errorf("GET is answered %d", a.StatusCode)
	}
	if log := f.Logs(); strings.Contains(log, "visitor's words") || strings.Contains(log, "sam@") || strings.Contains(log, text) {
		t.Errorf("the log is\n%s", log)
	}
}

// Nobody without the secret makes a synthetic lead, and no token makes one of a visitor's submission.
func TestAProbeForged(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env())
	keys, other := siteKeys(t, strings.Repeat("01", 32)), siteKeys(t, strings.Repeat("02", 32))
	_, foreign := token(t, other, time.Now())
	_, late := token(t, keys, time.Now().Add(-lead.ProbeLife))
	_, early := token(t, keys, time.Now().Add(lead.ProbeLife+time.Hour)) // a clock that is ahead
	_, good := token(t, keys, time.Now())
	for what, text := range map[string]string{"none": "", "another site's": foreign, "an old one": late, "one of a fast clock": early,
		"cut": good[:len(good)-1], "changed": "B" + good[1:]} {
		if a := post(t, f, "POST", lead.ProbePath, url.Values{"token": {text}}); a.StatusCode != 404 {
			t.Errorf("%s is answered %d %s", what, a.StatusCode, a.Body)
		}
	}
	marked := visitor("buy my ropes")
	for _, name := range []string{"token", "_token", "probe", "_probe", "synthetic"} {
		marked.Set(name, good)
	}
	if a := post(t, f, "POST", "/api/forms/contact", marked); a.StatusCode != 200 {
		t.Errorf("a form is answered %d %s", a.StatusCode, a.Body)
	}
	if probes, leads := c.stored(t); probes != 0 || leads != 1 {
		t.Errorf("the table holds %d probes and %d leads", probes, leads)
	}
}

// A request that did not come by the edge is taken, and is an alarm: visitors come the same way.
func TestAProbeThatTheEdgeDoesNotVouchFor(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env("ORIGIN_SECRETS=rotated away"))
	_, text := token(t, siteKeys(t, strings.Repeat("01", 32)), time.Now())
	if a := post(t, f, "POST", lead.ProbePath, url.Values{"token": {text}}); a.StatusCode != 200 || !strings.Contains(f.Logs(), `"alarm":"no-address"`) {
		t.Errorf("answered %d %s\n%s", a.StatusCode, a.Body, f.Logs())
	}
}

// While the table is down, a synthetic lead is refused: it does not wait in the queue of leads.
func TestAProbeWhileTheTableIsDown(t *testing.T) {
	c := newCloud(t)
	f := runtimeapi.Start(t, c.binary, c.env("TABLE=nothing"))
	_, text := token(t, siteKeys(t, strings.Repeat("01", 32)), time.Now())
	if a := post(t, f, "POST", lead.ProbePath, url.Values{"token": {text}}); a.StatusCode != 503 || bytes.Contains([]byte(f.Logs()), []byte(`"alarm":"spool"`)) {
		t.Errorf("answered %d %s\n%s", a.StatusCode, a.Body, f.Logs())
	}
}
