package check_test

import (
	"strings"
	"testing"

	"leadsite/build/check"
)

// BenchmarkRead reads a page of about 15 KB.
func BenchmarkRead(b *testing.B) {
	page := []byte("<!doctype html><html lang=en><head><title>A page</title></head><body>" +
		strings.Repeat(`<section class="block"><h2 id="a">A heading</h2><p>Words with <a href="/b/#part">a link</a> and <em>stress</em>.</p><img src="/c.jpg" width="10" height="5" alt="C"></section>`, 90) + "</body></html>")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if p := check.Read("/a/", page); len(p.Links) != 2 || len(p.Inline) != 0 {
			b.Fatal(p)
		}
	}
}
