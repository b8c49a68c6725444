package markdown

import (
	"bytes"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/gomarkdown/markdown/ast"
)

// maxHighlighted is how many bytes of code are coloured; more of it is a file, not an example, and stays plain.
const maxHighlighted = 64 << 10

// codeBlock writes a block of code, with chroma's classes when its language is known. It can be scrolled by keyboard.
func (w *writer) codeBlock(c *ast.CodeBlock) {
	code := uncommentAll(c.Literal)
	language := codeLanguage(c.Info)
	lexer := w.page.converter.lexer(language)
	if lexer == nil || len(code) > maxHighlighted {
		w.buf.WriteString(`<pre tabindex="0"><code`)
		if language != "" {
			w.attribute("class", "language-"+language)
		}
		w.buf.WriteByte('>')
		w.escape(code)
	} else {
		w.buf.WriteString(`<pre class="chroma" tabindex="0"><code`)
		w.attribute("class", "language-"+language)
		w.buf.WriteByte('>')
		w.highlight(lexer, string(code))
	}
	w.buf.WriteString("</code></pre>\n")
}

// codeLanguage is the first word of what stands behind a fence: "go" of "go {linenos=true}".
func codeLanguage(info []byte) string {
	end := bytes.IndexAny(info, " \t,{")
	if end < 0 {
		end = len(info)
	}
	return string(info[:end])
}

// lexer finds chroma's lexer for a language. Nil: there is none.
func (c *Converter) lexer(language string) chroma.Lexer {
	if language == "" {
		return nil
	}
	if l, ok := c.lexers.Load(language); ok {
		lexer, _ := l.(chroma.Lexer)
		return lexer
	}
	lexer := lexers.Get(language)
	if lexer != nil {
		lexer = chroma.Coalesce(lexer)
		c.lexers.Store(language, lexer)
	} else {
		c.lexers.Store(language, false)
	}
	return lexer
}

func (w *writer) highlight(lexer chroma.Lexer, code string) {
	tokens, err := lexer.Tokenise(nil, code)
	if err != nil {
		w.escape([]byte(code))
		return
	}
	for token := tokens(); token != chroma.EOF; token = tokens() {
		class := tokenClass(token.Type)
		if class == "" || strings.TrimSpace(token.Value) == "" {
			w.escape([]byte(token.Value))
			continue
		}
		w.buf.WriteString(`<span class="` + class + `">`)
		w.escape([]byte(token.Value))
		w.buf.WriteString("</span>")
	}
}

// tokenClass is chroma's short class of a token, or of the kind it belongs to.
func tokenClass(t chroma.TokenType) string {
	for ; t != 0; t = t.Parent() {
		if class, ok := chroma.StandardTypes[t]; ok {
			return class
		}
	}
	return ""
}

// uncommentAll makes {{< x >}} of every {{</* x */>}} in code, which is how Hugo's authors show a shortcode.
func uncommentAll(code []byte) []byte {
	if !bytes.Contains(code, []byte("{{</*")) {
		return code
	}
	code = bytes.ReplaceAll(code, []byte("{{</*"), []byte("{{<"))
	return bytes.ReplaceAll(code, []byte("*/>}}"), []byte(">}}"))
}
