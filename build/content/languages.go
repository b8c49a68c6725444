package content

import (
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Language is what site.yaml says of a further language under langs:. What it leaves out is taken from the rest of
// site.yaml, so that a thing that is the same in all languages is said once.
type Language struct {
	Name         string // the language's own name, as "Deutsch"; "": the usual one
	Title        string
	Description  string
	Organization Organization
	Menus        map[string][]Link
	Button       Link
	Settings     map[string]any    // of the theme; maps in them are laid over each other
	Authors      map[string]Author // of authors that site.yaml has; what differs
	Permalinks   map[string]string
	Untranslated []string // content paths of files and folders that are not in this language, on purpose

	value Value // what was written
}

var languageKeys = keys[Language]{
	"name":         text(func(l *Language) *string { return &l.Name }),
	"title":        text(func(l *Language) *string { return &l.Title }),
	"description":  text(func(l *Language) *string { return &l.Description }),
	"organization": part(organizationKeys, func(l *Language) *Organization { return &l.Organization }),
	"menus":        func(l *Language, v Value) { l.Menus = menuLinks(v) },
	"button":       part(linkKeys, func(l *Language) *Link { return &l.Button }),
	"settings":     func(l *Language, v Value) { l.Settings = v.params() },
	"authors":      func(l *Language, v Value) { l.Authors = translatedAuthors(v) },
	"permalinks":   func(l *Language, v Value) { l.Permalinks = v.textMap() },
	"untranslated": texts(func(l *Language) *[]string { return &l.Untranslated }),
}

// langs reads the further languages. Their order is that of site.yaml.
func langs(c *Config, v Value) {
	c.Languages = make(map[string]*Language)
	for _, p := range v.Pairs() {
		if !langWord.MatchString(p.Key) {
			v.doc.problems.Add(p.Pos.Errorf("write a code like en, de or pt-BR", "%q is not a language", p.Key))
			continue
		}
		l := &Language{value: p.Value}
		if p.Value.Given() {
			languageKeys.read(l, p.Value, nil)
		}
		c.Languages[p.Key] = l
		c.Langs = append(c.Langs, p.Key)
	}
}

// translatedAuthors are the parts of authors' profiles that differ in a language.
func translatedAuthors(v Value) map[string]Author {
	all := make(map[string]Author)
	for _, p := range v.Pairs() {
		var author Author
		authorKeys.read(&author, p.Value, nil)
		all[p.Key] = author
	}
	return all
}

// settleLanguages puts the first language first, and holds the others to what site.yaml says beside them.
func (c *Config) settleLanguages(problems *Problems) {
	if c.Languages[c.Lang] != nil {
		problems.Add(c.At("langs", c.Lang).Errorf("say it at the top of site.yaml, beside lang: "+c.Lang,
			"%q is the site's first language, and langs: is for the further ones", c.Lang))
		delete(c.Languages, c.Lang)
	}
	c.Langs = append([]string{c.Lang}, slices.DeleteFunc(c.Langs[1:], func(lang string) bool { return lang == c.Lang })...)
	for _, lang := range c.Langs[1:] {
		authors := c.Languages[lang].Authors
		for _, key := range slices.Sorted(maps.Keys(authors)) {
			if _, known := c.Authors[key]; !known {
				problems.Add(c.At("langs", lang, "authors", key).Errorf(DidYouMean(key, slices.Collect(maps.Keys(c.Authors))), "there is no author %q", key))
			}
		}
	}
}

// In is site.yaml as it reads in one of the site's languages: what is said under langs: over what is said beside it.
// At finds a key under langs: where it stands there.
func (c *Config) In(lang string) *Config {
	l := c.Languages[lang]
	if l == nil {
		return c
	}
	in := *c
	in.Lang = lang
	over(&in.Title, l.Title)
	over(&in.Description, l.Description)
	in.Organization = l.Organization.over(c.Organization)
	if l.Menus != nil {
		in.Menus = l.Menus
	}
	if l.Button != (Link{}) {
		in.Button = l.Button
	}
	in.Settings = overlaid(c.Settings, l.Settings)
	in.Authors = maps.Clone(c.Authors)
	for key, author := range l.Authors {
		if base, known := c.Authors[key]; known {
			in.Authors[key] = author.over(base)
		}
	}
	in.Permalinks = maps.Clone(c.Permalinks)
	if in.Permalinks == nil {
		in.Permalinks = make(map[string]string)
	}
	maps.Copy(in.Permalinks, l.Permalinks)
	in.At = func(path ...any) Pos {
		if len(path) > 0 && l.value.has(path[0]) {
			return l.value.At(path...)
		}
		return c.At(path...)
	}
	return &in
}

// over puts a text over another, unless it is empty.
func over(into *string, text string) {
	if text != "" {
		*into = text
	}
}

func (o Organization) over(base Organization) Organization {
	over(&base.Name, o.Name)
	over(&base.Email, o.Email)
	over(&base.Phone, o.Phone)
	over(&base.Address, o.Address)
	over(&base.Logo, o.Logo)
	return base
}

func (a Author) over(base Author) Author {
	over(&base.Name, a.Name)
	over(&base.Role, a.Role)
	over(&base.Bio, a.Bio)
	over(&base.Image, a.Image)
	over(&base.URL, a.URL)
	return base
}

// overlaid lays the keys of one map over those of another, and maps in them likewise.
func overlaid(base, more map[string]any) map[string]any {
	if len(more) == 0 {
		return base
	}
	out := maps.Clone(base)
	if out == nil {
		out = make(map[string]any)
	}
	for key, value := range more {
		under, isMap := out[key].(map[string]any)
		if inner, both := value.(map[string]any); both && isMap {
			value = overlaid(under, inner)
		}
		out[key] = value
	}
	return out
}

// Silent are the keys that a further language leaves to the first one although people read what they say.
func (c *Config) Silent(lang string) []string {
	l := c.Languages[lang]
	var silent []string
	for _, key := range []struct {
		name   string
		lacked bool
	}{
		{"description", c.Description != "" && l.Description == ""},
		{"menus", len(c.Menus) > 0 && l.Menus == nil},
		{"button", c.Button != (Link{}) && l.Button == (Link{})},
	} {
		if key.lacked {
			silent = append(silent, key.name)
		}
	}
	return silent
}

// localize says which language a file below content/ is in, and what its path is without the language:
//
//	blog/first.de.md     de, blog/first.md     by its name
//	de/blog/first.md     de, blog/first.md     by its folder
//	blog/first.md        the site's first language
func (c *Config) localize(rel string) (lang, key string) {
	if len(c.Langs) > 1 {
		if folder, rest, inside := strings.Cut(rel, "/"); inside && slices.Contains(c.Langs, folder) {
			return folder, rest
		}
	}
	ext := path.Ext(rel)
	name := strings.TrimSuffix(rel, ext)
	if lang := strings.TrimPrefix(path.Ext(name), "."); lang != "" && slices.Contains(c.Langs, lang) {
		return lang, strings.TrimSuffix(name, "."+lang) + ext
	}
	return c.Lang, rel
}

// warnOfStrangers warns of files that look like translations into a language that the site does not have: "about.de.md"
// beside "about.md". They would be pages of their own.
func (c *Config) warnOfStrangers(entries []*Entry, problems *Problems) {
	there := make(map[string]bool, len(entries))
	for _, e := range entries {
		there[e.Path] = true
	}
	for _, e := range entries {
		ext := path.Ext(e.Key)
		name := strings.TrimSuffix(e.Key, ext)
		lang := strings.TrimPrefix(path.Ext(name), ".")
		if _, err := language.ParseBase(lang); err != nil || !langWord.MatchString(lang) || c.Torn {
			continue
		}
		if base := strings.TrimSuffix(name, "."+lang) + ext; there[base] {
			problems.Warn(Pos{File: e.File}.Errorf("add langs: {"+lang+": {}} to site.yaml, or rename the file",
				"this looks like a translation of %s/%s, and the site has no language %q", Root, base, lang))
		}
	}
}
