package render

import (
	"fmt"
	"html/template"
	"strings"

	"leadsite/build/content"
)

// ref is the path of the page that an author names: "about.md", "/blog/first", "first". One that is not there is the
// author's mistake.
func (w *worker) ref(name string) string {
	if w.job.sample != nil || w.job.page == nil {
		return "/sample/"
	}
	w.note(askRef, name)
	url, left, ok := w.r.site.Ref(w.job.page, name)
	switch {
	case left.Page != "":
		w.job.found.Add(w.job.at.Errorf("publish it, or link to another page", "content/%s is left out: %s", left.Page, left.Why).Bearable())
	case !ok:
		w.job.found.Add(w.job.at.Errorf(w.nearestPage(name), "there is no page %q", name).Bearable())
	}
	return url
}

// nearestPage is the hint for a name that no page has.
func (w *worker) nearestPage(name string) string {
	known := sortedKeys(w.r.site.ByPath)
	if near := content.Nearest(strings.TrimPrefix(name, "/"), known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return "write the path of its file below content/"
}

// code is a text as a block of code, highlighted when its language is known.
func (w *worker) code(text, language any) (template.HTML, error) {
	source := strings.Trim(plainString(text), "\r\n")
	mark := "```"
	for strings.Contains(source, mark) {
		mark += "`"
	}
	doc, err := w.job.markdown.Convert([]byte(mark + plainWord(plainString(language)) + "\n" + source + "\n" + mark + "\n"))
	return w.converted(doc, err)
}

// plainWord keeps what may stand in the name of a language.
func plainWord(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '`' || r == '~' {
			return -1
		}
		return r
	}, s)
}

// data is what a file of content/data holds: data "prices", or "team/anna" of a folder there.
func (w *worker) data(name string) (any, error) {
	w.note(askData, name)
	value, ok := w.r.site.Tree.Data[name]
	if !ok {
		return nil, w.unknown("data file", name, sortedKeys(w.r.site.Tree.Data))
	}
	return value, nil
}

// mistake reports what only a template can see to be wrong with what an author wrote.
func (w *worker) mistake(msg, hint string) string {
	if w.job.sample == nil {
		w.job.found.Add(w.job.at.Errorf(hint, "%s", msg))
	}
	return ""
}
