package desk

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"regexp"
	"strings"
)

//go:embed pages
var files embed.FS

// frame is what every page has.
type frame struct {
	Lang  string
	Title string
	Site  string
	Style template.CSS
	words words
}

// Word gives the templates their words.
func (f frame) Word(key string, pairs ...string) string { return f.words.Word(key, pairs...) }

// refusal is the page of a visit that changed nothing and shows nothing.
type refusal struct {
	frame
	Text      string
	Reference string // the request's number, where it helps to ask somebody
}

func parse() (*template.Template, error) { return template.ParseFS(files, "pages/*.html") }

func (v *visit) frame(title string) frame {
	return frame{Lang: v.bundle.FirstLang(), Title: title, Site: v.bundle.Site, Style: v.style(), words: v.words}
}

// colour is a colour as the bundle gives it.
var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// style is the style sheet in the colour of the site. It stands in the page, and the page's policy names its hash: so
// nothing else need be loaded, and nothing else is styled.
func (v *visit) style() template.CSS {
	sheet, err := files.ReadFile("pages/desk.css")
	if err != nil {
		panic("desk: an embedded file is gone: " + err.Error())
	}
	accent := v.bundle.Brand.Accent
	if !colour.MatchString(accent) {
		accent = "#1d4d6b"
	}
	return template.CSS(strings.ReplaceAll(string(sheet), "ACCENT", accent))
}

// refuse shows a plain page in place of what was asked for. What is wrong with a token is said no closer than helps
// whoever got it by mail, and nothing of the lead is said at all.
func (v *visit) refuse(status int, why string) {
	title, text := v.words.refusal(why)
	page := refusal{frame: v.frame(title), Text: text}
	if status >= http.StatusInternalServerError {
		page.Reference = v.words.Word("refuse_reference", "id", v.id)
	}
	v.Log.Info("refused", "request", v.id, "status", status, "why", why)
	v.write(status, "refusal", page.Style, page)
}

// nothing answers where there is nothing.
func (v *visit) nothing() { v.refuse(http.StatusNotFound, "nothing") }

// write sends a page that is whole.
func (v *visit) write(status int, name string, style template.CSS, data any) {
	var page bytes.Buffer
	if err := v.pages.ExecuteTemplate(&page, name, data); err != nil {
		v.Log.Error("showing a page", "request", v.id, "template", name, "error", err)
		v.guard("")
		http.Error(v.w, "The page cannot be shown. "+v.words.Word("refuse_reference", "id", v.id), http.StatusInternalServerError)
		return
	}
	v.guard(string(style))
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	v.w.Write(page.Bytes()) // an error here means that the reader is gone
}
