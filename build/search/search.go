// Package search makes the index that a site's own search page looks things up in: one file a language, which the
// browser fetches when a visitor is about to search, and no service behind it.
//
// It reads the authors' Markdown a second time, fast and by lines; it does not parse or render. The ranking is in the
// theme's assets/search.js, which cuts text into words just as this package does.
//
// # The file
//
// JSON, so that every server knows its type and compresses it. All pages of one language, newest first:
//
//	{"format": 1,
//	 "titles": ["One: how it began", …],
//	 "texts":  ["The first.", …],            what a result shows: the description, else the first paragraph, cut
//	 "urls":   ["/blog/*", "/about/", …],    * stands for the title in lower case, with - for all but a-z and 0-9, and /
//	 "dates":  "osnB+B…",                    days since 1970, then how many days older each page is; pages without a
//	                                         date come last and have none here
//	 "words":  "AanchorDorBoat",             sorted; a capital says how many letters come from the word before: A 0, B 1
//	 "found":  "AEC gB …"}                   for each word the pages that have it
//
// The words of titles and texts are not listed: the browser has them there already. In found, each word's pages are
// parted by spaces; each page is one number, four times the distance from the page before (the first: from -1) plus how
// much the word says: 0 it is there, 1 often, 2 in a heading, 3 as a tag, an author or a keyword. Numbers are in
// base64 digits of five bits, lowest first; the sixth bit says that another digit follows, as in source maps.
//
// # Size
//
// A small site's index has every word. Where that would be too much for a visitor to fetch, each page keeps the words
// that tell most about it (often in it, seldom elsewhere), as many as fit: see budget.
package search

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/theme"
)

// Index is the finished index of one language.
type Index struct {
	Path  string // below the output folder: "assets/search-en.3f9a61c2.json"
	Data  []byte
	Pages int
}

// Set holds the index of each language.
type Set map[string]*Index

// URLs are the indexes' paths on the site.
func (s Set) URLs() map[string]string {
	urls := make(map[string]string, len(s))
	for lang, index := range s {
		urls[lang] = "/" + index.Path
	}
	return urls
}

// Make reads the pages of a plan and makes the indexes by language. The same plan and files give the same bytes. None
// are made when the site has no search. A file that has changed since it was planned is a problem; the error is of a
// cancelled context.
func Make(ctx context.Context, plan *site.Site, th *theme.Theme, problems *content.Problems) (Set, error) {
	indexes := Set{}
	if !plan.Config.Outputs["search"] {
		return indexes, nil
	}
	pages := byLanguage(plan.Pages)
	for _, edition := range plan.Editions {
		lang := edition.Lang
		read, err := collect(ctx, plan, th, pages[lang], problems)
		if err != nil {
			return nil, fmt.Errorf("making the search index: %w", err)
		}
		read.choose()
		data := read.encode()
		sum := sha256.Sum256(data)
		path := "assets/search-" + strings.ToLower(lang) + "." + hex.EncodeToString(sum[:4]) + ".json"
		indexes[lang] = &Index{Path: path, Data: data, Pages: len(pages[lang])}
	}
	return indexes, nil
}

// byLanguage are the pages that a visitor may find, newest first.
func byLanguage(all []*site.Page) map[string][]*site.Page {
	pages := map[string][]*site.Page{}
	for _, p := range all {
		if p.Entry == nil || p.Noindex || p.Kind == site.Kind404 || p.Kind == site.KindTerm || p.Kind == site.KindTerms || p.Layout == "search" {
			continue
		}
		pages[p.Lang] = append(pages[p.Lang], p)
	}
	for _, list := range pages {
		slices.SortFunc(list, func(a, b *site.Page) int {
			return cmp.Or(cmp.Compare(day(b.Date), day(a.Date)), strings.Compare(a.URL, b.URL))
		})
	}
	return pages
}
