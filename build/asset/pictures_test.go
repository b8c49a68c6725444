package asset_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/site"
)

// gallery is the pictures of a site, by path on it.
func gallery(files map[string][]byte, cache string) *asset.Pictures {
	source := fstest.MapFS{}
	var copies []site.Copy
	for name, data := range files {
		source["content/"+name] = &fstest.MapFile{Data: data}
		copies = append(copies, site.Copy{Path: name, From: content.File{Path: name}})
	}
	return asset.NewPictures(asset.PictureOptions{Source: source, Copies: copies, Cache: cache, Minify: minify.New().File, Now: time.Now(),
		Style: asset.CardStyle{Host: "example.com", Paper: color.RGBA{250, 250, 252, 255}, Ink: color.RGBA{20, 30, 50, 255},
			Soft: color.RGBA{90, 95, 110, 255}, Line: color.RGBA{200, 205, 220, 255}, Accent: color.RGBA{0, 90, 140, 255}}})
}

var here = asset.Use{Key: "a", At: func() content.Pos { return content.Pos{File: "content/a.md", Line: 4, Col: 2} }}

// find wants a picture without a fault.
func find(t testing.TB, p *asset.Pictures, address string) *asset.Picture {
	t.Helper()
	found, fault := p.Find(address, here)
	if fault != nil || found == nil {
		t.Fatalf("%s: got %v, %v", address, found, fault)
	}
	return found
}

// finish makes everything that was asked for. Done is how many pictures had to be made.
func finish(t testing.TB, p *asset.Pictures) (files map[string][]byte, done int, problems *content.Problems) {
	t.Helper()
	var mu sync.Mutex
	files, problems = map[string][]byte{}, &content.Problems{}
	put := func(path string, data []byte) error {
		mu.Lock()
		defer mu.Unlock()
		if _, twice := files[path]; twice {
			return fmt.Errorf("%s is put twice", path)
		}
		files[path] = data
		return nil
	}
	err := p.Make(context.Background(), put, func(now, _ int) { done = now }, problems)
	if err != nil {
		t.Fatal(err)
	}
	return files, done, problems
}

// photo is a picture with soft changes, as a camera takes it.
func photo(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetRGBA(x, y, color.RGBA{uint8(40 + 180*x/w), uint8(60 + 120*y/h), uint8(90 + (x/7+y/11)%60), 255})
		}
	}
	return img
}

func asJPEG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 92}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// segment is one segment of a JPEG.
func segment(marker byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(body)+2)), body...)
}

// exif says how a picture is to be turned, and something that nobody should read.
func exif(order binary.AppendByteOrder, orientation int) string {
	mark := map[bool]string{true: "II", false: "MM"}[order == binary.LittleEndian]
	b := order.AppendUint32(order.AppendUint16([]byte(mark), 42), 8)
	b = order.AppendUint16(b, 2)
	b = append(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x010F), 2), 4), "GPS1"...)
	b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1)
	b = order.AppendUint16(order.AppendUint16(b, uint16(orientation)), 0)
	return "Exif\x00\x00" + string(order.AppendUint32(b, 0)) + "SECRET place"
}

// into puts parts behind the first n bytes of a file.
func into(data []byte, n int, parts ...[]byte) []byte {
	return slices.Concat(data[:n], slices.Concat(parts...), data[n:])
}

func chunk(kind, body string) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind+body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func TestCopiesAreNarrowerAndNamedByContent(t *testing.T) {
	p := gallery(map[string][]byte{"trip/Big Boat.jpg": asJPEG(t, photo(1800, 900)), "small.png": asPNG(t, photo(300, 200))}, "")
	boat := find(t, p, "/trip/Big%20Boat.jpg")
	var widths []int
	for _, s := range boat.Sizes {
		widths = append(widths, s.Width)
	}
	if !slices.Equal(widths, []int{480, 800, 1200, 1600, 1800}) {
		t.Errorf("got widths %v", widths)
	}
	if boat.Width != 1800 || boat.Height != 900 || boat.Src != boat.Sizes[2].URL || !strings.HasPrefix(boat.Src, "/assets/images/big-boat.") {
		t.Errorf("got %+v", boat)
	}
	small := find(t, p, "/small.png")
	if small.Sizes != nil || small.Width != 300 {
		t.Errorf("got %+v", small)
	}
	files, done, _ := finish(t, p)
	if done != 2 {
		t.Errorf("made %d, want 2", done)
	}
	for _, s := range boat.Sizes {
		config, format, err := image.DecodeConfig(bytes.NewReader(files[s.URL[1:]]))
		if err != nil || format != "jpeg" || config.Width != s.Width || config.Height != s.Width/2 {
			t.Errorf("%s is %d by %d, %s, %v", s.URL, config.Width, config.Height, format, err)
		}
	}
	if len(files) != len(boat.Sizes)+1 {
		t.Errorf("got %v", slices.Sorted(maps.Keys(files)))
	}
}

func TestNoCopyIsWiderThanItsSource(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(1, 3000).Draw(t, "w"), rapid.IntRange(1, 40).Draw(t, "h")
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
			t.Fatal(err)
		}
		found, fault := gallery(map[string][]byte{"a.png": out.Bytes()}, "").Find("/a.png", here)
		if fault != nil || found.Width != w || found.Height != h {
			t.Fatalf("got %+v, %v", found, fault)
		}
		last := 0
		for _, s := range found.Sizes {
			if s.Width <= last || s.Width > w {
				t.Fatalf("widths %v of a picture that is %d wide", found.Sizes, w)
			}
			last = s.Width
		}
	})
}

// TestOrientation stores one upright picture in the eight ways that cameras have: the side of the picture at which the
// stored rows begin, and that at which the columns do, as the standard's table names them.
func TestOrientation(t *testing.T) {
	sides := []string{1: "top left", "top right", "bottom right", "bottom left", "left top", "right top", "right bottom", "left bottom"}
	const w, h = 120, 80
	colours := map[[2]bool]color.RGBA{{false, false}: {200, 30, 30, 255}, {true, false}: {30, 160, 40, 255}, {false, true}: {40, 60, 200, 255}, {true, true}: {230, 220, 60, 255}}
	at := func(x, y int) color.RGBA { return colours[[2]bool{x >= w/2, y >= h/2}] }
	for o := 1; o <= 8; o++ {
		for _, format := range []string{"jpg", "png"} {
			t.Run(fmt.Sprint(o, format), func(t *testing.T) {
				rows, columns, _ := strings.Cut(sides[o], " ")
				stored := image.NewRGBA(image.Rect(0, 0, w, h))
				if rows == "left" || rows == "right" {
					stored = image.NewRGBA(image.Rect(0, 0, h, w))
				}
				for y := range stored.Bounds().Dy() {
					for x := range stored.Bounds().Dx() {
						place := map[string]int{rows: y, columns: x}
						px, left := place["left"]
						py, top := place["top"]
						if !left {
							px = w - 1 - place["right"]
						}
						if !top {
							py = h - 1 - place["bottom"]
						}
						stored.SetRGBA(x, y, at(px, py))
					}
				}
				var data []byte
				if format == "jpg" {
					data = into(asJPEG(t, stored), 2, segment(0xE1, exif(binary.BigEndian, o)))
				} else {
					data = into(asPNG(t, stored), 33, chunk("eXIf", exif(binary.LittleEndian, o)[6:]))
				}
				p := gallery(map[string][]byte{"a." + format: data}, "")
				found := find(t, p, "/a."+format)
				files, _, _ := finish(t, p)
				whole, fault := p.Original("content/a."+format, data)
				if fault != nil {
					t.Fatal(fault)
				}
				for name, data := range map[string][]byte{"copy": files[found.Src[1:]], "original": whole} {
					img, _, err := image.Decode(bytes.NewReader(data))
					if err != nil || img.Bounds().Dx() != w || img.Bounds().Dy() != h || found.Width != w || found.Height != h {
						t.Fatalf("the %s is %v, %v; the page says %d by %d", name, img.Bounds(), err, found.Width, found.Height)
					}
					for _, corner := range []image.Point{{10, 10}, {w - 10, 10}, {10, h - 10}, {w - 10, h - 10}} {
						if far(img.At(corner.X, corner.Y), at(corner.X, corner.Y)) > 12 {
							t.Errorf("the %s has %v at %v, want %v", name, img.At(corner.X, corner.Y), corner, at(corner.X, corner.Y))
						}
					}
					if bytes.Contains(data, []byte("SECRET")) {
						t.Errorf("the %s keeps what the camera wrote", name)
					}
				}
			})
		}
	}
}

// far is the largest difference of two colours in one of their parts.
func far(a, b color.Color) int {
	ar, ag, ab, aa := a.RGBA()
	br, bg, bb, ba := b.RGBA()
	most := 0
	for _, d := range []int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb), int(aa) - int(ba)} {
		most = max(most, d>>8, -d>>8)
	}
	return most
}

func TestColoursStay(t *testing.T) {
	big := photo(1600, 1000)
	clear := image.NewNRGBA(image.Rect(0, 0, 1000, 500))
	for i := range clear.Pix {
		clear.Pix[i] = []byte{240, 80, 10, 128}[i%4]
	}
	p := gallery(map[string][]byte{"a.jpg": asJPEG(t, big), "b.png": asPNG(t, big), "c.png": asPNG(t, clear)}, "")
	for _, name := range []string{"/a.jpg", "/b.png", "/c.png"} {
		find(t, p, name)
	}
	files, _, _ := finish(t, p)
	for name, src := range map[string]image.Image{"/a.jpg": big, "/b.png": big, "/c.png": clear} {
		found := find(t, p, name)
		img, _, err := image.Decode(bytes.NewReader(files[found.Sizes[0].URL[1:]]))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := mean(img), mean(src); far(got, want) > 1 {
			t.Errorf("%s: the narrowest copy is %v on the whole, want %v", name, got, want)
		}
	}
}

func mean(img image.Image) color.Color {
	var sum [4]uint64
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, a := img.At(x, y).RGBA()
			for i, v := range []uint32{r, g, bl, a} {
				sum[i] += uint64(v)
			}
		}
	}
	n := uint64(b.Dx() * b.Dy())
	return color.RGBA64{uint16(sum[0] / n), uint16(sum[1] / n), uint16(sum[2] / n), uint16(sum[3] / n)}
}

// TestProfilesStay: without its profile a copy would show other colours than the source.
func TestProfilesStay(t *testing.T) {
	profile := segment(0xE2, "ICC_PROFILE\x00\x01\x01a profile of colours")
	iccp := chunk("iCCP", "wide\x00\x00squeezed")
	jpg := into(asJPEG(t, photo(1000, 500)), 2, profile)
	p := gallery(map[string][]byte{"a.jpg": jpg, "b.png": into(asPNG(t, photo(1000, 500)), 33, iccp)}, "")
	a, b := find(t, p, "/a.jpg"), find(t, p, "/b.png")
	files, _, _ := finish(t, p)
	for _, s := range append(a.Sizes, b.Sizes...) {
		if data := files[s.URL[1:]]; !bytes.Contains(data, profile) && !bytes.Contains(data, iccp) {
			t.Errorf("%s lost its profile", s.URL)
		}
	}
	cmyk := asJPEG(t, photo(50, 50))
	if whole, _ := p.Original("content/a.jpg", into(cmyk, 2, profile)); !bytes.Contains(whole, profile) {
		t.Error("the original lost its profile")
	}
}

func TestMetadataIsStripped(t *testing.T) {
	jpg := into(asJPEG(t, photo(60, 40)), 2, segment(0xE1, exif(binary.LittleEndian, 1)), segment(0xE1, "http://ns.adobe.com/xap/1.0/\x00SECRET"),
		segment(0xED, "Photoshop 3.0\x00SECRET"), segment(0xFE, "SECRET"), segment(0xE0, "JFXX\x00SECRET"))
	jpg = append(jpg, "SECRET film behind the end"...)
	pic := into(asPNG(t, photo(60, 40)), 33, chunk("tEXt", "Author\x00SECRET"), chunk("tIME", "SECRET!"), chunk("eXIf", exif(binary.BigEndian, 1)[6:]))
	pic = append(pic, "SECRET"...)
	webp := riff(vp8x+"EXIF\x06\x00\x00\x00SECRET", "XMP \x06\x00\x00\x00SECRET")
	p := gallery(nil, "")
	for name, data := range map[string][]byte{"content/a.jpg": jpg, "content/b.PNG": pic, "content/c.webp": webp} {
		out, fault := p.Original(name, data)
		if fault != nil || bytes.Contains(out, []byte("SECRET")) {
			t.Errorf("%s: got %q, %v", name, out, fault)
		}
		if name == "content/c.webp" {
			if out[20] != 0x10 || int(binary.LittleEndian.Uint32(out[4:])) != len(out)-8 {
				t.Errorf("the head of the WebP file does not fit: % x", out[:24])
			}
			continue
		}
		was, _, _ := image.Decode(bytes.NewReader(data))
		is, _, err := image.Decode(bytes.NewReader(out))
		if err != nil || mean(was) != mean(is) {
			t.Errorf("%s has other pixels: %v", name, err)
		}
	}
}

// vp8x is the head of a WebP file with transparency, EXIF and XMP, of 3 by 2 pixels.
const vp8x = "VP8X\x0a\x00\x00\x00\x1c\x00\x00\x00\x02\x00\x00\x01\x00\x00"

func riff(chunks ...string) []byte {
	body := "WEBP" + strings.Join(chunks, "")
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestBetterFormatsAreOfferedFirst(t *testing.T) {
	avif := "\x00\x00\x00\x14ftypavif\x00\x00\x00\x00mif1" + "\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x20"
	p := gallery(map[string][]byte{"boat.jpg": asJPEG(t, photo(64, 32)), "boat.webp": riff(vp8x), "boat.avif": []byte(avif)}, "")
	boat := find(t, p, "/boat.jpg")
	if len(boat.Better) != 2 || boat.Better[0].Type != "image/avif" || boat.Better[1].Type != "image/webp" {
		t.Fatalf("got %+v", boat.Better)
	}
	if a := find(t, p, "/boat.avif"); a.Width != 64 || a.Height != 32 {
		t.Errorf("got %+v", a)
	}
	files, _, problems := finish(t, p)
	for _, b := range boat.Better {
		if len(files[b.URL[1:]]) == 0 {
			t.Errorf("%s is not made", b.URL)
		}
	}
	if errs := problems.Errors(); len(errs) > 0 {
		t.Error(errs)
	}
}

// TestAnimationsStay: copies would show their first frame alone.
func TestAnimationsStay(t *testing.T) {
	gif := "GIF89a\xe8\x03\xe8\x03\x80\x00\x00\x00\x00\x00\xff\xff\xff" + "!\xfe\x07comment\x00;"
	apng := into(asPNG(t, photo(1000, 100)), 33, chunk("acTL", "\x00\x00\x00\x02\x00\x00\x00\x00"))
	p := gallery(map[string][]byte{"a.gif": []byte(gif), "b.png": apng}, "")
	a, b := find(t, p, "/a.gif"), find(t, p, "/b.png")
	files, _, _ := finish(t, p)
	if a.Sizes != nil || string(files[a.Src[1:]]) != gif || a.Width != 1000 {
		t.Errorf("got %+v", a)
	}
	if b.Sizes != nil || !bytes.Contains(files[b.Src[1:]], []byte("acTL")) {
		t.Errorf("got %+v", b)
	}
}

// TestSameBytes pins what is made. When it fails because a library or a new Go encodes otherwise, `recipe` must change
// too: files are kept for ever under names that say nothing of their encoder.
func TestSameBytes(t *testing.T) {
	want := map[string]string{"480": "80a2ff31abe2", "800": "0933d586e8af", "card": "3e028f0a3299"}
	for _, procs := range []int{1, 2, 7} {
		before := runtime.GOMAXPROCS(procs)
		p := gallery(map[string][]byte{"a.jpg": asJPEG(t, photo(1000, 700)), "b.png": asPNG(t, photo(900, 300))}, "")
		jpg := find(t, p, "/a.jpg")
		find(t, p, "/b.png")
		card := p.Card("Über Größe – and “quotes”", "Ropes")
		files, _, _ := finish(t, p)
		runtime.GOMAXPROCS(before)
		for name, url := range map[string]string{"480": jpg.Sizes[0].URL, "800": jpg.Sizes[1].URL, "card": card} {
			sum := sha256.Sum256(files[url[1:]])
			if got := hex.EncodeToString(sum[:6]); got != want[name] {
				t.Errorf("%s on %d processors is %s, want %s", name, procs, got, want[name])
			}
		}
	}
}

func TestEachIsMadeOnce(t *testing.T) {
	cache := t.TempDir()
	files := map[string][]byte{"a.jpg": asJPEG(t, photo(900, 600)), "b/a.jpg": asJPEG(t, photo(900, 600))}
	round := func() (map[string][]byte, int) {
		p := gallery(files, cache)
		find(t, p, "/a.jpg")
		find(t, p, "/b/a.jpg")
		p.Card("Title", "Ropes")
		p.Card("Title", "Ropes")
		out, done, _ := finish(t, p)
		return out, done
	}
	first, made := round()
	if made != 2 || len(first) != 4 {
		t.Errorf("made %d and %v: want one picture, though there are two of it, and one card", made, slices.Sorted(maps.Keys(first)))
	}
	second, again := round()
	if again != 0 || !maps.EqualFunc(first, second, bytes.Equal) {
		t.Errorf("made %d again", again)
	}
	damage(t, cache)
	third, mended := round()
	if mended != 2 || !maps.EqualFunc(first, third, bytes.Equal) {
		t.Errorf("of a damaged cache %d were made, and equal is %v", mended, maps.EqualFunc(first, third, bytes.Equal))
	}
	if _, again := round(); again != 0 {
		t.Error("the damage was not mended")
	}
}

// damage cuts some files of a cache, exchanges others and flips bits of the rest.
func damage(t *testing.T, cache string) {
	t.Helper()
	n := 0
	var other []byte
	err := filepath.WalkDir(cache, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "swept" {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		was := data
		switch n++; {
		case n == 1:
			data = data[:len(data)/2]
		case n == 2 && other != nil:
			data = other
		default:
			data[len(data)-1] ^= 1
		}
		other = was
		return os.WriteFile(file, data, 0o644)
	})
	if err != nil || n != 4 {
		t.Fatal(n, err)
	}
}

func TestBuildsBesideEachOther(t *testing.T) {
	cache := t.TempDir()
	files := map[string][]byte{"a.png": asPNG(t, photo(700, 300)), "b.jpg": asJPEG(t, photo(1100, 300))}
	results := make([]map[string][]byte, 4)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			p := gallery(files, cache)
			find(t, p, "/a.png")
			find(t, p, "/b.jpg")
			results[i], _, _ = finish(t, p)
		})
	}
	group.Wait()
	for _, r := range results {
		if len(r) == 0 || !maps.EqualFunc(r, results[0], bytes.Equal) {
			t.Error("two builds made different files")
		}
	}
}

func TestBrokenPictures(t *testing.T) {
	whole := asJPEG(t, photo(200, 100))
	huge := into(asPNG(t, photo(2, 2))[:8], 8, chunk("IHDR", "\x00\x00\x17\x70\x00\x00\x0f\xa0\x08\x02\x00\x00\x00"))
	for name, tc := range map[string]struct {
		data []byte
		want string
	}{
		"empty.png":  {nil, "the picture /empty.png cannot be read: it is empty"},
		"text.png":   {[]byte("no picture"), "the picture /text.png cannot be read: it is neither JPEG, PNG, GIF, WebP, AVIF nor SVG"},
		"huge.png":   {huge, "the picture /huge.png has 24.0 megapixels (6000 by 4000), and 20 are the most"},
		"cut.jpg":    {whole[:len(whole)/2], "the picture /cut.jpg cannot be read: unexpected EOF"},
		"script.svg": {[]byte("<svg><script></svg>"), "the picture /script.svg cannot be read: XML syntax error on line 1: element <script> closed by </svg>"},
	} {
		t.Run(name, func(t *testing.T) {
			p := gallery(map[string][]byte{name: tc.data}, "")
			_, fault := p.Find("/"+name, here)
			got := ""
			if fault != nil {
				got = fault.Msg
			} else if _, _, problems := finish(t, p); len(problems.Errors()) == 1 {
				e := problems.Errors()[0]
				got = strings.TrimPrefix(e.Error(), "content/a.md:4:2: ")
				if e.Hint == "" {
					t.Error("there is no hint")
				}
			}
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestCards(t *testing.T) {
	p := gallery(nil, "")
	titles := []string{"Short", strings.Repeat("A long title about ropes and the sea ", 12), strings.Repeat("w", 300), "日本語", "مرحبا", "🚀", "", "Ropes"}
	urls := map[string]string{}
	for _, title := range titles {
		urls[title] = p.Card(title, "Ropes")
	}
	files, _, problems := finish(t, p)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	for title, url := range urls {
		data := files[url[1:]]
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds() != image.Rect(0, 0, 1200, 630) || len(data) > 60_000 {
			t.Errorf("%.20q: %v, %d bytes, %v", title, img.Bounds(), len(data), err)
		}
		for y := range 630 { // nothing runs over the edge
			if far(img.At(1199, y), color.RGBA{250, 250, 252, 255}) > 4 {
				t.Errorf("%.20q reaches the edge", title)
				break
			}
		}
	}
	name := files[urls["Ropes"][1:]]
	for _, title := range []string{"日本語", "مرحبا", "🚀", ""} {
		if !bytes.Equal(files[urls[title][1:]], name) {
			t.Errorf("the card of %q is not that of the site's name", title)
		}
	}
	if bytes.Equal(files[urls["Short"][1:]], name) {
		t.Error("a title makes no difference")
	}
}

// FuzzHeader: whatever a file begins with, looking at it and cleaning it ends, without a panic, and what comes of a
// picture can be looked at again.
func FuzzHeader(f *testing.F) {
	f.Add(into(asJPEG(f, photo(20, 10)), 2, segment(0xE1, exif(binary.BigEndian, 6))))
	f.Add(into(asPNG(f, photo(20, 10)), 33, chunk("eXIf", exif(binary.LittleEndian, 3)[6:])))
	f.Add(riff(vp8x + "EXIF\x06\x00\x00\x00SECRET"))
	for version := range 3 {
		f.Add(avif(version, 1))
	}
	f.Add([]byte("\x00\x00\x00\x14ftypavif\x00\x00\x00\x00mif1\x00\x00\x00\x14ispe\x00\x00\x00\x00\x00\x00\x00\x40\x00\x00\x00\x20"))
	f.Add([]byte(`<svg viewBox="0 0 1e99 2"><a href="x"/></svg>`))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00eXIf\x00\x00\x00\x00"))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x02\xff\xe2\x00\x04"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, ext := range []string{"jpg", "png", "webp", "avif", "gif"} {
			p := gallery(map[string][]byte{"a." + ext: data}, "")
			found, fault := p.Find("/a."+ext, here)
			if (found == nil) == (fault == nil) {
				t.Fatalf("got %v and %v", found, fault)
			}
			if found == nil || found.Width*found.Height > 1_000_000 {
				continue
			}
			if found.Width < 0 || found.Height < 0 {
				t.Fatalf("got %+v", found)
			}
			finish(t, p)
			p.Original("content/a."+ext, data)
		}
	})
}
