package content_test

import (
	"strings"
	"testing"
	"time"
)

func TestSummaryAndWords(t *testing.T) {
	for _, c := range []struct {
		name, body, summary string
		words               int
	}{
		{"plain", "One two\nthree.\n\nFour.", "One two three.", 4},
		{"markup", "**One** _two_ ~~three~~ `a*b` [four five](/x/y/ \"a title\") snake_case 2 * 3.\n", "One two three a*b four five snake_case 2 * 3.", 9},
		{"nested", "***[![Alt](a.png) Text](/b/)*** end.", "Text end.", 3},
		{"escapes", `\*not\* R&amp;D a\b &copy; <https://x.example/a> <b class="x>y">bold</b><br>next`, `*not* R&D a\b © https://x.example/a y">bold next`, 5},
		{"headings", "# Title\n\nHeading\n=======\n\nText here.\n", "Text here.", 4},
		{"blocks first", "> a quote\n> goes on\n\n- item\n- item\n\n  still the item\n\n| a | b |\n|---|---|\n\n```go\ncode here\n\nmore\n```\n\n    indented\n\n<div>\nhtml\n</div>\n\n---\n\nAt last.\n", "At last.", 19},
		{"image alone", "![Boat](boat.jpg)\n\nText.\n", "Text.", 2},
		{"shortcodes", "{{< figure src=\"a b c\" >}}\n\n{{< note >}}\nInside {{% x %}} it.\n{{< /note >}}\n", "Inside it.", 2},
		{"more in code alone", "First.\n\n```html\n<!--more-->\n```\n\nWrite `<!--more-->`.\n", "First.", 3},
		{"more in code, and after it", "First.\n\n~~~~\n~~~\n<!--more-->\n~~~~\n\nWrite `<!--more-->`, thus.\n\n<!--more-->\n\nThird.\n", "First. Write <!--more-->, thus.", 4},
		{"more", "First.\n\n## Heading\n\nSecond.\n\n<!--more-->\n\nThird.\n", "First. Second.", 4},
		{"comment", "<!-- a note\nfor me -->\n\nText.\n", "Text.", 1},
		{"definition", "[x]: https://x.example\n\nSee [the site][x] and [^1] [that].\n", "See the site and [that].", 8},
		{"interrupted", "Text\n# Heading\n", "Text", 2},
		{"paragraph before list", "Three things:\n- one\n- two\n", "Three things:", 4},
		{"signs", "日本語 と 한국어 words\n", "日本語 と 한국어 words", 8},
		{"nothing", "", "", 0},
		{"windows", "One\r\ntwo.\r\n\r\nThree.\r\n", "One two.", 3},
		{"ordered", "1. one\n2. two\n\n2026 was good.\n", "2026 was good.", 7},
		{"long", strings.Repeat("word ", 500), strings.TrimSpace(strings.Repeat("word ", 200)) + "…", 500},
	} {
		t.Run(c.name, func(t *testing.T) {
			tree := load(t, map[string]string{"content/a.md": "---\ntitle: A\n---\n" + c.body})
			e := tree.Entries[0]
			if e.Summary != c.summary {
				t.Errorf("summary %q, want %q", e.Summary, c.summary)
			}
			if e.Words != c.words {
				t.Errorf("%d words, want %d", e.Words, c.words)
			}
		})
	}
}

// A text full of beginnings without an end takes time in proportion to its length: twice the text, about twice the
// time, where a quadratic scan would take hundreds of times as long and the test would hang.
func TestHostileBodies(t *testing.T) {
	for _, unit := range []string{"<a ", "<!--", "{{<", "](", "[", "![", "`", "`` ` ", "**a ", "~~", "<", "\\", "[[a](b)", "- ", "> ", "||", "&amp;", "é<", "\n\n[a", "***\n", "1. "} {
		body := strings.Repeat(unit, 2_000_000/len(unit))
		start := time.Now()
		tree := load(t, map[string]string{"content/a.md": "---\ntitle: A\n---\n" + body})
		if len(tree.Entries) != 1 {
			t.Errorf("%q repeated was not read", unit)
		}
		t.Logf("%-10q %v", unit, time.Since(start).Round(time.Millisecond))
	}
}
