package content

import "strings"

// hugoKeys are keys of front matter that Hugo, its themes and its neighbours know and this program does not, with what
// to do about each. Keys are in lower case.
var hugoKeys = map[string]string{
	"build":           "delete it: every page here is made, or is a draft",
	"_build":          "delete it: every page here is made, or is a draft",
	"headless":        "delete it: files beside an index.md are copied with its page",
	"resources":       "delete it: files beside an index.md are copied with its page, under their own names",
	"outputs":         "delete it: outputs: in site.yaml holds for the whole site",
	"sitemap":         "delete it, or write noindex: true to keep the page out of the sitemap",
	"markup":          "delete it: every page is Markdown",
	"iscjklanguage":   "delete it: Chinese, Japanese and Korean are counted as they should be",
	"videos":          "move it under params:",
	"audio":           "move it under params:",
	"published":       "write draft: true for false, and publishDate: for a date",
	"permalink":       "write url:",
	"toc":             "delete it: a post with headings has a table of contents, or move it under params:",
	"cover":           "write image: and image_alt:, or move it under params:",
	"thumbnail":       "write image: and image_alt:, or move it under params:",
	"featured_image":  "write image: and image_alt:, or move it under params:",
	"featuredimage":   "write image: and image_alt:, or move it under params:",
	"banner":          "write image: and image_alt:, or move it under params:",
	"excerpt":         "write summary: or description:",
	"subtitle":        "write description:, or move it under params:",
	"created":         "write date:",
	"updated":         "write lastmod:",
	"last_updated":    "write lastmod:",
	"category":        "write categories: as a list",
	"robotsnoindex":   "write noindex: true",
	"canonicalurl":    "write canonical:",
	"hidden":          "write noindex: true, or move it under params:",
	"disablecomments": "move it under params:",
	"comments":        "move it under params:",
	"math":            "move it under params:",
}

// unknownKey is the hint for a key of front matter that is not known.
func unknownKey(key string, known []string) string {
	if hint := hugoKeys[strings.ToLower(key)]; hint != "" {
		return hint
	}
	if Nearest(key, known) == "" {
		return "a key of your own goes under params:"
	}
	return DidYouMean(key, known)
}
