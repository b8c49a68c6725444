package upload

import (
	"path"
	"regexp"
	"strings"
)

// recipe is the version of what this file decides. Whoever changes it raises it, so that every file gets its new headers.
const recipe = 1

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
	case path.Ext(name) == ".xml" || base == "feed.json" || name == "robots.txt" || name == "llms.txt":
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

// contentTypes is our own table, because that of the machine differs from one to the next.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".xml": "application/xml; charset=utf-8",
	".txt": "text/plain; charset=utf-8", ".md": "text/plain; charset=utf-8", ".csv": "text/csv; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
	".ics": "text/calendar; charset=utf-8", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml",
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".webp": "image/webp", ".avif": "image/avif",
	".ico": "image/x-icon", ".pdf": "application/pdf", ".zip": "application/zip", ".woff2": "font/woff2", ".woff": "font/woff",
	".ttf": "font/ttf", ".mp4": "video/mp4", ".webm": "video/webm", ".mp3": "audio/mpeg", ".wasm": "application/wasm",
}

func contentType(name string) string {
	if path.Base(name) == "feed.json" {
		return "application/feed+json"
	}
	if t, ok := contentTypes[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}
