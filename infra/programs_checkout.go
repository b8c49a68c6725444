//go:build !release

package infra

import "io/fs"

// Programs are the functions that this program carries: none, when it was not made by `make release`. Then they are
// compiled from the checkout.
func Programs() fs.FS { return nil }
