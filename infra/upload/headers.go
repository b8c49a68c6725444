package upload

import (
	"path"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// recipe is the version of what this file decides. Whoever changes it raises it, so that every file gets its new headers.
const recipe = 2

// The groups in which files are sent, one after the other.
const (
	groupAssets = iota // named by their content: nothing names them yet
	groupFiles
	groupPages
	groupFeeds // name pages
	groupCount
)

func group(name string) int {
	switch base := path.Base(name); {
	case Fingerprinted(name):
		return groupAssets
	case path.Ext(name) == ".html":
		return groupPages
	case path.Ext(name) == ".xml" || path.Ext(name) == ".rss" || path.Ext(name) == ".atom" || base == "feed.json" || name == "robots.txt" || name == "llms.txt":
		return groupFeeds
	}
	return groupFiles
}

var fingerprint = regexp.MustCompile(`^assets/(?:.*[./-])?[0-9a-f]{8,64}\.[a-z0-9]+$`)

// Fingerprinted says whether a file's name follows from what is in it: then it never changes.
func Fingerprinted(name string) bool { return fingerprint.MatchString(name) }

// cacheControl: what never changes is kept for a year. Pages and feeds are asked for again by browsers, and kept by the
// edge for a day at most, should an invalidation ever get lost.
func cacheControl(name string) string {
	switch {
	case Fingerprinted(name):
		return "public, max-age=31536000, immutable"
	case group(name) == groupFiles:
		return "public, max-age=3600, s-maxage=86400"
	}
	return "public, max-age=0, s-maxage=86400, must-revalidate"
}

// contentTypes is our own table, because that of the machine differs from one to the next. Beside what a build makes it
// has what people put into static/.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".htm": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".map": "application/json",
	".jsonld": "application/ld+json", ".geojson": "application/geo+json", ".webmanifest": "application/manifest+json",
	".wasm": "application/wasm", ".xml": "application/xml; charset=utf-8", ".rss": "application/rss+xml; charset=utf-8",
	".atom": "application/atom+xml; charset=utf-8", ".xsl": "application/xslt+xml; charset=utf-8",
	".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".asc": "text/plain; charset=utf-8",
	".csv": "text/csv; charset=utf-8", ".tsv": "text/tab-separated-values; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
	".ics": "text/calendar; charset=utf-8", ".vcf": "text/vcard; charset=utf-8", ".yaml": "application/yaml", ".yml": "application/yaml",

	".svg": "image/svg+xml", ".svgz": "image/svg+xml", ".png": "image/png", ".apng": "image/apng", ".jpg": "image/jpeg",
	".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif", ".jxl": "image/jxl", ".bmp": "image/bmp",
	".tif": "image/tiff", ".tiff": "image/tiff", ".ico": "image/x-icon",
	".woff2": "font/woff2", ".woff": "font/woff", ".ttf": "font/ttf", ".otf": "font/otf",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg", ".mov": "video/quicktime",
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac",

	".pdf": "application/pdf", ".epub": "application/epub+zip", ".rtf": "application/rtf", ".zip": "application/zip", ".gz": "application/gzip",
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
	".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet", ".odp": "application/vnd.oasis.opendocument.presentation",
}

// contentType: what nobody knows is for saving, not for showing.
func contentType(name string) string {
	switch path.Base(name) {
	case "feed.json":
		return "application/feed+json"
	case "apple-app-site-association", "assetlinks.json":
		return "application/json"
	}
	if t, ok := contentTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	if strings.HasPrefix(name, ".well-known/") || !strings.Contains(path.Base(name), ".") { // a LICENSE, a token that shows whose the site is
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// contentEncoding: the one kind that is compressed as it lies there; everything else the edge compresses by itself.
func contentEncoding(name string) *string {
	if strings.ToLower(path.Ext(name)) == ".svgz" {
		return aws.String("gzip")
	}
	return nil
}
