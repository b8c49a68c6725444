package program_test

import (
	"bytes"
	"fmt"
	"html/template"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// hostile are texts that mean something somewhere.
var hostile = []string{"", "plain", `<script>alert(1)</script>`, `"quoted"`, `it's`, "a&b", "&amp;", "1+1", "a\x00b", "\xff\xfe", "ü\u2028", "javascript:alert(1)", "JavaScript:x",
	"https://example.com/?a=b&c=d#e", "HTTP://x", "mailto:a@b", "//evil", "/a b", "/%20%zz", "x:y/z", "data:text/html,x", "-->", "]]>", "</textarea>", "`${x}`", "{{.}}", "a,b 2x", "\n\t", "ZgotmplZ", "＜"}

func text(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom(hostile), rapid.String(), rapid.Custom(func(t *rapid.T) string {
		return string(rapid.SliceOfN(rapid.Byte(), 0, 12).Draw(t, "bytes"))
	})).Draw(t, "text")
}

// value is one of any type that pages hold, and of some that they do not.
func value(t *rapid.T) any {
	switch rapid.IntRange(0, 15).Draw(t, "type") {
	case 0:
		return nil
	case 1:
		return rapid.IntRange(-3, 300).Draw(t, "int")
	case 2:
		return rapid.SampledFrom([]float64{0, -1.5, 1e30, math.NaN(), math.Inf(1)}).Draw(t, "float")
	case 3:
		return rapid.Bool().Draw(t, "bool")
	case 4:
		return template.HTML(text(t))
	case 5:
		return template.URL(text(t))
	case 6:
		return template.HTMLAttr(text(t))
	case 7:
		return []any{text(t), 1, nil}
	case 8:
		return map[string]any{"k": text(t), "n": 2}
	case 9:
		return time.Unix(int64(rapid.IntRange(0, 1<<31).Draw(t, "time")), 0).UTC()
	case 10:
		return template.JS(text(t))
	case 11:
		return new(text(t))
	case 12:
		return fmt.Errorf("an error: %s", text(t))
	}
	return text(t)
}

func anything(t *rapid.T, depth int) *thing {
	if depth == 0 {
		return nil
	}
	x := &thing{Title: text(t), URL: text(t), HTML: template.HTML(text(t)), Attr: template.HTMLAttr(text(t)), N: rapid.IntRange(-1, 4).Draw(t, "n"), F: 1.5,
		On: rapid.Bool().Draw(t, "on"), Any: value(t), Next: anything(t, depth-1), Params: map[string]any{}, Words: map[string]string{"one": text(t)}}
	for _, key := range []string{"a", "b", "s"} {
		if rapid.Bool().Draw(t, "has") {
			x.Params[key] = value(t)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "items") {
		x.Tags = append(x.Tags, text(t))
		x.Items = append(x.Items, anything(t, depth-1))
	}
	return x
}

// writer makes templates. Each draws what it holds, so that rapid can make a failing one smaller.
type maker struct {
	t    *rapid.T
	vars []string
}

func (m *maker) pick(of ...string) string { return rapid.SampledFrom(of).Draw(m.t, "choice") }

// path is something that may be there.
func (m *maker) path() string {
	return m.pick(append([]string{".", "$", ".Title", ".URL", ".HTML", ".Attr", ".N", ".F", ".On", ".Any", ".When", ".Tags", ".Items", ".Next", ".Next.Title", "$.Title", "$.Next.URL",
		".Params", ".Params.a", ".Params.s", "$.Params.b", ".Params.a.k", ".Params.none", ".Words.one", ".Words.none", ".When.IsZero", ".Own", `(.Says "x")`}, m.vars...)...)
}

// argument is what may stand behind a function's name.
func (m *maker) argument(depth int) string {
	if depth > 0 && rapid.Bool().Draw(m.t, "call") {
		return "(" + m.call(depth-1) + ")"
	}
	return rapid.OneOf(rapid.SampledFrom([]string{`"a"`, `"k"`, `"<&'+"`, "0", "1", "2.5", "true", "nil"}), rapid.Custom(func(*rapid.T) string { return m.path() })).Draw(m.t, "argument")
}

func (m *maker) call(depth int) string {
	a := func() string { return " " + m.argument(depth) }
	switch name := m.pick("and", "or", "not", "eq", "ne", "lt", "ge", "len", "index", "print", "printf", "html", "urlquery", "abs", "word", "text", "list", "dict", "add", "first", "icon", "nothing", "pair"); name {
	case "not", "len", "abs", "text", "icon", "html", "urlquery", "print", "list":
		return name + a()
	case "nothing":
		return name
	case "printf":
		return name + ` "%v-%v"` + a() + a()
	case "and", "or", "eq":
		return name + a() + a() + m.pick("", a())
	default:
		return name + a() + a()
	}
}

// pipeline is what stands between {{ and }}.
func (m *maker) pipeline() string {
	p := m.path()
	if rapid.Bool().Draw(m.t, "call") {
		p = m.call(2)
	}
	return p + m.pick("", "", "", " | print", ` | printf "%v/%v" .N`, " | html", " | abs", ` | eq "a"`)
}

// action is a pipeline where html/template escapes it in one of its many ways.
func (m *maker) action() string {
	around := m.pick("%s", "%s", "<p>%s</p>", `<p title="%s">`, `<p title='x %s y'>`, "<p title=%s>", `<a href="%s">`, `<a href="/x?q=%s">`, `<a href="/x/%s#y">`, `<a href=%s>`, "<p %s>",
		"<title>%s</title>", "<textarea>%s</textarea>", "<!-- %s -->", "<script>x = %s</script>", `<script>x = "%s"</script>`, "<style>p { width: %s }</style>", `<p style="color: %s">`,
		`<img srcset="%s">`, `<p onclick="f(%s)">`, `<img src="%s" alt="%[1]s">`, `<meta name="x" content="%s">`, "<script>x = `%s`</script>")
	action := "{{ " + m.pipeline() + " }}"
	return strings.ReplaceAll(strings.ReplaceAll(around, "%[1]s", action), "%s", action)
}

func (m *maker) list(depth int) string {
	var out strings.Builder
	vars := len(m.vars)
	for range rapid.IntRange(0, 3).Draw(m.t, "nodes") {
		out.WriteString(m.node(depth))
	}
	m.vars = m.vars[:vars]
	return out.String()
}

func (m *maker) node(depth int) string {
	kinds := []string{"text", "action", "action", "action", "set", "call"}
	if depth > 0 {
		kinds = append(kinds, "if", "with", "range", "range2")
	}
	switch m.pick(kinds...) {
	case "action":
		return m.action()
	case "set":
		if len(m.vars) > 0 && rapid.Bool().Draw(m.t, "again") {
			return "{{ " + m.pick(m.vars...) + " = " + m.pipeline() + " }}"
		}
		m.vars = append(m.vars, fmt.Sprintf("$v%d", len(m.vars)))
		return "{{ " + m.vars[len(m.vars)-1] + " := " + m.before().pipeline() + " }}"
	case "call":
		return m.pick(`{{ template "sub" . }}`, `<p title="{{ template "sub" .Next }}">`, `<title>{{ template "sub" $ }}</title>`, `<a href="{{ template "sub" .Any }}">`)
	case "if":
		return "{{ if " + m.pipeline() + " }}" + m.list(depth-1) + "{{ else }}" + m.list(depth-1) + "{{ end }}"
	case "with":
		return "{{ with " + m.pipeline() + " }}" + m.list(depth-1) + "{{ end }}"
	case "range":
		return "{{ range " + m.path() + " }}" + m.list(depth-1) + m.pick("", "{{ break }}", "{{ continue }}") + "{{ else }}" + m.list(depth-1) + "{{ end }}"
	case "range2":
		vars := len(m.vars)
		of := m.path()
		m.vars = append(m.vars, fmt.Sprintf("$v%d", vars), fmt.Sprintf("$v%d", vars+1))
		defer func() { m.vars = m.vars[:vars] }()
		return "{{ range " + m.vars[vars] + ", " + m.vars[vars+1] + " := " + of + " }}" + m.list(depth-1) + "{{ end }}"
	}
	return m.pick("text ", "<b>", "&amp;", "\n")
}

// before is the maker without its newest variable, which is not there yet where its value is written.
func (m *maker) before() *maker { return &maker{m.t, m.vars[:len(m.vars)-1]} }

// Whatever a template holds, and whatever it is given: a compiled one writes what html/template writes, and where html/template
// has a mistake, there is one.
func TestAsHTMLTemplate(t *testing.T) {
	finished := 0
	rapid.Check(t, func(t *rapid.T) {
		m := &maker{t: t}
		source := m.list(3) + `{{ define "sub" }}` + m.list(1) + `{{ end }}`
		data := anything(t, 3)
		got, want, err, wantErr, compiled := both(source, data)
		switch {
		case !compiled || err != nil:
		case wantErr != nil:
			t.Fatalf("%s\nhas no mistake, want %v", source, wantErr)
		case !bytes.Equal(got, want):
			t.Fatalf("%s\nis   %q\nwant %q", source, got, want)
		default:
			finished++
		}
	})
	if finished == 0 {
		t.Error("no template was compiled and ran to its end")
	}
}

// Whatever a text is, it is escaped as html/template escapes it at that place, wherever that is.
func FuzzEscape(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		const source = `{{ .Title }}<p title="{{ .Title }}" lang='{{ .Title }}' id={{ .Title }}><a href="{{ .Title }}"></a><a href='/x/{{ .Title }}?y={{ .Title }}'></a><a href={{ .Title }}></a>` +
			`<title>{{ .Title }}</title><img srcset="{{ .Title }}" src="{{ .URL }}"><p style="x: {{ .Title }}" onclick="f({{ .Title }}, '{{ .Title }}')"><script>{{ .Title }}</script>{{ .Any }}{{ .HTML }}`
		got, want, err, wantErr, compiled := both(source, &thing{Title: s, URL: s, Any: s, HTML: template.HTML(s)})
		if !compiled || err != nil || wantErr != nil || !bytes.Equal(got, want) {
			t.Errorf("compiled %t, %v, %v: is\n%q\nwant\n%q", compiled, err, wantErr, got, want)
		}
	})
}
