package site

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"

	"leadsite/build/content"
)

// addHome makes sure that there is a home page, and gives it the posts of the whole site.
func (p *edition) addHome() {
	if p.Home == nil {
		p.Home = &Page{Kind: KindHome, URL: p.Prefix + "/", Lang: p.Config.Lang, Title: p.Config.Title, Layout: "home"}
		p.add(p.Home)
	}
	p.Home.Description = cmp.Or(p.Home.Description, p.Config.Description)
	for _, page := range p.regular {
		if page.isPost() {
			p.Home.Items = append(p.Home.Items, page)
		}
	}
}

// isPost tells what feeds and lists of the newest show: dated pages of a section that are no landing pages.
func (p *Page) isPost() bool {
	return p.Kind == KindPage && p.Section != "" && p.Layout != "landing" && !p.Date.IsZero()
}

// addSections gives each folder at the top a list page, and each list page its pages. A folder that holds only landing
// pages, and pages that no search engine may show, gets none unless its index.md asks for it: they are meant to be met
// one by one.
func (p *edition) addSections() {
	for _, page := range p.regular {
		if page.Section == "" || page.Layout == "landing" || page.Noindex {
			continue
		}
		if p.Sections[page.Section] == nil {
			section := &Page{Kind: KindSection, URL: p.folderURL(page.Section), Lang: p.Config.Lang, Title: humanize(page.Section),
				Layout: "list", Section: page.Section}
			if p.add(section) {
				p.Sections[page.Section] = section
			}
		}
	}
	for _, page := range p.regular {
		folder, _ := locate(page.Entry)
		for ; folder != ""; folder = parent(folder) {
			if section := p.Sections[folder]; section != nil {
				section.Items = append(section.Items, page)
			}
		}
	}
}

// Above are the lists of the folders that a page is in, the outermost first.
func (e *Edition) Above(page *Page) []*Page {
	if page.Entry == nil || page.Kind == KindTerm {
		return nil
	}
	folder, name := locate(page.Entry)
	if name == "" {
		folder = parent(folder)
	}
	var above []*Page
	for ; folder != ""; folder = parent(folder) {
		if section := e.Sections[folder]; section != nil && section != page {
			above = append(above, section)
		}
	}
	slices.Reverse(above)
	return above
}

// addTerms makes the lists of every taxonomy of the site: one of its terms, and one of the pages of each term.
func (p *edition) addTerms() {
	for _, taxonomy := range p.Config.Taxonomies {
		t := &terms{edition: p, taxonomy: taxonomy, byURL: make(map[string]*Page)}
		t.describe()
		for _, page := range p.regular {
			t.file(page)
		}
		t.list()
		p.Terms[taxonomy] = t.byURL
	}
}

// terms are the terms of one taxonomy on their way.
type terms struct {
	*edition
	taxonomy string
	byURL    map[string]*Page // by the last part of the URL
}

// describe takes the files that an author has written about terms: tags/crm.md, tags/crm/index.md. Their titles are
// the author's; the term itself is as the first page has it that is filed under it.
func (t *terms) describe() {
	for _, page := range t.Pages {
		if page.Lang == t.Lang && page.Kind == KindTerm && page.Section == t.taxonomy {
			folder, name := locate(page.Entry)
			page.Taxonomy = t.taxonomy
			t.byURL[slug(cmp.Or(name, path.Base(folder)))] = page
		}
	}
}

// file puts a page under its terms.
func (t *terms) file(page *Page) {
	names := page.Entry.Front.Terms.In(t.taxonomy)
	if len(names) == 0 {
		return
	}
	list := make([]*Page, 0, len(names))
	for _, name := range names {
		term := t.term(page, name)
		if term == nil || slices.Contains(list, term) {
			continue
		}
		term.Items = append(term.Items, page)
		list = append(list, term)
	}
	if page.Terms == nil {
		page.Terms = make(Filings, 0, len(page.Entry.Front.Terms))
	}
	page.Terms = append(page.Terms, Filing{t.taxonomy, list})
}

// term finds or makes the list of a term.
func (t *terms) term(page *Page, name string) *Page {
	key := slug(name)
	front := &page.Entry.Front
	term := t.byURL[key]
	switch {
	case key == "":
		t.problems.Add(front.At(t.taxonomy).Errorf("use letters or digits", "no URL can be made of the term %q", name))
		return nil
	case term == nil:
		return t.newTerm(key, name)
	case term.Term == "":
		term.Term = name
	case !sameTerm(term.Term, name):
		t.problems.Add(front.At(t.taxonomy).Errorf("write one of them in other words", "%q and %q would both be at %s", term.Term, name, term.URL).Bearable())
	}
	return term
}

// sameTerm takes "CRM" and "crm", "lead generation" and "lead-generation" for one.
func sameTerm(a, b string) bool {
	fold := func(s string) string {
		return strings.ToLower(strings.NewReplacer("-", "", " ", "", "_", "").Replace(s))
	}
	return a == b || fold(a) == fold(b)
}

func (t *terms) newTerm(key, name string) *Page {
	title := name
	if profile, ok := t.Config.Authors[name]; ok && t.taxonomy == "authors" {
		title = profile.Name
	}
	term := &Page{Kind: KindTerm, URL: t.folderURL(t.taxonomy) + key + "/", Lang: t.Config.Lang, Title: title, Layout: "term",
		Section: t.taxonomy, Taxonomy: t.taxonomy, Term: name}
	t.byURL[key] = term
	t.add(term)
	return term
}

// list makes the list of the terms, unless there are none.
func (t *terms) list() {
	page := t.bundles[t.taxonomy]
	if page == nil && len(t.byURL) > 0 {
		page = &Page{Kind: KindTerms, URL: t.folderURL(t.taxonomy), Lang: t.Config.Lang, Title: humanize(t.taxonomy),
			Layout: "terms", Section: t.taxonomy}
		t.add(page)
	}
	if page == nil {
		return
	}
	page.Taxonomy = t.taxonomy
	for _, key := range sortedKeys(t.byURL) {
		page.Items = append(page.Items, t.byURL[key])
	}
	slices.SortStableFunc(page.Items, func(a, b *Page) int {
		return strings.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title))
	})
}

// addNotFound makes the page for addresses that do not exist.
func (p *edition) addNotFound() {
	url := p.Prefix + "/404.html"
	if p.Config.Outputs["404"] && p.ByURL[url] == nil {
		title := cmp.Or(p.theme.Words[p.Config.Lang]["not_found_title"], "Page not found")
		p.add(&Page{Kind: Kind404, URL: url, Lang: p.Config.Lang, Title: title, Layout: "404", Noindex: true})
	}
}

// Posts are the newest pages of a section, of the whole site for "": posts alone there, without landing pages and
// pages that have no date. There are n of them at most. An unknown section has none.
func (s *Edition) Posts(section string, n int) []*Page {
	list := s.Home
	if section != "" {
		list = s.Sections[section]
	}
	if list == nil {
		return nil
	}
	return list.Items[:min(max(n, 0), len(list.Items))]
}

// parts is how many outputs a page has.
func (p *planner) parts(page *Page) int {
	if !page.isList() {
		return 1
	}
	return max(1, (len(page.Items)+p.Config.Paginate-1)/p.Config.Paginate)
}

// pagers cut a list into parts. What is no list has one part without a number.
func (p *planner) pagers(page *Page, take func(Pager)) {
	if page.Kind == KindTerms {
		take(Pager{Number: 1, Of: 1, Items: page.Items, URL: page.URL})
		return
	}
	if !page.isList() {
		take(Pager{URL: page.URL})
		return
	}
	items, size := page.shown(), p.Config.Paginate
	part := Pager{Of: p.parts(page), Next: page.URL}
	for part.Number < part.Of {
		part.Prev, part.URL, part.Next = part.URL, part.Next, ""
		part.Items = items[part.Number*size : min((part.Number+1)*size, len(items))]
		if part.Number++; part.Number < part.Of {
			part.Next = page.URL + "page/" + strconv.Itoa(part.Number+1) + "/"
		}
		take(part)
	}
}

// isList says whether the page shows its items part by part: sections and terms, unless an author has given them the
// layout of a single page, and the home page when its layout is "list".
func (p *Page) isList() bool {
	if p.Kind == KindSection || p.Kind == KindTerm {
		return !slices.Contains([]string{"page", "post", "landing", "home"}, p.Layout)
	}
	return p.Kind == KindHome && p.Layout == "list"
}

// checkForms wants the page that a form leads to, and the form that a page names.
func (p *planner) checkForms() {
	for _, name := range p.Tree.FormNames() {
		f := p.Tree.Forms[name]
		p.checkSuccess(f)
		for _, lang := range sortedKeys(f.Langs) {
			p.checkSuccess(f.Langs[lang])
		}
	}
	for _, page := range p.Pages {
		if page.Entry == nil || page.Entry.Front.Form == "" || p.Tree.Forms[page.Entry.Front.Form] != nil {
			continue
		}
		name := page.Entry.Front.Form
		p.problems.Add(page.Entry.Front.At("form").Errorf(content.DidYouMean(name, p.Tree.FormNames()), "there is no form %q", name))
	}
}

// checkSuccess wants the page that a form leads to, in the form's own language if it is there.
func (p *planner) checkSuccess(f *content.Form) {
	if f.Torn || !strings.HasPrefix(f.Success, "/") {
		return
	}
	if problem := p.checkTarget(f.Success, f.At("success"), "the success page"); problem != nil {
		p.problems.Add(problem)
		return
	}
	target := p.ByURL[f.Success]
	if target == nil || target.Lang == f.Lang || f.Lang == "" {
		return
	}
	if better := target.in(f.Lang); better != nil {
		p.problems.Warn(f.At("success").Errorf("write success: "+better.URL, "the success page %s is in %s, and there is one in %s", f.Success, p.edition(target.Lang).inEnglish(), p.edition(f.Lang).inEnglish()))
	}
}
