package render

import (
	"html/template"
	"strconv"

	"leadsite/build/content"
	"leadsite/functions/form"
)

// FormView is a form as partials/form.html sees it, on pages and on its own page of mistakes.
type FormView struct {
	Name     string
	ID       string // begins every id of the form: "contact"; "contact-2" where it stands a second time
	Action   string // "/api/forms/contact"
	Title    string
	Submit   string        // the button's words
	Note     template.HTML // words with links, as hints and the consent's text
	Success  string        // path of the page that comes next
	Schema   string
	Lang     string
	PageURL  string // path of the page that shows it
	Honeypot string // name of the input that people leave empty
	Summary  template.HTML
	Hidden   []HiddenView // inputs whose names begin with "_", in order
	Fields   []FieldView
	Consent  *FieldView // nil: it asks for none
}

// HiddenView is a hidden input.
type HiddenView struct {
	Name, Value string
}

// FieldView is a field of a form.
type FieldView struct {
	ID, Name, Label, Type        string // Type as declared: text, email, select, checkboxes, hidden, …; consent is a checkbox
	Required                     bool
	Hint                         template.HTML
	Text                         template.HTML // of consent: the label with its links
	HintID, ErrorID, DescribedBy string        // ids; DescribedBy names the hint, if there is one, and the error
	Placeholder, Autocomplete    string
	Min, Max, Step               string // of numbers and dates
	MinLength, MaxLength         string // of texts, in characters
	Pattern                      string
	Rows                         int    // of a textarea; 0: the theme's choice
	Value                        string // of hidden fields and checkboxes what they send; of others what the visitor gave
	Error                        string // what is wrong with it, on the form's own page
	Options                      []OptionView
	Hidden                       bool
	ShowWhenField, ShowWhenValue string // the field is asked only while that field has that value

	slots *slots
}

// OptionView is one choice of a field.
type OptionView struct {
	ID, Value, Label string

	field string
	slots *slots
}

// SlotAttrs writes an attribute that depends on what the visitor sent, with a blank before it: "hidden" on the element
// of the error, "invalid" on the control, "checked" on a checkbox.
func (f FieldView) SlotAttrs(kind string) template.HTMLAttr {
	value := ""
	if kind == SlotChecked || kind == SlotSelected {
		value = f.Value
	}
	return f.slots.attribute(kind, f.Name, value)
}

// SlotAttrs writes the attribute "checked" or "selected" of an option, with a blank before it.
func (o OptionView) SlotAttrs(kind string) template.HTMLAttr {
	return o.slots.attribute(kind, o.field, o.Value)
}

// formView makes a form's view. Slots are nil on ordinary pages.
func (w *worker) formView(f *content.Form, id, pageURL string, s *slots) (*FormView, error) {
	v := formView(f, id, pageURL, s)
	if w.r.site.Config.Attribution == "session" {
		v.Hidden = append(v.Hidden, HiddenView{form.TouchName, s.or(form.TouchName, "")})
	}
	return v, w.worded(v, f)
}

// worded turns emphasis and links in a form's words into HTML. Links in them are as from the first page of the form's
// language, because the form stands on many pages.
func (w *worker) worded(v *FormView, f *content.Form) (err error) {
	page, at, line := w.job.page, w.job.at, w.job.line
	w.job.page, w.job.at, w.job.line, w.job.rooted = w.r.site.In(f.Lang).Home, content.Pos{File: f.File}, 0, true
	defer func() { w.job.page, w.job.at, w.job.line, w.job.rooted = page, at, line, false }()
	if v.Note, err = w.phrase(f.Note); err != nil {
		return err
	}
	for i := range f.Fields {
		if v.Fields[i].Hint, err = w.phrase(f.Fields[i].Hint); err != nil {
			return err
		}
	}
	if v.Consent != nil {
		v.Consent.Text, err = w.phrase(f.Consent.Text)
	}
	return err
}

// formView makes a form's view, with its words as plain text.
func formView(f *content.Form, id, pageURL string, s *slots) *FormView {
	v := &FormView{
		Name: f.Name, ID: id, Action: "/api/forms/" + f.Name, Title: f.Title, Submit: f.Submit, Note: plainHTML(f.Note), Success: f.Success,
		Schema: f.Schema(), Lang: f.Lang, PageURL: pageURL, Honeypot: f.Honeypot(), Summary: template.HTML(s.mark(SlotSummary, "", "")),
	}
	v.Hidden = []HiddenView{{form.PageName, s.or(form.PageName, pageURL)}, {form.LangName, f.Lang}, {form.SchemaName, v.Schema}}
	for _, name := range []string{form.IDName, form.TokenName, form.QueryName, form.ReferrerName} {
		v.Hidden = append(v.Hidden, HiddenView{name, s.or(name, "")})
	}
	for i := range f.Fields {
		v.Fields = append(v.Fields, fieldView(&f.Fields[i], id, s))
	}
	if c := f.Consent; c != nil {
		field := form.Field{Name: form.ConsentName, Label: c.Text, Type: form.Checkbox, Required: c.Required}
		consent := fieldView(&field, id, s)
		consent.Text = plainHTML(c.Text)
		v.Consent = &consent
	}
	return v
}

func fieldView(f *form.Field, formID string, s *slots) FieldView {
	id := formID + "-" + f.Name
	v := FieldView{
		ID: id, Name: f.Name, Label: f.Label, Type: string(f.Type), Required: f.Required, Hint: plainHTML(f.Hint), HintID: id + "-hint",
		ErrorID: id + "-error", DescribedBy: id + "-error", Placeholder: f.Placeholder, Autocomplete: f.Autocomplete,
		Pattern: f.Pattern, Rows: f.Rows, Hidden: f.Type == form.Hidden, slots: s,
	}
	if f.Hint != "" {
		v.DescribedBy = v.HintID + " " + v.ErrorID
	}
	if f.ShowWhen != nil {
		v.ShowWhenField, v.ShowWhenValue = f.ShowWhen.When, f.ShowWhen.Is
	}
	v.bound(f)
	v.fill(f, s)
	for i, o := range f.Options {
		v.Options = append(v.Options, OptionView{ID: id + "-" + strconv.Itoa(i+1), Value: o.Value, Label: o.Label, field: f.Name, slots: s})
	}
	return v
}

func plainHTML(text string) template.HTML { return template.HTML(template.HTMLEscapeString(text)) }

// bound gives a field's limits the names that they have in HTML.
func (v *FieldView) bound(f *form.Field) {
	switch f.Type {
	case form.Number, form.Date:
		v.Min, v.Max, v.Step = f.Min, f.Max, f.Step
		if f.Type == form.Number && v.Step == "" {
			v.Step = "any"
		}
	case form.Text, form.Email, form.Tel, form.URL, form.Textarea:
		v.MinLength, v.MaxLength = f.Min, f.Max
	}
}

// fill sets what the field holds. Values of choices are in their options.
func (v *FieldView) fill(f *form.Field, s *slots) {
	switch f.Type {
	case form.Hidden:
		v.Value = f.Value
		return
	case form.Checkbox:
		if v.Value = f.Value; v.Value == "" {
			v.Value = "yes"
		}
	case form.Select, form.Radio, form.Checkboxes:
	default:
		v.Value = s.mark(SlotValue, f.Name, "")
	}
	v.Error = s.mark(SlotError, f.Name, "")
}

// formID gives the ids of a form their beginning: its name, or one with a number behind it when headings, or the same
// form above, have such ids.
func (j *job) formID(f *content.Form) string {
	for n := 1; ; n++ {
		id := f.Name
		if n > 1 {
			id += "-" + strconv.Itoa(n)
		}
		ids := []string{id, id + "-" + form.ConsentName}
		for i := range f.Fields {
			ids = append(ids, id+"-"+f.Fields[i].Name)
		}
		if j.markdown.Claim(ids...) {
			return id
		}
	}
}

// form renders a form. Of one that is not there the template's place is reported.
func (w *worker) form(name string) (template.HTML, error) {
	w.note(askForm, name)
	f := w.r.site.Tree.FormIn(name, w.job.lang)
	switch {
	case f != nil && f.Torn:
		return "", nil
	case w.job.sample != nil && (f != nil || name == sampleForm):
		return "", nil // forms are tried by themselves
	case f == nil:
		return "", w.unknown("form", name, w.r.site.Tree.FormNames())
	}
	v, err := w.formView(f, w.job.formID(f), w.job.url, nil)
	if err != nil {
		return "", err
	}
	return w.execute("partials/form.html", v)
}
