// Package disk puts files where a loss of power does not take them. (renameio does it too, but not on Windows.)
//
// It knows folders and bytes, and nothing of leads or mails.
package disk

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// Write makes a file, or replaces one, that is whole whenever it is there, and on the disk when there is no error. It is
// written in another folder of the same file system, aside, and gets its place when it is finished. Only its owner can
// read it.
func Write(path, aside string, data []byte) error {
	file, err := os.CreateTemp(aside, "*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // has another name by then, when all goes well
	_, err = file.Write(data)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return Rename(file.Name(), path)
}

// Rename gives a file that is on the disk its place, and sees to it that the disk knows of that too.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(to))
}

// SyncFolder puts a folder's names on the disk; Windows has no such thing to ask for.
func SyncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
