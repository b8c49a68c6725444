package build

import (
	"net/url"
	"strings"

	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/site"
)

// checkPolicy reports what the site's Content-Security-Policy would keep browsers from showing: scripts and styles in
// the page itself, which are mistakes, and what comes from places that site.yaml does not allow.
func (o *output) checkPolicy(out site.Output, p check.Page, found *content.Problems) {
	for _, inline := range p.Inline {
		found.Add(o.inline(out, inline))
	}
	base, err := url.Parse(o.site.BaseURL)
	if err != nil {
		return // site.yaml's mistake, reported there
	}
	for _, l := range p.Loads {
		origin, ok := check.Allowed(l, base, o.site.Config.CSP)
		if ok {
			continue
		}
		found.Warn(o.placeOf(out, l.To).Errorf("put the file into content/static, or write under allow: in site.yaml: "+l.Directive+": ["+origin+"]",
			"browsers will not load %s, because the site does not allow %s from %s", l.To, l.Directive, origin))
	}
}

// inline blames the author for what is in the author's file, and the theme for the rest.
func (o *output) inline(out site.Output, i check.Inline) *content.Error {
	hint := "put it into a file of static/ or of the theme"
	text := strings.Join(strings.Fields(i.Text), " ")
	if at := o.placeOf(out, i.Text); at.Line > 0 {
		return at.Errorf(hint, "%s has no effect, because the site's policy allows none: %s", i.What, text).Bearable()
	}
	return content.Pos{File: "themes/" + o.site.Config.Theme}.Errorf(hint,
		"a template writes %s, and the site's policy allows none: %s", i.What, text)
}

// placeOf is where a text stands in the file of a page; the file alone when it stands nowhere there.
func (o *output) placeOf(out site.Output, text string) content.Pos {
	if out.Page == nil || out.Page.Entry == nil {
		return content.Pos{File: content.SiteFile}
	}
	return o.site.Tree.Find(out.Page.Entry, text)
}
