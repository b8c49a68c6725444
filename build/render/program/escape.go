package program

import (
	"html/template"
	"reflect"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// escape is how html/template wants a value to be written at a place. Plain texts, numbers, and HTML among HTML are
// written here; everything else is handed to html/template's own functions.
type escape struct {
	filters []func(s string) bool // say of a text that html/template's would not change it
	html    bool                  // and then marks of HTML are written as entities
	among   bool                  // a value that is HTML stays as it is
	attr    bool                  // a value that is an attribute stays as it is
	known   bool                  // the fields above say it all
	theirs  *texttemplate.Template
}

const prefix = "_html_template_" // of the names of html/template's escapers

func isEscaper(cmd *parse.CommandNode) bool {
	name, ok := cmd.Args[0].(*parse.IdentifierNode)
	return ok && strings.HasPrefix(name.Ident, prefix)
}

// escape compiles the escapers at a pipeline's end.
func (c *compiler) escape(cmds []*parse.CommandNode) *escape {
	e := &escape{known: true, theirs: c.theirs(cmds)}
	for i, cmd := range cmds {
		last := i == len(cmds)-1
		if !isEscaper(cmd) || len(cmd.Args) > 1 {
			c.fail("not only escapers at the end: %s", cmd)
		}
		switch name := strings.TrimPrefix(cmd.Args[0].(*parse.IdentifierNode).Ident, prefix); {
		case name == "htmlescaper" && last:
			e.html, e.among = true, len(cmds) == 1
		case name == "attrescaper" && last, name == "rcdataescaper" && last:
			e.html = true
		case name == "htmlnamefilter" && len(cmds) == 1:
			e.attr, e.known = true, false
		case name == "urlfilter":
			e.filters = append(e.filters, harmless)
		case name == "urlnormalizer":
			e.filters = append(e.filters, normal)
		case name == "urlescaper":
			e.filters = append(e.filters, unreserved)
		default:
			e.known = false
		}
	}
	return e
}

// theirs is a template that does nothing but pass a value through html/template's escapers.
func (c *compiler) theirs(cmds []*parse.CommandNode) *texttemplate.Template {
	dot := &parse.CommandNode{NodeType: parse.NodeCommand, Args: []parse.Node{&parse.DotNode{NodeType: parse.NodeDot}}}
	pipe := &parse.PipeNode{NodeType: parse.NodePipe, Cmds: append([]*parse.CommandNode{dot}, cmds...)}
	name := "escape"
	for _, cmd := range cmds {
		name += " " + cmd.String()
	}
	if t := c.text.Lookup(name); t != nil {
		return t
	}
	action := &parse.ActionNode{NodeType: parse.NodeAction, Pipe: pipe}
	tree := &parse.Tree{Name: name, Root: &parse.ListNode{NodeType: parse.NodeList, Nodes: []parse.Node{action}}}
	t, err := c.text.AddParseTree(name, tree)
	if err != nil {
		c.fail("escapers: %v", err)
	}
	return t
}

var (
	intType  = reflect.TypeFor[int]()
	htmlType = reflect.TypeFor[template.HTML]()
	attrType = reflect.TypeFor[template.HTMLAttr]()
)

// write writes a value.
func (e *escape) write(m *Machine, v reflect.Value) {
	if v.IsValid() {
		switch typ := v.Type(); {
		case typ == stringType && e.known && e.text(m, v.String()):
			return
		case typ == htmlType && e.among, typ == attrType && e.attr:
			m.out = append(m.out, v.String()...)
			return
		case typ == intType && e.known && e.html && len(e.filters) == 0:
			m.out = strconv.AppendInt(m.out, v.Int(), 10)
			return
		}
	}
	w := writer{m.out}
	if err := e.theirs.Execute(&w, v); err != nil {
		panic(err)
	}
	m.out = w.out
}

type writer struct{ out []byte }

func (w *writer) Write(p []byte) (int, error) {
	w.out = append(w.out, p...)
	return len(p), nil
}

// text writes a plain text, unless an address in it needs more than is known here.
func (e *escape) text(m *Machine, s string) bool {
	for _, unchanged := range e.filters {
		if !unchanged(s) {
			return false
		}
	}
	if e.html {
		m.out = appendHTML(m.out, s)
	} else {
		m.out = append(m.out, s...)
	}
	return true
}

// appendHTML writes a text so that it stays text in HTML and in attributes between quotation marks, in the same words as
// html/template.
func appendHTML(out []byte, s string) []byte {
	written := 0
	for i := range len(s) {
		if c := s[i]; c <= '>' {
			if entity := entities[c]; entity != "" {
				out = append(append(out, s[written:i]...), entity...)
				written = i + 1
			}
		}
	}
	return append(out, s[written:]...)
}

var entities = ['>' + 1]string{0: "\uFFFD", '"': "&#34;", '&': "&amp;", '\'': "&#39;", '+': "&#43;", '<': "&lt;", '>': "&gt;"}

// harmless says that an address has no scheme, or one that only leads elsewhere. Only those in small letters are known.
func harmless(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	return !ok || strings.Contains(scheme, "/") || scheme == "http" || scheme == "https" || scheme == "mailto"
}

// normal says that nothing in an address must be written as %xx, and that nothing in it is.
func normal(s string) bool { return only(s, "!#$&*+,/:;=?@[]-._~") }

// unreserved says that a text may stand anywhere in an address.
func unreserved(s string) bool { return only(s, "-._~") }

func only(s, marks string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') && strings.IndexByte(marks, c) < 0 {
			return false
		}
	}
	return true
}
