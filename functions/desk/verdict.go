package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// linkPath is where the links in mails lead, behind the site's address; the token is in the query (lead.LinkPath).
const linkPath = Path + "v/"

const (
	// patience is how long the store may take in all, so that there is an answer while somebody waits for it.
	patience = 8 * time.Second
	// largestPress is how many bytes a posted form may have.
	largestPress = 16 << 10
	// longestNote is how many characters of somebody's own words are kept.
	longestNote = 500
)

// bearer is whoever came with a link, and the lead it shows them.
type bearer struct {
	token string
	lead.Link
	lead lead.Lead
}

// link answers at the address of a link.
func (v *visit) link() {
	if !v.r.URL.Query().Has(lead.LinkParam) {
		v.nothing()
		return
	}
	ctx, cancel := context.WithTimeout(v.r.Context(), patience)
	defer cancel()
	const allowed = "GET, HEAD, OPTIONS, POST"
	switch v.r.Method {
	case http.MethodGet, http.MethodHead:
		if b, ok := v.bearer(ctx); ok {
			v.leadPage(http.StatusOK, b, nil)
		}
	case http.MethodPost:
		v.decide(ctx)
	case http.MethodOptions:
		v.guard("")
		v.w.Header().Set("Allow", allowed)
		v.w.WriteHeader(http.StatusNoContent)
	default:
		v.w.Header().Set("Allow", allowed)
		v.refuse(http.StatusMethodNotAllowed, "method")
	}
}

// decide answers a press.
func (v *visit) decide(ctx context.Context) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, largestPress)
	if err := v.r.ParseForm(); err != nil {
		v.refuse(http.StatusBadRequest, "malformed")
		return
	}
	b, ok := v.bearer(ctx)
	if !ok {
		return
	}
	version, err := v.pressed(b)
	switch {
	case err != nil:
		v.refuse(http.StatusBadRequest, "press")
	case version != b.lead.Version:
		v.stale(b, version)
	default:
		v.move(ctx, b)
	}
}

// bearer finds out who came, and reads their lead. Not ok: the visit has been answered.
func (v *visit) bearer(ctx context.Context) (b bearer, ok bool) {
	b.token = v.r.URL.Query().Get(lead.LinkParam)
	var err error
	b.Link, err = v.Keys.ReadLink(b.token, v.now)
	switch {
	case errors.Is(err, lead.ErrExpired):
		v.refuse(http.StatusBadRequest, "expired")
		return b, false
	case err != nil:
		v.refuse(http.StatusBadRequest, "link")
		return b, false
	case !lead.Answers(v.bundle, b.Recipient):
		v.refuse(http.StatusBadRequest, "stranger")
		return b, false
	}
	b.lead, err = v.Store.Get(ctx, b.Lead)
	if err != nil {
		v.failed(b, err)
		return b, false
	}
	return b, true
}

// failed answers what the store could not do.
func (v *visit) failed(b bearer, err error) {
	if errors.Is(err, lead.ErrNotFound) {
		v.refuse(http.StatusGone, "gone")
		return
	}
	v.Log.Error("the store failed the desk", "request", v.id, "lead", b.Lead, "error", err)
	v.refuse(http.StatusServiceUnavailable, "unavailable")
}

// pressed is the version of the lead that the page showed on which somebody pressed. A press that no page of ours gave,
// by a program that knows the link, counts as long as nobody has decided: it cannot be said twice, nor overrule anybody.
func (v *visit) pressed(b bearer) (version int, err error) {
	press := v.r.PostForm.Get("press")
	if press == "" && !slices.ContainsFunc(b.lead.Moves(), func(e lead.Event) bool { return e.Kind != lead.EventRescued }) {
		return b.lead.Version, nil
	}
	if press == "" {
		return 0, nil // no version: older than any
	}
	return v.Keys.ReadPress(b.token, press)
}

// move decides: one event, one change of status, once.
func (v *visit) move(ctx context.Context, b bearer) {
	verdict := v.verdict(b)
	to, event, err := b.lead.Decide(verdict)
	switch {
	case !b.May(verdict.Action):
		v.refuse(http.StatusBadRequest, "malformed")
		return
	case errors.Is(err, lead.ErrNoReason):
		v.leadPage(http.StatusUnprocessableEntity, b, &notice{Title: v.words.Word("desk_no_reason")})
		return
	case err != nil: // there already, or nothing to undo
		v.stale(b, b.lead.Version)
		return
	}
	if _, err = v.Store.SetStatus(ctx, b.lead.ID, b.lead.Version, to, event); err != nil {
		v.overtaken(ctx, b, err)
		return
	}
	v.Log.Info("decided", "request", v.id, "lead", b.lead.ID, "action", verdict.Action)
	v.guard("")
	v.w.Header().Set("Location", lead.LinkPath(b.token))
	v.w.WriteHeader(http.StatusSeeOther)
}

// overtaken answers a press that the store did not take: of two at once, one is told what the other did.
func (v *visit) overtaken(ctx context.Context, b bearer, err error) {
	if !errors.Is(err, lead.ErrConflict) {
		v.failed(b, err)
		return
	}
	seen := b.lead.Version
	if b.lead, err = v.Store.Get(ctx, b.Lead); err != nil {
		v.failed(b, err)
		return
	}
	v.stale(b, seen)
}

// verdict reads what was pressed. A reason that the site's list has no more, since the page was loaded, is kept as words.
func (v *visit) verdict(b bearer) lead.Verdict {
	out := lead.Verdict{Action: lead.Action(v.r.PostForm.Get("status")), By: b.Recipient, Via: lead.ViaLink, At: v.now}
	note := form.Line(v.r.PostForm.Get("note"))
	if reason := form.Line(v.r.PostForm.Get("reason")); slices.Contains(v.bundle.Reasons, reason) {
		out.Reason = reason
	} else {
		note = strings.TrimSpace(reason + " " + note)
	}
	if runes := []rune(note); len(runes) > longestNote {
		note = string(runes[:longestNote-1]) + "…"
	}
	out.Note = note
	return out
}

// stale answers a press that changes nothing, because the lead is not where the page showed it, or is there already. It
// says what happened since, and offers the buttons anew.
func (v *visit) stale(b bearer, seen int) {
	moves := b.lead.Moves()
	n := notice{Title: v.words.Word("desk_stale"), Text: v.words.Word("desk_stale_now", "status", v.words.status(b.lead.Status))}
	for _, e := range moves[max(0, min(len(moves), len(moves)-(b.lead.Version-seen))):] {
		n.Since = append(n.Since, v.entry(e))
	}
	v.leadPage(http.StatusBadRequest, b, &n)
}
