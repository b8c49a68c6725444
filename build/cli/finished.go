package cli

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"leadsite/build"
)

// FinishedOptions say which site is made for somebody who takes it elsewhere.
type FinishedOptions struct {
	Source  string
	BaseURL string    // "" for site.yaml's
	Stderr  io.Writer // warnings, and what was left out
}

// Finished makes the site into dist/site, and the bundle, as `leadsite build` makes them. Mistakes are an error.
func Finished(ctx context.Context, embedded fs.FS, o FinishedOptions) (site, bundle string, err error) {
	base, err := baseURL(o.BaseURL)
	if err != nil {
		return "", "", err
	}
	dist := filepath.Join(o.Source, "dist")
	site, bundle = filepath.Join(dist, "site"), filepath.Join(dist, "bundle.json")
	report, err := build.Build(ctx, build.Options{
		Source: o.Source, Output: site, State: filepath.Join(o.Source, ".leadsite"), Bundle: bundle, BaseURL: base,
		DefaultTheme: embedded, Now: time.Now(), Progress: progress(o.Stderr), Plain: true,
	})
	if err != nil {
		return "", "", explain(err)
	}
	text := lines{source: o.Source, embedded: embedded}
	printLeftOut(o.Stderr, report)
	newScreen(o.Stderr).warn(text.mistakes(report.Warnings))
	if err := failed(text.mistakes(report.Errors)); err != nil {
		return "", "", err
	}
	fmt.Fprintf(o.Stderr, "leadsite: %d pages built\n", report.Pages)
	return site, bundle, nil
}
