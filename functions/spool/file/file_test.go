package file_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
	"leadsite/functions/lead"
	"leadsite/functions/spool/file"
	"leadsite/functions/store/sqlite"
)

var start = time.Date(2026, 11, 22, 9, 15, 4, 0, time.UTC)

// received is a lead that came n milliseconds after the start.
func received(letter string, n int) lead.Lead {
	l := lead.Lead{ID: strings.Repeat(letter, 26), Form: "contact", Email: letter + "@example.com", Person: "person-" + letter,
		Fields: form.Values{"message": {Text: "Hello " + letter}}}
	return l.Received(start.Add(time.Duration(n) * time.Millisecond))
}

func open(t *testing.T, dir string) *file.Spool {
	t.Helper()
	s, err := file.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func hold(t *testing.T, s *file.Spool, leads ...lead.Lead) {
	t.Helper()
	for _, l := range leads {
		if err := s.Hold(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
}

func openStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "leads.db"), func() time.Time { return start.Add(time.Hour) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// seen lists what is in the spool without taking it out.
func seen(t *testing.T, s *file.Spool) []lead.Lead {
	t.Helper()
	var all []lead.Lead
	stay := errors.New("it stays")
	if _, err := s.Each(t.Context(), func(l lead.Lead) error { all = append(all, l); return stay }); err != nil && !errors.Is(err, stay) {
		t.Fatal(err)
	}
	return all
}

// What was held is there in another process, whole, the oldest first, until it is taken.
func TestHeldUntilTaken(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	a, b, c := received("a", 20), received("b", 10), received("c", 30)
	hold(t, open(t, dir), a, b, c, a)
	s := open(t, dir)
	if diff := cmp.Diff([]lead.Lead{b, a, c}, seen(t, s)); diff != "" {
		t.Error(diff)
	}
	failed, err := s.Each(t.Context(), func(l lead.Lead) error {
		if l.ID == a.ID {
			return errors.New("not now")
		}
		return nil
	})
	if failed != 1 || err == nil || err.Error() != "not now" {
		t.Errorf("%d failed: %v", failed, err)
	}
	if diff := cmp.Diff([]lead.Lead{a}, seen(t, s)); diff != "" {
		t.Errorf("what is left:\n%s", diff)
	}
}

// Files that are no lead, a torn one among them, hold up nobody and are kept for a person to look at.
func TestDamagedFilesGoAside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, dir)
	hold(t, s, received("a", 1), received("b", 2), received("c", 3))
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(names) != 3 {
		t.Fatal(names, err)
	}
	whole, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	write(t, names[0], whole[:len(whole)/2])
	write(t, filepath.Join(dir, "0.json"), nil)
	var got string
	failed, err := s.Each(t.Context(), func(l lead.Lead) error { got += l.ID[:1]; return nil })
	if got != "bc" || failed != 2 || err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("taken: %q, %d failed: %v", got, failed, err)
	}
	aside, err := os.ReadFile(filepath.Join(dir, "unreadable", filepath.Base(names[0])))
	if err != nil || string(aside) != string(whole[:len(whole)/2]) {
		t.Errorf("aside is %q, %v", aside, err)
	}
	if failed, err := s.Each(t.Context(), func(lead.Lead) error { return nil }); failed != 0 || err != nil {
		t.Errorf("afterwards %d failed: %v", failed, err)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A parcel of a later version waits for the program that can read it.
func TestALaterVersionStays(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, dir)
	write(t, filepath.Join(dir, "1.json"), []byte(`{"parcel":2}`))
	for range 2 {
		if failed, err := s.Each(t.Context(), func(lead.Lead) error { return nil }); failed != 1 || err == nil {
			t.Errorf("%d failed: %v", failed, err)
		}
	}
}

// A process is killed after it has put a lead into the store, and before it has taken it out of the spool: it is one
// lead, with the time when it was received, and nobody is said to have sent it twice.
func TestKilledBetweenStoreAndSpool(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	store, l := openStore(t), received("a", 0)
	hold(t, open(t, dir), l)
	for n := range 3 {
		created := false
		_, err := open(t, dir).Each(t.Context(), func(l lead.Lead) (err error) {
			created, err = lead.Replay(t.Context(), store, l)
			return errors.Join(err, errors.New("killed"))
		})
		if err == nil || err.Error() != "killed" || created != (n == 0) {
			t.Errorf("replay %d: created %v, %v", n, created, err)
		}
	}
	got, err := store.Get(t.Context(), l.ID)
	if err != nil || len(got.Events) != 1 || !got.CreatedAt.Equal(start) || got.Person != "person-a" || !got.Wake.Equal(start) {
		t.Errorf("stored as %+v, %v", got, err)
	}
}

// The visitor sent again what waits in the spool, and the store took that: the lead is one, sent twice.
func TestSentAgainMeanwhile(t *testing.T) {
	store := openStore(t)
	s := open(t, filepath.Join(t.TempDir(), "spool"))
	hold(t, s, received("a", 0))
	if _, _, err := store.Put(t.Context(), received("a", 5000)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Each(t.Context(), func(l lead.Lead) error { _, err := lead.Replay(t.Context(), store, l); return err }); err != nil {
		t.Fatal(err)
	}
	got, err := store.Get(t.Context(), received("a", 0).ID)
	if err != nil || len(got.Events) != 2 || len(seen(t, s)) != 0 {
		t.Errorf("stored as %+v, %v", got, err)
	}
}

// A clean copy rescues what went to the spam lane, also one of the same millisecond.
func TestACleanCopyWaits(t *testing.T) {
	store := openStore(t)
	s := open(t, filepath.Join(t.TempDir(), "spool"))
	clean := received("a", 0)
	spam := clean
	spam.Spam.Score = lead.SpamThreshold
	hold(t, s, clean)
	if _, _, err := store.Put(t.Context(), spam.Received(clean.CreatedAt)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Each(t.Context(), func(l lead.Lead) error { _, err := lead.Replay(t.Context(), store, l); return err }); err != nil {
		t.Fatal(err)
	}
	if got, err := store.Get(t.Context(), clean.ID); err != nil || got.Status != lead.New {
		t.Errorf("stored as %+v, %v", got, err)
	}
}

// A person who was erased while a lead waited, known to the store or not, does not come back; what came later does.
func TestErasedMeanwhile(t *testing.T) {
	store := openStore(t)
	s := open(t, filepath.Join(t.TempDir(), "spool"))
	before, known, after := received("a", 0), received("b", 0), received("c", 2000)
	known.Person, after.Person = before.Person, before.Person
	if _, _, err := store.Put(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Erase(t.Context(), before.Person, start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	known.CreatedAt = start.Add(1500 * time.Millisecond) // a retry that was under way
	hold(t, s, before, known, after)
	failed, err := s.Each(t.Context(), func(l lead.Lead) error { _, err := lead.Replay(t.Context(), store, l); return err })
	if failed != 0 || err != nil || len(seen(t, s)) != 0 {
		t.Errorf("%d failed: %v", failed, err)
	}
	for _, gone := range []lead.Lead{before, known} {
		if _, err := store.Get(t.Context(), gone.ID); !errors.Is(err, lead.ErrNotFound) {
			t.Errorf("lead %s: %v", gone.ID, err)
		}
	}
	if _, err := store.Get(t.Context(), after.ID); err != nil {
		t.Error(err)
	}
}

// lateStore is a store in which a person is erased after a lead was read from the spool, and before it is put.
type lateStore struct {
	lead.Store
	erase func()
}

func (s lateStore) Put(ctx context.Context, l lead.Lead) (lead.Lead, bool, error) {
	s.erase()
	return s.Store.Put(ctx, l)
}

// An erasure that comes between the look into the store and the put finds no lead; it does not come after it either.
func TestErasedWhileItIsPut(t *testing.T) {
	store := openStore(t)
	s := open(t, filepath.Join(t.TempDir(), "spool"))
	before, after, other := received("a", 0), received("c", 2000), received("d", 0)
	after.Person = before.Person
	hold(t, s, before, after, other)
	late := lateStore{store, func() {
		if _, err := store.Erase(t.Context(), before.Person, start.Add(time.Second)); err != nil {
			t.Error(err)
		}
	}}
	created := map[string]bool{}
	failed, err := s.Each(t.Context(), func(l lead.Lead) (err error) {
		created[l.ID], err = lead.Replay(t.Context(), late, l)
		return err
	})
	if failed != 0 || err != nil || len(seen(t, s)) != 0 {
		t.Errorf("%d failed: %v", failed, err)
	}
	if _, err := store.Get(t.Context(), before.ID); !errors.Is(err, lead.ErrNotFound) || created[before.ID] {
		t.Errorf("the erased lead: %v, to be told of %v", err, created[before.ID])
	}
	for _, l := range []lead.Lead{after, other} {
		if _, err := store.Get(t.Context(), l.ID); err != nil || !created[l.ID] {
			t.Errorf("lead %s: %v, to be told of %v", l.ID, err, created[l.ID])
		}
	}
}

// A process that was killed between the put and the look finds the erased lead the next time.
func TestErasedBehindTheBack(t *testing.T) {
	store := openStore(t)
	l := received("a", 0)
	if _, err := store.Erase(t.Context(), l.Person, start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.Put(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	if created, err := lead.Replay(t.Context(), store, l); err != nil || created {
		t.Errorf("created %v: %v", created, err)
	}
	if _, err := store.Get(t.Context(), l.ID); !errors.Is(err, lead.ErrNotFound) {
		t.Errorf("the erased lead: %v", err)
	}
}

// Held and emptied at the same time, nothing is lost or half read.
func TestHoldWhileEmptied(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "spool"))
	got := map[string]bool{}
	empty := func() {
		if _, err := s.Each(t.Context(), func(l lead.Lead) error { got[l.ID] = true; return nil }); err != nil {
			t.Error(err)
		}
	}
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for n := range 25 {
				l := received("a", n)
				l.ID = fmt.Sprintf("%026d", w*100+n)
				if err := s.Hold(t.Context(), l); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { writers.Wait(); close(done) }()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		empty()
	}
	empty()
	if len(got) != 100 {
		t.Errorf("%d leads came out", len(got))
	}
}

func TestErase(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	early := lead.Erasure{Person: "person-a", At: start.Add(2 * time.Millisecond)}
	if n, err := file.Existing(dir).Erase(early); n != 0 || err != nil {
		t.Errorf("of no folder: %d, %v", n, err)
	}
	hold(t, open(t, dir), received("a", 1), received("b", 2), received("a", 3))
	for _, tt := range []struct {
		e    lead.Erasure
		want int
	}{{early, 1}, {early, 0}, {lead.Erasure{Person: "person-a", At: start.Add(time.Hour)}, 1}, {lead.Erasure{At: start.Add(time.Hour)}, 0}} {
		if n, err := file.Existing(dir).Erase(tt.e); n != tt.want || err != nil {
			t.Errorf("%+v: %d, %v", tt.e, n, err)
		}
	}
	if diff := cmp.Diff([]lead.Lead{received("b", 2)}, seen(t, file.Existing(dir))); diff != "" {
		t.Error(diff)
	}
}

func TestRefusals(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "spool")
	s := open(t, dir)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Hold(ended, received("a", 1)); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: %v", err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	write(t, dir, nil)
	if err := s.Hold(t.Context(), received("a", 1)); err == nil {
		t.Error("a lead is held in a folder that is a file")
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	hold(t, s, received("b", 1)) // somebody emptied the state folder by hand
	if got := seen(t, s); len(got) != 1 || got[0].ID != received("b", 1).ID {
		t.Errorf("held: %+v", got)
	}
}
