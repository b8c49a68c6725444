package intake_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"leadsite/functions/gateway"
)

// The ways by which a request reaches the handler: a server's socket, and events of API Gateway, whose bodies come as
// they are or in base64.
const (
	server      = ""
	plainEvent  = "plain event"
	base64Event = "event in base64"
)

// throughDoors runs a test with a site behind each door.
func throughDoors(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	for _, door := range []string{server, plainEvent, base64Event} {
		name := door
		if door == server {
			name = "server"
		}
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			s.door = door
			test(t, s)
		})
	}
}

// sendEvent hands the request to the gateway as API Gateway would, by way of JSON.
func (s *site) sendEvent(req *http.Request) answer {
	s.t.Helper()
	g, err := gateway.New(s.handler, s.bundle.BaseURL, "secret")
	if err != nil {
		s.t.Fatal(err)
	}
	sent, err := json.Marshal(s.event(req))
	if err != nil {
		s.t.Fatal(err)
	}
	var received events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(sent, &received); err != nil {
		s.t.Fatal(err)
	}
	out, err := g.Handle(context.Background(), received)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{out.StatusCode, http.Header{}, out.Body}
	for name, value := range out.Headers {
		a.header.Set(name, value)
	}
	if out.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(out.Body)
		if err != nil {
			s.t.Fatal(err)
		}
		a.body = string(body)
	}
	return a
}

// event is the request as API Gateway tells of it: names of headers in lower case, several values joined by commas, and
// in base64 what is no text.
func (s *site) event(req *http.Request) events.APIGatewayV2HTTPRequest {
	s.t.Helper()
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: req.URL.Path, RawQueryString: req.URL.RawQuery,
		Headers: map[string]string{"host": "abc.execute-api.example", "x-leadsite-origin": "secret", "x-leadsite-viewer": "192.0.2.1"}}
	e.RequestContext.HTTP.Method = req.Method
	for name, values := range req.Header {
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	if req.Body == nil {
		return e
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	e.Body, e.IsBase64Encoded = string(body), false
	if s.door == base64Event || !utf8.Valid(body) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}
