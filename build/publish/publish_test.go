package publish_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"leadsite/build/publish"
)

// open begins a stage below root: the source is root, its output root/public.
func open(t *testing.T, root string) *publish.Stage {
	t.Helper()
	s, err := publish.Open(t.Context(), publish.Options{Source: root, Output: filepath.Join(root, "public"), State: filepath.Join(root, ".leadsite")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// publishAll builds a site of the files and commits it.
func publishAll(t *testing.T, root string, files map[string]string) publish.Result {
	t.Helper()
	s := open(t, root)
	defer s.Close()
	for path, data := range files {
		if err := s.Write(path, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	result, err := s.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// tree reads all files of the output.
func tree(t *testing.T, root string) string {
	t.Helper()
	var out strings.Builder
	public := os.DirFS(filepath.Join(root, "public"))
	err := fs.WalkDir(public, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(public, path)
		fmt.Fprintf(&out, "%s=%s\n", path, data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestCommitWritesOnlyWhatChanged(t *testing.T) {
	root := t.TempDir()
	first := publishAll(t, root, map[string]string{"index.html": "home", "blog/a/index.html": "a", "assets/x.css": "x"})
	if first.Written != 3 || first.Kept != 0 || first.Deleted != 0 || len(first.Changed) != 3 {
		t.Errorf("first build: %+v", first)
	}
	second := publishAll(t, root, map[string]string{"index.html": "home", "blog/b/index.html": "b", "assets/x.css": "x"})
	if second.Written != 1 || second.Kept != 2 || second.Deleted != 1 || !slices.Equal(second.Changed, []string{"blog/b/index.html", "blog/a/index.html"}) {
		t.Errorf("second build: %+v", second)
	}
	if got, want := tree(t, root), "assets/x.css=x\nblog/b/index.html=b\nindex.html=home\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if _, err := os.Stat(filepath.Join(root, "public", "blog", "a")); !errors.Is(err, os.ErrNotExist) {
		t.Error("an empty folder was left")
	}
}

func TestNothingChangesBeforeCommit(t *testing.T) {
	root := t.TempDir()
	publishAll(t, root, map[string]string{"index.html": "old"})
	s := open(t, root)
	if err := s.Write("index.html", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, root); got != "index.html=old\n" {
		t.Errorf("before the commit: %s", got)
	}
	s.Close()
	if got := tree(t, root); got != "index.html=old\n" {
		t.Errorf("after giving up: %s", got)
	}
	if left, _ := filepath.Glob(filepath.Join(root, ".public*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFilesAndFoldersChangePlaces(t *testing.T) {
	root := t.TempDir()
	publishAll(t, root, map[string]string{"a/b/index.html": "deep", "c": "flat"})
	publishAll(t, root, map[string]string{"a/b": "flat now", "c/index.html": "deep now"})
	if got, want := tree(t, root), "a/b=flat now\nc/index.html=deep now\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestForeignFilesGoAndGitStays(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"public/stray.txt", "public/.git/HEAD"} {
		file := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("x"), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	publishAll(t, root, map[string]string{"index.html": "home"})
	if got, want := tree(t, root), ".git/HEAD=x\nindex.html=home\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestOutputsThatWouldEatTheSourceAreRefused(t *testing.T) {
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "site", "content"), 0o755); err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(root, "site")
	for _, output := range []string{source, root, filepath.Join(source, "content"), filepath.Join(source, "content", "public"), filepath.Join(source, "themes", "x")} {
		_, err := publish.Open(t.Context(), publish.Options{Source: source, Output: output, State: filepath.Join(root, "state")})
		if !errors.Is(err, publish.ErrOutput) {
			t.Errorf("%s: got %v", output, err)
		}
	}
}

// A mistyped --output must not cost anybody their papers: only an empty folder, and one with a site in it, become the site's.
func TestFoldersOfOtherThingsAreRefused(t *testing.T) {
	for _, c := range []struct {
		name, file string
		refused    bool
	}{
		{"papers", "out/letter.odt", true},
		{"a folder in it", "out/2026/letter.odt", true},
		{"a clone without a commit", "out/.git/HEAD", false},
		{"a site", "out/index.html", false},
		{"nothing", "other/index.html", false},
		{"a build that was killed", "out/assets/a.css", false},
	} {
		root := t.TempDir()
		file := filepath.Join(root, c.file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("x"), 0o644)); err != nil {
			t.Fatal(err)
		}
		if c.name == "a build that was killed" {
			if err := os.Mkdir(filepath.Join(root, ".out.stage"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		s, err := publish.Open(t.Context(), publish.Options{Source: filepath.Join(root, "site"), Output: filepath.Join(root, "out"), State: filepath.Join(root, "state")})
		if errors.Is(err, publish.ErrForeign) != c.refused || !c.refused && err != nil {
			t.Errorf("%s: got %v", c.name, err)
		}
		if err == nil {
			s.Close()
		}
		if _, err := os.Stat(file); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestPathsStayBelowTheOutput(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	for _, path := range []string{"../x", "/x", "a/../../x", "", ".", "a\\b", "a\x00b"} {
		if err := s.Write(path, nil); err == nil {
			t.Errorf("%q was written", path)
		}
	}
}

func TestOnePathHoldsOneFile(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	if err := s.Write("About/index.html", nil); err != nil {
		t.Fatal(err)
	}
	if err := s.Write("about/index.html", nil); err == nil {
		t.Error("two files that differ by case were both written")
	}
}

func TestAFileIsNoFolder(t *testing.T) {
	for _, paths := range [][2]string{{"a", "a/b/index.html"}, {"a/b/index.html", "a"}, {"a/b/c.html", "A/B"}} {
		s := open(t, t.TempDir())
		if err := s.Write(paths[0], nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Write(paths[1], nil); err == nil {
			t.Errorf("%s and %s were both written", paths[0], paths[1])
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTheFirstBuildAppearsAtOnce(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	defer s.Close()
	if err := s.Write("blog/one/index.html", []byte("one")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(root, "public")); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("there is an output before the commit: %v", err)
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, root); got != "blog/one/index.html=one\n" {
		t.Errorf("got %s", got)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 2 { // public and .leadsite
		t.Errorf("beside the output stands %v, %v", entries, err)
	}
}

func TestOneBuilderAtATime(t *testing.T) {
	root := t.TempDir()
	var building sync.WaitGroup
	var inside, most int
	var mu sync.Mutex
	for range 4 {
		building.Go(func() {
			s := open(t, root)
			mu.Lock()
			inside++
			most = max(most, inside)
			mu.Unlock()
			if err := s.Write("index.html", []byte("home")); err != nil {
				t.Error(err)
			}
			mu.Lock()
			inside--
			mu.Unlock()
			s.Close()
		})
	}
	building.Wait()
	if most != 1 {
		t.Errorf("%d builders at once", most)
	}
}

func TestCopy(t *testing.T) {
	root := t.TempDir()
	s := open(t, root)
	defer s.Close()
	from := fstest.MapFS{"static/logo.svg": {Data: []byte("<svg/>")}}
	if err := s.Copy("logo.svg", from, "static/logo.svg"); err != nil {
		t.Fatal(err)
	}
	if err := s.Copy("gone.svg", from, "static/gone.svg"); err == nil {
		t.Error("a missing file was copied")
	}
	if _, err := s.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, root); got != "logo.svg=<svg/>\n" {
		t.Errorf("got %s", got)
	}
}
