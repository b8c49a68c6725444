package build

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"

	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/site"
)

// inspect checks all pages: their links, and what a careful editor or a search engine would object to.
func (o *output) inspect() {
	base, err := url.Parse(o.site.BaseURL)
	if err != nil {
		return // site.yaml's mistake, reported there
	}
	o.ledger.Rest()
	whole := check.Site{Base: base, Moved: o.moved(), Reached: o.reached(), Torn: len(o.found.Errors()) > 0}
	var objections []check.Objection
	var work sync.WaitGroup
	work.Go(func() { objections = o.ledger.Objections(whole) })
	o.checkLinks(base)
	work.Wait()
	if torn := len(o.found.Errors()) > 0; torn != whole.Torn {
		whole.Torn = torn
		objections = o.ledger.Objections(whole)
	}
	o.warn(objections)
}

// warn says objections where the author wrote what they are about. What stands in no file of an author's comes from the
// theme, and is said once for all pages that show it.
func (o *output) warn(objections []check.Objection) {
	shared := map[[2]string][]string{} // URLs of pages, by message and hint
	for _, f := range objections {
		at := o.place(f)
		switch {
		case at.Line > 0:
			o.found.Warn(at.Errorf(f.Hint, "%s", f.Msg))
		case !f.Only:
			key := [2]string{f.Msg, f.Hint}
			shared[key] = append(shared[key], f.Page)
		}
	}
	for key, urls := range shared {
		o.found.Warn(o.shared(key[0], key[1], urls))
	}
}

// place is where an author wrote what a page is objected to for; without a line when that is not known.
func (o *output) place(f check.Objection) content.Pos {
	page := o.pages[f.Page]
	switch {
	case page == nil || page.Entry == nil:
		return content.Pos{File: content.SiteFile}
	case f.Key != "":
		return page.Entry.Front.At(f.Key)
	case len(f.Near) > 0:
		return o.site.Tree.FindMatch(page.Entry, f.Nth, f.Near...)
	case f.Link != "":
		return o.linkAt(page.Entry, f.Link)
	}
	return content.Pos{File: page.Entry.File}
}

// shared is one warning of what several pages show.
func (o *output) shared(msg, hint string, urls []string) *content.Error {
	const named = 3
	at := content.Pos{File: content.SiteFile}
	if page := o.pages[urls[0]]; page != nil && page.Entry != nil {
		at.File = page.Entry.File
		if len(urls) == 1 {
			return at.Errorf(hint, "%s", msg)
		}
	}
	where := strings.Join(urls[:min(named, len(urls))], ", ")
	if more := len(urls) - named; more > 0 {
		where += fmt.Sprintf(" and %d more", more)
	}
	return at.Errorf(hint, "%s: on %s", msg, where)
}

// linkAt finds a link in a page's file. One that the author wrote relative to the page, or by the name of a file, has
// the last part in common with the finished one.
func (o *output) linkAt(e *content.Entry, to string) content.Pos {
	if at := o.site.Tree.Find(e, to); at.Line > 0 {
		return at
	}
	address, part, _ := strings.Cut(to, "#")
	if at := o.site.Tree.Find(e, "#"+part); part != "" && at.Line > 0 {
		return at // the author wrote "other.md#part"
	}
	last := strings.TrimSuffix(path.Base(address), path.Ext(address))
	if last == "" || last == "/" || last == "." {
		return content.Pos{File: e.File}
	}
	return o.site.Tree.FindMatch(e, 0, `(?:\]\(|\]:\s*|(?:href|src|url)\s*[:=]\s*["']?)([^)\s"']*\b`+regexp.QuoteMeta(last)+`\b)`)
}

// moved are the paths that only lead on, and where to.
func (o *output) moved() map[string]string {
	to := map[string]string{}
	for _, r := range o.site.Redirects {
		if strings.HasPrefix(r.To, "/") {
			to[r.From] = r.To
		}
	}
	return to
}

// reached are the pages that visitors come to without a link: home pages, and those after a form.
func (o *output) reached() map[string]bool {
	paths := map[string]bool{}
	for _, page := range o.site.Pages {
		if page.Kind == site.KindHome {
			paths[page.URL] = true
		}
	}
	for _, f := range o.site.Tree.Forms {
		paths[strings.TrimSuffix(f.Success, "/")+"/"] = true
		for _, translated := range f.Langs {
			paths[strings.TrimSuffix(translated.Success, "/")+"/"] = true
		}
	}
	return paths
}
