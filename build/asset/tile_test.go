package asset_test

import (
	"bytes"
	"image/png"
	"testing"

	"leadsite/build/asset"
)

func TestTile(t *testing.T) {
	light := map[string]int{}
	for _, title := range []string{"Ropewalk", "  “éclair”", "24 hours", "縄", "–", ""} {
		data, err := asset.Tile(title, 235, 180)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := asset.Tile(title, 235, 180)
		if !bytes.Equal(data, again) {
			t.Errorf("%q: the same title gives other bytes", title)
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil || img.Bounds().Dx() != 180 || img.Bounds().Dy() != 180 || len(data) > 5000 {
			t.Fatalf("%q: %v, %v, %d bytes", title, err, img.Bounds(), len(data))
		}
		for y := range 180 {
			for x := range 180 {
				if r, _, _, _ := img.At(x, y).RGBA(); r > 0xf000 {
					light[title]++
				}
			}
		}
	}
	for title, count := range light {
		if letter := title != "縄" && title != "–" && title != ""; letter != (count > 1500) {
			t.Errorf("%q has %d light pixels", title, count)
		}
	}
	if len(light) != 3 {
		t.Errorf("light pixels: %v", light)
	}
	red, _ := asset.Tile("Ropewalk", 25, 180)
	blue, _ := asset.Tile("Ropewalk", 235, 180)
	if bytes.Equal(red, blue) {
		t.Error("the hue makes no difference")
	}
}
