package check

import (
	"net/url"
	"slices"
	"strings"
)

// Inline is a script or a style that stands in a page itself. A site's Content-Security-Policy forbids it.
type Inline struct {
	What string // "an inline script"
	Text string // as the page has it, to search for
}

// Load is something that a page loads by a whole URL.
type Load struct {
	Directive string // of the policy: "img-src"
	To        string
}

// readPolicy keeps what a Content-Security-Policy has to say about an element, of which all attributes are given.
func (p *Page) readPolicy(tag string, raw []byte, attrs attributes) {
	switch {
	case tag == "style":
		p.inline("an inline style", raw)
	case tag == "script" && !attrs.has("src") && runs(attrs.get("type")):
		p.inline("an inline script", raw)
	}
	if attrs.has("style") {
		p.inline("the attribute style", raw)
	}
	for _, name := range handlers(attrs) {
		p.inline("the script "+name, raw)
	}
	for _, name := range []string{"src", "srcset", "poster", "href", "action", "data"} {
		if directive := directive(tag, name, attrs); directive != "" {
			p.load(directive, attrs.get(name), name == "srcset")
		}
	}
}

func (p *Page) inline(what string, raw []byte) {
	p.Inline = append(p.Inline, Inline{what, string(raw)})
}

// policedTag says whether a policy may have something to say about an element whatever its attributes are.
func policedTag(name []byte) bool { return string(name) == "style" || string(name) == "script" }

// isHandler says whether an attribute holds a script.
func isHandler(name []byte) bool { return len(name) > 2 && name[0] == 'o' && name[1] == 'n' }

// handlers are the attributes that hold scripts, in the order of their names.
func handlers(attrs attributes) []string {
	var names []string
	for _, a := range attrs {
		if isHandler([]byte(a.name)) {
			names = append(names, a.name)
		}
	}
	slices.Sort(names)
	return names
}

// runs says whether a browser runs a script of a type. Others are data.
func runs(mediaType string) bool {
	switch strings.ToLower(strings.TrimSpace(mediaType)) {
	case "", "module", "text/javascript", "application/javascript", "importmap", "speculationrules":
		return true
	}
	return false
}

// directive is what decides on an attribute's address; "": it loads nothing.
func directive(tag, name string, attrs attributes) string {
	if len(attrs.bytes(name)) == 0 {
		return ""
	}
	switch tag + " " + name {
	case "img src", "img srcset", "source srcset", "video poster", "input src":
		return "img-src"
	case "script src":
		return "script-src"
	case "iframe src", "frame src":
		return "frame-src"
	case "video src", "audio src", "source src", "track src":
		return "media-src"
	case "embed src", "object data":
		return "object-src"
	case "form action":
		return "form-action"
	case "link href":
		if slices.Contains(strings.Fields(attrs.get("rel")), "stylesheet") {
			return "style-src"
		}
	}
	return ""
}

func (p *Page) load(directive, to string, many bool) {
	candidates := []string{to}
	if many {
		candidates = strings.Split(to, ",")
	}
	for _, c := range candidates {
		c, _, _ = strings.Cut(strings.TrimSpace(c), " ")
		if strings.HasPrefix(c, "//") || strings.HasPrefix(c, "http://") || strings.HasPrefix(c, "https://") {
			p.Loads = append(p.Loads, Load{directive, c})
		}
	}
}

// Allowed says whether a policy of origins by directive lets a page of a site load something, and from which origin it
// comes.
func Allowed(l Load, base *url.URL, allow map[string][]string) (origin string, ok bool) {
	u, err := base.Parse(l.To)
	if err != nil || u.Host == base.Host {
		return "", true // an address that cannot be read is another check's
	}
	origin = u.Scheme + "://" + u.Host
	for _, source := range allow[l.Directive] {
		host, wild := strings.CutPrefix(source, "https://*")
		switch {
		case source == origin, strings.HasPrefix(u.String(), strings.TrimSuffix(source, "/")+"/"):
			return origin, true
		case wild && u.Scheme == "https" && strings.HasSuffix(u.Host, host):
			return origin, true
		}
	}
	return origin, false
}
