package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
)

// ErrNoContent marks a source folder without content/.
var ErrNoContent = errors.New("no content folder")

// Source is a source folder. Nothing outside it can be read or written through it, symbolic links included.
type Source struct {
	*os.Root
	files *folders
}

// OpenSource opens a source folder. One without content/ is ErrNoContent.
func OpenSource(dir string) (*Source, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoContent, err)
	}
	if info, err := root.Stat("content"); err != nil || !info.IsDir() {
		root.Close()
		return nil, fmt.Errorf("%w in %s", ErrNoContent, dir)
	}
	files := &folders{rootFS: root.FS().(rootFS), root: root, open: map[string]*os.Root{}}
	return &Source{Root: root, files: files}, nil
}

// FS is the folder to read from, until Close.
func (s *Source) FS() fs.FS { return s.files }

// Close ends all reading.
func (s *Source) Close() error {
	s.rest()
	return s.Root.Close()
}

// rest lets go of the folders that a build has opened: who reads later may find others under their names.
func (s *Source) rest() {
	s.files.mu.Lock()
	defer s.files.mu.Unlock()
	for _, folder := range s.files.open {
		if folder != nil {
			folder.Close()
		}
	}
	clear(s.files.open)
	s.files.rests = true
}

// rootFS is what os.Root.FS promises.
type rootFS interface {
	fs.StatFS
	fs.ReadFileFS
	fs.ReadDirFS
	fs.ReadLinkFS
}

// folders reads files through the folders that they are in, each of which is opened once. os.Root by itself opens every
// folder of a path anew for every file, which is most of what reading a small file costs.
type folders struct {
	rootFS
	root *os.Root

	mu    sync.Mutex
	open  map[string]*os.Root
	rests bool // no folder is opened any more
}

// maxFolders is how many folders stay open. A site of more has few files in each.
const maxFolders = 64

// Open opens a file. What cannot be opened through its folder, such as a link that leads out of that, though not out of
// the source, is opened from the top.
func (f *folders) Open(name string) (fs.File, error) {
	if folder := f.folder(name); folder != nil {
		if file, err := folder.Open(path.Base(name)); err == nil {
			return file, nil
		}
	}
	return f.rootFS.Open(name)
}

// ReadFile reads a file, as Open opens it.
func (f *folders) ReadFile(name string) ([]byte, error) {
	if folder := f.folder(name); folder != nil {
		if data, err := folder.ReadFile(path.Base(name)); err == nil {
			return data, nil
		}
	}
	return f.rootFS.ReadFile(name)
}

// folder is the folder of a file; nil for one at the top, or when it cannot be opened.
func (f *folders) folder(name string) *os.Root {
	dir := path.Dir(name)
	if dir == "." || !fs.ValidPath(name) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	folder, known := f.open[dir]
	if known || f.rests || len(f.open) >= maxFolders {
		return folder
	}
	folder, err := f.root.OpenRoot(dir)
	if err != nil {
		folder = nil
	}
	f.open[dir] = folder
	return folder
}
