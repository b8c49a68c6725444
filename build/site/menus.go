package site

import (
	"cmp"
	"slices"
	"strings"

	"leadsite/build/content"
)

// themeMenus are the menus that a theme shows; site.yaml may name more.
var themeMenus = []string{"main", "footer"}

// addMenus makes the menus: the links of site.yaml first, then the pages that ask to be in one. It checks every link
// of site.yaml on the way, and leaves out those that lead nowhere: each page would show them, and the author would be
// told of one slip as often as the site has pages.
func (p *edition) addMenus() {
	for _, name := range sortedKeys(p.Config.Menus) {
		for i, link := range p.Config.Menus[name] {
			if p.checkLink(link, "menus", name, i) {
				p.Menus[name] = append(p.Menus[name], MenuItem(link))
			}
		}
	}
	if p.Config.Button != (content.Link{}) && !p.checkLink(p.Config.Button, "button") {
		p.Config.Button = content.Link{}
	}
	p.addPagesToMenus()
}

// checkPictures wants the pictures of site.yaml to be there, and leaves out those that are not, for the same reason.
func (p *edition) checkPictures() {
	if logo := &p.Config.Organization.Logo; !p.isPicture(*logo) {
		p.problems.Add(p.noPicture(*logo, p.Config.At("organization", "logo")))
		*logo = ""
	}
	missing := make(map[string]bool) // keys of authors
	for _, key := range sortedKeys(p.Config.Authors) {
		if image := p.Config.Authors[key].Image; !p.isPicture(image) {
			p.problems.Add(p.noPicture(image, p.Config.At("authors", key, "image")))
			missing[key] = true
		}
	}
	for _, page := range p.Pages {
		if page.Profile != nil && missing[page.Profile.Key] {
			page.Profile.Image = ""
		}
		for i := range page.Authors {
			if missing[page.Authors[i].Key] {
				page.Authors[i].Image = ""
			}
		}
	}
}

// addPagesToMenus sorts the pages that name a menu by weight and name.
func (p *edition) addPagesToMenus() {
	type entry struct {
		MenuItem
		weight int
	}
	asked := make(map[string][]entry)
	known := slices.Concat(sortedKeys(p.Config.Menus), themeMenus)
	slices.Sort(known)
	known = slices.Compact(known)
	for _, page := range p.Pages {
		if page.Entry == nil || page.Lang != p.Lang {
			continue
		}
		for _, m := range page.Entry.Front.Menus {
			if !slices.Contains(known, m.Menu) {
				p.problems.Add(page.Entry.Front.At("menu").Errorf(content.DidYouMean(m.Menu, known), "there is no menu %q", m.Menu).Unknown("menu", m.Menu))
				continue
			}
			item := MenuItem{Name: cmp.Or(m.Name, page.Entry.Front.LinkTitle, page.Title), URL: page.URL}
			asked[m.Menu] = append(asked[m.Menu], entry{item, weightOf(m, page)})
		}
	}
	for name, entries := range asked {
		slices.SortStableFunc(entries, func(a, b entry) int {
			if a.weight != b.weight {
				return a.weight - b.weight
			}
			return strings.Compare(a.Name, b.Name)
		})
		for _, e := range entries {
			p.Menus[name] = append(p.Menus[name], e.MenuItem)
		}
	}
}

func weightOf(m content.Menu, page *Page) int {
	if m.Weight != 0 {
		return m.Weight
	}
	return page.weight()
}

// checkLink checks a link of site.yaml.
func (p *edition) checkLink(link content.Link, path ...any) bool {
	var problem *content.Error
	switch {
	case link.Name == "":
		problem = p.Config.At(path...).Errorf("add name: …", "the link to %q has no name", link.URL)
	case link.URL == "":
		problem = p.Config.At(path...).Errorf("add url: …", "the link %q has no url", link.Name)
	default:
		problem = p.checkTarget(link.URL, p.Config.At(append(path, "url")...), "the link")
	}
	if problem != nil {
		p.problems.Add(problem)
	}
	return problem == nil
}

// checkTarget wants something at the end of a link within the site. what names the link.
func (p *planner) checkTarget(to string, at content.Pos, what string) *content.Error {
	if isOutside(to) {
		if scheme, _, _ := strings.Cut(to, ":"); !slices.Contains([]string{"https", "http", "mailto", "tel", "sms"}, scheme) {
			return at.Errorf("begin it with /, https://, mailto: or tel:", "%s %q is of a kind that browsers do not follow", what, to)
		}
		return nil
	}
	target, _, _ := strings.Cut(to, "#")
	target, _, _ = strings.Cut(target, "?")
	left, isLeft := p.LeftOut(target)
	switch {
	case target == "" || p.exists(target):
		return nil
	case !strings.HasPrefix(target, "/"):
		return at.Errorf("begin it with / or https://", "%s %q leads nowhere", what, to)
	case isLeft:
		return at.Errorf("publish it, or link to another page", "%s leads to %s, which is left out: %s", what, target, left.Why)
	}
	return at.Errorf(p.nearestURL(target), "%s leads to %s, and there is no such page", what, target)
}

// isOutside says whether a link leads to another place than a page of this site.
func isOutside(to string) bool {
	scheme, _, found := strings.Cut(to, ":")
	return found && !strings.ContainsAny(scheme, "/?#") || strings.HasPrefix(to, "//")
}

// exists says whether a path of this site leads somewhere: to a page, a file or one of the functions.
func (p *planner) exists(path string) bool {
	return p.ByURL[path] != nil || p.outputs[outputPath(path)] != "" || taken(path)
}

// taken says whether the functions, or serve, answer at a path.
func taken(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/desk/") || strings.HasPrefix(path, "/_leadsite/")
}

// nearestURL is the hint for a path that leads nowhere.
func (p *planner) nearestURL(to string) string {
	if p.exists(to + "/") {
		return "did you mean \"" + to + "/\"?"
	}
	if near := content.Nearest(to, sortedKeys(p.ByURL)); near != "" {
		return "did you mean \"" + near + "\"?"
	}
	return "make that page, or name another"
}

// isPicture says whether a picture's address leads to a file. No address leads nowhere, and that is fine.
func (p *planner) isPicture(to string) bool {
	return to == "" || isOutside(to) || strings.HasPrefix(to, "/") && p.outputs[outputPath(to)] != ""
}

func (p *planner) noPicture(to string, at content.Pos) *content.Error {
	files := make([]string, len(p.Copies))
	for i, c := range p.Copies {
		files[i] = "/" + c.Path
	}
	hint := "put the file into content/static"
	if near := content.Nearest(to, files); near != "" {
		hint = "did you mean \"" + near + "\"?"
	}
	return at.Errorf(hint, "there is no picture %s", to)
}
