package asset

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
)

// Cleaning takes out of a picture's file what a photographer's camera wrote beside the pixels: where and when it was
// taken, with which camera, thumbnails, comments, and whatever stands behind its end. What says how the colours are
// meant stays. The pixels are not coded again.

const (
	markerSOI   = 0xD8
	markerEOI   = 0xD9
	markerSOS   = 0xDA
	markerAPP0  = 0xE0
	markerAPP1  = 0xE1
	markerAPP2  = 0xE2
	markerAPP14 = 0xEE
	markerAPP15 = 0xEF
	markerCOM   = 0xFE
)

var errCutOff = errors.New("unexpected EOF")

// segments calls f for each segment of a JPEG between its beginning and its end, from its 0xFF on. Behind the head of a
// scan its coded pixels belong to the segment.
func segments(data []byte, f func(marker byte, part []byte)) error {
	if len(data) < 4 || data[0] != 0xFF || data[1] != markerSOI {
		return errUnknownFormat
	}
	data = data[2:]
	for {
		for len(data) > 1 && data[0] == 0xFF && data[1] == 0xFF { // fill
			data = data[1:]
		}
		switch {
		case len(data) < 2:
			return errCutOff
		case data[0] != 0xFF:
			data = data[1:] // stray bytes between segments, which decoders pass over too
			continue
		case data[1] == markerEOI:
			return nil
		case data[1] == 0 || data[1] >= 0xD0 && data[1] <= 0xD7 || data[1] == 1: // no segments
			data = data[2:]
			continue
		case len(data) < 4:
			return errCutOff
		}
		end := 2 + int(binary.BigEndian.Uint16(data[2:]))
		if end < 4 || end > len(data) {
			return errCutOff
		}
		if data[1] == markerSOS {
			end += codedLength(data[end:])
		}
		f(data[1], data[:end])
		data = data[end:]
	}
}

// codedLength is how many bytes the coded pixels of a scan take: up to the next marker that is none of theirs.
func codedLength(data []byte) int {
	for i := 0; i+1 < len(data); i++ {
		if next := data[i+1]; data[i] == 0xFF && next != 0 && (next < 0xD0 || next > 0xD7) {
			return i
		}
	}
	return len(data)
}

func isProfile(marker byte, part []byte) bool {
	return marker == markerAPP2 && bytes.HasPrefix(part[4:], []byte("ICC_PROFILE\x00"))
}

func cleanJPEG(data []byte) ([]byte, error) {
	out := []byte{0xFF, markerSOI}
	err := segments(data, func(marker byte, part []byte) {
		application := marker >= markerAPP0 && marker <= markerAPP15
		jfif := marker == markerAPP0 && bytes.HasPrefix(part[4:], []byte("JFIF\x00")) && len(part) == 18 // without a thumbnail
		if application && !jfif && marker != markerAPP14 && !isProfile(marker, part) || marker == markerCOM {
			return
		}
		out = append(out, part...)
	})
	return append(out, 0xFF, markerEOI), err
}

const pngHead = "\x89PNG\r\n\x1a\n"

// chunks calls f for each chunk of a PNG, from its length to its checksum, up to the last.
func chunks(data []byte, f func(kind string, part []byte)) error {
	rest, ok := bytes.CutPrefix(data, []byte(pngHead))
	if !ok {
		return errUnknownFormat
	}
	for {
		if len(rest) < 12 {
			return errCutOff
		}
		end := 12 + uint64(binary.BigEndian.Uint32(rest))
		if end > uint64(len(rest)) {
			return errCutOff
		}
		kind := string(rest[4:8])
		f(kind, rest[:end])
		if kind == "IEND" {
			return nil
		}
		rest = rest[end:]
	}
}

func cleanPNG(data []byte) ([]byte, error) {
	keep := []string{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "sBIT", "acTL", "fcTL", "fdAT"}
	out := []byte(pngHead)
	err := chunks(data, func(kind string, part []byte) {
		if slices.Contains(keep, kind) {
			out = append(out, part...)
		}
	})
	return out, err
}

// cleanWebP takes the chunks EXIF and XMP out of a WebP file.
func cleanWebP(data []byte) ([]byte, error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WEBP" {
		return nil, errUnknownFormat
	}
	out := bytes.Clone(data[:12])
	for rest := data[12:]; len(rest) > 0; {
		if len(rest) < 8 {
			return nil, errCutOff
		}
		size := uint64(binary.LittleEndian.Uint32(rest[4:]))
		end := 8 + size + size&1
		if end == uint64(len(rest))+1 { // the last chunk's padding is missing
			end--
		}
		if end > uint64(len(rest)) {
			return nil, errCutOff
		}
		chunk := bytes.Clone(rest[:end])
		switch string(chunk[:4]) {
		case "EXIF", "XMP ":
			chunk = nil
		case "VP8X":
			if size > 0 {
				chunk[8] &^= 0x08 | 0x04 // says that there are such chunks
			}
		}
		out, rest = append(out, chunk...), rest[end:]
		if len(rest) > 0 && string(rest[:min(4, len(rest))]) == "\x00\x00\x00\x00" {
			break // padding behind the end
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// withColours puts what says how colours are meant into a JPEG or PNG that we made.
func withColours(format string, data, colours []byte) []byte {
	at := 2 // behind SOI
	if format == formatPNG {
		at = len(pngHead) + 12 + 13 // behind IHDR
	}
	return slices.Concat(data[:at], colours, data[at:])
}
