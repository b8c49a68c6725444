package sqlite

import (
	"errors"
	"fmt"
	"os"
)

// errGone is what every write answers once somebody has deleted or replaced the file: SQLite would go on writing to
// the file that has no name any more, and lose all of it when the process ends.
var errGone = errors.New("the file of the lead store is not there any more; put it back, and start again")

// identity is the file that a store was opened on.
type identity struct {
	path string
	info os.FileInfo
}

func identify(path string) (identity, error) {
	info, err := os.Stat(path)
	return identity{path, info}, err
}

// present says whether the path still leads to the file.
func (i identity) present() error {
	now, err := os.Stat(i.path)
	if err != nil {
		return fmt.Errorf("%w: %w", errGone, err)
	}
	if !os.SameFile(now, i.info) {
		return errGone
	}
	return nil
}
