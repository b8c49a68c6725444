// Package e2e finds what e2e/setup put into the checkout: the Python environment, the npm packages.
//
// The packages below it are what the tests start: moto (a stand-in for AWS), browser (Chromium with
// axe-core), vnu (the Nu HTML checker), runtimeapi (the service that a Lambda function talks to), and
// gotest (the command behind `make test`). None of them knows leadsite: they are handed addresses,
// files and binaries, so they judge the product from outside.
package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Tool returns the absolute path of something below .tools in the checkout, such as
// "python/bin/python". A test that needs what is not there fails; it is never skipped.
func Tool(t testing.TB, path string) string {
	t.Helper()
	found, err := FindTool(path)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// FindTool is Tool for code that runs once for many tests. The error says how to get what is missing.
func FindTool(path string) (string, error) {
	root, err := FindRoot()
	if err != nil {
		return "", err
	}
	found := filepath.Join(root, ".tools", filepath.FromSlash(path))
	if _, err := os.Stat(found); err != nil {
		return "", fmt.Errorf("finding .tools/%s (run e2e/setup or make test): %w", path, errors.Unwrap(err))
	}
	return found, nil
}

// Root returns the absolute path of the checkout: the folder of go.mod.
func Root(t testing.TB) string {
	t.Helper()
	root, err := FindRoot()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// FindRoot is Root for code that runs once for many tests. It looks from the working folder upwards,
// because `go test` runs each package's tests in that package's folder.
func FindRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("finding the checkout: %w", err)
	}
	for {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		if err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if !errors.Is(err, fs.ErrNotExist) || parent == dir {
			return "", fmt.Errorf("finding the checkout above the working folder: %w", err)
		}
		dir = parent
	}
}
