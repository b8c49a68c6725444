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

// Write replaces a memory in one step.
func Write(path string, key Sum, parts ...[]byte) error {
	head := append([]byte(magic), key[:]...)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(parts)))
	for _, p := range parts {
		head = binary.LittleEndian.AppendUint64(head, uint64(len(p)))
		head = binary.LittleEndian.AppendUint32(head, checksum(p))
	}
	head = binary.LittleEndian.AppendUint32(head, checksum(head))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("remembering the build: %w", err)
	}
	aside := path + ".new" // there is one builder at a time; what a disk loses of it, the checksums find
	err := writeAll(aside, append([][]byte{head}, parts...))
	if err == nil {
		err = os.Rename(aside, path)
	}
	if err != nil {
		return fmt.Errorf("remembering the build: %w", err)
	}
	return nil
}

func writeAll(path string, parts [][]byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := f.Write(p); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}

func checksum(data []byte) uint32 { return crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)) }
