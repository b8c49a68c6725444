package markdown

import (
	"bytes"
	"html"
	"strings"

	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
)

func linkTo(url string, words []byte) *ast.Link {
	l := &ast.Link{Destination: []byte(url)}
	ast.AppendChild(l, text(words))
	return l
}

// angleLink reads "<https://example.com>" or "<sam@example.com>".
func angleLink(data []byte) (int, ast.Node) {
	end := bytes.IndexAny(data[1:], "<> \n") + 1
	if end < 2 || data[end] != '>' {
		return 0, nil
	}
	inner := data[1:end]
	if scheme, rest, ok := strings.Cut(string(inner), ":"); ok && rest != "" && isScheme(scheme) {
		return end + 1, linkTo(string(inner), inner)
	}
	if at := bytes.IndexByte(inner, '@'); at > 0 && mailStart(inner, at) == 0 && mailEnd(inner, at) == len(inner) {
		return end + 1, linkTo("mailto:"+string(inner), inner)
	}
	return 0, nil
}

func isScheme(s string) bool {
	for i := range len(s) {
		if !isLetter(s[i]) && (i == 0 || !isDigit(s[i]) && strings.IndexByte("+.-", s[i]) < 0) {
			return false
		}
	}
	return len(s) >= 2 && len(s) <= 32
}

// registerAutolinks makes links of bare addresses of the web, if the text has any.
func (r *reader) registerAutolinks(src []byte) {
	if bytes.Contains(src, []byte("://")) {
		for _, c := range []byte("hHfF") {
			r.parser.RegisterInline(c, r.bareLink)
		}
	}
	if bytes.Contains(src, []byte("www.")) {
		r.parser.RegisterInline('w', r.bareLink)
	}
}

// bareLink reads an address that begins a word: "https://example.com/x", "www.example.com".
func (r *reader) bareLink(p *parser.Parser, data []byte, offset int) (int, ast.Node) {
	if p.InsideLink || !mayBegin(data[:offset]) {
		return 0, nil
	}
	rest := data[offset:]
	prefix := linkPrefix(rest)
	if prefix == "" || !r.effort.spend(2*len(rest)) {
		return 0, nil
	}
	address := trimLink(rest[:addressEnd(rest)])
	if !isDomain(address[min(len(prefix), len(address)):]) {
		return 0, nil
	}
	url := html.UnescapeString(string(address))
	if prefix == "www." {
		url = "http://" + url
	}
	return len(address), linkTo(url, []byte(html.UnescapeString(string(address))))
}

// mayBegin says whether a bare address may begin behind a text: as GitHub has it, behind a blank or one of *_~(.
func mayBegin(before []byte) bool {
	if len(before) == 0 {
		return true
	}
	last := before[len(before)-1]
	return isSpace(last) || bytes.IndexByte([]byte("*_~("), last) >= 0
}

// addressEnd is where a bare address ends at the latest: at a blank, a tag, or a mark of a script that writes no blanks.
func addressEnd(data []byte) int {
	end := bytes.IndexFunc(data, func(r rune) bool {
		return r == ' ' || r == '\t' || r == '\n' || r == '<' || r >= 0x3000 && r <= 0x303F || r >= 0xFF00 && r <= 0xFF0F || r >= 0xFF1A && r <= 0xFF1F
	})
	if end < 0 {
		return len(data)
	}
	return end
}

func linkPrefix(data []byte) string {
	for _, prefix := range []string{"https://", "http://", "www.", "ftp://"} {
		if len(data) > len(prefix) && strings.EqualFold(string(data[:len(prefix)]), prefix) {
			return prefix
		}
	}
	return ""
}

// trimLink takes from the end of an address what belongs to the sentence around it.
func trimLink(address []byte) []byte {
	open := bytes.Count(address, []byte("(")) - bytes.Count(address, []byte(")"))
	for len(address) > 0 {
		last := address[len(address)-1]
		switch {
		case bytes.IndexByte([]byte("?!.,:*_~'\""), last) >= 0:
		case last == ')' && open < 0:
			open++
		case last == ';':
			amp := bytes.LastIndexByte(address, '&')
			if amp < 0 || len(bytes.TrimFunc(address[amp+1:len(address)-1], isAlnumRune)) > 0 {
				return address
			}
			address = address[:amp+1]
		default:
			return address
		}
		address = address[:len(address)-1]
	}
	return address
}

func isAlnumRune(r rune) bool { return r < 0x80 && isAlnum(byte(r)) }

// isDomain says whether an address goes on with a host that has a dot, and a name at the end: the number of a machine is
// seldom one that a reader should follow.
func isDomain(rest []byte) bool {
	end := bytes.IndexAny(rest, "/?#:")
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	if len(host) == 0 || host[0] == '.' || bytes.IndexByte(host, '.') < 0 {
		return false
	}
	for _, c := range host {
		if !isAlnum(c) && c < 0x80 && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return !isDigit(host[len(host)-1])
}

// mailStart is where the address around the @ at an index begins; the index itself when none does.
func mailStart(data []byte, at int) int {
	start := at
	for start > 0 && (isAlnum(data[start-1]) || bytes.IndexByte([]byte("._+-"), data[start-1]) >= 0) {
		start--
	}
	for start < at && data[start] == '.' {
		start++
	}
	return start
}

// mailEnd is where the address around the @ at an index ends; the index itself when what follows is no domain.
func mailEnd(data []byte, at int) int {
	end := at + 1
	for end < len(data) && (isAlnum(data[end]) || bytes.IndexByte([]byte(".-_"), data[end]) >= 0) {
		end++
	}
	for end > at+1 && data[end-1] == '.' {
		end--
	}
	domain := data[at+1 : end]
	if dot := bytes.IndexByte(domain, '.'); dot < 1 || bytes.Contains(domain, []byte("..")) || domain[len(domain)-1] == '-' || domain[len(domain)-1] == '_' {
		return at
	}
	return end
}
