package search

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sort"
)

// budget is how many bytes an index may come to when it is compressed, by estimate. From a thousand pages on it grows
// with them; below, it is that of a thousand, so that a small site keeps every word.
func budget(pages int) int { return 95 * max(pages, 1000) }

// textLimit is how many runes of its description a result shows. Texts are the larger half of a large site's index.
func textLimit(pages int) int {
	if pages > 400 {
		return 80
	}
	return 160
}

// fewest is how many words each page keeps, however large the site is.
const fewest = 8

// choose leaves each page the words that tell most about it, as many as the budget has room for.
func (c *collection) choose() {
	room := budget(len(c.pages)) - c.shownSize()
	if c.size(math.MaxInt) <= room {
		return
	}
	most := c.rank()
	keep := fewest + sort.Search(max(0, most-fewest), func(more int) bool { return c.size(fewest+more+1) > room })
	for i := range c.pages {
		p := &c.pages[i]
		p.terms = p.terms[:min(keep, len(p.terms))]
	}
}

// rank orders each page's words by how much they tell about it, and says how many the page with most words has.
func (c *collection) rank() (most int) {
	rarity, spread := make([]int, len(c.words)), c.spread(math.MaxInt)
	for word, pages := range spread {
		// What is on less than one page in a hundred is not more telling for that, and dear to keep.
		rarity[word] = 8 + log16(len(c.pages)+2) - log16(max(pages, 3, len(c.pages)/100))
	}
	for i := range c.pages {
		terms := c.pages[i].terms
		most = max(most, len(terms))
		for j := range terms {
			terms[j].tells = int32(terms[j].strength() * rarity[terms[j].word])
		}
		slices.SortFunc(terms, func(a, b term) int {
			if a.tells != b.tells {
				return int(b.tells - a.tells)
			}
			return cmp.Or(spread[b.word]-spread[a.word], cmp.Compare(a.word, b.word))
		})
	}
	return most
}

// strength is how much a word is stressed in its page.
func (t term) strength() int {
	switch t.level {
	case levelName:
		return 100
	case levelHeading:
		return 8 + min(int(t.count), 4)
	}
	return 3 + min(int(t.count), 6)
}

// spread is on how many pages each word is, when each page keeps so many.
func (c *collection) spread(keep int) []int {
	pages := make([]int, len(c.words))
	for i := range c.pages {
		terms := c.pages[i].terms
		for _, t := range terms[:min(keep, len(terms))] {
			pages[t.word]++
		}
	}
	return pages
}

// size estimates the compressed size of words and found when each page keeps so many words. It is made of whole
// numbers, and not of a trial with gzip, so that every build of the program on every machine chooses the same words.
func (c *collection) size(keep int) int {
	size, before := 0, "" // in 1/128 bytes
	for word, pages := range c.spread(keep) {
		if pages == 0 {
			continue
		}
		text := c.words[word]
		size += perWord + perLetter*(len(text)-common(before, text))
		before = text
		size += pages * (perPage + perDoubling*(log16(len(c.pages))-log16(pages))/16)
	}
	return size / 128
}

// What things cost when they are compressed, in 1/128 bytes. They were measured on English, German and made-up text.
const (
	perWord     = 110
	perLetter   = 60
	perPage     = 40 // on which a word is
	perDoubling = 23 // of the distance between such pages
)

// shownSize estimates the compressed size of titles, texts, URLs and dates.
func (c *collection) shownSize() int {
	size := 0
	for i := range c.pages {
		p := &c.pages[i]
		size += len(p.Title)*9/20 + len(p.text)*17/40 + len(shortURL(p.Page))/8 + 1
	}
	return size
}

// common is how many bytes two words have in common at their beginning.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// log16 is sixteen times the binary logarithm of a number from 1 on.
func log16(x int) int {
	whole := bits.Len64(uint64(x)) - 1
	rest := uint64(x) << (63 - whole) >> 32 // from 1<<31 to below 1<<32
	for range 4 {
		rest = rest * rest >> 31
		whole <<= 1
		if rest >= 1<<32 {
			rest >>= 1
			whole |= 1
		}
	}
	return whole
}
