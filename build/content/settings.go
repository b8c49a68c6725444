package content

import (
	"errors"
	"io/fs"
	"time"

	"leadsite/functions/form"
)

// SiteFile holds the settings of a site.
const SiteFile = Root + "/site.yaml"

// outputNames are what `outputs:` may hold.
var outputNames = []string{"feeds", "atom", "rss", "jsonfeed", "sitemap", "robots", "llms", "icons", "404", "search", "cards", "compress"}

// feedNames are the outputs that `feeds` stands for.
var feedNames = []string{"atom", "rss", "jsonfeed"}

// Defaults are the settings of a site whose site.yaml says nothing.
func Defaults() *Config {
	return &Config{
		BaseURL:     "http://localhost/",
		Theme:       "default",
		Lang:        "en",
		Langs:       []string{"en"},
		Zone:        time.UTC,
		Paginate:    10,
		Taxonomies:  []string{"tags", "categories", "authors"},
		Outputs:     map[string]bool{"atom": true, "sitemap": true, "robots": true, "llms": true, "icons": true, "404": true, "search": true, "cards": true},
		Reasons:     []string{"no budget", "not our customer", "wrong number"},
		Limits:      Limits{Submissions: 60, Mails: 20, Window: form.Duration(10 * time.Minute)},
		Attribution: "page",
		RawHTML:     true,
		At:          func(...any) Pos { return Pos{File: SiteFile} },
	}
}

// configKeys are the keys of site.yaml.
var configKeys = keys[Config]{
	"title":        text(func(c *Config) *string { return &c.Title }),
	"description":  text(func(c *Config) *string { return &c.Description }),
	"base_url":     baseURL,
	"theme":        themeName,
	"lang":         lang,
	"langs":        langs,
	"zone":         zone,
	"paginate":     paginate,
	"organization": part(organizationKeys, func(c *Config) *Organization { return &c.Organization }),
	"mail":         part(mailKeys, func(c *Config) *MailIdentity { return &c.Mail }),
	"menus":        siteMenus,
	"button":       part(linkKeys, func(c *Config) *Link { return &c.Button }),
	"settings":     func(c *Config, v Value) { c.Settings = v.params() },
	"authors":      siteAuthors,
	"permalinks":   func(c *Config, v Value) { c.Permalinks = v.textMap() },
	"taxonomies":   taxonomies,
	"outputs":      outputs,
	"people":       list(personKeys, func(c *Config) *[]Person { return &c.People }),
	"hours":        hours,
	"holidays":     holidays,
	"reasons":      reasons,
	"limits":       part(limitKeys, func(c *Config) *Limits { return &c.Limits }),
	"attribution":  func(c *Config, v Value) { c.Attribution = v.OneOf("page", "session") },
	"allow":        allow,
	"csp":          allow,
	"redirects":    list(redirectKeys, func(c *Config) *[]Redirect { return &c.Redirects }),
	"markdown":     part(markdownKeys, func(c *Config) *Config { return c }),
}

var organizationKeys = keys[Organization]{
	"name":    text(func(o *Organization) *string { return &o.Name }),
	"email":   email(func(o *Organization) *string { return &o.Email }),
	"phone":   text(func(o *Organization) *string { return &o.Phone }),
	"address": text(func(o *Organization) *string { return &o.Address }),
	"logo":    text(func(o *Organization) *string { return &o.Logo }),
}

var mailKeys = keys[MailIdentity]{
	"from": email(func(m *MailIdentity) *string { return &m.From }),
	"name": text(func(m *MailIdentity) *string { return &m.Name }),
}

var linkKeys = keys[Link]{
	"name": text(func(l *Link) *string { return &l.Name }),
	"url":  text(func(l *Link) *string { return &l.URL }),
}

var redirectKeys = keys[Redirect]{
	"from":   text(func(r *Redirect) *string { return &r.From }),
	"to":     text(func(r *Redirect) *string { return &r.To }),
	"status": redirectStatus,
}

var authorKeys = keys[Author]{
	"name":  text(func(a *Author) *string { return &a.Name }),
	"role":  text(func(a *Author) *string { return &a.Role }),
	"bio":   text(func(a *Author) *string { return &a.Bio }),
	"image": text(func(a *Author) *string { return &a.Image }),
	"url":   text(func(a *Author) *string { return &a.URL }),
}

var personKeys = keys[Person]{
	"email": email(func(p *Person) *string { return &p.Email }),
	"name":  text(func(p *Person) *string { return &p.Name }),
	"role":  func(p *Person, v Value) { p.Role = v.OneOf("owner", "sales", "marketing") },
}

var limitKeys = keys[Limits]{
	"submissions": limit(func(l *Limits) *int { return &l.Submissions }),
	"mails":       limit(func(l *Limits) *int { return &l.Mails }),
	"window":      func(l *Limits, v Value) { l.Window = v.Duration() },
}

var markdownKeys = keys[Config]{
	"raw_html": boolean(func(c *Config) *bool { return &c.RawHTML }),
}

// LoadConfig reads site.yaml over the defaults. It always gives a Config.
func LoadConfig(source fs.FS, problems *Problems) *Config {
	c := Defaults()
	pos := Pos{File: SiteFile}
	if _, err := fs.Stat(source, SiteFile); errors.Is(err, fs.ErrNotExist) {
		problems.Add(pos.Errorf("write one: title and base_url are all it needs", "the file is missing"))
		return c
	}
	data, problem := readText(source, SiteFile)
	if problem != nil {
		problems.Add(problem)
		c.Torn = true
		return c
	}
	v, ok := parseYAML(newDocument(SiteFile, 0, data, problems), data)
	if !ok {
		c.Torn = true
		return c
	}
	configKeys.read(c, v, nil)
	if v.Given() {
		c.At = v.At
	}
	c.settleLanguages(problems)
	for _, key := range []string{"title", "base_url"} {
		if !v.Get(key).Given() {
			problems.Add(pos.Errorf("add "+key+": …", "the site has no %s", key))
		}
	}
	return c
}
