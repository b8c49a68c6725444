package build_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadsite/build"
)

// pictured is a site with one photograph in a bundle, and a drawing that no page shows.
func pictured(t *testing.T, photo []byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range map[string][]byte{
		"content/site.yaml":       []byte("title: Ropes\nbase_url: https://ropes.example.com/\noutputs: [cards]\n"),
		"content/index.md":        []byte("---\ntitle: Ropes\ndescription: We make ropes.\n---\nSee [the trip](/trip/).\n"),
		"content/trip/index.md":   []byte("---\ntitle: The trip\ndescription: At sea.\nimage: boat.jpg\nimage_alt: A boat\n---\nAt sea.\n\n![A boat](boat.jpg)\n"),
		"content/trip/boat.jpg":   photo,
		"content/static/mark.svg": []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><path d="M0 0 L8 8"/></svg>`),
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func photograph(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, image.NewYCbCr(image.Rect(0, 0, 900, 600), image.YCbCrSubsampleRatio420), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPicturesOfASite(t *testing.T) {
	dir := pictured(t, photograph(t))
	made := 0
	o := options(dir)
	o.Progress = func(done, _ int) { made = done }
	report, err := build.Build(t.Context(), o)
	if err != nil || len(report.Errors) > 0 {
		t.Fatal(report.Errors, err)
	}
	if made != 2 {
		t.Errorf("made %d, want the photograph and the card of the home page", made)
	}
	copies, _ := filepath.Glob(filepath.Join(dir, "public/assets/images/boat.*.jpg"))
	cards, _ := filepath.Glob(filepath.Join(dir, "public/assets/cards/*.png"))
	if len(copies) != 3 || len(cards) != 1 {
		t.Errorf("got %v and %v", copies, cards)
	}
	page, _ := os.ReadFile(filepath.Join(dir, "public/trip/index.html"))
	for _, want := range []string{"og:image:width", "twitter:image", "srcset=", "fetchpriority=high"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page lacks %s: %s", want, page)
		}
	}
	mark, _ := os.ReadFile(filepath.Join(dir, "public/mark.svg"))
	if want := `<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0 8 8"/></svg>`; string(mark) != want {
		t.Errorf("got %s, want %s", mark, want)
	}

	made = 0
	if report, err = build.Build(t.Context(), o); err != nil || made != 0 || report.Published.Written != 0 {
		t.Errorf("the second build made %d pictures and wrote %d files, %v", made, report.Published.Written, err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "state", "cache", "images")); err != nil {
		t.Fatal(err)
	}
	if report, err = build.Build(t.Context(), o); err != nil || made != 2 || report.Published.Written != 0 {
		t.Errorf("without its cache a build made %d pictures and wrote %d files, %v", made, report.Published.Written, err)
	}
}

func TestBrokenPictureOfASite(t *testing.T) {
	whole := photograph(t)
	report, err := build.Build(t.Context(), options(pictured(t, whole[:len(whole)/2])))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range report.Errors {
		got = append(got, e.Error()+" – "+e.Hint)
	}
	want := []string{"content/trip/index.md:9:11: the picture /trip/boat.jpg cannot be read: unexpected EOF – it may be broken or cut off: save it again, as JPEG or PNG"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
