package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"leadsite/e2e"
	"leadsite/functions/bundle"
	"leadsite/infra"
)

// A released program packs the functions where there is neither a checkout nor Go, and to the same bytes.
func TestReleasedProgramNeedsNoGo(t *testing.T) {
	output, site := t.TempDir(), t.TempDir()
	system := runtime.GOOS + "/" + runtime.GOARCH
	var said strings.Builder
	if err := run(t.Context(), []string{"--checkout", e2e.Root(t), "--output", output, "--platforms", system, "--version", "1.2.3"}, &said); err != nil {
		t.Fatal(err)
	}
	name := "leadsite-" + runtime.GOOS + "-" + runtime.GOARCH
	if !strings.HasPrefix(said.String(), name+" ") || !strings.HasSuffix(said.String(), " MB\n") {
		t.Errorf("said %q", said.String())
	}
	checkSum(t, output, name)

	if out, err := exec.Command(filepath.Join(output, name), "version").Output(); err != nil || string(out) != "leadsite 1.2.3\n" {
		t.Errorf("version says %q, %v", out, err)
	}
	file := writeBundle(t, site)
	cmd := exec.Command(filepath.Join(output, name), "package", "--source", site)
	cmd.Dir, cmd.Env = site, []string{"PATH=" + t.TempDir()}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("package: %v\n%s", err, out)
	}
	zips, err := infra.Package(t.Context(), infra.PackageOptions{Checkout: e2e.Root(t), Bundle: file, Output: t.TempDir(), Arch: "arm64"})
	if err != nil {
		t.Fatal(err)
	}
	for _, z := range zips {
		if !bytes.Equal(read(t, z.File), read(t, filepath.Join(site, "dist", z.Function+".zip"))) {
			t.Errorf("%s: the released program packs other bytes than the checkout", z.Function)
		}
	}
}

func checkSum(t *testing.T, folder, name string) {
	t.Helper()
	want := fmt.Sprintf("%x  %s\n", sha256.Sum256(read(t, filepath.Join(folder, name))), name)
	if got := string(read(t, filepath.Join(folder, "SHA256SUMS"))); got != want {
		t.Errorf("SHA256SUMS says %q, want %q", got, want)
	}
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeBundle(t *testing.T, site string) (file string) {
	t.Helper()
	var data bytes.Buffer
	if err := (&bundle.Bundle{Version: bundle.Version, Site: "Example"}).Write(&data); err != nil {
		t.Fatal(err)
	}
	file = filepath.Join(site, "dist", "bundle.json")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestReleaseRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"--checkout " + t.TempDir():                            "not a checkout of leadsite",
		"--checkout " + e2e.Root(t) + " --platforms toaster":   `"toaster" is not like linux/arm64`,
		"--checkout " + e2e.Root(t) + " --platforms plan0/six": "plan0",
		"--checkout " + e2e.Root(t) + " --version 1'2":         "no version",
	} {
		if err := run(t.Context(), append(strings.Fields(args), "--output", t.TempDir()), &strings.Builder{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", args, err, want)
		}
	}
}
