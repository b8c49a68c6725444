package site

import (
	"bytes"
	"cmp"
	"encoding/json"
	"path"
	"strconv"
	"strings"
)

// TouchIconSize is how many pixels wide and high the icon for home screens is.
const TouchIconSize = 180

// The files that browsers know by these names.
const (
	touchIconFile = "apple-touch-icon.png"
	manifestFile  = "site.webmanifest"
)

// addIcons finds the site's picture, and plans the files that stand for it elsewhere. What the author has put into
// static/ under the same names is taken instead.
func (p *planner) addIcons() {
	icon, _ := p.theme.Settings["icon"].(string)
	p.Icon = cmp.Or(icon, p.Config.Organization.Logo)
	if !p.Config.Outputs["icons"] {
		return
	}
	p.TouchIcon = "/" + touchIconFile
	switch {
	case p.outputs[touchIconFile] != "":
	case PictureType(p.Icon) == "image/png" && !isOutside(p.Icon):
		p.TouchIcon = p.Icon
	default:
		p.output(Output{Path: touchIconFile, Kind: OutputIcon})
	}
	p.Manifest = "/" + manifestFile
	if p.outputs[manifestFile] == "" {
		p.output(Output{Path: manifestFile, Kind: OutputWebApp})
	}
}

// PictureType is the media type of a picture by its name; "" when it is of none that browsers show as an icon.
func PictureType(name string) string {
	return map[string]string{".svg": "image/svg+xml", ".png": "image/png", ".ico": "image/x-icon", ".jpg": "image/jpeg",
		".jpeg": "image/jpeg", ".webp": "image/webp", ".gif": "image/gif"}[strings.ToLower(path.Ext(name))]
}

// The parts of a web manifest (w3.org/TR/appmanifest).
type (
	webManifest struct {
		Name      string    `json:"name"`
		ShortName string    `json:"short_name"`
		About     string    `json:"description,omitempty"`
		Lang      string    `json:"lang"`
		Start     string    `json:"start_url"`
		Display   string    `json:"display"`
		Icons     []webIcon `json:"icons"`
	}
	webIcon struct {
		Source string `json:"src"`
		Sizes  string `json:"sizes"`
		Type   string `json:"type"`
	}
)

// manifest tells a telephone what to write and show when somebody puts the site on the home screen. It stays a site in
// a browser: there is nothing to install.
func (s *Site) manifest() ([]byte, error) {
	m := webManifest{Name: s.Config.Title, ShortName: s.Config.Title, About: s.Config.Description, Lang: s.Config.Lang,
		Start: "/", Display: "browser"}
	if PictureType(s.Icon) == "image/svg+xml" {
		m.Icons = append(m.Icons, webIcon{Source: s.Icon, Sizes: "any", Type: "image/svg+xml"})
	}
	size := strconv.Itoa(TouchIconSize)
	if s.TouchIcon == s.Icon {
		size = "any"
	} else {
		size += "x" + size
	}
	m.Icons = append(m.Icons, webIcon{Source: s.TouchIcon, Sizes: size, Type: "image/png"})
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(m)
	return b.Bytes(), err
}
