package site

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"leadsite/build/content"
)

// addEntries makes a page of each published file.
func (p *edition) addEntries() {
	for _, e := range p.entries {
		page := p.page(e)
		page.Blocks = p.theme.CheckBlocks(p.Tree, e, p.problems)
		p.checkTitle(page)
		p.setURL(page)
		p.setLayout(page)
		if p.add(page) {
			p.keep(page)
		}
	}
	slices.SortFunc(p.regular, compare)
	p.explainDrafts()
}

// page is the page of a file, but for its URL and its layout.
func (p *edition) page(e *content.Entry) *Page {
	f := &e.Front
	page := &Page{
		Kind: p.kind(e), Lang: e.Lang, Title: f.Title, Description: f.Description, Entry: e,
		Summary: cmp.Or(f.Summary, e.Summary), Date: f.Date, Lastmod: f.Lastmod, Words: e.Words, Noindex: f.Noindex,
		Image: f.Image, ImageAlt: f.ImageAlt, Authors: p.authors(e),
	}
	if page.Kind == Kind404 {
		page.Noindex = true
	}
	if page.Image == "" && len(f.Images) > 0 {
		page.Image = f.Images[0]
	}
	if page.Lastmod.IsZero() {
		page.Lastmod = page.Date
	}
	folder, name := locate(e)
	if page.Kind == KindPage && name == "" {
		folder = parent(folder)
	}
	page.Section = first(folder)
	return page
}

// kind says what a file is the page of. An index.md is its folder's list when there are other pages below the folder,
// and a page with its pictures beside it when there are none; an _index.md is always a list, as in Hugo.
func (p *edition) kind(e *content.Entry) Kind {
	folder, name := locate(e)
	switch {
	case folder == "" && name == "":
		return KindHome
	case folder == "" && name == "404":
		return Kind404
	case slices.Contains(p.Config.Taxonomies, first(folder)):
		if folder == first(folder) && name == "" {
			return KindTerms
		}
		return KindTerm
	case name == "" && (p.folders[folder] > 1 || strings.HasPrefix(path.Base(e.Path), "_")):
		return KindSection
	}
	return KindPage
}

// checkTitle gives a page its title. Lists and the home page have one even when their file does not say it.
func (p *edition) checkTitle(page *Page) {
	if page.Title != "" {
		return
	}
	folder, name := locate(page.Entry)
	switch page.Kind {
	case KindHome:
		page.Title = p.Config.Title
	case KindSection, KindTerms:
		page.Title = humanize(path.Base(folder))
	case KindTerm:
		page.Title = humanize(cmp.Or(name, path.Base(folder)))
	default:
		page.Title = humanize(cmp.Or(name, path.Base(folder)))
		if page.Entry.Torn {
			return
		}
		p.problems.Add(page.Entry.Front.At("title").Errorf("add title: … to its front matter", "the page has no title").Bearable())
	}
}

// humanize makes a title of a folder's name: "case-studies" is "Case studies".
func humanize(name string) string {
	words := strings.TrimSpace(strings.Map(func(r rune) rune {
		if r == '-' || r == '_' {
			return ' '
		}
		return r
	}, name))
	r, size := utf8.DecodeRuneInString(words)
	if size == 0 {
		return words
	}
	return string(unicode.ToUpper(r)) + words[size:]
}

// isFixed says whether no front matter can change the URL of such a page.
func isFixed(kind Kind) bool { return kind == KindHome || kind == Kind404 }

// setURL decides where the page stands. A url: without a slash before it is below the language's prefix.
func (p *edition) setURL(page *Page) {
	f := &page.Entry.Front
	page.URL = p.defaultURL(page)
	if f.URL == "" || f.URL == page.URL {
		return
	}
	clean, err := cleanURL(f.URL)
	if err == nil && !strings.HasPrefix(f.URL, "/") {
		clean = p.Prefix + clean
	}
	switch {
	case err != nil:
		p.problems.Add(f.At("url").Errorf("write a path like /about/", "%s", err))
	case isFixed(page.Kind):
		p.problems.Add(f.At("url").Errorf("delete the key", "the %s page is always at %s", page.Kind, page.URL))
	default:
		page.URL = clean
	}
}

// defaultURL follows from the page's path, its slug and the permalinks of its section.
func (p *edition) defaultURL(page *Page) string {
	folder, name := locate(page.Entry)
	switch {
	case page.Kind == KindHome:
		return p.Prefix + "/"
	case page.Kind == Kind404:
		return p.Prefix + "/404.html"
	case page.Kind != KindPage && name == "":
		p.checkSlug(page)
		return p.folderURL(folder)
	case page.Kind != KindPage:
		return p.folderURL(folder) + p.lastPart(page, name) + "/"
	case name == "":
		folder, name = parent(folder), path.Base(folder)
	}
	last := p.lastPart(page, name)
	if pattern, ok := p.patterns[page.Section]; ok {
		p.checkPattern(page, pattern)
		return p.Prefix + pattern.fill(p, page, name)
	}
	return p.folderURL(folder) + last + "/"
}

// checkSlug wants the slug of a folder to be one part of a path.
func (p *edition) checkSlug(page *Page) {
	if f := &page.Entry.Front; strings.Contains(f.Slug, "/") || f.Slug != "" && slug(f.Slug) == "" {
		p.problems.Add(f.At("slug").Errorf("write the whole path as url:", "a slug is one part of a path, without a slash"))
	}
}

// lastPart is the last part of a page's URL.
func (p *edition) lastPart(page *Page, name string) string {
	f := &page.Entry.Front
	last := slug(cmp.Or(f.Slug, name))
	switch {
	case f.URL != "":
	case strings.Contains(f.Slug, "/"):
		p.problems.Add(f.At("slug").Errorf("write the whole path as url:", "a slug is one part of a path, without a slash"))
	case last == "":
		p.problems.Add(p.place(page).Errorf("add slug: …", "no URL can be made of the name %q", cmp.Or(f.Slug, name)))
		return "untitled"
	}
	return last
}

// checkPattern wants what the permalinks ask for.
func (p *edition) checkPattern(page *Page, of pattern) {
	if page.Entry.Front.URL == "" && page.Date.IsZero() && slices.ContainsFunc(of, func(part part) bool { return slices.Contains(dateTokens, part.name) }) {
		p.problems.Add(page.Entry.Front.At("date").Errorf("add date: 2026-11-22", "the permalinks of %q hold the date, and the page has none", page.Section))
	}
}

// listLayouts are templates that need a list to show.
var listLayouts = []string{"list", "term", "terms"}

// setLayout picks the template: the author's choice, or what suits the kind of page.
func (p *edition) setLayout(page *Page) {
	f := &page.Entry.Front
	page.Layout = defaultLayout(page)
	choice, key := f.Layout, "layout"
	if choice == "" && slices.Contains(p.layouts, f.Type) {
		choice, key = f.Type, "type"
	}
	switch {
	case choice == "":
	case !slices.Contains(p.layouts, choice):
		p.problems.Add(f.At(key).Errorf(content.DidYouMean(choice, p.layouts), "unknown layout %q", choice).Unknown("layout", choice))
	case page.Kind == KindPage && slices.Contains(listLayouts, choice):
		p.problems.Add(f.At(key).Errorf("name the file index.md, in the folder whose pages it lists", "the layout %q shows a list, and this page has none", choice))
	default:
		page.Layout = choice
	}
}

func defaultLayout(page *Page) string {
	switch page.Kind {
	case KindHome:
		return "home"
	case KindSection:
		return "list"
	case KindTerms:
		return "terms"
	case KindTerm:
		return "term"
	case Kind404:
		return "404"
	}
	if page.Section != "" && !page.Date.IsZero() {
		return "post"
	}
	return "page"
}

// keep notes a page where lists will look for it.
func (p *edition) keep(page *Page) {
	folder, name := locate(page.Entry)
	if name == "" {
		p.bundles[folder] = page
	}
	switch page.Kind {
	case KindHome:
		p.Home = page
	case KindSection:
		p.Sections[folder] = page
	case KindPage:
		p.regular = append(p.regular, page)
	}
}

// explainDrafts remembers the URLs of what is left out. Mistakes in a draft's URL are of no interest yet.
func (p *edition) explainDrafts() {
	planner := *p.planner
	planner.problems = new(content.Problems)
	quiet := *p
	quiet.planner = &planner
	for _, d := range p.drafts {
		page := quiet.page(d.Entry)
		quiet.setURL(page)
		p.leftOut[page.URL] = d.skipped
	}
}

// LeftOut says why there is no page at a URL, when there would be one: a draft, a date that has not come.
func (s *Site) LeftOut(url string) (Skipped, bool) {
	skipped, ok := s.leftOut[url]
	return skipped, ok
}

// authors finds the profiles of those who wrote a page. A name that is nearly that of a profile is a slip, of which each
// page hears.
func (p *edition) authors(e *content.Entry) []Author {
	if len(e.Front.Authors) == 0 {
		return nil
	}
	keys := strings.Join(e.Front.Authors, "\x00")
	if authors, met := p.writers[keys]; met {
		return authors
	}
	authors, slip := make([]Author, len(e.Front.Authors)), false
	for i, key := range e.Front.Authors {
		profile, known := p.Config.Authors[key]
		if !known {
			profile = content.Author{Name: key}
			if near := content.Nearest(key, slices.Collect(maps.Keys(p.Config.Authors))); near != "" {
				slip = true
				p.problems.Add(e.Front.At(authorKey(e)).Errorf("did you mean \""+near+"\"?", "there is no author %q", key))
			}
		}
		authors[i] = Author{Key: key, Author: profile}
	}
	if !slip {
		p.writers[keys] = authors
	}
	return authors
}

// authorKey is the key under which a page names its authors.
func authorKey(e *content.Entry) string {
	if e.Front.At("author") != e.Front.At() {
		return "author"
	}
	return "authors"
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
