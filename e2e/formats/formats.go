// Package formats reads the files of a finished site that programs read: feeds, sitemaps, the web manifest, llms.txt and
// the structured data of pages. It holds what their specifications demand, and says what a file lacks.
//
// It knows the formats and nothing of this product, so that it can judge it.
package formats

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"
)

// Site checks every file of a site that one of the formats is known of, and returns what is wrong, a line each. Advice
// is what search engines recommend and a page lacks.
func Site(site fs.FS) (faults, advice []string) {
	err := fs.WalkDir(site, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(site, file)
		if err != nil {
			return err
		}
		found, advised := File(file, data)
		for _, f := range found {
			faults = append(faults, file+": "+f)
		}
		for _, a := range advised {
			advice = append(advice, file+": "+a)
		}
		return nil
	})
	if err != nil {
		faults = append(faults, err.Error())
	}
	return faults, advice
}

// File checks one file by its name.
func File(name string, data []byte) (faults, advice []string) {
	switch base := path.Base(name); {
	case path.Ext(base) == ".html":
		return StructuredData(data)
	case strings.HasPrefix(base, "sitemap") && path.Ext(base) == ".xml":
		return Sitemap(data), nil
	case base == "feed.xml":
		return Atom(data), nil
	case base == "index.xml":
		return RSS(data), nil
	case base == "feed.json":
		return JSONFeed(data), nil
	case path.Ext(base) == ".webmanifest":
		return Manifest(data), nil
	case name == "llms.txt":
		return LLMs(data), nil
	}
	return nil, nil
}

// found collects what is wrong.
type found []string

// want notes a fault unless ok.
func (f *found) want(ok bool, format string, args ...any) {
	if !ok {
		*f = append(*f, fmt.Sprintf(format, args...))
	}
}

// address wants a whole URL.
func (f *found) address(what, s string) {
	u, err := url.Parse(s)
	f.want(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && !strings.ContainsAny(s, " \t\n<>\""),
		"%s is %q, and no whole URL", what, s)
}

// time wants a time in one of Go's layouts.
func (f *found) time(what, s string, layouts ...string) {
	f.want(slices.ContainsFunc(layouts, func(layout string) bool { _, err := time.Parse(layout, s); return err == nil }),
		"%s is %q, and no time of its format", what, s)
}

// JSONFeed checks a feed of jsonfeed.org/version/1.1.
func JSONFeed(data []byte) []string {
	var f found
	var feed struct {
		Version, Title string
		HomePage       string `json:"home_page_url"`
		Self           string `json:"feed_url"`
		Authors        []struct{ Name string }
		Items          []jsonItem
	}
	if err := json.Unmarshal(data, &feed); err != nil {
		return []string{err.Error()}
	}
	f.want(feed.Version == "https://jsonfeed.org/version/1.1", "the version is %q", feed.Version)
	f.want(feed.Title != "", "there is no title")
	f.want(feed.Items != nil, "there are no items")
	f.address("home_page_url", feed.HomePage)
	f.address("feed_url", feed.Self)
	seen := map[string]bool{}
	for _, item := range feed.Items {
		f.want(item.ID != "" && !seen[item.ID], "the id %q is empty or comes twice", item.ID)
		seen[item.ID] = true
		f.jsonItem(item)
	}
	return f
}

type jsonItem struct {
	ID, URL, Title, Image string
	Text                  *string `json:"content_text"`
	HTML                  *string `json:"content_html"`
	Published             string  `json:"date_published"`
	Modified              string  `json:"date_modified"`
}

func (f *found) jsonItem(item jsonItem) {
	f.want(item.Text != nil || item.HTML != nil, "%s has no content_text and no content_html", item.ID)
	f.address("url", item.URL)
	if item.Image != "" {
		f.address("image", item.Image)
	}
	for _, date := range []string{item.Published, item.Modified} {
		if date != "" {
			f.time("a date of "+item.ID, date, time.RFC3339)
		}
	}
}

// Manifest checks a web app manifest for what browsers need of it.
func Manifest(data []byte) []string {
	var f found
	var m struct {
		Name, Display string
		ShortName     string `json:"short_name"`
		Start         string `json:"start_url"`
		Icons         []struct{ Src, Sizes, Type string }
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return []string{err.Error()}
	}
	f.want(m.Name != "" || m.ShortName != "", "there is no name")
	f.want(strings.HasPrefix(m.Start, "/"), "start_url is %q", m.Start)
	f.want(slices.Contains([]string{"browser", "minimal-ui", "standalone", "fullscreen"}, m.Display), "display is %q", m.Display)
	f.want(len(m.Icons) > 0, "there are no icons")
	for _, icon := range m.Icons {
		f.want(icon.Src != "" && icon.Sizes != "" && strings.HasPrefix(icon.Type, "image/"), "an icon lacks src, sizes or type: %v", icon)
	}
	return f
}

// LLMs checks the form of llms.txt: one title, then a quote, then sections of links.
func LLMs(data []byte) []string {
	var f found
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	f.want(strings.HasPrefix(lines[0], "# "), "the first line is %q, and no title", lines[0])
	section := false
	for _, line := range lines[1:] {
		switch {
		case line == "":
		case strings.HasPrefix(line, "## "):
			section = true
		case strings.HasPrefix(line, "> "):
			f.want(!section, "a quote stands below a section: %q", line)
		case strings.HasPrefix(line, "- ["):
			_, rest, _ := strings.Cut(line, "](")
			to, _, closed := strings.Cut(rest, ")")
			f.want(section && closed, "no entry of a section: %q", line)
			f.address("an entry", to)
		default:
			f.want(false, "a line of no known kind: %q", line)
		}
	}
	return f
}
