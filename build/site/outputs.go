package site

import (
	"cmp"
	neturl "net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadsite/build/content"
)

// feedItems is how many entries a feed has.
const feedItems = 20

// outputsOfSite is how many outputs there are about that belong to no page, as the sitemap.
const outputsOfSite = 16

// addOutputs lists every file of the site, and finds those that two of its parts would write.
func (p *planner) addOutputs() {
	size := outputsOfSite
	for _, page := range p.Pages {
		size += p.parts(page)
		if page.mayHaveFeeds() {
			size += len(feedKinds)
		}
		if page.Entry != nil {
			size += len(page.Entry.Front.Aliases)
		}
	}
	p.Outputs = make([]Output, 0, size)
	p.outputs = make(map[string]string, size)
	p.addCopies()
	for _, page := range p.Pages {
		p.resolveImage(page)
		p.pagers(page, func(part Pager) {
			p.output(Output{Path: outputPath(part.URL), Kind: OutputHTML, Page: page, Pager: part})
		})
	}
	for _, page := range p.Pages {
		p.addAliases(page)
	}
	p.addFeeds()
	if p.Config.Outputs["sitemap"] {
		p.addSitemap()
	}
	if p.Config.Outputs["robots"] && p.outputs["robots.txt"] == "" {
		p.output(Output{Path: "robots.txt", Kind: OutputRobots})
	}
	if p.Config.Outputs["llms"] && p.outputs["llms.txt"] == "" {
		p.output(Output{Path: "llms.txt", Kind: OutputLLMs})
	}
	p.addIcons()
	p.addRedirects()
	p.checkFolders()
}

// output adds a file, unless its place is taken.
func (p *planner) output(o Output) {
	other := p.outputs[o.Path]
	if name := longName(o.Path); name != "" && o.Page != nil {
		p.problems.Add(p.cause(o.Page).Errorf("make it shorter, or give the page a slug:", "a file or folder would have a name of %d bytes, and disks take %d", len(name), maxName))
	}
	switch {
	case other == "":
		p.outputs[o.Path] = "the site itself"
		if o.Page != nil {
			p.outputs[o.Path] = o.Page.origin()
		}
		p.Outputs = append(p.Outputs, o)
	case o.Page == nil || o.Kind != OutputHTML:
		p.problems.Add(content.Pos{File: other}.Errorf("rename it, or take the "+string(o.Kind)+" out of the outputs in site.yaml",
			"the site makes the file %s by itself", o.Path))
	default:
		p.problems.Add(p.place(o.Page).Errorf("rename one of them", "this and %s both make the file %s", other, o.Path))
	}
}

// cause is where an author decides that there is a page: of a term, on the first page that is filed under it.
func (p *planner) cause(page *Page) content.Pos {
	if page.Kind == KindTerm && len(page.Items) > 0 && page.Items[0].Entry != nil {
		return page.Items[0].Entry.Front.At(page.Taxonomy)
	}
	return p.place(page)
}

// maxName is how long a name may be on all the usual disks, a compressed copy's ending included, in bytes.
const maxName = 250

// longName is a name in a path that is longer than that; "" when there is none.
func longName(file string) string {
	if len(file) > maxName {
		for name := range strings.SplitSeq(file, "/") {
			if len(name) > maxName {
				return name
			}
		}
	}
	return ""
}

// addCopies finds the place of every file that is copied: below static/ as it is there; beside a folder's index.md at
// the page that this makes, so that its relative links hold; anywhere else under its own path.
func (p *planner) addCopies() {
	for _, file := range sortedKeys(p.Tree.Files) {
		to, copied := p.copyPath(file)
		if !copied {
			continue
		}
		from, pos := p.Tree.Files[file], content.Pos{File: content.Root + "/" + file}
		if taken("/" + to) {
			p.problems.Add(pos.Errorf("put it into another folder", "the functions answer at /%s, and no file would be seen there", to))
			continue
		}
		if other := p.outputs[to]; other != "" {
			p.problems.Add(pos.Errorf("rename one of them", "this and %s both make the file %s", other, to))
			continue
		}
		p.outputs[to] = content.Root + "/" + file
		p.files[file] = "/" + to
		p.Copies = append(p.Copies, Copy{Path: to, From: from})
	}
	slices.SortFunc(p.Copies, func(a, b Copy) int { return strings.Compare(a.Path, b.Path) })
}

func (p *planner) copyPath(file string) (to string, copied bool) {
	if rest, ok := strings.CutPrefix(file, "static/"); ok {
		return rest, true
	}
	editions, key := p.editions, file
	if folder, rest, _ := strings.Cut(file, "/"); len(p.editions) > 1 && slices.Contains(p.Tree.Config.Langs, folder) {
		editions, key = []*edition{p.edition(folder)}, rest
	}
	for folder := parent(key); folder != ""; folder = parent(folder) {
		e := at(editions, folder)
		if e.hidden[folder] && e.folders[folder] == 0 {
			return "", false // the files of a draft are drafts
		}
		if page := e.bundles[folder]; page != nil {
			return strings.TrimPrefix(path.Dir(page.URL+"x")+"/", "/") + strings.TrimPrefix(key, folder+"/"), true
		}
	}
	return file, true
}

// at is the first of some editions that has pages in a folder: the files there are beside its pages.
func at(editions []*edition, folder string) *edition {
	i := slices.IndexFunc(editions, func(e *edition) bool { return e.folders[folder] > 0 })
	return editions[max(i, 0)]
}

// resolveImage turns the picture of a page into a path of the site.
func (p *planner) resolveImage(page *Page) {
	if page.Image == "" || page.Entry == nil {
		return
	}
	page.Image, _ = p.Resolve(page, page.Image)
	if p.isPicture(page.Image) {
		return
	}
	at := page.Entry.Front.At("image")
	if page.Entry.Front.Image == "" {
		at = page.Entry.Front.At("images", 0)
	}
	p.problems.Add(p.noPicture(page.Image, at))
	page.Image = "" // lists show it too, and would be blamed for it
}

// addAliases makes a page that leads on at each of a page's former addresses.
func (p *planner) addAliases(page *Page) {
	if page.Entry == nil {
		return
	}
	for i, alias := range page.Entry.Front.Aliases {
		if !strings.HasPrefix(alias, "/") && !strings.Contains(alias, "://") {
			alias = path.Join(path.Dir(strings.TrimSuffix(page.URL, "/")), alias)
		}
		clean, err := cleanURL(alias)
		if err != nil {
			p.problems.Add(page.Entry.Front.At("aliases", i).Errorf("write a path like /old/", "%s", err))
			continue
		}
		to := outputPath(clean)
		switch other := p.outputs[to]; {
		case clean == page.URL:
			p.problems.Add(page.Entry.Front.At("aliases", i).Errorf("delete the alias", "the alias %s is the page's own address", clean).Bearable())
			continue
		case other != "":
			p.problems.Add(page.Entry.Front.At("aliases", i).Errorf("delete the alias, or move the other page", "the alias %s is the address of %s", clean, other).Bearable())
			continue
		}
		p.outputs[to] = page.origin()
		alias := Redirect{From: clean, To: page.URL, Status: 301}
		p.Outputs = append(p.Outputs, Output{Path: to, Kind: OutputAlias, Page: page, To: &alias})
		p.Redirects = append(p.Redirects, alias)
	}
}

// feedKinds are the feeds that a site can have, the one first that most readers know. The file of the RSS feed is
// Hugo's, so that who moves keeps the readers.
var feedKinds = []struct {
	Feed
	file string
}{
	{Feed{Kind: OutputAtom, Type: "application/atom+xml"}, "feed.xml"},
	{Feed{Kind: OutputRSS, Type: "application/rss+xml"}, "index.xml"},
	{Feed{Kind: OutputJSON, Type: "application/feed+json"}, "feed.json"},
}

// addFeeds gives the home page and every list with dated pages its feeds beside it.
func (p *planner) addFeeds() {
	for _, page := range p.Pages {
		if !page.mayHaveFeeds() {
			continue
		}
		items := dated(page.Items, feedItems)
		if len(items) == 0 || !strings.HasSuffix(page.URL, "/") {
			continue
		}
		for _, kind := range feedKinds {
			if !p.Config.Outputs[string(kind.Kind)] {
				continue
			}
			feed := kind.Feed
			feed.URL = page.URL + kind.file
			page.Feeds = append(page.Feeds, feed)
			p.output(Output{Path: outputPath(feed.URL), Kind: feed.Kind, Page: page, Pager: Pager{Items: items, URL: feed.URL}})
		}
	}
}

// mayHaveFeeds says whether a page is a list that feeds are made of.
func (p *Page) mayHaveFeeds() bool {
	return p.Kind == KindHome || p.Kind == KindSection || p.Kind == KindTerm
}

// dated are the first n pages that have a date. Those without one come last in a list.
func dated(items []*Page, n int) []*Page {
	end := slices.IndexFunc(items, func(page *Page) bool { return page.Date.IsZero() })
	if end < 0 {
		end = len(items)
	}
	return items[:min(end, n)]
}

// sitemapSize is how many pages one sitemap may list.
const sitemapSize = 50_000

// addSitemap lists every page that search engines may show, in an index of parts when there are very many.
func (p *planner) addSitemap() {
	pages := make([]*Page, 0, len(p.Pages))
	for _, page := range p.Pages {
		if page.Kind != Kind404 && !page.Noindex && p.Canonical(page) == page.Permalink {
			pages = append(pages, page)
		}
	}
	if len(pages) <= sitemapSize {
		p.output(Output{Path: "sitemap.xml", Kind: OutputSitemap, Pager: Pager{Number: 1, Of: 1, Items: pages, URL: "/sitemap.xml"}})
		return
	}
	parts := slices.Collect(slices.Chunk(pages, sitemapSize))
	p.output(Output{Path: "sitemap.xml", Kind: OutputSitemap, Pager: Pager{Of: len(parts), URL: "/sitemap.xml"}})
	for i, part := range parts {
		file := "sitemap-" + strconv.Itoa(i+1) + ".xml"
		p.output(Output{Path: file, Kind: OutputSitemap, Pager: Pager{Number: i + 1, Of: len(parts), Items: part, URL: "/" + file}})
	}
}

// checkFolders finds files that have the name of a folder which another file needs.
func (p *planner) checkFolders() {
	needed := map[string]string{} // by folder, the first file that needs it
	for file := range p.outputs {
		for folder := path.Dir(file); folder != "."; folder = path.Dir(folder) {
			if first := needed[folder]; p.outputs[folder] != "" && (first == "" || file < first) {
				needed[folder] = file
			}
		}
	}
	for folder, file := range needed {
		maker, other := p.outputs[folder], p.outputs[file]
		if strings.HasPrefix(maker, content.Root+"/") {
			p.problems.Add(content.Pos{File: maker}.Errorf("rename the file", "the file has the name of the folder that %s needs", other))
			continue
		}
		p.problems.Add(content.Pos{File: other}.Errorf("choose another address", "%s cannot be below %s, because that is a file of the site's own", file, folder))
	}
}

// newest is when the latest of some pages was changed; zero when none has a date. A list changes with its items.
func newest(pages []*Page) time.Time {
	var latest time.Time
	for _, page := range pages {
		for _, t := range []time.Time{page.Lastmod, newest(page.Items)} {
			if t.After(latest) {
				latest = t
			}
		}
	}
	return latest
}

// Resolve finds what a relative link or picture in a page's Markdown leads to: another page's file ("first.md",
// "../about.md"), a file of the content ("boat.jpg"), or a folder's page ("../trip/"). Query and fragment stay.
// False: it is no such link, and is returned as it is: one to elsewhere, one within the page, one from the root of the
// site, or one that the browser must make sense of.
func (s *Site) Resolve(from *Page, to string) (url string, ok bool) {
	end := strings.IndexAny(to, "?#")
	if end < 0 {
		end = len(to)
	}
	target, rest := to[:end], to[end:]
	if target == "" || isOutside(to) || from.Entry == nil {
		return to, false
	}
	if plain, err := neturl.PathUnescape(target); err == nil {
		target = plain // editors write "My%20post.md"
	}
	file, key := path.Join(path.Dir(from.Entry.Path), target), path.Join(path.Dir(from.Entry.Key), target)
	if strings.HasPrefix(target, "/") {
		if path.Ext(target) != ".md" {
			return to, false
		}
		file, key = strings.TrimPrefix(target, "/"), strings.TrimPrefix(target, "/")
	}
	if found := s.urlOf(from.Lang, file, key); found != "" {
		return found + rest, true
	}
	return to, false
}

// urlOf is the URL of a file or folder below content/, or of what has its path without the language: a page's own
// language comes first, and another one's page or picture will do. "": it has none.
func (s *Site) urlOf(lang, file, key string) string {
	if at := s.files[file]; at != "" {
		return at
	}
	for _, name := range []string{file, key} {
		for _, candidate := range []string{name, name + "/index.md", name + "/_index.md", name + ".md"} {
			if page := s.pageAt(lang, candidate); page != nil {
				return page.URL
			}
		}
	}
	return s.files[key]
}

// pageAt is the page of a content path, in a language if it is there in it.
func (s *Site) pageAt(lang, file string) *Page {
	page := cmp.Or(s.ByPath[file], s.byKey[lang][file], s.byKey[s.Lang][file])
	if page == nil {
		return nil
	}
	return cmp.Or(page.in(lang), page)
}

// Ref finds the page that a name leads to in the shortcodes ref and relref: a path from the page or from the content's
// root, with or without its extension, or a file's name alone that no other page has. A fragment stays. What is left
// out is told apart: why says it then.
func (s *Site) Ref(from *Page, to string) (url string, why Skipped, ok bool) {
	name, fragment, _ := strings.Cut(to, "#")
	if fragment != "" {
		fragment = "#" + fragment
	}
	if name == "" {
		return from.URL + fragment, Skipped{}, true
	}
	root := strings.Trim(path.Clean("/"+name), "/")
	candidates := []string{root}
	if from.Entry != nil && !strings.HasPrefix(name, "/") {
		candidates = []string{path.Join(path.Dir(from.Entry.Path), name), path.Join(path.Dir(from.Entry.Key), name), root}
	}
	for _, candidate := range candidates {
		for _, file := range []string{candidate, strings.TrimSuffix(candidate, ".md")} {
			if url = s.urlOf(from.Lang, file, file); url != "" {
				return url + fragment, Skipped{}, true
			}
		}
	}
	bare := strings.TrimSuffix(root, ".md")
	if page := cmp.Or(s.byName()[from.Lang][bare], s.byName()[s.Lang][bare]); page != nil {
		return page.URL + fragment, Skipped{}, true
	}
	return "", s.skipped(candidates), false
}

// skipped is the page at one of some paths that is left out, if one is.
func (s *Site) skipped(candidates []string) Skipped {
	for _, left := range s.Skipped {
		bare := strings.TrimSuffix(left.Page, path.Ext(left.Page))
		for _, candidate := range candidates {
			if candidate == left.Page || candidate == bare || path.Join(candidate, "index") == bare {
				return left
			}
		}
	}
	return Skipped{}
}

// indexNames are the pages by language, and by their files' names alone; nil for a name that several have.
func indexNames(s *Site) map[string]map[string]*Page {
	byLang := make(map[string]map[string]*Page)
	for _, page := range s.Pages {
		if page.Entry == nil {
			continue
		}
		names := byLang[page.Lang]
		if names == nil {
			names = make(map[string]*Page)
			byLang[page.Lang] = names
		}
		folder, name := locate(page.Entry)
		if name == "" {
			name = path.Base(folder)
		}
		if _, twice := names[name]; twice {
			page = nil
		}
		names[name] = page
	}
	return byLang
}
