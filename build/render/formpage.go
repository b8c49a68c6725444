package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html/template"

	"leadsite/build/content"
)

// The kinds of slots, as the bundle has them.
const (
	SlotSummary  = "summary"  // HTML: what is wrong, above the form
	SlotValue    = "value"    // text: what the visitor gave
	SlotError    = "error"    // text: what is wrong with a field
	SlotHidden   = "hidden"   // attribute of the error's element while there is none
	SlotInvalid  = "invalid"  // attribute of the control while there is one
	SlotChecked  = "checked"  // attribute of a box or button that the visitor chose
	SlotSelected = "selected" // attribute of an option that the visitor chose
	SlotTitle    = "title"    // text: the title of a message
)

// Slot is a place of a form's own page, or of a message's, that each answer fills.
type Slot struct {
	Marker string // stands in the HTML for it, made of letters and digits
	Kind   string
	Field  string // name of a field, "consent" or a hidden input
	Value  string // of checked and selected: the option's
	Attr   bool   // the marker is the value of an attribute data-slot, all of which stands for it
}

// slots hands out markers. A nil one is for ordinary pages, where nothing depends on an answer.
type slots struct {
	prefix string
	list   []Slot
}

// newSlots makes markers that no other page has: what names the page, and its language.
func newSlots(what, lang string) *slots {
	sum := sha256.Sum256([]byte("slots of " + what + " in " + lang))
	return &slots{prefix: "slot" + hex.EncodeToString(sum[:6])}
}

func (s *slots) add(slot Slot) string {
	slot.Marker = fmt.Sprintf("%sx%04d", s.prefix, len(s.list))
	s.list = append(s.list, slot)
	return slot.Marker
}

// mark is a marker of its own, or "" on ordinary pages.
func (s *slots) mark(kind, field, value string) string {
	if s == nil {
		return ""
	}
	return s.add(Slot{Kind: kind, Field: field, Value: value})
}

// or is a marker for an input's value, or the value itself on ordinary pages.
func (s *slots) or(field, value string) string {
	if s == nil {
		return value
	}
	return s.mark(SlotValue, field, "")
}

// attribute is an attribute of an ordinary page, or one that stands for the slot.
func (s *slots) attribute(kind, field, value string) template.HTMLAttr {
	switch {
	case s != nil:
		return template.HTMLAttr(` data-slot="` + s.add(Slot{Kind: kind, Field: field, Value: value, Attr: true}) + `"`)
	case kind == SlotHidden:
		return " hidden"
	}
	return ""
}

// FormErrorPage is the page that shows a form again with what the visitor gave and what is wrong with it. It has a
// marker for each slot; one that the theme's templates leave out is in the list nevertheless, and missing in the page.
func (r *Renderer) FormErrorPage(f *content.Form) (html []byte, places []Slot, err error) {
	if r.fault != nil {
		return nil, nil, r.fault
	}
	w := r.take()
	defer r.give(w)
	err = w.surely(func() (err error) {
		html, places, err = w.formErrorPage(f)
		return err
	})
	return html, places, err
}

func (w *worker) formErrorPage(f *content.Form) (html []byte, places []Slot, err error) {
	marks := newSlots(f.Name, f.Lang)
	w.begin(f.Lang, "", content.Pos{File: f.File})
	w.job.view = View{Site: w.r.siteFor(f.Lang, ""), Page: w.r.formErrorView(f)}
	if w.job.view.Form, err = w.formView(f, w.job.formID(f), "", marks); err != nil {
		return nil, nil, err
	}
	page, err := w.page("form-error")
	if err != nil {
		return nil, nil, w.r.locate("", err)
	}
	return page, marks.list, nil
}

// MessagePage is the site's page around a few words that an answer brings, in one language: a marker stands where its
// title goes, another where its text does.
func (r *Renderer) MessagePage(lang string) (html []byte, places []Slot, err error) {
	if r.fault != nil {
		return nil, nil, r.fault
	}
	w := r.take()
	defer r.give(w)
	err = w.surely(func() (err error) {
		html, places, err = w.messagePage(lang)
		return err
	})
	return html, places, err
}

func (w *worker) messagePage(lang string) (html []byte, places []Slot, err error) {
	marks := newSlots("a message", lang)
	w.begin(lang, "", content.Pos{})
	w.job.view = View{Site: w.r.siteFor(lang, ""), Page: &PageView{Kind: "message", Layout: "page", Lang: lang, ReadingMinutes: 1, Noindex: true,
		Title: marks.mark(SlotTitle, "", ""), Content: template.HTML(marks.mark(SlotSummary, "", ""))}}
	page, err := w.page("page")
	if err != nil {
		return nil, nil, w.r.locate("", err)
	}
	return page, marks.list, nil
}

func (r *Renderer) formErrorView(f *content.Form) *PageView {
	return &PageView{Kind: "form-error", Layout: "form-error", Title: r.words(f.Lang)["form_error_title"], Lang: f.Lang,
		ReadingMinutes: 1, Noindex: true}
}
