package desk

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// leadView is what the page of one lead shows. Its texts are fit to be shown, and most are a stranger's: none of them
// ever becomes a link, an attribute that loads, or markup.
type leadView struct {
	frame
	Notice *notice

	Name     string // who it is from, or the address, or the form's title
	Form     string // title
	Status   string // in words
	By       string // who moved it there, and when; "" for nobody
	Reason   string // why, with "unfit"
	AnswerBy string // "" when nothing was promised, or it was answered
	Late     bool

	Answers []row
	About   []row
	Extra   []row

	Action  string // address that the buttons post to
	Press   string
	Buttons []button
	Unfit   bool // whether "not a fit" is offered
	Reasons []string
	Undo    string // words of the button; "" when there is nothing to undo
	You     string // whose decisions these are

	Timeline []entry // newest first
}

// notice is what the page says first: that nothing was changed, and why.
type notice struct {
	Title string
	Text  string
	Since []entry
}

type row struct {
	Label string
	Lines []string
}

// button is one decision. Its value is also its place in the page, which the buttons in mails lead to.
type button struct {
	Value string
	Label string
}

// leadPage shows a lead to the bearer of a link.
func (v *visit) leadPage(status int, b bearer, n *notice) {
	l, w := b.lead, v.words
	f := v.form(l)
	view := leadView{
		Notice: n, Form: cmp.Or(form.Line(f.Title), l.Form), Status: w.status(l.Status),
		Answers: answers(f, l, w.Word("mail_yes")), About: v.about(f, l), Extra: extra(l),
		Action: lead.LinkPath(b.token), Press: v.Keys.NewPress(b.token, l.Version),
		Buttons: v.buttons(b), Unfit: b.May(lead.Action(lead.Unfit)), Reasons: v.bundle.Reasons,
		You: w.Word("desk_you", "who", v.person(b.Recipient)),
	}
	view.Name = cmp.Or(form.Line(f.PersonName(l.Fields)), form.Line(l.Email), view.Form)
	view.frame = v.frame(w.Word("desk_title", "name", view.Name, "form", view.Form))
	if !l.DueAt.IsZero() && l.Status == lead.New {
		view.AnswerBy, view.Late = v.moment(l.DueAt), v.now.After(l.DueAt)
	}
	if last, ok := l.Standing(); ok {
		view.By = w.Word("desk_by", "who", v.person(last.By), "when", v.moment(last.At))
		view.Reason = because(last)
		if b.May(lead.Undo) {
			view.Undo = w.Word("desk_undo", "status", w.status(last.From))
		}
	}
	for _, e := range slices.Backward(l.Events) {
		view.Timeline = append(view.Timeline, v.entry(e))
	}
	v.write(status, "lead", view.Style, view)
}

// form is the lead's form as sales reads it. One that is gone from the site has no fields; its answers are shown all
// the same.
func (v *visit) form(l lead.Lead) *form.Form {
	if f := v.bundle.Form(l.Form, ""); f != nil {
		return &f.Form
	}
	return &form.Form{Name: l.Form}
}

func answers(f *form.Form, l lead.Lead, yes string) []row {
	var out []row
	for _, a := range f.Answers(l.Fields, yes) {
		out = append(out, row{form.Line(a.Label), form.Lines(a.Text)})
	}
	return out
}

// extra are fields that the form does not declare. Their names, too, are whatever was sent.
func extra(l lead.Lead) []row {
	var out []row
	for name, text := range l.Extra {
		out = append(out, row{form.Line(name), form.Lines(text)})
	}
	slices.SortFunc(out, func(a, b row) int { return strings.Compare(a.Label, b.Label) })
	return out
}

// about is what is known of a lead beside its answers.
func (v *visit) about(f *form.Form, l lead.Lead) []row {
	var out []row
	add := func(key string, lines ...string) {
		lines = slices.DeleteFunc(lines, func(s string) bool { return s == "" })
		if len(lines) > 0 {
			out = append(out, row{v.words.Word(key), lines})
		}
	}
	add("desk_received", v.moment(l.CreatedAt))
	if l.Owner != "" {
		add("desk_owner", v.person(l.Owner))
	}
	add("desk_page", form.Line(l.Page))
	add("desk_campaign", form.Line(l.Source.Campaign))
	add("desk_referrer", form.Line(l.Source.Referrer))
	if l.Lang != v.bundle.FirstLang() {
		add("desk_language", form.Line(l.Lang))
	}
	if len(f.Score.Rules) > 0 || len(l.Score.Reasons) > 0 {
		points := strconv.Itoa(l.Score.Points)
		if l.Score.Qualified {
			points += ", " + v.words.Word("mail_qualified")
		}
		add("desk_score", append([]string{points}, cleaned(l.Score.Reasons)...)...)
	}
	add("desk_spam", cleaned(l.Spam.Reasons)...)
	return out
}

func cleaned(texts []string) []string {
	var out []string
	for _, s := range texts {
		out = append(out, form.Line(s))
	}
	return out
}

// buttons are the decisions that take one press: all that the link allows but where the lead stands already.
func (v *visit) buttons(b bearer) []button {
	var out []button
	for _, a := range b.Actions {
		if a != lead.Undo && a != lead.Action(lead.Unfit) && a != lead.Action(b.lead.Status) {
			out = append(out, button{string(a), v.words.Word("decide_" + string(a))})
		}
	}
	return out
}

// person is somebody of ours by name, or else by address.
func (v *visit) person(address string) string {
	for _, p := range v.bundle.People {
		if strings.EqualFold(p.Email, address) && p.Name != "" {
			return p.Name
		}
	}
	return form.Line(address)
}

func (v *visit) moment(t time.Time) string { return v.words.Moment(t.In(v.zone)) }
