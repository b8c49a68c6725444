package bundle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Write writes the bundle as JSON. The same bundle gives the same bytes.
func (b *Bundle) Write(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(b); err != nil {
		return fmt.Errorf("writing the bundle: %w", err)
	}
	return nil
}

// ReadFile reads the bundle that a file holds.
func ReadFile(file string) (*Bundle, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	return Read(data)
}

// Read reads what Write wrote. It refuses another version of the shape.
func Read(data []byte) (*Bundle, error) {
	var b Bundle
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&b); err != nil {
		return nil, fmt.Errorf("reading the bundle: %w", err)
	}
	if b.Version != Version {
		return nil, fmt.Errorf("reading the bundle: it has version %d, this program reads %d; build the site again", b.Version, Version)
	}
	return &b, nil
}

// Form finds a form by name and language; an unknown language gives the site's default one. Nil: no such form.
func (b *Bundle) Form(name, lang string) *Form {
	byLang := b.Forms[name]
	if f := byLang[lang]; f != nil {
		return f
	}
	if len(b.Langs) == 0 {
		return nil
	}
	return byLang[b.Langs[0]]
}
