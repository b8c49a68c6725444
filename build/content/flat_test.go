package content

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// flat are front matters that the library need not be asked about.
var flat = []string{
	"title: \"A text\"\ndate: 2026-11-22\ndescription: Words, and [more](of) {them}. Don't \"quote\".\ntags: [crm, \"lead, generation\", 'x y']\nauthor: Alex Doe\n",
	"title: Größe zählt – 5 Gründe   \r\n\r\ndraft: true\r\nweight: 10\r\naliases:\r\n  - /old/\r\n\r\n  - \"/older/: #1\"\r\n",
	"a:\nb:\n- 1\n- null\n- 2026-11-22T09:30:00+01:00\nc: []\nd: [ ä ö, 'ü', e ]\n\n\ne: ''\nnull: \"  \"\n",
	"title: 10 tips for C# and a:b\nurl: /x y/\nyes: no\n", "a: 0\nb: 12\nc: 5 - 7\nd: 2026\ne: [True, NULL, nulls]\nf: 2026-01-02T03:04:05.5Z",
	"x: a\n    \ny: b", "a:   \n   - b   \n   - c\n_b: '[x]'",
}

// crooked are front matters that the library is to be asked about, YAML or not.
var crooked = []string{
	"", "\n", "# a comment\n", "a: b # a comment\n", "a: b\n# c", "a: |\n  text\n", "a:\n  b: c\n", "a: {b: c}\n", "a: b\n  goes on\n", "a: \"b\n  c\"\n",
	"a: \"\\n\"\n", "a: 'it''s'\n", "a: &x b\n", "a: *x\n", "a: !!str 1\n", "a: [b, [c]]\n", "a: [b, ]\n", "a: [b\n, c]\n", "a: [b: c]\n", "a: [b#, c]",
	"a: b: c\n", "a: b:\n", "a:b\n", "a\n", "\ta: b\n", "a:\tb\n", "a: b\tc\n", " a: b\n", "a: 1e3\n", "a: 0o7\n", "a: 0x1F\n", "a: 1_000\n", "a: 007\n",
	"a: 12.50\n", "a: 12:30:45\n", "a: 2026-13-01\n", "a: 2026-11-22 09:30\n", "a: -1\n", "a: +1\n", "a: .5\n", "a: ~\n", "<<: a\n", "a: @x\n", "a: `x`\n",
	"a: %x\n", "a: -\n", "a: - b\n", "a:\n- b: c\n", "a:\n-\n", "a:\n- - b\n", "a:\n  - b\n   - c\n", "a:\n  - b\n - c\n", "a:\n  -b\n", "a:\n- b\n  c\n",
	"a: b\u0085c\n", "a: b\u2028c: d\n", "\ufeffa: b\n", "a: b\rc: d\n", "a: \u00a0b\n", "---\na: b\n", "a: b\n---\nc: d\n", "a: b\n...\n", "? a\n: b\n",
	"a: 'x' y\n", "a: [b] c\n", "a: [b]]\n", "a: [[b]\n", "1: a\n", "- a\n", "a: \x7f\n", "a: 99999999999999999999\n", "é: a\n", "a:  - \nb: x", "a: [12:30]", "a b: c\n", "\"a\": b\n",
}

// What the flat reader reads is what the library reads: the same nodes at the same places.
func checkFlat(t interface {
	Helper()
	Fatalf(string, ...any)
}, text string) (read bool) {
	t.Helper()
	if checkText("a.md", []byte(text)) != nil {
		return false
	}
	node := newFlatReader().read([]byte(text))
	if node == nil {
		return false
	}
	var problems Problems
	want, ok := parseYAML(newDocument("a.md", 0, []byte(text), &problems), []byte(text))
	if !ok || !problems.None() {
		t.Fatalf("%q is flat, and no YAML: %v", text, problems.Errors())
	}
	if diff := cmp.Diff(want.node, node); diff != "" {
		t.Fatalf("%q is read otherwise (-library +flat):\n%s", text, diff)
	}
	return true
}

func TestFlat(t *testing.T) {
	for _, text := range flat {
		if !checkFlat(t, text) {
			t.Errorf("%q is not read", text)
		}
	}
	for _, text := range crooked {
		if checkFlat(t, text) {
			t.Errorf("%q is read", text)
		}
	}
}

// One text after the other is read as by a new reader, and one that is too long is not.
func TestFlatAgain(t *testing.T) {
	f := newFlatReader()
	for _, text := range append(flat, flat...) {
		if diff := cmp.Diff(newFlatReader().read([]byte(text)), f.read([]byte(text))); diff != "" {
			t.Errorf("%q is read otherwise the second time:\n%s", text, diff)
		}
	}
	for _, long := range []string{strings.Repeat("a: b\n", flatNodes), "a: [" + strings.Repeat("x, ", flatNodes) + "y]\n", "a:\n" + strings.Repeat("- x\n", flatNodes)} {
		if f.read([]byte(long)) != nil {
			t.Errorf("%d bytes are read", len(long))
		}
	}
}

// Front matter of usual lines and of their pieces is read as the library reads it.
func TestFlatProperty(t *testing.T) {
	word := rapid.OneOf(rapid.SampledFrom([]string{"a", "yes", "no", "on", "true", "Null", "~", "1e3", "0o7", "0x1f", "1_0", "2026", "2026-01-02", "2026-1-2",
		"2026-01-02T03:04:05Z", "2026-01-02 03:04:05", "12:30", "1.5", ".5", "-1", "+1", "<<", "ä", "–", "crm", "lead generation", "C#", "#", "a: b", "a:", ":", "- a", "?", "*a", "&a b",
		"!a", "%a", "@a", "`a`", "|", ">", "{}", "[]", "[a", "a]", "it's", "/x/", "\u2028", "\u0085", "\ufeff", "10 tips", "", " ", "\t"}),
		rapid.StringMatching(`[a-zA-Z0-9 _:#,'"\[\]{}\\./-]{0,12}`))
	scalar := rapid.OneOf(word, rapid.Map(word, func(s string) string { return `"` + s + `"` }), rapid.Map(word, func(s string) string { return "'" + s + "'" }))
	list := rapid.OneOf(rapid.Map(rapid.SliceOfN(scalar, 0, 4), func(s []string) string { return "[" + strings.Join(s, ", ") + "]" }),
		rapid.Map(rapid.SliceOfN(scalar, 0, 3), func(s []string) string { return "\n  - " + strings.Join(s, "\n  - ") }))
	line := rapid.Custom(func(t *rapid.T) string {
		key := rapid.SampledFrom([]string{"title", "date", "tags", "null", "y", "a-b", "_x", "1", "a b", "-", "é", "<<", " a", "#a"}).Draw(t, "key")
		space := rapid.SampledFrom([]string{" ", "  ", "", "\t"}).Draw(t, "space")
		end := rapid.SampledFrom([]string{"\n", "\r\n", " \n", "\n\n", "\n  \n", "\n ", "", "\r", " # c\n"}).Draw(t, "end")
		return key + ":" + space + rapid.OneOf(scalar, list).Draw(t, "value") + end
	})
	rapid.Check(t, func(t *rapid.T) { checkFlat(t, strings.Join(rapid.SliceOfN(line, 1, 4).Draw(t, "lines"), "")) })
}

func FuzzFlat(f *testing.F) {
	for _, seed := range append(flat, crooked...) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkFlat(t, text) })
}
