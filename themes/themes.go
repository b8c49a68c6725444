// Package themes embeds the default theme in the program, so that a site needs no files but its content.
//
// It knows nothing of what the files mean; build/theme does.
package themes

import (
	"embed"
	"io/fs"
)

//go:embed all:default
var files embed.FS

// Default is the default theme's folder: theme.yaml, templates/, blocks/, assets/ and the rest.
func Default() fs.FS {
	sub, err := fs.Sub(files, "default")
	if err != nil {
		panic(err) // the folder is embedded, and its name is a constant
	}
	return sub
}
