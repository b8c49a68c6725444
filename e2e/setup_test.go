package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// On a machine that has nothing but a shell, the script names all that is missing, at once, and fails.
func TestSetupNamesMissingPrograms(t *testing.T) {
	output, err := runSetup(t)
	if err == nil {
		t.Error("the script succeeded without any of its programs")
	}
	wantAll(t, output, "go python3 node npm java cc", "install Go 1.26 or newer", "apt-get install -y python3-venv nodejs npm")
}

// With Go there, the C compiler is asked of Go, and Go is no longer asked for.
func TestSetupAsksGoForTheCompiler(t *testing.T) {
	output, err := runSetup(t, "#!/bin/sh\necho no-such-cc -m64\n")
	if err == nil {
		t.Error("the script succeeded without a C compiler")
	}
	wantAll(t, output, "java no-such-cc")
	if strings.Contains(output, "install Go") {
		t.Errorf("the script asks for Go, which is there:\n%s", output)
	}
}

// runSetup runs a copy of the script in an empty checkout. Its PATH holds only the few commands of
// every Unix that the script itself is made of, and "go" with the given text.
func runSetup(t *testing.T, goCommand ...string) (output string, err error) {
	t.Helper()
	checkout, path := t.TempDir(), t.TempDir()
	script, readErr := os.ReadFile("setup")
	if readErr != nil {
		t.Fatal(readErr)
	}
	copied := filepath.Join(checkout, "e2e", "setup")
	if err := os.Mkdir(filepath.Dir(copied), 0o755); err != nil {
		t.Fatal(err)
	}
	writeProgram(t, copied, string(script))
	for _, name := range []string{"sh", "dirname", "make"} {
		linkProgram(t, name, path)
	}
	for _, text := range goCommand {
		writeProgram(t, filepath.Join(path, "go"), text)
	}
	cmd := exec.Command(copied)
	cmd.Env = []string{"PATH=" + path}
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func linkProgram(t *testing.T, name, dir string) {
	t.Helper()
	found, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(found, filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func writeProgram(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
}

func wantAll(t *testing.T, output string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(output, want) {
			t.Errorf("the output does not say %q:\n%s", want, output)
		}
	}
}
