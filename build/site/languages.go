package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"leadsite/build/content"
)

// addEdition readies the site in one of its languages.
func (p *planner) addEdition(lang string, first bool) {
	config := *p.Tree.Config.In(lang)
	e := &edition{
		planner: p,
		Edition: &Edition{
			Lang: lang, Name: languageName(p.Tree.Config, lang), Config: &config,
			Sections: make(map[string]*Page), Terms: make(map[string]map[string]*Page), Menus: make(map[string][]MenuItem),
		},
		folders: make(map[string]int), slugs: make(map[string]string), bundles: make(map[string]*Page),
		hidden: make(map[string]bool), writers: make(map[string][]Author),
	}
	if !first {
		e.Prefix = "/" + strings.ToLower(lang)
	}
	p.byKey[lang] = make(map[string]*Page)
	e.readPatterns()
	p.Editions = append(p.Editions, e.Edition)
	p.editions = append(p.editions, e)
}

// languageName is what a language calls itself: as site.yaml has it, or as it is usual.
func languageName(c *content.Config, lang string) string {
	if l := c.Languages[lang]; l != nil && l.Name != "" {
		return l.Name
	}
	return cmp.Or(display.Self.Name(language.Make(lang)), lang)
}

// inEnglish names the language as messages do: "German (de)".
func (p *edition) inEnglish() string {
	return cmp.Or(display.English.Languages().Name(language.Make(p.Lang)), p.Name) + " (" + p.Lang + ")"
}

// edition is the one of a language that the site has.
func (p *planner) edition(lang string) *edition {
	i := slices.IndexFunc(p.editions, func(e *edition) bool { return e.Lang == lang })
	return p.editions[max(i, 0)]
}

// translationKey is what a page shares with its translations: what its front matter says, else where it stands.
func (p *Page) translationKey() string {
	switch {
	case p.Entry != nil && p.Entry.Front.TranslationKey != "":
		return p.Entry.Front.TranslationKey
	case p.Entry != nil:
		folder, name := locate(p.Entry)
		return path.Join(folder, name)
	case p.Kind == KindTerm:
		return p.Taxonomy + "/" + slug(p.Term)
	case p.Kind == Kind404:
		return "404"
	case p.Kind == KindSearch:
		return "search"
	}
	return p.Section // of a list that no file describes, "" of the home page
}

// joinTranslations tells each page of those that are the same page in another language.
func (p *planner) joinTranslations() {
	if len(p.Editions) == 1 {
		return
	}
	groups := make(map[string][]*Page)
	for _, e := range p.Editions {
		for _, page := range p.Pages {
			if page.Lang == e.Lang {
				key := page.translationKey()
				groups[key] = p.joinGroup(groups[key], page, key)
			}
		}
	}
	for _, group := range groups {
		if len(group) < 2 {
			continue
		}
		for _, page := range group {
			page.Translations = group
		}
	}
}

// joinGroup adds a page to its translations, unless its language is there already.
func (p *planner) joinGroup(group []*Page, page *Page, key string) []*Page {
	same := slices.IndexFunc(group, func(other *Page) bool { return other.Lang == page.Lang })
	if same < 0 {
		return append(group, page)
	}
	if page.Entry != nil && page.Entry.Front.TranslationKey != "" {
		p.problems.Add(page.Entry.Front.At("translationKey").Errorf("give one of them another translationKey",
			"this page and %s are both %q in %s", group[same].origin(), key, p.edition(page.Lang).inEnglish()))
	}
	return group
}

// in is the page in a language; nil when it is not there.
func (p *Page) in(lang string) *Page {
	if p.Lang == lang {
		return p
	}
	for _, t := range p.Translations {
		if t.Lang == lang {
			return t
		}
	}
	return nil
}

// Hreflang tells a search engine of a page in a language.
type Hreflang struct {
	Lang string // "de"; "x-default" for everyone else
	URL  string // whole
}

// Hreflangs are the translations of a page of which search engines are told, itself included, and for everyone else
// the one in the site's first language. None when there is only one, or when the page is kept from them.
func (s *Site) Hreflangs(page *Page) []Hreflang {
	if page.Noindex {
		return nil
	}
	var out []Hreflang
	for _, t := range page.Translations {
		if !t.Noindex {
			out = append(out, Hreflang{t.Lang, t.Permalink})
		}
	}
	switch {
	case len(out) < 2:
		return nil
	case out[0].Lang == s.Lang:
		out = append(out, Hreflang{"x-default", out[0].URL})
	}
	return out
}

// Switch is where each language of a site is found from one of its pages.
type Switch struct {
	Lang    string
	Name    string // the language's own name
	URL     string // of the same page, or of the language's first page when there is no such one
	Same    bool   // it is the same page
	Current bool   // it is the language of the page
}

// Switches are the languages of the site as a page offers them; none when there is only one.
func (s *Site) Switches(page *Page) []Switch {
	if len(s.Editions) < 2 {
		return nil
	}
	out := make([]Switch, len(s.Editions))
	for i, e := range s.Editions {
		out[i] = Switch{Lang: e.Lang, Name: e.Name, URL: e.Home.URL, Current: e.Lang == page.Lang}
		if there := page.in(e.Lang); there != nil && page.Kind != Kind404 {
			out[i].URL, out[i].Same = there.URL, true
		}
	}
	return out
}

// reportUntranslated warns of what is there in the first language and not in another: pages, forms, and what
// site.yaml says. What stands under untranslated: is meant to be so.
func (p *planner) reportUntranslated() {
	for _, e := range p.editions[1:] {
		if silent := p.Tree.Config.Silent(e.Lang); len(silent) > 0 {
			p.problems.Warn(p.Tree.Config.At("langs", e.Lang).Errorf("say them under langs: "+e.Lang+":",
				"%s does not say its own %s: those of the first language are taken", e.inEnglish(), strings.Join(silent, ", ")))
		}
		e.reportPages()
		e.reportForms()
		for i, name := range p.Tree.Config.Languages[e.Lang].Untranslated {
			if !p.isContent(name) {
				p.problems.Add(p.Tree.Config.At("langs", e.Lang, "untranslated", i).Errorf("write it as landing/, or as blog/first.md", "there is no content %q", name))
			}
		}
	}
}

// reportPages warns of pages without a translation, and of lists that have one without the words of their file. One
// that is left out is on its way.
func (p *edition) reportPages() {
	onTheWay := make(map[string]bool)
	for _, d := range p.drafts {
		onTheWay[d.Key] = true
	}
	for _, page := range p.Pages {
		if page.Lang != p.Site.Lang || page.Entry == nil || onTheWay[page.Entry.Key] || p.leftAlone(page.Entry.Key) {
			continue
		}
		if there := page.in(p.Lang); there != nil && there.Entry != nil {
			continue
		}
		p.problems.Warn(content.Pos{File: page.Entry.File}.Errorf(
			"write "+p.fileFor(page.Entry.Key)+", or put "+page.Entry.Key+" under langs: "+p.Lang+": untranslated:",
			"the page is not there in %s", p.inEnglish()))
	}
}

func (p *edition) reportForms() {
	for _, name := range p.Tree.FormNames() {
		f := p.Tree.Forms[name]
		if !f.Torn && f.Langs[p.Lang] == nil && !p.leftAlone("forms/"+path.Base(f.File)) {
			p.problems.Warn(content.Pos{File: f.File}.Errorf(
				"write "+content.Root+"/forms/"+name+"."+p.Lang+".yaml, or put forms/"+path.Base(f.File)+" under langs: "+p.Lang+": untranslated:",
				"the form is not there in %s", p.inEnglish()))
		}
	}
}

// leftAlone says whether a file of the content is under untranslated:, or in a folder that is.
func (p *edition) leftAlone(key string) bool {
	return slices.ContainsFunc(p.Tree.Config.Languages[p.Lang].Untranslated, func(name string) bool {
		name = strings.Trim(name, "/")
		return key == name || strings.HasPrefix(key, name+"/")
	})
}

// isContent says whether there is a page, a form or a folder of them at a path below content/.
func (p *planner) isContent(name string) bool {
	name = strings.Trim(name, "/")
	return slices.ContainsFunc(p.Tree.Entries, func(e *content.Entry) bool { return e.Key == name || strings.HasPrefix(e.Key, name+"/") }) ||
		slices.ContainsFunc(p.Tree.FormNames(), func(form string) bool { return name == "forms" || "forms/"+path.Base(p.Tree.Forms[form].File) == name })
}

// fileFor is where a translation belongs: in the language's folder if its first page is there, else beside the page.
func (p *edition) fileFor(key string) string {
	if slices.ContainsFunc(p.entries[:min(1, len(p.entries))], func(e *content.Entry) bool { return strings.HasPrefix(e.Path, p.Lang+"/") }) {
		return content.Root + "/" + p.Lang + "/" + key
	}
	ext := path.Ext(key)
	return content.Root + "/" + strings.TrimSuffix(key, ext) + "." + p.Lang + ext
}
