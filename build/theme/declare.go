package theme

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"leadsite/build/content"
)

// declarations are what theme.yaml says.
type declarations struct {
	settings   Schema
	blocks     map[string]Schema
	shortcodes map[string]Schema
}

// simpleTypes are the words that a field can be.
var simpleTypes = []string{"string", "markdown", "url", "image", "file", "number", "bool", "color", "form", "section"}

// readDeclarations reads the embedded theme.yaml and, over it, the site's own.
func readDeclarations(embedded, own fs.FS, dir string, problems *content.Problems) declarations {
	d := declarations{settings: Schema{Fields: map[string]Field{}}, blocks: map[string]Schema{}, shortcodes: map[string]Schema{}}
	if !d.read(embedded, "themes/default/theme.yaml", problems) {
		problems.Add(content.Pos{File: "themes/default/theme.yaml"}.Errorf("", "the embedded theme has no theme.yaml"))
	}
	if own != nil {
		d.read(own, dir+"/theme.yaml", problems)
	}
	return d
}

// read reads the theme.yaml of one folder. False: it has none.
func (d *declarations) read(fsys fs.FS, file string, problems *content.Problems) bool {
	data, err := fs.ReadFile(fsys, "theme.yaml")
	if err != nil {
		return false
	}
	for _, p := range content.ParseYAML(file, data, problems).Pairs() {
		switch p.Key {
		case "name":
			p.Value.Text()
		case "settings":
			maps.Copy(d.settings.Fields, readFields(p.Value, problems))
			d.checkDefaults(p.Value)
		case "blocks":
			readSchemas(d.blocks, p.Value, problems)
		case "shortcodes":
			readSchemas(d.shortcodes, p.Value, problems)
		default:
			hint := content.DidYouMean(p.Key, []string{"name", "settings", "blocks", "shortcodes"})
			problems.Add(p.Pos.Errorf(hint, "unknown key %q", p.Key))
		}
	}
	return true
}

func (d *declarations) checkDefaults(v content.Value) {
	for _, p := range v.Pairs() {
		if f, ok := d.settings.Fields[p.Key]; ok && f.Default == nil {
			p.Value.Errorf("add default: …", "the setting %q has no default", p.Key)
		}
	}
}

func readSchemas(into map[string]Schema, v content.Value, problems *content.Problems) {
	for _, p := range v.Pairs() {
		into[p.Key] = Schema{Fields: readFields(p.Value, problems)}
	}
}

func readFields(v content.Value, problems *content.Problems) map[string]Field {
	fields := make(map[string]Field)
	for _, p := range v.Pairs() {
		if p.Key == "type" {
			problems.Add(p.Pos.Errorf("name it otherwise", `a field cannot be named "type"`))
			continue
		}
		fields[p.Key] = readField(p.Value, problems)
	}
	return fields
}

// readField reads one field: a word, or a map.
func readField(v content.Value, problems *content.Problems) Field {
	if !v.IsMap() {
		word, required := strings.CutSuffix(v.Text(), "!")
		return Field{Type: fieldType(v, word), Required: required}
	}
	var f Field
	kinds := 0
	for _, p := range v.Pairs() {
		switch p.Key {
		case "type":
			f.Type, kinds = fieldType(p.Value, p.Value.Text()), kinds+1
		case "enum":
			f.Type, f.Enum, kinds = "enum", p.Value.Texts(), kinds+1
		case "fields":
			f.Type, f.Fields, kinds = "object", readFields(p.Value, problems), kinds+1
		case "items":
			item := readField(p.Value, problems)
			f.Type, f.Items, kinds = "list", &item, kinds+1
		case "required":
			f.Required = p.Value.Bool()
		case "default":
			f.Default = p.Value.Any()
		case "min":
			f.Min = bound(p.Value)
		case "max":
			f.Max = bound(p.Value)
		default:
			problems.Add(p.Pos.Errorf(content.DidYouMean(p.Key, fieldKeys), "unknown key %q", p.Key))
		}
	}
	if kinds != 1 {
		v.Errorf("give it one of type, enum, fields and items", "the field has %d types", kinds)
	}
	checkDefault(v, f, problems)
	return f
}

var fieldKeys = []string{"type", "enum", "fields", "items", "required", "default", "min", "max"}

func fieldType(v content.Value, word string) string {
	if !slices.Contains(simpleTypes, word) {
		v.Errorf(content.DidYouMean(word, simpleTypes), "unknown type %q", word)
		return "string"
	}
	return word
}

func bound(v content.Value) *float64 {
	number, ok := asNumber(v.Any())
	if !ok {
		v.Wrong("a number", "")
		return nil
	}
	return &number
}

// checkDefault holds a default to the type that it is the default of. An empty one stands for nothing.
func checkDefault(v content.Value, f Field, problems *content.Problems) {
	at := v.Get("default")
	if f.Default == nil || f.Default == "" {
		return
	}
	c := checker{at: func(...any) content.Pos { return at.Pos() }, problems: problems}
	c.value("default", f, f.Default, nil)
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
