package asset

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// An AVIF file is a tree of boxes, each with its length and a name of four letters before its body. What belongs to a
// picture lies in items, and the box meta lists them:
//
//	ftyp  meta{ iinf{ infe(id, kind)… }  iloc(id, places in the file or in idat)  idat }  mdat
//
// Offsets into the file stand in iloc, so nothing may move: metadata is overwritten where it is, by metadata that says
// nothing.

// boxes calls f for each box of a list, with its head and its body as parts of data.
func boxes(data []byte, f func(kind string, head, body []byte) error) error {
	for len(data) > 0 {
		if len(data) < 8 {
			return errCutOff
		}
		size, head := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		switch {
		case size == 0:
			size = uint64(len(data)) // to the end
		case size == 1 && len(data) >= 16:
			size, head = binary.BigEndian.Uint64(data[8:]), 16
		}
		if size < head || size > uint64(len(data)) {
			return errCutOff
		}
		if err := f(string(data[4:8]), data[:head], data[head:size]); err != nil {
			return err
		}
		data = data[size:]
	}
	return nil
}

// cleanAVIF overwrites what says where, when and with what a picture was made.
func cleanAVIF(data []byte) ([]byte, error) {
	out := bytes.Clone(data)
	return out, boxes(out, func(kind string, head, body []byte) error {
		switch kind {
		case "meta":
			return cleanItems(out, body)
		case "moov":
			return cleanMovie(body)
		case "uuid", "udta", "free", "skip":
			blank(head, body)
		}
		return nil
	})
}

// blank makes a box one that readers pass over.
func blank(head, body []byte) {
	copy(head[4:8], "free")
	clear(body)
}

// cleanMovie cleans the boxes of a picture that moves, which keep metadata as films do.
func cleanMovie(movie []byte) error {
	return boxes(movie, func(kind string, head, body []byte) error {
		switch kind {
		case "trak":
			return cleanMovie(body)
		case "udta", "meta", "uuid", "free", "skip":
			blank(head, body)
		}
		return nil
	})
}

// cleanItems overwrites the items that are no pictures.
func cleanItems(file, meta []byte) error {
	var kinds map[uint32]string
	var places map[uint32][]place
	var idat []byte
	if len(meta) < 4 {
		return errCutOff
	}
	err := boxes(meta[4:], func(kind string, head, body []byte) (err error) {
		switch kind {
		case "iinf":
			kinds, err = itemKinds(body)
		case "iloc":
			places, err = itemPlaces(body)
		case "idat":
			idat = body
		case "uuid", "udta", "free", "skip":
			blank(head, body)
		}
		return err
	})
	if err != nil {
		return err
	}
	for id, kind := range kinds {
		if !slices.Contains([]string{"Exif", "mime", "uri "}, kind) {
			continue
		}
		for i, p := range places[id] {
			part, err := p.in(file, idat)
			if err != nil {
				return err
			}
			overwrite(part, kind == "Exif" && i == 0)
		}
	}
	return nil
}

// noExif is metadata without an entry: where it begins, and a TIFF head with an empty list.
const noExif = "\x00\x00\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func overwrite(part []byte, exif bool) {
	for i := range part {
		part[i] = ' '
	}
	if exif && len(part) >= len(noExif) {
		clear(part)
		copy(part, noExif)
	}
}

// place is where a part of an item lies.
type place struct {
	way            uint16 // 0: counted from the file's beginning, 1: from that of idat
	offset, length uint64
}

func (p place) in(file, idat []byte) ([]byte, error) {
	whole := map[uint16][]byte{0: file, 1: idat}[p.way]
	if p.length == 0 || p.offset > uint64(len(whole)) || p.length > uint64(len(whole))-p.offset {
		return nil, errCutOff
	}
	return whole[p.offset : p.offset+p.length], nil
}

// itemKinds reads the box iinf.
func itemKinds(body []byte) (map[uint32]string, error) {
	r := fields{data: body}
	version := r.take(1)
	r.take(3)
	r.take(2 + 2*min(version, 1)) // how many; they are counted by being there
	kinds := map[uint32]string{}
	if r.short {
		return nil, errCutOff
	}
	err := boxes(r.data, func(_ string, _, body []byte) error {
		r := fields{data: body}
		version := r.take(1)
		r.take(3)
		id := uint32(r.take(2 + 2*(max(version, 2)-2)))
		r.take(2)
		kinds[id] = "mime" // of an old form, which no picture has
		if version >= 2 {
			kinds[id] = string(binary.BigEndian.AppendUint32(nil, uint32(r.take(4))))
		}
		if r.short || version > 3 {
			return errCutOff
		}
		return nil
	})
	return kinds, err
}

// itemPlaces reads the box iloc.
func itemPlaces(body []byte) (map[uint32][]place, error) {
	r := fields{data: body}
	version := r.take(1)
	r.take(3)
	sizes := r.take(2)
	count := r.take(2 + 2*(version/2))
	offset, length, base, index := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	if r.short || version > 2 {
		return nil, errCutOff
	}
	places := map[uint32][]place{}
	for range count {
		id := uint32(r.take(2 + 2*(version/2)))
		var p place
		if version > 0 {
			p.way = uint16(r.take(2) & 15)
		}
		r.take(2)
		from := r.take(base)
		for range r.take(2) {
			if version > 0 {
				r.take(index)
			}
			p.offset, p.length = from+r.take(offset), r.take(length)
			places[id] = append(places[id], p)
			if r.short {
				return nil, errCutOff
			}
		}
		if r.short {
			return nil, errCutOff
		}
	}
	return places, nil
}

// fields reads whole numbers one behind the other.
type fields struct {
	data  []byte
	short bool // there was less than was asked for
}

// take reads a number of up to 8 bytes.
func (r *fields) take(size uint64) (n uint64) {
	if size > uint64(len(r.data)) || size > 8 {
		r.short = true
		return 0
	}
	for _, b := range r.data[:size] {
		n = n<<8 | uint64(b)
	}
	r.data = r.data[size:]
	return n
}
