package render_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"leadsite/build/site"
)

// blog is a site of n posts of about 700 words.
func blog(n int) fstest.MapFS {
	source := files()
	for i := range n {
		text := strings.Repeat("An enquiry that waits is an enquiry that *cools*, and [what](/) was asked is forgotten. ", 40)
		source[fmt.Sprintf("content/blog/p%04d.md", i)] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"---\ntitle: Post %d\ndate: 2026-03-%02d\ntags: [a, b%d]\n---\n## One\n\n%s\n\n## Two\n\n- a\n- b\n", i, i%28+1, i%9, text)}
	}
	return source
}

func BenchmarkRender(b *testing.B) {
	r := open(b, blog(200))
	var outputs []site.Output
	for _, o := range r.Outputs {
		if o.Kind == site.OutputHTML {
			outputs = append(outputs, o)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := r.Render(outputs[i%len(outputs)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkNew(b *testing.B) {
	source := blog(1)
	for b.Loop() {
		open(b, source)
	}
}
