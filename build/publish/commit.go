package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// Commit puts the staged files into the output: assets first, so that no page refers to one that is not there yet,
// then everything else, and deletions last. Nothing may be written any more. A folder .git at the output's top is left alone: some publish that way.
func (s *Stage) Commit() (Result, error) {
	var result Result
	if s.packed {
		if err := s.pack(); err != nil {
			return result, err
		}
	}
	result.Changed = s.differing()
	result.Written = len(result.Changed)
	if err := s.moveAll(result.Changed); err != nil {
		return result, err
	}
	result.Kept = len(s.staged) - result.Written
	deleted, err := s.prune()
	if err != nil {
		return result, err
	}
	result.Deleted = len(deleted)
	result.Changed = append(result.Changed, deleted...)
	result.Record = s.record(result.Changed)
	result.Changed = slices.DeleteFunc(result.Changed, func(path string) bool { return s.same[path] })
	return result, nil
}

// differing lists the paths that differ from the output's, by name.
func (s *Stage) differing() []string {
	var paths []string
	for path, differs := range s.staged {
		if differs {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}

// moveAll renames staged files into place: assets first, then all others on as many goroutines as there are cores.
func (s *Stage) moveAll(paths []string) error {
	if s.first {
		if err := os.Rename(s.dir, s.output); err != nil {
			return fmt.Errorf("publishing the first build: %w", err)
		}
		return nil
	}
	if err := os.MkdirAll(s.output, 0o755); err != nil {
		return fmt.Errorf("making the output folder: %w", err)
	}
	isAsset := func(path string) bool { return strings.HasPrefix(path, "assets/") }
	for _, path := range paths {
		if isAsset(path) {
			if err := s.move(path, map[string]bool{}); err != nil {
				return err
			}
		}
	}
	var group errgroup.Group
	for part := range slices.Chunk(paths, len(paths)/runtime.GOMAXPROCS(0)+1) {
		group.Go(func() error {
			made := map[string]bool{}
			for _, path := range part {
				if isAsset(path) {
					continue
				}
				if err := s.move(path, made); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// move renames one staged file into place. What stands in its way, a file where a folder must be or the reverse, is
// of an earlier site and goes. Made are folders that are known to be there.
func (s *Stage) move(path string, made map[string]bool) error {
	from, to := s.file(path), s.in(s.output, path)
	if err := s.mkParent(path, made); err != nil {
		return fmt.Errorf("publishing %s: %w", path, err)
	}
	err := os.Rename(from, to)
	if errors.Is(err, syscall.EISDIR) || errors.Is(err, fs.ErrExist) {
		if err := os.RemoveAll(to); err != nil {
			return fmt.Errorf("publishing %s: %w", path, err)
		}
		err = os.Rename(from, to)
	}
	if err != nil {
		return fmt.Errorf("publishing %s: %w", path, err)
	}
	return nil
}

// mkParent makes the folder of a file.
func (s *Stage) mkParent(path string, made map[string]bool) error {
	dir := filepath.Dir(s.in(s.output, path))
	if made[dir] {
		return nil
	}
	err := os.Mkdir(dir, 0o755) // as it is for most; what else there may be is looked at when it fails
	if err != nil {
		err = s.mkParents(dir)
	}
	made[dir] = err == nil
	return err
}

// mkParents makes a folder and those above it, by one goroutine at a time: a file may be in the way.
func (s *Stage) mkParents(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := os.MkdirAll(dir, 0o755)
	if !errors.Is(err, syscall.ENOTDIR) {
		return err
	}
	for d := dir; d != s.output; d = filepath.Dir(d) {
		if info, err := os.Lstat(d); err == nil && !info.IsDir() {
			if err := os.Remove(d); err != nil {
				return err
			}
		}
	}
	return os.MkdirAll(dir, 0o755)
}

// prune deletes the files that this build did not make, and the folders that are empty then.
func (s *Stage) prune() (deleted []string, err error) {
	if s.first || s.asBefore() {
		return nil, nil
	}
	p := pruner{stage: s, wanted: map[string]bool{".": true}, below: map[string][]string{}}
	for file := range s.staged {
		addFolders(p.wanted, file)
	}
	for folder := range s.known.folders {
		if folder != "." {
			p.below[path.Dir(folder)] = append(p.below[path.Dir(folder)], folder)
		}
	}
	for file := range s.known.files {
		if _, ours := s.staged[file]; !ours {
			p.remove(file)
		}
	}
	p.visit(".")
	slices.Sort(p.folders)
	for _, folder := range slices.Backward(p.folders) {
		os.Remove(s.in(s.output, folder)) // fails, rightly, where something is left in it
	}
	if p.err != nil {
		return p.deleted, fmt.Errorf("deleting what the site no longer has: %w", p.err)
	}
	return p.deleted, nil
}

// Patch puts the staged files into the output and leaves all others there as they are.
func (s *Stage) Patch() (Result, error) {
	var result Result
	paths := s.differing()
	result.Written = len(paths)
	result.Changed = slices.DeleteFunc(slices.Clone(paths), func(path string) bool { return s.same[path] })
	if err := s.moveAll(paths); err != nil {
		return result, err
	}
	return result, nil
}

// asBefore says whether the site has the files that it had, and nobody has put anything beside them.
func (s *Stage) asBefore() bool {
	<-s.looked
	if len(s.known.files) == 0 || len(s.known.files) != len(s.staged) {
		return false
	}
	for file := range s.staged {
		if _, was := s.known.files[file]; !was {
			return false
		}
	}
	for folder := range s.known.folders {
		if _, same := s.intact[folder+"/"]; !same {
			return false
		}
	}
	return true
}

// pruner goes through the output. Of a folder that is as the last build left it, the names in it are known.
type pruner struct {
	stage   *Stage
	wanted  map[string]bool     // folders that the site has
	below   map[string][]string // known folders by the one that they are in
	folders []string            // that may be empty
	deleted []string
	err     error
}

func (p *pruner) remove(file string) {
	err := os.Remove(p.stage.in(p.stage.output, file))
	switch {
	case err == nil:
		p.deleted = append(p.deleted, file)
		for folder := path.Dir(file); !p.wanted[folder]; folder = path.Dir(folder) {
			if !slices.Contains(p.folders, folder) {
				p.folders = append(p.folders, folder)
			}
		}
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
		p.err = errors.Join(p.err, err)
	}
}

func (p *pruner) visit(folder string) {
	if p.stage.Intact(folder + "/") {
		for _, sub := range p.below[folder] {
			p.visit(sub)
		}
		return
	}
	entries, err := os.ReadDir(p.stage.in(p.stage.output, folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.err = errors.Join(p.err, err)
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		_, ours := p.stage.staged[name]
		switch {
		case name == ".git", ours:
		case e.IsDir():
			p.visit(name)
			if !p.wanted[name] && !slices.Contains(p.folders, name) {
				p.folders = append(p.folders, name)
			}
		default:
			p.remove(name)
		}
	}
}
