//go:build !linux && !darwin

package trace

import "io/fs"

// inode is not told here: files are known by size and time alone.
func inode(fs.FileInfo) (changed int64, file uint64) { return 0, 0 }
