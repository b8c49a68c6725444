package asset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/stix/stix2textregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// A card stands for a page where its address is shared: the page's title, large, with the name of the site, in the
// colours of the theme. All measures are pixels.
const (
	CardWidth  = 1200
	CardHeight = 630

	cardSpine    = 28 // the band of colour on the left
	cardMargin   = 88
	cardLargest  = 104 // of the title
	cardSmallest = 48
	cardSmall    = 32 // of the names
	cardFoot     = 64 // from the line above the names to their baseline
	cardLines    = 5
)

// CardStyle is what all cards of a site share.
type CardStyle struct {
	Host                           string
	Paper, Ink, Soft, Line, Accent color.RGBA
}

// cardRecipe is part of every card's name. It changes when the same title gives another picture.
const cardRecipe = "leadsite card 1\n"

// Card gives the address of the card of a title, on a site of a name. Make draws it. The card of a title that the embedded font cannot
// write (Chinese, Arabic and others) shows the site's name alone.
func (p *Pictures) Card(title, site string) (url string) {
	key := sha256.Sum256(fmt.Appendf([]byte(cardRecipe), "%q %q %+v", title, site, p.options.Style))
	path := "assets/cards/" + hex.EncodeToString(key[:8]) + ".png"
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cards[path] == nil {
		p.cards[path] = &job{
			wants: []want{{path: path}}, pixels: CardWidth * CardHeight,
			key:  func(want) [sha256.Size]byte { return key },
			make: func() ([][]byte, error) { return drawCard(p.options.Style, title, site) },
		}
	}
	return "/" + path
}

// cardFont is parsed when the first card is drawn.
var cardFont = sync.OnceValues(func() (*sfnt.Font, error) { return opentype.Parse(stix2textregular.TTF) })

func drawCard(style CardStyle, title, site string) ([][]byte, error) {
	typeface, err := cardFont()
	if err != nil {
		return nil, err
	}
	c := &card{style: style, font: typeface, image: image.NewRGBA(image.Rect(0, 0, CardWidth, CardHeight))}
	if err := c.draw(c.writable(title), c.writable(site)); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, c.indexed()); err != nil {
		return nil, err
	}
	return [][]byte{out.Bytes()}, nil
}

type card struct {
	style CardStyle
	font  *sfnt.Font
	image *image.RGBA
}

func (c *card) draw(title, site string) error {
	if title == "" || title == site {
		title, site = site, ""
	}
	c.fill(c.image.Bounds(), c.style.Paper)
	c.fill(image.Rect(0, 0, cardSpine, CardHeight), c.style.Accent)
	foot := CardHeight - cardMargin + 8
	c.fill(image.Rect(cardMargin, foot-cardFoot, CardWidth-cardMargin, foot-cardFoot+2), c.style.Line)

	small, err := c.face(cardSmall)
	if err != nil {
		return err
	}
	defer small.Close()
	c.write(small, site, cardMargin, foot, c.style.Ink)
	host := c.writable(c.style.Host)
	c.write(small, host, CardWidth-cardMargin-font.MeasureString(small, host).Ceil(), foot, c.style.Soft)
	return c.title(title)
}

// title writes the title as large as it fits, in the space between the mark and the foot.
func (c *card) title(title string) error {
	const width = CardWidth - 2*cardMargin
	for size := cardLargest; ; size -= 4 {
		face, err := c.face(size)
		if err != nil {
			return err
		}
		defer face.Close()
		lines, fits := wrap(face, title, width, cardLines)
		leading := size + size/8
		const room = CardHeight - 2*cardMargin - cardFoot - cardSmall
		if (!fits || len(lines)*leading > room) && size > cardSmallest {
			continue
		}
		top := cardMargin + size*3/4 - 8 // a capital is about three quarters as high as its letters' size
		for i, line := range balanced(face, title, width, lines) {
			c.write(face, line, cardMargin-2, top+i*leading, c.style.Ink)
		}
		return nil
	}
}

// balanced breaks a text into as many lines as it needs anyway, but of like length: the narrowest width that does.
func balanced(face font.Face, text string, width int, lines []string) []string {
	for narrower := width; narrower > width/3; narrower -= 12 {
		shorter, fits := wrap(face, text, narrower, len(lines))
		if !fits {
			break
		}
		lines = shorter
	}
	return lines
}

// wrap breaks a text into lines of a width. What does not fit into the lines ends in an ellipsis.
func wrap(face font.Face, text string, width, most int) (lines []string, fits bool) {
	limit := fixed.I(width)
	line := ""
	fits = true
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		if font.MeasureString(face, longer) <= limit {
			line = longer
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; font.MeasureString(face, line) > limit; fits = false {
			head := cut(face, line, limit)
			lines, line = append(lines, head), line[len(head):]
			if len(lines) > most {
				break
			}
		}
	}
	lines = append(lines, line)
	if len(lines) <= most {
		return lines, fits
	}
	lines = lines[:most]
	last := lines[most-1] + " …"
	for font.MeasureString(face, last) > limit {
		runes := []rune(strings.TrimSuffix(last, " …"))
		last = strings.TrimSpace(string(runes[:len(runes)-1])) + " …"
	}
	lines[most-1] = last
	return lines, false
}

// cut is as much of a word as fits, at least one character.
func cut(face font.Face, word string, limit fixed.Int26_6) string {
	end := 0
	for i, r := range word {
		next := i + len(string(r))
		if end > 0 && font.MeasureString(face, word[:next]) > limit {
			break
		}
		end = next
	}
	return word[:end]
}

func (c *card) face(size int) (font.Face, error) {
	return opentype.NewFace(c.font, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
}

func (c *card) write(face font.Face, text string, x, y int, ink color.RGBA) {
	d := font.Drawer{Dst: c.image, Src: image.NewUniform(ink), Face: face, Dot: fixed.P(x, y)}
	d.DrawString(text)
}

func (c *card) fill(r image.Rectangle, ink color.RGBA) {
	draw.Draw(c.image, r, image.NewUniform(ink), image.Point{}, draw.Src)
}

// writable is a text without what the font lacks: emoji and other signs are left out. It is "" when the text is of a
// script that the font has not, or that is written from right to left or with joined letters.
func (c *card) writable(text string) string {
	var kept strings.Builder
	var buffer sfnt.Buffer
	for _, r := range norm.NFC.String(text) {
		if unicode.IsSpace(r) {
			kept.WriteByte(' ')
			continue
		}
		glyph, err := c.font.GlyphIndex(&buffer, r)
		joined := unicode.In(r, unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Devanagari, unicode.Thai)
		switch has := err == nil && glyph != 0 && !joined; {
		case has && unicode.IsPrint(r):
			kept.WriteRune(r)
		case unicode.IsLetter(r), unicode.IsMark(r) && !unicode.Is(unicode.Variation_Selector, r), unicode.IsDigit(r):
			return ""
		}
	}
	return strings.Join(strings.Fields(kept.String()), " ")
}

// indexed is the card in the few colours that it has, which makes its file a third as large: steps from the paper to each ink.
func (c *card) indexed() image.Image {
	const steps = 63
	var palette color.Palette
	for _, ink := range []color.RGBA{c.style.Ink, c.style.Soft, c.style.Accent, c.style.Line} {
		for i := range steps {
			palette = append(palette, mix(c.style.Paper, ink, i, steps-1))
		}
	}
	index := make(map[color.RGBA]uint8)
	out := image.NewPaletted(c.image.Bounds(), palette)
	for y := range CardHeight {
		for x := range CardWidth {
			at := c.image.RGBAAt(x, y)
			i, ok := index[at]
			if !ok {
				i = uint8(palette.Index(at))
				index[at] = i
			}
			out.Pix[out.PixOffset(x, y)] = i
		}
	}
	return out
}

func mix(from, to color.RGBA, step, steps int) color.RGBA {
	part := func(a, b uint8) uint8 { return uint8((int(a)*(steps-step) + int(b)*step + steps/2) / steps) }
	return color.RGBA{part(from.R, to.R), part(from.G, to.G), part(from.B, to.B), 255}
}
