package build

import (
	"errors"
	"fmt"
	"os"
)

// ErrNoContent marks a source folder without content/.
var ErrNoContent = errors.New("no content folder")

// OpenSource opens the source folder so that nothing outside it can be read or written, symbolic links included. One
// without content/ is ErrNoContent.
func OpenSource(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoContent, err)
	}
	if info, err := root.Stat("content"); err != nil || !info.IsDir() {
		root.Close()
		return nil, fmt.Errorf("%w in %s", ErrNoContent, dir)
	}
	return root, nil
}
