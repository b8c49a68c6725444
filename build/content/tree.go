// Package content reads what an author wrote: content/ of a source folder becomes a Tree of entries, forms, data
// and files. Every mistake is an Error with file, line, column and what to do.
//
// It knows files and their formats (front matter, YAML, TOML, JSON). It does not know URLs, themes or HTML.
package content

import (
	"crypto/sha256"
	"io/fs"
	"time"

	"leadsite/build/trace"
	"leadsite/functions/form"
)

// Tree is the source as it was read in pass one. The Markdown itself stays on disk: Entry.Read reads it in pass two.
type Tree struct {
	Source  fs.FS            // the source folder; paths below begin with "content/"
	Config  *Config          // content/site.yaml
	Entries []*Entry         // every page's file, sorted by Path
	Forms   map[string]*Form // content/forms/*.yaml, by name
	Data    map[string]any   // content/data/*, by name without extension ("team/anna" in a folder): map[string]any, []any, string, int, float64, bool, nil; dates are text
	// Settings stands for all that reading an entry depends on beside its own file: site.yaml, and what folders hand down.
	Settings trace.Sum
	// OnlyBodies says that since the past which Reload was told of, nothing but the Markdown of entries changed: what
	// other pages may show of them is the same.
	OnlyBodies bool
	Files      map[string]File // other files below content/, by path there ("blog/trip/boat.jpg", "static/logo.svg")

	origin *origin // for Reread
}

// File is a file that is copied or referred to, not parsed.
type File struct {
	Path    string // below content/
	Size    int64
	ModTime time.Time // for change detection alone; never reaches the output
}

// Form is a declared form with the places of its keys.
type Form struct {
	form.Form
	File  string                // "content/forms/contact.yaml"
	Langs map[string]*Form      // its translations, NAME.de.yaml, whole: each has its own File and At
	Torn  bool                  // the file could not be read, which was reported: pages may name the form, nothing more is known
	At    func(path ...any) Pos // the place of a key: At("fields", 2, "type"); the nearest known parent's otherwise
}

// Entry is one Markdown file: its front matter, and of its body what other pages may show.
type Entry struct {
	File    string // "content/blog/first.md"
	Path    string // below content/: "blog/first.md"
	Lang    string // from "first.de.md" or "de/blog/first.md"; the site's first language otherwise
	Key     string // its path without the language, which translations share: "blog/first.md"
	Front   Front
	Torn    bool              // the front matter could not be read, which was reported: what it lacks is no further mistake
	Body    int               // byte offset where the Markdown begins
	Line    int               // line number of the body's first line
	Hash    [sha256.Size]byte // of the whole file
	Words   int               // words of the body, markup aside
	Summary string            // first paragraph as plain text; Front.Summary or the part before <!--more--> wins

	essence   trace.Sum // see record.go; zero: the next Reload is to read the file again
	handsDown bool      // it may hand front matter down to pages below it
	record    string    // as an earlier tree has left it; "": it was read
}

// Front is a page's front matter. Keys are Hugo's and ours; an unknown key was an error.
type Front struct {
	Title, Slug, Description string
	Date, Lastmod            time.Time // zero: not given; a date without a zone is in the site's
	Draft                    bool
	Authors                  []string
	Terms                    Filings
	*Rare                    // of all pages that say nothing of it the same one

	file   string // of the entry
	origin *origin
}

// Rare is the part of front matter that most pages of a site leave out. Nobody changes it: many pages may share one.
type Rare struct {
	URL, Summary              string
	LinkTitle                 string    // in menus; "": the title
	PublishDate, ExpiryDate   time.Time // as Front.Date
	Weight                    int
	Layout, Type              string
	Aliases, Keywords, Images []string
	Series                    []string
	Menus                     []Menu
	Image, ImageAlt           string
	Blocks                    []Block
	Form                      string
	Noindex                   bool
	Canonical, TranslationKey string
	Params                    map[string]any
}

// Filings are what a page is filed under, in the order of the taxonomies' names.
type Filings []Filing

// Filing is what a page is filed under in one taxonomy of site.yaml; tags and categories are such even if that does not
// name them.
type Filing struct {
	Taxonomy string
	Terms    []string
}

// In are the terms of a taxonomy.
func (all Filings) In(taxonomy string) []string {
	for _, one := range all {
		if one.Taxonomy == taxonomy {
			return one.Terms
		}
	}
	return nil
}

// Menu puts a page into a menu of site.yaml.
type Menu struct {
	Menu   string
	Name   string
	Weight int
}

// Block is one item of `blocks:`: a part of a landing page.
type Block struct {
	Type   string
	Fields map[string]any // checked against the theme's schema by build/theme
	Pos    Pos
	At     func(path ...any) Pos // the place of a field within the block
}
