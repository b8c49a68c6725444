package content

import (
	"regexp"
	"slices"
	"strings"
)

// allow reads the origins that the Content-Security-Policy allows beside the site itself, by directive.
func allow(c *Config, v Value) {
	if c.CSP == nil {
		c.CSP = make(map[string][]string)
	}
	for _, p := range v.Pairs() {
		if !slices.Contains(directives, p.Key) {
			v.doc.problems.Add(p.Pos.Errorf(DidYouMean(p.Key, directives), "unknown directive %q", p.Key))
			continue
		}
		p.Value.each(func(item Value, origin string) {
			switch {
			case strings.HasPrefix(origin, "'unsafe"):
				item.Errorf("put scripts and styles into files of static/ or of the theme", "%s would switch off what the policy is for", origin)
			case !originWord.MatchString(origin) && !slices.Contains(schemes[p.Key], origin):
				item.Errorf("write it like https://maps.example.com or https://*.example.com", "%q is not an origin", origin)
			case !slices.Contains(c.CSP[p.Key], origin):
				c.CSP[p.Key] = append(c.CSP[p.Key], origin)
			}
		})
	}
}

// originWord is a host that answers over TLS, and perhaps a path on it.
var originWord = regexp.MustCompile(`^(https|wss)://(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$`)

// schemes are what a directive takes beside origins.
var schemes = map[string][]string{"img-src": {"data:", "blob:"}, "media-src": {"data:", "blob:"}, "font-src": {"data:"}, "worker-src": {"blob:"}}

// directives are those of a Content-Security-Policy that take origins.
var directives = []string{"default-src", "connect-src", "font-src", "form-action", "frame-src", "img-src", "manifest-src",
	"media-src", "object-src", "script-src", "style-src", "worker-src"}
