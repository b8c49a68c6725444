// Command race builds the same blog with leadsite and with Hugo, in turn, and prints what each cost and the ratios:
// `make bench` calls it.
//
//	go run ./e2e/race -leadsite ./leadsite -posts 1000,10000
//
// Both write into memory where there is a folder for that. The scenes are cold (no output, no cache), warm (nothing
// changed since the last build) and edit (the text of one post changed). Hugo has no incremental build: its figure for
// warm and edit is a build over its own output. Hugo is built by the Go command, once, into .tools.
//
// Before a ratio counts, the pages of both sites are compared: the same pages, with the same text.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"

	"leadsite/e2e"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("race", flag.ContinueOnError)
	flags.SetOutput(stderr)
	leadsite := flags.String("leadsite", "./leadsite", "the program")
	posts := flags.String("posts", "1000,10000", "how many posts, one race for each number")
	runs := flags.Int("runs", 3, "of each program in each scene; the median counts")
	scenes := flags.String("scenes", "cold,warm,edit", "what is built")
	alone := flags.Bool("alone", false, "without Hugo")
	if flags.Parse(args) != nil {
		return 2
	}
	sizes, err := numbers(*posts)
	if err != nil || *runs < 1 {
		fmt.Fprintln(stderr, "race: error: -posts takes numbers like 1000,10000, and -runs at least 1")
		return 2
	}
	r := race{runs: *runs, scenes: strings.Split(*scenes, ","), out: stdout}
	if r.leadsite, err = filepath.Abs(*leadsite); err == nil && !*alone {
		r.hugo, err = installHugo(ctx, stderr)
	}
	for _, n := range sizes {
		if err == nil {
			err = r.over(ctx, n)
		}
	}
	if err != nil {
		fmt.Fprintf(stderr, "race: error: %v\n", err)
		return 1
	}
	return 0
}

func numbers(list string) ([]int, error) {
	var all []int
	for part := range strings.SplitSeq(list, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number of posts", part)
		}
		all = append(all, n)
	}
	return all, nil
}

// installHugo builds the pinned Hugo, unless an earlier race did.
func installHugo(ctx context.Context, talk io.Writer) (string, error) {
	root, err := e2e.FindRoot()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(root, ".tools", "hugo-"+hugoVersion)
	program := filepath.Join(dir, "hugo")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	fmt.Fprintln(talk, "race: building Hugo "+hugoVersion+", into .tools (two minutes)")
	cmd := exec.CommandContext(ctx, "go", "install", "github.com/gohugoio/hugo@"+hugoVersion)
	cmd.Env = append(os.Environ(), "GOBIN="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building Hugo: %w\n%s", err, tail(out))
	}
	return program, nil
}
