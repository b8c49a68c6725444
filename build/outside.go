package build

import (
	"net/url"
	"slices"
	"strings"

	"leadsite/build/check"
	"leadsite/build/content"
)

// Outside is an address of another site that pages of this one lead to.
type Outside struct {
	URL   string      // without the part behind #
	At    content.Pos // where the first of the pages has it
	Pages int         // how many pages have it
}

// outside lists every address of another site, in the order of the pages.
func (o *output) outside() []Outside {
	base, err := url.Parse(o.site.BaseURL)
	if err != nil {
		return nil // site.yaml's mistake, reported there
	}
	pages := slices.Clone(o.read)
	slices.SortFunc(pages, func(a, b check.Page) int { return strings.Compare(a.URL, b.URL) })
	var all []Outside
	known := map[string]int{} // index in all
	for _, p := range pages {
		here := map[string]bool{}
		for _, l := range p.Links {
			address := l.Outside(base)
			if address == "" || here[address] {
				continue
			}
			here[address] = true
			if i, ok := known[address]; ok {
				all[i].Pages++
				continue
			}
			known[address] = len(all)
			all = append(all, Outside{URL: address, At: o.place(check.Objection{Page: p.URL, Fault: check.Fault{Link: l.To}}), Pages: 1})
		}
	}
	return all
}
