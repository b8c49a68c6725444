package markdown_test

import (
	"runtime"
	"strings"
	"testing"

	"leadsite/build/markdown"
)

// What a mark costs is measured in memory, which does not depend on how busy the machine is: twice the text may not take
// much more than twice the memory. Time that takes no memory is bounded by the effort that is counted while parsing.
func TestMemoryIsLinear(t *testing.T) {
	const size = 20_000
	for _, mark := range hostile() {
		half, whole := allocated(t, mark, size), allocated(t, mark, 2*size)
		if whole > 3*half {
			t.Errorf("%q: %d bytes for %d of text, %d for twice as many", mark, half, size, whole)
		}
	}
}

func allocated(t *testing.T, mark string, size int) uint64 {
	t.Helper()
	src := []byte(strings.Repeat(mark, size/len(mark)))
	c := markdown.New(markdown.Options{RawHTML: true})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := c.Page(markdown.Hooks{}).Convert(src); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Beginnings of a verbatim shortcode's end are looked at once, however many there are.
func TestVerbatimIsLinear(t *testing.T) {
	src := []byte("{{< code >}}" + strings.Repeat("{{< /code ", 10_000) + strings.Repeat("{{< code >}}", 10_000))
	looked := 0
	page := markdown.New(markdown.Options{}).Page(markdown.Hooks{Verbatim: func(string) bool { looked++; return true }})
	if _, err := page.Convert(src); err != nil {
		t.Fatal(err)
	}
	if looked > 30_000 {
		t.Errorf("asked %d times whether a shortcode is verbatim", looked)
	}
}
