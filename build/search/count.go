package search

import (
	"bytes"
	"math"

	"leadsite/build/site"
	"leadsite/build/theme"
)

// A counter counts the words of pages, one page after the other.
type counter struct {
	plan    *site.Site
	theme   *theme.Theme
	text    reader
	numbers map[string]uint32 // of each word that it has met
	words   []string          // by number
	tallies []tally           // by number
	met     []uint32          // the numbers of the current page, each once
	round   uint32            // of the current page
	part    uint8             // what is being read
	file    bytes.Buffer      // of the page
	done    []*page
}

// tally is how a word stands in the page of a round.
type tally struct {
	round uint32
	term
	shown bool // the result shows it
}

// partShown is what a result shows; the other parts are levels.
const partShown = 255

func newCounter(plan *site.Site, th *theme.Theme) *counter {
	k := &counter{plan: plan, theme: th, numbers: map[string]uint32{}}
	k.text = reader{words: &splitter{take: k.take}, heading: func(is bool) {
		k.part = levelBody
		if is {
			k.part = levelHeading
		}
	}}
	return k
}

// read counts a page's words.
func (k *counter) read(into *page, p *site.Page, limit int) error {
	into.Page = p
	body, err := p.Entry.ReadInto(&k.file, k.plan.Tree.Source)
	if err != nil {
		return err
	}
	shows := p.Description
	if shows == "" {
		shows = p.Summary
	}
	into.text = shorten(shows, limit)
	k.round++
	k.met = k.met[:0]
	k.plain(partShown, p.Title, into.text)
	k.plain(levelName, p.Entry.Front.Keywords...)
	for _, author := range p.Authors {
		k.plain(levelName, author.Name)
	}
	for _, filing := range p.Terms {
		for _, t := range filing.Terms {
			k.plain(levelName, t.Term, t.Title)
		}
	}
	k.plain(levelBody, p.Description)
	k.text.markdown(body)
	for _, b := range p.Blocks {
		k.text.fields(k.theme.Blocks[b.Type].Fields, b.Fields)
	}
	into.terms = k.terms()
	k.done = append(k.done, into)
	return nil
}

func (k *counter) plain(part uint8, texts ...string) {
	k.part = part
	for _, text := range texts {
		k.text.words.split([]byte(text))
	}
}

// take counts a word of the part that is being read.
func (k *counter) take(word []byte) {
	number, known := k.numbers[string(word)]
	if !known {
		number = uint32(len(k.words))
		k.words = append(k.words, string(word))
		k.numbers[k.words[number]] = number
		k.tallies = append(k.tallies, tally{})
	}
	t := &k.tallies[number]
	if t.round != k.round {
		*t = tally{round: k.round, term: term{word: number}}
		k.met = append(k.met, number)
	}
	if k.part == partShown {
		t.shown = true
		return
	}
	t.level = max(t.level, k.part)
	if t.count < math.MaxUint16 {
		t.count++
	}
}

// terms are the words of the current page that a result does not show.
func (k *counter) terms() []term {
	terms := make([]term, 0, len(k.met))
	for _, number := range k.met {
		t := &k.tallies[number]
		if t.shown {
			continue
		}
		if t.level == levelBody && t.count >= often {
			t.level = levelOften
		}
		terms = append(terms, t.term)
	}
	return terms
}
