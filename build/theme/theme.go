// Package theme is the theme as one overlaid file system: the site's own files under themes/NAME over the embedded
// default theme, the schemas of its blocks and settings, and its words.
//
// It checks what content says against those schemas. It parses no template; build/render does.
package theme

import "io/fs"

// Theme is a loaded theme.
type Theme struct {
	Name       string
	FS         fs.FS // templates/, blocks/, shortcodes/, assets/, mail/, i18n/, theme.yaml
	Settings   map[string]any
	Blocks     map[string]Schema            // by type; blocks/TYPE.html exists for each
	Shortcodes map[string]Schema            // by name; shortcodes/NAME.html exists for each
	Words      map[string]map[string]string // by language, then key; the site's language is complete
	Hash       string                       // hex SHA-256 over all files, names and settings
}

// Schema describes the fields of a block, the arguments of a shortcode, or the theme's settings.
type Schema struct {
	Fields map[string]Field
}

// Field is one field of a schema.
type Field struct {
	Type     string // string, markdown, url, image, number, bool, form, section, enum, object, list
	Required bool
	Default  any
	Enum     []string         // of enum
	Fields   map[string]Field // of object
	Items    *Field           // of list
}
