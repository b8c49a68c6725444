package check

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// The rules of one page. What they object to is located by regular expressions, because a finished page does not say
// which line of the author's it comes from.

// control is a field of a form that a person fills in.
type control struct {
	tag, name, id string
}

// table is a table that is open.
type table struct {
	rows, heads int
	layout      bool // it says that it is no table of data
}

func (r *reader) fault(f Fault) {
	for _, other := range r.page.Faults {
		if other.Msg == f.Msg && other.Only == f.Only {
			f.Nth++
		}
	}
	r.page.Faults = append(r.page.Faults, f)
}

// finish gives the page what it has, and applies the rules that need all of it.
func (r *reader) finish() {
	r.page.Links = slices.Clone(r.links)
	slices.Sort(r.anchors)
	r.page.Anchors = slices.Clone(slices.Compact(r.anchors))
	r.headingRules()
	for _, c := range r.controls {
		if c.id == "" || !r.labelled[c.id] {
			r.fault(Fault{Msg: fmt.Sprintf("the form control %s has no label", c.called()),
				Hint: "put it into a <label>, or give it an id and a <label for=…>",
				Near: []string{"<" + c.tag + `\b[^>]*\bname=["']?` + regexp.QuoteMeta(c.name), "<" + c.tag + `\b`}})
		}
	}
}

func (c control) called() string {
	if c.name != "" {
		return fmt.Sprintf("%q", c.name)
	}
	return "<" + c.tag + ">"
}

func (r *reader) language(attrs attributes) {
	if !attrs.given("lang") {
		r.fault(Fault{Msg: "the page does not say its language", Hint: `write <html lang="{{ .Page.Lang }}"> in the theme's base.html`})
	}
}

// headingRules want one h1, and no level left out on the way down.
func (r *reader) headingRules() {
	tops, above := 0, 0
	for _, h := range r.headings {
		if h.level == 1 {
			if tops++; tops > 1 {
				r.fault(Fault{Msg: fmt.Sprintf("the page has one more h1: %q", h.text),
					Hint: "the title of the page is its h1: begin a part of it with ##", Near: headingAt(h)})
			}
		}
		if above > 0 && h.level > above+1 {
			r.fault(Fault{Msg: fmt.Sprintf("the heading %q is an h%d below an h%d: a level is left out", h.text, h.level, above),
				Hint: "write it with " + strings.Repeat("#", above+1) + "; in a block, give the block a title", Near: headingAt(h)})
		}
		above = h.level
	}
	if tops == 0 {
		r.fault(Fault{Msg: "the page has no h1", Hint: "begin with a block that has a title, or with a line of # and the title"})
	}
}

// headingAt is where a heading may stand: as Markdown, as HTML, or as a text of the front matter.
func headingAt(h heading) []string {
	text := words(h.text)
	if text == "" {
		return nil
	}
	return []string{`(?m)^ {0,3}#+[^\pL\pN\n]*` + text, fmt.Sprintf(`(?i)<h%d\b[^>]*>[^\pL\pN]*`, h.level) + text, text}
}

// words is a pattern of the first words of a text, whatever marks stand between them.
func words(text string) string {
	all := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" *_`[](){}<>\"'“”‘’#", c) })
	for i, w := range all {
		all[i] = regexp.QuoteMeta(w)
	}
	return strings.Join(all[:min(len(all), 6)], "[^\\pL\\pN\n]+")
}

// picture wants a text in place of every image. An empty one is right for an ornament of the theme, and wrong for an
// image that the author put into the text or into front matter.
func (r *reader) picture(attrs attributes) {
	alt := attrs.get("alt")
	if len(r.open) > 0 {
		r.text = append(r.text, alt...) // the text of a link may be an image's
	}
	if strings.TrimSpace(alt) != "" {
		return
	}
	file := path.Base(attrs.get("src"))
	stem, _, _ := strings.Cut(file, ".")
	if strings.HasPrefix(attrs.get("src"), "/assets/images/") {
		file = stem + path.Ext(file) // without the fingerprint and the width of a copy
	}
	stem = regexp.QuoteMeta(stem)
	f := Fault{Msg: fmt.Sprintf("the image %s has no text for those who do not see it", file), Hint: "say what it shows: ![A boat at the quay](boat.jpg)",
		Near: []string{`!\[\s*\]\([^)\s]*` + stem, `\bimage:[^\n]*` + stem, `<img\b[^>]*` + stem}}
	if f.Only = attrs.has("alt"); f.Only {
		f.Near = f.Near[:2]
	}
	r.fault(f)
}

// unnamed is the address of a link of which only its text can say where it leads; none of others.
func unnamed(attrs attributes) []byte {
	if attrs.given("aria-label", "aria-labelledby", "title") || attrs.get("aria-hidden") == "true" {
		return nil
	}
	return attrs.bytes("href")
}

// noText objects to a link that does not say where it leads.
func (r *reader) noText(to string) {
	r.fault(Fault{Msg: fmt.Sprintf("the link to %s has no text", to), Hint: "write between the brackets where it leads", Link: to,
		Near: []string{`[^!]?(\[\s*\]\([^)\s]*` + lastPart(to) + `)`, `<a\b[^>]*` + lastPart(to)}})
}

// lastPart is a pattern of the last part of an address, which is what a relative link has of it.
func lastPart(to string) string {
	to, _, _ = strings.Cut(to, "#")
	return regexp.QuoteMeta(strings.TrimPrefix(path.Base(strings.TrimSuffix(to, "/")), "."))
}

// control notes a field that a person fills in, unless its label is around it or in its attributes.
func (r *reader) control(tag string, attrs attributes) {
	switch attrs.get("type") {
	case "hidden", "submit", "button", "reset", "image":
		return
	}
	for _, e := range r.open {
		if e.tag == "label" {
			return
		}
	}
	if !attrs.given("aria-label", "aria-labelledby", "title") {
		r.controls = append(r.controls, control{tag: tag, name: attrs.get("name"), id: attrs.get("id")})
	}
}

func (r *reader) inTable(tag string, attrs attributes) {
	if tag == "table" {
		role := attrs.get("role")
		r.tables = append(r.tables, table{layout: role == "presentation" || role == "none"})
		return
	}
	if len(r.tables) == 0 {
		return
	}
	t := &r.tables[len(r.tables)-1]
	if tag == "tr" {
		t.rows++
	} else {
		t.heads++
	}
}

// endTable wants a header cell in every table of two rows or more.
func (r *reader) endTable() {
	if len(r.tables) == 0 {
		return
	}
	t := r.tables[len(r.tables)-1]
	r.tables = r.tables[:len(r.tables)-1]
	if t.rows > 1 && t.heads == 0 && !t.layout {
		r.fault(Fault{Msg: "the table has no header cells", Hint: "write the cells of its first row, or of its first column, as <th>", Near: []string{`<table\b`}})
	}
}
