package e2e_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"leadsite/e2e"
	"leadsite/e2e/formats"
	"leadsite/e2e/program"
	"leadsite/e2e/vnu"
)

// TestTwoBuildsAreTheSame builds the example site twice from nothing.
func TestTwoBuildsAreTheSame(t *testing.T) {
	first, second := buildExample(t), buildExample(t)
	for path, data := range first {
		if second[path] != data {
			t.Errorf("%s differs", path)
		}
	}
	if len(first) != len(second) || len(first) < 20 {
		t.Errorf("%d files, then %d", len(first), len(second))
	}
}

// buildExample builds the example site into new folders and returns its files.
func buildExample(t *testing.T) map[string]string {
	t.Helper()
	dir := t.TempDir()
	program.Run(t, "build", "--source", exampleSource(t), "--output", filepath.Join(dir, "public"), "--state", filepath.Join(dir, "state"))
	return files(t, filepath.Join(dir, "public"))
}

// exampleSource is a copy of the example site, so that its bundle is not written into the checkout.
func exampleSource(t *testing.T) string {
	t.Helper()
	source := t.TempDir()
	copyTree(t, filepath.Join(e2e.Root(t), "content"), filepath.Join(source, "content"))
	return source
}

// files reads every file below a folder, by slash path.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if path != "." && errors.Is(err, fs.ErrNotExist) {
			return nil // a running server deletes meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(tree, path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		all[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestExampleIsValidHTML runs the Nu HTML checker over every page of the example site.
func TestExampleIsValidHTML(t *testing.T) {
	dir := t.TempDir()
	program.Run(t, "build", "--source", exampleSource(t), "--output", filepath.Join(dir, "public"), "--state", filepath.Join(dir, "state"))
	for _, m := range vnu.Check(t, filepath.Join(dir, "public")) {
		t.Errorf("%v", m)
	}
}

// TestExampleFormats checks what programs read of the example site: feeds, sitemap, structured data and tags of heads.
func TestExampleFormats(t *testing.T) {
	dir := t.TempDir()
	program.Run(t, "build", "--source", exampleSource(t), "--output", filepath.Join(dir, "public"), "--state", filepath.Join(dir, "state"))
	faults, advice := formats.Site(os.DirFS(filepath.Join(dir, "public")))
	for _, f := range faults {
		t.Error(f)
	}
	for _, a := range advice {
		t.Error("advice:", a)
	}
}

// TestKilledBuildLeavesWholeFiles kills a build at many moments: the pages of the output are then all whole, each of
// the old edition or the new, and the next build finishes the work.
func TestKilledBuildLeavesWholeFiles(t *testing.T) {
	const posts, rounds = 300, 12
	source, dir := t.TempDir(), t.TempDir()
	write(t, mkdir(t, source, "content")+"/site.yaml", "title: Many\nbase_url: https://www.example.com/\n")
	output, state := filepath.Join(dir, "public"), filepath.Join(dir, "state")
	args := []string{"build", "--source", source, "--output", output, "--state", state}
	writeEdition(t, source, posts, 0)
	program.Run(t, args...)
	killed := 0
	for round := 1; round <= rounds; round++ {
		writeEdition(t, source, posts, round)
		cmd := exec.Command(program.Path(t), args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(round*round) * 3 * time.Millisecond) // from its first steps to its last
		cmd.Process.Kill()
		cmd.Wait()
		if cmd.ProcessState.Sys().(syscall.WaitStatus).Signaled() {
			killed++
		}
		checkEditions(t, files(t, output), round)
		program.Run(t, args...)
		for path, page := range files(t, output) {
			if strings.HasPrefix(path, "blog/post-") && !strings.Contains(page, fmt.Sprintf("edition %d.", round)) {
				t.Fatalf("round %d: %s is of an old edition after a whole build", round, path)
			}
		}
	}
	if killed == 0 {
		t.Error("every build ended before it was killed: the test proved nothing")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".public*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func mkdir(t *testing.T, parts ...string) string {
	t.Helper()
	dir := filepath.Join(parts...)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func writeEdition(t *testing.T, source string, posts, edition int) {
	t.Helper()
	dir := mkdir(t, source, "content", "blog")
	for i := range posts {
		text := fmt.Sprintf("---\ntitle: Post %d\ndate: 2026-01-02\ndescription: A post.\n---\nThis is edition %d.\n", i, edition)
		write(t, filepath.Join(dir, fmt.Sprintf("post-%d.md", i)), text)
	}
}

var editions = regexp.MustCompile(`edition (\d+)\.`)

func checkEditions(t *testing.T, output map[string]string, newest int) {
	t.Helper()
	for path, page := range output {
		if !strings.HasPrefix(path, "blog/post-") {
			continue
		}
		found := map[string]bool{}
		for _, m := range editions.FindAllStringSubmatch(page, -1) {
			found[m[1]] = true
		}
		if !strings.HasSuffix(strings.TrimSpace(page), "</html>") || len(found) != 1 {
			t.Fatalf("round %d: %s is not whole: %d bytes, editions %v", newest, path, len(page), found)
		}
	}
}
