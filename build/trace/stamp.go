package trace

import (
	"io/fs"
	"os"
	"time"
)

// Stamp is how a file or a folder looks from outside. Two equal ones of a path, if the first was Settled, are of the same
// bytes; of a folder, of the same names in it.
type Stamp struct {
	Size     int64
	Modified int64  // nanoseconds since 1970
	Changed  int64  // of the inode, which nobody can set; 0 where the system does not tell
	File     uint64 // inode; 0 where the system does not tell
}

// StampOf is the stamp in what a file system says of a file; the zero Stamp when it does not say it.
func StampOf(info fs.FileInfo) Stamp {
	s := Stamp{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	s.Changed, s.File = inode(info)
	return s
}

// Look is the stamp of a path, symbolic links not followed; the zero Stamp when nothing is there.
func Look(path string) Stamp {
	info, err := os.Lstat(path)
	if err != nil {
		return Stamp{}
	}
	return StampOf(info)
}

// Tick is longer than what clocks of usual file systems need to go on.
const Tick = 20 * time.Millisecond

// Clocks of file systems tick: a file that changes twice within a tick looks the same afterwards. Those that show parts
// of a millisecond tick at least fifty times a second; others may count in steps of two seconds.
const (
	fineTick   = int64(Tick)
	coarseTick = int64(2 * time.Second)
)

// Settled says whether the stamp, which was taken not before a time, was older than a tick then: whatever changes the
// file later also changes its stamp.
func (s Stamp) Settled(taken time.Time) bool {
	latest := max(s.Modified, s.Changed)
	tick := fineTick
	if latest%int64(time.Millisecond) == 0 {
		tick = coarseTick
	}
	return s != Stamp{} && latest+tick < taken.UnixNano()
}

// Dated says whether the system tells when a file's inode was changed, so that nobody can set a file's times back.
func (s Stamp) Dated() bool { return s.Changed != 0 }
