package publish

import (
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"leadsite/build/trace"
)

// Record is an output folder as a build left it.
type Record struct {
	taken   time.Time // before the first stamp
	files   map[string]known
	folders map[string]trace.Stamp // "." is the output itself
}

// known is one file of the output.
type known struct {
	stamp trace.Stamp
	sum   trace.Sum
}

// Encode writes a record: time; number of files, and for each path, stamp and sum; number of folders, and for each path
// and stamp; in any order.
func (r *Record) Encode(w *trace.Writer) {
	w.Int(r.taken.UnixNano())
	w.Uint(uint64(len(r.files)))
	for file, k := range r.files {
		w.Text(file)
		w.Stamp(k.stamp)
		w.Sum(k.sum)
	}
	w.Uint(uint64(len(r.folders)))
	for folder, stamp := range r.folders {
		w.Text(folder)
		w.Stamp(stamp)
	}
}

// DecodeRecord reads a record; nil when it is damaged.
func DecodeRecord(in *trace.Reader) *Record {
	r := &Record{taken: time.Unix(0, in.Int())}
	n := in.Count()
	r.files = make(map[string]known, n)
	for range n {
		file := in.Text()
		r.files[file] = known{in.Stamp(), in.Sum()}
	}
	n = in.Count()
	r.folders = make(map[string]trace.Stamp, n)
	for range n {
		folder := in.Text()
		r.folders[folder] = in.Stamp()
	}
	if !in.Done() {
		return nil
	}
	return r
}

// look finds out which files and folders of the output are still as the record has them. A file that looks otherwise,
// or was too young to be sure of it, is read.
func (s *Stage) look() {
	defer close(s.looked)
	started := time.Now()
	s.intact = make(map[string]trace.Stamp, len(s.known.files)+len(s.known.folders))
	s.inParts(slices.Collect(maps.Keys(s.known.files)), func(file string) (trace.Stamp, bool) {
		return s.lookAt(file, s.known.files[file], started)
	})
	var folders []string
	for folder := range s.known.folders {
		folders = append(folders, folder+"/")
	}
	s.inParts(folders, func(folder string) (trace.Stamp, bool) {
		stamp := s.known.folders[path.Clean(folder)]
		return stamp, stamp.Dated() && stamp.Settled(s.known.taken) && trace.Look(s.in(s.output, folder)) == stamp
	})
}

// lookAt is the stamp of a file that is as it was; the zero Stamp when it must be read next time too.
func (s *Stage) lookAt(file string, was known, started time.Time) (trace.Stamp, bool) {
	stamp := trace.Look(s.in(s.output, file))
	if stamp == was.stamp && stamp.Settled(s.known.taken) {
		return stamp, true
	}
	if stamp.Size != was.stamp.Size {
		return stamp, false
	}
	data, err := os.ReadFile(s.in(s.output, file))
	if err != nil || trace.OfBytes(data) != was.sum {
		return stamp, false
	}
	if !stamp.Settled(started) {
		stamp = trace.Stamp{Size: stamp.Size}
	}
	return stamp, true
}

// inParts looks at many paths on as many goroutines as there are cores, and notes those that are intact.
func (s *Stage) inParts(paths []string, look func(string) (trace.Stamp, bool)) {
	var group errgroup.Group
	for part := range slices.Chunk(paths, len(paths)/runtime.GOMAXPROCS(0)+1) {
		group.Go(func() error {
			stamps, same := make([]trace.Stamp, len(part)), make([]bool, len(part))
			for i, p := range part {
				stamps[i], same[i] = look(p)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			for i, p := range part {
				if same[i] {
					s.intact[p] = stamps[i]
				}
			}
			return nil
		})
	}
	_ = group.Wait() // nothing in it fails
}

func closed() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// Untouched says whether the output is what Options.Known says, to the last file, with nothing beside it.
func (s *Stage) Untouched() bool {
	<-s.looked
	return len(s.known.files) > 0 && len(s.intact) == len(s.known.files)+len(s.known.folders)
}

// Known is how many files the output has by Options.Known.
func (s *Stage) Known() int { return len(s.known.files) }

// Intact says whether a file of the output is the one that Options.Known says.
func (s *Stage) Intact(file string) bool {
	<-s.looked
	_, ok := s.intact[file]
	return ok
}

// intactAs says whether the output has a file with a sum.
func (s *Stage) intactAs(file string, sum trace.Sum) bool {
	return s.Intact(file) && s.known.files[file].sum == sum
}

// Keep claims a path for the file that the output has there, which is Intact. One that is claimed stays as it is.
func (s *Stage) Keep(file string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, claimed := s.staged[file]; !claimed {
		s.staged[file] = false
		s.folds[strings.ToLower(file)] = file
		s.sums[file] = s.known.files[file].sum
	}
}

// many is how many files are not worth reading once more in the next build.
const many = 50

// record takes note of the output as it is after a commit, which has changed some files of it.
func (s *Stage) record(changed []string) *Record {
	if len(changed) > many {
		time.Sleep(trace.Tick) // what was just written now differs from what anybody writes later, and need not be read next time
	}
	r := &Record{taken: time.Now(), files: make(map[string]known, len(s.staged)), folders: make(map[string]trace.Stamp, len(s.staged))}
	touched := map[string]bool{}
	for _, file := range changed {
		addFolders(touched, file)
	}
	<-s.looked
	folders, unsure := map[string]bool{".": true}, []string(nil)
	for file := range s.staged {
		addFolders(folders, file)
		if stamp, ok := s.intact[file]; ok && !s.staged[file] {
			r.files[file] = known{stamp, s.sums[file]}
		} else {
			unsure = append(unsure, file)
		}
	}
	for folder := range folders {
		if stamp, ok := s.intact[folder+"/"]; ok && !touched[folder] {
			r.folders[folder] = stamp
		} else {
			unsure = append(unsure, folder+"/")
		}
	}
	s.intact = map[string]trace.Stamp{}
	s.inParts(unsure, func(p string) (trace.Stamp, bool) { return trace.Look(s.in(s.output, p)), true })
	for p, stamp := range s.intact {
		if folder, ok := strings.CutSuffix(p, "/"); ok {
			r.folders[folder] = stamp
		} else {
			r.files[p] = known{stamp, s.sums[p]}
		}
	}
	return r
}

// addFolders adds all folders that a file is in, up to the output itself.
func addFolders(to map[string]bool, file string) {
	for folder := path.Dir(file); !to[folder]; folder = path.Dir(folder) {
		to[folder] = true
		if folder == "." {
			return
		}
	}
}
