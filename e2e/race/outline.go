package main

import (
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// outline is a page without what two builders may write differently: a line for each element with where it leads and
// the text behind its tag. It passes over Hugo's name, the parts of highlighted code, and how fast somebody reads.
func outline(page io.Reader) string {
	o := outliner{tokens: html.NewTokenizer(page)}
	for o.step() {
	}
	var lines []string
	for line := range strings.Lines(o.out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return minutes.ReplaceAllString(strings.TrimSpace(strings.Join(lines, "\n")), "N min read") + "\n"
}

var minutes = regexp.MustCompile(`\d+ min read`)

type outliner struct {
	tokens *html.Tokenizer
	out    strings.Builder
	script bool
	code   bool
}

func (o *outliner) step() bool {
	switch o.tokens.Next() {
	case html.ErrorToken:
		return false
	case html.TextToken:
		if !o.script {
			o.out.WriteString(strings.ReplaceAll(string(o.tokens.Text()), "\n", " ")) // it is unescaped on the way
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		o.open(o.tokens.Token())
	case html.EndTagToken:
		switch o.tokens.Token().Data {
		case "script":
			o.script = false
		case "pre":
			o.code = false
		}
	}
	return true
}

func (o *outliner) open(t html.Token) {
	highlight := t.Data == "div" && slices.Contains(t.Attr, html.Attribute{Key: "class", Val: "highlight"})
	if o.code && t.Data == "span" || highlight || slices.Contains(t.Attr, html.Attribute{Key: "name", Val: "generator"}) {
		return
	}
	o.script = t.Data == "script"
	o.code = o.code || t.Data == "pre"
	o.out.WriteString("\n" + t.Data)
	for _, a := range t.Attr {
		if slices.Contains([]string{"href", "src", "content", "datetime", "id", "rel"}, a.Key) {
			o.out.WriteString(" " + a.Val)
		}
	}
	o.out.WriteString(": ")
}

// site is the HTML pages of a finished site, in the order of their paths; pages that only lead on are none.
func site(dir string) ([]string, error) {
	var pages []string
	err := fs.WalkDir(os.DirFS(dir), ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(file) != ".html" {
			return err
		}
		pages = append(pages, file)
		return nil
	})
	return pages, err
}

// read is the outline of a page of a finished site.
func read(dir, page string) (string, error) {
	f, err := os.Open(dir + "/" + page)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return outline(f), nil
}
