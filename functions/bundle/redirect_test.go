package bundle_test

import (
	"fmt"
	"testing"

	"leadsite/functions/bundle"
)

func TestFindRedirect(t *testing.T) {
	all := bundle.Redirects{
		{From: "/a/", To: "/b/", Status: 301},
		{From: "/all/*", To: "https://other.example/x/*", Status: 302},
		{From: "/gone.pdf", Status: 410},
		{From: "/old/*", To: "/*", Status: 301},
		{From: "/old/kept/", To: "/new/", Status: 301},
		{From: "/old/deep/*", To: "/shallow/?from=deep", Status: 301},
	}
	for path, want := range map[string]string{
		"/a/":                 "/b/ 301",
		"/a":                  "/b/ 301",
		"/a/b/":               "none",
		"/ab/":                "none",
		"/":                   "none",
		"":                    "none",
		"/gone.pdf":           " 410",
		"/all/":               "https://other.example/x/ 302",
		"/all":                "https://other.example/x/ 302",
		"/all/y/z.html":       "https://other.example/x/y/z.html 302",
		"/old/kept/":          "/new/ 301",
		"/old/kept/more/":     "/kept/more/ 301",
		"/old/deep/er/":       "/shallow/?from=deep 301",
		"/old/a b/ü":          "/a%20b/%C3%BC 301",
		"/old//evil.example/": "/evil.example/ 301",
		`/old/\evil.example`:  "/evil.example 301",
		"/old/\r\nX: y":       "/%0D%0AX:%20y 301",
		"/old/a?b#c":          "/a%3Fb%23c 301",
	} {
		got := "none"
		if to, status, ok := all.Find(path); ok {
			got = fmt.Sprint(to, " ", status)
		}
		if got != want {
			t.Errorf("%q leads to %q, want %q", path, got, want)
		}
	}
}
