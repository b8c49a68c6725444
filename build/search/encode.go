package search

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"leadsite/build/site"
)

// formatVersion is what assets/search.js must know to read the file.
const formatVersion = 1

// file is the index as JSON.
type file struct {
	Format int      `json:"format"`
	Titles []string `json:"titles"`
	Texts  []string `json:"texts"`
	URLs   []string `json:"urls"`
	Dates  string   `json:"dates"`
	Words  string   `json:"words"`
	Found  string   `json:"found"`
}

// encode writes what was chosen of the pages.
func (c *collection) encode() []byte {
	f := file{Format: formatVersion, Titles: []string{}, Texts: []string{}, URLs: []string{}}
	for _, p := range c.pages {
		f.Titles = append(f.Titles, p.Title)
		f.Texts = append(f.Texts, p.text)
		f.URLs = append(f.URLs, shortURL(p.Page))
	}
	f.Dates = c.dates()
	f.Words, f.Found = c.found()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(f); err != nil {
		panic(err) // texts and numbers always encode
	}
	return out.Bytes()
}

// shortURL is a page's URL with * in place of what follows from its title.
func shortURL(p *site.Page) string {
	if dir, ok := strings.CutSuffix(p.URL, dashed(p.Title)+"/"); ok && strings.HasSuffix(dir, "/") {
		return dir + "*"
	}
	return p.URL
}

// dashed is a title in lower case, with one hyphen for each run of anything but a-z and 0-9.
func dashed(title string) string {
	parts := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(parts, "-")
}

// day is how many days there are between the first of January of the year 1 and a date, as its page shows it.
func day(t time.Time) int {
	const from0001To1970 = 719162
	y, m, d := t.Date()
	return max(0, int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/(24*60*60))+from0001To1970)
}

// dates are the days of the pages that have one: the first ones.
func (c *collection) dates() string {
	var out []byte
	last := 0
	for _, p := range c.pages {
		if p.Date.IsZero() {
			break
		}
		at := day(p.Date)
		if len(out) == 0 {
			out = appendNumber(out, at)
		} else {
			out = appendNumber(out, last-at)
		}
		last = at
	}
	return string(out)
}

// posting is a page that has a word.
type posting struct {
	page  int
	level uint8
}

// found lists the words that are kept, and the pages of each.
func (c *collection) found() (words, pages string) {
	postings := make([][]posting, len(c.words))
	for i := range c.pages {
		for _, t := range c.pages[i].terms {
			postings[t.word] = append(postings[t.word], posting{page: i, level: t.level})
		}
	}
	var list, found []byte
	before := ""
	for number, of := range postings {
		if len(of) == 0 {
			continue
		}
		if before != "" {
			found = append(found, ' ')
		}
		word, last := c.words[number], -1
		shared, rest := sharedLetters(before, word)
		list = append(append(list, byte('A'+shared)), rest...)
		for _, p := range of {
			found = appendNumber(found, (p.page-last)*4+int(p.level))
			last = p.page
		}
		before = word
	}
	return string(list), string(found)
}

// sharedLetters is how many letters a word begins with that the one before it has too, at most 25, and the rest of it.
// A letter is one unit of UTF-16, as scripts count them.
func sharedLetters(before, word string) (shared int, rest string) {
	for i, r := range word {
		if shared == 25 || r > 0xFFFF || !strings.HasPrefix(before[i:], string(r)) {
			return shared, word[i:]
		}
		shared++
	}
	return shared, ""
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

// appendNumber writes a number from 0 on in digits of five bits, lowest first; the sixth says that more follow.
func appendNumber(out []byte, n int) []byte {
	for ; n >= 32; n >>= 5 {
		out = append(out, digits[n&31|32])
	}
	return append(out, digits[n])
}
