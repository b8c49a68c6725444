// Package corpus writes a blog of any size, the same one every time: what speed is measured on.
//
// A post has about 800 words under four headings, with emphasis, links, lists, tables, quotations and code as often as
// people use them. It is made from its number alone, so that a larger blog begins with the posts of a smaller one.
package corpus

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Write writes posts into a folder: post-000000.md, post-000001.md and so on.
func Write(dir string, posts int) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i := range posts {
		if err := os.WriteFile(filepath.Join(dir, Name(i)), Post(i), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// Name is the file of a post.
func Name(i int) string { return fmt.Sprintf("post-%06d.md", i) }

// Post is the Markdown file of a post, by its number from 0.
func Post(i int) []byte {
	w := writer{state: uint64(i)}
	w.front(i)
	w.paragraph()
	for range w.between(3, 5) {
		w.heading()
		for range w.between(1, 3) {
			w.paragraph()
		}
		w.extra()
	}
	return w.out.Bytes()
}

// The words of the posts; the theme of the benchmark's site knows the terms.
var (
	words = strings.Fields(`answer basket bell bridge button calendar call campaign caulk chair clerk counter customer deck desk door
		drawer enquiry envelope ferry figure form funnel harbour headline hour invoice kettle key knot label ladder lamp landing
		ledger letter list lock mail map mast meeting morning name note number offer order page paper pencil person pipeline plank
		price question quote rail reason receipt region register reply report rope route rule sail sale season service shelf ship
		shop sign stamp story table telephone test thread ticket tide tower trade verdict visit visitor voice wall week window yard`)
	terms      = strings.Fields("analytics automation brand content copywriting crm design email forms funnel growth leads marketing pricing reporting sales seo social strategy tools")
	categories = strings.Fields("cases guides news")
)

// writer makes one post.
type writer struct {
	state uint64
	out   bytes.Buffer
}

// next is the next number of SplitMix64, which is the same for ever; that of math/rand need not be.
func (w *writer) next() uint64 {
	w.state += 0x9E3779B97F4A7C15
	z := w.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// between is a number from low to high.
func (w *writer) between(low, high int) int { return low + int(w.next()%uint64(high-low+1)) }

// chance is true in so many of a hundred cases.
func (w *writer) chance(percent int) bool { return w.between(1, 100) <= percent }

func (w *writer) pick(from []string) string { return from[w.between(0, len(from)-1)] }

// pickAll picks n words, and begins with a capital.
func (w *writer) pickAll(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = w.pick(words)
	}
	return capital(strings.Join(all, " "))
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// pickTerms are three different terms.
func (w *writer) pickTerms() string {
	at, step := w.between(0, len(terms)-1), w.between(1, 6)
	return strings.Join([]string{terms[at], terms[(at+step)%len(terms)], terms[(at+2*step)%len(terms)]}, ", ")
}

// front dates a post on the day of its number, over ten years; larger blogs have several on a day.
func (w *writer) front(i int) {
	day := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i%3650)
	fmt.Fprintf(&w.out, "---\ntitle: \"%s, number %d\"\ndate: %s\ndescription: %s\ntags: [%s]\ncategories: [%s]\nauthor: Alex Doe\n---\n\n",
		w.pickAll(6), i, day.Format(time.DateOnly), w.pickAll(w.between(8, 14))+".", w.pickTerms(), w.pick(categories))
}

func (w *writer) heading() { fmt.Fprintf(&w.out, "## %s\n\n", w.pickAll(4)) }

func (w *writer) paragraph() {
	for i := range w.between(3, 6) {
		if i > 0 {
			w.out.WriteByte(' ')
		}
		w.sentence()
	}
	w.out.WriteString("\n\n")
}

// sentence has some of its words stressed, linked or set as code.
func (w *writer) sentence() {
	n := w.between(8, 20)
	text := strings.Fields(w.pickAll(n))
	for _, dress := range []struct {
		percent       int
		before, after string
	}{{20, "**", "**"}, {15, "*", "*"}, {5, "`", "`"}, {10, "[", "](https://example.com/" + w.pick(words) + ")"}} {
		if at := w.between(1, n-1); w.chance(dress.percent) && !strings.ContainsAny(text[at], "*`[") {
			text[at] = dress.before + text[at] + dress.after
		}
	}
	w.out.WriteString(strings.Join(text, " ") + ".")
}

// extra is what two of three sections end with.
func (w *writer) extra() {
	switch roll := w.between(1, 100); {
	case roll <= 40:
		w.list("- ", 5)
	case roll <= 55:
		w.table()
	case roll <= 70:
		w.list("> ", 1)
	case roll <= 80:
		w.list("1. ", 3)
	case roll <= 85:
		w.out.WriteString("```go\nfunc main() {\n\tfmt.Println(\"good morning\")\n}\n```\n\n")
	}
}

func (w *writer) list(mark string, items int) {
	for range items {
		w.out.WriteString(mark)
		w.sentence()
		w.out.WriteByte('\n')
	}
	w.out.WriteByte('\n')
}

func (w *writer) table() {
	w.out.WriteString("| Day | Who | What |\n| --- | --- | --- |\n")
	for range 4 {
		fmt.Fprintf(&w.out, "| %s | %s | %s |\n", w.pick(words), w.pick(words), w.pick(words))
	}
	w.out.WriteByte('\n')
}
