package search

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Lengths of words, in signs. What is shorter says nothing; what is longer is no word.
const (
	minWord = 2
	maxWord = 32
)

// A splitter cuts text into words as assets/search.js does; testdata/words.json holds both to the same.
//
// A run of letters, marks and digits is a word, and an apostrophe within it is dropped. Words lose their case and their
// marks ("Über" is "uber"). What hyphens join gives its parts, and two of them the whole, too ("e-mail": "mail" and
// "email"). Signs of scripts without spaces give pairs.
type splitter struct {
	word  []byte // the word on its way out
	whole []byte // what hyphens join
	take  func(word []byte)
}

// split gives every word of a text to take, which must not keep the bytes.
func (s *splitter) split(text []byte) {
	for i := 0; i < len(text); {
		if end := runEnd(text, i); end > i {
			i = s.chain(text, i, end)
			continue
		}
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
}

// chain takes the run at text[from:end] and those that hyphens join to it, and says where the last one ends.
func (s *splitter) chain(text []byte, from, end int) int {
	s.whole = s.whole[:0]
	for parts := 1; ; parts++ {
		s.fold(text[from:end])
		s.emit(s.word)
		s.whole = append(s.whole, s.word...)
		next := end + hyphen(text[end:])
		after := runEnd(text, next)
		if next == end || after == next {
			if parts == 2 {
				s.emit(s.whole)
			}
			return end
		}
		from, end = next, after
	}
}

// runEnd is the end of the run of letters, marks and digits at i, apostrophes between them included; i for none.
func runEnd(text []byte, i int) int {
	end := i
	for end < len(text) {
		switch c := text[end]; {
		case byteKinds[c] == letterByte:
			end++
			continue
		case c < utf8.RuneSelf && c != '\'':
			return end
		}
		r, size := utf8.DecodeRune(text[end:])
		switch {
		case isWordRune(r):
			end += size
		case end > i && (r == '\'' || r == '’') && beginsRun(text[end+size:]):
			end += size
		default:
			return end
		}
	}
	return end
}

func beginsRun(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	return isWordRune(r)
}

func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return byteKinds[r] == letterByte
	}
	return r != utf8.RuneError && unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// hyphen is the length of the hyphen at the beginning of a text; 0 for none.
func hyphen(text []byte) int {
	switch r, size := utf8.DecodeRune(text); r {
	case '-', '‐', '‑':
		return size
	}
	return 0
}

const letterByte = 1

// byteKinds tells the bytes that are letters or digits by themselves.
var byteKinds = func() (table [256]byte) {
	for c := range utf8.RuneSelf {
		if unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) {
			table[c] = letterByte
		}
	}
	return table
}()

// fold puts a run into s.word, without case, marks and apostrophes.
func (s *splitter) fold(run []byte) {
	s.word = s.word[:0]
	for _, c := range run {
		if c >= utf8.RuneSelf {
			s.foldRunes(run)
			return
		}
		if c == '\'' {
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		s.word = append(s.word, c)
	}
}

func (s *splitter) foldRunes(run []byte) {
	s.word = s.word[:0]
	for _, r := range string(norm.NFD.Bytes(run)) {
		if r == '\'' || r == '’' || unicode.Is(unicode.M, r) {
			continue
		}
		r = unicode.ToLower(r)
		if plain, ok := folds[r]; ok {
			s.word = append(s.word, plain...)
		} else {
			s.word = utf8.AppendRune(s.word, r)
		}
	}
}

// folds are letters that have no parts to take a mark from.
var folds = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ı': "i", 'ς': "σ"}

// emit gives a word to take, as pairs where it is in a script without spaces.
func (s *splitter) emit(word []byte) {
	if isASCII(word) || !bytes.ContainsFunc(word, isSign) {
		if n := utf8.RuneCount(word); n >= minWord && n <= maxWord {
			s.take(word)
		}
		return
	}
	signs := []rune(string(word))
	for i := range signs[1:] {
		s.take([]byte(string(signs[i : i+2])))
	}
	if len(signs) == 1 {
		s.take(word)
	}
}

func isASCII(word []byte) bool {
	for _, c := range word {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// isSign tells scripts that are written without spaces.
func isSign(r rune) bool {
	return r == 'ー' || r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}
