// Package intake takes what a visitor's browser, or a program, posts to a form of the site, and stores it as a lead
// before it answers.
//
//	POST /api/forms/NAME           a submission: urlencoded, multipart without files, or JSON
//	GET  /api/challenge?form=NAME  a challenge for the form's script: {"token": "…", "work": 14}
//	POST /api/probe                a synthetic lead, see lead.Probe; without a token of ours there is no such address
//
// What is answered:
//
//	accepted, or the same submission again   303 to the form's success page   200 {"id": "…"}
//	a field is wrong                         422 the form's page, input kept  422 {"errors": {"email": "…"}}
//	unknown form, wrong method, wrong type,
//	too large, malformed                     404 405 415 413 400, a page      the same, {"error": "…"}
//	too many from one address                429, the form's page             429 {"error": "…"}, both with Retry-After
//	store and spool are down                 503, the form's page             503 {"error": "…"}
//
// The right column is for whoever accepts application/json and not text/html. Every answer carries X-Request-Id, which
// is in the log, too. Spam is stored, and answered like everything else. 403 is never answered, because the edge turns
// that into the site's 404 page.
//
// The package knows forms, the bundle and leads. It does not know which store it talks to, who is told of a lead, or
// whether it runs in a server or a function; and it has no template engine, because the deployed function must be small.
package intake

import (
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// Handler answers these addresses. All fields but the last four must be set, and none changed while it serves.
type Handler struct {
	Bundle   func() *bundle.Bundle                          // asked once per request, so that a development server may swap it
	Store    lead.Store                                     //
	Keys     lead.Keys                                      //
	Now      func() time.Time                               //
	Random   io.Reader                                      // crypto/rand.Reader; read by many goroutines at once
	Log      *slog.Logger                                   // gets no personal data
	ClientIP func(*http.Request) (addr netip.Addr, ok bool) // whom limits count; not ok: this request is not counted

	Spool     lead.Spool          // holds leads while the store cannot; nil: there is none
	Unlimited bool                // lifts the limits per address
	Accepted  func(leadID string) // called when a fresh lead that is not spam was stored; must return at once
	Probes    lead.Probes         // takes synthetic leads; nil: this site is not watched
}

// The addresses of the package.
const (
	formsPath     = "/api/forms/"
	challengePath = "/api/challenge"
)

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{Handler: h, w: w, r: r, bundle: h.Bundle(), now: h.Now(), id: requestID(h.Random), program: wantsJSON(r)}
	x.lang = x.defaultLang()
	name, isForm := strings.CutPrefix(r.URL.Path, formsPath)
	switch {
	case isForm:
		x.submit(name)
	case r.URL.Path == challengePath:
		x.challenge(r.URL.Query().Get("form"))
	case r.URL.Path == lead.ProbePath && h.Probes != nil:
		x.probe()
	default:
		x.refuse(http.StatusNotFound)
	}
}

// SocketIP is the ClientIP of a server that visitors reach directly: the other end of the connection. Headers that
// claim another address are not believed.
func SocketIP(r *http.Request) (netip.Addr, bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return peer.Addr().Unmap(), err == nil
}
