package infra_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"leadsite/functions/bundle"
	"leadsite/infra"
)

func writeBundle(t *testing.T) string {
	t.Helper()
	var data bytes.Buffer
	if err := (&bundle.Bundle{Version: bundle.Version, Site: "Example"}).Write(&data); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "bundle.json")
	if err := os.WriteFile(file, data.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPackage(t *testing.T) {
	o := infra.PackageOptions{Checkout: "..", Bundle: writeBundle(t), Output: t.TempDir(), Arch: "arm64"}
	first := pack(t, o)
	for _, name := range []string{"submit", "notify", "desk"} {
		if _, ok := first[name]; !ok {
			t.Errorf("no zip of %s: %v", name, first)
		}
	}
	o.Output = t.TempDir()
	for name, sum := range pack(t, o) {
		if sum != first[name] {
			t.Errorf("%s: two runs gave other bytes", name)
		}
	}
}

// pack returns the hash of every zip, by function, after looking into it.
func pack(t *testing.T, o infra.PackageOptions) map[string][32]byte {
	t.Helper()
	zips, err := infra.Package(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string][32]byte{}
	for _, z := range zips {
		data, err := os.ReadFile(z.File)
		if err != nil {
			t.Fatal(err)
		}
		if z.Size != int64(len(data)) {
			t.Errorf("%s: size %d, file %d", z.Function, z.Size, len(data))
		}
		if z.Size > maxSize(z.Function) {
			t.Errorf("%s has %d bytes, more than %d: a visitor waits for what a cold start loads", z.File, z.Size, maxSize(z.Function))
		}
		sums[z.Function] = sha256.Sum256(data)
		inspect(t, data)
	}
	return sums
}

// maxSize is what a zip may have, a little over what it has: who adds a library notices.
func maxSize(function string) int64 {
	if function == "submit" {
		return 4_500_000
	}
	return 7_500_000
}

func inspect(t *testing.T, data []byte) {
	t.Helper()
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(r.File) != 2 || r.File[0].Name != "bootstrap" || r.File[0].Mode() != 0o755 || r.File[1].Name != "bundle.json" {
		t.Fatalf("got %v", r.File)
	}
	f, err := r.File[1].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bundle.Read(text); err != nil {
		t.Error(err)
	}
}

func TestPackageNeedsACheckoutAndABundle(t *testing.T) {
	_, err := infra.Package(t.Context(), infra.PackageOptions{Checkout: t.TempDir(), Bundle: writeBundle(t), Output: t.TempDir(), Arch: "arm64"})
	if !errors.Is(err, infra.ErrNoCheckout) {
		t.Errorf("got %v", err)
	}
	_, err = infra.Package(t.Context(), infra.PackageOptions{Checkout: "..", Bundle: "gone.json", Output: t.TempDir(), Arch: "arm64"})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
