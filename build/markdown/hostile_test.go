package markdown_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"leadsite/build/markdown"
)

// unsafeAddress is the first address in HTML that could run something.
func unsafeAddress(t *testing.T, page string) string {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(page))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			value := strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, a.Val))
			for _, scheme := range []string{"javascript:", "vbscript:", "data:", "file:"} {
				if a.Key != "title" && a.Key != "alt" && a.Key != "class" && strings.HasPrefix(value, scheme) {
					return a.Val
				}
			}
		}
	}
	return ""
}

func FuzzConvert(f *testing.F) {
	for _, test := range texts {
		f.Add(test.in, true)
	}
	f.Add("{{< note a=\"b\" >}}\n> - 1. ```\n{{< /note >}} {{</* x */>}}", false)
	f.Add("[a](java\nscript:b) <a href=javascript:x> ![c](<data:d>)", true)
	f.Fuzz(func(t *testing.T, src string, raw bool) {
		c := markdown.New(markdown.Options{RawHTML: raw})
		page := c.Page(markdown.Hooks{Shortcode: func(s *markdown.Shortcode) string { return "<i>" + s.Inner + "</i>" }})
		doc, err := page.Convert([]byte(src))
		if err != nil {
			t.Fatal(err)
		}
		if bad := unsafeAddress(t, doc.HTML); bad != "" {
			t.Errorf("leads to %q: %s", bad, doc.HTML)
		}
		if strings.ContainsAny(doc.HTML, "\x00\x02\x03") {
			t.Errorf("marks are left: %q", doc.HTML)
		}
		if !raw {
			balanced(t, doc.HTML)
		}
		if again, _ := c.Page(markdown.Hooks{Shortcode: func(s *markdown.Shortcode) string { return "<i>" + s.Inner + "</i>" }}).Convert([]byte(src)); again.HTML != doc.HTML {
			t.Error("the same text gives other HTML")
		}
	})
}

// balanced fails when tags that we write are not closed in the order they were opened.
func balanced(t *testing.T, page string) {
	t.Helper()
	var open []string
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%v are not closed in %s", open, page)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !strings.Contains(" br hr img input ", " "+string(name)+" ") {
				open = append(open, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(open) == 0 || open[len(open)-1] != string(name) {
				t.Fatalf("</%s> closes %v in %s", name, open, page)
			}
			open = open[:len(open)-1]
		}
	}
}

// hostile are marks that open something, to be repeated without an end.
func hostile() []string {
	return []string{"*", "_", "~", "`", "[", "![", "]", "[a](", "[a](b \"", "~~a ", "*a ", "**a *b ", "<", "<a ", "<a b=\"", "<!--",
		"&", "\\", "> ", ">", "- ", "1. ", "|", "|-\n", "#", "# a\n", "```\n", "[^a]", "[^1]: a\n", "[a]: b\n", "- a\n", "- a\n  ",
		"http://", "(http://!", "www.", "a@", "@", "\t", " \n", "{{<", "{{< a >}}", "{{< \"", "<div>\n", "(", "\"", "*[**", "_`__",
		"a\n\n", "a\n- b\n\n", "==\n", "$", "x *y* ", "$5 and $7 ", "[a][b] ", "[^1][^1]", "![a](b) ", "a  \n", "{#", "# a {#b}\n"}
}

func BenchmarkHostile(b *testing.B) {
	for _, mark := range hostile() {
		b.Run(strings.ReplaceAll(mark, "/", "\u2215"), func(b *testing.B) {
			src := []byte(strings.Repeat(mark, 100_000/len(mark)))
			c := markdown.New(markdown.Options{RawHTML: true})
			for b.Loop() {
				if _, err := c.Page(markdown.Hooks{}).Convert(src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
