package runtimeapi

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"leadsite/e2e"
)

// Build compiles the main package at an import path of this module, such as
// "leadsite/functions/lambda/submit", with the flags of a deployment, but for this machine's
// processor, and returns the path of the program. It is named bootstrap, as Lambda wants it.
func Build(t testing.TB, pkg string) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w -buildid=", "-o", binary, pkg)
	cmd.Dir = e2e.Root(t)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building %s: %v\n%s", pkg, err, output)
	}
	return binary
}
