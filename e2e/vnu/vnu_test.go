package vnu

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const whole = `<!doctype html>
<html lang="en">
<title>A page</title>
<p>Nothing wrong here.</p>
</html>
`

const broken = `<!doctype html>
<html lang="en">
<title>A page</title>
<div>
<p>Where does the div end?</p>
</html>
`

func TestFindsAnUnclosedTag(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "whole.html", whole)
	bad := write(t, dir, "below/a page.html", broken)
	write(t, dir, "notes.txt", "<div>")

	messages := Check(t, dir)
	if len(messages) == 0 {
		t.Fatal("the unclosed div was not found")
	}
	found := false
	for _, m := range messages {
		if m.File != bad {
			t.Errorf("an error in another file: %v", m)
		}
		if m.Line == 4 && strings.Contains(m.Text, "Unclosed element") {
			found = true
			if want := bad + ":4:1: "; !strings.HasPrefix(m.String(), want) {
				t.Errorf("the message reads %q, want it to begin with %q", m, want)
			}
		}
	}
	if !found {
		t.Errorf("no message about line 4 among %v", messages)
	}
}

func TestFindsNothingInWholePages(t *testing.T) {
	dir := t.TempDir()
	first, second := write(t, dir, "first.html", whole), write(t, dir, "second.html", whole)
	if messages := Check(t, first, second); len(messages) != 0 {
		t.Errorf("Check of whole pages = %v", messages)
	}
}

// The checker is silent about paths that hold nothing to check; a test that gave one would never fail.
func TestNothingToCheckIsAnError(t *testing.T) {
	for _, path := range []string{t.TempDir(), "no-such-folder"} {
		if files, err := htmlFiles([]string{path}); err == nil {
			t.Errorf("htmlFiles(%s) = %v, want an error", path, files)
		}
	}
}

func TestACheckerThatDoesNotWorkIsAnError(t *testing.T) {
	if output, err := run("no-such.jar", []string{"page.html"}); err == nil {
		t.Errorf("run without the checker = %q, want an error", output)
	}
}

func write(t *testing.T, dir, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
