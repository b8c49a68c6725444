package gateway

import (
	"bytes"
	"encoding/base64"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
)

// recorder is an http.ResponseWriter that keeps the answer until it is whole.
type recorder struct {
	header http.Header // what the handler may still change
	sent   http.Header // as it was at WriteHeader; nil before
	status int
	body   bytes.Buffer
}

// Header is for the handler to fill in before it writes.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader fixes status and headers; a second call changes nothing.
func (w *recorder) WriteHeader(status int) {
	if w.sent == nil && status >= 200 { // informational answers cannot be delivered
		w.status, w.sent = status, w.header.Clone()
	}
}

// Write adds to the body, and finds out its type when the handler has not said it.
func (w *recorder) Write(p []byte) (int, error) {
	if w.sent == nil && w.header.Get("Content-Type") == "" {
		w.header.Set("Content-Type", http.DetectContentType(p))
	}
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

// response is the answer as the gateway wants it: one value per header, cookies apart, bodies that are not text in
// base64. Line breaks in a header become spaces, as a server would write them.
func (w *recorder) response(method string) events.APIGatewayV2HTTPResponse {
	w.WriteHeader(http.StatusOK)
	answer := events.APIGatewayV2HTTPResponse{StatusCode: w.status, Headers: map[string]string{}}
	oneLine := strings.NewReplacer("\r", " ", "\n", " ")
	for name, values := range w.sent {
		if name == "Set-Cookie" {
			for _, value := range values {
				answer.Cookies = append(answer.Cookies, oneLine.Replace(value))
			}
			continue
		}
		answer.Headers[oneLine.Replace(name)] = oneLine.Replace(strings.Join(values, ", "))
	}
	switch {
	case method == http.MethodHead:
	case w.isText():
		answer.Body = w.body.String()
	default:
		answer.Body, answer.IsBase64Encoded = base64.StdEncoding.EncodeToString(w.body.Bytes()), true
	}
	return answer
}

// isText says whether the body can stand in the answer's JSON as it is.
func (w *recorder) isText() bool {
	if w.sent.Get("Content-Encoding") != "" || !utf8.Valid(w.body.Bytes()) {
		return false
	}
	mediaType, _, _ := mime.ParseMediaType(w.sent.Get("Content-Type"))
	return w.body.Len() == 0 || strings.HasPrefix(mediaType, "text/") ||
		strings.HasSuffix(mediaType, "json") || strings.HasSuffix(mediaType, "xml") || strings.HasSuffix(mediaType, "javascript")
}
