package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Root is the folder of a source that holds the content.
const Root = "content"

// Load reads the content of a source folder: pass one. What is wrong with it goes to problems, all of it; the error
// is for a folder that cannot be read and for a context that was cancelled. The tree has every file that could be
// made sense of, so that later stages can find further mistakes.
func Load(ctx context.Context, source fs.FS, problems *Problems) (*Tree, error) {
	return Reload(ctx, source, Past{}, problems)
}

// Reload is Load with a past: of entries whose files are as they were, what an earlier tree remembers is taken instead
// of the files. It comes to the same.
func Reload(ctx context.Context, source fs.FS, past Past, problems *Problems) (*Tree, error) {
	found, err := walk(ctx, source, problems)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", Root, err)
	}
	config := LoadConfig(source, problems)
	memory := past.read()
	cascades := loadCascades(source, found.pages, config, memory)
	settings := sumSettings(source, cascades)
	memory.settle(settings)
	from := &origin{source: source, config: config, cascades: cascades, common: new(Rare)}
	entries, err := readAll(ctx, found.pages, func() *entryReader { return newEntryReader(from, problems, memory) })
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", Root, err)
	}
	config.warnOfStrangers(entries, problems)
	return &Tree{
		Source:     source,
		Config:     config,
		Entries:    entries,
		Forms:      loadForms(source, found.forms, config, problems),
		Data:       loadData(source, found.data, problems),
		Files:      found.files,
		Settings:   settings,
		OnlyBodies: memory.onlyBodies(found.pages),
		origin:     from,
	}, nil
}

// readAll reads the Markdown files on as many goroutines as there are cores, each with a reader of its own.
func readAll(ctx context.Context, pages []string, reader func() *entryReader) ([]*Entry, error) {
	entries := make([]*Entry, len(pages))
	var next atomic.Int64
	var workers sync.WaitGroup
	var failed atomic.Pointer[error]
	for range min(runtime.GOMAXPROCS(0), len(pages)) {
		workers.Go(func() {
			r := reader()
			for i := int(next.Add(1)) - 1; i < len(pages) && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				entry, err := r.read(pages[i])
				if err = errors.Join(err, ctx.Err()); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				entries[i] = entry
			}
		})
	}
	workers.Wait()
	if err := failed.Load(); err != nil {
		return nil, *err
	}
	entries = slices.DeleteFunc(entries, func(e *Entry) bool { return e == nil })
	slices.SortFunc(entries, func(a, b *Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries, nil
}
