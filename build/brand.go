package build

import (
	"cmp"

	"github.com/lucasb-eyer/go-colorful"

	"leadsite/functions/bundle"
)

// brand is what mails and plain pages show of the business. Mail programs know no oklch, so the theme's one hue is
// turned into plain colours here.
func (b bundler) brand() bundle.Brand {
	c := b.site.Config
	hue := 250.0
	if h, ok := number(b.theme.Settings["hue"]); ok {
		hue = h
	}
	colour := func(lightness, chroma float64) string { return colorful.OkLch(lightness, chroma, hue).Clamped().Hex() }
	return bundle.Brand{
		Name: cmp.Or(c.Organization.Name, c.Title), From: c.Mail.From, FromName: cmp.Or(c.Mail.Name, c.Title),
		Owner: cmp.Or(c.Organization.Email, c.Mail.From), Address: c.Organization.Address,
		Accent: colour(0.45, 0.12), Ink: colour(0.25, 0.02), Paper: colour(0.99, 0.004),
		Tint: colour(0.955, 0.015), Line: colour(0.87, 0.015),
	}
}

func number(v any) (float64, bool) {
	switch n := v.(type) {
	case float64:
		return n, true
	case int:
		return float64(n), true
	}
	return 0, false
}
