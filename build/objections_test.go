package build_test

import (
	"testing"

	"leadsite/build"
)

// The example site is what people start from: there must be nothing to object to.
func TestExampleSiteIsClean(t *testing.T) {
	o := options(t.TempDir())
	o.Source, o.Check = "..", true
	report, err := build.Build(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if report.Pages < 20 {
		t.Errorf("only %d pages", report.Pages)
	}
	if said := said(&build.Report{Errors: report.Errors}); said != "" {
		t.Error(said)
	}
}
