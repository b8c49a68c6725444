package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// request is the event as a server would have read it. Headers that came several times stand joined by commas, as the
// gateway delivers them; cookies stand apart and are joined as a browser does.
func (g *Gateway) request(ctx context.Context, event events.APIGatewayV2HTTPRequest) (*http.Request, error) {
	body, err := bodyOf(event)
	if err != nil {
		return nil, err
	}
	header := headersOf(event)
	if g.vouched(header.Get(SecretHeader)) {
		if addr, err := netip.ParseAddr(header.Get(ViewerHeader)); err == nil {
			ctx = context.WithValue(ctx, viewerKey{}, addr)
		}
	}
	for _, name := range []string{SecretHeader, ViewerHeader, "Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip"} {
		header.Del(name)
	}
	header.Set("Content-Length", strconv.Itoa(len(body)))
	u := address(event.RawPath, event.RawQueryString)
	r := &http.Request{
		Method: event.RequestContext.HTTP.Method, URL: u, RequestURI: u.RequestURI(), Host: g.host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
	return r.WithContext(ctx), nil
}

func bodyOf(event events.APIGatewayV2HTTPRequest) ([]byte, error) {
	if !event.IsBase64Encoded {
		return []byte(event.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(event.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the event's body: %w", err)
	}
	return body, nil
}

func headersOf(event events.APIGatewayV2HTTPRequest) http.Header {
	header := http.Header{}
	for name, value := range event.Headers {
		header.Add(name, value)
	}
	if len(event.Cookies) > 0 {
		header.Set("Cookie", strings.Join(event.Cookies, "; "))
	}
	return header
}

// address is the path and query of a request. The gateway hands a path on decoded, or as it came when that cannot be
// decoded; either is taken, and whatever it begins with, it never names a host.
func address(path, query string) *url.URL {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	u := &url.URL{Path: path, RawQuery: query}
	if decoded, err := url.PathUnescape(path); err == nil && decoded != path {
		u.Path, u.RawPath = decoded, path
	}
	return u
}
