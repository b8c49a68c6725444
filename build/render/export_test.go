package render

import (
	"slices"

	"leadsite/build/content"
	"leadsite/build/site"
)

// Exactly lets html/template execute every template.
func (r *Renderer) Exactly() { r.program = nil }

// Uncompiled are the templates that are executed by themselves and not compiled.
func (r *Renderer) Uncompiled() []string {
	return slices.DeleteFunc(r.entries(), func(name string) bool {
		return r.master.Lookup(name) == nil || r.program != nil && r.program.Has(name)
	})
}

// MakeOnce is Make without a second try by html/template.
func (r *Renderer) MakeOnce(o site.Output) (Made, error) {
	if r.fault != nil {
		return Made{Found: new(content.Problems)}, r.fault
	}
	w := r.take()
	defer r.give(w)
	return w.make(o)
}
