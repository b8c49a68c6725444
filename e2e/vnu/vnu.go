// Package vnu runs the Nu HTML checker, the one behind the W3C's validator, over finished HTML files.
// e2e/setup installs it. It knows HTML, and nothing of links, search engines or this product.
package vnu

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadsite/e2e"
)

// Message is one error in one file. Warnings are not reported.
type Message struct {
	File    string // absolute
	Line    int    // from 1; 0 when the error has no place
	Col     int    // from 1; 0 when the error has no place
	Text    string // what is wrong
	Extract string // the source around it, shortened by the checker
}

// String returns "FILE:LINE:COL: TEXT (EXTRACT)", the form that editors can follow.
func (m Message) String() string {
	return fmt.Sprintf("%s:%d:%d: %s (%s)", m.File, m.Line, m.Col, m.Text, m.Extract)
}

// Check runs the checker once over all given files and folders, and returns the errors sorted by
// place; none is the wanted outcome. In folders it takes the .html files. A path that does not exist,
// or paths without any HTML file, fail the test: the checker itself would find nothing wrong there.
func Check(t testing.TB, paths ...string) []Message {
	t.Helper()
	jar := e2e.Tool(t, "node/node_modules/vnu-jar/build/dist/vnu.jar")
	files, err := htmlFiles(paths)
	if err != nil {
		t.Fatal(err)
	}
	output, err := run(jar, files)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := parse(output)
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return messages
}

// htmlFiles lists the .html files in and below the paths, as absolute paths.
func htmlFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		root, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("listing HTML files: %w", err)
		}
		err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && !entry.IsDir() && filepath.Ext(path) == ".html" {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("listing HTML files: %w", err)
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no .html file in %q", paths)
	}
	return files, nil
}

// run returns the checker's JSON. Findings are no error; a checker that does not work is.
func run(jar string, files []string) ([]byte, error) {
	// The stack is for documents of deeply nested elements, as the checker's manual advises. The exit
	// code stays zero with findings, so that any other one means trouble.
	args := []string{"-Xss8m", "-jar", jar, "--skip-non-html", "--errors-only", "--format", "json", "--stdout", "--exit-zero-always"}
	cmd := exec.Command("java", append(args, files...)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("running the Nu HTML checker: %w\n%s", err, stderr.Bytes())
	}
	return stdout.Bytes(), nil
}

// report is the checker's JSON, as far as we read it.
type report struct {
	Messages []struct {
		Type        string // "error", or "non-document-error" when it could not check a file
		URL         string
		LastLine    int
		FirstLine   int // absent when the same as LastLine
		FirstColumn int // absent when the same as LastColumn
		LastColumn  int
		Message     string
		Extract     string
	}
}

// parse turns the checker's JSON into messages. A file it could not read or check is a message too.
func parse(output []byte) ([]Message, error) {
	var said report
	if err := json.Unmarshal(output, &said); err != nil {
		return nil, fmt.Errorf("reading the Nu HTML checker's report: %w", err)
	}
	messages := make([]Message, 0, len(said.Messages))
	for _, m := range said.Messages {
		file, err := url.Parse(m.URL)
		if err != nil {
			return nil, fmt.Errorf("reading the Nu HTML checker's report: %w", err)
		}
		messages = append(messages, Message{
			File:    filepath.FromSlash(file.Path),
			Line:    cmp.Or(m.FirstLine, m.LastLine),
			Col:     cmp.Or(m.FirstColumn, m.LastColumn),
			Text:    m.Message,
			Extract: strings.Join(strings.Fields(m.Extract), " "),
		})
	}
	slices.SortFunc(messages, byPlace)
	return messages, nil
}

func byPlace(a, b Message) int {
	return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}
