package asset

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"unicode"

	"github.com/lucasb-eyer/go-colorful"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Tile is a square PNG with the first letter or digit of a title, light on the theme's accent. It stands for a site
// whose own picture is an SVG, which cannot be turned into pixels here. A letter that the font lacks leaves it plain.
func Tile(title string, hue float64, size int) ([]byte, error) {
	accent, light := colorful.OkLch(0.46, 0.105, hue).Clamped(), colorful.OkLch(0.985, 0.01, hue).Clamped()
	tile := image.NewPaletted(image.Rect(0, 0, size, size), shades(accent, light))
	draw.Draw(tile, tile.Bounds(), image.NewUniform(accent), image.Point{}, draw.Src)
	if err := write(tile, light, title); err != nil {
		return nil, fmt.Errorf("drawing the icon: %w", err)
	}
	var out bytes.Buffer
	err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, tile)
	return out.Bytes(), err
}

// shades are the colours between two, which is all that a letter's edges need.
func shades(from, to colorful.Color) color.Palette {
	const steps = 16
	palette := make(color.Palette, steps)
	for i := range palette {
		r, g, b := from.BlendRgb(to, float64(i)/(steps-1)).Clamped().RGB255()
		palette[i] = color.RGBA{r, g, b, 255}
	}
	return palette
}

// write puts the title's first letter into the middle of a picture.
func write(tile draw.Image, ink color.Color, title string) error {
	at := strings.IndexFunc(title, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) })
	if at < 0 {
		return nil
	}
	letter := string(unicode.ToUpper([]rune(title[at:])[0]))
	parsed, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return err
	}
	size := tile.Bounds().Dx()
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(size) * 0.62, DPI: 72})
	if err != nil {
		return err
	}
	defer face.Close()
	if i, err := parsed.GlyphIndex(nil, []rune(letter)[0]); err != nil || i == 0 {
		return err
	}
	bounds, _ := font.BoundString(face, letter)
	middle := fixed.I(size) / 2
	pen := font.Drawer{Dst: tile, Src: image.NewUniform(ink), Face: face,
		Dot: fixed.Point26_6{X: middle - (bounds.Min.X+bounds.Max.X)/2, Y: middle - (bounds.Min.Y+bounds.Max.Y)/2}}
	pen.DrawString(letter)
	return nil
}
