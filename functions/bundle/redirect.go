package bundle

import (
	"net/url"
	"strings"
)

// Redirect answers one path with another. From may end in "*", which stands for the rest of the path and which To's
// "*" repeats. A path with or without a slash at its end is the same path.
type Redirect struct {
	From   string `json:"from"`
	To     string `json:"to,omitempty"` // path or whole address; empty for 410
	Status int    `json:"status"`       // 301, 302, 410
}

// Redirects are sorted by From. A whole path goes before a "*", a longer "*" before a shorter one.
type Redirects []Redirect

// Find says how a path (not escaped) is answered: where it leads, as a browser wants it, and with which status. What a
// "*" repeats cannot lead to another host than To.
func (all Redirects) Find(path string) (to string, status int, ok bool) {
	slashed := strings.TrimSuffix(path, "/") + "/"
	var best Redirect
	for _, r := range all {
		prefix, wild := strings.CutSuffix(r.From, "*")
		switch {
		case !wild && strings.TrimSuffix(r.From, "/")+"/" == slashed:
			return r.To, r.Status, true
		case wild && strings.HasPrefix(slashed, prefix) && len(r.From) > len(best.From):
			best = r
		}
	}
	if best.From == "" {
		return "", 0, false
	}
	rest := strings.TrimLeft(strings.TrimPrefix(path, strings.TrimSuffix(best.From, "*")), `/\`)
	if len(path) < len(best.From)-1 {
		rest = "" // the folder itself, without its slash
	}
	return strings.Replace(best.To, "*", (&url.URL{Path: rest}).EscapedPath(), 1), best.Status, true
}
