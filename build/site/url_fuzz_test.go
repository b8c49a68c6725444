package site

import (
	"io/fs"
	"strings"
	"testing"
)

// Whatever a name, a folder or a url: is, no file of the site lies outside the output folder, and no path can be taken
// for another host's.
func FuzzURL(f *testing.F) {
	for _, seed := range []string{"", ".", "..", "a/../b", "//evil.example", `\\evil`, "a b", "Ünïcode", "%2e%2e", "a\x00b", "/:year/", "C++", "x.html", "-", "...", "/a//b/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if last := slug(s); strings.ContainsAny(last, "/\\ ?#%:<>\"") || strings.HasPrefix(last, ".") || last != slug(last) {
			t.Errorf("slug(%q) = %q", s, last)
		}
		clean, err := cleanURL(s)
		if err == nil && (!fs.ValidPath(outputPath(clean)) || strings.HasPrefix(clean, "//") || !strings.HasPrefix(clean, "/")) {
			t.Errorf("cleanURL(%q) = %q", s, clean)
		}
		if again, err2 := cleanURL(clean); err == nil && (err2 != nil || again != clean) {
			t.Errorf("cleanURL(%q) = %q, and of that %q, %v", s, clean, again, err2)
		}
	})
}
