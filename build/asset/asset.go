// Package asset turns a theme's assets into files that a browser may keep for ever: minified, and named by a
// fingerprint of the minified bytes.
//
// Minifying comes to it as a function. It knows neither pages nor templates; those ask a Set for an asset's URL.
package asset

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template"

	"leadsite/build/content"
)

// Asset is one finished file.
type Asset struct {
	Name      string // as a template asks for it: "site.css"
	Path      string // below the output folder: "assets/site.3f9a61c2.css"
	URL       string // "/assets/site.3f9a61c2.css"
	Integrity string // "sha384-…" for the integrity attribute
	Data      []byte
}

// Set holds all assets of a site.
type Set struct {
	byName map[string]Asset
}

// Get finds an asset by name.
func (s *Set) Get(name string) (Asset, bool) {
	a, ok := s.byName[name]
	return a, ok
}

// All returns the assets in the order of their names.
func (s *Set) All() []Asset {
	all := make([]Asset, 0, len(s.byName))
	for _, a := range s.byName {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b Asset) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Minify makes a file of a media type smaller.
type Minify func(mediaType string, data []byte) ([]byte, error)

// iconDir holds drawings that templates put into pages; they are no files of the site.
const iconDir = "assets/icons"

// Make finishes every file under assets/ of the theme. A name that ends in ".tmpl" is a text/template over the theme's
// settings first. Faults go to problems, located in themes/NAME.
func Make(theme fs.FS, name string, settings map[string]any, minify Minify, problems *content.Problems) *Set {
	m := maker{theme: theme, dir: "themes/" + name, settings: settings, minify: minify}
	set := &Set{byName: map[string]Asset{}}
	err := fs.WalkDir(theme, "assets", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file == iconDir:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		a, err := m.make(file)
		if err != nil {
			problems.Add(m.locate(file, err))
			return nil
		}
		set.byName[a.Name] = a
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		problems.Add(&content.Error{File: m.dir + "/assets", Msg: err.Error()})
	}
	return set
}

type maker struct {
	theme    fs.FS
	dir      string
	settings map[string]any
	minify   Minify
}

func (m maker) make(file string) (Asset, error) {
	data, err := fs.ReadFile(m.theme, file)
	if err != nil {
		return Asset{}, err
	}
	name := strings.TrimPrefix(file, "assets/")
	if strings.HasSuffix(name, ".tmpl") {
		name = strings.TrimSuffix(name, ".tmpl")
		if data, err = m.execute(file, data); err != nil {
			return Asset{}, err
		}
	}
	if data, err = m.minify(MediaType(name), data); err != nil {
		return Asset{}, err
	}
	return finish(name, data), nil
}

// execute fills a template with the theme's settings, so that a setting can reach a stylesheet without inline style.
func (m maker) execute(file string, source []byte) ([]byte, error) {
	t, err := template.New(path.Base(file)).Option("missingkey=error").Parse(string(source))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, struct{ Settings map[string]any }{m.settings}); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func finish(name string, data []byte) Asset {
	short := sha256.Sum256(data)
	full := sha512.Sum384(data)
	ext := path.Ext(name)
	file := "assets/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(short[:4]) + ext
	return Asset{Name: name, Path: file, URL: "/" + file, Data: data,
		Integrity: "sha384-" + base64.StdEncoding.EncodeToString(full[:])}
}

func (m maker) locate(file string, err error) *content.Error {
	e := &content.Error{File: m.dir + "/" + file, Msg: err.Error(), Hint: "mend the file, or delete it to use the default theme's"}
	var at interface {
		Place() (line, col int, msg string)
	}
	if errors.As(err, &at) {
		e.Line, e.Col, e.Msg = at.Place()
	}
	return e
}

// MediaType is the media type of a file by its name, for the types a site holds; "application/octet-stream" otherwise.
func MediaType(name string) string {
	types := map[string]string{
		".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json",
		".svg": "image/svg+xml", ".html": "text/html", ".xml": "application/xml", ".txt": "text/plain",
		".webmanifest": "application/manifest+json",
	}
	if t, ok := types[strings.ToLower(path.Ext(name))]; ok {
		return t
	}
	return "application/octet-stream"
}
