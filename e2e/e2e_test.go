package e2e

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRootHoldsThisScript(t *testing.T) {
	if _, err := os.Stat(filepath.Join(Root(t), "e2e", "setup")); err != nil {
		t.Error(err)
	}
}

func TestRootIsFoundFromBelow(t *testing.T) {
	root := t.TempDir()
	below := filepath.Join(root, "a", "b")
	writeFile(t, filepath.Join(root, "go.mod"), "module example\n")
	if err := os.MkdirAll(below, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(below)
	if got := Root(t); !sameFile(t, got, root) {
		t.Errorf("Root() = %s, want %s", got, root)
	}
}

func TestMissingToolSaysWhatToRun(t *testing.T) {
	_, err := FindTool("no/such/tool")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("FindTool of a missing tool = %v, want fs.ErrNotExist", err)
	}
	for _, want := range []string{".tools/no/such/tool", "run e2e/setup or make test"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error %q does not say %q", err, want)
		}
	}
}

func sameFile(t *testing.T, a, b string) bool {
	t.Helper()
	statA, err := os.Stat(a)
	if err != nil {
		t.Fatal(err)
	}
	statB, err := os.Stat(b)
	if err != nil {
		t.Fatal(err)
	}
	return os.SameFile(statA, statB)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
