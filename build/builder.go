package build

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/publish"
	"leadsite/build/site"
	"leadsite/build/trace"
)

// Builder builds one site again and again while it is edited. After a whole build it has the model of the site in memory,
// and an edited text needs no more than its own page.
type Builder struct {
	Options Options
	builds  int
	last    *model
}

// model is a site as it was built.
type model struct {
	source *Source
	inputs *trace.Inputs
	out    *output
	report *Report
}

// needsModel says whether a whole build should be made even though nothing has changed: after the first time, which is
// to be quick.
func (b *Builder) needsModel() bool {
	b.builds++
	return b.builds > 1 && b.last == nil
}

// Ready says whether Update can work.
func (b *Builder) Ready() bool { return b.last != nil }

// Searched says whether the site has an index of its own, which an Update leaves as it was.
func (b *Builder) Searched() bool { return b.last != nil && b.last.out.site.Config.Outputs["search"] }

// learn keeps the model of a build.
func (b *Builder) learn(source *Source, out *output, report *Report) {
	b.forget()
	source.rest() // it is kept for long
	inputs := out.past.now
	out.past, out.copies = nil, nil // the memory has them
	b.last = &model{source: source, inputs: inputs, out: out, report: report}
}

// forget lets go of the model: it is not the source's any more.
func (b *Builder) forget() {
	if b.last != nil {
		b.last.source.Close()
		b.last = nil
	}
}

func (b *Builder) closeUnused(source *Source) {
	if b.last == nil || b.last.source != source {
		source.Close()
	}
}

// Close lets go of the source.
func (b *Builder) Close() { b.forget() }

// Update builds after changes of some files, whose paths are absolute, if only the texts of pages changed and nothing is
// wrong with them. False: it does not know how, nothing is written, and a whole build must be made. What is left for a
// later one, and has no haste, are the warnings, the search index and the memory.
func (b *Builder) Update(ctx context.Context, changed []string) (*Report, bool) {
	m := b.last
	if m == nil || m.inputs == nil || len(changed) == 0 {
		return nil, false
	}
	pages, ok := m.reread(b.Options.Source, changed)
	if ok {
		ok = m.publish(ctx, b.Options, pages)
	}
	if !ok {
		b.forget() // some of it may be of the new texts
		return nil, false
	}
	return m.report, true
}

// reread reads changed files again. False: more than the texts of pages changed.
func (m *model) reread(source string, changed []string) ([]*site.Page, bool) {
	var pages []*site.Page
	for _, file := range changed {
		rel, err := filepath.Rel(absolute(source), file)
		if err != nil {
			return nil, false
		}
		rel = filepath.ToSlash(rel)
		if nobodys(rel) || m.passing(rel, file) {
			continue
		}
		page := m.out.site.ByPath[strings.TrimPrefix(rel, content.Root+"/")]
		if page == nil || !m.out.site.Tree.Reread(page.Entry) {
			return nil, false
		}
		page.Words = page.Entry.Words
		pages = append(pages, page)
	}
	return pages, true
}

// passing says whether a path is of a file that came and went, as editors make them when they save.
func (m *model) passing(rel, file string) bool {
	_, err := os.Lstat(file)
	return errors.Is(err, fs.ErrNotExist) && !m.inputs.Has(rel)
}

// publish renders some pages and puts them into the output.
func (m *model) publish(ctx context.Context, o Options, pages []*site.Page) bool {
	stage, err := publish.Open(ctx, publish.Options{Source: o.Source, Output: o.Output, State: o.State, Alike: o.Alike})
	if err != nil {
		return false
	}
	defer stage.Close()
	for _, out := range m.out.site.Outputs {
		if out.Kind == site.OutputHTML && slices.Contains(pages, out.Page) && !m.write(stage, out) {
			return false
		}
	}
	m.report.Published, err = stage.Patch()
	return err == nil
}

// write renders one page. False: there is something wrong with it, or it needs more than itself.
func (m *model) write(stage *publish.Stage, out site.Output) bool {
	made, err := m.out.render.Make(out)
	if err != nil || !made.Found.None() || slices.ContainsFunc(made.Files, func(file string) bool { return !m.out.files[file] }) {
		return false
	}
	if facts := m.out.factsOf(out, made); !made.Found.None() || !m.replace(facts) {
		return false
	}
	data, err := m.out.minify.AppendHTML(nil, made.Data, minify.Part{Text: made.Compact, Blanks: made.Blanks})
	return err == nil && stage.Write(out.Path, data) == nil
}

func (m *model) replace(facts check.Page) bool {
	base, err := url.Parse(m.out.site.BaseURL)
	return err == nil && m.out.ledger.Replace(facts, base, m.out.exists)
}
