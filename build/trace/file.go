package trace

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"unsafe"
)

// The file of memory:
//
//	magic    "leadsite memory 1\n"
//	key      16 bytes: the sum of all that makes it useless when it differs
//	parts    number of parts; 4 bytes
//	         for each its length, 8 bytes, and its checksum, 4 bytes (CRC-32C)
//	check    checksum of all above, 4 bytes
//	         the parts
//
// Numbers are little endian. Parts are read one by one, so that a build which has nothing to do reads little.
const magic = "leadsite memory 1\n"

// maxParts is more than any build writes: another number is damage.
const maxParts = 64

// Memory is what an earlier build has left. A nil one knows nothing.
type Memory struct {
	file  *os.File
	parts []part
}

type part struct {
	at, length int64
	check      uint32
}

// Open opens a memory. One that is not there, is damaged, or has another key is nil: there is nothing to remember.
func Open(path string, key Sum) *Memory {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	m := &Memory{file: f}
	if !m.readHead(key) {
		f.Close()
		return nil
	}
	return m
}

func (m *Memory) readHead(key Sum) bool {
	head := make([]byte, len(magic)+len(key)+4)
	if _, err := io.ReadFull(m.file, head); err != nil || !bytes.Equal(head[:len(head)-4], append([]byte(magic), key[:]...)) {
		return false
	}
	n := binary.LittleEndian.Uint32(head[len(head)-4:])
	if n > maxParts {
		return false
	}
	table := make([]byte, 12*n+4)
	if _, err := io.ReadFull(m.file, table); err != nil {
		return false
	}
	head = append(head, table[:12*n]...)
	at := int64(len(head)) + 4
	for i := range int(n) {
		p := part{at: at, length: int64(binary.LittleEndian.Uint64(table[12*i:])), check: binary.LittleEndian.Uint32(table[12*i+8:])}
		m.parts = append(m.parts, p)
		at += p.length
	}
	return binary.LittleEndian.Uint32(table[12*n:]) == checksum(head)
}

// Part reads a part by its number. False: it is damaged, or there is none.
func (m *Memory) Part(number int) (*Reader, bool) {
	if m == nil || number >= len(m.parts) {
		return nil, false
	}
	p := m.parts[number]
	if info, err := m.file.Stat(); err != nil || p.length < 0 || p.at+p.length > info.Size() {
		return nil, false
	}
	data := make([]byte, p.length)
	if _, err := m.file.ReadAt(data, p.at); err != nil || checksum(data) != p.check {
		return nil, false
	}
	return NewReader(unsafe.String(unsafe.SliceData(data), len(data))), true // nobody else has the bytes
}

// Close lets go of the file. What was read of it stays.
func (m *Memory) Close() {
	if m != nil {
		m.file.Close()
	}
}

// Write replaces a memory in one step. Each part is written by a function, to the file as it grows: all of it at once
// would be much, at the end of a build that has all else in memory.
func Write(path string, key Sum, parts ...func(*Writer)) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("remembering the build: %w", err)
	}
	aside := path + ".new" // there is one builder at a time; what a disk loses of it, the checksums find
	err := writeAll(aside, key, parts)
	if err == nil {
		err = os.Rename(aside, path)
	}
	if err != nil {
		return fmt.Errorf("remembering the build: %w", err)
	}
	return nil
}

// writeAll writes the parts, and then the head, in front of them.
func writeAll(path string, key Sum, parts []func(*Writer)) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	head := append([]byte(magic), key[:]...)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(parts)))
	_, err = f.Seek(int64(len(head)+12*len(parts)+4), io.SeekStart)
	w := Writer{data: make([]byte, 0, 2*spill)}
	for _, write := range parts {
		w.file = &partFile{file: f}
		write(&w)
		w.data = w.file.take(w.data)
		err = errors.Join(err, w.file.err)
		head = binary.LittleEndian.AppendUint64(head, w.file.size)
		head = binary.LittleEndian.AppendUint32(head, w.file.check)
	}
	head = binary.LittleEndian.AppendUint32(head, checksum(head))
	_, errHead := f.WriteAt(head, 0)
	return errors.Join(err, errHead, f.Close())
}

// spill is from how many bytes on a Writer gives them to its file.
const spill = 64 << 10

// partFile is a file that takes a part of a memory.
type partFile struct {
	file  *os.File
	size  uint64
	check uint32
	err   error
}

// take writes bytes, and gives their room back.
func (p *partFile) take(data []byte) []byte {
	p.size += uint64(len(data))
	p.check = crc32.Update(p.check, castagnoli, data)
	if p.err == nil {
		_, p.err = p.file.Write(data)
	}
	return data[:0]
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(data []byte) uint32 { return crc32.Checksum(data, castagnoli) }
