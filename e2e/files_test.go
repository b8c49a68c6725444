package e2e_test

import (
	"os"
	"path/filepath"
	"testing"
)

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// write replaces a file in one step, as editors do.
func write(t *testing.T, file, text string) {
	t.Helper()
	aside := filepath.Join(filepath.Dir(file), ".aside")
	if err := os.WriteFile(aside, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(aside, file); err != nil {
		t.Fatal(err)
	}
}
