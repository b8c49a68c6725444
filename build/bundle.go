package build

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"text/template/parse"

	"github.com/google/renameio/v2/maybe"

	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/render"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/functions/bundle"
	"leadsite/functions/form"
)

// bundler gathers what the functions know of the site.
type bundler struct {
	site   *site.Site
	theme  *theme.Theme
	render *render.Renderer
	minify *minify.Minifier
	found  *content.Problems
}

func (b bundler) bundle() *bundle.Bundle {
	c := b.site.Config
	out := &bundle.Bundle{
		Version: bundle.Version, Site: c.Title, BaseURL: b.site.BaseURL, Zone: c.Zone.String(), Langs: c.Langs,
		Forms: b.forms(), Page: b.messagePages(), Messages: b.messages(), Words: b.theme.Words,
		People: b.people(), Hours: c.Hours, Holidays: c.Holidays, Reasons: c.Reasons,
		Limits: bundle.Limits{Submissions: c.Limits.Submissions, Mails: c.Limits.Mails, Window: c.Limits.Window},
		Brand:  b.brand(), Mail: b.mail(), CSP: policy(c.CSP), Redirects: redirects(b.site.Redirects),
	}
	out.BuildID = hashOf(out)
	return out
}

// redirects are the plan's, which are sorted.
func redirects(planned []site.Redirect) bundle.Redirects {
	var out bundle.Redirects
	for _, r := range planned {
		out = append(out, bundle.Redirect(r))
	}
	return out
}

// hashOf is a short hash of all that a bundle says.
func hashOf(b *bundle.Bundle) string {
	data, err := json.Marshal(b)
	if err != nil {
		panic(err) // plain data always marshals
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

func (b bundler) forms() map[string]map[string]*bundle.Form {
	all := map[string]map[string]*bundle.Form{}
	for name, declared := range b.site.Tree.Forms {
		if declared.Torn {
			continue
		}
		all[name] = map[string]*bundle.Form{}
		for _, lang := range b.site.Tree.Config.Langs {
			if f := b.site.Tree.FormIn(name, lang); f.Lang == lang {
				all[name][lang] = b.form(f)
			}
		}
	}
	return all
}

// form is a form in one language. Nil, with the mistake noted: the theme cannot show it.
func (b bundler) form(f *content.Form) *bundle.Form {
	page, err := b.formPage(f)
	var located *content.Error
	switch {
	case errors.As(err, &located):
		b.found.Add(located)
		return nil
	case err != nil:
		b.found.Add(&content.Error{File: f.File, Msg: fmt.Sprintf("making the page of form %s: %v", f.Name, err),
			Hint: "the theme's templates/form-error.html and partials/form.html make it"})
		return nil
	}
	return &bundle.Form{Form: f.Form, Schema: f.Schema(), Page: page}
}

// formPage is the page that shows a form again, as chunks of static HTML with slots between.
func (b bundler) formPage(f *content.Form) ([]bundle.Chunk, error) {
	html, slots, err := b.render.FormErrorPage(f)
	if err != nil {
		return nil, err
	}
	if html, err = b.minify.QuotedHTML(html); err != nil {
		return nil, err
	}
	return chunks(html, slots)
}

// messagePages are the pages around what the functions say beside forms, by language. A theme whose pages show no title
// or no text has none: there the functions use a plain one of their own.
func (b bundler) messagePages() map[string][]bundle.Chunk {
	if len(b.site.Tree.Forms) == 0 {
		return nil
	}
	all := map[string][]bundle.Chunk{}
	for _, lang := range b.site.Config.Langs {
		page, err := b.messagePage(lang)
		var located *content.Error
		if errors.As(err, &located) {
			b.found.Add(located)
		}
		if err == nil {
			all[lang] = page
		}
	}
	return all
}

func (b bundler) messagePage(lang string) ([]bundle.Chunk, error) {
	html, slots, err := b.render.MessagePage(lang)
	if err != nil {
		return nil, err
	}
	if html, err = b.minify.QuotedHTML(html); err != nil {
		return nil, err
	}
	return chunks(html, slots)
}

// chunks cuts a page at the markers of its slots. A marker in an attribute must stand between quotes: a visitor's
// value could otherwise end the attribute.
func chunks(page []byte, slots []render.Slot) ([]bundle.Chunk, error) {
	type cut struct {
		from, to int
		slot     bundle.Slot
	}
	var cuts []cut
	for _, s := range slots {
		needle := []byte(s.Marker)
		if s.Attr {
			needle = []byte(` data-slot="` + s.Marker + `"`)
		}
		found := false
		for from := 0; ; {
			at := bytes.Index(page[from:], needle)
			if at < 0 {
				break
			}
			at += from
			if !s.Attr && page[at-1] == '=' {
				return nil, fmt.Errorf("the value of %s stands in an attribute without quotes", s.Field)
			}
			from, found = at+len(needle), true
			cuts = append(cuts, cut{at, from, bundle.Slot{Kind: bundle.SlotKind(s.Kind), Field: s.Field, Value: s.Value}})
		}
		if !found {
			return nil, fmt.Errorf("the page has no place for the %s of %q", s.Kind, s.Field)
		}
	}
	slices.SortFunc(cuts, func(a, b cut) int { return a.from - b.from })
	out := make([]bundle.Chunk, 0, len(cuts)+1)
	last := 0
	for _, c := range cuts {
		out = append(out, bundle.Chunk{HTML: string(page[last:c.from]), Slot: c.slot})
		last = c.to
	}
	return append(out, bundle.Chunk{HTML: string(page[last:])}), nil
}

// messages are the theme's words for problems: key "error_required" is the message of code "required".
func (b bundler) messages() map[string]form.Messages {
	all := map[string]form.Messages{}
	for lang, words := range b.theme.Words {
		m := form.Messages{}
		for _, code := range form.Codes() {
			m[code] = words["error_"+code]
		}
		all[lang] = m
	}
	return all
}

func (b bundler) people() []bundle.Person {
	var people []bundle.Person
	for _, p := range b.site.Config.People {
		people = append(people, bundle.Person{Email: p.Email, Name: p.Name, Role: p.Role})
	}
	return people
}

// mail reads the theme's mails: mail/KIND.subject.tmpl, .text.tmpl and .html.tmpl.
func (b bundler) mail() map[string]bundle.MailTemplate {
	all := map[string]bundle.MailTemplate{}
	subjects, err := fs.Glob(b.theme.FS, "mail/*.subject.tmpl")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, file := range subjects {
		kind := strings.TrimSuffix(strings.TrimPrefix(file, "mail/"), ".subject.tmpl")
		b.parseMail(kind)
		all[kind] = bundle.MailTemplate{Subject: b.source(file), Text: b.source("mail/" + kind + ".text.tmpl"), HTML: b.source("mail/" + kind + ".html.tmpl")}
	}
	return all
}

// parseMail finds mistakes in a mail's templates before the first lead does. What a template sees is known to the
// functions alone, so only its grammar is looked at.
func (b bundler) parseMail(kind string) {
	for _, part := range []string{"subject", "text", "html"} {
		file := "mail/" + kind + "." + part + ".tmpl"
		tree := parse.New(file)
		tree.Mode = parse.SkipFuncCheck
		_, err := tree.Parse(b.source(file), "", "", map[string]*parse.Tree{})
		if err == nil {
			continue
		}
		line, msg, _ := strings.Cut(strings.TrimPrefix(err.Error(), "template: "+file+":"), ": ")
		n, _ := strconv.Atoi(line)
		b.found.Add(&content.Error{File: "themes/" + b.theme.Name + "/" + file, Line: n, Msg: msg,
			Hint: "mend the template: sales would get the plain mail that stands in for it"})
	}
}

func (b bundler) source(file string) string {
	data, err := fs.ReadFile(b.theme.FS, file)
	if err != nil {
		b.found.Add(&content.Error{File: "themes/" + b.theme.Name + "/" + file, Msg: "the mail's template cannot be read: " + err.Error(),
			Hint: "a mail has three files: subject, text and html"})
	}
	return string(data)
}

// policy is the Content-Security-Policy of every page: everything from the site itself, nothing inline, and what
// site.yaml allows beside.
func policy(allow map[string][]string) string {
	base := []struct{ directive, sources string }{
		{"default-src", "'none'"}, {"script-src", "'self'"}, {"style-src", "'self'"}, {"img-src", "'self' data:"},
		{"font-src", "'self'"}, {"media-src", "'self'"}, {"manifest-src", "'self'"}, {"connect-src", "'self'"},
		{"worker-src", "'self'"}, {"frame-src", "'none'"}, {"form-action", "'self'"}, {"base-uri", "'none'"}, {"frame-ancestors", "'none'"},
	}
	parts := make([]string, 0, len(base))
	for _, b := range base {
		sources := b.sources
		if more := allow[b.directive]; len(more) > 0 {
			sources = strings.TrimPrefix(sources+" "+strings.Join(more, " "), "'none' ")
		}
		parts = append(parts, b.directive+" "+sources)
	}
	return strings.Join(parts, "; ")
}

// writeBundle replaces the bundle's file in one step.
func writeBundle(file string, b *bundle.Bundle) error {
	var data bytes.Buffer
	if err := b.Write(&data); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("making the bundle's folder: %w", err)
	}
	if err := maybe.WriteFile(file, data.Bytes(), 0o644); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}
