package publish

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"

	"github.com/andybalholm/brotli"
	"golang.org/x/sync/errgroup"

	"leadsite/build/trace"
)

// coding is one way to make a file smaller on its way to a browser.
type coding struct {
	ext    string
	pack   func(io.Writer) io.WriteCloser
	unpack func(io.Reader) (io.Reader, error)
}

// codings are those that browsers know. Both leave out times and names, so that the same bytes give the same bytes.
func codings() []coding {
	return []coding{
		{".gz", func(w io.Writer) io.WriteCloser {
			z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
			if err != nil {
				panic(err) // the level is one of the package's
			}
			return z
		}, func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }},
		{".br", func(w io.Writer) io.WriteCloser { return brotli.NewWriterLevel(w, brotli.BestCompression) },
			func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil }},
	}
}

// texts are the endings of files that become smaller; pictures and films are compressed in themselves.
var texts = []string{".html", ".htm", ".css", ".js", ".mjs", ".json", ".xml", ".svg", ".txt", ".md", ".csv", ".webmanifest"}

// pack stages a compressed copy of each text file in each coding, unless the site has a file of that name, or the copy
// would not be smaller. A copy in the output that unpacks to the file is kept: making it again takes a hundred times
// longer than reading it.
func (s *Stage) pack() error {
	files := maps.Clone(s.staged)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for file, changed := range files {
		if !slices.Contains(texts, path.Ext(file)) {
			continue
		}
		group.Go(func() error {
			for _, c := range codings() {
				if _, taken := files[file+c.ext]; taken {
					continue
				}
				if !changed && s.Intact(file) && s.keepPacked(file+c.ext) {
					continue
				}
				if err := s.packOne(c, file, changed); err != nil {
					return fmt.Errorf("compressing %s: %w", file, err)
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// keepPacked keeps the copy of a file that is as the last build left it, or the lack of one: then it would not be
// smaller. False: the copy is not as that build left it.
func (s *Stage) keepPacked(file string) bool {
	if _, had := s.known.files[file]; !had {
		return true
	}
	if s.Intact(file) {
		s.Keep(file)
		return true
	}
	return false
}

// packOne makes a file's copy in one coding, or keeps the output's. Changed says that the file is in the stage.
func (s *Stage) packOne(c coding, file string, changed bool) error {
	from := s.in(s.output, file)
	if changed {
		s.mu.Lock()
		from = s.file(file)
		s.mu.Unlock()
	}
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	to := file + c.ext
	old, err := os.ReadFile(s.in(s.output, to))
	keep := err == nil && c.holds(old, data)
	if !keep {
		small := c.squeeze(data)
		if len(small) >= len(data) {
			return nil
		}
		if err := s.stage(to, small); err != nil {
			return err
		}
		old = small
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.staged[to] = !keep
	s.sums[to] = trace.OfBytes(old)
	return nil
}

// holds says whether a compressed file unpacks to some bytes.
func (c coding) holds(packed, data []byte) bool {
	r, err := c.unpack(bytes.NewReader(packed))
	if err != nil {
		return false
	}
	got, err := io.ReadAll(io.LimitReader(r, int64(len(data))+1))
	return err == nil && bytes.Equal(got, data)
}

func (c coding) squeeze(data []byte) []byte {
	var out bytes.Buffer
	z := c.pack(&out)
	if _, err := z.Write(data); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}
