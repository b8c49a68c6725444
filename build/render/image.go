package render

import (
	"bytes"
	"image"
	_ "image/gif" // sizes of the formats that sites use
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"leadsite/build/content"
	"leadsite/build/site"
)

// images knows how large the site's own pictures are, so that a page does not jump while they load. Each file is looked
// at once, and of it only the head.
type images struct {
	source fs.FS
	files  map[string]string // file of the source by path on the site
	sizes  sync.Map          // size by path on the site
}

type size struct{ width, height int }

func newImages(s *site.Site) *images {
	i := &images{source: s.Tree.Source, files: make(map[string]string, len(s.Copies))}
	for _, c := range s.Copies {
		i.files["/"+c.Path] = content.Root + "/" + c.From.Path
	}
	return i
}

// size is the width and height of a picture in pixels; zeros for one that is elsewhere or cannot be read.
func (i *images) size(address string) (width, height int) {
	at, err := url.PathUnescape(address)
	if err != nil || !strings.HasPrefix(at, "/") {
		return 0, 0
	}
	if known, ok := i.sizes.Load(at); ok {
		s := known.(size)
		return s.width, s.height
	}
	s := i.measure(at)
	i.sizes.Store(at, s)
	return s.width, s.height
}

func (i *images) measure(at string) size {
	name, ok := i.files[at]
	if !ok {
		return size{}
	}
	file, err := i.source.Open(name)
	if err != nil {
		return size{}
	}
	defer file.Close()
	if path.Ext(name) == ".svg" {
		return measureSVG(file)
	}
	config, _, err := image.DecodeConfig(file)
	if err != nil {
		return size{}
	}
	return size{config.Width, config.Height}
}

var (
	svgTag     = regexp.MustCompile(`<svg[^>]*>`)
	svgWidth   = regexp.MustCompile(`\swidth="([\d.]+)(?:px)?"`)
	svgHeight  = regexp.MustCompile(`\sheight="([\d.]+)(?:px)?"`)
	svgViewBox = regexp.MustCompile(`\sviewBox="[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)"`)
)

// measureSVG reads width and height of a drawing, or those of its view.
func measureSVG(file io.Reader) size {
	const head = 4 << 10
	data, err := io.ReadAll(io.LimitReader(file, head))
	if err != nil {
		return size{}
	}
	tag := svgTag.Find(bytes.ReplaceAll(data, []byte{'\n'}, []byte{' '}))
	width, height := svgWidth.FindSubmatch(tag), svgHeight.FindSubmatch(tag)
	if width != nil && height != nil {
		return size{rounded(width[1]), rounded(height[1])}
	}
	if view := svgViewBox.FindSubmatch(tag); view != nil {
		return size{rounded(view[1]), rounded(view[2])}
	}
	return size{}
}

func rounded(s []byte) int {
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil {
		return 0
	}
	return int(f + 0.5)
}
