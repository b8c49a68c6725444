package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const passes = `package sample

import "testing"

func TestWhole(t *testing.T) {
	t.Log("a quiet remark")
	t.Run("part", func(t *testing.T) {})
}
`

const fails = `package sample

import "testing"

func TestGood(t *testing.T) { t.Log("a quiet remark") }

func TestBad(t *testing.T) {
	t.Run("part", func(t *testing.T) { t.Error("two and two is five") })
}
`

const skips = `package sample

import "testing"

func TestGood(t *testing.T) {}

func TestIdle(t *testing.T) { t.Skip("no browser here") }
`

const panics = `package sample

import "testing"

func TestBad(t *testing.T) { panic("out of cheese") }
`

const doesNotCompile = `package sample

func TestBad(t *testing.T) {}
`

func TestRun(t *testing.T) {
	tests := []struct {
		name, source string
		code         int
		want, not    []string
	}{
		{"all pass", passes, 0,
			[]string{"ok  \tsample", "test: 1 packages with tests and 1 without: 2 tests passed, 0 failed, 0 skipped"},
			[]string{"a quiet remark", "=== RUN", "PASS"}},
		{"one fails", fails, 1,
			[]string{"two and two is five", "--- FAIL: TestBad/part", "FAIL\tsample", "failed:  sample TestBad/part", "1 tests passed, 2 failed, 0 skipped"},
			[]string{"a quiet remark", "--- PASS"}},
		{"one skips", skips, 1,
			[]string{"no browser here", "skipped: sample TestIdle", "1 tests passed, 0 failed, 1 skipped"},
			nil},
		{"one panics", panics, 1,
			[]string{"out of cheese", "FAIL\tsample", "failed:  sample TestBad"},
			nil},
		{"does not compile", doesNotCompile, 1,
			[]string{"undefined: testing", "sample [build failed]", "failed:  sample\n", "0 tests passed, 1 failed"},
			nil},
		{"no test at all", "package sample\n", 1,
			[]string{"0 tests passed, 0 failed, 0 skipped"},
			nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(module(t, test.source))
			var stdout, stderr strings.Builder
			code := run([]string{"./..."}, &stdout, &stderr)
			if code != test.code {
				t.Errorf("the exit code is %d, want %d", code, test.code)
			}
			for _, want := range test.want {
				if !strings.Contains(stdout.String(), want) {
					t.Errorf("%q is missing", want)
				}
			}
			for _, not := range test.not {
				if strings.Contains(stdout.String(), not) {
					t.Errorf("%q is too much", not)
				}
			}
			if t.Failed() {
				t.Logf("stdout:\n%s\nstderr:\n%s", &stdout, &stderr)
			}
		})
	}
}

// What go test cannot even begin with must be seen, and fail.
func TestAModuleThatCannotBeLoaded(t *testing.T) {
	t.Chdir(t.TempDir())
	var stdout, stderr strings.Builder
	if code := run([]string{"./..."}, &stdout, &stderr); code == 0 {
		t.Error("the exit code is 0 without any module")
	}
	if got := stdout.String(); !strings.Contains(got, "does not contain main module") {
		t.Errorf("the output does not say what is missing:\n%s", got)
	}
}

func TestARunThatIsCutOff(t *testing.T) {
	events := `{"Action":"start","Package":"sample"}
{"Action":"output","Package":"sample","Test":"TestSlow","Output":"still waiting\n"}
`
	var out strings.Builder
	r, err := follow(strings.NewReader(events), &out)
	if err != nil {
		t.Fatal(err)
	}
	if r.good() {
		t.Error("a run that was cut off is good")
	}
	r.print(&out, 0)
	for _, want := range []string{"still waiting", "cut off: sample"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, &out)
		}
	}
}

// module makes a module of two packages, one of which holds the source as its test.
func module(t *testing.T, source string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module sample\n\ngo 1.26\n",
		"sample_test.go": source,
		"sample.go":      "package sample\n",
		"bare/bare.go":   "package bare\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
