package site

import (
	"cmp"

	"leadsite/build/content"
)

// addSearch makes the page on which visitors search. An author's own page takes its place when it has the layout for it.
func (p *edition) addSearch() {
	if !p.Config.Outputs["search"] {
		return
	}
	url := p.Prefix + "/search/"
	page := p.ByURL[url]
	switch {
	case page == nil:
		title := cmp.Or(p.theme.Words[p.Lang]["search_title"], "Search")
		page = &Page{Kind: KindSearch, URL: url, Lang: p.Lang, Title: title, Layout: "search", Noindex: true}
		if !p.add(page) {
			return
		}
	case page.Layout != "search":
		p.problems.Add(p.place(page).Errorf("give the page layout: search, or another slug:, or take search out of the outputs in "+content.SiteFile,
			"the site's search page is at %s", url))
		return
	}
	page.Section = cmp.Or(page.Section, p.largestSection())
	p.Search = page
}

// largestSection is the folder at the top with most pages, to which the search page leads those who would rather
// browse; "" when there is none.
func (p *edition) largestSection() string {
	largest, most := "", 0
	for _, folder := range sortedKeys(p.Sections) {
		if n := len(p.Sections[folder].Items); parent(folder) == "" && n > most {
			largest, most = folder, n
		}
	}
	return largest
}
