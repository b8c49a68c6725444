package asset

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"leadsite/build/content"
)

// want is one file that is made of a picture.
type want struct {
	path  string // below the output folder
	width int    // 0: the picture as it is, cleaned
}

// job makes files that belong together, because their source is read once.
type job struct {
	wants  []want
	pixels int64 // of the source
	key    func(want) [sha256.Size]byte
	make   func() ([][]byte, error)
	blame  func(error) *content.Error // nil: nobody but us is to blame
}

// Put takes a finished file, of a path below the output folder.
type Put func(path string, data []byte) error

// pixelsAtOnce bounds the memory: pictures of so many pixels are in work at a time. A pixel takes about ten bytes.
const pixelsAtOnce = 24_000_000

// Make makes all that pages asked for, as far as it was not made before, and hands it to put. Tell, which may be nil,
// hears how many of the pictures and cards that must be made are done. Broken pictures go to problems.
func (p *Pictures) Make(ctx context.Context, put Put, tell func(done, total int), problems *content.Problems) error {
	defer p.cache.sweep()
	missing, err := p.putKept(put)
	if err != nil || len(missing) == 0 {
		return err
	}
	var mu sync.Mutex
	done := 0
	room := semaphore.NewWeighted(pixelsAtOnce)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, j := range missing {
		group.Go(func() error {
			weight := min(max(j.pixels, 1), pixelsAtOnce)
			if err := room.Acquire(ctx, weight); err != nil {
				return err
			}
			defer room.Release(weight)
			if err := p.run(j, put, problems); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if done++; tell != nil {
				tell(done, len(missing))
			}
			return nil
		})
	}
	return group.Wait()
}

// putKept hands on what the cache has, and gives the jobs that are left.
func (p *Pictures) putKept(put Put) ([]*job, error) {
	var missing []*job
	for _, j := range p.jobs() {
		if p.has(j) {
			continue
		}
		var kept [][]byte
		for _, w := range j.wants {
			if data, ok := p.cache.get(j.key(w)); ok {
				kept = append(kept, data)
			}
		}
		if len(kept) < len(j.wants) {
			missing = append(missing, j)
			continue
		}
		if err := putAll(put, j, kept); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// has says whether all files of a job are where they belong.
func (p *Pictures) has(j *job) bool {
	return p.options.Has != nil && !slices.ContainsFunc(j.wants, func(w want) bool { return !p.options.Has(w.path) })
}

func putAll(put Put, j *job, files [][]byte) error {
	for i, w := range j.wants {
		if err := put(w.path, files[i]); err != nil {
			return err
		}
	}
	return nil
}

// run does one job. Where a picture is broken, its files are put empty: the pages that show it are not blamed twice, and
// nothing is published anyway.
func (p *Pictures) run(j *job, put Put, problems *content.Problems) error {
	files, err := j.make()
	if err != nil && j.blame == nil {
		return err
	}
	if err != nil {
		problems.Add(j.blame(err))
		return putAll(put, j, make([][]byte, len(j.wants)))
	}
	for i, w := range j.wants {
		p.cache.put(j.key(w), files[i])
	}
	return putAll(put, j, files)
}

// jobs are everything that was asked for, in a fixed order, none twice.
func (p *Pictures) jobs() []*job {
	var all []*job
	seen := map[string]bool{}
	for _, address := range slices.Sorted(maps.Keys(p.known)) {
		found := p.known[address]
		if found.answer == nil || seen[found.wants[0].path] {
			continue // of two files with the same name and bytes one is enough
		}
		seen[found.wants[0].path] = true
		all = append(all, p.jobOf(found))
	}
	if p.options.Dry {
		return all
	}
	for _, path := range slices.Sorted(maps.Keys(p.cards)) {
		all = append(all, p.cards[path])
	}
	return all
}

func (p *Pictures) jobOf(found *picture) *job {
	return &job{
		wants: found.wants, pixels: int64(found.header.width) * int64(found.header.height),
		key: func(w want) [sha256.Size]byte {
			return sha256.Sum256([]byte(recipe + string(found.id[:]) + strconv.Itoa(w.width)))
		},
		make: func() ([][]byte, error) { return p.copiesOf(found) },
		blame: func(err error) *content.Error {
			fault := unreadable(found.address, err)
			return found.use.At().Errorf(fault.Hint, "%s", fault.Msg)
		},
	}
}

// copiesOf makes the files of a picture, in the order of what is wanted.
func (p *Pictures) copiesOf(found *picture) ([][]byte, error) {
	data, err := fs.ReadFile(p.options.Source, found.file)
	if err != nil {
		return nil, err
	}
	var whole []byte
	if !found.header.resizable() || found.header.orientation == 1 {
		if whole, err = p.clean(found.header, data); err != nil {
			return nil, err
		}
	}
	if !found.header.resizable() {
		return [][]byte{whole}, nil
	}
	pixels, gray, err := decode(data)
	if err != nil {
		return nil, err
	}
	files := make([][]byte, len(found.wants))
	turned := false
	for i, w := range slices.Backward(found.wants) { // each from the one before it
		if !turned {
			pixels = turn(resized(pixels, w.width, found.header), found.header.orientation)
			turned = true
		} else {
			pixels = resize(pixels, w.width, scaled(pixels.Bounds().Size(), w.width))
		}
		if files[i], err = encode(found.header, pixels, gray); err != nil {
			return nil, err
		}
		if width, _ := found.header.shown(); whole != nil && w.width == width && len(whole) <= len(files[i]) {
			files[i] = whole // the author's own bytes are smaller, and better
		}
	}
	return files, nil
}

// resized makes the pixels as they are stored as large as the copy of a width is, once they are turned.
func resized(pixels *image.RGBA, width int, h header) *image.RGBA {
	shownWidth, shownHeight := h.shown()
	height := scaled(image.Pt(shownWidth, shownHeight), width)
	if h.orientation >= 5 {
		width, height = height, width
	}
	return resize(pixels, width, height)
}

// scaled is the height of a picture at another width.
func scaled(size image.Point, width int) int {
	return max(1, (2*size.Y*width+size.X)/(2*size.X))
}

// decode reads the pixels of a picture. Gray says that it has no colours, and no transparency.
func decode(data []byte) (pixels *image.RGBA, gray bool, err error) {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, false, err
	}
	switch img := img.(type) {
	case *image.RGBA:
		return img, false, nil
	case *image.Gray, *image.Gray16:
		gray = true
	}
	bounds := img.Bounds()
	pixels = image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	draw.Draw(pixels, pixels.Bounds(), img, bounds.Min, draw.Src)
	return pixels, gray, nil
}

// jpegQuality is where the eye of most people sees no difference on a screen.
const jpegQuality = 80

// encode writes pixels in the format of their source.
func encode(h header, pixels *image.RGBA, gray bool) ([]byte, error) {
	var img image.Image = pixels
	if gray {
		bright := image.NewGray(pixels.Bounds())
		for i := range bright.Pix {
			bright.Pix[i] = pixels.Pix[4*i]
		}
		img = bright
	}
	var out bytes.Buffer
	var err error
	if h.format == formatPNG {
		err = (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, img)
	} else {
		err = jpeg.Encode(&out, img, &jpeg.Options{Quality: jpegQuality})
	}
	if err != nil {
		return nil, err
	}
	return withColours(h.format, out.Bytes(), h.colours), nil
}

// clean is the picture itself, without what does not belong to the public: turned as it should be, without metadata; a
// drawing without script, and minified.
func (p *Pictures) clean(h header, data []byte) ([]byte, error) {
	switch h.format {
	case formatJPEG, formatPNG:
		if h.orientation > 1 && !h.animated {
			return turnWhole(h, data)
		}
		if h.format == formatJPEG {
			return cleanJPEG(data)
		}
		return cleanPNG(data)
	case formatWebP:
		return cleanWebP(data)
	case formatAVIF:
		return cleanAVIF(data)
	case formatSVG:
		safe, err := cleanSVG(data)
		if err != nil {
			return nil, err
		}
		return p.options.Minify("image/svg+xml", safe)
	}
	return data, nil
}

func turnWhole(h header, data []byte) ([]byte, error) {
	pixels, gray, err := decode(data)
	if err != nil {
		return nil, err
	}
	return encode(h, turn(pixels, h.orientation), gray)
}

// Original is a file of the content as it is published at its own address: a picture without metadata, a drawing
// without script. Other files, and pictures that cannot be read, stay as they are; a drawing or an AVIF that cannot be
// read is a fault, because nobody knows what a browser would make of the one, and what stands in the other.
func (p *Pictures) Original(c string, data []byte) ([]byte, *content.Error) {
	isPicture := slices.ContainsFunc(extensions, func(ext string) bool { return strings.HasSuffix(strings.ToLower(c), ext) })
	if !isPicture {
		return data, nil
	}
	h, err := readHeader(data)
	drawing := strings.HasSuffix(strings.ToLower(c), ".svg")
	boxed := h.format == formatAVIF
	if h.width*h.height > maxPixels {
		h.orientation = 1 // nobody shows it: to turn it is not worth the memory
	}
	var out []byte
	if err == nil {
		out, err = p.kept(h, data)
	}
	switch {
	case err != nil && drawing:
		fault := unreadable(c, err)
		return nil, content.Pos{File: c}.Errorf("open it in a drawing program, and save it again as plain SVG", "%s", fault.Msg)
	case err != nil && boxed:
		fault := unreadable(c, err)
		return nil, content.Pos{File: c}.Errorf(fault.Hint, "%s", fault.Msg)
	case err != nil:
		return data, nil
	}
	return out, nil
}

// kept cleans a picture, and keeps those that must be coded again for the next build.
func (p *Pictures) kept(h header, data []byte) ([]byte, error) {
	if h.orientation == 1 {
		return p.clean(h, data)
	}
	key := sha256.Sum256([]byte(recipe + "whole\n" + string(data)))
	if out, ok := p.cache.get(key); ok {
		return out, nil
	}
	out, err := p.clean(h, data)
	if err != nil {
		return nil, fmt.Errorf("turning it: %w", err)
	}
	p.cache.put(key, out)
	return out, nil
}

var errNoDrawing = errors.New("there is no <svg> in it")
