package markdown

import (
	"bytes"
	"strings"
	"sync"

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
		w.buf.WriteString("<pre")
		w.attribute("tabindex", "0")
		w.buf.WriteString("><code")
		if language != "" {
			w.attribute("class", "language-"+language)
		}
		w.buf.WriteByte('>')
		w.escape(code)
	} else {
		w.buf.WriteString("<pre")
		w.attribute("class", "chroma")
		w.attribute("tabindex", "0")
		w.buf.WriteString("><code")
		w.attribute("class", "language-"+language)
		w.buf.WriteByte('>')
		w.highlight(lexer, language, string(code))
	}
	w.put("</code></pre>\n")
}

// codeLanguage is the first word of what stands behind a fence: "go" of "go {linenos=true}".
func codeLanguage(info []byte) string {
	end := bytes.IndexAny(info, " \t,{")
	if end < 0 {
		end = len(info)
	}
	return string(info[:end])
}

// lexer finds chroma's lexer for a language by its name, an alias or the ending of its files. Nil: there is none. Chroma's
// own search compares an unknown name with every pattern of every lexer, which takes milliseconds.
func (c *Converter) lexer(language string) chroma.Lexer {
	if language == "" {
		return nil
	}
	c.lexersOnce.Do(c.indexLexers)
	return c.lexers[strings.ToLower(language)]
}

func (c *Converter) indexLexers() {
	c.lexers = map[string]chroma.Lexer{}
	add := func(name string, l chroma.Lexer) {
		if name = strings.ToLower(name); c.lexers[name] == nil {
			c.lexers[name] = l
		}
	}
	all := lexers.GlobalLexerRegistry.Lexers
	for _, l := range all {
		for _, name := range append([]string{l.Config().Name}, l.Config().Aliases...) {
			add(name, chroma.Coalesce(l))
		}
	}
	for _, l := range all {
		for _, pattern := range l.Config().Filenames {
			if ending, ok := strings.CutPrefix(pattern, "*."); ok {
				add(ending, chroma.Coalesce(l))
			}
		}
	}
}

// highlight writes code in its colours. What was written lately is known: the languages of a site show the same examples,
// and so does a page from one edit to the next.
func (w *writer) highlight(lexer chroma.Lexer, language, code string) {
	memo := &w.page.converter.highlighted
	key := language + "\n" + code
	if known, ok := memo.get(key); ok {
		w.buf.WriteString(known)
		return
	}
	from := w.buf.Len()
	w.colour(lexer, code)
	if len(w.codes) == 0 { // or marks of shortcodes may be in it
		memo.put(key, string(w.buf.Bytes()[from:]))
	}
}

func (w *writer) colour(lexer chroma.Lexer, code string) {
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
		w.buf.WriteString("<span")
		w.attribute("class", class)
		w.buf.WriteByte('>')
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

// uncommentAll makes {{< x >}} of every {{</* x */>}} in code, which is how Hugo's authors show a shortcode; the other
// form likewise.
func uncommentAll(code []byte) []byte {
	for _, form := range [][2]string{{"{{<", ">}}"}, {"{{%", "%}}"}} {
		if bytes.Contains(code, []byte(form[0]+"/*")) {
			code = bytes.ReplaceAll(code, []byte(form[0]+"/*"), []byte(form[0]))
			code = bytes.ReplaceAll(code, []byte("*/"+form[1]), []byte(form[1]))
		}
	}
	return code
}

// memo remembers texts that were made of texts, as many as a small memory holds.
type memo struct {
	mu    sync.Mutex
	known map[string]string
	size  int
}

// maxMemo is how many bytes a memo holds; with more, it begins anew.
const maxMemo = 1 << 20

func (m *memo) get(key string) (string, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value, ok := m.known[key]
	return value, ok
}

func (m *memo) put(key, value string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.size += len(key) + len(value); m.known == nil || m.size > maxMemo {
		m.known, m.size = map[string]string{}, len(key)+len(value)
	}
	m.known[key] = value
}
