package markdown_test

import (
	"strings"
	"testing"

	"leadsite/build/markdown"
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
