package publish_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"leadsite/build/publish"
)

// counts are what a commit did, in files.
type counts struct{ Written, Kept, Deleted int }

func count(r publish.Result) counts { return counts{r.Written, r.Kept, r.Deleted} }

// pack builds a site with compressed copies and commits it.
func pack(t *testing.T, root string, files map[string]string) counts {
	t.Helper()
	s, err := publish.Open(t.Context(), publish.Options{Source: root, Output: filepath.Join(root, "public"), State: filepath.Join(root, ".leadsite")})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.Compress()
	for path, data := range files {
		if err := s.Write(path, []byte(data)); err != nil {
			t.Fatal(err)
		}
	}
	result, err := s.Commit()
	if err != nil {
		t.Fatal(err)
	}
	return count(result)
}

func TestCompressedCopies(t *testing.T) {
	root := t.TempDir()
	long := strings.Repeat("a page of many words ", 50)
	site := map[string]string{"index.html": long, "a/index.html": long, "tiny.txt": "x", "photo.jpg": long, "own.css": long, "own.css.br": "mine"}
	if got := pack(t, root, site); got != (counts{Written: 11}) {
		t.Errorf("first build: %+v", got) // two copies of each page, one of own.css
	}
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(root, "public", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	z, err := gzip.NewReader(bytes.NewReader(read("index.html.gz")))
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{"gz": z, "br": brotli.NewReader(bytes.NewReader(read("a/index.html.br")))} {
		if got, err := io.ReadAll(r); err != nil || string(got) != long {
			t.Errorf("%s holds %d bytes, %v", name, len(got), err)
		}
	}
	if string(read("own.css.br")) != "mine" {
		t.Error("the site's own file was replaced")
	}

	before := tree(t, root)
	if got := pack(t, root, site); got != (counts{Kept: 11}) {
		t.Errorf("the same again: %+v", got)
	}
	os.WriteFile(filepath.Join(root, "public", "index.html.gz"), []byte("broken"), 0o644)
	os.WriteFile(filepath.Join(root, "public", "a/index.html.br"), read("own.css.gz"), 0o644)
	if got := pack(t, root, site); got != (counts{Written: 2, Kept: 9}) || tree(t, root) != before {
		t.Errorf("spoilt copies: %+v", got)
	}
	site["index.html"] = long + "more"
	if got := pack(t, root, site); got != (counts{Written: 3, Kept: 8}) {
		t.Errorf("one page changed: %+v", got)
	}
	delete(site, "a/index.html")
	if got := count(publishAll(t, root, site)); got != (counts{Kept: 5, Deleted: 6}) {
		t.Errorf("without copies: %+v", got)
	}
}
