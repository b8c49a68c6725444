// Package theme is the theme as one overlaid file system: the site's own files under themes/NAME over the embedded
// default theme, the schemas of its blocks and settings, and its words.
//
// It checks what content says against those schemas. It parses no template; build/render does.
//
// # theme.yaml
//
// The file has four keys: name, settings, blocks and shortcodes. A site's theme.yaml adds to the embedded one, entry
// by entry, so that a site that brings one more block writes down that block alone.
//
//	name: default
//	settings:
//	  hue: {type: number, default: 250, min: 0, max: 360}
//	blocks:
//	  hero:
//	    title: string!
//	    button: {fields: {label: string!, url: url!}}
//	  features:
//	    items: {required: true, min: 1, items: {fields: {title: string!, icon: {enum: [chart, chat]}}}}
//	shortcodes:
//	  form: {"0": form!}
//	  note: {title: string, inner: markdown!}
//
// A field is one word (with ! when it is required) or a map. The words are string, markdown, url, image, file, number,
// bool, color (#rrggbb), form (the name of a form) and section (a folder of pages, "" for the whole site). The map has
// type, or one of enum (words), fields (an object) and items (a list); and it may have required, default, and min and
// max: bounds of a number, or of the length of a list. A setting needs a default.
//
// For each block there is a file blocks/NAME.html, and for each shortcode shortcodes/NAME.html. A shortcode's
// positional arguments are the fields "0", "1" and so on; the field inner is the text between its opening and its
// closing tag, and a shortcode without it takes no closing tag.
//
// # Words
//
// i18n/LANG.yaml is a flat map of keys and words. What a language lacks is taken from the embedded theme's file of that
// language, then from the theme's English, and then from the embedded theme's.
package theme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"leadsite/build/content"
)

// Theme is a loaded theme.
type Theme struct {
	Name       string
	FS         fs.FS                        // templates/, blocks/, shortcodes/, assets/, mail/, i18n/, theme.yaml
	Settings   map[string]any               // in the site's first language
	Translated map[string]map[string]any    // settings by further language
	Blocks     map[string]Schema            // by type; blocks/TYPE.html exists for each
	Shortcodes map[string]Schema            // by name; shortcodes/NAME.html exists for each
	Words      map[string]map[string]string // by language of the site, then key; all are complete
	Hash       string                       // hex SHA-256 over all files, names and settings
}

// Schema describes the fields of a block, the arguments of a shortcode, or the theme's settings.
type Schema struct {
	Fields map[string]Field
}

// Field is one field of a schema.
type Field struct {
	Type     string // string, markdown, url, image, number, bool, color, form, section, enum, object, list
	Required bool
	Default  any
	Enum     []string         // of enum
	Fields   map[string]Field // of object
	Items    *Field           // of list
	Min, Max *float64         // bounds of a number, or of a list's length; nil: none
}

// required are the templates without which a site cannot be made.
var required = []string{"base", "home", "page", "post", "list", "term", "terms", "landing", "404", "search", "form-error"}

// frames are templates that no page can choose as its layout.
var frames = []string{"base", "form-error"}

// Load puts the site's own theme files, if it has any, over the embedded theme, and reads what they declare. The
// theme is the one that cfg names. It always gives a theme; what is wrong with it goes to problems.
func Load(embedded, source fs.FS, cfg *content.Config, problems *content.Problems) *Theme {
	dir := "themes/" + cfg.Theme
	own := subFolder(source, dir)
	if own == nil && cfg.Theme != "default" {
		problems.Add(noTheme(source, cfg))
	}
	t := &Theme{Name: cfg.Theme, FS: overlay{over: own, under: embedded}}
	declared := readDeclarations(embedded, own, dir, problems)
	t.Blocks, t.Shortcodes = declared.blocks, declared.shortcodes
	t.Settings, t.Translated = declared.check(cfg, problems), make(map[string]map[string]any)
	for _, lang := range cfg.Langs[1:] {
		t.Translated[lang] = declared.check(cfg.In(lang), problems)
	}
	t.Words = readWords(embedded, t.FS, dir, cfg, problems)
	t.checkFiles(dir, problems)
	t.Hash = t.hash(dir, problems)
	return t
}

// subFolder is a folder of the source; nil when there is none.
func subFolder(source fs.FS, dir string) fs.FS {
	info, err := fs.Stat(source, dir)
	if err != nil || !info.IsDir() {
		return nil
	}
	sub, err := fs.Sub(source, dir)
	if err != nil {
		return nil
	}
	return sub
}

func noTheme(source fs.FS, cfg *content.Config) *content.Error {
	names := []string{"default"}
	entries, _ := fs.ReadDir(source, "themes")
	for _, e := range entries {
		names = append(names, e.Name())
	}
	hint := content.DidYouMean(cfg.Theme, names)
	return cfg.At("theme").Errorf(hint, "there is no theme %q: the source has no folder themes/%s", cfg.Theme, cfg.Theme)
}

// SettingsIn are the settings in one of the site's languages.
func (t *Theme) SettingsIn(lang string) map[string]any {
	if settings := t.Translated[lang]; settings != nil {
		return settings
	}
	return t.Settings
}

// Layouts are the names of the templates that a page can have, in the order of the alphabet.
func (t *Theme) Layouts() []string {
	names := t.names("templates")
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(frames, name) })
}

// names are the .html files of a folder, without the extension.
func (t *Theme) names(folder string) []string {
	entries, _ := fs.ReadDir(t.FS, folder)
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".html"); ok && !e.IsDir() {
			names = append(names, name)
		}
	}
	return names
}

// checkFiles reports what a theme must have and has not.
func (t *Theme) checkFiles(dir string, problems *content.Problems) {
	templates := t.names("templates")
	for _, name := range required {
		if !slices.Contains(templates, name) {
			problems.Add(missing(dir, "templates/"+name+".html", "the theme has no template %q", name))
		}
	}
	t.checkPairs(dir, "blocks", "block", t.Blocks, problems)
	t.checkPairs(dir, "shortcodes", "shortcode", t.Shortcodes, problems)
}

// checkPairs wants a file for each declaration, and a declaration for each file.
func (t *Theme) checkPairs(dir, folder, kind string, schemas map[string]Schema, problems *content.Problems) {
	names := t.names(folder)
	for _, name := range sorted(schemas) {
		if !slices.Contains(names, name) {
			problems.Add(missing(dir, folder+"/"+name+".html", "theme.yaml declares the %s %q, but its template is missing", kind, name))
		}
	}
	for _, name := range names {
		if _, declared := schemas[name]; !declared {
			pos := content.Pos{File: dir + "/" + folder + "/" + name + ".html"}
			problems.Add(pos.Errorf("declare its fields in "+dir+"/theme.yaml under "+folder+":", "the %s %q is not declared", kind, name))
		}
	}
}

func missing(dir, file, format string, args ...any) *content.Error {
	return content.Pos{File: dir + "/" + file}.Errorf("write the file", format, args...)
}

// hash covers every byte that the theme can bring to a page.
func (t *Theme) hash(dir string, problems *content.Problems) string {
	h := sha256.New()
	settings, err := json.Marshal([]any{t.Settings, t.Translated})
	if err == nil {
		fmt.Fprintf(h, "%s\n%d %s\n", t.Name, len(settings), settings)
		err = fs.WalkDir(t.FS, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return hashFile(h, t.FS, name)
		})
	}
	if err != nil {
		problems.Add(content.Pos{File: dir}.Errorf("", "the theme cannot be read: %s", err))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func hashFile(h io.Writer, fsys fs.FS, name string) error {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(h, "%s\n%d %s\n", name, len(data), data)
	return err
}
