package build

import (
	"cmp"
	"image/color"
	"net/url"
	"strings"

	"github.com/lucasb-eyer/go-colorful"

	"leadsite/build/asset"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/functions/bundle"
)

// brand is what mails and plain pages show of the business. Mail programs know no oklch, so the theme's one hue is
// turned into plain colours here.
func (b bundler) brand() bundle.Brand {
	c := b.site.Config
	hue := hueOf(b.theme)
	colour := func(lightness, chroma float64) string { return colorful.OkLch(lightness, chroma, hue).Clamped().Hex() }
	return bundle.Brand{
		Name: cmp.Or(c.Organization.Name, c.Title), From: c.Mail.From, FromName: cmp.Or(c.Mail.Name, c.Title),
		Owner: cmp.Or(c.Organization.Email, c.Mail.From), Address: c.Organization.Address,
		Accent: colour(0.45, 0.12), Ink: colour(0.25, 0.02), Paper: colour(0.99, 0.004),
		Tint: colour(0.955, 0.015), Line: colour(0.87, 0.015),
	}
}

// cardStyle is what the cards of a site share: its names, and the theme's colours as the stylesheet has them.
func cardStyle(plan *site.Site, look *theme.Theme) asset.CardStyle {
	hue := hueOf(look)
	colour := func(lightness, chroma float64) color.RGBA {
		r, g, b := colorful.OkLch(lightness, chroma, hue).Clamped().RGB255()
		return color.RGBA{r, g, b, 255}
	}
	style := asset.CardStyle{Paper: colour(0.985, 0.004), Ink: colour(0.25, 0.025),
		Soft: colour(0.46, 0.022), Line: colour(0.87, 0.012), Accent: colour(0.46, 0.105)}
	if base, err := url.Parse(plan.BaseURL); err == nil {
		style.Host = strings.TrimPrefix(base.Hostname(), "www.")
	}
	return style
}

// hueOf is the one hue of a theme, as an angle in oklch.
func hueOf(look *theme.Theme) float64 {
	if hue, ok := number(look.Settings["hue"]); ok {
		return hue
	}
	return 250
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
