package program_test

import (
	"bytes"
	"errors"
	"html/template"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/build/render/program"
)

const limit = 1 << 20

// thing is what the templates of these tests see.
type thing struct {
	Title, URL string
	HTML       template.HTML
	Attr       template.HTMLAttr
	N          int
	F          float64
	On         bool
	Any        any
	When       time.Time
	Tags       []string
	Items      []*thing
	Next       *thing
	Params     map[string]any
	Words      map[string]string
	Menus      map[string][]thing
}

// Says is a method with an argument.
func (t thing) Says(s string) string { return t.Title + s }

// Own is a method of the pointer.
func (t *thing) Own() template.HTML {
	return "<b>" + template.HTML(template.HTMLEscapeString(t.Title)) + "</b>"
}

// funcs has a function of each shape that is called without reflection, and others.
func funcs() template.FuncMap {
	return template.FuncMap{
		"nothing": func() string { return "n'" },
		"abs":     func(s string) string { return "https://example.com" + s },
		"replace": strings.ReplaceAll,
		"iso":     func(t time.Time) string { return t.Format(time.DateOnly) },
		"date":    func(layout string, t time.Time) string { return t.Format(layout) },
		"word": func(key string, more ...any) (string, error) {
			if key == "wrong" {
				return "", errors.New("no such word")
			}
			return key + "+" + template.HTMLEscaper(more...), nil
		},
		"icon": func(s string) (template.HTML, error) {
			return "<i>" + template.HTML(template.HTMLEscapeString(s)) + "</i>", nil
		},
		"text": func(v any) (template.HTML, error) { return template.HTML(template.HTMLEscaper(v)), nil },
		"dict": func(pairs ...any) (map[string]any, error) {
			return map[string]any{"a": pairs[0], "b": pairs[len(pairs)-1]}, nil
		},
		"list":  func(items ...any) []any { return items },
		"more":  func(list []any, items ...any) []any { return append(list[:len(list):len(list)], items...) },
		"merge": func(a, b map[string]any) map[string]any { return map[string]any{"a": a["a"], "b": b["b"]} },
		"first": func(n, list any) (any, error) { return list, nil },
		"add":   func(a int, more ...int) int { return a + len(more) },
		"pair":  func(t *thing, n float64) []string { return []string{t.Title, t.URL} }, // of no known shape
		"panic": func() string { panic("no") },
	}
}

func sample() *thing {
	inner := &thing{Title: `<"In" & 'out'>`, URL: "/a b/?c=d&e", Attr: ` data-x="1"`, When: time.Unix(1_800_000_000, 0).UTC()}
	return &thing{
		Title: "Title + <b>", URL: "https://example.com/x", HTML: "<em>x</em>", Attr: " hidden", N: 3, F: 1.5, On: true, Any: "any & all",
		When: time.Date(2026, 3, 2, 1, 2, 3, 0, time.UTC), Tags: []string{"a", "<b>", ""}, Items: []*thing{inner, {Title: "second"}}, Next: inner,
		Params: map[string]any{"s": "text & more", "n": 7, "nil": nil, "list": []any{1, "two", nil}, "map": map[string]any{"k": "v"}, "on": false, "html": template.HTML("<u>")},
		Words:  map[string]string{"one": "eins", "two": "zwei"}, Menus: map[string][]thing{"main": {*inner}},
	}
}

// both executes a template in both ways. Compiled says whether it was compiled.
func both(source string, data any) (got, want []byte, err, wantErr error, compiled bool) {

	set, parseErr := template.New("main").Funcs(funcs()).Parse(source)
	if parseErr != nil {
		return nil, nil, nil, parseErr, false
	}
	var out bytes.Buffer
	wantErr = set.ExecuteTemplate(&out, "main", data)
	p := program.Compile(set, funcs(), "main")
	if !p.Has("main") {
		return nil, out.Bytes(), nil, wantErr, false
	}
	got, err = p.Machine(funcs()).Execute(nil, limit, "main", data)
	return got, out.Bytes(), err, wantErr, true
}

// Each of these must be compiled, and run to its end.
func TestCompiled(t *testing.T) {
	for _, source := range []string{
		``, `text`, `{{/* nothing */}}a{{- " b " -}} c`,
		`{{ .Title }}{{ .HTML }}{{ .N }}{{ .F }}{{ .On }}{{ .Any }}{{ .When }}{{ .Tags }}{{ .Params }}{{ .Next.Next }}{{ .Params.none }}{{ .Params.none.more }}`,
		`<p title="{{ .Title }}" data-html='{{ .HTML }}' data-n={{ .N }} data-t={{ .Title }}{{ .Attr }} {{ .Next.Attr }}>`,
		`<a href="{{ .URL }}">{{ .Next.URL }}</a><a href="{{ .Next.URL }}"></a><a href="/x?q={{ .Title }}&amp;r={{ .N }}"></a><a href="mailto:{{ .Title }}"></a>`,
		`<a href="{{ .Title }}"><img src={{ .URL }} srcset="{{ .URL }} 2x"></a><title>{{ .HTML }}{{ .Title }}</title><textarea>{{ .Title }}</textarea>`,
		`<script>let a = {{ .Params }}, b = "{{ .Title }}"</script><style>p { color: {{ .Title }} }</style><!-- {{ .Title }} --><p style="width: {{ .N }}px" onclick="f({{ .Title }})">`,
		`{{ if .On }}a{{ end }}{{ if .Params.on }}b{{ else if .Params.nil }}c{{ else }}d{{ end }}{{ with .Next }}{{ .Title }}{{ else }}none{{ end }}{{ with $x := .N }}{{ $x }}{{ . }}{{ end }}`,
		`{{ range .Items }}{{ .Title }}{{ else }}none{{ end }}{{ range $i, $x := .Tags }}{{ $i }}{{ $x }}{{ $.N }}{{ end }}{{ range .Next.Items }}{{ else }}none{{ end }}`,
		`{{ range $k, $v := .Words }}{{ $k }}={{ $v }} {{ end }}{{ range .Params }}{{ . }}{{ end }}{{ range $x := .Params.list }}{{ $x }}{{ end }}`,
		`{{ range $i, $x := .Tags }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ $x }}{{ if $i }}{{ break }}{{ end }}{{ end }}`,
		`{{ $a := 1 }}{{ $b := "x" }}{{ if true }}{{ $a = 2 }}{{ $b := "y" }}{{ $b }}{{ end }}{{ $a }}{{ $b }}`,
		`{{ define "x" }}<{{ . }}>{{ template "y" .Params }}{{ end }}{{ define "y" }}{{ .s }}{{ $ }}{{ end }}{{ template "x" . }}{{ template "y" dict "s" 1 }}{{ template "z" }}{{ define "z" }}{{ . }}{{ end }}`,
		`{{ define "t" }}{{ .Title }}{{ end }}<title>{{ template "t" . }}</title><p title="{{ template "t" . }}"><a href="{{ template "t" .Next }}">`,
		`{{ define "r" }}{{ .Title }}{{ with .Next }}{{ template "r" . }}{{ end }}{{ end }}{{ template "r" . }}`,
		`{{ nothing }}{{ abs "/x" }}{{ abs .URL }}{{ replace .Title "t" "&" }}{{ iso .When }}{{ date "2 January" .When }}{{ iso .Next.When }}`,
		`{{ word "a" }}{{ word .Title .N .Any .Params.none }}{{ icon .Title }}{{ text .Params.s }}{{ text .Params.none }}{{ (dict "x" .N).b }}{{ len (list 1 .Tags) }}`,
		`{{ more (list 1) .N .Title }}{{ (merge (dict 1 2) (dict 3 4)).b }}{{ range first 2 .Tags }}{{ . }}{{ end }}{{ add 1 2 .N }}{{ pair . .F }}{{ index (pair .Next 2.5) 1 }}`,
		`{{ print .N .Title }}{{ printf "%s-%d" .Title .N }}{{ println .On }}{{ .Title | printf "%s|%s" .URL }}{{ .When | date "2006" | printf "%q" }}`,
		`{{ .Says "!" }}{{ .Own }}{{ .Next.Own }}{{ .Next.Says .URL }}{{ range .Menus.main }}{{ .Says "?" }}{{ .Own }}{{ end }}{{ (index .Items 1).Title }}{{ .When.IsZero }}{{ .When.Year }}`,
		`{{ and .On .Title }}{{ or .Params.none .Params.nil .N }}{{ not .On }}{{ not .Params.none }}{{ or .Params.none .Params.map.k }}{{ and 1 0 "x" }}`,
		`{{ len .Tags }}{{ len .Title }}{{ len .Params }}{{ index .Tags 1 }}{{ index .Words "one" }}{{ index .Words "none" }}{{ index .Params "map" "k" }}`,
		`{{ eq .N 3 }}{{ eq .Title "x" "y" }}{{ eq .Params.none nil }}{{ eq .Next nil }}{{ eq .Params.none .Params.nil }}{{ ne .Title .URL }}{{ eq .On true }}{{ eq .F 1.5 }}`,
		`{{ lt .N 4 }}{{ le .N 3 }}{{ gt .F 1.0 }}{{ ge .Title "a" }}{{ lt .Title .URL }}{{ if and (gt .N 1) (not .On) }}x{{ end }}`,
		`{{ true }}{{ -7 }}{{ 0.25 }}{{ "a'b" }}{{ (print 1 2) }}{{ $ }}`,
	} {
		for name, data := range map[string]any{"pointer": sample(), "value": *sample()} {
			got, want, err, wantErr, compiled := both(source, data)
			switch {
			case wantErr != nil && name == "value":
				continue // a value has not the methods of its pointer
			case wantErr != nil:
				t.Errorf("%s: html/template: %v", source, wantErr)
			case !compiled || err != nil:
				t.Errorf("%s: compiled %t, %v", source, compiled, err)
			case !bytes.Equal(got, want):
				t.Errorf("%s (%s) is\n%s\nwant\n%s", source, name, got, want)
			}
		}
	}
}

// What is a mistake, or may be one, ends the program, for html/template to say what it is.
func TestMistakes(t *testing.T) {
	for _, source := range []string{
		`{{ .None }}`, `{{ .Next.Next.Title }}`, `{{ .Params.nil.x }}`, `{{ .Title.x }}`, `{{ word "wrong" }}`, `{{ panic }}`, `{{ .Title | len | index .Tags }}`,
		`{{ index .Tags 9 }}`, `{{ index .Params.none 1 }}`, `{{ eq .N "x" }}`, `{{ lt .On true }}`, `{{ abs .N }}`, `{{ iso .Title }}`, `{{ range .Title }}{{ end }}`,
		`{{ .Title "x" }}`, `{{ .Says }}`, `{{ .Says 1 }}`, `{{ len 3 }}`, `{{ iso .Params.none }}`, `{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}`,
	} {
		_, _, err, wantErr, compiled := both(source, sample())
		if wantErr == nil || compiled && err == nil {
			t.Errorf("%s: %v, want a mistake as html/template has it: %v", source, err, wantErr)
		}
	}
}

// What is unknown is left to html/template, and so is whatever calls it; nothing else is.
func TestUnknownIsLeftOut(t *testing.T) {
	set := template.Must(template.New("main").Funcs(funcs()).Parse(`{{ define "odd" }}{{ slice .Title 1 2 }}{{ end }}{{ define "calls" }}{{ if .On }}{{ template "odd" . }}{{ end }}{{ end }}
		{{ define "plain" }}{{ .Title }}{{ end }}{{ define "never" }}<!-- text -->{{ end }}{{ template "calls" . }}{{ template "plain" . }}`))
	for _, name := range []string{"main", "calls", "odd", "plain"} {
		if err := set.ExecuteTemplate(new(bytes.Buffer), name, sample()); err != nil {
			t.Fatal(err)
		}
	}
	p := program.Compile(set, funcs(), "main", "calls", "odd", "plain", "never", "absent")
	for name, want := range map[string]bool{"main": false, "calls": false, "odd": false, "plain": true, "never": false, "absent": false} {
		if p.Has(name) != want {
			t.Errorf("%s: compiled %t", name, !want)
		}
	}
}

// A template without an end stops at the limit.
func TestEndless(t *testing.T) {
	for _, source := range []string{`{{ define "r" }}x{{ template "r" . }}{{ end }}{{ template "r" . }}`, `{{ range .Tags }}{{ range $.Tags }}xxxxxxxxxxxx{{ end }}{{ end }}`} {
		set := template.Must(template.New("main").Funcs(funcs()).Parse(source))
		_ = set.Execute(new(bounded), sample()) // escapes, and stops at once
		p := program.Compile(set, funcs(), "main")
		out, err := p.Machine(funcs()).Execute(nil, 50, "main", sample())
		if !p.Has("main") || err == nil {
			t.Errorf("%s wrote %q", source, out)
		}
	}
}

// bounded takes nothing.
type bounded struct{}

func (*bounded) Write([]byte) (int, error) { return 0, errors.New("full") }

// A machine's functions may execute another template with it, on any number of goroutines.
func TestMachines(t *testing.T) {
	set := template.Must(template.New("main").Funcs(template.FuncMap{"inner": func(n int) (template.HTML, error) { return "", nil }}).
		Parse(`{{ range $i, $x := .Items }}{{ inner $i }}{{ $i }}{{ .Title }}{{ end }}{{ define "inner" }}{{ $a := .Title }}<u>{{ $a }}</u>{{ end }}`))
	for _, name := range []string{"main", "inner"} {
		if err := set.ExecuteTemplate(new(bytes.Buffer), name, sample()); err != nil {
			t.Fatal(err)
		}
	}
	p := program.Compile(set, template.FuncMap{"inner": func(int) (template.HTML, error) { return "", nil }}, "main", "inner")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			data := sample()
			var m *program.Machine
			m = p.Machine(template.FuncMap{"inner": func(n int) (template.HTML, error) {
				out, err := m.Execute(nil, limit, "inner", data.Items[n])
				return template.HTML(out), err
			}})
			want := `<u>&lt;&#34;In&#34; &amp; &#39;out&#39;&gt;</u>0&lt;&#34;In&#34; &amp; &#39;out&#39;&gt;<u>second</u>1second`
			for range 200 {
				if out, err := m.Execute([]byte("> "), limit, "main", data); err != nil || string(out) != "> "+want {
					t.Errorf("%s, %v", out, err)
					return
				}
			}
		})
	}
	all.Wait()
}
