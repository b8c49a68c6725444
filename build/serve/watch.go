package serve

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long the source must be quiet before a build: an editor's save is several events, a branch switch hundreds.
const settle = 10 * time.Millisecond

// watch sends on the channel which files changed below the paths, once the changes have come to rest; nil when that is
// not known for certain. Paths that do not exist yet are waited for. The channel is closed when the context ends.
func watch(ctx context.Context, paths []string, log *slog.Logger) (<-chan []string, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("watching the source: %w", err)
	}
	t := &tracker{watcher: w, roots: paths, log: log}
	for _, path := range paths {
		t.add(path)
		t.addFolder(filepath.Dir(path)) // hears of a root that is made, or replaced, later
	}
	changes := make(chan []string)
	go func() {
		defer close(changes)
		defer w.Close()
		t.run(ctx, changes)
	}()
	return changes, nil
}

type tracker struct {
	watcher *fsnotify.Watcher
	roots   []string
	log     *slog.Logger
}

// run turns bursts of events into single changes. While nobody takes them, they gather.
func (t *tracker) run(ctx context.Context, changes chan<- []string) {
	quiet := time.NewTimer(settle)
	quiet.Stop()
	changed, lost := map[string]bool{}, false
	var ready chan<- []string // changes, when there are some that have come to rest
	for {
		var batch []string
		if !lost {
			batch = slices.Sorted(maps.Keys(changed))
		}
		select {
		case <-ctx.Done():
			return
		case e := <-t.watcher.Events:
			if t.matters(e) {
				changed[e.Name], ready = true, nil
				quiet.Reset(settle)
			}
		case err := <-t.watcher.Errors: // events were lost: look again at everything, and build
			t.log.Warn("watching the source", "error", err)
			for _, root := range t.roots {
				t.add(root)
			}
			lost, ready = true, nil
			quiet.Reset(settle)
		case <-quiet.C:
			ready = changes
		case ready <- batch:
			changed, lost, ready = map[string]bool{}, false, nil
		}
	}
}

// matters says whether an event is a change of the source, and follows new folders.
func (t *tracker) matters(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod || !t.below(e.Name) || strings.HasSuffix(e.Name, "~") {
		return false
	}
	if e.Has(fsnotify.Create) {
		t.add(e.Name)
	}
	return true
}

func (t *tracker) below(name string) bool {
	for _, root := range t.roots {
		if name == root || strings.HasPrefix(name, root+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// add watches a folder and all below it; a file needs no watch of its own.
func (t *tracker) add(path string) {
	err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			t.addFolder(name)
		}
		return nil // what vanished meanwhile needs no watch
	})
	if err != nil {
		t.log.Warn("watching the source", "folder", path, "error", err)
	}
}

func (t *tracker) addFolder(name string) {
	if err := t.watcher.Add(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.log.Warn("watching the source", "folder", name, "error", err)
	}
}
