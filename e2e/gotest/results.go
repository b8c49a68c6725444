package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action  string // "output", "build-output", "pass", "fail", "skip" and others
	Package string
	Test    string // empty for the package itself
	Output  string
}

// results is what a run came to. Tests include subtests, which go test counts as tests too.
type results struct {
	packages, untested int // packages with tests, and without
	passed             int
	failed, skipped    []string // "PACKAGE TEST", or "PACKAGE" for one that failed outside its tests

	open map[string]*transcript // packages that still run
}

// transcript is what a package has printed so far.
type transcript struct {
	lines      []line
	passed     map[string]bool // by test
	testFailed bool
	tested     bool
}

// line is one piece of output, and the test it belongs to, if any.
type line struct{ test, text string }

// follow reads events until they end, and prints each package when it is done: all that a reader needs
// of one that failed, and only its result of one that passed.
func follow(events io.Reader, out io.Writer) (*results, error) {
	r := &results{open: map[string]*transcript{}}
	lines := bufio.NewReader(events)
	for {
		text, err := lines.ReadString('\n')
		if text != "" {
			r.line(text, out)
		}
		if err == io.EOF {
			return r, nil
		}
		if err != nil {
			return r, fmt.Errorf("reading its output: %w", err)
		}
	}
}

// line takes one line of go test. What is not an event is printed as it is.
func (r *results) line(text string, out io.Writer) {
	var e event
	if err := json.Unmarshal([]byte(text), &e); err != nil || e.Action == "" {
		io.WriteString(out, text)
		return
	}
	if e.Action == "build-output" {
		io.WriteString(out, e.Output)
		return
	}
	if e.Package == "" {
		return // "build-fail" and the like: the package's own failure follows
	}
	p := r.open[e.Package]
	if p == nil {
		p = &transcript{passed: map[string]bool{}}
		r.open[e.Package] = p
	}
	switch {
	case e.Action == "output":
		p.lines = append(p.lines, line{e.Test, e.Output})
	case e.Test != "":
		r.test(p, e)
	default:
		r.pkg(p, e, out)
	}
}

// test counts what became of one test.
func (r *results) test(p *transcript, e event) {
	p.tested = true
	switch e.Action {
	case "pass":
		r.passed++
		p.passed[e.Test] = true
	case "skip":
		r.skipped = append(r.skipped, e.Package+" "+e.Test)
	case "fail":
		r.failed = append(r.failed, e.Package+" "+e.Test)
		p.testFailed = true
	}
}

// pkg counts what became of one package, and prints it.
func (r *results) pkg(p *transcript, e event, out io.Writer) {
	switch e.Action {
	case "pass", "skip": // skip: it has no test files
	case "fail":
		if !p.testFailed {
			r.failed = append(r.failed, e.Package)
		}
	default:
		return // "start", and what later versions of Go may add
	}
	if p.tested || e.Action == "fail" {
		r.packages++
	} else {
		r.untested++
	}
	p.print(out)
	delete(r.open, e.Package)
}

// print writes what is worth reading: the package's own lines, and those of tests that did not pass,
// also of tests that never came to an end because the package panicked.
func (p *transcript) print(out io.Writer) {
	for _, l := range p.lines {
		frame := strings.HasPrefix(l.text, "=== ") || l.text == "PASS\n" || l.text == "FAIL\n"
		if !frame && (l.test == "" || !p.passed[l.test]) {
			io.WriteString(out, l.text)
		}
	}
}

// good is whether everything there was passed, and there was something.
func (r *results) good() bool {
	return r.passed > 0 && len(r.failed) == 0 && len(r.skipped) == 0 && len(r.open) == 0
}

// print writes the names of what did not pass, and one line with the counts.
func (r *results) print(out io.Writer, took time.Duration) {
	fmt.Fprintln(out)
	for _, name := range r.failed {
		fmt.Fprintln(out, "failed: ", name)
	}
	for _, name := range r.skipped {
		fmt.Fprintln(out, "skipped:", name)
	}
	for _, name := range slices.Sorted(maps.Keys(r.open)) {
		r.open[name].print(out)
		fmt.Fprintln(out, "cut off:", name)
	}
	fmt.Fprintf(out, "test: %d packages with tests and %d without: %d tests passed, %d failed, %d skipped, in %v\n",
		r.packages, r.untested, r.passed, len(r.failed), len(r.skipped), took.Round(time.Second))
}
