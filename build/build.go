// Package build makes a site of a source folder: Markdown, forms and a theme become finished files, and the bundle
// that the functions need.
//
// Build is the table of contents; every stage is a package below.
package build

import (
	"context"
	"io/fs"
	"path/filepath"
	"time"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/publish"
	"leadsite/build/render"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/functions/bundle"
)

// Options say what is built, and where to.
type Options struct {
	Source       string    // folder that holds content/
	Output       string    // folder of the finished site
	State        string    // folder of the lock and the caches
	Bundle       string    // file of the functions' bundle
	DefaultTheme fs.FS     // the embedded theme
	BaseURL      string    // overrides site.yaml when not empty
	Drafts       bool      // include drafts
	Future       bool      // include pages whose date has not come
	Lenient      bool      // mistakes that a site can bear are warnings: for a blog on its way from Hugo
	Plain        bool      // leave out compressed copies, which nobody asks a development server for
	Now          time.Time // what decides which dates have come
	Check        bool      // write nothing, and take warnings for errors
	// Program stands for the program that builds: another one may make other bytes. "": nothing is remembered from build
	// to build, and nothing that was is used.
	Program string
	// Alike says whether a page that differs from the one before looks the same to its readers; see publish.Options.
	Alike    func(old, new []byte) bool
	Progress Progress // hears of pictures and cards that are being made; nil: nobody listens
}

// Progress hears how many of the pictures and cards that a build must make are done. It is called by one at a time.
type Progress func(done, total int)

// Report is what a build came to.
type Report struct {
	Pages     int              // HTML pages of the site, redirects aside
	Skipped   []site.Skipped   // pages that are left out, and why
	NextDue   time.Time        // when the next of them is due; zero: none
	Errors    []*content.Error // mistakes; with one of them nothing was written
	Warnings  []*content.Error
	Published publish.Result
	CSP       string    // Content-Security-Policy of every page
	Outside   []Outside // of Options.Check: where links lead to other sites
	BaseURL   string    // where the site stands
	Redirects bundle.Redirects
	Stages    []Stage // in their order; of a build that wrote a site
}

// Build makes the whole site and commits it, or reports mistakes and writes nothing. The error is of the machine (a
// disk, a cancelled context); mistakes of the author are in Report.Errors.
func Build(ctx context.Context, o Options) (*Report, error) {
	b := Builder{Options: o}
	defer b.Close()
	return b.Build(ctx)
}

// Build is like the function of that name.
func (b *Builder) Build(ctx context.Context) (*Report, error) {
	o, found, times := b.Options, &content.Problems{Lenient: b.Options.Lenient}, begin()
	source, err := OpenSource(o.Source)
	if err != nil {
		return nil, err
	}
	defer func() { b.closeUnused(source) }()
	past := recall(o)
	defer past.close()
	stage, err := publish.Open(ctx, publish.Options{Source: o.Source, Output: o.Output, State: o.State, Known: past.output, Alike: o.Alike, Dry: o.Check})
	if err != nil {
		return nil, err
	}
	defer stage.Close()
	if err := past.survey(ctx, o); err != nil {
		return nil, err
	}
	if report := past.unchanged(o, stage); report != nil && !b.needsModel() {
		return report, nil
	}

	times.lap("what is there", stage.Known())
	tree, err := content.Reload(ctx, source.FS(), past.entries(), found)
	if err != nil {
		return nil, err
	}
	times.lap("content", len(tree.Entries))
	if err := past.surveyTheme(ctx, o, tree.Config.Theme); err != nil {
		return nil, err
	}
	look := theme.Load(o.DefaultTheme, source.FS(), tree.Config, found)
	times.lap("theme", 0)
	plan := site.Plan(tree, look, site.Options{Now: o.Now, Drafts: o.Drafts, Future: o.Future, BaseURL: o.BaseURL}, found)
	times.lap("plan", len(plan.Outputs))
	out := &output{site: plan, stage: stage, past: past, stages: times, found: found, minify: minify.New(), onlyTexts: past.onlyTexts(tree, o.Now)}
	assets := asset.Make(look.FS, look.Name, look.Settings, out.minify.File, found)
	out.pictures = asset.NewPictures(asset.PictureOptions{Source: source.FS(), Copies: plan.Copies, Minify: out.minify.File,
		Cache: filepath.Join(o.State, "cache", "images"), Has: out.has, Dry: o.Check, Style: cardStyle(plan, look), Now: o.Now})
	indexes, err := past.search(ctx, plan, look, stage, found)
	if err != nil {
		return nil, err
	}
	out.render = render.New(render.Options{Site: plan, Theme: look, Assets: assets, Pictures: out.pictures, Search: indexes.URLs(),
		SameFiles: past.sameFiles(tree), Problems: found})
	times.lap("templates, assets, search", 0)
	if err := out.write(ctx, assets, indexes); err != nil {
		return nil, err
	}
	times.pages(len(plan.Outputs))
	known := bundler{site: plan, theme: look, render: out.render, minify: out.minify, found: found}.bundle()
	if err := out.pictures.Make(ctx, out.putPicture, o.Progress, found); err != nil {
		return nil, err
	}
	times.lap("bundle, pictures", 0)
	out.inspect()
	times.lap("links and rules", out.count())

	report := &Report{Pages: out.count(), Skipped: plan.Skipped, NextDue: plan.NextDue,
		Errors: found.Errors(), Warnings: found.Warnings(), CSP: known.CSP, Redirects: known.Redirects, BaseURL: plan.BaseURL}
	if o.Check {
		found.Strict()
		report.Errors, report.Warnings, report.Outside = found.Errors(), found.Warnings(), out.outside()
	}
	if o.Check || len(report.Errors) > 0 {
		b.forget()
		return report, nil
	}
	if err := out.commit(o, known, report); err != nil {
		return report, err
	}
	times.lap("publish", report.Published.Written)
	report.Stages = times.passed
	b.learn(source, out, report)
	return report, nil
}
