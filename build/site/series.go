package site

import (
	"cmp"
	"slices"
	"strings"
)

// Series is a row of pages that belong together, in the order in which they are read.
type Series struct {
	Name  string // as the first part has it
	Page  *Page  // its list, when series is a taxonomy of the site; nil otherwise
	Parts []*Page
}

// addSeries joins the parts of each series.
func (p *edition) addSeries() {
	all := make(map[string]*Series)
	for _, page := range p.regular {
		for _, name := range page.Entry.Front.Series {
			key := slug(name)
			if key == "" {
				continue // a term that no URL can be made of was reported; without the taxonomy it is no series
			}
			series := all[key]
			if series == nil {
				series = &Series{Name: name, Page: p.Terms["series"][key]}
				all[key] = series
			}
			if !slices.Contains(series.Parts, page) {
				series.Parts = append(series.Parts, page)
				page.Series = append(page.Series, series)
			}
		}
	}
	for _, series := range all {
		slices.SortFunc(series.Parts, reading)
		series.Name = series.Parts[0].seriesName(series.Name)
	}
}

// seriesName is the page's own spelling of a series' name.
func (p *Page) seriesName(name string) string {
	for _, own := range p.Entry.Front.Series {
		if slug(own) == slug(name) {
			return own
		}
	}
	return name
}

// reading is the order of a series: by weight, then the oldest first, then by title.
func reading(a, b *Page) int {
	return cmp.Or(cmp.Compare(a.weight(), b.weight()), a.Date.Compare(b.Date), strings.Compare(a.Title, b.Title), strings.Compare(a.URL, b.URL))
}

// shown are the items of a list in the order in which it shows them.
func (p *Page) shown() []*Page {
	if p.Kind != KindTerm || p.Taxonomy != "series" {
		return p.Items
	}
	return slices.SortedFunc(slices.Values(p.Items), reading)
}

// addProfiles gives the list of each author's pages the author's profile, and each page the lists of its authors. Their
// pages stand among the terms in the order of the names, none twice.
func (p *edition) addProfiles() {
	for _, term := range p.Terms["authors"] {
		profile, known := p.Config.Authors[term.Term]
		if !known {
			profile.Name = term.Title
		}
		term.Profile = &Author{Key: term.Term, Author: profile, Page: term}
		if known && term.Description == "" && len([]rune(profile.Bio)) <= 160 {
			term.Description = profile.Bio
		}
	}
	for _, page := range p.regular {
		for i := range page.Authors {
			page.Authors[i].Page = p.Terms["authors"][slug(page.Authors[i].Key)]
		}
	}
}
