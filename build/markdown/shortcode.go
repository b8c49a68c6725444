package markdown

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Shortcode is one {{< name … >}} of the text, or {{% name … %}}, which is the same here: text between a pair is
// Markdown in both.
type Shortcode struct {
	Name   string
	Args   map[string]string // by name; those without are "0", "1", …
	Closed bool              // there is a {{< /name >}}
	Inner  string            // HTML of what stands between the two; the text itself of a verbatim one
	Line   int               // where it stands in the text, from 1
	Col    int

	inner     []byte // Markdown
	innerLine int
	block     bool // it stands alone on its lines
	html      string
	written   bool // html is what it becomes
}

// maxShortcodeFaults is how many tags that cannot be read are reported before the rest is taken for text.
const maxShortcodeFaults = 20

// shortcodes takes the shortcodes out of a text and puts marks in their places, so that one may stand anywhere: in a
// paragraph, in an address, in an attribute of raw HTML. Those in code stay as they are.
type shortcodes struct {
	line   int // number of the text's first line
	found  []*Shortcode
	faults []Fault

	verbatim func(name string) bool // what stands in a pair of that name is no Markdown
	unclosed map[string]bool        // verbatim names that nothing closes in the rest of the text

	src    []byte
	out    []byte
	at     int // how far src has been copied to out
	broken int // tags that cannot be read
}

// tag is one {{< … >}} as it stands in the source.
type tag struct {
	name        string
	args        map[string]string
	closing     bool // {{< /name >}}
	alone       bool // {{< name />}}
	escaped     bool // {{</* … */>}}
	fault, hint string
	beg, end    int
	line, col   int
	lineStart   int
}

// extract gives the text with marks in place of the shortcodes.
func (s *shortcodes) extract(src []byte) []byte {
	if !bytes.Contains(src, []byte("{{<")) && !bytes.Contains(src, []byte("{{%")) {
		return src
	}
	s.src = src
	tags := s.scan()
	pairs := pair(tags)
	for i, t := range tags {
		if t.beg < s.at {
			continue // within a pair: it belongs to the inner text
		}
		s.copyTo(t.beg)
		switch closing, paired := pairs[i]; {
		case t.fault != "":
			s.fault(t, t.hint, t.fault)
		case t.escaped:
			s.out = append(s.out, asText(uncomment(src[t.beg:t.end]))...)
			s.at = t.end
		case t.closing:
			s.fault(t, "delete it, or open it before", "{{< /"+t.name+" >}} closes nothing")
			s.at = t.end
		case paired:
			s.put(t, &tags[closing])
		default:
			s.put(t, nil)
		}
	}
	s.copyTo(len(src))
	return s.out
}

func (s *shortcodes) copyTo(end int) {
	s.out = append(s.out, s.src[s.at:end]...)
	s.at = end
}

// pair finds for each tag the one that closes it, by index. Pairs of one name may stand in each other.
func pair(tags []tag) map[int]int {
	pairs := map[int]int{}
	open := map[string][]int{}
	for i, t := range tags {
		stack := open[t.name]
		switch {
		case t.alone || t.escaped || t.fault != "":
		case !t.closing:
			open[t.name] = append(stack, i)
		case len(stack) > 0:
			pairs[stack[len(stack)-1]] = i
			open[t.name] = stack[:len(stack)-1]
		}
	}
	return pairs
}

// put leaves a mark for a shortcode, and goes on behind it and what closes it.
func (s *shortcodes) put(t tag, closing *tag) {
	code := &Shortcode{Name: t.name, Args: t.args, Line: t.line, Col: t.col}
	end := t.end
	if closing != nil {
		code.Closed, code.inner = true, s.src[t.end:closing.beg]
		code.innerLine = t.line + bytes.Count(s.src[t.beg:t.end], []byte{'\n'})
		end = closing.end
	}
	code.block = len(withoutMarkers(s.src[t.lineStart:t.beg])) == 0 && blank(s.src[end:])
	s.out = append(s.out, markOpen)
	s.out = strconv.AppendInt(s.out, int64(len(s.found)), 10)
	s.out = append(s.out, markClose)
	s.found = append(s.found, code)
	s.at = end
}

// uncomment makes {{< x >}} of {{</* x */>}}, and {{% x %}} of {{%/* x */%}}.
func uncomment(src []byte) []byte {
	for _, form := range [][2]string{{"{{<", ">}}"}, {"{{%", "%}}"}} {
		src = bytes.Replace(src, []byte(form[0]+"/*"), []byte(form[0]), 1)
		src = bytes.Replace(src, []byte("*/"+form[1]), []byte(form[1]), 1)
	}
	return src
}

// asText keeps Markdown from seeing a tag of HTML in a shortcode that is shown.
func asText(code []byte) []byte { return bytes.Replace(code, []byte("{{<"), []byte(`{{\<`), 1) }

func (s *shortcodes) fault(t tag, hint, msg string) {
	s.faults = append(s.faults, Fault{Line: t.line, Col: t.col, Msg: msg, Hint: hint})
}

// scan finds the tags outside code.
func (s *shortcodes) scan() []tag {
	var tags []tag
	var fence []byte
	line := s.line
	for i := 0; i < len(s.src); line++ {
		end := nextLine(s.src, i)
		content := withoutMarkers(s.src[i:end])
		if fence != nil {
			if closes(content, fence) {
				fence = nil
			}
		} else if fence, _ = fenceRun(bytes.TrimRight(content, "\n")); fence == nil {
			found, behind := s.scanLine(i, end, line)
			tags = append(tags, found...)
			line += bytes.Count(s.src[end:behind], []byte{'\n'})
			end = behind
		}
		i = end
	}
	return tags
}

// withoutMarkers takes the marks of block quotes and lists, and all indentation, from the front of a line.
func withoutMarkers(line []byte) []byte {
	for range maxDepth {
		line = bytes.TrimLeft(line, " \t")
		if rest, quoted := unquote(line); quoted {
			line = rest
		} else if m, ok := listMarker(line); ok && !m.empty {
			line = line[m.size:]
		} else {
			break
		}
	}
	return line
}

// scanLine finds the tags that begin between two indexes. It also says where what it read ends: a tag or a code span
// may go on over further lines.
func (s *shortcodes) scanLine(beg, end, line int) (tags []tag, behind int) {
	at := place{src: s.src, i: beg, line: line, col: 1, start: beg}
	for i := beg; i < end; {
		switch {
		case s.src[i] == '`':
			i = codeSpanEnd(s.src, i)
		case s.src[i] == '\\':
			i += 2
		case s.src[i] == '{' && opensTag(s.src[i:]) && s.broken < maxShortcodeFaults:
			at.moveTo(i)
			t := tag{beg: i, line: at.line, col: at.col, lineStart: at.start}
			s.read(&t)
			i = t.end
			tags = append(tags, t)
			if closing, ok := s.closes(t); ok {
				at.moveTo(closing.beg)
				closing.line, closing.col, closing.lineStart = at.line, at.col, at.start
				tags = append(tags, closing)
				i = closing.end
			}
		default:
			i++
		}
		if i > end {
			end = nextLine(s.src, i-1)
		}
	}
	return tags, end
}

// closes finds what closes a verbatim shortcode. Nothing in between is looked at.
func (s *shortcodes) closes(t tag) (closing tag, ok bool) {
	if s.verbatim == nil || t.closing || t.alone || t.escaped || t.fault != "" || s.unclosed[t.name] || !s.verbatim(t.name) {
		return tag{}, false
	}
	for i := t.end; ; i++ {
		next := bytes.Index(s.src[i:], []byte("{{"))
		if next < 0 {
			break
		}
		i += next
		if size := closingTag(s.src[i:], t.name); size > 0 {
			return tag{name: t.name, closing: true, beg: i, end: i + size}, true
		}
	}
	if s.unclosed == nil {
		s.unclosed = map[string]bool{}
	}
	s.unclosed[t.name] = true
	return tag{}, false
}

// closingTag is the length of the {{< /name >}} at the beginning of a text; 0 when there is none. It looks no further
// than that, because there may be very many beginnings of one.
func closingTag(src []byte, name string) int {
	if !opensTag(src) {
		return 0
	}
	a := newArguments(src)
	a.i = skipSpace(a.src, a.i)
	if !a.has("/") {
		return 0
	}
	a.i = skipSpace(a.src, a.i)
	if !a.has(name) {
		return 0
	}
	if a.i = skipSpace(a.src, a.i); !a.has(a.end) {
		return 0
	}
	return 3 + a.i
}

// place counts lines and runes up to an index that only grows.
type place struct {
	src          []byte
	i, line, col int
	start        int // where the line begins
}

func (p *place) moveTo(i int) {
	passed := p.src[p.i:i]
	if lines := bytes.Count(passed, []byte{'\n'}); lines > 0 {
		p.line += lines
		p.col = 1
		p.start = p.i + bytes.LastIndexByte(passed, '\n') + 1
		passed = p.src[p.start:i]
	}
	p.col += utf8.RuneCount(passed)
	p.i = i
}

func opensTag(rest []byte) bool {
	return bytes.HasPrefix(rest, []byte("{{<")) || bytes.HasPrefix(rest, []byte("{{%"))
}

// codeSpanEnd is where the code span that begins with the backticks at an index ends; behind them when there is none.
func codeSpanEnd(src []byte, i int) int {
	ticks := run(src, i)
	for j := i + ticks; j < len(src); j++ {
		switch src[j] {
		case '`':
			n := run(src, j)
			if n == ticks {
				return j + n
			}
			j += n - 1
		case '\n':
			if blank(src[j+1:]) {
				return i + ticks
			}
		}
	}
	return i + ticks
}

// read reads the tag at t.beg. One that cannot be read has a fault.
func (s *shortcodes) read(t *tag) {
	a := newArguments(s.src[t.beg:])
	if open := string(s.src[t.beg : t.beg+3]); bytes.HasPrefix(a.src, []byte("/*")) {
		t.escaped = true
		t.end = t.beg + 3 + endOf(a.src, 0, "*/"+a.end)
		if t.end == t.beg+3 {
			t.fault, t.hint = open+"/* has no */"+a.end, "close it, or write "+open
		}
	} else {
		t.fault = a.read()
		t.hint = `write {{< name "value" >}} or {{< name key="value" >}}`
		t.name, t.args, t.closing, t.alone = a.name, a.args, a.closing, a.alone
		t.end = t.beg + 3 + a.i
	}
	if t.fault != "" {
		t.end = t.beg + 3
		s.broken++
	}
}

// arguments reads what stands between {{< and >}}, or {{% and %}}.
type arguments struct {
	src            []byte
	end            string // ">}}" or "%}}"
	i              int
	name           string
	args           map[string]string
	closing, alone bool
}

// newArguments readies the reading of a tag.
func newArguments(tag []byte) *arguments {
	a := &arguments{src: tag[3:], end: ">}}", args: map[string]string{}}
	if tag[2] == '%' {
		a.end = "%}}"
	}
	return a
}

// read gives what is wrong, or "".
func (a *arguments) read() string {
	a.i = skipSpace(a.src, a.i)
	if a.has("/") {
		a.closing = true
		a.i = skipSpace(a.src, a.i)
	}
	a.name = a.word()
	if a.name == "" {
		return "a shortcode without a name"
	}
	for {
		a.i = skipSpace(a.src, a.i)
		switch {
		case a.has(a.end):
			return ""
		case a.has("/" + a.end):
			a.alone = true
			return ""
		case a.i >= len(a.src):
			return a.open() + " " + a.name + " does not end with " + a.end
		}
		if err := a.argument(); err != "" {
			return err
		}
	}
}

func (a *arguments) open() string {
	if a.end == "%}}" {
		return "{{%"
	}
	return "{{<"
}

func (a *arguments) has(prefix string) bool {
	if !bytes.HasPrefix(a.src[a.i:], []byte(prefix)) {
		return false
	}
	a.i += len(prefix)
	return true
}

// word reads up to white space, = or the end of the tag.
func (a *arguments) word() string {
	start := a.i
	for a.i < len(a.src) && !isSpace(a.src[a.i]) && bytes.IndexByte([]byte("=\"`"), a.src[a.i]) < 0 && !a.ends() {
		a.i++
	}
	return string(a.src[start:a.i])
}

func (a *arguments) ends() bool {
	rest := a.src[a.i:]
	return bytes.HasPrefix(rest, []byte(a.end)) || bytes.HasPrefix(rest, []byte("/"+a.end))
}

func (a *arguments) argument() string {
	key := strconv.Itoa(len(a.args))
	value, err := a.value()
	if err == "" && a.has("=") {
		key = value
		value, err = a.value()
	}
	if err != "" {
		return err
	}
	if _, twice := a.args[key]; twice {
		return "{{< " + a.name + " >}} has the argument " + key + " twice"
	}
	a.args[key] = value
	return ""
}

// value reads a word, or a text in double quotes (with \" and \\ in it) or backticks.
func (a *arguments) value() (value, err string) {
	if a.i >= len(a.src) || a.src[a.i] != '"' && a.src[a.i] != '`' {
		value = a.word()
		if value == "" {
			err = "an argument of {{< " + a.name + " >}} cannot be read"
		}
		return value, err
	}
	quote := a.src[a.i]
	var b strings.Builder
	for a.i++; a.i < len(a.src); a.i++ {
		switch c := a.src[a.i]; {
		case c == quote:
			a.i++
			return b.String(), ""
		case c == '\\' && quote == '"' && a.i+1 < len(a.src):
			a.i++
			b.WriteByte(a.src[a.i])
		default:
			b.WriteByte(c)
		}
	}
	return "", "a quotation mark in {{< " + a.name + " >}} is not closed"
}
