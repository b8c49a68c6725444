// Package infra brings the product into the owner's AWS account. It makes the files that a deployed function is: a
// zip of its program and the site's bundle.
//
// It knows the bundle and the cloud. It knows neither content nor leads.
package infra

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"leadsite/functions/bundle"
)

// ErrNoCheckout marks a folder that does not hold the program's own source: functions are compiled from it.
var ErrNoCheckout = errors.New("not a checkout of leadsite")

// PackageOptions say what is packed.
type PackageOptions struct {
	Checkout string // folder of go.mod, when Programs is nil
	Programs fs.FS  // the compiled functions, as Programs gives them
	Bundle   string // file of the site's bundle
	Output   string // folder of the zips
	Arch     string // "arm64" as deployed; Programs are of it
}

// Zip is one finished function.
type Zip struct {
	Function string // folder below functions/lambda
	File     string
	Size     int64 // bytes
}

// Package packs every function with the bundle, compiling those that did not come with the program. The same source, bundle and Go give the same bytes.
func Package(ctx context.Context, o PackageOptions) ([]Zip, error) {
	data, err := os.ReadFile(o.Bundle)
	if err != nil {
		return nil, fmt.Errorf("packing the functions: %w", err)
	}
	if _, err := bundle.Read(data); err != nil {
		return nil, err
	}
	names, err := o.functions()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(o.Output, 0o755); err != nil {
		return nil, fmt.Errorf("packing the functions: %w", err)
	}
	var zips []Zip
	for _, name := range names {
		z, err := o.pack(ctx, name, data)
		if err != nil {
			return nil, fmt.Errorf("packing the function %s: %w", name, err)
		}
		zips = append(zips, z)
	}
	return zips, nil
}

// functions lists what there is to pack.
func (o PackageOptions) functions() ([]string, error) {
	if o.Programs == nil {
		return Functions(o.Checkout)
	}
	files, err := fs.Glob(o.Programs, "*.gz")
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f, ".gz"))
	}
	return names, err
}

// Functions lists the folders of functions/lambda in a checkout.
func Functions(checkout string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(checkout, "functions", "lambda"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNoCheckout, checkout)
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (o PackageOptions) pack(ctx context.Context, name string, bundle []byte) (Zip, error) {
	binary, err := o.program(ctx, name)
	if err != nil {
		return Zip{}, err
	}
	data, err := archive(binary, bundle)
	if err != nil {
		return Zip{}, err
	}
	z := Zip{Function: name, File: filepath.Join(o.Output, name+".zip"), Size: int64(len(data))}
	return z, os.WriteFile(z.File, data, 0o644)
}

// program is a function's compiled program: the one that came along, or a fresh one.
func (o PackageOptions) program(ctx context.Context, name string) ([]byte, error) {
	if o.Programs != nil {
		f, err := o.Programs.Open(name + ".gz")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		r, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		return io.ReadAll(r)
	}
	dir, err := os.MkdirTemp("", "leadsite-package-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "bootstrap")
	if err := Compile(ctx, o.Checkout, name, o.Arch, file); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// Compile builds one function as it is deployed: static, stripped, and without anything of this machine in it.
func Compile(ctx context.Context, checkout, name, arch, program string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w -buildid=",
		"-o", program, "./functions/lambda/"+name)
	cmd.Dir = checkout
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compiling: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	return nil
}

// archive is a zip of the program and the bundle. Its entries have no times, so that the same files give the same bytes.
func archive(program, bundle []byte) ([]byte, error) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range []struct {
		name string
		mode fs.FileMode
		data []byte
	}{{"bootstrap", 0o755, program}, {"bundle.json", 0o644, bundle}} {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate}
		h.SetMode(f.mode)
		e, err := w.CreateHeader(h)
		if err != nil {
			return nil, err
		}
		if _, err := e.Write(f.data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
