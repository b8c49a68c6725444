package check

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// FuzzTags: whatever the page is, tags finds what the library finds.
func FuzzTags(f *testing.F) {
	for _, page := range []string{
		`<!doctype html><html lang=en><head><title>A &amp; B</title></head><body CLASS='x y' id="a&copy=b"><p>1 < 2 <br/></p>`,
		`<!-- a --><!----><!--> <!---> --!> x --><!x><?y?></ z></></p ><p a=1 a=2 =b /c d='e`,
		`<script><!-- <script> </script> --></script><style></STYLE ><textarea>&lt;</textarea><plaintext><a>`,
		`<a href=/x/?a=1&amp;b=2 / >x</a><img alt=a/><`, `</`, `<a`, `<a b="`, `<title></tit`, `<p a = b c= d =e>`, "<a\fb\r=c>",
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, page []byte) {
		page = bytes.Map(func(r rune) rune {
			if r == 0 || r == '\r' {
				return ' ' // the library changes them, and no page of ours has them
			}
			return r
		}, page)
		got, want := byTags(page), byLibrary(page)
		if !slices.Equal(got, want) {
			t.Errorf("%q\nhas %q\nwant %q", page, got, want)
		}
	})
}

// byTags lists the tokens of a page, with texts that follow each other joined.
func byTags(page []byte) []string {
	var all tokens
	scan := tags{page: page}
	for {
		switch scan.next() {
		case pageEnd:
			return all
		case someText:
			all.text(string(scan.said()))
		case closingTag:
			all = append(all, "</"+string(scan.name)+">")
		case openingTag:
			tag := "<" + string(scan.name)
			known := map[string]bool{}
			scan.attributes(func(name, value []byte) {
				if !known[string(name)] {
					tag += fmt.Sprintf(" %s=%q", name, value)
				}
				known[string(name)] = true
			})
			all = append(all, tag+">")
		}
	}
}

func byLibrary(page []byte) []string {
	var all tokens
	z := html.NewTokenizer(bytes.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return all
		case html.TextToken:
			all.text(string(z.Text()))
		case html.EndTagToken:
			name, _ := z.TagName()
			all = append(all, "</"+string(name)+">")
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			tag := "<" + string(name)
			for more {
				var key, value []byte
				key, value, more = z.TagAttr()
				tag += fmt.Sprintf(" %s=%q", key, value)
			}
			all = append(all, tag+">")
		}
	}
}

type tokens []string

func (t *tokens) text(s string) {
	if n := len(*t); n > 0 && strings.HasPrefix((*t)[n-1], "text ") {
		(*t)[n-1] += s
		return
	}
	*t = append(*t, "text "+s)
}
