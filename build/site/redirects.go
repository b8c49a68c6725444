package site

import (
	"cmp"
	"fmt"
	"html"
	"path"
	"slices"
	"strings"

	"leadsite/build/content"
)

// Redirect leads from a path that the site no longer has to one that it has, or says that it is gone.
type Redirect struct {
	From   string // path; with a * at its end it stands for all that begin so
	To     string // path or whole address; its * is what From's stands for; "" for 410
	Status int    // 301, 302, 410
}

// wild says whether the redirect is one of many paths.
func (r Redirect) wild() bool { return strings.HasSuffix(r.From, "*") }

// planned is a redirect with what messages need.
type planned struct {
	Redirect
	at     content.Pos
	origin string
	alias  bool // checked where aliases are
}

// redirector checks the redirects of site.yaml against the pages, the aliases and each other. Of several that fit a
// path the whole path wins, then the longest one with an asterisk, so that their order does not matter.
type redirector struct {
	*planner
	all    []*planned
	byFrom map[string]*planned
}

// addRedirects takes the redirects of site.yaml into the plan. Those of one path to another get a page that refreshes;
// an asterisk, a 410 and the path of another file than a page can only be data, for a host that knows redirects.
func (p *planner) addRedirects() {
	r := redirector{planner: p, byFrom: make(map[string]*planned)}
	for _, alias := range p.Redirects {
		r.take(&planned{Redirect: alias, origin: "an alias of the page " + alias.To, alias: true})
	}
	for i, declared := range p.Config.Redirects {
		if one := r.read(declared, i); one != nil {
			r.take(one)
		}
	}
	for _, one := range r.all {
		if !one.alias && r.leadsSomewhere(one) {
			p.Redirects = append(p.Redirects, one.Redirect)
			r.addPage(one.Redirect)
		}
	}
	slices.SortFunc(p.Redirects, func(a, b Redirect) int { return strings.Compare(a.From, b.From) })
}

// take adds a redirect whose path nothing else has.
func (r *redirector) take(one *planned) {
	if other := r.byFrom[one.From]; other != nil {
		r.problems.Add(one.at.Errorf("keep one of them", "%s is redirected already, by %s", one.From, other.origin))
		return
	}
	r.all = append(r.all, one)
	r.byFrom[one.From] = one
}

// read checks one redirect by itself, and its path against the pages; nil: something is wrong.
func (r *redirector) read(d content.Redirect, i int) *planned {
	at := func(key string) content.Pos { return r.Config.At("redirects", i, key) }
	one := &planned{Redirect: Redirect{From: d.From, To: d.To, Status: cmp.Or(d.Status, 301)}, at: at("from")}
	one.origin = fmt.Sprintf("line %d", one.at.Line)
	if own, ok := strings.CutPrefix(one.To, r.Config.BaseURL); ok {
		one.To = "/" + own
	}
	problem := one.cleanFrom()
	if problem == nil {
		problem = r.hidden(one)
	}
	if problem == nil {
		problem = one.checkTo(at("to"), at("status"))
	}
	if problem != nil {
		r.problems.Add(problem)
		return nil
	}
	return one
}

// cleanFrom brings the path into the form that the plan has paths in.
func (one *planned) cleanFrom() *content.Error {
	from, wild := strings.CutSuffix(one.From, "*")
	switch {
	case one.From == "":
		return one.at.Errorf("add from: /old/", "the redirect has no from")
	case !strings.HasPrefix(from, "/") || strings.HasPrefix(from, "//"):
		return one.at.Errorf("write a path like /old/", "a redirect begins at a path of this site, not at %q", one.From)
	case strings.Contains(from, "*") || wild && !strings.HasSuffix(from, "/"):
		return one.at.Errorf("write it like /old/*", "an asterisk stands for the rest of a path, at its end: %q", one.From)
	case strings.HasPrefix(from, "/api/") || strings.HasPrefix(from, "/desk/"):
		return one.at.Errorf("choose another path", "the program itself answers %s", one.From)
	}
	clean, err := cleanURL(from)
	if err != nil {
		return one.at.Errorf("write a path like /old/", "%s", err)
	}
	if path.Ext(from) != "" && !strings.HasSuffix(from, "/") {
		clean = strings.TrimSuffix(clean, "/") // a file, not a page
	}
	one.From = clean
	if wild {
		one.From += "*"
	}
	return nil
}

// checkTo checks the target's form against the status.
func (one *planned) checkTo(to, status content.Pos) *content.Error {
	target, wild := strings.CutSuffix(one.To, "*")
	switch {
	case one.Status == 410 && one.To != "":
		return to.Errorf("delete to:, or write another status", "what is gone (410) leads nowhere, and not to %s", one.To)
	case one.Status != 410 && one.To == "":
		return one.at.Errorf("add to: /new/, or status: 410 for what is gone", "the redirect from %s has no to", one.From)
	case wild && !one.wild():
		return to.Errorf("end from: in an asterisk too, or write one page", "nothing stands for the asterisk of %s", one.To)
	case strings.Contains(target, "*") || wild && !strings.HasSuffix(target, "/"):
		return to.Errorf("write it like /new/*", "an asterisk stands for the rest of a path, at its end: %q", one.To)
	case isOutside(target) && !strings.HasPrefix(target, "https://") && !strings.HasPrefix(target, "http://"):
		return to.Errorf("write a path, or an address that begins with https://", "a redirect cannot lead to %q", one.To)
	}
	one.at = to
	if one.Status == 410 {
		one.at = status
	}
	return nil
}

// hidden finds a page or file that nobody could reach any more, because its path is redirected.
func (r *redirector) hidden(one *planned) *content.Error {
	prefix, wild := strings.CutSuffix(one.From, "*")
	if other := r.outputs[outputPath(one.From)]; !wild && other != "" && r.byFrom[one.From] == nil {
		return one.at.Errorf("delete the redirect, or move the other", "%s is the address of %s", one.From, other)
	}
	if !wild {
		return nil
	}
	if found := r.below(prefix); found != "" {
		return one.at.Errorf("redirect the paths that are gone, one by one", "%s would hide %s, which is there", one.From, found)
	}
	return nil
}

// below is the first path of the site that begins so; "": none does. Aliases are redirects, too.
func (r *redirector) below(prefix string) string {
	var found []string
	for _, o := range r.Outputs {
		if o.Kind != OutputAlias && strings.HasPrefix(o.URL(), prefix) {
			found = append(found, o.URL())
		}
	}
	for _, c := range r.Copies {
		if strings.HasPrefix("/"+c.Path, prefix) {
			found = append(found, "/"+c.Path)
		}
	}
	if len(found) == 0 {
		return ""
	}
	return slices.Min(found)
}

// leadsSomewhere follows a redirect to its end: that must be there, and better not be a further redirect.
func (r *redirector) leadsSomewhere(one *planned) bool {
	if one.Status == 410 || isOutside(one.To) {
		return true
	}
	trail, end, last := r.follow(one)
	var problem *content.Error
	switch {
	case end == "" && len(trail) == 0:
		return false // of a loop that is reported at another of its parts
	case end == "":
		problem = one.at.Errorf("lead one of them to a page", "the redirect leads in a circle: %s", strings.Join(trail, " → "))
	case last.Status == 410:
		problem = one.at.Errorf("give both the status 410, or lead it to a page", "the redirect leads to %s, which is gone (410)", last.From)
	case strings.HasSuffix(end, "*"):
		if r.below(strings.TrimSuffix(end, "*")) == "" {
			problem = one.at.Errorf("lead it to a folder of pages", "the redirect leads to %s, and nothing is there", end)
		}
	default:
		problem = r.checkTarget(end, one.at, "the redirect")
	}
	if problem != nil {
		r.problems.Add(problem)
		return false
	}
	if last != one {
		r.problems.Warn(one.at.Errorf("lead it straight to "+end, "the redirect from %s leads to %s, which leads on to %s", one.From, one.To, end))
	}
	return true
}

// follow goes from redirect to redirect. It gives the way, where it ends and the last redirect on it; no end when it
// goes in a circle, and no way either when the circle is another one's to report.
func (r *redirector) follow(one *planned) (trail []string, end string, last *planned) {
	seen := map[*planned]bool{}
	first := one
	trail, last, end = []string{one.From}, one, one.To
	for {
		trail = append(trail, end)
		seen[last] = true
		next := r.match(end)
		if next == nil || isOutside(end) {
			return trail, end, last
		}
		if slices.Index(r.all, next) < slices.Index(r.all, first) {
			first = next
		}
		if seen[next] {
			if next != one || first != one {
				trail = nil
			}
			return trail, "", last
		}
		if next.Status == 410 {
			return trail, end, next
		}
		rest := strings.TrimPrefix(end, strings.TrimSuffix(next.From, "*"))
		end, last = strings.Replace(next.To, "*", rest, 1), next
	}
}

// match is the redirect that answers a path; nil: none does. It is bundle.Redirects.Find for a path that may end in an
// asterisk.
func (r *redirector) match(to string) *planned {
	target, _, _ := strings.Cut(to, "#")
	target, _, _ = strings.Cut(target, "?")
	for _, whole := range []string{target, target + "/", strings.TrimSuffix(target, "/")} {
		if one := r.byFrom[whole]; one != nil {
			return one
		}
	}
	var best *planned
	for _, one := range r.all {
		prefix, wild := strings.CutSuffix(one.From, "*")
		if wild && strings.HasPrefix(target, prefix) && (best == nil || len(one.From) > len(best.From)) {
			best = one
		}
	}
	return best
}

// addPage makes the page that refreshes, where one can.
func (p *planner) addPage(r Redirect) {
	file := outputPath(r.From)
	if r.wild() || r.Status == 410 || path.Ext(file) != ".html" && path.Ext(file) != ".htm" {
		return
	}
	p.outputs[file] = "a redirect of " + content.SiteFile
	p.Outputs = append(p.Outputs, Output{Path: file, Kind: OutputAlias, Page: p.ByURL[r.To], To: &r})
}

// alias is a page that sends a browser on, for hosts that know no redirects. Search engines take it as one for good,
// so that one for a while names no other address as the true one.
func (s *Site) alias(o Output) []byte {
	to, title, lang, canonical := o.To.To, o.To.To, s.Config.Lang, o.To.To
	if strings.HasPrefix(to, "/") {
		target, rest := to, ""
		if i := strings.IndexAny(to, "?#"); i >= 0 {
			target, rest = to[:i], to[i:]
		}
		canonical = permalink(s.BaseURL, target) + rest
	}
	if o.Page != nil {
		title, lang = o.Page.Title, o.Page.Lang
	}
	link := ""
	if o.To.Status == 301 {
		link = fmt.Sprintf("<link rel=\"canonical\" href=\"%s\">\n", html.EscapeString(canonical))
	}
	to = html.EscapeString(to)
	return fmt.Appendf(nil, `<!doctype html>
<html lang="%s">
<head>
<meta charset="utf-8">
<title>%s</title>
%s<meta http-equiv="refresh" content="0; url=%s">
</head>
<body><p><a href="%s">%s</a></p></body>
</html>
`, html.EscapeString(lang), html.EscapeString(title), link, to, to, html.EscapeString(title))
}
