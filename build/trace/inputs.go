package trace

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// Inputs are the files below some folders as they look: what a build is made from.
type Inputs struct {
	taken  time.Time // before the first stamp
	paths  []string  // with slashes, below the source, sorted
	stamps []Stamp
	linked bool // a symbolic link is among them: what it leads to is not looked at
}

// Survey looks at every file below some folders of a source. A folder that is not there has no files. Skip says which
// files and folders are nobody's input.
func Survey(ctx context.Context, source string, folders []string, skip func(path string) bool, now time.Time) (*Inputs, error) {
	in := &Inputs{taken: now}
	for _, folder := range folders {
		if err := in.list(ctx, source, folder, skip); err != nil {
			return nil, err
		}
	}
	slices.Sort(in.paths)
	in.stamps = make([]Stamp, len(in.paths))
	group, ctx := errgroup.WithContext(ctx)
	for part := range slices.Chunk(indexes(len(in.paths)), max(1, len(in.paths)/runtime.GOMAXPROCS(0)+1)) {
		group.Go(func() error {
			for _, i := range part {
				in.stamps[i] = Look(filepath.Join(source, filepath.FromSlash(in.paths[i])))
			}
			return ctx.Err()
		})
	}
	return in, group.Wait()
}

func indexes(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func (in *Inputs) list(ctx context.Context, source, folder string, skip func(string) bool) error {
	entries, err := os.ReadDir(filepath.Join(source, filepath.FromSlash(folder)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(folder, e.Name())
		switch {
		case skip(name):
		case e.IsDir():
			if err := in.list(ctx, source, name, skip); err != nil {
				return err
			}
		default:
			in.linked = in.linked || e.Type()&fs.ModeSymlink != 0
			in.paths = append(in.paths, name)
		}
	}
	return nil
}

// Add adds another survey's files to these.
func (in *Inputs) Add(other *Inputs) {
	stamps := make(map[string]Stamp, len(in.paths)+len(other.paths))
	for _, one := range []*Inputs{in, other} {
		for i, p := range one.paths {
			stamps[p] = one.stamps[i]
		}
	}
	in.paths, in.linked = slices.Sorted(maps.Keys(stamps)), in.linked || other.linked
	in.stamps = make([]Stamp, len(in.paths))
	for i, p := range in.paths {
		in.stamps[i] = stamps[p]
	}
}

// Changes are the files that are not surely the same as in an earlier survey. All is true when nothing can be said:
// files came or went, or there was no earlier one.
func (in *Inputs) Changes(earlier *Inputs) (paths []string, all bool) {
	if earlier == nil || in.linked || earlier.linked || !slices.Equal(in.paths, earlier.paths) {
		return nil, true
	}
	for i, p := range in.paths {
		if in.stamps[i] != earlier.stamps[i] || !earlier.stamps[i].Settled(earlier.taken) {
			paths = append(paths, p)
		}
	}
	return paths, false
}

// Has says whether a path is a file that was found, or a folder of such.
func (in *Inputs) Has(path string) bool {
	i, is := slices.BinarySearch(in.paths, path)
	k, _ := slices.BinarySearch(in.paths, path+"/")
	return is || i < len(in.paths) && strings.HasPrefix(in.paths[min(k, len(in.paths)-1)], path+"/")
}

// Same says whether a file is surely the same as in an earlier survey.
func (in *Inputs) Same(earlier *Inputs, file string) bool {
	if in == nil || earlier == nil || in.linked || earlier.linked {
		return false
	}
	i, ok := slices.BinarySearch(in.paths, file)
	k, was := slices.BinarySearch(earlier.paths, file)
	return ok && was && in.stamps[i] == earlier.stamps[k] && earlier.stamps[k].Settled(earlier.taken)
}

// Encode writes a survey.
func (in *Inputs) Encode(w *Writer) {
	w.Int(in.taken.UnixNano())
	w.Bool(in.linked)
	w.Uint(uint64(len(in.paths)))
	before := ""
	for i, p := range in.paths {
		shared := 0
		for shared < min(len(p), len(before)) && p[shared] == before[shared] {
			shared++
		}
		w.Uint(uint64(shared))
		w.Text(p[shared:])
		w.Stamp(in.stamps[i])
		before = p
	}
}

// DecodeInputs reads a survey; nil when it is damaged.
func DecodeInputs(r *Reader) *Inputs {
	in := &Inputs{taken: time.Unix(0, r.Int()), linked: r.Bool()}
	n := r.Count()
	in.paths, in.stamps = make([]string, n), make([]Stamp, n)
	before := ""
	for i := range n {
		shared := int(r.Uint())
		if shared > len(before) {
			return nil
		}
		rest := r.Text()
		in.paths[i] = strings.Join([]string{before[:shared], rest}, "")
		in.stamps[i] = r.Stamp()
		before = in.paths[i]
	}
	if r.Bad() {
		return nil
	}
	return in
}
