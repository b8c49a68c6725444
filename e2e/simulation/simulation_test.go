package simulation_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"testing"

	"leadsite/e2e/simulation"
)

var (
	seeds = flag.Int("seeds", 100, "how many histories to live through")
	first = flag.Uint64("first", 1, "the first seed")
	story = flag.Bool("story", false, "print what happens")
)

// TestHistories lives through many histories. One that breaks a promise names its seed.
func TestHistories(t *testing.T) {
	var sum simulation.Outcome
	for n := range *seeds {
		seed := *first + uint64(n)
		ok := t.Run(fmt.Sprint(seed), func(t *testing.T) {
			out := simulation.Run(t, seed, writer())
			sum.Leads += out.Leads
			sum.Mails += out.Mails
			sum.Twice += out.Twice
			sum.Calls += out.Calls
		})
		if !ok {
			t.Fatalf("replay it: go test ./e2e/simulation -run Histories -first %d -seeds 1 -story", seed)
		}
	}
	t.Logf("%d histories with %d calls: %d leads answered with success, %d mails, %d of them again", *seeds, sum.Calls, sum.Leads, sum.Mails, sum.Twice)
	if sum.Leads == 0 || sum.Mails == 0 {
		t.Error("nothing happened")
	}
}

func writer() io.Writer {
	if *story {
		return os.Stdout
	}
	return io.Discard
}

// TestASeedIsOneHistory replays some.
func TestASeedIsOneHistory(t *testing.T) {
	for seed := range uint64(10) {
		if a, b := simulation.Run(t, seed, io.Discard), simulation.Run(t, seed, io.Discard); a != b {
			t.Errorf("seed %d once gave %+v, and then %+v", seed, a, b)
		}
	}
}
