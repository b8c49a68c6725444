//go:build release

package infra

import (
	"embed"
	"io/fs"
)

// programs are the compiled functions; `make release` puts them there.
//
//go:embed programs/*.gz
var programs embed.FS

// Programs are the functions that this program carries, NAME.gz each. Only a released program carries them.
func Programs() fs.FS {
	sub, err := fs.Sub(programs, "programs")
	if err != nil {
		panic(err) // only for a path that is not valid
	}
	return sub
}
