package asset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

// cache keeps what was made, under the hash of all that it was made from:
//
//	DIR/ab/abcdef…   SHA-256 of its key and of the rest, 32 bytes; then the finished file
//
// A file that is cut off, damaged or of something else does not fit its hash, and is as good as none. Files are renamed
// into place, so builds beside each other do not see each other's halves. What cannot be kept is made again.
type cache struct {
	dir string // "": nothing is kept
	dry bool   // what is there is taken, and nothing is added
}

func (c cache) file(key [sha256.Size]byte) string {
	name := hex.EncodeToString(key[:])
	return filepath.Join(c.dir, name[:2], name)
}

func (c cache) get(key [sha256.Size]byte) ([]byte, bool) {
	if c.dir == "" {
		return nil, false
	}
	data, err := os.ReadFile(c.file(key))
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	sum := sha256.Sum256(append(key[:], data[sha256.Size:]...))
	return data[sha256.Size:], bytes.Equal(sum[:], data[:sha256.Size])
}

// put keeps a file if it can. A full disk is not a reason to fail: the file itself goes elsewhere.
func (c cache) put(key [sha256.Size]byte, data []byte) {
	if c.dir == "" || c.dry {
		return
	}
	file := c.file(key)
	if os.MkdirAll(filepath.Dir(file), 0o755) != nil {
		return
	}
	aside, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return
	}
	sum := sha256.Sum256(append(key[:], data...))
	_, err = aside.Write(append(sum[:], data...))
	if closed := aside.Close(); err != nil || closed != nil || os.Rename(aside.Name(), file) != nil {
		os.Remove(aside.Name())
	}
}
