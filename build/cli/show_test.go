package cli

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"leadsite/build/content"
)

func TestExcerpt(t *testing.T) {
	paragraph := strings.Repeat("word ", 40)
	for name, tc := range map[string]struct {
		line          string
		col           int
		shown, blanks string
	}{
		"plain":                {"titel: About", 1, "titel: About", ""},
		"a later column":       {"date: soon", 7, "date: soon", "      "},
		"tabs stay":            {"\ta\tb: c", 4, "\ta\tb: c", "\t \t"},
		"wide signs":           {"商店: x", 5, "商店: x", "      "},
		"accents of their own": {"e\u0301e\u0301: x", 6, "e\u0301e\u0301: x", "   "},
		"no column":            {"text", 0, "text", ""},
		"behind the end":       {"ab", 9, "ab", "  "},
		"a byte order mark":    {"\ufefftitel: x", 1, "titel: x", ""},
		"escapes of terminals": {"a\x1b[2Jb: c", 2, "a\ufffd[2Jb: c", " "},
		"order of writing":     {"a\u202eb", 3, "a\ufffdb", "  "},
		"hard spaces":          {"a\u00a0b", 3, "a b", "  "},
		"a long line's head":   {paragraph, 6, paragraph[:100] + "…", "     "},
		"a long line's middle": {paragraph, 111, "…" + paragraph[50:150] + "…", strings.Repeat(" ", 61)},
		"a long line's end":    {paragraph, 196, "…" + paragraph[100:], strings.Repeat(" ", 96)},
	} {
		t.Run(name, func(t *testing.T) {
			shown, blanks := excerpt(tc.line, tc.col)
			if shown != tc.shown || blanks != tc.blanks {
				t.Errorf("got\n%q\n%q\nwant\n%q\n%q", shown, blanks, tc.shown, tc.blanks)
			}
		})
	}
}

func TestPrintWithColours(t *testing.T) {
	var out bytes.Buffer
	m := mistake{&content.Error{File: "content/a.md", Line: 2, Col: 3, Msg: "wrong", Hint: "mend it"}, "  x: 1"}
	screen{&out, true}.print("error", red, m)
	want := "leadsite: \x1b[1;31merror:\x1b[0m content/a.md:2:3: wrong\n" +
		"    2 |   x: 1\n" +
		"      |   \x1b[1;31m^\x1b[0m\n" +
		"leadsite: \x1b[1;36mhint:\x1b[0m mend it\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
}

// A fault in the embedded theme shows its line too; a file outside the source shows none.
func TestLines(t *testing.T) {
	l := lines{source: t.TempDir(), embedded: fstest.MapFS{"templates/a.html": {Data: []byte("one\ntwo\r\n")}}}
	for want, e := range map[string]*content.Error{
		"two": {File: "themes/default/templates/a.html", Line: 2},
		"":    {File: "../../etc/passwd", Line: 1},
	} {
		if got := l.line(e); got != want {
			t.Errorf("line %d of %s is %q, want %q", e.Line, e.File, got, want)
		}
	}
}
