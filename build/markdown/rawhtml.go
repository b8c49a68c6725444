package markdown

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gomarkdown/markdown/ast"
)

// The kinds of HTML blocks, as CommonMark numbers them.
const (
	htmlVerbatim    = iota + 1 // <script>, <pre>, <style>, <textarea>: to the end tag
	htmlComment                // to -->
	htmlInstruction            // <? to ?>
	htmlDeclaration            // <!X to >
	htmlData                   // <![CDATA[ to ]]>
	htmlBlockTag               // a tag of a block: to a blank line
	htmlAnyTag                 // any other tag that is alone on its line: to a blank line; it ends no paragraph
	htmlNone
)

// htmlBlock reads a block of raw HTML.
func (r *reader) htmlBlock(data []byte) int {
	_, i := indent(data)
	kind := htmlBlockKind(data[i:])
	if !r.html || kind == htmlNone {
		return 0
	}
	end := htmlBlockEnd(data, kind)
	block := &ast.HTMLBlock{}
	block.Literal = data[:end]
	r.add(block)
	return end
}

func htmlBlockKind(data []byte) int {
	line := firstLine(data)
	name, closing := tagName(line)
	switch {
	case bytes.HasPrefix(line, []byte("<!--")):
		return htmlComment
	case bytes.HasPrefix(line, []byte("<?")):
		return htmlInstruction
	case bytes.HasPrefix(line, []byte("<![CDATA[")):
		return htmlData
	case len(line) > 2 && line[1] == '!' && isLetter(line[2]):
		return htmlDeclaration
	case name == "":
		return htmlNone
	case !closing && slices.Contains(verbatimTags(), name):
		return htmlVerbatim
	case slices.Contains(blockTags(), name) && endsTagName(line, name, closing):
		return htmlBlockTag
	}
	if end := tagEnd(line); end > 0 && blank(line[end:]) {
		return htmlAnyTag
	}
	return htmlNone
}

// tagName is the lower-case name of the tag that data begins with.
func tagName(data []byte) (name string, closing bool) {
	i := 1
	if len(data) > 1 && data[1] == '/' {
		closing, i = true, 2
	}
	end := i
	for end < len(data) && (isAlnum(data[end]) && end > i || isLetter(data[end]) || data[end] == '-' && end > i) {
		end++
	}
	if end == i || data[0] != '<' {
		return "", closing
	}
	return strings.ToLower(string(data[i:end])), closing
}

func endsTagName(line []byte, name string, closing bool) bool {
	rest := line[len("<")+len(name):]
	if closing {
		rest = rest[1:]
	}
	return len(rest) == 0 || isSpace(rest[0]) || rest[0] == '>' || bytes.HasPrefix(rest, []byte("/>"))
}

// htmlBlockEnd is where an HTML block of the kind ends: behind the line that holds its end, or before a blank line.
func htmlBlockEnd(data []byte, kind int) int {
	for i := 0; i < len(data); {
		next := nextLine(data, i)
		line := data[i:next]
		switch {
		case kind >= htmlBlockTag:
			if blank(line) {
				return i
			}
		case htmlEndsOn(line, kind):
			return next
		}
		i = next
	}
	return len(data)
}

func htmlEndsOn(line []byte, kind int) bool {
	switch kind {
	case htmlComment:
		return bytes.Contains(line, []byte("-->"))
	case htmlInstruction:
		return bytes.Contains(line, []byte("?>"))
	case htmlData:
		return bytes.Contains(line, []byte("]]>"))
	case htmlDeclaration:
		return bytes.IndexByte(line, '>') >= 0
	}
	lower := bytes.ToLower(line)
	return slices.ContainsFunc(verbatimTags(), func(tag string) bool {
		return bytes.Contains(lower, []byte("</"+tag+">"))
	})
}

// tagEnd is the length of the tag, comment, instruction or declaration that data begins with; 0 when it is none.
func tagEnd(data []byte) int {
	for _, special := range [][2]string{{"<!--", "-->"}, {"<?", "?>"}, {"<![CDATA[", "]]>"}} {
		if bytes.HasPrefix(data, []byte(special[0])) {
			return endOf(data, len(special[0]), special[1])
		}
	}
	if len(data) > 2 && data[1] == '!' && isLetter(data[2]) {
		return endOf(data, 2, ">")
	}
	name, closing := tagName(data)
	if name == "" {
		return 0
	}
	i := 1 + len(name)
	if closing {
		i = skipSpace(data, i+1)
		if i < len(data) && data[i] == '>' {
			return i + 1
		}
		return 0
	}
	for {
		next := skipSpace(data, i)
		rest := data[next:]
		switch {
		case bytes.HasPrefix(rest, []byte(">")):
			return next + 1
		case bytes.HasPrefix(rest, []byte("/>")):
			return next + 2
		}
		n := attributeEnd(rest)
		if n == 0 || next == i {
			return 0
		}
		i = next + n
	}
}

func endOf(data []byte, from int, mark string) int {
	if n := bytes.Index(data[from:], []byte(mark)); n >= 0 {
		return from + n + len(mark)
	}
	return 0
}

func skipSpace(data []byte, i int) int {
	for i < len(data) && isSpace(data[i]) {
		i++
	}
	return i
}

// attributeEnd is the length of the attribute that data begins with, with its value; 0 when there is none.
func attributeEnd(data []byte) int {
	i := 0
	for i < len(data) && (isAlnum(data[i]) || bytes.IndexByte([]byte("_:.-@"), data[i]) >= 0) {
		i++
	}
	equals := skipSpace(data, i)
	if i == 0 || equals >= len(data) || data[equals] != '=' {
		return i
	}
	value := skipSpace(data, equals+1)
	if value >= len(data) {
		return 0
	}
	if quote := data[value]; quote == '"' || quote == '\'' {
		return endOf(data, value+1, string(quote))
	}
	end := value
	for end < len(data) && !isSpace(data[end]) && bytes.IndexByte([]byte("\"'=<>`"), data[end]) < 0 {
		end++
	}
	if end == value {
		return 0
	}
	return end
}

func verbatimTags() []string { return []string{"script", "pre", "style", "textarea"} }

func blockTags() []string {
	return []string{"address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center", "col",
		"colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer",
		"form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "iframe",
		"legend", "li", "link", "main", "menu", "menuitem", "nav", "noframes", "ol", "optgroup", "option", "p", "param",
		"search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "track", "ul"}
}
