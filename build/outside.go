package build

import (
	"net/url"

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
	var all []Outside
	known := map[string]int{}    // index in all
	here := map[[2]string]bool{} // page and address
	o.ledger.Outside(base, func(page string, link check.Link, address string) {
		if here[[2]string{page, address}] {
			return
		}
		here[[2]string{page, address}] = true
		if i, ok := known[address]; ok {
			all[i].Pages++
			return
		}
		known[address] = len(all)
		all = append(all, Outside{URL: address, At: o.place(check.Objection{Page: page, Fault: check.Fault{Link: link.To}}), Pages: 1})
	})
	return all
}
