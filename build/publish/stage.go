// Package publish turns finished files into the output folder, all of them or none.
//
// Files are written to a stage folder beside the output; only what differs from the output is. Commit renames the
// staged files into place, assets first, and deletes at last what the site no longer has. Killed before Commit, the
// old site is untouched; killed during it, every file is whole, old or new, and the next build finishes the work.
// Where there is no output yet, the stage has its folders, and becomes it by one rename.
//
// What a build leaves is taken note of: by its stamps the next one knows, without reading it, what is still there.
//
// It knows paths and bytes, and nothing of pages.
package publish

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	slashpath "path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"leadsite/build/trace"
)

// Options say where a build goes.
type Options struct {
	Source string // the folder that holds content/; an output that contains it is refused
	Output string // the folder of the finished site
	State  string // holds the lock of the one builder
	Dry    bool   // write nothing, not even a folder: files are taken, and forgotten
	// Known gives the output as the last build left it; nil, or of nil: nothing is known. It is called when no other
	// build runs.
	Known func() *Record
	// Alike says whether a page that differs from the output's looks the same to its readers: it is written, and is not
	// among Result.Changed. Nil: none does.
	Alike func(old, new []byte) bool
}

// Stage is a build on its way out. Write and Copy may be called from many goroutines.
type Stage struct {
	output string
	dry    bool
	dir    string // beside the output, on the same file system
	lock   *flock.Flock
	packed bool // compressed copies stand beside text files
	known  *Record
	alike  func(old, new []byte) bool
	first  bool                   // there was no output: the stage becomes it
	looked chan struct{}          // closed when intact is complete
	intact map[string]trace.Stamp // of known, what is still so; folders with a slash at the end

	mu     sync.Mutex
	staged map[string]bool // path below the output -> must be renamed from the stage; false: the output has it already
	sums   map[string]trace.Sum
	same   map[string]bool // pages that readers see no difference in
	folds  map[string]string
	above  map[string]string // the folders of all files, by their small letters as in folds
	at     map[string]int    // number of the file in the stage, by path
	made   map[string]bool   // folders that are known to be there, of a stage that becomes the output
}

// Result counts what a commit did, in files.
type Result struct {
	Written, Kept, Deleted int
	Changed                []string // paths that were written or deleted, in no order
	Record                 *Record  // the output as it is now, for Options.Known
}

// Open waits until no other build of this state runs, and begins an empty stage. Close must be called in any case.
func Open(ctx context.Context, o Options) (*Stage, error) {
	output, err := filepath.Abs(o.Output)
	if err != nil {
		return nil, err
	}
	if err := refuse(output, o); err != nil {
		return nil, err
	}
	if o.Dry {
		return &Stage{output: output, dry: true, known: new(Record), looked: closed(), staged: map[string]bool{}, sums: map[string]trace.Sum{}, folds: map[string]string{}, above: map[string]string{}}, nil
	}
	lock, err := acquire(ctx, filepath.Join(o.State, "cache"))
	if err != nil {
		return nil, err
	}
	s := &Stage{output: output, lock: lock, alike: o.Alike, known: new(Record), looked: make(chan struct{}),
		staged: map[string]bool{}, sums: map[string]trace.Sum{}, same: map[string]bool{}, folds: map[string]string{}, above: map[string]string{}, at: map[string]int{},
		made: map[string]bool{}, dir: stageOf(output)}
	_, err = os.Lstat(output)
	s.first = errors.Is(err, fs.ErrNotExist)
	if o.Known != nil {
		s.known = cmp.Or(o.Known(), s.known)
	}
	go s.look()
	if err = errors.Join(os.RemoveAll(s.dir), os.MkdirAll(s.dir, 0o755)); err != nil {
		s.Close()
		return nil, fmt.Errorf("making the stage folder: %w", err)
	}
	return s, nil
}

// Compress lets Commit put NAME.gz and NAME.br beside every text file, for static hosts that send those.
func (s *Stage) Compress() { s.packed = true }

// Output folders that a build must not write to, because it would delete what is in them.
var (
	ErrOutput  = errors.New("the output folder would overwrite the source")
	ErrForeign = errors.New("the output folder holds something else than a site")
)

// refuse keeps a mistyped --output from deleting what the author wrote, or the leads and mails of the state folder: the
// commit deletes what it did not make.
func refuse(output string, o Options) error {
	source, errSource := filepath.Abs(o.Source)
	state, errState := filepath.Abs(o.State)
	if err := errors.Join(errSource, errState); err != nil {
		return err
	}
	content, themes, usual := filepath.Join(source, "content"), filepath.Join(source, "themes"), filepath.Join(source, ".leadsite")
	for _, precious := range []string{source, content, themes, filepath.Join(source, "dist"), state, usual} {
		if within(precious, output) {
			return fmt.Errorf("%w: %s and %s overlap", ErrOutput, output, precious)
		}
	}
	for _, precious := range []string{content, themes, filepath.Join(state, "outbox"), filepath.Join(state, "cache"), filepath.Join(usual, "outbox")} {
		if within(output, precious) {
			return fmt.Errorf("%w: %s and %s overlap", ErrOutput, output, precious)
		}
	}
	if !within(output, filepath.Join(source, "public")) && !within(output, state) && isForeign(output) {
		return fmt.Errorf("%w: %s", ErrForeign, output)
	}
	return nil
}

// isForeign says whether a folder holds something and no site has ever been in it: not even one that was killed on its
// way there, which leaves its stage.
func isForeign(output string) bool {
	entries, err := os.ReadDir(output)
	if err != nil || !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() != ".git" }) {
		return false
	}
	for _, ours := range []string{filepath.Join(output, "index.html"), stageOf(output)} {
		if _, err := os.Lstat(ours); err == nil {
			return false
		}
	}
	return true
}

// stageOf is the stage folder, beside the output and so on the same file system.
func stageOf(output string) string {
	return filepath.Join(filepath.Dir(output), "."+filepath.Base(output)+".stage")
}

// within says whether path is dir or below it, symbolic links resolved where they exist.
func within(path, dir string) bool {
	rel, err := filepath.Rel(real(dir), real(path))
	return err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

func real(path string) string {
	if r, err := filepath.EvalSymlinks(path); err == nil {
		return r
	}
	if parent := filepath.Dir(path); parent != path {
		return filepath.Join(real(parent), filepath.Base(path))
	}
	return path
}

func acquire(ctx context.Context, dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the state folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "build.lock"))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		return nil, fmt.Errorf("waiting for another build: %w", err)
	}
	return lock, nil
}

// Write stages a file, or keeps the output's when it has the same bytes. Path is below the output, with slashes.
func (s *Stage) Write(path string, data []byte) error {
	if err := s.claim(path); err != nil {
		return err
	}
	if s.dry {
		return nil
	}
	sum := trace.OfBytes(data)
	kept, alike := s.compare(path, data, sum)
	if !kept {
		if err := s.stage(path, data); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.staged[path], s.sums[path] = !kept, sum
	if alike {
		s.same[path] = true
	}
	return nil
}

// compare holds a file against the output's. Same: it is there, byte for byte. Alike: its readers see no difference.
func (s *Stage) compare(path string, data []byte, sum trace.Sum) (same, alike bool) {
	if s.first {
		return false, false
	}
	if s.intactAs(path, sum) {
		return true, false
	}
	watched := s.alike != nil && strings.HasSuffix(path, ".html")
	if s.Intact(path) && !watched {
		return false, false
	}
	old, err := os.ReadFile(s.in(s.output, path))
	same = err == nil && bytes.Equal(old, data)
	return same, err == nil && watched && s.alike(old, data)
}

// perFolder is how many files stand in one folder of the stage. They have numbers for names: folders as the output has them
// would cost a site of many pages as much as the pages, and for most of a site they are there already.
const perFolder = 1000

// stage writes a file into the stage.
func (s *Stage) stage(path string, data []byte) error {
	file, err := s.place(path)
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		return fmt.Errorf("staging %s: %w", path, err)
	}
	return nil
}

// place gives a path its file in the stage, and makes that one's folder.
func (s *Stage) place(path string) (file string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.first {
		file = s.in(s.dir, path)
		if folder := slashpath.Dir(path); !s.made[folder] {
			s.made[folder] = true
			err = os.MkdirAll(filepath.Dir(file), 0o755)
		}
		return file, err
	}
	if _, known := s.at[path]; !known {
		s.at[path] = len(s.at)
	}
	file = s.file(path)
	if s.at[path]%perFolder == 0 {
		err = os.MkdirAll(filepath.Dir(file), 0o755)
	}
	return file, err
}

// file is where the stage has a path.
func (s *Stage) file(path string) string {
	if s.first {
		return s.in(s.dir, path)
	}
	n := s.at[path]
	return filepath.Join(s.dir, strconv.Itoa(n/perFolder), strconv.Itoa(n%perFolder))
}

// Copy stages a file of another file system as it is.
func (s *Stage) Copy(path string, from fs.FS, name string) error {
	data, err := fs.ReadFile(from, name)
	if err != nil {
		return fmt.Errorf("copying %s: %w", name, err)
	}
	return s.Write(path, data)
}

// Taken is what is wrong with a path that another file of the same build has, or needs for a folder.
type Taken struct{ Path, Other string }

func (t *Taken) Error() string { return fmt.Sprintf("staging %s: %s is in its place", t.Path, t.Other) }

// claim takes a path for one file. Two files on one path are a mistake, also where only their case differs: on many
// disks those are the same file. So is a file where others need a folder.
func (s *Stage) claim(path string) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsAny(path, "\\\x00") {
		return fmt.Errorf("staging %q: not a path below the output", path)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fold := strings.ToLower(path)
	if other, ok := s.folds[fold]; ok {
		return &Taken{path, other}
	}
	if other := s.above[fold]; other != "" {
		return &Taken{path, other}
	}
	for folder := slashpath.Dir(path); folder != "."; folder = slashpath.Dir(folder) {
		fold := strings.ToLower(folder)
		if s.above[fold] != "" {
			break
		}
		if other, ok := s.folds[fold]; ok {
			return &Taken{path, other}
		}
		s.above[fold] = folder
	}
	s.folds[fold] = path
	s.staged[path] = false
	return nil
}

func (s *Stage) in(root, path string) string { return filepath.Join(root, filepath.FromSlash(path)) }

// Close removes the stage and lets the next build in. After Commit it only does the latter.
func (s *Stage) Close() error {
	if s.dry {
		return nil
	}
	<-s.looked
	return errors.Join(os.RemoveAll(s.dir), s.lock.Unlock())
}
