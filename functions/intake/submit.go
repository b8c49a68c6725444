package intake

import (
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// submit is POST /api/forms/NAME.
func (x *exchange) submit(name string) {
	if x.bundle.Form(name, "") == nil {
		x.refuse(http.StatusNotFound)
		return
	}
	posted, ok := x.posted()
	if !ok {
		return
	}
	f := x.bundle.Form(name, posted.Get(form.LangName))
	x.lang = f.Lang
	x.take(&submission{form: f, Submission: f.Parse(posted)})
}

// posted are the values of a post. False: there are none, and the visitor was told.
func (x *exchange) posted() (url.Values, bool) {
	if x.r.Method != http.MethodPost {
		x.w.Header().Set("Allow", http.MethodPost)
		x.refuse(http.StatusMethodNotAllowed)
		return nil, false
	}
	values, status := readBody(x.w, x.r)
	if status != 0 {
		x.refuse(status)
		return nil, false
	}
	return values, true
}

// submission is one post to one form, on its way to becoming a lead.
type submission struct {
	form.Submission
	form   *bundle.Form
	values form.Values
	older  bool // it comes from a page with another schema than the form has now
}

// take validates a submission, keeps it as a lead, and answers.
func (x *exchange) take(s *submission) {
	var problems []form.Problem
	if s.older = s.Meta.Schema != "" && s.Meta.Schema != s.form.Schema; s.older {
		s.values, problems = s.form.ValidateOther(s.Submission)
	} else {
		s.values, problems = s.form.Validate(s.Submission)
	}
	if len(s.values) == 0 && len(problems) == 0 {
		problems = s.empty()
	}
	if len(problems) > 0 {
		x.wrong(s, problems)
		return
	}
	switch l, outcome, err := x.keep(s); outcome {
	case limited:
		x.later(s)
	case unavailable:
		x.log(slog.LevelError, "not stored", "form", s.form.Name, "error", err)
		x.again(s, http.StatusServiceUnavailable)
	default:
		x.thank(s, l, outcome)
	}
}

// empty says what is wrong with a submission that answers nothing: what today's form requires, and of a form that
// requires nothing, its first field. A lead without any answer is nobody's.
func (s *submission) empty() []form.Problem {
	if _, problems := s.form.Validate(s.Submission); len(problems) > 0 || len(s.form.Fields) == 0 {
		return problems
	}
	first := s.form.Fields[0]
	return []form.Problem{{Field: first.Name, Code: "required", Args: map[string]string{"label": first.Label}}}
}

// thank answers that the lead is stored. The words of the log say whether it was new; the answer does not.
func (x *exchange) thank(s *submission, l lead.Lead, o outcome) {
	x.log(slog.LevelInfo, o.String(), "form", s.form.Name, "lead", l.ID, "status", string(l.Status), "spam", l.Spam.Score)
	if o == stored && l.Status != lead.Spam && x.Accepted != nil {
		x.Accepted(l.ID)
	}
	if x.program {
		x.json(http.StatusOK, map[string]string{"id": l.ID})
		return
	}
	x.redirect(s.form.Success)
}

// wrong answers 422: what is wrong, and for a browser the form with everything the visitor wrote.
func (x *exchange) wrong(s *submission, problems []form.Problem) {
	errors, codes := map[string]string{}, make([]string, len(problems))
	for i, p := range problems {
		errors[p.Field] = form.Message(x.bundle.Messages[x.lang], p)
		codes[i] = p.Field + ":" + p.Code
	}
	x.log(slog.LevelInfo, "wrong", "form", s.form.Name, "problems", codes)
	if x.program {
		x.json(http.StatusUnprocessableEntity, map[string]any{"errors": errors})
		return
	}
	x.html(http.StatusUnprocessableEntity, x.formPage(s, errors, x.problemSummary(s, problems, errors)))
}

// later answers 429 with the seconds until the window ends.
func (x *exchange) later(s *submission) {
	window := time.Duration(x.bundle.Limits.Window)
	left := x.now.Truncate(window).Add(window).Sub(x.now)
	x.w.Header().Set("Retry-After", strconv.Itoa(int(left/time.Second)+1))
	x.log(slog.LevelWarn, "limited", "form", s.form.Name)
	x.again(s, http.StatusTooManyRequests)
}

// again answers that nothing is wrong with the submission, but it is not stored; a browser gets it back.
func (x *exchange) again(s *submission, status int) {
	if x.program {
		x.json(status, map[string]string{"error": x.word(refusal(status))})
		return
	}
	x.html(status, x.formPage(s, nil, x.statusSummary(refusal(status))))
}

// challenge is GET /api/challenge?form=NAME.
func (x *exchange) challenge(name string) {
	if x.bundle.Form(name, "") == nil {
		x.refuse(http.StatusNotFound)
		return
	}
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		x.w.Header().Set("Allow", "GET, HEAD")
		x.refuse(http.StatusMethodNotAllowed)
		return
	}
	token, err := x.Keys.NewChallenge(name, x.now, x.Random)
	if err != nil {
		x.log(slog.LevelError, "no challenge", "form", name, "error", err)
		x.refuse(http.StatusServiceUnavailable)
		return
	}
	x.log(slog.LevelInfo, "challenge", "form", name)
	x.json(http.StatusOK, map[string]any{"token": token, "work": lead.ChallengeWork})
}
