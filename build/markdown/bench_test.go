package markdown_test

import (
	"bytes"
	"strings"
	"testing"

	plain "github.com/gomarkdown/markdown"
	"github.com/gomarkdown/markdown/html"
	"github.com/gomarkdown/markdown/parser"

	"leadsite/build/markdown"
	"leadsite/e2e/corpus"
)

// post is about as long as a post of the benchmark's corpus.
func post() []byte {
	const section = "## Why the hour matters\n\n" +
		"An **enquiry** that waits is an enquiry that *cools*. See [the figures](https://example.com/figures) and `leads.csv`, and " +
		"write down what was asked, by whom, and when, so that whoever answers next need not ask again.\n\n" +
		"- who asked, and from which page\n- what they need, in their words\n  - and by when\n- who answers\n\n" +
		"> The first hour is the cheap one.\n\n"
	return []byte(strings.Repeat(section, 12) + "| Day | Enquiries |\n|---|--:|\n| Monday | 7 |\n| Tuesday | 4 |\n\n" +
		"```go\nfunc main() {\n\tfmt.Println(\"hello\")\n}\n```\n")
}

func BenchmarkConvert(b *testing.B) {
	src := post()
	c := markdown.New(markdown.Options{RawHTML: true})
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Page(markdown.Hooks{}).Convert(src); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCorpus converts posts of the benchmark's blog, and for comparison lets the library convert them by itself as
// it is set up by default: ours is to take at most two thirds of that.
func BenchmarkCorpus(b *testing.B) {
	var posts [][]byte
	for i := range 200 {
		_, text, _ := bytes.Cut(corpus.Post(i)[4:], []byte("---\n"))
		posts = append(posts, text)
	}
	c := markdown.New(markdown.Options{RawHTML: true})
	for _, way := range []struct {
		name    string
		convert func([]byte) error
	}{
		{"plain", func(post []byte) error {
			plain.ToHTML(post, parser.NewWithExtensions(parser.CommonExtensions), html.NewRenderer(html.RendererOptions{}))
			return nil
		}},
		{"ours", func(post []byte) error { _, err := c.Page(markdown.Hooks{}).Convert(post); return err }},
	} {
		b.Run(way.name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := way.convert(posts[i%len(posts)]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
