package content

import (
	"bytes"
	"testing"
)

// Whatever the bytes are, the front matter and the body are parts of them in this order, the body's line is right,
// and reading them as a file gives an entry or a mistake.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"", "---\n---\n", "---\ntitle: A\n---\ntext", "+++\ntitle = 1\n+++", "{\"a\": [1, {\"b\": null}]}\ntext", "{}", "{{< x >}}",
		"---\n- &a [*a]\n---", "---\na: *b\n---\n", "\xef\xbb\xbf---\r\na: 1\r\n---\r\n", "---", "+++\n[[a]]\nb.c = '''\n", "{\"a\"", "---\n? a\n: b\n---\n",
		"---\nblocks: [{type: x, <<: {a: 1}}]\nmenu: {a: {}}\n---\n<!--more-->", "---\ndate: 1\ntags: {}\n---\n[a](", "# a\n---\n", "+++\na = {b = [1, 'x', 2026-01-01]}\n+++\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := split(data)
		if m.body < 0 || m.body > len(data) || m.line < 1 || !bytes.Contains(data, m.text) {
			t.Fatalf("split(%q) = %+v", data, m)
		}
		if m.format != noMatter && m.format != jsonMatter && !m.open && bytes.Count(data[:m.body], []byte("\n")) < m.line-1 {
			t.Fatalf("split(%q): front matter begins in line %d, behind the body", data, m.line)
		}
		if checkText("a.md", data) != nil {
			return
		}
		var problems Problems
		r := newEntryReader(&origin{config: Defaults(), common: new(Rare)}, &problems, nil)
		e := r.parse("content/a.md", data)
		if e.Body < 0 || e.Body > len(data) || e.Line != bytes.Count(data[:e.Body], []byte("\n"))+1 {
			t.Fatalf("%q: body at %d, line %d", data, e.Body, e.Line)
		}
		for _, p := range problems.Errors() {
			if p.Msg == "" || p.Line > bytes.Count(data, []byte("\n"))+2 {
				t.Fatalf("%q: mistake %v", data, p)
			}
		}
	})
}
