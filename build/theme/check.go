package theme

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leadsite/build/content"
)

// check fills in the settings of site.yaml, with the defaults of those that it does not name or has wrong: a template
// that met a wrong one would be blamed for it a second time.
func (d declarations) check(cfg *content.Config, problems *content.Problems) map[string]any {
	c := checker{problems: problems, noun: "setting", at: func(path ...any) content.Pos {
		return cfg.At(append([]any{"settings"}, path...)...)
	}}
	settings := c.fields("the theme", d.settings.Fields, cfg.Settings, nil)
	for name, value := range settings {
		found := new(content.Problems)
		c.problems = found
		if f := d.settings.Fields[name]; value != nil {
			c.value(name, f, value, nil)
		}
		if len(found.Errors()) > 0 {
			settings[name] = d.settings.Fields[name].Default
		}
	}
	return settings
}

// CheckBlocks checks the blocks of a page against the theme's schemas, and fills in the defaults of fields that the
// author left out; the entry stays as it was read. The fields of a checked block hold string, int, float64, bool, []any and map[string]any; a field
// without a value and a default is absent. It returns the blocks in which nothing is wrong: a template that met one of
// the others would be blamed for it a second time.
func (t *Theme) CheckBlocks(tree *content.Tree, entry *content.Entry, problems *content.Problems) []content.Block {
	var right []content.Block
	for _, b := range entry.Front.Blocks {
		schema, known := t.Blocks[b.Type]
		if !known {
			problems.Add(b.At("type").Errorf(content.DidYouMean(b.Type, sorted(t.Blocks)), "unknown block %q", b.Type))
			continue
		}
		var found content.Problems
		c := checker{problems: &found, noun: "field", at: b.At, tree: tree}
		b.Fields = c.fields("the block "+b.Type, schema.Fields, b.Fields, nil)
		problems.Add(found.Errors()...)
		if len(found.Errors()) == 0 {
			right = append(right, b)
		}
	}
	return right
}

// CheckShortcode checks the arguments of a shortcode that stands at pos, as text by name ("0", "1" for positional
// ones; "inner" for what stands between its tags), and gives them as the values of their types with defaults filled
// in. What is wrong is noted. False: it cannot be shown. One that the shortcode does not know is left out instead.
func (t *Theme) CheckShortcode(tree *content.Tree, name string, args map[string]string, pos content.Pos, problems *content.Problems) (map[string]any, bool) {
	schema, known := t.Shortcodes[name]
	if !known {
		problems.Add(pos.Errorf(t.unknownShortcode(name), "unknown shortcode %q", name).Unknown("shortcode", name))
		return nil, false
	}
	if e := checkInner(name, schema, args, pos); e != nil {
		problems.Add(e.Bearable())
		return nil, false
	}
	var found content.Problems
	c := checker{problems: &found, noun: "argument", at: func(...any) content.Pos { return pos }, tree: tree}
	values := make(map[string]any, len(args))
	for _, key := range sorted(args) {
		if f, known := schema.Fields[key]; known {
			values[key] = fromText(f.Type, args[key])
		} else { // it is left out, and the rest is shown
			problems.Add(pos.Errorf(content.DidYouMean(key, sorted(schema.Fields)), "the shortcode %s has no argument %q", name, key).Bearable())
		}
	}
	values = c.fields("the shortcode "+name, schema.Fields, values, nil)
	for _, e := range found.Errors() {
		problems.Add(e.Bearable()) // another theme's shortcode of that name: what stands between its tags is shown
	}
	return values, len(found.Errors()) == 0
}

// hugoShortcodes are shortcodes of Hugo's that no theme here has, with what to write in their place.
var hugoShortcodes = map[string]string{
	"gist": "link to it, or put the code into the page", "tweet": "quote it and link to it", "x": "quote it and link to it",
	"twitter": "quote it and link to it", "instagram": "show the picture and link to it",
	"details": "write <details><summary>…</summary>, an empty line, and the text", "qr": "put the picture into the content",
	"param": "write the value itself", "rawhtml": "write the HTML itself", "raw": "write the HTML itself",
	"alert": "write > [!NOTE] and the text behind further >",
	"toc":   "delete it: a post with headings has a table of contents",
}

// unknownShortcode is the hint for a shortcode that the theme lacks.
func (t *Theme) unknownShortcode(name string) string {
	if hint := hugoShortcodes[name]; hint != "" {
		return hint
	}
	if content.Nearest(name, sorted(t.Shortcodes)) != "" {
		return content.DidYouMean(name, sorted(t.Shortcodes))
	}
	return "write it as themes/" + t.Name + "/shortcodes/" + name + ".html, and declare it in theme.yaml there"
}

// checkInner says what is wrong with the text between a shortcode's tags.
func checkInner(name string, schema Schema, args map[string]string, pos content.Pos) *content.Error {
	inner, takes := schema.Fields["inner"]
	switch _, has := args["inner"]; {
	case has && !takes:
		return pos.Errorf("delete the closing tag", "the shortcode %s takes no text and no closing tag", name)
	case !has && takes && inner.Required:
		return pos.Errorf("close it with {{< /"+name+" >}}", "the shortcode %s has no closing tag", name)
	}
	return nil
}

// fromText reads a number or a truth that an argument could only give as text.
func fromText(kind, arg string) any {
	if kind == "number" {
		if f, err := strconv.ParseFloat(arg, 64); err == nil {
			return f
		}
	}
	if kind == "bool" {
		if b, err := strconv.ParseBool(arg); err == nil {
			return b
		}
	}
	return arg
}

// checker holds values against fields.
type checker struct {
	at       func(path ...any) content.Pos // the place of a value in its file
	noun     string                        // what a value at the top is called
	tree     *content.Tree                 // nil: what forms and sections there are is not known
	problems *content.Problems
}

func (c checker) errorf(path []any, hint, format string, args ...any) {
	c.problems.Add(c.at(path...).Errorf(hint, format, args...))
}

// fields checks a map. what names it: "the block hero", `"button"`.
func (c checker) fields(what string, schema map[string]Field, got map[string]any, path []any) map[string]any {
	out := make(map[string]any, len(schema))
	for _, name := range sorted(got) {
		if _, known := schema[name]; !known {
			c.errorf(below(path, name), content.DidYouMean(name, sorted(schema)), "%s has no %s %q", what, c.noun, name)
		}
	}
	for _, name := range sorted(schema) {
		f := schema[name]
		switch value := got[name]; {
		case !isEmpty(value):
			out[name] = c.value(name, f, value, below(path, name))
		case f.Default != nil:
			out[name] = f.Default
		case f.Required:
			c.errorf(path, c.lackHint(name), "%s lacks %q", what, name)
		}
	}
	return out
}

// lackHint says how to write what is missing.
func (c checker) lackHint(name string) string {
	switch {
	case c.noun != "argument":
		return "add " + name + ": …"
	case name >= "0" && name <= "9":
		return "write it behind the shortcode's name"
	}
	return "add " + name + `="…"`
}

func below(path []any, step any) []any { return append(slices.Clone(path), step) }

// isEmpty says whether an author has written nothing.
func isEmpty(v any) bool { return v == nil || v == "" }

// value checks one value against its field, and gives it as templates will see it.
func (c checker) value(name string, f Field, v any, path []any) any {
	switch f.Type {
	case "object":
		if m, ok := v.(map[string]any); ok {
			return c.fields(strconv.Quote(name), f.Fields, m, path)
		}
		c.wrong(name, "a map of "+strings.Join(sorted(f.Fields), ", "), v, path)
	case "list":
		return c.list(name, f, v, path)
	case "number":
		return c.number(name, f, v, path)
	case "bool":
		if _, ok := v.(bool); !ok {
			c.wrong(name, "true or false", v, path)
		}
	default:
		return c.text(name, f, v, path)
	}
	return v
}

func (c checker) wrong(name, want string, v any, path []any) {
	c.errorf(path, "", "%q wants %s, not %s", name, want, describe(v))
}

func (c checker) list(name string, f Field, v any, path []any) any {
	v, ok := c.fromData(v, path)
	if !ok {
		return nil
	}
	items, ok := v.([]any)
	if !ok {
		c.wrong(name, "a list", v, path)
		return nil
	}
	out := make([]any, len(items))
	for i, item := range items {
		if isEmpty(item) {
			c.errorf(below(path, i), "delete it, or give it a value", "an entry of %q is empty", name)
		} else if m, ok := item.(map[string]any); ok && f.Items.Type == "object" {
			out[i] = c.fields(fmt.Sprintf("an entry of %q", name), f.Items.Fields, m, below(path, i))
		} else {
			out[i] = c.value(name, *f.Items, item, below(path, i))
		}
	}
	c.bounds(f, float64(len(items)), path, fmt.Sprintf("%q has %d entries", name, len(items)))
	return out
}

// fromData takes a list that an author keeps in a data file: {data: testimonials} stands for content/data/testimonials.yaml.
func (c checker) fromData(v any, path []any) (list any, ok bool) {
	m, isMap := v.(map[string]any)
	name, named := m["data"].(string)
	if !isMap || !named || len(m) > 1 || c.tree == nil {
		return v, true
	}
	list, ok = c.tree.Data[name]
	if !ok {
		c.errorf(below(path, "data"), content.DidYouMean(name, sorted(c.tree.Data)), "there is no data file %q", name)
	}
	return list, ok
}

func (c checker) number(name string, f Field, v any, path []any) any {
	n, ok := asNumber(v)
	if !ok {
		c.wrong(name, "a number", v, path)
		return v
	}
	c.bounds(f, n, path, fmt.Sprintf("%q is %v", name, v))
	if n == float64(int(n)) {
		return int(n)
	}
	return n
}

func (c checker) bounds(f Field, n float64, path []any, is string) {
	switch {
	case f.Min != nil && n < *f.Min:
		c.errorf(path, "", "%s: the least is %v", is, *f.Min)
	case f.Max != nil && n > *f.Max:
		c.errorf(path, "", "%s: the most is %v", is, *f.Max)
	}
}

// text checks everything that is written as a text. Whole numbers pass as one.
func (c checker) text(name string, f Field, v any, path []any) any {
	if n, ok := v.(int); ok {
		v = strconv.Itoa(n)
	}
	s, ok := v.(string)
	if !ok {
		c.wrong(name, "a text", v, path)
		return v
	}
	c.word(name, f, s, path)
	return s
}

var hexColor = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// word checks the texts that must be one of some, or look in some way.
func (c checker) word(name string, f Field, s string, path []any) {
	switch {
	case f.Type == "enum" && !slices.Contains(f.Enum, s):
		c.errorf(path, content.DidYouMean(s, f.Enum), "%q cannot be %q", name, s)
	case f.Type == "color" && !hexColor.MatchString(s):
		c.errorf(path, "write it like #0a5c9e", "%q is not a colour", s)
	case f.Type == "url" && !isLink(s):
		c.errorf(path, "begin it with / for a page of this site, or with https://, mailto: or tel:", "%q is not a link", s)
	case f.Type == "form" && c.tree != nil && c.tree.Forms[s] == nil:
		c.errorf(path, content.DidYouMean(s, c.tree.FormNames()), "there is no form %q", s)
	case f.Type == "section" && s != "" && c.tree != nil && !slices.Contains(sections(c.tree), s):
		c.errorf(path, content.DidYouMean(s, sections(c.tree)), "there is no section %q", s)
	}
}

// isLink says whether a text can stand in an href: relative to the page, the site or its own scheme.
func isLink(s string) bool {
	if strings.ContainsAny(s, " \t\n\"<>\\") {
		return false
	}
	for _, scheme := range []string{"/", "#", "./", "../", "https://", "http://", "mailto:", "tel:", "sms:"} {
		if strings.HasPrefix(s, scheme) {
			return !strings.HasPrefix(s, "//")
		}
	}
	return false
}

// sections are the folders of pages at the top of the content.
func sections(tree *content.Tree) []string {
	names := make(map[string]bool)
	for _, e := range tree.Entries {
		if folder, _, deeper := strings.Cut(e.Key, "/"); deeper {
			names[folder] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func asNumber(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// describe names a value as its author would.
func describe(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case map[string]any:
		return "a map of keys"
	case []any:
		return "a list"
	case string:
		return fmt.Sprintf("the text %q", v)
	case int, float64:
		return fmt.Sprintf("the number %v", v)
	}
	return fmt.Sprint(v)
}
