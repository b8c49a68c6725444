// Package file is the spool of one machine: a folder with one file for each lead that waits for the store.
//
//	spool/20261122T091504.123Z-h5k2w7q3zt4m6y8c9d1e0f2g3a.json   a lead, by the time it was received and its id
//	spool/unfinished/                                           files while they are written
//	spool/unreadable/                                           what is no lead: for a person to look at
//
// A file is whole or not there, and on the disk before Hold returns. A single file with a line for each lead would be
// one file fewer; but a line can be torn, and none can be taken out.
//
// It knows leads as parcels. It does not know which store they wait for, or who empties the folder.
package file

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"leadsite/functions/disk"
	"leadsite/functions/lead"
)

var _ lead.Spool = (*Spool)(nil)

// The folders within the spool, and what the name of a lead's file ends in and begins with.
const (
	unfinished = "unfinished"
	unreadable = "unreadable"
	extension  = ".json"
	nameLayout = "20060102T150405.000Z"
)

// Spool is the folder. Make one with Open.
type Spool struct{ dir string }

// Open makes the folder when it is not there. What a killed process left half-written was never answered with success,
// and goes: so only the one process that writes there may call it.
func Open(dir string) (*Spool, error) {
	s := &Spool{dir}
	if err := os.RemoveAll(filepath.Join(dir, unfinished)); err != nil {
		return nil, fmt.Errorf("opening the spool: %w", err)
	}
	return s, s.makeFolders()
}

// Existing is the spool in a folder that may not be there, for whoever only reads and erases.
func Existing(dir string) *Spool { return &Spool{dir} }

func (s *Spool) makeFolders() error {
	for _, name := range []string{unfinished, unreadable} {
		if err := os.MkdirAll(filepath.Join(s.dir, name), 0o700); err != nil {
			return fmt.Errorf("opening the spool: %w", err)
		}
	}
	return nil
}

// Hold keeps the contract of lead.Spool.
func (s *Spool) Hold(ctx context.Context, l lead.Lead) error {
	text, err := l.Parcel()
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.write(name(l), text+"\n")
	}
	if err != nil {
		return fmt.Errorf("spooling lead %s: %w", l.ID, err)
	}
	return nil
}

func name(l lead.Lead) string {
	return l.CreatedAt.UTC().Format(nameLayout) + "-" + l.ID + extension
}

// write syncs the file before it gets its name, and then the folder that holds the name.
func (s *Spool) write(name, text string) error {
	if err := s.makeFolders(); err != nil { // somebody emptied the state folder by hand
		return err
	}
	return disk.Write(filepath.Join(s.dir, name), filepath.Join(s.dir, unfinished), []byte(text))
}

// Each hands every lead that waits to do, the one received first first, and takes out those for which do returns nil.
// What is no lead is moved aside. It goes on after a failure, so that none holds up another, and returns how many there
// were and the first of them; it stops when the context ends.
func (s *Spool) Each(ctx context.Context, do func(lead.Lead) error) (failed int, first error) {
	names, err := s.names()
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if ctx.Err() != nil {
			return failed, ctx.Err()
		}
		if err := s.one(name, do); err != nil {
			failed++
			first = cmp.Or(first, err)
		}
	}
	return failed, first
}

// names lists the files of leads, oldest first.
func (s *Spool) names() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing the spool: %w", err)
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() && strings.HasSuffix(e.Name(), extension) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

func (s *Spool) one(name string, do func(lead.Lead) error) error {
	path := filepath.Join(s.dir, name)
	l, err := s.read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // erased meanwhile
	case errors.Is(err, lead.ErrParcel):
		aside := filepath.Join(unreadable, name)
		return errors.Join(fmt.Errorf("reading the spool: what is now %s in it is damaged", aside), os.Rename(path, filepath.Join(s.dir, aside)))
	case err != nil:
		return err
	}
	if err := do(l); err != nil {
		return err
	}
	return s.remove(path)
}

func (s *Spool) read(path string) (lead.Lead, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return lead.Lead{}, fmt.Errorf("reading the spool: %w", err)
	}
	return lead.ReadParcel(string(data))
}

// remove takes a lead out. The folder is synced, so that what was erased does not come back with the power.
func (s *Spool) remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("emptying the spool: %w", err)
	}
	return disk.SyncFolder(s.dir)
}

// Erase takes out every lead that an erasure covers, and says how many there were. Files that are no lead, and those
// moved aside as such, stay: nobody can say whose they are.
func (s *Spool) Erase(e lead.Erasure) (n int, err error) {
	names, err := s.names()
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		path := filepath.Join(s.dir, name)
		if l, err := s.read(path); err != nil || !e.Covers(l) {
			continue
		}
		if err := s.remove(path); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}
