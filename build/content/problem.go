package content

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Error is one mistake of an author, located. All stages of the build speak of mistakes in this form.
type Error struct {
	File string `json:"file"`           // slash path below the source: "content/blog/first.md", "themes/x/theme.yaml"
	Line int    `json:"line,omitempty"` // from 1; 0: the file as a whole
	Col  int    `json:"col,omitempty"`  // from 1, in runes; 0: the line as a whole
	Msg  string `json:"msg"`            // what is wrong, lower case, without a full stop
	Hint string `json:"hint,omitempty"` // what to do
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

// Errors returns the errors in the order of files and lines, none twice.
func (p *Problems) Errors() []*Error { return p.sorted(&p.errors) }

// Warnings returns the warnings in the order of files and lines, none twice.
func (p *Problems) Warnings() []*Error { return p.sorted(&p.warnings) }

func (p *Problems) sorted(list *[]*Error) []*Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := slices.Clone(*list)
	slices.SortStableFunc(out, compare)
	return slices.CompactFunc(out, func(a, b *Error) bool { return *a == *b })
}

func compare(a, b *Error) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col), cmp.Compare(a.Msg, b.Msg))
}
