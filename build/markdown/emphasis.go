package markdown

import (
	"bytes"
	"iter"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

// Emphasis is found for a whole text at once, as CommonMark has it: runs of * and _ open or close by what stands beside
// them, and each that closes meets the nearest that opens. The library looks from each mark for one that closes, and
// takes those in addresses and within words for it.

// spread is emphasis that begins at an index: so many marks, and the index of those that close it.
type spread struct {
	at, marks, end int
}

// inlineText tells one text that is parsed from another: texts in texts begin elsewhere, or are shorter.
type inlineText struct {
	first *byte
	size  int
}

// emphases are those of a text, which may be a part of the one that they were found in.
type emphases struct {
	text  inlineText
	found []spread // by where they begin
	from  int      // where the text begins in that one
	depth int      // how many texts it stands in
}

// beginsAt is the emphasis that begins at an index of the text.
func (e emphases) beginsAt(at int) (spread, bool) {
	i, ok := slices.BinarySearchFunc(e.found, e.from+at, func(s spread, at int) int { return s.at - at })
	if !ok {
		return spread{}, false
	}
	return e.found[i], true
}

// emphasis is the parser of * and _.
func (r *reader) emphasis(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
	here := r.emphasesOf(data)
	s, ok := here.beginsAt(offset)
	if !ok || r.inside >= maxDepth {
		return 0, nil
	}
	inner := data[offset+s.marks : s.end-here.from]
	var node ast.Node = &ast.Emph{}
	if s.marks == 2 {
		node = &ast.Strong{}
	}
	outer := r.emphases
	r.inside++
	r.emphases = emphases{inlineText{&inner[0], len(inner)}, here.found, here.from + offset + s.marks, r.inside}
	p.Inline(node, inner)
	r.inside--
	r.emphases = outer
	return s.marks + len(inner) + s.marks, node
}

// emphasesOf are the emphases of a text that is being parsed. They are found when its first mark is met, and kept until
// the parser is behind it: a text in it is parsed in between.
func (r *reader) emphasesOf(data []byte) emphases {
	text := inlineText{&data[0], len(data)}
	if r.emphases.text == text {
		return r.emphases
	}
	last := len(r.texts) - 1
	for last >= 0 && (r.texts[last].depth > r.inside || r.texts[last].depth == r.inside && r.texts[last].text != text) {
		last--
	}
	r.texts = r.texts[:last+1]
	if last < 0 || r.texts[last].text != text {
		r.texts = append(r.texts, emphases{text: text, found: r.pairs(data), depth: r.inside})
	}
	return r.texts[len(r.texts)-1]
}

// delimiter is a run of * or _, or what is left of it.
type delimiter struct {
	mark         byte
	at, count    int
	size         int // of the whole run
	opens, close bool
}

// pairs finds all emphasis of a text, by where it begins.
func (r *reader) pairs(data []byte) []spread {
	var found []spread
	open := r.open[:0]
	var floors [2][3][2]int // below it nothing opens for such a run
	for d := range r.delimiters(data) {
		for d.close && d.count > 0 {
			floor := &floors[d.mark&1][d.size%3][0]
			if d.opens {
				floor = &floors[d.mark&1][d.size%3][1]
			}
			i := len(open) - 1
			for i >= *floor && !meets(open[i], d) {
				i--
			}
			if i < *floor {
				*floor = len(open)
				break
			}
			o := &open[i]
			n := min(2, o.count, d.count) // two of each are strong
			o.count -= n
			found = append(found, spread{o.at + o.count, n, d.at})
			d.at, d.count = d.at+n, d.count-n
			if o.count > 0 {
				i++
			}
			open = open[:i]
			lower(&floors, i)
		}
		if d.opens && d.count > 0 {
			open = append(open, d)
		}
	}
	r.open = open
	slices.SortFunc(found, func(a, b spread) int { return a.at - b.at })
	return found
}

// lower makes no floor higher than so many open runs.
func lower(floors *[2][3][2]int, most int) {
	for mark := range floors {
		for size := range floors[mark] {
			for opens := range floors[mark][size] {
				floors[mark][size][opens] = min(floors[mark][size][opens], most)
			}
		}
	}
}

// meets says whether a run closes what another opens. Of runs that may do both, the lengths must not add up to a
// multiple of three, or **a*b**c** would be three things.
func meets(open, d delimiter) bool {
	if open.mark != d.mark || open.count == 0 {
		return false
	}
	both := open.close || d.opens
	return !both || (open.size+d.size)%3 != 0 || open.size%3 == 0 && d.size%3 == 0
}

// delimiters are the runs of a text that are no part of code, tags, addresses or links.
func (r *reader) delimiters(data []byte) iter.Seq[delimiter] {
	return func(yield func(delimiter) bool) {
		last := max(bytes.LastIndexByte(data, '*'), bytes.LastIndexByte(data, '_'))
		for i := 0; i <= last; {
			switch c := data[i]; c {
			case '\\':
				i += 2
			case '`', '<', '[':
				i = r.behindWhole(data, i)
			case '*', '_':
				n := run(data, i)
				d := delimiter{mark: c, at: i, count: n, size: n}
				d.opens, d.close = flanks(data, i, i+n)
				if i += n; !yield(d) {
					return
				}
			default:
				i++
			}
		}
	}
}

// behindWhole is the index behind what binds tighter than emphasis: code, a tag, a link; behind its first mark when it
// is none.
func (r *reader) behindWhole(data []byte, at int) int {
	rest := data[at:]
	if data[at] == '`' {
		return r.behindCode(data, at)
	}
	if data[at] == '<' {
		if !r.effort.spend(len(rest)) {
			return at + 1
		}
		if n, link := angleLink(rest); link != nil {
			return at + n
		}
		if n := tagEnd(rest); r.html && n > 0 {
			return at + n
		}
		return at + 1
	}
	end := r.closingBracket(data, at)
	if end == 0 {
		return at + 1
	}
	if end < len(data) && data[end] == '(' {
		if _, _, behind := r.target(data, end); behind > 0 {
			return behind
		}
	}
	if end < len(data) && data[end] == '[' {
		if last := r.closingBracket(data, end); last > 0 && r.defined(data[end+1:last-1]) {
			return last
		}
	}
	if r.defined(data[at+1 : end-1]) {
		return end
	}
	return at + 1
}

func (r *reader) defined(label []byte) bool {
	if len(r.refs) == 0 {
		return false
	}
	_, ok := r.refs[normalLabel(string(label))]
	return ok
}

// flanks says whether a run can open and close emphasis: it stands before, or behind, a word or what belongs to one.
// An underscore within a word does neither.
func flanks(data []byte, from, to int) (opens, closes bool) {
	before, after := rune(' '), rune(' ')
	if from > 0 {
		before, _ = utf8.DecodeLastRune(data[:from])
	}
	if to < len(data) {
		after, _ = utf8.DecodeRune(data[to:])
	}
	left := !unicode.IsSpace(after) && (!isSign(after) || unicode.IsSpace(before) || isSign(before))
	right := !unicode.IsSpace(before) && (!isSign(before) || unicode.IsSpace(after) || isSign(after))
	if data[from] == '*' {
		return left, right
	}
	return left && (!right || isSign(before)), right && (!left || isSign(after))
}

func isSign(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
