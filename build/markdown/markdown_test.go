package markdown_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadsite/build/markdown"
)

func convert(t *testing.T, src string) markdown.Doc {
	t.Helper()
	doc, err := markdown.New(markdown.Options{RawHTML: true}).Page(markdown.Hooks{}).Convert([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// A text as people write it, and its HTML without newlines between tags.
var texts = []struct{ name, in, want string }{
	{"prices and dates are text", "It costs $5 today, and $7 tomorrow, 24/7, on 5/10.",
		`<p>It costs $5 today, and $7 tomorrow, 24/7, on 5/10.</p>`},
	{"entities", "&copy; &amp; &nbsp;| &rarr; &#169; &bogus; AT&T &#0;",
		"<p>© &amp; \u00a0| → © &amp;bogus; AT&amp;T \uFFFD</p>"},
	{"escapes", `\*not\* \'so\' \_this\_ 1\. \~ \q`, `<p>*not* 'so' _this_ 1. ~ \q</p>`},
	{"emphasis", "*em* **strong** ***both*** _em_ snake_case_name __strong__ 2 * 3 * 4",
		`<p><em>em</em> <strong>strong</strong> <em><strong>both</strong></em> <em>em</em> snake_case_name <strong>strong</strong> 2 * 3 * 4</p>`},
	{"strikethrough", "~~two~~ and ~one~ but ~~~three and ~ alone",
		`<p><del>two</del> and <del>one</del> but ~~~three and ~ alone</p>`},
	{"code span", "Use `a < b`, `` a`b `` and `two\nlines`, not ` this.",
		"<p>Use <code>a &lt; b</code>, <code>a`b</code> and <code>two lines</code>, not ` this.</p>"},
	{"line breaks", "one  \ntwo\\\nthree\nfour", "<p>one<br>\ntwo<br>\nthree\nfour</p>"},
	{"a sum is no tag", "a <5 and b> 3, <b>bold</b>, <br/>", `<p>a &lt;5 and b&gt; 3, <b>bold</b>, <br/></p>`},

	{"headings", "# One\nTwo\n---\n### Three ###\n#hashtag", `<h1 id="one">One</h1><h2 id="two">Two</h2><h3 id="three">Three</h3><p>#hashtag</p>`},
	{"heading ids", "## What's new?\n## What's new?\n## Grüße & _mehr_\n## !\n## what-s new-1 {#own .wide}",
		`<h2 id="whats-new">What's new?</h2><h2 id="whats-new-1">What's new?</h2><h2 id="grüße--mehr">Grüße &amp; <em>mehr</em></h2>` +
			`<h2 id="section">!</h2><h2 id="own" class="wide">what-s new-1</h2>`},
	{"a rule is no heading", "text\n\n---\n\n***\n- - -", "<p>text</p><hr><hr><hr>"},

	{"two-space nesting", "- a\n  - b\n    - c\n  - d\n- e",
		`<ul><li>a<ul><li>b<ul><li>c</li></ul></li><li>d</li></ul></li><li>e</li></ul>`},
	{"four-space nesting", "* a\n    * b\n        * c",
		`<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>`},
	{"numbers", "3. three\n4. four\n   - deep\n\n7) seven",
		`<ol start="3"><li>three</li><li>four<ul><li>deep</li></ul></li></ol><ol start="7"><li>seven</li></ol>`},
	{"loose list", "1. One.\n\n   More of one.\n2. Two.",
		`<ol><li><p>One.</p><p>More of one.</p></li><li><p>Two.</p></li></ol>`},
	{"tight list around a loose one", "- a\n  - b\n\n  - c\n- d", `<ul><li>a<ul><li><p>b</p></li><li><p>c</p></li></ul></li><li>d</li></ul>`},
	{"list after a line", "We need:\n- bread\n- salt\nand 2. is no item\n3. nor is this",
		`<p>We need:</p><ul><li>bread</li><li>salt` + "\n" + `and 2. is no item</li></ul><ol start="3"><li>nor is this</li></ol>`},
	{"fence in a list", "1. Run:\n   ```\n   a\n\n     b\n   ```\n2. Done",
		"<ol><li>Run:<pre tabindex=\"0\"><code>a\n\n  b\n</code></pre></li><li>Done</li></ol>"},
	{"tabs in a list", "-\ta\n\t- b\n\n\t\tcode?", "<ul><li>a<ul><li><p>b</p><p>code?</p></li></ul></li></ul>"},
	{"task list", "- [ ] open\n- [x] done\n- [?] text",
		`<ul><li class="task"><input type="checkbox" disabled aria-label="to do"> open</li>` +
			`<li class="task"><input type="checkbox" disabled checked aria-label="done"> done</li><li>[?] text</li></ul>`},

	{"quotes stay apart", "> one\nlazy\n\n> two\n>\n> > three", "<blockquote><p>one\nlazy</p></blockquote>" +
		`<blockquote><p>two</p><blockquote><p>three</p></blockquote></blockquote>`},
	{"quote in a list", "- a\n\n  > b\n\n- c", `<ul><li><p>a</p><blockquote><p>b</p></blockquote></li><li><p>c</p></li></ul>`},
	{"fence ends with its quote", "> ```\n> a\n\nb", "<blockquote><pre tabindex=\"0\"><code>a\n</code></pre></blockquote><p>b</p>"},
	{"alert", "> [!WARNING]\n> Mind the *step*.",
		`<div class="alert alert-warning" role="note"><p class="alert-title">Warning</p><p>Mind the <em>step</em>.</p></div>`},

	{"code without a language", "```\n<b> & *x*\n```", "<pre tabindex=\"0\"><code>&lt;b&gt; &amp; *x*\n</code></pre>"},
	{"code of a language", "```go {linenos=true}\nvar x = 1\n```",
		`<pre class="chroma" tabindex="0"><code class="language-go"><span class="kd">var</span> <span class="nx">x</span>` +
			` <span class="p">=</span> <span class="mi">1</span></code></pre>`},
	{"code of an unknown language", "~~~~ klingon\n```\n~~~~", "<pre tabindex=\"0\"><code class=\"language-klingon\">```\n</code></pre>"},
	{"indented code", "text\n    still text\n\n    code", "<p>text\n    still text</p><pre tabindex=\"0\"><code>code\n</code></pre>"},
	{"fence without an end", "```\na", "<pre tabindex=\"0\"><code>a\n</code></pre>"},

	{"table", "Text\n| Name | Price |\n|:-----|------:|\n| a \\| b | `x \\| y` |\n| only one\n\nText",
		`<p>Text</p><table><thead><tr><th class="align-left">Name</th><th class="align-right">Price</th></tr></thead><tbody>` +
			`<tr><td class="align-left">a | b</td><td class="align-right"><code>x | y</code></td></tr>` +
			`<tr><td class="align-left">only one</td><td class="align-right"></td></tr></tbody></table><p>Text</p>`},
	{"no cell spans two columns", "a | b\n--|--\n || x", `<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td></td><td>x</td></tr></tbody></table>`},
	{"a pipe is no table", "a | b\nc | d", "<p>a | b\nc | d</p>"},

	{"links", `[a](/x/ "t") [b](<c d>) [c](e f) [d] (g) [e]() [#](#top) [t](tel:+49123) [p](../q/)`,
		`<p><a href="/x/" title="t">a</a> <a href="c%20d">b</a> [c](e f) [d] (g) <a href="">e</a> <a href="#top">#</a> ` +
			`<a href="tel:+49123">t</a> <a href="../q/">p</a></p>`},
	{"references", "[a][R] and [r] and [none]\n\n[r]: <http://example.com/?a=1&b=2> 'T'",
		`<p><a href="http://example.com/?a=1&amp;b=2" title="T">a</a> and <a href="http://example.com/?a=1&amp;b=2" title="T">r</a> and [none]</p>`},
	{"a link in brackets", "[![alt *text*](a.png)](b/)", `<p><a href="b/"><img src="a.png" alt="alt text"></a></p>`},
	{"no link in a link", "[see https://example.com/ and sam@example.com](x/)", `<p><a href="x/">see https://example.com/ and sam@example.com</a></p>`},
	{"images", `![A "boat" & more](boat.jpg "Title") ![](b.jpg)`,
		`<p><img src="boat.jpg" alt="A &quot;boat&quot; &amp; more" title="Title"> <img src="b.jpg" alt="" loading="lazy"></p>`},
	{"bare addresses", "Write to sam.o'neill+x@example.com. See https://example.com/a_b_(c)?d=1&e, (www.example.com) and http://x.org. Not http://localhost:8080.",
		`<p>Write to sam.o'neill+x@example.com. See ` +
			`<a href="https://example.com/a_b_(c)?d=1&amp;e">https://example.com/a_b_(c)?d=1&amp;e</a>, ` +
			`(<a href="http://www.example.com">www.example.com</a>) and <a href="http://x.org">http://x.org</a>. Not http://localhost:8080.</p>`},
	{"addresses in angle brackets", "<https://example.com/?a=b&c> <sam@example.com> <not a tag",
		`<p><a href="https://example.com/?a=b&amp;c">https://example.com/?a=b&amp;c</a> <a href="mailto:sam@example.com">sam@example.com</a> &lt;not a tag</p>`},
	{"no addresses", "a@b @c d@ xhttp://no.example www. me@example..com", `<p>a@b @c d@ xhttp://no.example www. me@example..com</p>`},

	{"Markdown in an HTML block", "<details>\n<summary>More</summary>\n\n- *a*\n\n</details>\n\n<div>*raw*</div>\ntext",
		"<details><summary>More</summary><ul><li><em>a</em></li></ul></details><div>*raw*</div>\ntext"},
	{"comment", "a\n<!-- b\n\n# c -->\nd", "<p>a</p><!-- b\n\n# c --><p>d</p>"},

	{"footnotes", "One[^a], two[^b], one[^a], none[^c].\n\n[^a]: Note *A*\ngoes on.\n[^b]: Note B\n\n    in two parts.\n\n[a]: /x/",
		`<p>One` + ref("1", "1") + `, two` + ref("2", "2") + `, one` + ref("1-2", "1") + `, none[^c].</p>` +
			`<section class="footnotes" role="doc-endnotes"><hr><ol><li id="fn:1"><p>Note <em>A</em>` + "\n" + `goes on.` +
			back("1") + back("1-2") + `</p></li><li id="fn:2"><p>Note B</p><p>in two parts.` + back("2") + `</p></li></ol></section>`},
}

func ref(id, note string) string {
	return fmt.Sprintf(`<sup id="fnref:%s"><a class="footnote-ref" href="#fn:%s" role="doc-noteref">%s</a></sup>`, id, note, note)
}

func back(id string) string {
	return fmt.Sprintf(` <a class="footnote-back" href="#fnref:%s" role="doc-backlink" aria-label="Back to the text">↩</a>`, id)
}

func TestTexts(t *testing.T) {
	for _, test := range texts {
		t.Run(test.name, func(t *testing.T) {
			doc := convert(t, test.in)
			if got := compact(doc.HTML); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if len(doc.Faults) > 0 {
				t.Errorf("faults: %v", doc.Faults)
			}
			if crlf := convert(t, strings.ReplaceAll(test.in, "\n", "\r\n")); crlf.HTML != doc.HTML {
				t.Errorf("other HTML with CRLF: %s", crlf.HTML)
			}
		})
	}
}

// compact takes the newlines between tags, and leaves those in text and code.
func compact(html string) string {
	html = strings.ReplaceAll(strings.TrimSpace(html), ">\n<", "><")
	for _, tag := range []string{"ul", "ol", "pre"} {
		html = strings.ReplaceAll(html, "\n<"+tag, "<"+tag)
	}
	return html
}

func TestDocTellsHeadingsAndLinks(t *testing.T) {
	doc := convert(t, "# A `b` *c* & d[^1]\n\n[x](/x/) ![y](y.png) sam@example.com\n\nE\nF\n=\n\n[^1]: Note")
	want := markdown.Doc{
		Headings: []markdown.Heading{{ID: "a-b-c--d", Text: "A b c & d", Level: 1}, {ID: "e-f", Text: "E F", Level: 1}},
		Links:    []markdown.Link{{URL: "/x/"}, {URL: "y.png", Image: true}, {URL: "mailto:sam@example.com"}},
	}
	doc.HTML = ""
	if diff := cmp.Diff(want, doc); diff != "" {
		t.Error(diff)
	}
}

func TestIDsAreUniqueOnAPage(t *testing.T) {
	page := markdown.New(markdown.Options{}).Page(markdown.Hooks{})
	var html strings.Builder
	for range 2 {
		doc, err := page.Convert([]byte("## Same\n\nText[^1]\n\n[^1]: Note\n"))
		if err != nil {
			t.Fatal(err)
		}
		html.WriteString(doc.HTML)
	}
	for _, id := range []string{"same", "same-1", "fn:1", "fn:2", "fnref:1", "fnref:2"} {
		if n := strings.Count(html.String(), `id="`+id+`"`); n != 1 {
			t.Errorf("id %s stands %d times in %s", id, n, html.String())
		}
	}
}

func TestIDsOfOthersAreLeftToThem(t *testing.T) {
	page := markdown.New(markdown.Options{}).Page(markdown.Hooks{Reserved: map[string]bool{"main": true}})
	if !page.Claim("contact", "contact-email") {
		t.Error("a free id cannot be claimed")
	}
	doc, err := page.Convert([]byte("# Main\n# Contact\n# Contact email\n# Talk"))
	if err != nil {
		t.Fatal(err)
	}
	want := `<h1 id="main-1">Main</h1><h1 id="contact-1">Contact</h1><h1 id="contact-email-1">Contact email</h1><h1 id="talk">Talk</h1>`
	if got := compact(doc.HTML); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if page.Claim("free", "talk") || !page.Claim("free") {
		t.Error("a claim that fails must leave all ids as they were")
	}
}

func TestRawHTMLOffIsText(t *testing.T) {
	doc, err := markdown.New(markdown.Options{}).Page(markdown.Hooks{}).Convert([]byte("<script>alert(1)</script>\n\na <b>c</b> <https://example.com>"))
	if err != nil {
		t.Fatal(err)
	}
	want := "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n" +
		`<p>a &lt;b&gt;c&lt;/b&gt; <a href="https://example.com">https://example.com</a></p>` + "\n"
	if doc.HTML != want {
		t.Errorf("got %s\nwant %s", doc.HTML, want)
	}
}

func TestUnsafeAddressesNeverPass(t *testing.T) {
	for _, src := range []string{
		"[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](<java\tscript:alert(1)>)", "[x](&#106;avascript:alert(1))",
		"[x](javascript&colon;alert(1))", "![x](javascript:alert(1))", "[x](vbscript:a)", "[x](data:text/html,<b>)",
		"[x]\n\n[x]: javascript:alert(1)", "<javascript:alert(1)>", "![x](data:image/svg+xml;base64,AAAA)", "[x](\x01javascript:alert(1))",
		`<a href="javascript:alert(1)">x</a>`, `<a href='java&#10;script:alert(1)'>x</a>`, `<a href=JAVASCRIPT:alert(1)>x</a>`,
		"<div>\n<form action=\"javascript:alert(1)\"><button formaction=\"javascript:a\">\n</div>", `<iframe src="data:text/html,x"></iframe>`,
		"[x](javascript\\:alert(1))", "[x](file:///etc/passwd)",
	} {
		doc := convert(t, src)
		if len(doc.Faults) == 0 {
			t.Errorf("%q: not reported", src)
		}
		if bad := unsafeAddress(t, doc.HTML); bad != "" {
			t.Errorf("%q: leads to %s: %s", src, bad, doc.HTML)
		}
	}
	doc := convert(t, "one\n\ntwo [x](javascript:alert(1))")
	want := []markdown.Fault{{Line: 3, Msg: "an address that begins with javascript: is not allowed",
		Hint: "link to a page, a file, or an address of the web, mail or telephone"}}
	if diff := cmp.Diff(want, doc.Faults); diff != "" {
		t.Error(diff)
	}
}

func TestHooks(t *testing.T) {
	page := markdown.New(markdown.Options{}).Page(markdown.Hooks{
		Link: func(url string) string { return "/to/" + url },
		Image: func(i *markdown.Image) {
			if i.URL == "whole.png" {
				i.HTML = "<picture>" + i.Alt + "</picture>"
			}
			i.URL = "/img/" + i.URL
		},
		Word: func(key string) string { return map[string]string{"alert_tip": "Rat <b>"}[key] },
	})
	doc, err := page.Convert([]byte("[a](b) ![c](d.png) ![e](whole.png)\n\n> [!TIP]\n> x"))
	if err != nil {
		t.Fatal(err)
	}
	want := `<p><a href="/to/b">a</a> <img src="/img/d.png" alt="c"> <picture>e</picture></p>` +
		`<div class="alert alert-tip" role="note"><p class="alert-title">Rat &lt;b&gt;</p><p>x</p></div>`
	if got := compact(doc.HTML); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestInline(t *testing.T) {
	page := markdown.New(markdown.Options{}).Page(markdown.Hooks{})
	for src, want := range map[string]string{
		"a *b*":  "a <em>b</em>",
		"a\n\nb": "<p>a</p>\n<p>b</p>\n",
		"":       "",
	} {
		doc, err := page.Inline(src)
		if err != nil || doc.HTML != want {
			t.Errorf("%q: got %q, %v, want %q", src, doc.HTML, err, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	_, err := markdown.New(markdown.Options{}).Page(markdown.Hooks{}).Convert(make([]byte, markdown.MaxSize+1))
	if !errors.Is(err, markdown.ErrTooLarge) {
		t.Errorf("got %v", err)
	}
}

func TestDeepNestingKeepsTheText(t *testing.T) {
	for _, src := range []string{strings.Repeat("> ", 200) + "deep", strings.Repeat("- ", 200) + "deep",
		strings.Repeat("*a ", 100) + "deep" + strings.Repeat(" b*", 100), strings.Repeat("[", 100) + "deep" + strings.Repeat("](x)", 100),
		strings.Repeat("~~a ", 100) + "deep" + strings.Repeat(" b~~", 100)} {
		if doc := convert(t, src); !strings.Contains(doc.HTML, "deep") {
			t.Errorf("%.20s…: the text is gone: %s", src, doc.HTML)
		}
	}
}

func TestPhrase(t *testing.T) {
	c := markdown.New(markdown.Options{RawHTML: true})
	for src, want := range map[string]string{
		"See the [page](/privacy/), *please*.": `See the <a href="/privacy/">page</a>, <em>please</em>.`,
		`<b onclick="x">a</b> {{< form a >}}`:  `&lt;b onclick=&quot;x&quot;&gt;a&lt;/b&gt; {{&lt; form a &gt;}}`,
		"1. a *list*":                          "1. a *list*",
		"# a heading":                          "# a heading",
		"[x](javascript:alert(1))":             `x`,
		"":                                     "",
	} {
		doc, err := c.Page(markdown.Hooks{Shortcode: func(*markdown.Shortcode) string { return "never" }}).Phrase(src)
		if err != nil || !strings.HasPrefix(doc.HTML, want) || len(doc.HTML) > len(want)+10 {
			t.Errorf("%q becomes %q, want %q", src, doc.HTML, want)
		}
	}
}
