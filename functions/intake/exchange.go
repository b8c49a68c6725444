package intake

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
)

// exchange is one request and its answer.
type exchange struct {
	*Handler
	w       http.ResponseWriter
	r       *http.Request
	bundle  *bundle.Bundle
	now     time.Time
	id      string // the request's, not the lead's
	lang    string // of the answer
	program bool   // the answer is JSON
}

// requestID is 16 hexadecimal digits. Without randomness it is "unknown": an id is no reason to lose a lead.
func requestID(random io.Reader) string {
	var b [8]byte
	if _, err := io.ReadFull(random, b[:]); err != nil {
		return "unknown"
	}
	return hex.EncodeToString(b[:])
}

// wantsJSON says whether the other side names application/json, and not text/html, as what it accepts.
func wantsJSON(r *http.Request) bool {
	var types []string
	for accepted := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		mediaType, _, _ := strings.Cut(accepted, ";")
		types = append(types, strings.ToLower(strings.TrimSpace(mediaType)))
	}
	return slices.Contains(types, "application/json") && !slices.Contains(types, "text/html")
}

func (x *exchange) defaultLang() string {
	if len(x.bundle.Langs) == 0 {
		return ""
	}
	return x.bundle.Langs[0]
}

// head writes status and headers. What is answered is about one visitor, so nobody keeps a copy.
func (x *exchange) head(status int, contentType string) {
	h := x.w.Header()
	h.Set("X-Request-Id", x.id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	if contentType != "" {
		h.Set("Content-Type", contentType)
	}
	x.w.WriteHeader(status)
}

func (x *exchange) html(status int, page []byte) {
	h := x.w.Header()
	if x.bundle.CSP != "" {
		h.Set("Content-Security-Policy", x.bundle.CSP)
	}
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex")
	x.head(status, "text/html; charset=utf-8")
	x.w.Write(page) // an error here means that the visitor is gone; there is nobody left to tell
}

func (x *exchange) json(status int, value any) {
	data, err := json.Marshal(value)
	if err != nil {
		panic("intake: strings and maps of strings always marshal: " + err.Error())
	}
	x.head(status, "application/json; charset=utf-8")
	x.w.Write(append(data, '\n'))
}

// redirect sends a browser to a path of this site, and to no other place whatever the bundle says.
func (x *exchange) redirect(path string) {
	location := "/"
	if u, err := url.Parse(path); err == nil && form.LocalPath(path) {
		location = u.String() // encoded as a header needs it
	}
	x.w.Header().Set("Location", location)
	x.head(http.StatusSeeOther, "")
}

// refuse answers a request that is not a submission of a form, with words by its status.
func (x *exchange) refuse(status int) {
	words := x.word(refusal(status))
	x.log(slog.LevelInfo, "refused", "status", status)
	if x.program {
		x.json(status, map[string]string{"error": words})
		return
	}
	x.html(status, x.messagePage(words, x.reference()))
}

// log writes one line about the request. The keys say what happened and never who it was.
func (x *exchange) log(level slog.Level, msg string, args ...any) {
	args = append([]any{"request", x.id}, args...)
	x.Log.Log(context.WithoutCancel(x.r.Context()), level, msg, args...)
}
