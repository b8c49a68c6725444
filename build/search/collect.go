package search

import (
	"context"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/theme"
)

// collection is what was read of the pages of a language.
type collection struct {
	pages []page
	words []string // all words of all pages, sorted
}

// page is one page as the index sees it.
type page struct {
	*site.Page
	text  string // what a result shows
	terms []term // words that title and text do not show
}

// term is a word of a page.
type term struct {
	word  uint32 // its number in collection.words
	count uint16 // how often the body has it
	level uint8
	tells int32 // how much it tells about the page
}

// What a word says about a page.
const (
	levelBody = iota
	levelOften
	levelHeading
	levelName // of a tag, an author, or a keyword of the front matter
)

// often is how many times make levelOften.
const often = 3

// collect reads the pages on as many goroutines as there are cores.
func collect(ctx context.Context, plan *site.Site, th *theme.Theme, pages []*site.Page, problems *content.Problems) (*collection, error) {
	c := &collection{pages: make([]page, len(pages))}
	limit := textLimit(len(pages))
	var next atomic.Int64
	var mu sync.Mutex
	var counters []*counter
	group, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			k := newCounter(plan, th)
			mu.Lock()
			counters = append(counters, k)
			mu.Unlock()
			for i := int(next.Add(1)) - 1; i < len(pages); i = int(next.Add(1)) - 1 {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := k.read(&c.pages[i], pages[i], limit); err != nil {
					pos := content.Pos{File: pages[i].Entry.File}
					problems.Add(pos.Errorf("build again", "reading the page: %v", err)) // rendering says the same
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	c.number(counters)
	return c, nil
}

// number gives the words that the counters met the same numbers, whoever met them first.
func (c *collection) number(counters []*counter) {
	all := map[string]uint32{}
	for _, k := range counters {
		for word := range k.numbers {
			all[word] = 0
		}
	}
	c.words = slices.Sorted(maps.Keys(all))
	for i, word := range c.words {
		all[word] = uint32(i)
	}
	for _, k := range counters {
		for _, p := range k.done {
			for i := range p.terms {
				p.terms[i].word = all[k.words[p.terms[i].word]]
			}
		}
	}
}
