package markdown_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leadsite/build/markdown"
)

// withShortcodes converts with a hook that shows what it was given: NAME(key=value …)[inner].
func withShortcodes(t *testing.T, src string) markdown.Doc {
	t.Helper()
	c := markdown.New(markdown.Options{RawHTML: true})
	doc, err := c.Page(markdown.Hooks{Shortcode: func(s *markdown.Shortcode) string {
		var b strings.Builder
		b.WriteString(s.Name)
		for _, key := range slices.Sorted(maps.Keys(s.Args)) {
			fmt.Fprintf(&b, " %s=%s", key, s.Args[key])
		}
		if s.Closed {
			b.WriteString("{" + s.Inner + "}")
		}
		return "[" + b.String() + "]"
	}}).Convert([]byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestShortcodes(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"alone", "{{< form contact >}}", "[form 0=contact]"},
		{"in a line", "a {{<x>}} b", "<p>a [x] b</p>"},
		{"a line of its own ends a paragraph", "a\n{{< x >}}\nb", "<p>a</p>\n[x]\n<p>b</p>"},
		{"arguments", `{{< x "a b" key="c \"d\"" raw=` + "`e\\f`" + ` url=/x/ >}}`, `[x 0=a b key=c "d" raw=e\f url=/x/]`},
		{"over lines", "{{< x\n  a=1\n  b=2\n>}}", "[x a=1 b=2]"},
		{"a pair", "{{< note >}}\n## Head\n\n- a\n{{< /note >}}", `[note{<h2 id="head">Head</h2><ul><li>a</li></ul>` + "\n}]"},
		{"a pair in a line", "a {{< note >}}*b*{{< /note >}} c", "<p>a [note{<em>b</em>}] c</p>"},
		{"a pair on one line", "{{< note >}}*b*{{< /note >}}", "[note{<p><em>b</em></p>\n}]"},
		{"nested", "{{< note >}}\n{{< note >}}\na {{< x >}}\n{{< /note >}}\n{{< /note >}}", "[note{[note{<p>a [x]</p>\n}]\n}]"},
		{"in a list", "- a\n  {{< note >}}\n      b\n  {{< /note >}}\n- c", "<ul><li>a\n[note{<p>b</p>\n}]</li><li>c</li></ul>"},
		{"alone by a slash", "{{< note />}} x", "<p>[note] x</p>"},
		{"in an address", `[a]({{< ref "b c" >}})`, `<p><a href="[ref 0=b c]">a</a></p>`},
		{"in raw HTML", `<a href="{{< ref b >}}">c</a>`, `<p><a href="[ref 0=b]">c</a></p>`},
		{"in a heading", "## A {{< x >}} B", `<h2 id="a-b">A [x] B</h2>`},
		{"not in code", "`{{< x >}}`\n\n```\n{{< x >}}\n```\n\n- ```\n  {{< x >}}\n  ```",
			"<p><code>{{&lt; x &gt;}}</code></p><pre tabindex=\"0\"><code>{{&lt; x &gt;}}\n</code></pre>" +
				"<ul><li><pre tabindex=\"0\"><code>{{&lt; x &gt;}}\n</code></pre></li></ul>"},
		{"escaped", "{{</* b */>}} `{{</* y */>}}`\n\n```\n{{</* z a=1 */>}}\n```",
			"<p>{{&lt; b &gt;}} <code>{{&lt; y &gt;}}</code></p><pre tabindex=\"0\"><code>{{&lt; z a=1 &gt;}}\n</code></pre>"},
		{"the percent form", "{{% note a=1 %}}*b*{{% /note %}}\n\n{{%/* c */%}} `{{% d %}}`", "[note a=1{<p><em>b</em></p>\n}]\n<p>{{% c %}} <code>{{% d %}}</code></p>"},
		{"text that looks alike", "{{ x }} { {< y >}}", "<p>{{ x }} { {&lt; y &gt;}}</p>"},
		{"marks cannot be forged", "\x020\x03 &#2;0&#3; {{< x >}}", "<p>\uFFFD0\uFFFD \uFFFD0\uFFFD [x]</p>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			doc := withShortcodes(t, test.in)
			if got := compact(doc.HTML); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if len(doc.Faults) > 0 {
				t.Errorf("faults: %v", doc.Faults)
			}
		})
	}
}

// What stands between a verbatim pair is handed over as it is, whatever it looks like.
func TestVerbatimShortcodes(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"{{< code go >}}\na := `x` * *b* {{ .T }}\n```\n{{< /code >}} *after*", "<p>[\na := `x` * *b* {{ .T }}\n```\n] <em>after</em></p>"},
		{"{{< code >}}`{{< /code >}} and `{{< code >}}`", "<p>[`] and <code>{{&lt; code &gt;}}</code></p>"},
		{"{{< code >}}{{< note >}}{{</* /code */>}}{{< / code >}}", "[{{< note >}}{{</* /code */>}}]"},
		{"{{% code %}}a{{% /code %}}{{< code >}}b{{% /code %}}", "[a][b]"},
		{"{{< code >}} *a*\n\n{{< code >}} b", "<p>[] <em>a</em></p>\n<p>[] b</p>"},
	} {
		page := markdown.New(markdown.Options{}).Page(markdown.Hooks{
			Verbatim:  func(name string) bool { return name == "code" },
			Shortcode: func(s *markdown.Shortcode) string { return "[" + s.Inner + "]" },
		})
		doc, err := page.Convert([]byte(test.in))
		if got := strings.TrimSpace(doc.HTML); err != nil || got != test.want || len(doc.Faults) > 0 {
			t.Errorf("%s:\ngot  %s %v\nwant %s", test.in, got, doc.Faults, test.want)
		}
	}
}

func TestShortcodeKnowsItsPlace(t *testing.T) {
	var places []string
	c := markdown.New(markdown.Options{})
	_, err := c.Page(markdown.Hooks{Shortcode: func(s *markdown.Shortcode) string {
		places = append(places, fmt.Sprintf("%s %d:%d", s.Name, s.Line, s.Col))
		return ""
	}}).Convert([]byte("ä {{< a >}}\n\n`x\ny` {{< b\n >}} {{< c >}}\n\n{{< d >}}\n\n{{< e >}}\n{{< /d >}}"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"a 1:3", "b 4:4", "c 5:6", "e 9:1", "d 7:1"}
	if diff := cmp.Diff(want, places); diff != "" {
		t.Error(diff)
	}
}

func TestShortcodeFaults(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"a\n\nb {{< /note >}}", "3:3 {{< /note >}} closes nothing"},
		{"{{< /note >}}", "1:1 {{< /note >}} closes nothing"},
		{"x {{< >}}", "1:3 a shortcode without a name"},
		{"{{< x a=1", "1:1 {{< x does not end with >}}"},
		{`{{< x "a >}}`, "1:1 a quotation mark in {{< x >}} is not closed"},
		{"{{< x a=1 a=2 >}}", "1:1 {{< x >}} has the argument a twice"},
		{"{{< x a= >}}", "1:1 an argument of {{< x >}} cannot be read"},
		{"{{% x >}}", "1:1 {{% x does not end with %}}"},
		{"{{%/* x */>}}", "1:1 {{%/* has no */%}}"},
		{"{{</* x >}}", "1:1 {{</* has no */>}}"},
	} {
		doc := withShortcodes(t, test.in)
		if len(doc.Faults) != 1 {
			t.Errorf("%s: faults %v", test.in, doc.Faults)
			continue
		}
		f := doc.Faults[0]
		if got := fmt.Sprintf("%d:%d %s", f.Line, f.Col, f.Msg); got != test.want || f.Hint == "" {
			t.Errorf("%s: got %q with hint %q, want %q", test.in, got, f.Hint, test.want)
		}
	}
}

func TestHeadingsOfShortcodesStandInOrder(t *testing.T) {
	doc := withShortcodes(t, "# A\n\n{{< note >}}\n## B\n{{< /note >}}\n\n## B")
	want := []markdown.Heading{{ID: "a", Text: "A", Level: 1}, {ID: "b", Text: "B", Level: 2}, {ID: "b-1", Text: "B", Level: 2}}
	if diff := cmp.Diff(want, doc.Headings); diff != "" {
		t.Error(diff)
	}
}
