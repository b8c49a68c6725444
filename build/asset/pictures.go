package asset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"leadsite/build/content"
	"leadsite/build/site"
)

// recipe is part of every name and of every key of the cache. It changes when the same source gives other bytes: then
// browsers and caches must not take the old for the new.
const recipe = "leadsite pictures 2\n"

// Pictures makes the site's pictures ready for a page: copies in several widths, named by a fingerprint of their source
// so that browsers keep them for ever; and the cards that stand for pages elsewhere.
//
// A page asks Find, which looks at the file's head alone, and gives the addresses at which the copies will be; Make
// makes them when all pages have asked. Both may be called from many goroutines, Make once.
type Pictures struct {
	options PictureOptions
	files   map[string]string // file of the source by path on the site
	cache   cache

	mu    sync.Mutex
	known map[string]*picture // by path on the site
	cards map[string]*job     // by path below the output
}

// PictureOptions are where pictures come from.
type PictureOptions struct {
	Source fs.FS
	Copies []site.Copy
	Cache  string // folder of what was made before; "": nothing is kept
	Minify Minify
	// Has says whether a finished file of a path need not be made, because it is where it belongs. Nil: none is.
	Has   func(path string) bool
	Dry   bool // keep nothing, and draw no cards: only what is wrong is wanted
	Style CardStyle
	Now   time.Time // by which the cache knows what was not asked for lately
}

// NewPictures knows where each picture of the site is. It reads none.
func NewPictures(o PictureOptions) *Pictures {
	p := &Pictures{options: o, files: make(map[string]string, len(o.Copies)), cache: cache{dir: o.Cache, dry: o.Dry, now: o.Now},
		known: map[string]*picture{}, cards: map[string]*job{}}
	for _, c := range o.Copies {
		p.files["/"+c.Path] = content.Root + "/" + c.From.Path
	}
	return p
}

// Picture is what a page needs to show a picture.
type Picture struct {
	Width, Height int // as shown; 0: unknown
	Src           string
	Type          string   // media type of Src
	Sizes         []Sized  // of Src, narrow to wide; nil: there is one size only
	Better        []Source // what the author has beside it, to be offered first
}

// Sized is a copy of a picture in one width.
type Sized struct {
	URL   string
	Width int
}

// Source is the picture in another format.
type Source struct {
	URL, Type string
}

// picture is a file that pages ask for.
type picture struct {
	once    sync.Once
	file    string // of the source
	address string
	id      [sha256.Size]byte // of the recipe and the source
	header  header
	answer  *Picture
	fault   *Fault
	wants   []want

	mu  sync.Mutex
	use Use // the first, by its key
}

// Use is one place where a picture is shown, for what is found out later.
type Use struct {
	Key string             // uses are blamed in the order of their keys
	At  func() content.Pos // asked when there is something to blame
}

// extensions are the names of pictures. A file of another name is none, whatever is in it.
var extensions = []string{".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"}

// Find gives what a page needs to show the picture at an address of the site. Nil, nil: there is no such picture here.
// A fault is that of the file, for the page to report.
func (p *Pictures) Find(address string, use Use) (*Picture, *Fault) {
	at, err := url.PathUnescape(address)
	if err != nil || p.files[at] == "" || !slices.Contains(extensions, strings.ToLower(path.Ext(at))) {
		return nil, nil
	}
	found := p.remember(at)
	found.once.Do(func() { p.look(found) })
	found.mu.Lock()
	defer found.mu.Unlock()
	if found.use.At == nil || use.Key < found.use.Key {
		found.use = use
	}
	return found.answer, found.fault
}

func (p *Pictures) remember(at string) *picture {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[at] == nil {
		p.known[at] = &picture{file: p.files[at], address: at}
	}
	return p.known[at]
}

// look reads a picture's file and decides what is made of it.
func (p *Pictures) look(found *picture) {
	data, err := fs.ReadFile(p.options.Source, found.file)
	if err == nil {
		found.header, err = readHeader(data)
	}
	h := found.header
	switch {
	case h.format != formatSVG && h.width*h.height > maxPixels:
		found.fault = tooLarge(found.address, h)
		return
	case err != nil:
		found.fault = unreadable(found.address, err)
		return
	}
	found.id = sha256.Sum256(append([]byte(recipe), data...))
	answer := &Picture{Type: mediaTypes[h.format]}
	answer.Width, answer.Height = h.shown()
	for _, width := range widthsOf(h) {
		w := want{path: found.path(width), width: width}
		found.wants = append(found.wants, w)
		answer.Sizes = append(answer.Sizes, Sized{URL: "/" + w.path, Width: width})
	}
	answer.Src = "/" + found.wants[0].path
	for _, s := range answer.Sizes {
		if s.Width <= 1200 {
			answer.Src = s.URL
		}
	}
	if len(answer.Sizes) == 1 {
		answer.Sizes = nil
	}
	if h.format == formatJPEG || h.format == formatPNG {
		answer.Better = p.beside(found)
	}
	found.answer = answer
}

// beside finds the same picture in better formats, which the author supplies: boat.avif or boat.webp beside boat.jpg.
func (p *Pictures) beside(found *picture) []Source {
	var better []Source
	stem := strings.TrimSuffix(found.address, path.Ext(found.address))
	if ext := strings.ToLower(path.Ext(found.address)); ext == ".avif" || ext == ".webp" {
		return nil // by its name it is itself what stands beside another
	}
	for _, format := range []string{formatAVIF, formatWebP} {
		if p.files[stem+"."+format] == "" {
			continue
		}
		other := p.remember(stem + "." + format)
		other.once.Do(func() { p.look(other) })
		other.mu.Lock()
		if other.use.At == nil {
			other.use = Use{Key: other.file, At: func() content.Pos { return content.Pos{File: other.file} }}
		}
		other.mu.Unlock()
		if other.answer != nil && other.header.format == format {
			better = append(better, Source{URL: other.answer.Src, Type: other.answer.Type})
		}
	}
	return better
}

// mediaTypes by format.
var mediaTypes = map[string]string{formatJPEG: "image/jpeg", formatPNG: "image/png", formatGIF: "image/gif",
	formatWebP: "image/webp", formatAVIF: "image/avif", formatSVG: "image/svg+xml"}

// copyWidths are the widths of copies, in pixels: for a phone, for a text column on a fine screen, for a whole page.
var copyWidths = []int{480, 800, 1200, 1600, 2400}

// widthsOf are the widths in which a picture is published, narrow to wide: never wider than it is, and none that is
// nearly as wide as the widest. 0: as it is.
func widthsOf(h header) []int {
	if !h.resizable() {
		return []int{0}
	}
	width, _ := h.shown()
	widest := min(width, copyWidths[len(copyWidths)-1])
	var widths []int
	for _, w := range copyWidths {
		if 10*w <= 9*widest {
			widths = append(widths, w)
		}
	}
	return append(widths, widest)
}

// path is where a copy is published: assets/images/boat.3f9a61c2d0.800.jpg.
func (f *picture) path(width int) string {
	base := strings.TrimSuffix(path.Base(f.address), path.Ext(f.address))
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, strings.ToLower(base))
	name = name[:min(len(name), 60)] + "." + hex.EncodeToString(f.id[:5])
	if width > 0 {
		name += "." + strconv.Itoa(width)
	}
	return "assets/images/" + name + "." + cmp.Or(map[string]string{formatJPEG: "jpg"}[f.header.format], f.header.format)
}
