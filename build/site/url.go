package site

import (
	"fmt"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"leadsite/build/content"
)

// locate cuts a page's content path into its folder and its name; an index.md has no name, its folder is the page.
//
//	blog/first.md      "blog", "first"
//	blog/index.md      "blog", ""
//	about.de.md        "", "about"
//	de/about.md        "", "about"
func locate(e *content.Entry) (folder, name string) {
	folder, name = path.Split(e.Key)
	name = strings.TrimSuffix(name, path.Ext(name))
	if name == "index" || name == "_index" {
		name = ""
	}
	return strings.TrimSuffix(folder, "/"), name
}

// parent is the folder above; "" above the first one.
func parent(folder string) string {
	i := strings.LastIndexByte(folder, '/')
	if i < 0 {
		return ""
	}
	return folder[:i]
}

// first is the first folder of a path.
func first(folder string) string {
	section, _, _ := strings.Cut(folder, "/")
	return section
}

// slug makes a part of a URL of a name: lower case, hyphens for spaces, and only letters, digits and - _ . + of any
// language.
func slug(name string) string {
	if isSlug(name) {
		return name
	}
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune("_.+", r):
			b.WriteRune(r)
		case r == '-' || unicode.IsSpace(r) || r == '/':
			if s := b.String(); s != "" && !strings.HasSuffix(s, "-") {
				b.WriteByte('-')
			}
		}
	}
	return strings.Trim(b.String(), "-.")
}

// isSlug says whether a name is one already, as most are.
func isSlug(name string) bool {
	for i := range len(name) {
		c := name[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && (c != '-' || i == 0 || name[i-1] == '-') {
			return false
		}
	}
	return name != "" && name[len(name)-1] != '-'
}

// folderURL is the URL of a folder in a language: each part of it by its slug, else by its name.
func (p *edition) folderURL(folder string) string {
	if folder == "" {
		return p.Prefix + "/"
	}
	last := folder[strings.LastIndexByte(folder, '/')+1:]
	if other := slug(p.slugs[folder]); other != "" {
		last = other
	}
	return p.folderURL(parent(folder)) + slug(last) + "/"
}

// permalink is the whole URL of a path.
func permalink(base, path string) string {
	return strings.TrimSuffix(base, "/") + (&url.URL{Path: path}).EscapedPath()
}

// outputPath is the file behind a URL.
func outputPath(u string) string {
	u = strings.TrimPrefix(u, "/")
	if u == "" || strings.HasSuffix(u, "/") {
		return u + "index.html"
	}
	return u
}

// cleanURL checks a path that an author has written as url: or as an alias, and adds the slash at its end.
func cleanURL(s string) (string, error) {
	switch {
	case strings.Contains(s, "://") || strings.HasPrefix(s, "//"):
		return "", fmt.Errorf("%q is not a path of this site", s)
	case strings.ContainsAny(s, `?#\%`) || strings.ContainsFunc(s, unicode.IsControl) || !utf8.ValidString(s):
		return "", fmt.Errorf("%q holds a character that a path cannot have", s)
	}
	clean := path.Clean("/" + s)
	if strings.Contains("/"+s+"/", "/../") {
		return "", fmt.Errorf("%q leads out of its folder", s)
	}
	if clean != "/" && path.Ext(clean) != ".html" && path.Ext(clean) != ".htm" {
		clean += "/"
	}
	return clean, nil
}

// pattern is a permalink pattern of site.yaml: texts and tokens in turn.
type pattern []part

type part struct {
	text  string
	token token
	name  string
}

// token gives the text of a part for a page, whose file has the name.
type token func(e *edition, page *Page, name string) string

// tokens are what a pattern may hold.
var tokens = map[string]token{
	"year":           func(_ *edition, p *Page, _ string) string { return p.Date.Format("2006") },
	"month":          func(_ *edition, p *Page, _ string) string { return p.Date.Format("01") },
	"monthname":      func(_ *edition, p *Page, _ string) string { return strings.ToLower(p.Date.Format("January")) },
	"day":            func(_ *edition, p *Page, _ string) string { return p.Date.Format("02") },
	"yearday":        func(_ *edition, p *Page, _ string) string { return fmt.Sprint(p.Date.YearDay()) },
	"weekday":        func(_ *edition, p *Page, _ string) string { return fmt.Sprint(int(p.Date.Weekday())) },
	"weekdayname":    func(_ *edition, p *Page, _ string) string { return strings.ToLower(p.Date.Weekday().String()) },
	"section":        func(e *edition, p *Page, _ string) string { return e.folderPath(p.Section) },
	"sections":       sectionsToken,
	"title":          func(_ *edition, p *Page, _ string) string { return slug(p.Title) },
	"slug":           slugToken,
	"slugorfilename": slugToken,
	"filename":       func(_ *edition, _ *Page, name string) string { return slug(name) },
	// Hugo's newer names of the same: the file's name, or of a folder with an index.md the folder's.
	"contentbasename":       func(_ *edition, _ *Page, name string) string { return slug(name) },
	"slugorcontentbasename": slugToken,
}

func sectionsToken(e *edition, p *Page, _ string) string {
	folder, name := locate(p.Entry)
	if name == "" {
		folder = parent(folder) // of a page that has a folder to itself
	}
	return e.folderPath(folder)
}

// folderPath is a folder's URL without the language and the slashes around it.
func (p *edition) folderPath(folder string) string {
	return strings.Trim(strings.TrimPrefix(p.folderURL(folder), p.Prefix), "/")
}

// dateTokens need a page with a date.
var dateTokens = []string{"year", "month", "monthname", "day", "yearday", "weekday", "weekdayname"}

func slugToken(_ *edition, p *Page, name string) string {
	if p.Entry.Front.Slug != "" {
		return slug(p.Entry.Front.Slug)
	}
	return slug(name)
}

// readPatterns parses the permalinks of site.yaml.
func (p *edition) readPatterns() {
	p.patterns = make(map[string]pattern)
	for _, section := range sortedKeys(p.Config.Permalinks) {
		text := p.Config.Permalinks[section]
		parsed, unknown := parsePattern(text)
		_, err := cleanURL(text)
		at := p.Config.At("permalinks", section)
		switch {
		case unknown != "":
			p.problems.Add(at.Errorf(content.DidYouMean(unknown, sortedKeys(tokens)), "unknown token :%s in the permalinks of %q", unknown, section))
		case err != nil:
			p.problems.Add(at.Errorf("write it like /:section/:slug/", "%s", err))
		case !strings.HasPrefix(text, "/"):
			p.problems.Add(at.Errorf("write it like /:section/:slug/", "%q does not begin with a slash", text))
		default:
			p.patterns[section] = parsed
		}
	}
}

func parsePattern(text string) (parsed pattern, unknown string) {
	for text != "" {
		before, rest, found := strings.Cut(text, ":")
		parsed = append(parsed, part{text: before})
		if !found {
			return parsed, ""
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return !unicode.IsLetter(r) })
		if end < 0 {
			end = len(rest)
		}
		name := rest[:end]
		if tokens[name] == nil {
			return nil, name
		}
		parsed = append(parsed, part{token: tokens[name], name: name})
		text = rest[end:]
	}
	return parsed, ""
}

// fill makes a page's URL of the pattern.
func (p pattern) fill(e *edition, page *Page, name string) string {
	var b strings.Builder
	for _, part := range p {
		if part.token == nil {
			b.WriteString(part.text)
		} else {
			b.WriteString(part.token(e, page, name))
		}
	}
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "/")+"/", "//", "/")
}
