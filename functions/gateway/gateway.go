// Package gateway lets an http.Handler answer the events of an API Gateway HTTP API (payload format 2.0), as Lambda
// delivers them.
//
// What a request claims of its own surroundings is not passed on: the Host is that of the site's base URL, headers that
// name other hosts or addresses are dropped, and the visitor's address is the one that the edge's function wrote,
// believed only beside the secret that the edge adds. The package knows nothing of what is served.
package gateway

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/aws/aws-lambda-go/events"
)

// The headers by which the edge vouches for a request. A visitor may send them, too; the edge overwrites both.
const (
	SecretHeader = "X-Leadsite-Origin" // the origin secret, added by the distribution
	ViewerHeader = "X-Leadsite-Viewer" // the visitor's address, written by the viewer-request function
)

// margin is how long before the function's own deadline the handler's context ends, so that there is time to answer.
const margin = 500 * time.Millisecond

// Gateway is a handler between events. Its fields are fixed when it is made.
type Gateway struct {
	handler http.Handler
	host    string
	secrets [][sha256.Size]byte
}

// New makes a gateway for a site's base URL, which must be absolute. A request beside one of the secrets comes from
// the edge; several are valid while they rotate, and an empty one never is.
func New(handler http.Handler, baseURL string, secrets ...string) (*Gateway, error) {
	u, err := url.Parse(baseURL)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("reading the base URL: %q is not absolute", baseURL)
	}
	g := &Gateway{handler: handler, host: u.Host}
	for _, secret := range secrets {
		if secret != "" {
			g.secrets = append(g.secrets, sha256.Sum256([]byte(secret)))
		}
	}
	return g, nil
}

// Handle answers one event. It has the signature that lambda.Start wants, and never returns an error: what cannot be
// read is answered with 400.
func (g *Gateway) Handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
		defer cancel()
	}
	w := &recorder{header: http.Header{}}
	r, err := g.request(ctx, event)
	if err != nil {
		http.Error(w, "The request could not be read.", http.StatusBadRequest)
		return w.response(""), nil
	}
	g.handler.ServeHTTP(w, r)
	return w.response(r.Method), nil
}

// vouched says whether a header's value is one of the secrets. Comparing hashes takes the same time for every guess,
// whatever its length.
func (g *Gateway) vouched(secret string) bool {
	sum, ok := sha256.Sum256([]byte(secret)), 0
	for _, s := range g.secrets {
		ok |= subtle.ConstantTimeCompare(sum[:], s[:])
	}
	return ok == 1
}

// viewerKey is under which a request's context holds the visitor's address.
type viewerKey struct{}

// ClientIP is the visitor's address, when the edge vouched for it. Not ok: nobody knows it.
func ClientIP(r *http.Request) (addr netip.Addr, ok bool) {
	addr, ok = r.Context().Value(viewerKey{}).(netip.Addr)
	return addr, ok
}
