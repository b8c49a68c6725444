package asset_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// box is one box of an AVIF file.
func box(kind string, parts ...string) string {
	body := strings.Join(parts, "")
	return string(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))) + kind + body
}

func u16(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// avif is a file of three items, as cameras and image programs lay them out: the coded picture and what the camera
// wrote in mdat, and a description in idat. Its list of places is of a version, with counts and numbers of other widths.
func avif(version, way int) []byte {
	wide := func(n int) string { // a number of an item
		if version == 2 {
			return u32(n)
		}
		return u16(n)
	}
	exif := "\x00\x00\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00SECRET: 52.5 N 13.4 E"
	about := "<x:xmpmeta>SECRET</x:xmpmeta>"
	pixels := "the coded picture"
	item := func(id int, way int, from string, length int) string {
		out := wide(id)
		if version > 0 {
			out += u16(way)
		}
		return out + u16(0) + u16(1) + from + u32(length)
	}
	file := func(mdat int) string {
		if version == 0 {
			way = 0
		}
		place := u32(0)
		if way == 0 {
			place = u32(mdat + len(pixels) + len(exif))
		}
		infe := func(id int, kind string) string {
			return box("infe", "\x02\x00\x00\x00", u16(id), u16(0), kind, "\x00")
		}
		meta := box("meta", u32(0),
			box("iinf", u32(0), u16(3), infe(1, "av01"), infe(2, "Exif"), infe(3, "mime")),
			box("iloc", string([]byte{byte(version), 0, 0, 0, 0x44, 0}), wide(3),
				item(1, 0, u32(mdat), len(pixels)), item(2, 0, u32(mdat+len(pixels)), len(exif)), item(3, way, place, len(about))),
			box("iprp", box("ipco", box("ispe", u32(0), u32(64), u32(32)))),
			box("idat", about))
		return box("ftyp", "avif", u32(0), "mif1") + box("uuid", strings.Repeat("u", 16), "SECRET") + meta +
			box("moov", box("udta", "SECRET"), box("trak", box("meta", "SECRET"))) + box("free", "SECRET of before") + box("mdat", pixels, exif, about)
	}
	at := strings.Index(file(0), pixels)
	return []byte(file(at))
}

func TestMetadataOfAVIF(t *testing.T) {
	for version := range 3 {
		for way := range 2 {
			data := avif(version, way)
			p := gallery(map[string][]byte{"a.avif": data}, "")
			out, fault := p.Original("content/a.avif", data)
			if fault != nil {
				t.Fatal(fault)
			}
			// What idat holds is overwritten when it is the item, and what mdat holds likewise: the other is no item.
			left := bytes.Count(out, []byte("SECRET"))
			if want := 1; left != want || len(out) != len(data) || !bytes.Contains(out, []byte("the coded picture")) {
				t.Errorf("version %d, way %d: %d of it are left, want %d: %q", version, way, left, want, out)
			}
			if bytes.Contains(out, []byte("52.5")) || !bytes.Contains(out, []byte("\x00\x00\x00\x00II*\x00\x08\x00\x00\x00\x00\x00")) {
				t.Errorf("the place is left, or no empty list stands for it: %q", out)
			}
			if found := find(t, p, "/a.avif"); found.Width != 64 || found.Height != 32 {
				t.Errorf("got %+v", found)
			}
			if files, _, problems := finish(t, p); len(problems.Errors()) > 0 || len(files) != 1 {
				t.Error(problems.Errors())
			}
		}
	}
}

// Whoever cannot find the metadata does not publish the file.
func TestAVIFThatCannotBeReadIsRefused(t *testing.T) {
	whole := avif(1, 0)
	for name, data := range map[string][]byte{
		"cut off":            whole[:len(whole)-9],
		"places outside":     bytes.Replace(whole, u32Bytes(len("<x:xmpmeta>SECRET</x:xmpmeta>")), u32Bytes(1<<30), 1),
		"an unknown version": bytes.Replace(whole, []byte("iloc\x01"), []byte("iloc\x09"), 1),
	} {
		if _, fault := gallery(nil, "").Original("content/a.avif", data); fault == nil ||
			!strings.Contains(fault.Error(), "content/a.avif: the picture content/a.avif cannot be read") {
			t.Errorf("%s: got %v", name, fault)
		}
	}
}

func u32Bytes(n int) []byte { return []byte(u32(n)) }
