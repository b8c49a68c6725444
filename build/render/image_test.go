package render_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"testing/fstest"
)

func TestImagesHaveTheirSizes(t *testing.T) {
	var photo, drawing bytes.Buffer
	if err := jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 30, 20)), nil); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&drawing, image.NewGray(image.Rect(0, 0, 7, 5))); err != nil {
		t.Fatal(err)
	}
	source := files("content/trip/index.md", "---\ntitle: Trip\n---\n![a](a.jpg) ![b](/b%20c.png \"T\") ![c](c.svg) ![d](broken.png) ![e](https://example.com/e.png)\n",
		"content/trip/c.svg", `<svg viewBox="0 0 12.4 9"/>`, "content/trip/broken.png", "no picture")
	source["content/trip/a.jpg"] = &fstest.MapFile{Data: photo.Bytes()}
	source["content/static/b c.png"] = &fstest.MapFile{Data: drawing.Bytes()}
	page := open(t, source).page(t, "trip/index.html")
	for _, want := range []string{
		`<img src="/trip/a.jpg" alt="a" width="30" height="20">`,
		`<img src="/b%20c.png" alt="b" title="T" width="7" height="5" loading="lazy">`,
		`<img src="/trip/c.svg" alt="c" width="12" height="9" loading="lazy">`,
		`<img src="/trip/broken.png" alt="d" loading="lazy">`,
		`<img src="https://example.com/e.png" alt="e" loading="lazy">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s: %s", want, page)
		}
	}
}
