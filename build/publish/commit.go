package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
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
	if err := os.MkdirAll(s.output, 0o755); err != nil {
		return result, fmt.Errorf("making the output folder: %w", err)
	}
	for _, path := range s.order() {
		if err := s.move(path); err != nil {
			return result, fmt.Errorf("publishing %s: %w", path, err)
		}
		result.Written++
		result.Changed = append(result.Changed, path)
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

// order lists the paths that differ, assets first, otherwise by name.
func (s *Stage) order() []string {
	var paths []string
	for path, differs := range s.staged {
		if differs {
			paths = append(paths, path)
		}
	}
	rank := func(path string) string {
		if strings.HasPrefix(path, "assets/") {
			return "0" + path
		}
		return "1" + path
	}
	slices.SortFunc(paths, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
	return paths
}

// move renames one staged file into place. What stands in its way, a file where a folder must be or the reverse, is
// of an earlier site and goes.
func (s *Stage) move(path string) error {
	from, to := s.in(s.dir, path), s.in(s.output, path)
	if err := s.mkParent(path); err != nil {
		return err
	}
	err := os.Rename(from, to)
	if errors.Is(err, syscall.EISDIR) || errors.Is(err, fs.ErrExist) {
		if err := os.RemoveAll(to); err != nil {
			return err
		}
		err = os.Rename(from, to)
	}
	return err
}

func (s *Stage) mkParent(path string) error {
	dir := filepath.Dir(s.in(s.output, path))
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
	if s.made || s.asBefore() {
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
	for _, path := range s.order() {
		if err := s.move(path); err != nil {
			return result, fmt.Errorf("publishing %s: %w", path, err)
		}
		result.Written++
		if !s.same[path] {
			result.Changed = append(result.Changed, path)
		}
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
