package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"leadsite/functions/gateway"
)

// seen is what a handler saw of a request.
type seen struct {
	Method, Path, URI, Query, Host, Body, Viewer string
	Length                                       int64
	Header                                       http.Header
}

func look(r *http.Request) seen {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = []byte(err.Error())
	}
	s := seen{Method: r.Method, Path: r.URL.Path, URI: r.RequestURI, Query: r.URL.RawQuery, Host: r.Host, Body: string(body),
		Length: r.ContentLength, Header: r.Header}
	if addr, ok := gateway.ClientIP(r); ok {
		s.Viewer = addr.String()
	}
	return s
}

func event(t testing.TB, name string) events.APIGatewayV2HTTPRequest {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(data, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func handle(t testing.TB, e events.APIGatewayV2HTTPRequest, h http.HandlerFunc) events.APIGatewayV2HTTPResponse {
	t.Helper()
	g, err := gateway.New(h, "https://www.example.com/shop/", "new secret", "old secret", "")
	if err != nil {
		t.Fatal(err)
	}
	answer, err := g.Handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// through gives what the handler saw of an event.
func through(t testing.TB, e events.APIGatewayV2HTTPRequest) seen {
	t.Helper()
	var s seen
	handle(t, e, func(_ http.ResponseWriter, r *http.Request) { s = look(r) })
	return s
}

func TestRequests(t *testing.T) {
	const form = "name=Sam+Visitor&email=sam%40example.com&team=50%2B&message=Hello&consent=yes&_page=%2Fpricing%2F"
	const jsonBody = `{"name":"José","email":"jose@example.com","consent":"yes"}`
	for name, want := range map[string]seen{
		"form-base64":  {Method: "POST", Path: "/api/forms/contact", URI: "/api/forms/contact", Body: form, Length: int64(len(form))},
		"form-plain":   {Method: "POST", Path: "/api/forms/contact", URI: "/api/forms/contact", Body: form, Length: int64(len(form))},
		"json":         {Method: "POST", Path: "/api/forms/contact", URI: "/api/forms/contact", Body: jsonBody, Length: int64(len(jsonBody))},
		"query":        {Method: "GET", Path: "/api/challenge", URI: "/api/challenge?form=contact&a=1&a=2&b=%C3%BC+x", Query: "form=contact&a=1&a=2&b=%C3%BC+x"},
		"cookies":      {Method: "GET", Path: "/desk/", URI: "/desk/"},
		"odd-path":     {Method: "GET", Path: "//evil.example/ü %zz/../x", URI: "//evil.example/%C3%BC%20%25zz/../x"},
		"encoded-path": {Method: "GET", Path: "/desk/v/a/b c", URI: "/desk/v/a%2Fb%20c"},
	} {
		want.Host, want.Viewer = "www.example.com", "203.0.113.9"
		got := through(t, event(t, name))
		header := got.Header
		got.Header = nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		for _, dropped := range []string{"X-Leadsite-Origin", "X-Leadsite-Viewer", "X-Forwarded-For", "Host"} {
			if header.Get(dropped) != "" {
				t.Errorf("%s: header %s is passed on", name, dropped)
			}
		}
	}
}

func TestHeadersAndCookies(t *testing.T) {
	h := through(t, event(t, "cookies")).Header
	if h.Get("Accept-Language") != "de,en;q=0.5" || h.Get("Cookie") != "__Host-desk=abc; theme=dark" {
		t.Errorf("got %v", h)
	}
	r := &http.Request{Header: h}
	if c, err := r.Cookie("theme"); err != nil || c.Value != "dark" {
		t.Errorf("cookie %v, %v", c, err)
	}
}

// The address is believed beside either secret, and beside nothing else.
func TestViewer(t *testing.T) {
	for _, c := range []struct {
		secret, viewer, want string
	}{
		{"new secret", "2001:db8::1", "2001:db8::1"},
		{"old secret", "203.0.113.9", "203.0.113.9"},
		{"", "203.0.113.9", ""},
		{"old secre", "203.0.113.9", ""},
		{"old secret,old secret", "203.0.113.9", ""},
		{"old secret", "203.0.113.9, 198.51.100.1", ""},
		{"old secret", "", ""},
	} {
		e := event(t, "query")
		e.Headers[strings.ToLower(gateway.SecretHeader)] = c.secret
		e.Headers[strings.ToLower(gateway.ViewerHeader)] = c.viewer
		if got := through(t, e).Viewer; got != c.want {
			t.Errorf("secret %q, viewer %q: got %q, want %q", c.secret, c.viewer, got, c.want)
		}
	}
	r, _ := http.NewRequest("GET", "/", nil)
	if addr, ok := gateway.ClientIP(r); ok {
		t.Errorf("a request that came another way is from %v", addr)
	}
}

func TestHostIsTheSites(t *testing.T) {
	e := event(t, "query")
	e.Headers["host"], e.Headers["x-forwarded-host"], e.RequestContext.DomainName = "evil.example", "evil.example", "evil.example"
	got := through(t, e)
	if got.Host != "www.example.com" {
		t.Errorf("host %q", got.Host)
	}
	for _, bad := range []string{"", "/shop/", "www.example.com", "http://%zz/"} {
		if _, err := gateway.New(http.NotFoundHandler(), bad); err == nil {
			t.Errorf("base URL %q is taken", bad)
		}
	}
}

func TestCrookedBody(t *testing.T) {
	e := event(t, "form-base64")
	e.Body = "not base64!"
	answer := handle(t, e, func(http.ResponseWriter, *http.Request) { t.Error("it is passed on") })
	if answer.StatusCode != 400 || answer.Body != "The request could not be read.\n" {
		t.Errorf("got %d %q", answer.StatusCode, answer.Body)
	}
}

func TestAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		handle http.HandlerFunc
		want   events.APIGatewayV2HTTPResponse
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, events.APIGatewayV2HTTPResponse{StatusCode: 200}},
		{"a redirect", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/thanks/")
			w.WriteHeader(303)
			w.Header().Set("Late", "x")
			w.WriteHeader(500)
		}, events.APIGatewayV2HTTPResponse{StatusCode: 303, Headers: map[string]string{"Location": "/thanks/"}}},
		{"text of an unknown type", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "héllo") },
			events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": "text/plain; charset=utf-8"}, Body: "héllo"}},
		{"JSON", typed("application/json; charset=utf-8", `{"id":"x"}`),
			events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": "application/json; charset=utf-8"}, Body: `{"id":"x"}`}},
		{"an image", typed("image/png", "\x89PNG"), inBase64("image/png", "\x89PNG")},
		{"text that is none", typed("text/plain", "\xff"), inBase64("text/plain", "\xff")},
		{"several of one header, and cookies", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Vary", "Accept")
			w.Header().Add("Vary", "Cookie")
			http.SetCookie(w, &http.Cookie{Name: "a", Value: "1"})
			http.SetCookie(w, &http.Cookie{Name: "b", Value: "2"})
			w.WriteHeader(204)
		}, events.APIGatewayV2HTTPResponse{StatusCode: 204, Headers: map[string]string{"Vary": "Accept, Cookie"}, Cookies: []string{"a=1", "b=2"}}},
		{"line breaks in a header", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/a\r\nSet-Cookie: x=y")
			w.WriteHeader(303)
		}, events.APIGatewayV2HTTPResponse{StatusCode: 303, Headers: map[string]string{"Location": "/a  Set-Cookie: x=y"}}},
	} {
		if c.want.Headers == nil {
			c.want.Headers = map[string]string{}
		}
		if diff := cmp.Diff(c.want, handle(t, event(t, "query"), c.handle)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

func typed(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		io.WriteString(w, body)
	}
}

func inBase64(contentType, body string) events.APIGatewayV2HTTPResponse {
	return events.APIGatewayV2HTTPResponse{StatusCode: 200, Headers: map[string]string{"Content-Type": contentType},
		Body: base64.StdEncoding.EncodeToString([]byte(body)), IsBase64Encoded: true}
}

func TestHeadHasNoBody(t *testing.T) {
	e := event(t, "query")
	e.RequestContext.HTTP.Method = "HEAD"
	answer := handle(t, e, typed("text/plain", "hello"))
	if answer.StatusCode != 200 || answer.Body != "" || answer.Headers["Content-Type"] != "text/plain" {
		t.Errorf("got %+v", answer)
	}
}

// The handler's time ends half a second before the function's.
func TestDeadline(t *testing.T) {
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	var got time.Time
	g, err := gateway.New(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got, _ = r.Context().Deadline() }), "https://www.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Handle(ctx, event(t, "query")); err != nil {
		t.Fatal(err)
	}
	if want := deadline.Add(-500 * time.Millisecond); !got.Equal(want) {
		t.Errorf("deadline %v, want %v", got, want)
	}
}

// FuzzRequest: whatever the event, nothing panics; path, host and body are what they must be, plain or in base64; and
// no address is believed without the secret.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/api/forms/contact", "", "content-type", "text/plain", "a=1")
	f.Add("GET", "//evil.example/%zz", "a=%zz&b", "host", "evil.example", "")
	f.Add("", "", "?", "x-leadsite-viewer", "203.0.113.9", "\x00\xff")
	f.Fuzz(func(t *testing.T, method, path, query, name, value, body string) {
		e := events.APIGatewayV2HTTPRequest{RawPath: path, RawQueryString: query, Headers: map[string]string{name: value},
			Body: base64.StdEncoding.EncodeToString([]byte(body)), IsBase64Encoded: true}
		e.RequestContext.HTTP.Method = method
		got := through(t, e)
		e.Body, e.IsBase64Encoded = body, false
		if diff := cmp.Diff(got, through(t, e)); diff != "" {
			t.Errorf("plain and base64 differ:\n%s", diff)
		}
		if got.Host != "www.example.com" || !strings.HasPrefix(got.Path, "/") || got.Body != body || got.Length != int64(len(body)) {
			t.Errorf("got %+v", got)
		}
		if got.Viewer != "" {
			t.Errorf("the address %q is believed", got.Viewer)
		}
	})
}

// FuzzResponse: whatever a handler answers, no line break reaches a header, and the body arrives as it was.
func FuzzResponse(f *testing.F) {
	f.Add(200, "Location", "/thanks/", "text/html; charset=utf-8", "<p>ü")
	f.Add(303, "X-A\r\nSet-Cookie", "a\r\nb", "image/png", "\x00\xff")
	f.Add(100, "Set-Cookie", "a=b\nc", "", "")
	f.Fuzz(func(t *testing.T, status int, name, value, contentType, body string) {
		if status < 100 || status > 999 {
			return // net/http panics for a handler that answers so
		}
		answer := handle(t, event(t, "query"), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(name, value)
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			io.WriteString(w, body)
		})
		for name, value := range answer.Headers {
			if strings.ContainsAny(name+value, "\r\n") {
				t.Errorf("header %q: %q", name, value)
			}
		}
		if strings.ContainsAny(strings.Join(answer.Cookies, ""), "\r\n") {
			t.Errorf("cookies %q", answer.Cookies)
		}
		got := []byte(answer.Body)
		if answer.IsBase64Encoded {
			var err error
			if got, err = base64.StdEncoding.DecodeString(answer.Body); err != nil {
				t.Fatal(err)
			}
		}
		if string(got) != body || answer.StatusCode < 200 {
			t.Errorf("answered %d %q", answer.StatusCode, got)
		}
	})
}
