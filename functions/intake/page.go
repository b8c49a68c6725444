package intake

import (
	"bytes"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
)

// formPage is the form's page of the bundle with its slots filled: the summary above the form, the errors by field,
// and everything as the visitor left it. A bundle without such a page still answers, with the summary alone.
func (x *exchange) formPage(s *submission, errors map[string]string, summary string) []byte {
	if len(s.form.Page) == 0 {
		return x.messagePage(s.form.Title, summary)
	}
	var page bytes.Buffer
	for _, chunk := range s.form.Page {
		page.WriteString(chunk.HTML)
		page.WriteString(s.fill(chunk.Slot, errors, summary))
	}
	return page.Bytes()
}

// fill is the HTML for one slot.
func (s *submission) fill(slot bundle.Slot, errors map[string]string, summary string) string {
	switch slot.Kind {
	case bundle.SlotSummary:
		return summary
	case bundle.SlotValue:
		return html.EscapeString(s.shown(slot.Field))
	case bundle.SlotError:
		return html.EscapeString(errors[slot.Field])
	case bundle.SlotHidden:
		return when(errors[slot.Field] == "", " hidden")
	case bundle.SlotInvalid:
		return when(errors[slot.Field] != "", ` aria-invalid="true"`)
	case bundle.SlotChecked:
		return when(s.chose(slot.Field, slot.Value), " checked")
	case bundle.SlotSelected:
		return when(s.chose(slot.Field, slot.Value), " selected")
	}
	return ""
}

func when(condition bool, s string) string {
	if condition {
		return s
	}
	return ""
}

// shown is what the visitor, or the page's script, gave for one input, as text that can be shown.
func (s *submission) shown(name string) string {
	switch name {
	case form.PageName:
		return s.Meta.Page
	case form.LangName:
		return s.form.Lang
	case form.SchemaName:
		return s.form.Schema
	case form.IDName:
		return s.Meta.ID
	case form.TokenName:
		return s.Meta.Token
	case form.QueryName:
		return s.Meta.Query
	case form.ReferrerName:
		return s.Meta.Referrer
	case form.TouchName:
		return s.Meta.Touch
	case s.form.Honeypot():
		return form.Clean(s.Trap, false)
	}
	if len(s.Posted[name]) == 0 {
		return ""
	}
	value := form.Clean(s.Posted[name][0], true)
	if f := s.form.Field(name); f.Type == form.Textarea && strings.HasPrefix(value, "\n") {
		return "\n" + value // browsers drop the first line break after <textarea>
	}
	return value
}

// chose says whether the visitor ticked or picked an option.
func (s *submission) chose(name, value string) bool {
	if name == form.ConsentName && s.form.Consent != nil {
		return s.Consent
	}
	return slices.Contains(s.Posted[name], value)
}

// problemSummary lists what is wrong, each a link to its field. Its shape is the one that the theme's script makes.
func (x *exchange) problemSummary(s *submission, problems []form.Problem, errors map[string]string) string {
	var items strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&items, `<li><a href="#%s">%s</a></li>`, html.EscapeString(s.form.ControlID(p.Field)), html.EscapeString(errors[p.Field]))
	}
	return x.summary("summary_title", "<ul>"+items.String()+"</ul>")
}

// statusSummary says why a submission was not stored although nothing in it is wrong, and whom to write to.
func (x *exchange) statusSummary(key string) string {
	owner := x.bundle.Brand.Owner
	mailto := fmt.Sprintf(`<a href="mailto:%s">%s</a>`, html.EscapeString(url.PathEscape(owner)), html.EscapeString(owner))
	words := strings.ReplaceAll(html.EscapeString(x.template(key)), "{email}", mailto)
	return x.summary(key+"_title", "<p>"+words+"</p>"+x.reference())
}

// reference shows the request's id, by which its lines in the log are found.
func (x *exchange) reference() string {
	return "<p>" + html.EscapeString(x.word("reference")) + "</p>"
}

func (x *exchange) summary(titleKey, inner string) string {
	return `<div class="summary" role="alert" tabindex="-1"><p class="summary-title">` + html.EscapeString(x.word(titleKey)) + `</p>` + inner + `</div>`
}

// messagePage is the site's page around a few words, for a request that belongs to no form.
func (x *exchange) messagePage(title, inner string) []byte {
	chunks := x.bundle.Page[x.lang]
	if len(chunks) == 0 {
		return x.plainPage(title, inner)
	}
	inner += `<p><a href="/">` + html.EscapeString(x.word("back_to_site")) + `</a></p>`
	var page bytes.Buffer
	for _, chunk := range chunks {
		page.WriteString(chunk.HTML)
		switch chunk.Slot.Kind {
		case bundle.SlotTitle:
			page.WriteString(html.EscapeString(title))
		case bundle.SlotSummary:
			page.WriteString(inner)
		}
	}
	return page.Bytes()
}

// plainPage stands in for a bundle without such a page. It has no style of its own, because the site's policy
// allows no inline style and this package does not know the names of the site's style sheets.
func (x *exchange) plainPage(title, inner string) []byte {
	home := "/"
	if u, err := url.Parse(x.bundle.BaseURL); err == nil && form.LocalPath(u.EscapedPath()) {
		home = u.EscapedPath()
	}
	esc := html.EscapeString
	return []byte(`<!doctype html>
<html lang="` + esc(x.lang) + `">
<head>
<meta charset="utf-8">
<title>` + esc(title) + ` – ` + esc(x.bundle.Site) + `</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
</head>
<body>
<main>
<h1>` + esc(title) + `</h1>
` + inner + `
<p><a href="` + esc(home) + `">` + esc(x.word("back_to_site")) + `</a></p>
</main>
</body>
</html>
`)
}
