package markdown

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// Marks around the number of a shortcode, while a text is converted. clean sees to it that no author can write them.
const (
	markOpen  = 0x02
	markClose = 0x03
)

// clean makes a text fit for the parser: UTF-8 without control characters, lines ended by LF, the last one too.
func clean(src []byte) []byte {
	if !utf8.Valid(src) {
		src = bytes.ToValidUTF8(src, []byte("\uFFFD"))
	}
	if slices.ContainsFunc(src, unwanted) {
		src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
		src = bytes.Map(func(r rune) rune {
			if r == '\r' {
				return '\n'
			}
			if r < utf8.RuneSelf && unwanted(byte(r)) {
				return utf8.RuneError
			}
			return r
		}, src)
	}
	if n := len(src); n > 0 && src[n-1] != '\n' {
		src = append(src[:n:n], '\n')
	}
	return src
}

func unwanted(c byte) bool {
	return c < ' ' && c != '\n' && c != '\t' || c == 0x7F
}

// nextLine is the index behind the newline that ends the line at i.
func nextLine(data []byte, i int) int {
	if n := bytes.IndexByte(data[i:], '\n'); n >= 0 {
		return i + n + 1
	}
	return len(data)
}

// firstLine is the first line, without its newline.
func firstLine(data []byte) []byte {
	if n := bytes.IndexByte(data, '\n'); n >= 0 {
		return data[:n]
	}
	return data
}

// indent counts the columns of white space a line begins with (tabs go to the next of every four columns), and its bytes.
func indent(line []byte) (columns, size int) {
	for ; size < len(line); size++ {
		switch line[size] {
		case ' ':
			columns++
		case '\t':
			columns += 4 - columns%4
		default:
			return columns, size
		}
	}
	return columns, size
}

// dedent takes up to n columns of white space from a line that begins at a column. A tab that is cut becomes spaces.
func dedent(line []byte, column, n int) []byte {
	end := column + n
	i := 0
	for i < len(line) && column < end {
		switch line[i] {
		case ' ':
			column++
		case '\t':
			column += 4 - column%4
		default:
			return line[i:]
		}
		i++
	}
	if over := column - end; over > 0 {
		return append(bytes.Repeat([]byte{' '}, over), line[i:]...)
	}
	return line[i:]
}

func blank(line []byte) bool {
	for _, c := range line {
		if c == '\n' {
			return true
		}
		if c != ' ' && c != '\t' {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

func isAlnum(c byte) bool { return isDigit(c) || isLetter(c) }

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

func isPunctuation(c byte) bool { return c > ' ' && c < 0x7F && !isAlnum(c) }
