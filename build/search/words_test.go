package search

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/quick"
	"unicode/utf8"
)

// wordsOf are the words of a plain text.
func wordsOf(text string) []string {
	words := []string{}
	s := splitter{take: func(word []byte) { words = append(words, string(word)) }}
	s.split([]byte(text))
	return words
}

// TestWords holds the splitter to testdata/words.json, as e2e holds assets/search.js to it.
func TestWords(t *testing.T) {
	data, err := os.ReadFile("testdata/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors []struct {
		Text  string
		Words []string
	}
	if err := json.Unmarshal(data, &vectors); err != nil {
		t.Fatal(err)
	}
	for _, v := range vectors {
		if got := wordsOf(v.Text); !slices.Equal(got, v.Words) {
			t.Errorf("%q: %q, want %q", v.Text, got, v.Words)
		}
	}
}

// read gives the words that a reader finds in Markdown; those of headings behind a #.
func read(text string) string {
	var out []string
	heading := false
	s := splitter{take: func(word []byte) {
		if heading {
			out = append(out, "#"+string(word))
		} else {
			out = append(out, string(word))
		}
	}}
	r := reader{words: &s, heading: func(is bool) { heading = is }}
	r.markdown([]byte(text))
	return strings.Join(out, " ")
}

func TestMarkdownText(t *testing.T) {
	for source, want := range map[string]string{
		"Plain *text* and `code`.":                                 "plain text and code",
		"# First {#anchor-one .wide}\nText\n\n## Second ##\n":      "#first text #second",
		"Under\n=====\n\nLined\n---\nText":                         "#under #lined text",
		"[words](/path/to \"title\") ![alt text](boat.jpg)":        "words alt text",
		"See <https://example.com/x> or https://example.com/y, ok": "see or ok",
		"<div class=\"wide\">inside</div> 1 < 2 <b>bold</b>":       "inside bold",
		"before <!-- a\ncomment --> behind":                        "before behind",
		"{{< note title=\"hidden\" >}}\nnoted\n{{< /note >}}":      "noted",
		"{{% figure src=\"x.png\" %}} shown":                       "shown",
		"```go\nfunc main() {}\n```\nbehind":                       "behind",
		"~~~\ncode\n~~~\n> quoted\n\n- item":                       "quoted item",
		"[ref]: https://example.com\n[^1]: The note.":              "the note",
		"R&amp;D &nbsp;x9 AT&T;":                                   "x9 at",
		"an <unclosed tag and (more":                               "an unclosed tag and more",
		"| cell one | cell two |\n|---|---|":                       "cell one cell two",
	} {
		if got := read(source); got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
	}
}

// TestReadingIsLinear reads what makes careless readers slow: one that is would not end before the tests' deadline.
func TestReadingIsLinear(t *testing.T) {
	for _, part := range []string{"<", "<a", "<!--", "{{<", "](", "{#", "&", "&a", "-a", "a-", "'a", "[", "h", "http://", "#\n", "é’", "語"} {
		if words := read(strings.Repeat(part, 200_000) + " end"); !strings.Contains(words, "end") && part != "http://" {
			t.Errorf("%q hides what stands behind it", part)
		}
	}
}

// FuzzRead wants words that are whole, folded and found again when they are read alone.
func FuzzRead(f *testing.F) {
	f.Add("# Über {#x}\n[a](b) <c> {{< d >}} e-mail 日本語 don't")
	f.Fuzz(func(t *testing.T, text string) {
		for _, word := range strings.Fields(strings.ReplaceAll(read(text), "#", "")) {
			if !utf8.ValidString(word) {
				t.Errorf("%q is not whole", word)
			}
			if again := wordsOf(word); len(again) != 1 || again[0] != word {
				t.Errorf("%q reads as %q", word, again)
			}
		}
	})
}

func TestNumbers(t *testing.T) {
	read := func(text string) (n int) {
		for i := range text {
			n |= (strings.IndexByte(digits, text[i]) & 31) << (5 * i)
		}
		return n
	}
	roundTrip := func(n uint32) bool { return read(string(appendNumber(nil, int(n)))) == int(n) }
	if err := quick.Check(roundTrip, nil); err != nil {
		t.Error(err)
	}
	for n, want := range map[int]string{0: "A", 31: "f", 32: "gB", 1023: "_f", 1024: "ggB"} {
		if got := string(appendNumber(nil, n)); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}

func TestLog16(t *testing.T) {
	for x, want := range map[int]int{1: 0, 2: 16, 3: 25, 4: 32, 1000: 159, 1 << 40: 640} {
		if got := log16(x); got != want {
			t.Errorf("log16(%d) = %d, want %d", x, got, want)
		}
	}
}

func TestShorten(t *testing.T) {
	for _, tc := range []struct {
		text  string
		limit int
		want  string
	}{
		{"short", 10, "short"},
		{"  two\n words ", 10, "two words"},
		{"one two, three", 9, "one two …"},
		{"éééé éééé", 6, "éééé …"},
		{strings.Repeat("a", 9), 4, "aaaa …"},
	} {
		if got := shorten(tc.text, tc.limit); got != tc.want {
			t.Errorf("%s", fmt.Sprintf("%q to %d: %q, want %q", tc.text, tc.limit, got, tc.want))
		}
	}
}
