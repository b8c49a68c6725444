package form

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPath is the longest path, query and fragment that LocalPath takes, in bytes.
const maxPath = 2000

// LocalPath says whether s is a path of this site ("/thanks/", "/de/danke/?ok=1#top") to which a visitor may be sent:
// no browser may read another host, a script or a line break into it, encoded or not.
func LocalPath(s string) bool {
	if len(s) > maxPath || !strings.HasPrefix(s, "/") || unsafeInPath(s) || strings.ContainsFunc(s, unicode.IsSpace) {
		return false
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return false
	}
	// u.Path is decoded: "/%09/x" and "/%5Cx" show here what they are.
	return !unsafeInPath(u.Path) && !strings.HasPrefix(u.Path, "//") && !hasDotSegment(u.Path)
}

func unsafeInPath(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsRune(s, '\\') || strings.ContainsFunc(s, isControl)
}

func hasDotSegment(path string) bool {
	return slices.ContainsFunc(strings.Split(path, "/"), func(s string) bool { return s == "." || s == ".." })
}
