package infra

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"leadsite/functions/bundle"
)

// What AWS lets a key-value store hold, in bytes.
const (
	maxKey   = 512
	maxValue = 1024
	maxStore = 5 << 20
)

// EdgeEntries are what the functions of edge.yaml look up, of a site and its finished files:
//
//	"/old/"     "301 /new/"        a path, with a slash at its end even when it is a file's
//	"/old.pdf/" "410"
//	"/notes/*"  "301 /blog/*"      all below a folder
//	"*"         "2 1"              how many folders deep the asterisks are, deepest first; absent when there is none
//	"gone:de"   "<!doctype …"      the page of a 410 in the language of a folder; "gone:" is that of the first one
//	"404:de"    "/de/404.html"     the page for what is not there, of a language that has one of its own
//
// A redirect that is too long for the store is an error.
func EdgeEntries(b *bundle.Bundle, site fs.FS) (map[string]string, error) {
	entries := gonePages(b, site)
	for _, lang := range notFoundPages(b, site) {
		entries["404:"+lang] = "/" + lang + "/404.html"
	}
	var depths []int
	for _, r := range b.Redirects {
		key := strings.TrimSuffix(r.From, "/") + "/"
		if strings.HasSuffix(r.From, "*") {
			key = r.From
			depths = append(depths, strings.Count(r.From, "/")-1)
		}
		entries[key] = strings.TrimSpace(strconv.Itoa(r.Status) + " " + inASCII(r.To))
	}
	if len(depths) > 0 {
		entries["*"] = deepestFirst(depths)
	}
	return entries, fits(entries)
}

// inASCII is an address as it may stand in a header: authors write "/über uns/".
func inASCII(address string) string {
	var b strings.Builder
	for i := range len(address) {
		if c := address[i]; c <= ' ' || c > '~' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func deepestFirst(depths []int) string {
	slices.Sort(depths)
	depths = slices.Compact(depths)
	slices.Reverse(depths)
	return strings.Trim(fmt.Sprint(depths), "[]")
}

func fits(entries map[string]string) error {
	size := 0
	for key, value := range entries {
		if len(key) > maxKey || len(value) > maxValue {
			return fmt.Errorf("preparing the redirects: that of %.80s is too long: the edge holds paths of %d bytes and targets of %d", key, maxKey, maxValue-4)
		}
		size += len(key) + len(value)
	}
	if size > maxStore {
		return fmt.Errorf("preparing the redirects: they have %d bytes, and the edge holds %d", size, maxStore)
	}
	return nil
}
