package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"leadsite/functions/lead"
)

// victimEnv makes this test binary a process that puts leads into the file it names until it is killed.
const victimEnv = "LEADSITE_TEST_VICTIM"

// Three times, a process that puts leads is killed in the middle of it, while this process reads and writes the same
// file. Every lead that was acknowledged, there or here, is there afterwards, whole.
func TestKillLosesNothing(t *testing.T) {
	if path := os.Getenv(victimEnv); path != "" {
		putForEver(t, path)
	}
	path := filepath.Join(t.TempDir(), "leads.db")
	var acknowledged []string
	for round := range 3 {
		acknowledged = append(acknowledged, killDuringPuts(t, path, fmt.Sprint("round", round))...)
	}
	s := openAt(t, path, time.Now)
	defer s.Close()
	for _, id := range acknowledged {
		if l, err := s.Get(t.Context(), id); err != nil || len(l.Events) != 2 || l.Page != "/pricing/" {
			t.Fatalf("lead %s was acknowledged; now: %v with %d events", id, err, len(l.Events))
		}
	}
	var verdict string
	if err := s.read.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity: %s, %v", verdict, err)
	}
	t.Logf("%d acknowledged leads are there", len(acknowledged))
}

// putForEver puts leads from four goroutines and prints each id once the store has acknowledged it. It does not return.
func putForEver(t *testing.T, path string) {
	s := openAt(t, path, time.Now)
	for i := range 4 {
		go func() {
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), i, n)
				if err := putWithNote(t.Context(), s, id); err != nil {
					fmt.Println("error", err)
					return
				}
				fmt.Println("lead", id)
			}
		}()
	}
	select {}
}

// putWithNote puts a lead and gives it an event.
func putWithNote(ctx context.Context, s *Store, id string) error {
	l := sample(id)
	if _, _, err := s.Put(ctx, l); err != nil {
		return err
	}
	return s.Append(ctx, id, lead.Event{At: l.CreatedAt, Kind: "note"})
}

// killDuringPuts runs a victim until it has put 300 leads, puts leads beside it, and kills it. It returns the ids of
// all that were acknowledged.
func killDuringPuts(t *testing.T, path, name string) []string {
	victim := exec.Command(os.Args[0], "-test.run=^TestKillLosesNothing$")
	victim.Env = append(os.Environ(), victimEnv+"="+path)
	stdout, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatalf("the victim says nothing: %v", lines.Err())
	}
	var own []string
	var wg sync.WaitGroup
	wg.Go(func() { own = putBeside(t, path, name) })
	theirs := acknowledgements(lines, 300)
	if err := victim.Process.Kill(); err != nil {
		t.Error(err)
	}
	theirs = append(theirs, acknowledgements(lines, 1<<30)...) // what it said before it died
	if _, err := io.Copy(io.Discard, stdout); err != nil {
		t.Log(err)
	}
	victim.Wait() // it was killed: that is its error
	wg.Wait()
	if len(theirs) < 300 {
		t.Errorf("the victim put %d leads", len(theirs))
	}
	return append(theirs, own...)
}

// acknowledgements reads at most n ids that the victim printed.
func acknowledgements(lines *bufio.Scanner, n int) []string {
	var ids []string
	for len(ids) < n && lines.Scan() {
		if id, found := strings.CutPrefix(lines.Text(), "lead "); found {
			ids = append(ids, id)
		}
	}
	return ids
}

// putBeside puts 50 leads while another process writes, and lists meanwhile. It returns the ids.
func putBeside(t *testing.T, path, name string) []string {
	s, err := Open(t.Context(), path, time.Now)
	if err != nil {
		t.Error(err)
		return nil
	}
	defer s.Close()
	var ids []string
	for n := range 50 {
		id := fmt.Sprintf("%s-%d", name, n)
		if err := putWithNote(t.Context(), s, id); err != nil {
			t.Error(err)
			return ids
		}
		ids = append(ids, id)
		if page, err := s.List(t.Context(), lead.Query{Limit: 5}); err != nil || len(page.Leads) == 0 {
			t.Errorf("List beside a writer: %d leads, %v", len(page.Leads), err)
		}
	}
	return ids
}
