package infra

import (
	"html"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"slices"

	"leadsite/functions/bundle"
)

// notFoundPages are the languages with a 404 page of their own: all but the first, whose page is everybody else's.
func notFoundPages(b *bundle.Bundle, site fs.FS) []string {
	var langs []string
	for _, lang := range b.Langs[min(1, len(b.Langs)):] {
		if _, err := fs.Stat(site, lang+"/404.html"); err == nil {
			langs = append(langs, lang)
		}
	}
	return langs
}

// only404 leaves those paths that the distribution of 404 pages may hold.
func only404(paths []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return p != "/*" && path.Base(p) != "404.html" })
}

// gonePages are what the edge answers for pages that are gone for good, in each language; none when no page is. An entry
// has a kilobyte, so it is not the site's whole page: a few words in the site's style, and the way to the home page.
func gonePages(b *bundle.Bundle, site fs.FS) map[string]string {
	pages := map[string]string{}
	if !slices.ContainsFunc(b.Redirects, func(r bundle.Redirect) bool { return r.Status == http.StatusGone }) {
		return pages
	}
	for i, lang := range b.Langs {
		key, folder := "gone:"+lang, lang+"/"
		if i == 0 {
			key, folder = "gone:", ""
		}
		pages[key] = gonePage(b, lang, "/"+folder, styleSheet(site, folder))
	}
	return pages
}

func gonePage(b *bundle.Bundle, lang, home, style string) string {
	w := b.WordsIn(lang, bundle.Words{"gone_title": "This page is gone", "gone_text": "It was taken away for good.", "not_found_home": "Go to the first page"})
	text := "<p>" + html.EscapeString(w["gone_text"]) + "</p>"
	page := func(text string) string {
		return `<!doctype html><html lang="` + html.EscapeString(lang) + `"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
			`<meta name="color-scheme" content="light dark"><title>` + html.EscapeString(w["gone_title"]+" – "+b.Site) + `</title>` + style +
			`<main class="wrap"><h1>` + html.EscapeString(w["gone_title"]) + `</h1>` + text + `<p><a href="` + home + `">` + html.EscapeString(w["not_found_home"]) + `</a></p></main>`
	}
	if whole := page(text); len(whole) <= maxValue {
		return whole
	}
	return page("") // what is left out is what the heading says already
}

var styleSheetLink = regexp.MustCompile(`<link[^>]*rel="?stylesheet[^>]*>`)

// styleSheet is the link to the site's style, as the first page below a folder has it; "" when none is found.
func styleSheet(site fs.FS, folder string) string {
	page, err := fs.ReadFile(site, folder+"index.html")
	if err != nil {
		return ""
	}
	return styleSheetLink.FindString(string(page))
}
