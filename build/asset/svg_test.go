package asset_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// drawing cleans one as it is published.
func drawing(source string) (string, error) {
	out, fault := gallery(nil, "").Original("content/static/a.svg", []byte(source))
	if fault != nil {
		return "", fault
	}
	return string(out), nil
}

func TestDrawings(t *testing.T) {
	const head = `<svg xmlns="http://www.w3.org/2000/svg">`
	for name, tc := range map[string]struct{ source, want string }{
		"plain":         {`<?xml version="1.0"?><!DOCTYPE svg><!-- made by hand --><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" role="img" aria-label="A &amp; B"> <path d="M0 0 L8 8"/> </svg>`, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8" role="img" aria-label="A &amp; B"><path d="M0 0 8 8"/></svg>`},
		"script":        {head + `<script>alert(1)</script><SCRIPT href="/x.js"/><circle r="2"/></svg>`, head + `<circle r="2"/></svg>`},
		"handlers":      {`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><circle r="2" onclick="x()" OnFocus="y()"/></svg>`, head + `<circle r="2"/></svg>`},
		"foreign":       {head + `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><iframe src="//x"/></body></foreignObject><h:script xmlns:h="http://www.w3.org/1999/xhtml">x</h:script><g fill="red"/></svg>`, head + `<g fill="red"/></svg>`},
		"links":         {`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><a xlink:href="javascript:alert(1)"><use xlink:href="#a"/></a><image href="https://example.com/x.png"/><use href="x.svg#b"/></svg>`, head + `<a><use href="#a"/></a><image/><use/></svg>`},
		"paint":         {head + `<path id="p" fill="url(#g)" stroke="url( 'https://example.com/#g')" d="M0 0h1"/></svg>`, head + `<path id="p" fill="url(#g)" d="M0 0h1"/></svg>`},
		"animated link": {head + `<a><set attributeName="href" to="javascript:alert(1)"/><animate attributeName="xlink:href" values="javascript:x"/><animate attributeName="r" to="3"/></a></svg>`, head + `<a><animate attributeName="r" to="3"/></a></svg>`},
		"stylesheet":    {head + `<style>@import "https://example.com/x.css"; .a{fill:red} .b{background:url(//example.com)} .c{fill:u\72l(x)} .d{fill:url(#ok)}</style><rect class="a"/></svg>`, head + `<style>.a{fill:red}.d{fill:url(#ok)}</style><rect class="a"/></svg>`},
		"entities":      {`<!DOCTYPE svg [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY x "<script/>">]><svg xmlns="&ns;"><text>a</text></svg>`, head + `<text>a</text></svg>`},
		"prefix":        {`<s:svg xmlns:s="http://www.w3.org/2000/svg" xmlns:i="http://www.inkscape.org/" i:version="1"><i:view/><s:g id="a"/></s:svg>`, head + `<g id="a"/></svg>`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := drawing(tc.source)
			if err != nil || got != tc.want {
				t.Errorf("got  %s (%v)\nwant %s", got, err, tc.want)
			}
		})
	}
}

func TestDrawingsThatAreNone(t *testing.T) {
	for source, want := range map[string]string{
		"no xml":              "content/static/a.svg: the picture content/static/a.svg cannot be read: it is neither JPEG, PNG, GIF, WebP, AVIF nor SVG",
		"<svg><g></svg>":      "content/static/a.svg: the picture content/static/a.svg cannot be read: XML syntax error on line 1: element <g> closed by </svg>",
		"<p><svg></svg></p>":  "content/static/a.svg: the picture content/static/a.svg cannot be read: there is no <svg> in it",
		"<svg></svg><svg/>":   "content/static/a.svg: the picture content/static/a.svg cannot be read: there is no <svg> in it",
		"<svg>&nosuch;</svg>": "content/static/a.svg: the picture content/static/a.svg cannot be read: XML syntax error on line 1: invalid character entity &nosuch;",
	} {
		if _, err := drawing(source); err == nil || err.Error() != want {
			t.Errorf("%s: got  %v\nwant %s", source, err, want)
		}
	}
}

// FuzzDrawing: what comes out is XML again, and holds nothing that runs or that is loaded from elsewhere.
func FuzzDrawing(f *testing.F) {
	for _, seed := range []string{
		`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`,
		`<svg onload="x"><a xlink:href=" java&#10;script:x"/><style><![CDATA[@import url(x);]]></style></svg>`,
		`<svg><style>a{b:url(&quot;//x&quot;)}</style><set attributeName="onclick" to="x"/></svg>`,
		`<x:svg xmlns:x="http://www.w3.org/2000/svg"><x:script/></x:svg>`,
		`<!DOCTYPE svg [<!ENTITY a "onload">]><svg fill="u\72l(x)" style="fill:url(/**/http://x)">&a;</svg>`,
		`<svg><image href="data:image/svg+xml,x"/><image href="data:image/png;base64,AAAA"/><style>u/**/rl(x)</style></svg>`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		out, err := drawing(source)
		if err != nil || !strings.Contains(out, "<svg") {
			return
		}
		d := xml.NewDecoder(strings.NewReader(out))
		style := false
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatalf("%q is no XML: %v", out, err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				style = token.Name.Local == "style"
				dangerous(t, token)
			case xml.EndElement:
				style = false
			case xml.CharData:
				if low := strings.ToLower(string(token)); style && (strings.Contains(low, "@import") || strings.Contains(strings.ReplaceAll(low, "url(#", ""), "url(")) {
					t.Fatalf("a style sheet loads something: %q", out)
				}
			case xml.ProcInst, xml.Directive:
				t.Fatalf("%q has an instruction", out)
			}
		}
	})
}

// dangerous fails for an element that runs or loads something.
func dangerous(t *testing.T, e xml.StartElement) {
	t.Helper()
	name := strings.ToLower(e.Name.Local)
	if name == "script" || name == "foreignobject" || name == "iframe" || e.Name.Space != "http://www.w3.org/2000/svg" {
		t.Fatalf("there is a %v", e.Name)
	}
	for _, a := range e.Attr {
		key, value := strings.ToLower(a.Name.Local), strings.ToLower(strings.TrimSpace(a.Value))
		switch {
		case strings.HasPrefix(key, "on"), strings.Contains(value, "javascript:"),
			key == "href" && !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "data:image/"),
			key == "href" && strings.HasPrefix(value, "data:image/svg"),
			strings.Contains(strings.ReplaceAll(value, "url(#", ""), "url(") && key != "href":
			t.Fatalf("there is %s=%q in a %s", a.Name.Local, a.Value, name)
		}
	}
}
