package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"golang.org/x/term"
	"golang.org/x/text/width"

	"leadsite/build/content"
)

// How errors and warnings look on the command line:
//
//	leadsite: error: content/about.md:3:1: unknown key "titel"
//	    3 | titel: About us
//	      | ^
//	leadsite: hint: did you mean "title"?
//
// Where nobody looks at a terminal it is the same without colours.

// mistake is an author's mistake with the line that it is about.
type mistake struct {
	what *content.Error
	line string // as it stands in the file; "" when it cannot be had
}

func (m mistake) Error() string { return m.what.Error() }

// Hint is what to do.
func (m mistake) Hint() string { return m.what.Hint }

// lines finds lines of the author's files, and of the embedded theme's.
type lines struct {
	source   string
	embedded fs.FS
	file     string   // the one that was read last
	text     []string // its lines
}

// mistakes adds to each error the line that it is about.
func (l *lines) mistakes(errs []*content.Error) []mistake {
	all := make([]mistake, len(errs))
	for i, e := range errs {
		all[i] = mistake{e, l.line(e)}
	}
	return all
}

func (l *lines) line(e *content.Error) string {
	if e.Line < 1 {
		return ""
	}
	if l.file != e.File || l.text == nil {
		l.file, l.text = e.File, strings.Split(string(l.read(e.File)), "\n")
	}
	if e.Line > len(l.text) {
		return ""
	}
	return strings.TrimRight(l.text[e.Line-1], "\r")
}

// read reads a file of the source, and one of the embedded theme that the source does not replace.
func (l *lines) read(file string) []byte {
	root, err := os.OpenRoot(l.source)
	if err == nil {
		defer root.Close()
		if data, err := root.ReadFile(filepath.FromSlash(file)); err == nil {
			return data
		}
	}
	if rest, ok := strings.CutPrefix(file, "themes/"); ok && l.embedded != nil {
		_, name, _ := strings.Cut(rest, "/")
		if data, err := fs.ReadFile(l.embedded, name); err == nil {
			return data
		}
	}
	return nil
}

// A line is cut to shown runes, so that the place stands with before runes before it: a paragraph of Markdown is often
// one line.
const (
	shownRunes  = 100
	runesBefore = 60
)

// excerpt is what is shown of a line, and blanks up to a column of it, from 1; 0 gives no blanks.
func excerpt(line string, col int) (shown, blanks string) {
	runes := []rune(strings.TrimPrefix(line, "\ufeff"))
	at := min(max(col-1, 0), len(runes))
	cutLeft, cutRight := "", ""
	if at > runesBefore && len(runes) > shownRunes {
		from := min(at-runesBefore, len(runes)-shownRunes)
		runes, at, cutLeft = runes[from:], at-from, "…"
	}
	if len(runes) > shownRunes {
		runes, cutRight = runes[:shownRunes], "…"
	}
	for i, r := range runes {
		runes[i] = printable(r)
	}
	if col < 1 {
		return cutLeft + string(runes) + cutRight, ""
	}
	return cutLeft + string(runes) + cutRight, blank(cutLeft + string(runes[:min(at, len(runes))]))
}

// printable keeps a file's bytes from speaking to the terminal: what is no sign to be seen becomes one.
func printable(r rune) rune {
	switch {
	case r == '\t' || unicode.IsPrint(r):
		return r
	case unicode.IsSpace(r):
		return ' '
	}
	return unicode.ReplacementChar
}

// blank is white space as wide as a text on a terminal: tabs stay, so that they end where the text's end.
func blank(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteByte('\t')
		case unicode.In(r, unicode.Mn, unicode.Me):
		case wide(r):
			b.WriteString("  ")
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func wide(r rune) bool {
	kind := width.LookupRune(r).Kind()
	return kind == width.EastAsianWide || kind == width.EastAsianFullwidth
}

// screen is where a command talks to a person.
type screen struct {
	io.Writer
	coloured bool
}

// newScreen colours what goes to a terminal, unless NO_COLOR asks it not to.
func newScreen(w io.Writer) screen {
	f, ok := w.(*os.File)
	plain := os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"
	return screen{w, ok && !plain && term.IsTerminal(int(f.Fd()))}
}

// The colours of a terminal.
const (
	red    = "31"
	yellow = "33"
	cyan   = "36"
)

func (s screen) paint(colour, text string) string {
	if !s.coloured {
		return text
	}
	return "\x1b[1;" + colour + "m" + text + "\x1b[0m"
}

// PrintError prints every error that err joins, each with its line and its hint where it has them.
func PrintError(w io.Writer, err error) {
	s := newScreen(w)
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			PrintError(w, e)
		}
		return
	}
	s.print("error", red, err)
}

// print prints one error or warning.
func (s screen) print(kind, colour string, err error) {
	fmt.Fprintf(s, "leadsite: %s %v\n", s.paint(colour, kind+":"), err)
	if m, ok := errors.AsType[mistake](err); ok {
		s.excerpt(m, colour)
	}
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) && hinted.Hint() != "" {
		fmt.Fprintf(s, "leadsite: %s %s\n", s.paint(cyan, "hint:"), hinted.Hint())
	}
}

func (s screen) excerpt(m mistake, colour string) {
	if strings.TrimSpace(m.line) == "" {
		return
	}
	line, before := excerpt(m.line, m.what.Col)
	gutter := fmt.Sprintf("%5d", m.what.Line)
	fmt.Fprintf(s, "%s | %s\n", gutter, line)
	if m.what.Col > 0 {
		fmt.Fprintf(s, "%*s | %s%s\n", len(gutter), "", before, s.paint(colour, "^"))
	}
}

// shownWarnings is how many warnings a build shows: the rest is counted.
const shownWarnings = 20

// warn prints the first warnings, and how many more there are.
func (s screen) warn(warnings []mistake) {
	for _, m := range warnings[:min(shownWarnings, len(warnings))] {
		s.print("warning", yellow, m)
	}
	if more := len(warnings) - shownWarnings; more > 0 {
		fmt.Fprintf(s, "leadsite: %s and %d more: leadsite check shows all of them\n", s.paint(yellow, "warning:"), more)
	}
}
