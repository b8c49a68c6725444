package content_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"leadsite/build/content"
)

var update = flag.Bool("update", false, "write what the broken sites report into their files")

// Every archive in testdata/broken is a source with mistakes in it, and a file "want" with what an author is told.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no broken sites: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source, want := unpack(archive)
			var problems content.Problems
			if _, err := content.Load(context.Background(), source, &problems); err != nil {
				t.Fatalf("Load: %v", err)
			}
			got := report(&problems)
			if *update {
				rewrite(t, file, archive, got)
			} else if got != want {
				t.Errorf("told the author:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// unpack makes a source of an archive. A site.yaml that has nothing to do with the mistake is added.
func unpack(archive *txtar.Archive) (source fstest.MapFS, want string) {
	source = fstest.MapFS{"content/site.yaml": {Data: []byte("title: Test\nbase_url: https://www.example.com/\n")}}
	for _, f := range archive.Files {
		switch f.Name {
		case "want":
			want = string(f.Data)
		case "content/site.yaml.missing":
			delete(source, "content/site.yaml")
		default:
			source[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return source, want
}

// report prints problems as a command line would, warnings last.
func report(problems *content.Problems) string {
	var b strings.Builder
	for _, e := range problems.Errors() {
		fmt.Fprintln(&b, e)
		if e.Hint != "" {
			fmt.Fprintf(&b, "\t%s\n", e.Hint)
		}
	}
	for _, e := range problems.Warnings() {
		fmt.Fprintf(&b, "warning: %v\n", e)
	}
	return b.String()
}

func rewrite(t *testing.T, file string, archive *txtar.Archive, got string) {
	t.Helper()
	for i := range archive.Files {
		if archive.Files[i].Name == "want" {
			archive.Files[i].Data = []byte(got)
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Errorf("%s has no file want", file)
}
