package content

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"leadsite/build/trace"
)

// Error is one mistake of an author, located. All stages of the build speak of mistakes in this form.
type Error struct {
	File string `json:"file"`           // slash path below the source: "content/blog/first.md", "themes/x/theme.yaml"
	Line int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	Col  int    `json:"col,omitempty"`  // from 1, in runes; 0: the line as a whole
	Msg  string `json:"msg"`            // what is wrong, lower case, without a full stop
	Hint string `json:"hint,omitempty"` // what to do

	unknown  string // the name that is not known, with its kind: "key drfat"; "" for other mistakes
	bearable bool   // a site can be built in spite of it
}

// Error gives "file:line:col: msg" without the hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
		if e.Col > 0 {
			fmt.Fprintf(&b, ":%d", e.Col)
		}
	}
	return b.String() + ": " + e.Msg
}

// Unknown marks the mistake as that of a name which nothing here knows: a key, a shortcode, a layout, a menu. A name is
// reported once, where it is met first, however often it is used; see Problems.Lenient too.
func (e *Error) Unknown(kind, name string) *Error {
	e.unknown, e.bearable = kind+" "+name, true
	return e
}

// Bearable marks a mistake in spite of which a site can be built, as with a link less; see Problems.Lenient.
func (e *Error) Bearable() *Error {
	e.bearable = true
	return e
}

// Pos is a place in a file of the source.
type Pos struct {
	File string
	Line int
	Col  int
}

// Errorf makes an Error at the place.
func (p Pos) Errorf(hint, format string, args ...any) *Error {
	return &Error{File: p.File, Line: p.Line, Col: p.Col, Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// Problems collects what all stages find, from any number of goroutines. The zero value is empty and ready.
type Problems struct {
	Lenient bool // bearable mistakes are warnings, not errors: for a blog on its way from Hugo

	mu       sync.Mutex
	errors   []*Error
	warnings []*Error
}

// Add notes errors. With one of them the build writes nothing.
func (p *Problems) Add(errs ...*Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors = append(p.errors, errs...)
}

// Warn notes warnings: what a careful editor would object to.
func (p *Problems) Warn(errs ...*Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.warnings = append(p.warnings, errs...)
}

// Take adds all that another collection holds.
func (p *Problems) Take(other *Problems) {
	other.mu.Lock()
	errors, warnings := other.errors, other.warnings
	other.mu.Unlock()
	p.Add(errors...)
	p.Warn(warnings...)
}

// None says whether nothing was found.
func (p *Problems) None() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.errors)+len(p.warnings) == 0
}

// Encode writes what was found, for Decode.
func (p *Problems) Encode(w *trace.Writer) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range [][]*Error{p.errors, p.warnings} {
		w.Uint(uint64(len(list)))
		for _, e := range list {
			for _, s := range []string{e.File, e.Msg, e.Hint, e.unknown} {
				w.Text(s)
			}
			w.Int(int64(e.Line))
			w.Int(int64(e.Col))
			w.Bool(e.bearable)
		}
	}
}

// Decode adds what Encode wrote.
func (p *Problems) Decode(r *trace.Reader) {
	for _, list := range []*[]*Error{&p.errors, &p.warnings} {
		for range r.Count() {
			e := &Error{File: r.Text(), Msg: r.Text(), Hint: r.Text(), unknown: r.Text()}
			e.Line, e.Col, e.bearable = int(r.Int()), int(r.Int()), r.Bool()
			*list = append(*list, e)
		}
	}
}

// Strict makes every warning so far an error.
func (p *Problems) Strict() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errors, p.warnings = append(p.errors, p.warnings...), nil
}

// Errors returns the errors in the order of files and lines, none twice.
func (p *Problems) Errors() []*Error {
	errors, _ := p.sorted()
	return errors
}

// Warnings returns the warnings in the order of files and lines, none twice.
func (p *Problems) Warnings() []*Error {
	_, warnings := p.sorted()
	return warnings
}

func (p *Problems) sorted() (errors, warnings []*Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	errors, warnings = slices.Clone(p.errors), slices.Clone(p.warnings)
	if p.Lenient {
		warnings = append(warnings, slices.DeleteFunc(slices.Clone(errors), func(e *Error) bool { return !e.bearable })...)
		errors = slices.DeleteFunc(errors, func(e *Error) bool { return e.bearable })
	}
	return once(errors), once(warnings)
}

// once puts mistakes in order. Of those that say the same of one place, and of an unknown name, the first one stays.
func once(list []*Error) []*Error {
	slices.SortStableFunc(list, compare)
	list = slices.CompactFunc(list, func(a, b *Error) bool { return *a == *b })
	first, more := make(map[string]int), make(map[int]int)
	out := list[:0]
	for _, e := range list {
		at, again := first[e.unknown]
		if e.unknown != "" && again {
			more[at]++
			continue
		}
		first[e.unknown] = len(out)
		out = append(out, e)
	}
	for at, n := range more {
		e := *out[at]
		e.Msg += fmt.Sprintf(" (here, and in %s)", places(n))
		out[at] = &e
	}
	return out
}

func places(n int) string {
	if n == 1 {
		return "one more place"
	}
	return fmt.Sprintf("%d more places", n)
}

func compare(a, b *Error) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Msg, b.Msg))
}
