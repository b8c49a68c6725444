package asset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// cache keeps what was made, under the hash of all that it was made from:
//
//	DIR/ab/abcdef…   SHA-256 of its key and of the rest, 32 bytes; then the finished file
//
// A file that is cut off, damaged or of something else does not fit its hash, and is as good as none. Files are renamed
// into place, so builds beside each other do not see each other's halves. What cannot be kept is made again.
//
// A file's time is when a build asked for it last, give or take a day. What none asked for in a month is removed, once a
// day; whoever reads a file at that moment has read it, or makes it again.
type cache struct {
	dir string // "": nothing is kept
	dry bool   // what is there is taken, and nothing is added
	now time.Time
}

const (
	keptFor = 30 * 24 * time.Hour
	aDay    = 24 * time.Hour
)

func (c cache) file(key [sha256.Size]byte) string {
	name := hex.EncodeToString(key[:])
	return filepath.Join(c.dir, name[:2], name)
}

func (c cache) get(key [sha256.Size]byte) ([]byte, bool) {
	if c.dir == "" {
		return nil, false
	}
	file := c.file(key)
	data, err := os.ReadFile(file)
	if err != nil || len(data) < sha256.Size {
		return nil, false
	}
	c.asked(file)
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
	if closed := aside.Close(); err != nil || closed != nil || os.Chtimes(aside.Name(), c.now, c.now) != nil || os.Rename(aside.Name(), file) != nil {
		os.Remove(aside.Name())
	}
}

// asked notes that a file is still wanted.
func (c cache) asked(file string) {
	if info, err := os.Stat(file); !c.dry && err == nil && c.now.Sub(info.ModTime()) > aDay {
		_ = os.Chtimes(file, c.now, c.now) // in vain: it is made again in a month
	}
}

// sweep removes what no build asked for lately, and halves that a build left when it was killed. What cannot be removed
// stays until tomorrow.
func (c cache) sweep() {
	mark := filepath.Join(c.dir, "swept")
	if info, err := os.Stat(mark); c.dir == "" || c.dry || err == nil && c.now.Sub(info.ModTime()) < aDay {
		return
	}
	if os.WriteFile(mark, nil, 0o644) != nil || os.Chtimes(mark, c.now, c.now) != nil {
		return
	}
	_ = filepath.WalkDir(c.dir, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil && c.now.Sub(info.ModTime()) > keptFor {
			_ = os.Remove(file)
		}
		return nil
	})
}
