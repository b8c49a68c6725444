package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"leadsite/functions/lead"
)

// A copy that is made while leads come in holds every lead that was acknowledged before it began, is whole, and is a
// store by itself.
func TestBackupWhileOthersWrite(t *testing.T) {
	s, path := openNew(t)
	dir := filepath.Dir(path)
	stop := make(chan struct{})
	var writers sync.WaitGroup
	var mu sync.Mutex
	var acknowledged []string
	for i := range 4 {
		writers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				id := fmt.Sprintf("%d-%d", i, n)
				if err := putWithNote(t.Context(), s, id); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, id)
				mu.Unlock()
			}
		})
	}
	before := map[string][]string{}
	for round := range 3 {
		file := filepath.Join(dir, fmt.Sprintf("backup%d.db", round))
		for enough := false; !enough; time.Sleep(time.Millisecond) {
			mu.Lock()
			enough = len(acknowledged) >= 50*(round+1)
			before[file] = append([]string{}, acknowledged...)
			mu.Unlock()
		}
		if err := s.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	writers.Wait()
	for file, want := range before {
		copied := openAt(t, file, time.Now)
		for _, id := range want {
			if l, err := copied.Get(t.Context(), id); err != nil || len(l.Events) != 2 {
				t.Errorf("%s: lead %s has %d events, %v", filepath.Base(file), id, len(l.Events), err)
			}
		}
		put(t, copied, sample("new"))
		if err := copied.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestBackupIsForItsOwnerAndTakesNoFilesPlace(t *testing.T) {
	s, path := openNew(t)
	put(t, s, sample("lead"))
	file := filepath.Join(filepath.Dir(path), "backup.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, there := range []string{file, path} {
		if err := s.Backup(t.Context(), there); !errors.Is(err, fs.ErrExist) {
			t.Errorf("backing up to %s again: %v", filepath.Base(there), err)
		}
	}
	if err := s.Backup(t.Context(), filepath.Join(path, "no", "folder")); err == nil {
		t.Error("a copy was made in a folder that is not there")
	}
	names, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".leadsite-backup-*"))
	if err != nil || len(names) > 0 {
		t.Errorf("left behind: %v, %v", names, err)
	}
}

// What was erased is in no copy.
func TestBackupHoldsNothingErased(t *testing.T) {
	s, path := openNew(t)
	put(t, s, sample("lead"))
	if _, err := s.Erase(t.Context(), "sam", time.Now()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(filepath.Dir(path), "backup.db")
	if err := s.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, file, "sam@example.com"); len(found) > 0 {
		t.Errorf("the address is in %v", found)
	}
	copied := openAt(t, file, time.Now)
	defer copied.Close()
	if _, _, err := copied.Put(t.Context(), sample("lead")); !errors.Is(err, lead.ErrErased) {
		t.Errorf("the copy takes the erased lead: %v", err)
	}
}
