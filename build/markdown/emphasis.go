package markdown

import (
	"iter"
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
	marks, end int
}

// inlineText tells one text that is parsed from another: texts in texts begin elsewhere, or are shorter.
type inlineText struct {
	first *byte
	size  int
}

// emphases are those of a text, which may be a part of the one that they were found in.
type emphases struct {
	text  inlineText
	found map[int]spread
	from  int // where the text begins in that one
}

// emphasis is the parser of * and _.
func (r *reader) emphasis(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
	here := r.emphasesOf(data)
	s, ok := here.found[here.from+offset]
	if !ok || r.inside >= maxDepth {
		return 0, nil
	}
	inner := data[offset+s.marks : s.end-here.from]
	var node ast.Node = &ast.Emph{}
	if s.marks == 2 {
		node = &ast.Strong{}
	}
	outer := r.emphases
	r.emphases = emphases{inlineText{&inner[0], len(inner)}, here.found, here.from + offset + s.marks}
	r.inside++
	p.Inline(node, inner)
	r.inside--
	r.emphases = outer
	return s.marks + len(inner) + s.marks, node
}

// emphasesOf are the emphases of a text that is being parsed. They are found when its first mark is met.
func (r *reader) emphasesOf(data []byte) emphases {
	text := inlineText{&data[0], len(data)}
	if r.emphases.text == text {
		return r.emphases
	}
	found, known := r.spreads[text]
	if !known {
		found = r.pairs(data)
		r.spreads[text] = found
	}
	return emphases{text: text, found: found}
}

// delimiter is a run of * or _, or what is left of it.
type delimiter struct {
	mark         byte
	at, count    int
	size         int // of the whole run
	opens, close bool
}

// pairs finds all emphasis of a text, by where it begins.
func (r *reader) pairs(data []byte) map[int]spread {
	found := map[int]spread{}
	var open []delimiter
	floor := map[[3]int]int{} // below it nothing opens for such a run
	for d := range r.delimiters(data) {
		for d.close && d.count > 0 {
			kind := [3]int{int(d.mark), d.size % 3, 0}
			if d.opens {
				kind[2] = 1
			}
			i := len(open) - 1
			for ; i >= floor[kind]; i-- {
				if meets(open[i], d) {
					break
				}
			}
			if i < floor[kind] {
				floor[kind] = len(open)
				break
			}
			o := &open[i]
			n := min(2, o.count, d.count) // two of each are strong
			o.count -= n
			found[o.at+o.count] = spread{n, d.at}
			d.at, d.count = d.at+n, d.count-n
			if o.count > 0 {
				i++
			}
			open = open[:i]
			for kind, at := range floor {
				floor[kind] = min(at, i)
			}
		}
		if d.opens && d.count > 0 {
			open = append(open, d)
		}
	}
	return found
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
		for i := 0; i < len(data); {
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
