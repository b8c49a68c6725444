package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"
	"time"
)

// openSite opens the folder of the finished site, making it when it is not there. Nothing outside it can be served.
func openSite(dir string) (*os.Root, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the folder of the site: %w", err)
	}
	return os.OpenRoot(dir)
}

// pages serves the files of the finished site as the deployed site would.
type pages struct {
	site   *os.Root
	latest *latest
}

// reloadScript goes into every page on its way out; the files stay as they are.
var reloadScript = []byte(`<script src="` + Prefix + `reload.js" defer></script>`)

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "pages can only be read", http.StatusMethodNotAllowed)
		return
	}
	setHeaders(w.Header(), p.latest.csp())
	if p.redirect(w, r) {
		return
	}
	name, redirect := p.resolve(r.URL.Path)
	if redirect != "" {
		target := *r.URL
		target.Path = redirect
		http.Redirect(w, r, target.RequestURI(), http.StatusMovedPermanently)
		return
	}
	p.serve(w, r, name, http.StatusOK)
}

// redirect answers a path that the site leads on from, as the edge does: with the query, unless the target has one.
func (p pages) redirect(w http.ResponseWriter, r *http.Request) bool {
	to, status, ok := p.latest.redirect(r.URL.Path)
	switch {
	case !ok:
		return false
	case status == http.StatusGone:
		p.serve(w, r, p.notFound(strings.TrimPrefix(r.URL.Path, "/")), http.StatusGone)
		return true
	case r.URL.RawQuery != "" && !strings.ContainsAny(to, "?#"):
		to += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, to, status)
	return true
}

func setHeaders(h http.Header, csp string) {
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
	if csp != "" {
		h.Set("Content-Security-Policy", csp)
	}
}

// resolve finds the file of a URL path: a folder's is its index.html, and its path ends in a slash.
func (p pages) resolve(urlPath string) (file, redirect string) {
	clean := path.Clean("/" + urlPath)
	file = strings.TrimPrefix(clean, "/")
	if file == "" {
		return "index.html", ""
	}
	info, err := p.site.Stat(file)
	switch {
	case err != nil || !info.IsDir():
		return file, ""
	case !strings.HasSuffix(urlPath, "/"):
		return "", clean + "/"
	default:
		return file + "/index.html", ""
	}
}

// serve writes a file; one that is not there is the site's 404 page.
func (p pages) serve(w http.ResponseWriter, r *http.Request, name string, status int) {
	data, err := fs.ReadFile(p.site.FS(), name)
	switch {
	case err != nil && status != http.StatusOK:
		p.plainNotFound(w, status)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid):
		p.serve(w, r, p.notFound(name), http.StatusNotFound)
	case err != nil:
		http.Error(w, "the file cannot be read", http.StatusInternalServerError)
	case path.Ext(name) == ".html":
		writeHTML(w, status, data)
	default:
		if path.Ext(name) == ".vtt" { // not every machine knows captions
			w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
		}
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(data))
	}
}

// notFound is the 404 page for a file that is not there: of the folder at the top that it would be in, as of a
// language, or else of the site.
func (p pages) notFound(name string) string {
	folder, _, _ := strings.Cut(name, "/")
	if own := folder + "/404.html"; folder != name {
		if _, err := p.site.Stat(own); err == nil {
			return own
		}
	}
	return "404.html"
}

// plainNotFound stands in while there is no site yet, as when its first build failed: the script shows why.
func (p pages) plainNotFound(w http.ResponseWriter, status int) {
	writeHTML(w, status, []byte("<!doctype html><html lang=en><title>Not found</title><body><p>There is no such page.</p></body></html>"))
}

func writeHTML(w http.ResponseWriter, status int, page []byte) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	at := bytes.LastIndex(page, []byte("</body>"))
	if at < 0 {
		at = len(page)
	}
	w.Write(page[:at])
	w.Write(reloadScript)
	w.Write(page[at:])
}
