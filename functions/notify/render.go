package notify

import (
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"unicode"
	"unicode/utf8"

	"leadsite/functions/bundle"
)

// longestSubject is how many characters a subject may have, whatever a template makes of it.
const longestSubject = 120

// letter is a mail's words, without the addresses on its envelope.
type letter struct{ subject, text, html string }

// template is one kind of mail.
type template struct {
	subject, text *texttemplate.Template
	html          *htmltemplate.Template
}

// parse reads the sources of a kind of mail.
func parse(kind string, source bundle.MailTemplate, w words) (*template, error) {
	functions := map[string]any{"word": w.word, "pad": pad}
	var t template
	var err error
	if t.subject, err = texttemplate.New(kind + ".subject").Funcs(functions).Parse(source.Subject); err != nil {
		return nil, err
	}
	if t.text, err = texttemplate.New(kind + ".text").Funcs(functions).Parse(source.Text); err != nil {
		return nil, err
	}
	if t.html, err = htmltemplate.New(kind + ".html").Funcs(functions).Parse(source.HTML); err != nil {
		return nil, err
	}
	return &t, nil
}

// pad fills text up with spaces to a width, and with one space at least.
func pad(width int, text string) string {
	return text + strings.Repeat(" ", max(1, width-utf8.RuneCountInString(text)))
}

// render writes a mail by its templates.
func (t *template) render(data any) (letter, error) {
	var subject, text, html strings.Builder
	if err := t.subject.Execute(&subject, data); err != nil {
		return letter{}, fmt.Errorf("writing the subject: %w", err)
	}
	if err := t.text.Execute(&text, data); err != nil {
		return letter{}, fmt.Errorf("writing the text part: %w", err)
	}
	if err := t.html.Execute(&html, data); err != nil {
		return letter{}, fmt.Errorf("writing the HTML part: %w", err)
	}
	l := letter{subjectLine(subject.String()), text.String(), html.String()}
	if strings.TrimSpace(l.text) == "" {
		return letter{}, fmt.Errorf("writing the text part: it is empty")
	}
	return l, nil
}

// subjectLine makes one line of what a template gave: no control characters, white space once, cut.
func subjectLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > longestSubject {
		s = strings.TrimSpace(string([]rune(s)[:longestSubject-1])) + "…"
	}
	return s
}

// plainLetter is the mail about a lead without any template: when a site's own template is broken, sales must hear of
// the lead all the same.
func plainLetter(m LeadMail, w words) letter {
	var text strings.Builder
	for _, r := range append(m.Fields[:len(m.Fields):len(m.Fields)], m.Extra...) {
		fmt.Fprintf(&text, "%s\n", r.Label)
		for _, l := range append(r.Lines[:len(r.Lines):len(r.Lines)], r.Value) {
			if l != "" {
				fmt.Fprintf(&text, "  %s\n", l)
			}
		}
	}
	if m.Verdict != "" {
		fmt.Fprintf(&text, "\n%s: %s\n", w.word("mail_decide"), m.Verdict)
	}
	fmt.Fprintf(&text, "\n%s\n", w.word("mail_received", "when", m.Received, "id", m.ID))
	return letter{subject: subjectLine(m.Headline + " (" + m.Form + ")"), text: text.String()}
}
