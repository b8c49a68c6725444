package asset

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A drawing is a document that can hold scripts, and reach other places. On its own address it would run them with the
// rights of the site. cleanSVG writes a drawing anew from what is known to draw, so what it does not know cannot pass.

const (
	svgSpace   = "http://www.w3.org/2000/svg"
	xlinkSpace = "http://www.w3.org/1999/xlink"
	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
)

// refusedElements go with all that is in them.
var refusedElements = []string{"script", "foreignobject", "handler", "listener", "iframe", "object", "embed", "audio", "video",
	"canvas", "image-set", "metadata", "discard"}

// cleanSVG takes scripts, event handlers, references to other files, foreign markup, comments and what drawing programs
// note for themselves out of a drawing.
func cleanSVG(data []byte) ([]byte, error) {
	c := svgCleaner{in: xml.NewDecoder(bytes.NewReader(data))}
	c.in.Entity = map[string]string{}
	for {
		token, err := c.in.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := c.token(token); err != nil {
			return nil, err
		}
	}
	if !c.rooted {
		return nil, errNoDrawing
	}
	return c.out.Bytes(), nil
}

type svgCleaner struct {
	in     *xml.Decoder
	out    bytes.Buffer
	rooted bool
	open   []string // elements that are written
}

// entity is a declaration of an abbreviation, as drawing programs write for names of their own.
var entity = regexp.MustCompile(`<!ENTITY\s+([\w.-]+)\s+(?:"([^"&%<]*)"|'([^'&%<]*)')`)

func (c *svgCleaner) token(token xml.Token) error {
	switch t := token.(type) {
	case xml.Directive:
		for _, m := range entity.FindAllSubmatch(t, 256) {
			c.in.Entity[string(m[1])] = string(m[2]) + string(m[3])
		}
	case xml.StartElement:
		return c.start(t)
	case xml.EndElement:
		c.out.WriteString("</" + t.Name.Local + ">")
		c.open = c.open[:len(c.open)-1]
	case xml.CharData:
		if len(c.open) > 0 {
			return xml.EscapeText(&c.out, t)
		}
	}
	return nil
}

var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`)

func (c *svgCleaner) start(t xml.StartElement) error {
	name := t.Name.Local
	root := len(c.open) == 0
	switch {
	case root && (c.rooted || name != "svg"):
		return errNoDrawing
	case t.Name.Space != svgSpace && t.Name.Space != "", !plainName.MatchString(name),
		slices.Contains(refusedElements, strings.ToLower(name)), animatesLink(t):
		return c.in.Skip()
	case name == "style":
		return c.style()
	}
	c.rooted = true
	c.open = append(c.open, name)
	c.out.WriteString("<" + name)
	if root {
		c.out.WriteString(` xmlns="` + svgSpace + `"`)
	}
	c.attributes(name, t.Attr)
	c.out.WriteByte('>')
	return nil
}

// animatesLink says whether an element would change an address or a handler over time.
func animatesLink(t xml.StartElement) bool {
	if name := strings.ToLower(t.Name.Local); name != "set" && !strings.HasPrefix(name, "animate") {
		return false
	}
	for _, a := range t.Attr {
		_, what, found := strings.Cut(a.Value, ":")
		if !found {
			what = a.Value
		}
		what = strings.ToLower(strings.TrimSpace(what))
		if strings.EqualFold(a.Name.Local, "attributeName") && (what == "href" || what == "style" || strings.HasPrefix(what, "on")) {
			return true
		}
	}
	return false
}

func (c *svgCleaner) attributes(element string, attrs []xml.Attr) {
	written := map[string]bool{"xmlns": true}
	for _, a := range attrs {
		name := a.Name.Local
		switch a.Name.Space {
		case "":
		case xlinkSpace, "xlink":
			if name != "href" {
				continue
			}
		case xmlSpace, "xml":
			if name != "space" && name != "lang" {
				continue
			}
			name = "xml:" + name
		default:
			continue
		}
		if written[name] || !allowedAttribute(element, name, a.Value) {
			continue
		}
		written[name] = true
		c.out.WriteString(" " + name + `="`)
		xml.EscapeText(&c.out, []byte(a.Value)) // a buffer takes everything
		c.out.WriteByte('"')
	}
}

// embedded is a picture of pixels within the drawing.
var embedded = regexp.MustCompile(`^data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*$`)

func allowedAttribute(element, name, value string) bool {
	lower := strings.ToLower(name)
	if !plainName.MatchString(strings.TrimPrefix(name, "xml:")) || strings.HasPrefix(lower, "on") {
		return false
	}
	value = strings.TrimSpace(value)
	if lower == "href" || lower == "src" {
		return strings.HasPrefix(value, "#") || strings.EqualFold(element, "image") && embedded.MatchString(value)
	}
	return !reaches(value)
}

var (
	cssReference = regexp.MustCompile(`(?i)(?:url|src|image|image-set|expression)\s*\(\s*["']?\s*([^\s"')]?)`)
	cssComment   = regexp.MustCompile(`(?s)/\*.*?(?:\*/|$)`)
	cssImport    = regexp.MustCompile(`(?i)@(?:import|namespace|charset|font-face)`)
)

// reaches says whether a value, or a style sheet, refers to something outside the drawing, or hides that it does.
func reaches(css string) bool {
	if strings.ContainsRune(css, '\\') || cssImport.MatchString(css) || strings.Contains(strings.ToLower(css), "javascript:") {
		return true
	}
	for _, m := range cssReference.FindAllStringSubmatch(css, -1) {
		if m[1] != "#" {
			return true
		}
	}
	return false
}

// cssStatement is a rule that is no block (@import …;), a block without blocks in it, or what stands around them.
var cssStatement = regexp.MustCompile(`@[^;{}]*;|[^{};]*\{[^{}]*\}|[^{}]+|[{}]`)

// style writes a style sheet without the rules that refer to other files.
func (c *svgCleaner) style() error {
	var css strings.Builder
	for {
		token, err := c.in.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.CharData:
			css.Write(t)
		case xml.StartElement:
			if err := c.in.Skip(); err != nil {
				return err
			}
		case xml.EndElement:
			c.writeStyle(cssComment.ReplaceAllString(css.String(), " "))
			return nil
		}
	}
}

func (c *svgCleaner) writeStyle(css string) {
	var kept strings.Builder
	for _, statement := range cssStatement.FindAllString(css, -1) {
		if !reaches(statement) {
			kept.WriteString(statement)
		}
	}
	if reaches(kept.String()) || strings.TrimSpace(kept.String()) == "" || len(c.open) == 0 {
		return
	}
	c.out.WriteString("<style>")
	xml.EscapeText(&c.out, []byte(kept.String())) // a buffer takes everything
	c.out.WriteString("</style>")
}

// looksLikeSVG says whether a file is a drawing: XML whose first element is an <svg>.
func looksLikeSVG(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(data, []byte("<")) && svgTag.Match(data)
}

var (
	svgTag     = regexp.MustCompile(`<(?:\w+:)?svg[\s>/][^>]*>?`)
	svgWidth   = regexp.MustCompile(`\swidth=["']([\d.]+)(?:px)?["']`)
	svgHeight  = regexp.MustCompile(`\sheight=["']([\d.]+)(?:px)?["']`)
	svgViewBox = regexp.MustCompile(`\sviewBox=["']\s*[-\d.]+[ ,]+[-\d.]+[ ,]+([\d.]+)[ ,]+([\d.]+)`)
)

// sizeOfSVG is the width and height of a drawing, or those of its view.
func sizeOfSVG(data []byte) (width, height int) {
	tag := bytes.ReplaceAll(svgTag.Find(data), []byte{'\n'}, []byte{' '})
	w, h := svgWidth.FindSubmatch(tag), svgHeight.FindSubmatch(tag)
	if w != nil && h != nil {
		return rounded(w[1]), rounded(h[1])
	}
	if view := svgViewBox.FindSubmatch(tag); view != nil {
		return rounded(view[1]), rounded(view[2])
	}
	return 0, 0
}

func rounded(s []byte) int {
	f, err := strconv.ParseFloat(string(s), 64)
	if err != nil || f > 1<<20 {
		return 0
	}
	return int(f + 0.5)
}
