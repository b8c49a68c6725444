package render

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"leadsite/build/asset"
	"leadsite/build/content"
)

// pictureView is a picture as a page shows it.
type pictureView struct {
	address, alt, title string
	sizes               string // "": as the theme has it for its texts
	width, height       string // as the author wants them; "": those of the picture
	loading             string // "eager": the author wants it at once
}

// lazy is what all pictures of a page have until it is whole; then the first of them, which a reader sees at once, gets
// eager in its place. Authors' own words cannot hold it: their quotation marks are escaped.
const (
	lazy  = ` loading="lazy" decoding="async"`
	eager = ` fetchpriority="high" decoding="async"`
)

// firstPicture lets the browser load the page's first picture before all else.
func firstPicture(page []byte) []byte {
	for at := 0; ; at += len(lazy) {
		next := bytes.Index(page[at:], []byte(lazy))
		if next < 0 {
			return page
		}
		at += next
		if tag := page[bytes.LastIndexByte(page[:at], '<')+1 : at]; bytes.HasPrefix(tag, []byte("img ")) && bytes.IndexByte(tag, '>') < 0 {
			return slices.Replace(page, at, at+len(lazy), []byte(eager)...)
		}
	}
}

// picture is the HTML of a picture: copies in several widths, and better formats first, where it is the site's own.
func (w *worker) picture(v pictureView) template.HTML {
	found, fault := w.find(v.address)
	if fault != nil {
		w.job.found.Add(w.found(v.address).Errorf(fault.Hint, "%s", fault.Msg))
	}
	var out strings.Builder
	if found == nil {
		found = &asset.Picture{Src: v.address}
	}
	sizes := cmp.Or(v.sizes, plainString(w.r.theme.Settings["image_sizes"]), "100vw")
	if len(found.Better) > 0 {
		out.WriteString("<picture>")
	}
	for _, s := range found.Better {
		out.WriteString(`<source type="` + s.Type + `" srcset="` + template.HTMLEscapeString(s.URL) + `">`)
	}
	out.WriteString(`<img src="` + template.HTMLEscapeString(found.Src) + `"`)
	if len(found.Sizes) > 0 {
		out.WriteString(` srcset="` + srcset(found.Sizes) + `" sizes="` + template.HTMLEscapeString(sizes) + `"`)
	}
	out.WriteString(` alt="` + template.HTMLEscapeString(v.alt) + `"`)
	if v.title != "" {
		out.WriteString(` title="` + template.HTMLEscapeString(v.title) + `"`)
	}
	switch {
	case v.width+v.height != "":
		writeSize(&out, "width", v.width)
		writeSize(&out, "height", v.height)
	case found.Width > 0 && found.Height > 0:
		out.WriteString(` width="` + strconv.Itoa(found.Width) + `" height="` + strconv.Itoa(found.Height) + `"`)
	}
	if v.loading == "eager" {
		out.WriteString(` loading="eager" decoding="async">`)
	} else {
		out.WriteString(lazy + ">")
	}
	if len(found.Better) > 0 {
		out.WriteString("</picture>")
	}
	return template.HTML(out.String())
}

// find asks for a picture of the site for the current page.
func (w *worker) find(address string) (*asset.Picture, *asset.Fault) {
	w.note(askPicture, address)
	found, fault := w.r.pictures.Find(address, w.use(address))
	w.want(found)
	return found, fault
}

func writeSize(out *strings.Builder, name, value string) {
	if value != "" {
		out.WriteString(" " + name + `="` + template.HTMLEscapeString(strings.TrimSuffix(value, "px")) + `"`)
	}
}

func srcset(sizes []asset.Sized) string {
	all := make([]string, len(sizes))
	for i, s := range sizes {
		all[i] = s.URL + " " + strconv.Itoa(s.Width) + "w"
	}
	return strings.Join(all, ", ")
}

// use says where the current page shows a picture, for when it turns out to be broken.
func (w *worker) use(address string) asset.Use {
	page, at := w.job.page, w.job.at
	return asset.Use{Key: at.File + "\x00" + address, At: func() content.Pos {
		if page == nil || page.Entry == nil {
			return at
		}
		return w.r.written(page.Entry, address)
	}}
}

// found is where the current page shows a picture.
func (w *worker) found(address string) content.Pos { return w.use(address).At() }

// written finds the place where a page's author names a picture: by its address, or by the name of its file.
func (r *Renderer) written(e *content.Entry, address string) content.Pos {
	at := r.site.Tree.Find(e, address)
	if name := address[strings.LastIndexByte(address, '/')+1:]; at.Line == 0 {
		at = r.site.Tree.Find(e, name)
	}
	if shared, ok := r.site.Tree.FindShared(address); ok && at.Line == 0 {
		return shared // an author's picture, a logo
	}
	return at
}

// templatePicture is what templates call: picture ADDRESS ALT, and of a picture that is not as wide as a column of text
// what `sizes` says; at last the width, the height and the loading that an author wants, if any.
func (w *worker) templatePicture(address, alt any, more ...any) template.HTML {
	v := pictureView{address: plainString(address), alt: plainString(alt)}
	for i, to := range []*string{&v.sizes, &v.width, &v.height, &v.loading} {
		if i < len(more) {
			*to = plainString(more[i])
		}
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(v.width, "px")); err == nil && v.sizes == "" {
		v.sizes = fmt.Sprintf("min(%dpx, 92vw)", n)
	}
	return w.picture(v)
}

// StillView is a picture as a single file, in one width.
type StillView struct {
	URL           string // "" for none
	Width, Height int    // 0: unknown
}

// still finds the copy of a picture that a film shows before it begins.
func (w *worker) still(address any) StillView {
	to := plainString(address)
	found, fault := w.find(to)
	if fault != nil {
		w.job.found.Add(w.found(to).Errorf(fault.Hint, "%s", fault.Msg))
	}
	if found == nil {
		return StillView{URL: to}
	}
	return still(found)
}

// still is the copy that stands for a picture where only one can.
func still(found *asset.Picture) StillView {
	v := StillView{URL: found.Src, Width: found.Width, Height: found.Height}
	for _, s := range found.Sizes {
		if s.URL == found.Src {
			v.Width, v.Height = s.Width, (2*found.Height*s.Width+found.Width)/(2*found.Width)
		}
	}
	return v
}

// CardView is the picture that stands for a page where its address is shared.
type CardView struct {
	URL, Alt      string // URL: a path of the site or a whole URL
	Type          string // "" for one that is elsewhere
	Width, Height int    // 0: unknown
}

// card is the page's own picture, if networks can show it, or one that is drawn: title, site and colours. Nil: none.
func (w *worker) card(v *PageView) *CardView {
	if v.Image != "" {
		if card := w.ownCard(v); card != nil {
			return card
		}
	}
	if v.Noindex || v.Permalink == "" || !w.r.site.Config.Outputs["cards"] {
		return nil
	}
	url := w.r.pictures.Card(v.Title, w.job.view.Site.Title)
	w.wantFiles(url)
	return &CardView{URL: url, Alt: v.Title, Type: "image/png", Width: asset.CardWidth, Height: asset.CardHeight}
}

// ownCard is the page's own picture. Networks show no drawings.
func (w *worker) ownCard(v *PageView) *CardView {
	found, fault := w.find(v.Image)
	switch {
	case fault != nil:
		w.job.found.Add(w.found(v.Image).Errorf(fault.Hint, "%s", fault.Msg))
		return nil
	case found == nil && strings.HasSuffix(strings.ToLower(v.Image), ".svg"), found != nil && found.Type == "image/svg+xml":
		return nil
	case found == nil:
		return &CardView{URL: v.Image, Alt: v.ImageAlt}
	}
	one := still(found)
	return &CardView{URL: one.URL, Alt: v.ImageAlt, Type: found.Type, Width: one.Width, Height: one.Height}
}
