package asset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	_ "image/gif" // the formats that sites use
	_ "image/jpeg"
	_ "image/png"

	_ "golang.org/x/image/webp"
)

// The formats of pictures.
const (
	formatJPEG = "jpeg"
	formatPNG  = "png"
	formatGIF  = "gif"
	formatWebP = "webp"
	formatAVIF = "avif"
	formatSVG  = "svg"
)

// header is what a picture says of itself before its pixels are read.
type header struct {
	format        string
	width, height int    // in pixels, as stored; of a drawing as it says; 0: unknown
	orientation   int    // of EXIF, 1 to 8: how the stored pixels must be turned
	animated      bool   // more than one frame
	indexed       bool   // few colours, by a palette
	colours       []byte // what says which colours the numbers mean, as it stands in the file: ICC profile, gamma
}

// shown is the size after turning.
func (h header) shown() (width, height int) {
	if h.orientation >= 5 {
		return h.height, h.width
	}
	return h.width, h.height
}

// resizable says whether smaller copies of it are worth making.
func (h header) resizable() bool {
	return (h.format == formatJPEG || h.format == formatPNG) && !h.animated && !h.indexed
}

var errUnknownFormat = errors.New("it is neither JPEG, PNG, GIF, WebP, AVIF nor SVG")

// readHeader looks at the beginning of a picture. What the file is called does not matter.
func readHeader(data []byte) (header, error) {
	h := header{orientation: 1}
	switch {
	case len(data) == 0:
		return h, errors.New("it is empty")
	case isAVIF(data):
		h.format = formatAVIF
		h.width, h.height = sizeOfAVIF(data)
		return h, nil
	case looksLikeSVG(data):
		h.format = formatSVG
		h.width, h.height = sizeOfSVG(data)
		return h, nil
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if errors.Is(err, image.ErrFormat) {
		return h, errUnknownFormat
	}
	if err != nil {
		return h, err
	}
	h.format, h.width, h.height = format, config.Width, config.Height
	_, h.indexed = config.ColorModel.(color.Palette)
	switch format {
	case formatJPEG:
		err = h.readJPEG(data)
	case formatPNG:
		err = h.readPNG(data)
	case formatGIF:
		h.animated = true // whether or not: it is published as it is
	}
	return h, err
}

func (h *header) readJPEG(data []byte) error {
	cmyk := false
	err := segments(data, func(marker byte, part []byte) {
		switch {
		case marker == markerAPP1 && bytes.HasPrefix(part[4:], []byte("Exif\x00\x00")):
			if o := orientationOf(part[10:]); o != 0 {
				h.orientation = o
			}
		case isProfile(marker, part):
			h.colours = append(h.colours, part...)
		case marker >= 0xC0 && marker <= 0xC2 && len(part) > 9:
			cmyk = part[9] == 4
		}
	})
	if cmyk {
		h.colours = nil // of printing inks; the copies are of light
	}
	return err
}

func (h *header) readPNG(data []byte) error {
	gray := false
	return chunks(data, func(kind string, part []byte) {
		switch kind {
		case "IHDR":
			gray = len(part) > 17 && part[17]&2 == 0
		case "acTL":
			h.animated = true
		case "eXIf":
			if o := orientationOf(part[8 : len(part)-4]); o != 0 {
				h.orientation = o
			}
		case "gAMA", "cHRM", "sRGB", "cICP":
			h.colours = append(h.colours, part...)
		case "iCCP":
			if !gray { // a profile of grays does not fit copies that have colours
				h.colours = append(h.colours, part...)
			}
		}
	})
}

// orientationOf finds how to turn a picture in its EXIF data, a little TIFF file; 0: it does not say.
func orientationOf(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if tiff[0] == 'M' {
		order = binary.BigEndian
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 0
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < 12 {
			return 0
		}
		const orientationTag = 0x0112
		if order.Uint16(entries) == orientationTag {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

func isAVIF(data []byte) bool {
	return len(data) >= 12 && string(data[4:8]) == "ftyp" && (string(data[8:12]) == "avif" || string(data[8:12]) == "avis")
}

// sizeOfAVIF is the largest size among the items of an AVIF file: the picture itself, not its thumbnail. The sizes stand in
// boxes named ispe near the beginning.
func sizeOfAVIF(data []byte) (width, height int) {
	data = data[:min(len(data), 64<<10)]
	for {
		i := bytes.Index(data, []byte("ispe"))
		if i < 0 || len(data) < i+16 {
			return width, height
		}
		w, h := int(binary.BigEndian.Uint32(data[i+8:])), int(binary.BigEndian.Uint32(data[i+12:]))
		if w < 1<<16 && h < 1<<16 && w*h > width*height {
			width, height = w, h
		}
		data = data[i+16:]
	}
}

// maxPixels is how large a picture may be.
const maxPixels = 20_000_000

// Fault says what is wrong with a picture, and what to do.
type Fault struct {
	Msg, Hint string
}

func tooLarge(address string, h header) *Fault {
	return &Fault{Msg: fmt.Sprintf("the picture %s has %.1f megapixels (%d by %d), and 20 are the most", address,
		float64(h.width)*float64(h.height)/1e6, h.width, h.height),
		Hint: "save it smaller: 2400 pixels are wide enough for every screen"}
}

func unreadable(address string, err error) *Fault {
	return &Fault{Msg: fmt.Sprintf("the picture %s cannot be read: %v", address, err),
		Hint: "it may be broken or cut off: save it again, as JPEG or PNG"}
}
