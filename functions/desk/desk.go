// Package desk is sales' pages. It holds the page behind the link in a mail: one lead, the buttons that decide about it,
// and what happened to it so far.
//
//	GET, HEAD /desk/v/?t=TOKEN   shows; it never changes anything, because scanners open links in mails, too
//	/desk/                       says where the links are: there is no list of leads (404)
//	POST /desk/v/?t=TOKEN        decides: status, and for "not a fit" a reason; 303 to the same address
//
// The token says which lead, who decides, what they may do and until when (lead.Link). What it names is believed only
// as long as the site still names the person. A press carries the version of the lead that its page showed, so that it
// decides once, and never over what somebody else decided meanwhile.
//
// The package knows the store by its contract and the site by its bundle. It sends no mail, and does not know how its
// links come to people. Its pages work without script, because they have none.
package desk

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/lead"
)

// Options are what a desk stands on. All must be set.
type Options struct {
	Store  lead.Store
	Bundle func() *bundle.Bundle // asked once per request; nil as long as there is none
	Keys   lead.Keys
	Now    func() time.Time
	Random io.Reader    // for the numbers of requests
	Log    *slog.Logger // gets no personal data, and no token
}

// Path is below which the desk answers.
const Path = "/desk/"

// desk answers requests.
type desk struct {
	Options
	pages *template.Template
}

// New makes the handler of everything below Path. Posts from other origins are refused before anything else is looked at.
func New(o Options) (http.Handler, error) {
	pages, err := parse()
	if err != nil {
		return nil, err
	}
	d := &desk{Options: o, pages: pages}
	mux := http.NewServeMux()
	mux.Handle(linkPath+"{$}", d.answer((*visit).link))
	for _, root := range []string{Path + "{$}", Path + "index.html"} { // the second is what the edge makes of the first
		mux.Handle(root, d.answer(func(v *visit) { v.refuse(http.StatusNotFound, "root") }))
	}
	for _, nothing := range []string{"/", Path + "v"} {
		mux.Handle(nothing, d.answer((*visit).nothing))
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(d.answer(func(v *visit) { v.refuse(http.StatusBadRequest, "origin") }))
	return protection.Handler(mux), nil
}

// answer lets a function answer requests. Before the first bundle there is nothing to show.
func (d *desk) answer(with func(*visit)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b := d.Bundle()
		if b == nil {
			http.Error(w, "the site has not been built yet", http.StatusServiceUnavailable)
			return
		}
		with(d.newVisit(w, r, b))
	})
}

// visit is one request and its answer.
type visit struct {
	*desk
	w      http.ResponseWriter
	r      *http.Request
	bundle *bundle.Bundle
	words  words
	zone   *time.Location
	now    time.Time
	id     string // the request's, in the answer and in the log
}

func (d *desk) newVisit(w http.ResponseWriter, r *http.Request, b *bundle.Bundle) *visit {
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		zone = time.UTC
	}
	return &visit{desk: d, w: w, r: r, bundle: b, words: newWords(b), zone: zone, now: d.Now(), id: requestID(d.Random)}
}

// requestID is 16 hexadecimal digits, "unknown" without randomness.
func requestID(random io.Reader) string {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "unknown"
	}
	return hex.EncodeToString(b[:])
}

// guard sets the headers of a page that holds what a stranger wrote, behind an address that is a key: nobody keeps it,
// finds it or is told of it, and nothing of it loads or runs but the one style sheet that stands in it.
func (v *visit) guard(style string) {
	sum := sha256.Sum256([]byte(style))
	h := v.w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Request-Id", v.id)
}
