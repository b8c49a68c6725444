package site

import (
	"cmp"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"leadsite/build/content"
	"leadsite/build/theme"
)

// Options are what the plan depends on beside the source.
type Options struct {
	Now            time.Time // which dates have come
	Drafts, Future bool      // publish drafts, and pages whose date has not come
	BaseURL        string    // over the one of site.yaml when not empty
}

// Plan decides what the site consists of. It always gives a site; mistakes go to problems. The same tree, theme and
// options give the same plan, in every order.
func Plan(tree *content.Tree, th *theme.Theme, opts Options, problems *content.Problems) *Site {
	p := newPlanner(tree, th, opts, problems)
	p.publish()
	for _, e := range p.editions {
		e.addEntries()
		e.addHome()
		e.addSections()
		e.addTerms()
		e.addSeries()
		e.addProfiles()
		e.addNotFound()
		e.addSearch()
	}
	p.connect()
	p.joinTranslations()
	p.addOutputs()
	for _, e := range p.editions {
		e.addMenus()
		e.checkPictures()
	}
	p.checkForms()
	p.checkCanonicals()
	p.reportUntranslated()
	return p.Site
}

// planner is a Site on its way.
type planner struct {
	*Site
	theme    *theme.Theme
	layouts  []string
	opts     Options
	problems *content.Problems
	editions []*edition
	outputs  map[string]string // who makes a file, by its path
}

// edition is an Edition on its way. Folders in its maps are without the language.
type edition struct {
	*planner
	*Edition
	entries  []*content.Entry    // published
	drafts   []draft             // left out; kept to explain links to them
	patterns map[string]pattern  // permalinks by section
	folders  map[string]int      // how many pages there are in each folder and below it, itself aside
	slugs    map[string]string   // the last part of a folder's URL, where its index.md says another one than its name
	bundles  map[string]*Page    // the page that a folder's index.md made, by folder
	hidden   map[string]bool     // folders whose index.md is left out
	regular  []*Page             // of KindPage, in the order of lists
	writers  map[string][]Author // by their keys, joined by NULs
}

// draft is an entry that is left out.
type draft struct {
	*content.Entry
	skipped Skipped
}

func newPlanner(tree *content.Tree, th *theme.Theme, opts Options, problems *content.Problems) *planner {
	p := &planner{
		Site: &Site{
			Tree: tree, BaseURL: tree.Config.BaseURL,
			ByURL: make(map[string]*Page, len(tree.Entries)), ByPath: make(map[string]*Page, len(tree.Entries)),
			words: th.Words, byKey: make(map[string]map[string]*Page), files: make(map[string]string), leftOut: make(map[string]Skipped),
		},
		theme: th, layouts: th.Layouts(), opts: opts, problems: problems,
	}
	if opts.BaseURL != "" {
		base, err := content.CleanBaseURL(opts.BaseURL)
		if err != nil {
			problems.Add(&content.Error{File: "--base-url", Msg: err.Error()})
		} else {
			p.BaseURL = base
		}
	}
	for i, lang := range tree.Config.Langs {
		p.addEdition(lang, i == 0)
	}
	p.Edition = p.Editions[0]
	p.Config = p.Edition.Config
	s := p.Site // alone: the planner, which knows much that only planning needs, is not to live as long
	s.byName = sync.OnceValue(func() map[string]map[string]*Page { return indexNames(s) })
	s.related = sync.OnceValue(func() *relatedIndex { return indexRelated(s) })
	return p
}

// publish sorts out what is not published, and counts what is left.
func (p *planner) publish() {
	for _, entry := range p.Tree.Entries {
		e := p.edition(entry.Lang)
		if why, due := p.whyNot(entry); why != "" {
			e.leaveOut(entry, why, due)
			continue
		}
		e.entries = append(e.entries, entry)
		folder, name := locate(entry)
		if name == "" && folder != "" && entry.Front.Slug != "" {
			e.slugs[folder] = entry.Front.Slug
		}
		for ; folder != ""; folder = parent(folder) {
			e.folders[folder]++
		}
	}
}

// whyNot says why a page is not published; "" when it is.
func (p *planner) whyNot(e *content.Entry) (why string, due time.Time) {
	f := e.Front
	due = f.PublishDate
	if due.IsZero() {
		due = f.Date
	}
	switch {
	case f.Draft && !p.opts.Drafts:
		return "draft", time.Time{}
	case !f.ExpiryDate.IsZero() && !f.ExpiryDate.After(p.opts.Now):
		return "expired on " + p.day(f.ExpiryDate), time.Time{}
	case due.After(p.opts.Now) && !p.opts.Future:
		return "due on " + p.day(due), due
	case e.Key == "404.md" && !p.Config.Outputs["404"]:
		return "404 is not among the outputs of site.yaml", time.Time{}
	}
	return "", time.Time{}
}

// day is a date in the site's zone, with the time of day if it has one.
func (p *planner) day(t time.Time) string {
	t = t.In(p.Config.Zone)
	if t.Hour() == 0 && t.Minute() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format("2006-01-02 15:04")
}

func (p *edition) leaveOut(e *content.Entry, why string, due time.Time) {
	skipped := Skipped{Page: e.Path, Why: why, Due: due}
	p.Skipped = append(p.Skipped, skipped)
	p.drafts = append(p.drafts, draft{e, skipped})
	if !due.IsZero() && (p.NextDue.IsZero() || due.Before(p.NextDue)) {
		p.NextDue = due
	}
	if folder, name := locate(e); name == "" && folder != "" {
		p.hidden[folder] = true
	}
}

// add puts a page on its URL. False: another page is there, or it is no URL.
func (p *planner) add(page *Page) bool {
	if !fs.ValidPath(outputPath(page.URL)) {
		p.problems.Add(p.place(page).Errorf("rename the folder, or add url: …", "no URL can be made of the path %s", page.origin()))
		return false
	}
	if taken(page.URL) {
		p.problems.Add(p.place(page).Errorf("give it another slug: or url:", "the functions answer at %s, and no page would be seen there", page.URL))
		return false
	}
	if other := p.ByURL[page.URL]; other != nil {
		if page.Entry == nil {
			page, other = other, page
		}
		p.problems.Add(p.place(page).Errorf("give one of them another slug: or url:", "this page and %s are both at %s", other.origin(), page.URL))
		return false
	}
	page.Permalink = permalink(p.BaseURL, page.URL)
	if path, is := strings.CutPrefix(page.Permalink, strings.TrimSuffix(p.BaseURL, "/")); is && path == page.URL {
		page.URL = path // the same bytes, kept once
	}
	p.ByURL[page.URL] = page
	p.Pages = append(p.Pages, page)
	if page.Entry != nil {
		p.ByPath[page.Entry.Path] = page
		if page.Entry.Key != page.Entry.Path {
			p.byKey[page.Lang][page.Entry.Key] = page
		}
	}
	return true
}

// origin names where a page comes from.
func (p *Page) origin() string {
	switch {
	case p.Entry != nil:
		return p.Entry.File
	case p.Kind == KindTerm:
		return "the list of " + p.Taxonomy + ": " + p.Term
	case p.Kind == KindTerms:
		return "the list of " + p.Taxonomy
	case p.Section == "" || p.Kind == KindSearch:
		return "the " + string(p.Kind) + " page"
	}
	return "the list of the folder " + p.Section
}

// place is where an author decides on a page's URL.
func (p *planner) place(page *Page) content.Pos {
	e := page.Entry
	switch {
	case e == nil:
		return content.Pos{File: content.SiteFile}
	case e.Front.URL != "":
		return e.Front.At("url")
	case e.Front.Slug != "":
		return e.Front.At("slug")
	}
	return e.Front.At("title")
}

// compare is the order of lists: newest first, what has no date last, then by weight, title and URL.
func compare(a, b *Page) int {
	if c := b.Date.Compare(a.Date); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.weight(), b.weight()), strings.Compare(a.Title, b.Title), strings.Compare(a.URL, b.URL))
}

// weight is the author's; pages without one come after those with one.
func (p *Page) weight() int {
	if p.Entry == nil || p.Entry.Front.Weight == 0 {
		return 1 << 30
	}
	return p.Entry.Front.Weight
}

// connect orders the pages, and joins each with what it belongs to.
func (p *planner) connect() {
	slices.SortFunc(p.Pages, func(a, b *Page) int { return strings.Compare(a.URL, b.URL) })
	for _, e := range p.Editions {
		for _, folder := range sortedKeys(e.Sections) {
			if parent(folder) == "" {
				joinNeighbours(e.Sections[folder].Items)
			}
		}
	}
}

// joinNeighbours links each page with the next older and newer one. Landing pages stand for themselves.
func joinNeighbours(items []*Page) {
	var newer *Page
	for _, page := range items {
		if page.Layout == "landing" {
			continue
		}
		if newer != nil {
			newer.Prev, page.Next = page, newer
		}
		newer = page
	}
}
