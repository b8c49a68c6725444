package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Commit puts the staged files into the output: assets first, so that no page refers to one that is not there yet,
// then everything else, and deletions last. A folder .git at the output's top is left alone: some publish that way.
func (s *Stage) Commit() (Result, error) {
	var result Result
	if s.packed {
		if err := s.pack(); err != nil {
			return result, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.MkdirAll(s.output, 0o755); err != nil {
		return result, fmt.Errorf("making the output folder: %w", err)
	}
	for _, path := range s.order() {
		if !s.staged[path] {
			result.Kept++
			continue
		}
		if err := s.move(path); err != nil {
			return result, fmt.Errorf("publishing %s: %w", path, err)
		}
		result.Written++
		result.Changed = append(result.Changed, path)
	}
	deleted, err := s.prune()
	result.Deleted = len(deleted)
	result.Changed = append(result.Changed, deleted...)
	return result, err
}

// order lists all paths, assets first, otherwise by name.
func (s *Stage) order() []string {
	paths := make([]string, 0, len(s.staged))
	for path := range s.staged {
		paths = append(paths, path)
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
	var folders []string
	err = filepath.WalkDir(s.output, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(s.output, file)
		if err != nil || rel == "." {
			return err
		}
		if rel == ".git" {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			folders = append(folders, file)
			return nil
		}
		if _, ours := s.staged[filepath.ToSlash(rel)]; ours {
			return nil
		}
		deleted = append(deleted, filepath.ToSlash(rel))
		return os.Remove(file)
	})
	if err != nil {
		return deleted, fmt.Errorf("deleting what the site no longer has: %w", err)
	}
	for _, dir := range slices.Backward(folders) {
		os.Remove(dir) // fails, rightly, where something is left in it
	}
	return deleted, nil
}
