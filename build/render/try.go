package render

import (
	"bytes"
	"errors"
	"html/template"
	"io"
	"strings"
	"time"

	"golang.org/x/net/html"

	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/functions/form"
)

// sample is what the questions for other pages answer while templates are tried out.
type sample struct {
	refs  []*PageRef
	terms []TermView
}

// try executes every template twice: on a page that has everything, and on one that has as little as possible. What
// html/template finds only then, and fields that do not exist, come to light before the first page. The ids that the
// templates have are noted, for headings to keep off.
func (r *Renderer) try() []*content.Error {
	var faults []*content.Error
	for _, rich := range []bool{true, false} {
		t := trial{r: r, rich: rich}
		t.part("partials/form.html", formView(t.form(), sampleForm, "/sample/", nil))
		for _, layout := range append(r.theme.Layouts(), "form-error") {
			t.layout(layout)
		}
		for _, name := range sortedKeys(r.theme.Blocks) {
			t.part("blocks/"+name+".html", BlockView{Site: t.site(), Page: t.page("landing"), Block: t.values(r.theme.Blocks[name]), Heading: 2})
		}
		for _, name := range sortedKeys(r.theme.Shortcodes) {
			t.part("shortcodes/"+name+".html", ShortcodeView{Site: t.site(), Page: t.page("post"), Args: t.values(r.theme.Shortcodes[name]), Inner: "<p>Text</p>"})
		}
		faults = append(faults, t.faults...)
	}
	return faults
}

type trial struct {
	r      *Renderer
	rich   bool
	faults []*content.Error
}

// worker readies one for a try. The faults are the theme's own, so its file is their place.
func (t *trial) worker(file string) *worker {
	w := t.r.take()
	w.begin(t.r.site.Config.Lang, "/sample/", content.Pos{File: "themes/" + t.r.theme.Name + "/" + file})
	w.job.sample = &sample{}
	if t.rich {
		w.job.sample.refs = []*PageRef{t.ref(), t.ref()}
		w.job.sample.terms = t.terms()
	}
	return w
}

func (t *trial) fail(err error) {
	if err != nil {
		t.faults = append(t.faults, t.r.locate("", err))
	}
}

func (t *trial) layout(layout string) {
	w := t.worker("templates/" + layout + ".html")
	defer t.r.give(w)
	if w.set().Lookup(pageTemplate(layout)) == nil {
		return // the theme lacks it, and says so
	}
	w.job.view = View{Site: t.site(), Page: t.page(layout), List: t.list(layout)}
	if layout == "form-error" {
		w.job.view.Form = formView(t.form(), sampleForm, "", newSlots(t.form().Name, t.form().Lang))
	}
	page, err := w.page(layout)
	t.reserve(page)
	if escape, ok := errors.AsType[*template.Error](err); ok && escape.ErrorCode == template.ErrEndContext {
		err = t.leftOpen(layout, err)
	}
	t.fail(err)
}

// leftOpen finds the part of a page that leaves its HTML open. html/template speaks of the page as a whole.
func (t *trial) leftOpen(layout string, whole error) error {
	w := t.r.newWorker()
	for _, part := range w.set().Templates() {
		name := part.Name()
		if strings.HasPrefix(name, layout+" ") && name != pageTemplate(layout) || strings.HasPrefix(name, "partials/") {
			err := w.set().ExecuteTemplate(io.Discard, name, nil)
			if escape, ok := errors.AsType[*template.Error](err); ok && escape.ErrorCode == template.ErrEndContext {
				return err
			}
		}
	}
	return whole
}

func (t *trial) part(name string, view any) {
	w := t.worker(name)
	defer t.r.give(w)
	if w.set().Lookup(name) == nil {
		return // the theme lacks it, and says so
	}
	page, err := w.execute(name, view)
	t.reserve([]byte(page))
	t.fail(err)
}

// reserve notes the ids of a page that was tried, but for those of the made-up form.
func (t *trial) reserve(page []byte) {
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range z.Token().Attr {
				if a.Key == "id" && !strings.HasPrefix(a.Val, sampleForm) {
					t.r.reserved[a.Val] = true
				}
			}
		}
	}
}

func (t *trial) site() *SiteView {
	v := t.r.siteFor(t.r.site.Lang, "/sample/")
	if !t.rich {
		v = &SiteView{Title: v.Title, BaseURL: v.BaseURL, Lang: v.Lang, Home: v.Home, Settings: v.Settings}
	}
	return v
}

func (t *trial) page(layout string) *PageView {
	v := &PageView{Kind: "page", Layout: layout, URL: "/sample/", Permalink: t.r.absolute("/sample/"), Title: "Sample",
		Lang: t.r.site.Config.Lang, ReadingMinutes: 1}
	if !t.rich {
		return v
	}
	ref := t.ref()
	v.Description, v.Summary, v.Date, v.Lastmod, v.Words = "About the sample.", "The sample.", ref.Date, ref.Date.AddDate(0, 0, 1), 300
	v.Section, v.SectionTitle, v.SectionURL = "samples", "Samples", "/samples/"
	v.Above = []MenuView{{Name: "Samples", URL: "/samples/"}}
	v.Authors, v.Image, v.ImageAlt, v.Terms = ref.Authors, ref.Image, ref.ImageAlt, terms(ref.page)
	v.Params = map[string]any{}
	v.Profile = &ref.Authors[0]
	v.Series = []SeriesView{{Name: "Samples", URL: "/series/samples/", Number: 2, Parts: []*PageRef{ref, ref}}}
	v.Prev, v.Next = ref, ref
	v.Content = "<h2>A</h2><p>Text</p>"
	v.TOC = []TOCEntry{{ID: "a", Text: "A", Level: 2, Children: []TOCEntry{{ID: "b", Text: "B", Level: 3}}}, {ID: "c", Text: "C", Level: 2}}
	v.Blocks = []template.HTML{"<p>Block</p>"}
	v.Form = sampleForm
	v.Card = &CardView{URL: "/one.png", Alt: "One", Type: "image/png", Width: 1200, Height: 630}
	v.Feed, v.Feeds = "/samples/feed.xml", []FeedView{{URL: "/samples/feed.xml", Type: "application/atom+xml"}}
	v.Languages = []LanguageView{{Lang: v.Lang, Name: "One", URL: v.URL, Same: true, Current: true}, {Lang: "tlh", Name: "Two", URL: "/tlh/"}}
	v.Hreflangs = []HreflangView{{Lang: v.Lang, URL: v.Permalink}, {Lang: "x-default", URL: v.Permalink}}
	return v
}

func (t *trial) ref() *PageRef {
	day := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	return &PageRef{URL: "/samples/one/", Title: "One", Description: "About one.", Summary: "One.", Date: day, ReadingMinutes: 2,
		Authors: []AuthorView{{Key: "sam", Name: "Sam", Role: "Author", Bio: "Writes.", Image: "/sam.png", URL: "https://sam.example.com/", Page: "/authors/sam/"}, {Key: "kim", Name: "Kim"}},
		Image:   "/one.png", ImageAlt: "One", Section: "samples", page: t.filed()}
}

// filed is a page that is filed under a tag.
func (t *trial) filed() *site.Page {
	tag := &site.Page{Term: "tag", URL: "/tags/tag/", Items: make([]*site.Page, 2)}
	return &site.Page{Terms: site.Filings{{Taxonomy: "tags", Terms: []*site.Page{tag}}}}
}

func (t *trial) terms() []TermView { return []TermView{{Name: "tag", URL: "/tags/tag/", Count: 2}} }

// list is a list's second part of three, for layouts of lists. Layouts of pages see none, as they will.
func (t *trial) list(layout string) *ListView {
	switch layout {
	case "list", "term", "terms":
	default:
		return nil
	}
	if !t.rich {
		return &ListView{Number: 1, Of: 1}
	}
	return &ListView{Items: []*PageRef{t.ref()}, Number: 2, Of: 3, Prev: "/samples/", Next: "/samples/page/3/", Terms: t.terms()}
}

// values are arguments or fields for a schema: all of them, or those that must be there.
func (t *trial) values(s theme.Schema) map[string]any {
	values := map[string]any{}
	for name, f := range s.Fields {
		if t.rich || f.Required {
			values[name] = t.value(f)
		} else if f.Default != nil {
			values[name] = f.Default
		}
	}
	return values
}

func (t *trial) value(f theme.Field) any {
	switch f.Type {
	case "number":
		return 1
	case "bool":
		return true
	case "enum":
		return f.Enum[0]
	case "object":
		return t.values(theme.Schema{Fields: f.Fields})
	case "list":
		return []any{t.value(*f.Items), t.value(*f.Items)}
	}
	texts := map[string]string{"url": "/sample/", "image": "/sample.png", "file": "/sample.mp4", "color": "#336699", "form": sampleForm, "section": "",
		"markdown": "Some *text*."}
	if text, ok := texts[f.Type]; ok {
		return text
	}
	return "Text"
}

// sampleForm cannot be the name of a declared form.
const sampleForm = "sample form"

// form has a field of every type.
func (t *trial) form() *content.Form {
	f := &content.Form{Form: form.Form{Name: sampleForm, Lang: t.r.site.Config.Lang, Submit: "Send", Success: "/"}}
	for _, kind := range form.Types() {
		field := form.Field{Name: string(kind), Label: "Label", Type: kind}
		switch kind {
		case form.Select, form.Radio, form.Checkboxes:
			field.Options = []form.Option{{Value: "a", Label: "A"}, {Value: "b", Label: "B"}}
		}
		if t.rich {
			field.Required, field.Hint, field.Placeholder, field.Autocomplete = true, "Hint", "Placeholder", "name"
			field.Min, field.Max, field.Step, field.Pattern, field.Rows = "1", "9", "1", "[a-z]+", 4
			field.ShowWhen = &form.Condition{When: "select", Is: "a"}
		}
		f.Fields = append(f.Fields, field)
	}
	if t.rich {
		f.Title, f.Note = "Title", "Note"
		f.Consent = &form.Consent{Text: "Consent", Required: true}
	}
	return f
}
