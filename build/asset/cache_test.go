package asset_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What no build asked for in a month leaves the cache, what one asked for stays, and the looking happens once a day.
func TestCacheForgetsWhatNobodyAsksFor(t *testing.T) {
	cache := t.TempDir()
	files := map[string][]byte{"kept.jpg": asJPEG(t, photo(900, 600)), "gone.jpg": asJPEG(t, photo(600, 900))}
	build := func(addresses ...string) (made int) {
		p := gallery(files, cache)
		for _, address := range addresses {
			find(t, p, address)
		}
		_, made, _ = finish(t, p)
		return made
	}
	if made := build("/kept.jpg", "/gone.jpg"); made != 2 {
		t.Fatalf("made %d", made)
	}
	age(t, cache, 20*24*time.Hour)
	build("/kept.jpg")
	age(t, cache, 20*24*time.Hour)
	if made := build("/kept.jpg"); made != 0 {
		t.Error("what was asked for 20 days ago is made again")
	}
	if made := build("/gone.jpg"); made != 1 {
		t.Error("what nobody asked for in 40 days is still there")
	}
	half := filepath.Join(cache, ".new-1")
	if err := os.WriteFile(half, []byte("half"), 0o644); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-100 * 24 * time.Hour)
	if err := os.Chtimes(half, long, long); err != nil {
		t.Fatal(err)
	}
	if build("/kept.jpg"); !exists(half) {
		t.Error("the cache was looked through twice on a day")
	}
	age(t, cache, 25*time.Hour)
	if build("/kept.jpg"); exists(half) {
		t.Error("a half that a killed build left stays")
	}
}

// age makes all of a cache older.
func age(t *testing.T, cache string, by time.Duration) {
	t.Helper()
	err := filepath.WalkDir(cache, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		older := info.ModTime().Add(-by)
		return os.Chtimes(file, older, older)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}
