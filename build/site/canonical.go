package site

import "strings"

// Canonical is the whole URL that search engines are to show for a page: its own, unless the author names another one,
// of this site or of the site where it was published first.
func (s *Site) Canonical(page *Page) string {
	if page.Entry == nil || page.Entry.Front.Canonical == "" {
		return page.Permalink
	}
	if to := page.Entry.Front.Canonical; !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return to
	}
	return permalink(s.BaseURL, page.Entry.Front.Canonical)
}

// checkCanonicals wants the canonical addresses that authors name to lead somewhere.
func (p *planner) checkCanonicals() {
	for _, page := range p.Pages {
		if page.Entry == nil || page.Entry.Front.Canonical == "" {
			continue
		}
		to, at := page.Entry.Front.Canonical, page.Entry.Front.At("canonical")
		problem := p.checkTarget(to, at, "the canonical address")
		if whole := strings.HasPrefix(to, "https://") || strings.HasPrefix(to, "http://"); !whole && (isOutside(to) || !strings.HasPrefix(to, "/")) {
			problem = at.Errorf("begin it with https:// or /", "%q cannot be the canonical address of a page", to)
		}
		if problem != nil {
			p.problems.Add(problem)
		}
	}
}
