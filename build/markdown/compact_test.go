package markdown_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"leadsite/build/markdown"
	"leadsite/build/minify"
	"leadsite/e2e/corpus"
)

// TestCompactIsAsSmallAsMinified holds compact HTML against the minifier: what it leaves of a page is the same whether it
// goes through the compact part or not.
func TestCompactIsAsSmallAsMinified(t *testing.T) {
	texts := map[string][]byte{"post()": post()}
	for i := range 100 {
		_, text, _ := bytes.Cut(corpus.Post(i)[4:], []byte("---\n"))
		texts[corpus.Name(i)] = text
	}
	files, err := filepath.Glob("../../content/*/*.md")
	if err != nil || len(files) == 0 {
		t.Fatal("no posts of the example site", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, text, _ := bytes.Cut(source[4:], []byte("---\n"))
		texts[file] = text
	}
	converter, m := markdown.New(markdown.Options{Compact: true}), minify.New()
	compact := 0
	for name, text := range texts {
		doc, err := converter.Page(markdown.Hooks{}).Convert(text)
		if err != nil {
			t.Fatal(err)
		}
		if !doc.Compact {
			continue
		}
		compact++
		page := "<!doctype html><html lang=\"en\"><body>\n<main class=\"a b\"> " + doc.HTML + " </main><p>Behind  it</p></body></html>"
		whole, err := m.HTML([]byte(page))
		if err != nil {
			t.Fatal(err)
		}
		parts, err := m.AppendHTML(nil, []byte(page), minify.Part{Text: doc.HTML, Blanks: doc.Blanks})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(whole, parts) {
			t.Errorf("%s: the page has %d bytes, with its text kept apart %d:\n%s\n\n%s", name, len(whole), len(parts), whole, parts)
		}
	}
	if compact < len(texts)/2 {
		t.Errorf("only %d of %d texts are compact", compact, len(texts))
	}
}
