package content

import (
	"bytes"
	"strings"
)

// Limits of a summary.
const (
	maxParagraph = 4 << 10 // bytes of Markdown that are looked at of one paragraph
	maxSummary   = 1000    // runes
)

// summarizer makes summaries, one after the other in the same buffers.
type summarizer struct {
	paragraphs paragraphReader
	plainText
}

// beginning is the text before <!--more-->, or the first paragraph that has any.
func (s *summarizer) beginning(body []byte) string {
	r, more := &s.paragraphs, More(body)
	if more < 0 {
		for r.begin(body); r.next(); {
			if text := s.plain(r.text()); text != "" {
				return cut(text)
			}
		}
		return ""
	}
	var all []string
	r.begin(body[:more])
	for length := 0; r.next() && length < maxSummary; length = len(strings.Join(all, " ")) {
		if text := s.plain(r.text()); text != "" {
			all = append(all, text)
		}
	}
	return cut(strings.Join(all, " "))
}

// MoreMark ends the part of a page that lists show.
const MoreMark = "<!--more-->"

// More is where the first such mark stands that is not in code; -1: there is none. Like all of pass one it looks at lines.
func More(body []byte) int {
	if !bytes.Contains(body, []byte(MoreMark)) {
		return -1
	}
	fence, at := "", 0
	for line := range bytes.Lines(body) {
		text := strings.TrimSpace(string(line))
		mark := text[:len(text)-len(strings.TrimLeft(text, text[:min(1, len(text))]))]
		i := strings.Index(string(line), MoreMark)
		switch isFence := len(mark) >= 3 && (mark[0] == '`' || mark[0] == '~'); {
		case fence != "":
			if isFence && mark == text && strings.HasPrefix(mark, fence) {
				fence = ""
			}
		case isFence && !strings.Contains(text[len(mark):], "`"):
			fence = mark
		case i >= 0 && bytes.Count(line[:i], []byte("`"))%2 == 0:
			return at + i
		}
		at += len(line)
	}
	return -1
}

// cut shortens a text to maxSummary runes, between words.
func cut(text string) string {
	short := shorten(text, maxSummary)
	if len(short) >= len(text) {
		return text
	}
	if space := strings.LastIndexByte(short, ' '); space > 0 {
		short = short[:space] + "…"
	}
	return short
}

// paragraphReader finds the paragraphs of Markdown and leaves out every other block: headings, lists, quotes, tables,
// code, HTML. It looks at lines only, because the true parser comes in pass two and is a hundred times as slow.
type paragraphReader struct {
	rest    []byte
	fence   string // the mark that closes the code in which the reader is
	skip    bool   // within another block, up to the next empty line
	list    bool   // the last block was a list, which indented lines continue
	current []byte
}

// begin begins to read.
func (r *paragraphReader) begin(body []byte) {
	*r = paragraphReader{rest: body, current: r.current[:0]}
}

// text is the paragraph that next found.
func (r *paragraphReader) text() string { return string(r.current) }

// next finds the next paragraph.
func (r *paragraphReader) next() bool {
	for r.current = r.current[:0]; len(r.rest) > 0; {
		line, rest, _ := bytes.Cut(r.rest, []byte("\n"))
		if r.line(bytes.TrimRight(line, "\r")) {
			return true // the line that ended it is read again
		}
		r.rest = rest
	}
	return len(r.current) > 0
}

// line takes a line, and says whether a paragraph has ended before it.
func (r *paragraphReader) line(line []byte) (ended bool) {
	text := bytes.TrimLeft(line, " \t")
	indent := len(line) - len(text)
	switch {
	case r.fence != "":
		if bytes.HasPrefix(text, []byte(r.fence)) {
			r.fence = ""
		}
	case len(text) == 0:
		r.skip = false
		return len(r.current) > 0
	case r.skip:
	case len(r.current) > 0:
		return r.within(text)
	case r.list && indent >= 2, indent >= 4:
		r.skip = true
	default:
		r.block(text)
	}
	return false
}

// within adds a line to the paragraph, unless it ends it or makes it a heading.
func (r *paragraphReader) within(text []byte) (ended bool) {
	switch kind := blockKind(text); {
	case isUnderline(text):
		r.current = r.current[:0] // it was a heading
	case kind != paragraph && kind != htmlBlock && kind != tableBlock:
		return true
	case len(r.current)+len(text) < maxParagraph:
		r.current = append(append(r.current, '\n'), text...)
	}
	return false
}

// block takes the first line of a block.
func (r *paragraphReader) block(text []byte) {
	kind := blockKind(text)
	r.list = kind == listBlock
	switch kind {
	case paragraph:
		r.current = append(r.current, text[:min(len(text), maxParagraph)]...)
	case fenceBlock:
		r.fence = string(text[:3])
	case lineBlock:
	default:
		r.skip = true
	}
}

// The kinds of blocks, by how their first line begins.
const (
	paragraph = iota
	lineBlock // a heading, a rule, a shortcode, a definition: one line
	fenceBlock
	listBlock
	quoteBlock
	tableBlock
	htmlBlock
)

func blockKind(text []byte) int {
	switch c := text[0]; {
	case bytes.HasPrefix(text, []byte("```")), bytes.HasPrefix(text, []byte("~~~")):
		return fenceBlock
	case c == '#', isRule(text), bytes.HasPrefix(text, []byte("{{<")), bytes.HasPrefix(text, []byte("{{%")), isDefinition(text):
		return lineBlock
	case c == '>':
		return quoteBlock
	case c == '|':
		return tableBlock
	case isTag(text) && !bytes.Contains(text, []byte("://")), bytes.HasPrefix(text, []byte("<!--")):
		return htmlBlock
	case isItem(text):
		return listBlock
	}
	return paragraph
}

// isUnderline says whether the line makes a heading of the ones above it.
func isUnderline(text []byte) bool {
	text = bytes.TrimRight(text, " \t")
	return len(bytes.Trim(text, "=")) == 0 || len(bytes.Trim(text, "-")) == 0
}

// isRule says whether the line is three or more of -, * or _.
func isRule(text []byte) bool {
	if strings.IndexByte("-*_", text[0]) < 0 {
		return false // as of nearly all lines
	}
	bare := bytes.ReplaceAll(text, []byte(" "), nil)
	return len(bare) >= 3 && len(bytes.Trim(bare, string(bare[:1]))) == 0
}

// isItem says whether a list's item begins here.
func isItem(text []byte) bool {
	mark := bytes.TrimLeft(text, "0123456789")
	digits := len(text) - len(mark)
	if len(mark) < 2 || mark[1] != ' ' && mark[1] != '\t' {
		return false
	}
	if digits == 0 {
		return strings.IndexByte("-*+", mark[0]) >= 0
	}
	return digits < 10 && (mark[0] == '.' || mark[0] == ')')
}

// isDefinition says whether the line is "[name]: destination".
func isDefinition(text []byte) bool {
	return text[0] == '[' && bytes.Contains(text, []byte("]:"))
}
