package lead

import (
	"slices"
	"strings"

	"leadsite/functions/bundle"
	"leadsite/functions/form"
)

// Recipients says who is told of a lead, in order: the first owns it, the second is the backup, each further one is
// next when delivery fails. They come from the form's first rule that holds, else from its notify list, with
// "everyone" replaced by all people. A form that is gone from the bundle (nil), or that names nobody, means everyone;
// a site without people means its owner: no lead falls through. No address comes twice.
func Recipients(b *bundle.Bundle, f *form.Form, l Lead) []string {
	var to []string
	for _, name := range named(f, l) {
		if name == form.Everyone {
			to = append(to, everyone(b)...)
		} else {
			to = append(to, name)
		}
	}
	if len(to) == 0 {
		to = everyone(b)
	}
	return distinct(to)
}

func named(f *form.Form, l Lead) []string {
	if f == nil {
		return nil
	}
	for _, rule := range f.Route {
		if rule.Holds(l.Fields, l.About()) {
			return rule.To
		}
	}
	return f.Notify
}

func everyone(b *bundle.Bundle) []string {
	var to []string
	for _, p := range b.People {
		to = append(to, p.Email)
	}
	if len(to) == 0 && b.Brand.Owner != "" {
		to = append(to, b.Brand.Owner)
	}
	return to
}

// Answers says whether an address is one that the site names: of its people, of a form's recipients, or the owner's.
// Whoever is taken out of site.yaml and the forms answers no more leads, whatever links they were mailed.
func Answers(b *bundle.Bundle, address string) bool {
	named := everyone(b)
	for _, byLang := range b.Forms {
		for _, f := range byLang {
			named = append(named, f.Notify...)
			for _, rule := range f.Route {
				named = append(named, rule.To...)
			}
		}
	}
	return slices.ContainsFunc(named, func(s string) bool { return s != form.Everyone && strings.EqualFold(s, address) })
}

// distinct keeps the first of addresses that differ in case only.
func distinct(addresses []string) []string {
	var out []string
	for _, a := range addresses {
		if !slices.ContainsFunc(out, func(s string) bool { return strings.EqualFold(s, a) }) {
			out = append(out, a)
		}
	}
	return out
}
