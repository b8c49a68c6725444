// Command release makes the programs that are given away: leadsite for each system, with the compiled functions inside,
// so that whoever deploys needs no Go. `make release` runs it in the checkout.
//
// The same source, version and Go give the same bytes, in whatever folder. Nothing is written into the checkout but the output.
package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"

	"leadsite/infra"
)

// platforms are the systems that a release is for.
const platforms = "linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release: error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	r := release{stdout: stdout}
	flags.StringVar(&r.checkout, "checkout", ".", "folder of go.mod")
	flags.StringVar(&r.output, "output", filepath.Join("dist", "release"), "folder of the programs")
	flags.StringVar(&r.version, "version", "devel", "what `leadsite version` says")
	list := flags.String("platforms", platforms, "systems, with commas between")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if strings.ContainsAny(r.version, " \t\n'\"") {
		return fmt.Errorf("%q is no version", r.version)
	}
	temp, err := os.MkdirTemp("", "leadsite-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	if r.checkout, err = filepath.Abs(r.checkout); err != nil {
		return err
	}
	if r.output, err = filepath.Abs(r.output); err != nil {
		return err
	}
	if err := os.MkdirAll(r.output, 0o755); err != nil {
		return err
	}
	return r.make(ctx, temp, strings.Split(*list, ","))
}

// release is one run.
type release struct {
	checkout, output string
	version          string
	stdout           io.Writer
}

func (r release) make(ctx context.Context, temp string, systems []string) error {
	overlay, err := r.functions(ctx, temp)
	if err != nil {
		return err
	}
	var sums bytes.Buffer
	for _, system := range systems {
		name, err := r.compile(ctx, overlay, system)
		if err != nil {
			return fmt.Errorf("making the program for %s: %w", system, err)
		}
		data, err := os.ReadFile(filepath.Join(r.output, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
		fmt.Fprintf(r.stdout, "%s %.1f MB\n", name, float64(len(data))/1e6)
	}
	return os.WriteFile(filepath.Join(r.output, "SHA256SUMS"), sums.Bytes(), 0o644)
}

// functions compiles and compresses all functions, and writes the overlay that lets the Go command see them in the
// folder infra/programs, where the build tag release looks for them.
func (r release) functions(ctx context.Context, temp string) (overlay string, err error) {
	names, err := infra.Functions(r.checkout)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	for _, name := range names {
		program := filepath.Join(temp, name)
		if err := infra.Compile(ctx, r.checkout, name, "arm64", program); err != nil {
			return "", err
		}
		if err := compress(program); err != nil {
			return "", err
		}
		replace[filepath.Join(r.checkout, "infra", "programs", name+".gz")] = program + ".gz"
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay = filepath.Join(temp, "overlay.json")
	return overlay, os.WriteFile(overlay, text, 0o644)
}

// compress writes file.gz, without a name or a time in it.
func compress(file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(data); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(file+".gz", out.Bytes(), 0o644)
}

// compile makes the program for one system and returns its file's name.
func (r release) compile(ctx context.Context, overlay, system string) (name string, err error) {
	goos, goarch, ok := strings.Cut(system, "/")
	if !ok {
		return "", fmt.Errorf("%q is not like linux/arm64", system)
	}
	name = "leadsite-" + goos + "-" + goarch
	if goos == "windows" {
		name += ".exe"
	}
	// Without what Git knows: a copy of the source makes the same bytes.
	cmd := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-tags", "release", "-overlay", overlay, "-trimpath",
		"-ldflags", "-s -w -buildid= -X main.released="+r.version, "-o", filepath.Join(r.output, name), ".")
	cmd.Dir = r.checkout
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, strings.TrimSpace(string(out)))
	}
	return name, nil
}
