package check

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"
)

// Read collects what is kept of a page. It never fails: a browser would show the page too. It goes through the tags
// once, as they are written, without making a tree: sites have many pages.
func Read(pageURL string, page []byte) Page {
	r := readers.Get().(*reader)
	defer r.release()
	r.page, r.tags.page = Page{URL: pageURL}, page
	for {
		switch r.tags.next() {
		case pageEnd:
			r.finish()
			return r.page
		case someText:
			if len(r.open) > 0 {
				r.text = append(r.text, r.tags.said()...)
			}
		case openingTag:
			r.start()
		case closingTag:
			r.end(knownTags[string(r.tags.name)])
		}
	}
}

// readers are used again, because each needs a good deal of memory.
var readers = sync.Pool{New: func() any {
	return &reader{kinds: map[string]int{}, labelled: map[string]bool{}, known: map[string]string{}}
}}

// release forgets the page.
func (r *reader) release() {
	clear(r.attrs[:cap(r.attrs)]) // they are parts of the page
	clear(r.open[:cap(r.open)])
	clear(r.links)
	clear(r.kinds)
	clear(r.labelled)
	if len(r.known) > maxKnown {
		clear(r.known)
	}
	*r = reader{tags: tags{buffer: r.tags.buffer}, kinds: r.kinds, known: r.known, labelled: r.labelled, attrs: r.attrs[:0], open: r.open[:0],
		links: r.links[:0], anchors: r.anchors[:0], text: r.text[:0], headings: r.headings[:0], controls: r.controls[:0], tables: r.tables[:0]}
	readers.Put(r)
}

// maxKnown is how many addresses are known by heart, at most.
const maxKnown = 4096

// reader is one reading of a page. It sees very many tags, and keeps as little of each as the rules need.
type reader struct {
	page     Page
	tags     tags
	links    []Link            // of the page so far
	kinds    map[string]int    // which kinds of an address the page has already
	anchors  []string          // of the page so far
	known    map[string]string // addresses of earlier pages, most of which this one has too
	attrs    attributes        // of the tag that is being read
	open     []element         // whose text matters, from the outermost
	text     []byte            // of all that are open
	headings []heading
	controls []control
	labelled map[string]bool // ids that a label is for
	tables   []table         // that are open
	inert    int             // templates that are open: what a script makes of their parts is not known
	titled   bool            // the title element was read; one in a drawing is another
}

// element is an open element whose text matters.
type element struct {
	tag   string
	from  int    // where its text begins
	to    []byte // of links: the address, when only the text says where it leads
	level int    // of headings
}

type heading struct {
	level int
	text  string
}

// attributes are those of an element that are looked at. Their values are part of the page.
type attributes []struct {
	name  string
	value []byte
}

// get is the value of an attribute, and "" without it.
func (a attributes) get(name string) string { return string(a.bytes(name)) }

func (a attributes) bytes(name string) []byte {
	for _, attr := range a {
		if attr.name == name {
			return attr.value
		}
	}
	return nil
}

func (a attributes) has(name string) bool {
	for _, attr := range a {
		if attr.name == name {
			return true
		}
	}
	return false
}

// given says whether one of the attributes has a value.
func (a attributes) given(names ...string) bool {
	for _, name := range names {
		if len(bytes.TrimSpace(a.bytes(name))) > 0 {
			return true
		}
	}
	return false
}

// The names that are looked at, so that no others are copied out of the page.
var (
	knownTags = names("html", "meta", "link", "title", "a", "area", "video", "h1", "h2", "h3", "h4", "h5", "h6", "label", "img",
		"input", "select", "textarea", "table", "tr", "th", "template")
	anyAttributes   = names("id", "src", "srcset") // of elements that no rule looks at
	knownAttributes = names("id", "name", "href", "src", "srcset", "poster", "alt", "lang", "content", "rel", "for", "type", "role",
		"title", "aria-label", "aria-labelledby", "aria-hidden")
)

func names(all ...string) map[string]string {
	known := make(map[string]string, len(all))
	for _, name := range all {
		known[name] = name
	}
	return known
}

// policedAttributes are those that a policy has something to say about, beside knownAttributes and the handlers of events.
var policedAttributes = names("style", "type", "action", "data")

func (r *reader) start() {
	tag := knownTags[string(r.tags.name)]
	wanted := knownAttributes
	if tag == "" {
		wanted = anyAttributes
	}
	policed := policedTag(r.tags.name)
	loads := tag != "a" // nothing is loaded by a link
	r.attrs = r.attrs[:0]
	r.tags.attributes(func(name, value []byte) {
		known, ok := wanted[string(name)]
		switch {
		case ok:
			policed = policed || loads && bytes.Contains(value, []byte("//"))
		case isHandler(name):
			known, policed = string(name), true
		default:
			if known, ok = policedAttributes[string(name)]; !ok {
				return
			}
			policed = true
		}
		if !r.attrs.has(known) {
			r.attrs = append(r.attrs, struct {
				name  string
				value []byte
			}{known, value})
		}
	})
	if policed {
		r.page.readPolicy(string(r.tags.name), r.tags.tag, r.attrs)
	}
	for _, attr := range r.attrs {
		r.attribute(tag, attr.name, attr.value)
	}
	switch {
	case tag == "template":
		r.inert++
	case r.inert == 0 && tag != "":
		r.element(tag, r.attrs)
	}
}

// attribute keeps what an attribute refers to, or what can be referred to by it.
func (r *reader) attribute(tag, attr string, value []byte) {
	switch {
	case attr == "id" || attr == "name" && tag == "a":
		r.anchors = append(r.anchors, string(value))
	case refers(tag, attr):
		r.link(value, Link{Image: attr == "src" || attr == "poster", Head: tag == "link"})
	case attr == "srcset":
		for candidate := range bytes.SplitSeq(value, []byte(",")) {
			to, _, _ := bytes.Cut(bytes.TrimSpace(candidate), []byte(" "))
			r.link(to, Link{Image: true})
		}
	}
}

// refers says whether an attribute holds a reference that a reader or a browser follows.
func refers(tag, attr string) bool {
	switch attr {
	case "href":
		return tag == "a" || tag == "area" || tag == "link"
	case "src":
		return true
	case "poster":
		return tag == "video"
	}
	return false
}

// link keeps a reference, unless the page has it already as the same kind.
func (r *reader) link(to []byte, l Link) {
	to = bytes.TrimSpace(to)
	kind := 1
	if l.Image {
		kind <<= 1
	}
	if l.Head {
		kind <<= 2
	}
	had := r.kinds[string(to)]
	if len(to) == 0 || had&kind != 0 {
		return
	}
	l.To = r.learn(to)
	r.kinds[l.To] = had | kind
	r.links = append(r.links, l)
}

// learn is an address as a string, which is the same one for all pages that have it.
func (r *reader) learn(address []byte) string {
	known, ok := r.known[string(address)]
	if !ok {
		known = string(address)
		r.known[known] = known
	}
	return known
}

// element notes what rules need to know of an element that begins.
func (r *reader) element(tag string, attrs attributes) {
	switch tag {
	case "html":
		r.language(attrs)
	case "meta":
		r.meta(attrs)
	case "link":
		if attrs.get("rel") == "canonical" {
			r.page.Canonical = attrs.get("href")
		}
	case "title", "a":
		r.open = append(r.open, element{tag: tag, from: len(r.text), to: unnamed(attrs)})
	case "h1", "h2", "h3", "h4", "h5", "h6":
		r.open = append(r.open, element{tag: tag, from: len(r.text), level: int(tag[1] - '0')})
	case "label":
		r.labelled[attrs.get("for")] = true
		r.open = append(r.open, element{tag: tag, from: len(r.text)})
	case "img":
		r.picture(attrs)
	case "input", "select", "textarea":
		r.control(tag, attrs)
	case "table", "tr", "th":
		r.inTable(tag, attrs)
	}
}

func (r *reader) meta(attrs attributes) {
	switch strings.ToLower(attrs.get("name")) {
	case "description":
		r.page.Description = join(attrs.get("content"))
	case "robots":
		r.page.Noindex = strings.Contains(strings.ToLower(attrs.get("content")), "noindex")
	}
}

// end closes the innermost open element of that name, and what was left open in it.
func (r *reader) end(tag string) {
	switch {
	case tag == "template":
		r.inert = max(0, r.inert-1)
	case tag == "table" && r.inert == 0:
		r.endTable()
	}
	for i := len(r.open) - 1; i >= 0; i-- {
		if r.open[i].tag == tag {
			e := r.open[i]
			r.open = r.open[:i]
			r.closed(e)
			break
		}
	}
	if len(r.open) == 0 {
		r.text = r.text[:0]
	}
}

func (r *reader) closed(e element) {
	text := r.text[e.from:]
	switch {
	case len(e.to) > 0 && len(bytes.TrimSpace(text)) == 0:
		r.noText(string(e.to))
	case e.tag == "title" && !r.titled:
		r.page.Title, r.titled = join(string(text)), true
	case e.level > 0:
		r.headings = append(r.headings, heading{level: e.level, text: join(string(text))})
	}
}

// join makes one line of a text, as a browser does.
func join(text string) string {
	if isLine(text) {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// isLine says of most texts that join would change nothing.
func isLine(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c < ' ' || c >= utf8.RuneSelf || c == ' ' && (i == 0 || i == len(text)-1 || text[i-1] == ' ') {
			return false
		}
	}
	return true
}
