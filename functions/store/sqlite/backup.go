package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"leadsite/functions/disk"
)

// Backup writes a copy of the store, as it is at one moment, to a new file, which only its owner can read. Others may
// write to the store meanwhile. The file is whole and on the disk when Backup returns without an error, and otherwise
// not there; what was erased from the store is in no free page of it. A file that is there is an error (fs.ErrExist).
func (s *Store) Backup(ctx context.Context, file string) error {
	if err := s.backup(ctx, file); err != nil {
		return fmt.Errorf("backing up to %s: %w", file, err)
	}
	return nil
}

func (s *Store) backup(ctx context.Context, file string) error {
	if err := s.ready(ctx); err != nil {
		return err
	}
	if _, err := os.Lstat(file); !errors.Is(err, fs.ErrNotExist) {
		return cmp.Or(err, fs.ErrExist)
	}
	half, err := os.CreateTemp(filepath.Dir(file), ".leadsite-backup-*") // readable by its owner only
	if err != nil {
		return err
	}
	defer os.Remove(half.Name()) // has another name by then, when all goes well
	defer half.Close()
	if err := s.copyTo(ctx, half.Name()); err != nil {
		return err
	}
	if err := checkCopy(ctx, half.Name()); err != nil {
		return err
	}
	if err := errors.Join(half.Sync(), half.Close()); err != nil {
		return err
	}
	return disk.Rename(half.Name(), file)
}

// copyTo writes the copy by a connection of its own: those that read may not, and the one that writes has other work.
func (s *Store) copyTo(ctx context.Context, file string) error {
	db, err := pool(s.writer.file.path, false, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, `VACUUM INTO ?`, file)
	return err
}

// checkCopy reads all of a copy.
func checkCopy(ctx context.Context, file string) error {
	db, err := pool(file, true, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&verdict); err != nil {
		return fmt.Errorf("reading the copy: %w", err)
	}
	if verdict != "ok" {
		return fmt.Errorf("reading the copy: %s", verdict)
	}
	return nil
}
