package theme

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// overlay is two folders as one: a file is the upper one's if it has it, and a folder holds what both hold.
type overlay struct {
	over  fs.FS // nil: there is none
	under fs.FS
}

// Open opens the upper file, or else the lower one. A folder lists both.
func (o overlay) Open(name string) (fs.File, error) {
	f, err := o.open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil || !info.IsDir() {
		return f, err
	}
	f.Close()
	entries, err := o.ReadDir(name)
	return &folder{info: info, name: name, entries: entries}, err
}

func (o overlay) open(name string) (fs.File, error) {
	if o.over != nil && !Ignored(name) {
		if f, err := o.over.Open(name); !errors.Is(err, fs.ErrNotExist) {
			return f, err
		}
	}
	return o.under.Open(name)
}

// ReadDir lists a folder of either, sorted by name.
func (o overlay) ReadDir(name string) ([]fs.DirEntry, error) {
	lower, err := fs.ReadDir(o.under, name)
	if o.over == nil {
		return lower, err
	}
	upper, overErr := fs.ReadDir(o.over, name)
	if err != nil && overErr != nil {
		return nil, overErr
	}
	upper = slices.DeleteFunc(upper, func(e fs.DirEntry) bool { return Ignored(e.Name()) })
	for _, e := range lower {
		if !slices.ContainsFunc(upper, func(u fs.DirEntry) bool { return u.Name() == e.Name() }) {
			upper = append(upper, e)
		}
	}
	slices.SortFunc(upper, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return upper, nil
}

// Ignored says of a file's name whether an editor or a desktop left the file behind.
func Ignored(name string) bool {
	base := path.Base(name)
	return base != "." && strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~")
}

// folder is an opened folder.
type folder struct {
	info    fs.FileInfo
	name    string
	entries []fs.DirEntry
}

func (f *folder) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *folder) Close() error               { return nil }

func (f *folder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.name, Err: errors.New("is a directory")}
}

// ReadDir gives the next n entries, all of them when n is not positive.
func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 && len(f.entries) == 0 {
		return nil, io.EOF
	}
	if n <= 0 {
		n = len(f.entries)
	}
	n = min(n, len(f.entries))
	list := f.entries[:n]
	f.entries = f.entries[n:]
	return list, nil
}
