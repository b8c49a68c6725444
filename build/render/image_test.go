package render_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// trip is a page with pictures of every kind: one that is wide enough for copies, with a better format beside it.
func trip(t *testing.T, text string) fstest.MapFS {
	t.Helper()
	var photo, drawing bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 1000, 20)), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 7, 5))); err != nil {
		t.Fatal(err)
	}
	webp := "RIFF\x1e\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x02\x00\x00\x01\x00\x00"
	source := files("content/trip/index.md", text, "content/trip/c.svg", `<svg viewBox="0 0 12.4 9"/>`,
		"content/trip/broken.png", "no picture", "content/trip/a.webp", webp)
	source["content/trip/a.jpg"] = &fstest.MapFile{Data: photo.Bytes()}
	source["content/static/b c.png"] = &fstest.MapFile{Data: drawing.Bytes()}
	return source
}

// print is the part of a name that changes with a picture's bytes.
var print = regexp.MustCompile(`\.[0-9a-f]{10}\.`)

func TestPictures(t *testing.T) {
	site := open(t, trip(t, "---\ntitle: Trip\n---\n![a](a.jpg) ![b \"B\"](/b%20c.png \"T\") ![c](c.svg) ![e](https://example.com/e.png)\n"))
	page := print.ReplaceAllString(site.page(t, "trip/index.html"), ".….")
	for _, want := range []string{
		`<picture><source type="image/webp" srcset="/assets/images/a.….webp"><img src="/assets/images/a.….1000.jpg" ` +
			`srcset="/assets/images/a.….480.jpg 480w, /assets/images/a.….800.jpg 800w, /assets/images/a.….1000.jpg 1000w" sizes="100vw" ` +
			`alt="a" width="1000" height="20" fetchpriority="high" decoding="async"></picture>`,
		`<img src="/assets/images/b-c.….7.png" alt="b &#34;B&#34;" title="T" width="7" height="5" loading="lazy" decoding="async">`,
		`<img src="/assets/images/c.….svg" alt="c" width="12" height="9" loading="lazy" decoding="async">`,
		`<img src="https://example.com/e.png" alt="e" loading="lazy" decoding="async">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s: %s", want, page)
		}
	}
	if errs := site.problems.Errors(); len(errs) > 0 {
		t.Error(errs)
	}
}

// TestFirstPicture: only what the reader sees first is loaded at once, also where an author writes of such things.
func TestFirstPicture(t *testing.T) {
	page := open(t, trip(t, "---\ntitle: Trip\n---\nWrite ` loading=\"lazy\" decoding=\"async\"`.\n\n![ loading=\"lazy\" decoding=\"async\"](a.jpg)\n\n![c](c.svg)\n")).page(t, "trip/index.html")
	if n := strings.Count(page, `fetchpriority="high"`); n != 1 || strings.Index(page, "fetchpriority") < strings.Index(page, "/a.") {
		t.Errorf("%d pictures come first: %s", n, page)
	}
}

func TestBrokenPictureIsLocated(t *testing.T) {
	site := open(t, trip(t, "---\ntitle: Trip\n---\nText\n\nSee ![d](broken.png)\n"))
	site.page(t, "trip/index.html")
	errs := site.problems.Errors()
	want := "content/trip/index.md:6:10: the picture /trip/broken.png cannot be read: it is neither JPEG, PNG, GIF, WebP, AVIF nor SVG"
	if len(errs) != 1 || errs[0].Error() != want || errs[0].Hint == "" {
		t.Errorf("got %v, want %s", errs, want)
	}
}

func TestCards(t *testing.T) {
	for name, tc := range map[string]struct{ front, settings, want string }{
		"drawn":        {"title: Trip", "", `/assets/cards/….png 1200x630 image/png "Trip"`},
		"own picture":  {"title: Trip\nimage: a.jpg\nimage_alt: A boat", "", `/assets/images/a.….1000.jpg 1000x20 image/jpeg "A boat"`},
		"own drawing":  {"title: Trip\nimage: c.svg", "", `/assets/cards/….png 1200x630 image/png "Trip"`},
		"elsewhere":    {"title: Trip\nimage: https://example.com/x.jpg", "", `https://example.com/x.jpg 0x0  ""`},
		"noindex":      {"title: Trip\nnoindex: true", "", ""},
		"switched off": {"title: Trip", "outputs: [feeds]\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			source := trip(t, "---\n"+tc.front+"\n---\n")
			source["content/site.yaml"] = &fstest.MapFile{Data: []byte("title: Test\nbase_url: https://www.example.com/\n" + tc.settings)}
			source["themes/default/templates/page.html"] = &fstest.MapFile{Data: []byte(
				`{{ define "main" }}<pre>{{ with .Page.Card }}{{ .URL }} {{ .Width }}x{{ .Height }} {{ .Type }} "{{ .Alt }}"{{ end }}</pre>{{ end }}`)}
			page := print.ReplaceAllString(open(t, source).page(t, "trip/index.html"), ".….")
			page = regexp.MustCompile(`cards/[0-9a-f]+\.`).ReplaceAllString(page, "cards/….")
			if !strings.Contains(page, "<pre>"+tc.want+"</pre>") {
				t.Errorf("the page lacks %s: %s", tc.want, page)
			}
		})
	}
}
