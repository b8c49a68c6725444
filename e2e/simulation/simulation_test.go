package simulation_test

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"testing"

	"leadsite/e2e/simulation"
)

var (
	seeds = flag.Int("seeds", 100, "how many histories to live through")
	first = flag.Uint64("first", 1, "the first seed")
	story = flag.Bool("story", false, "print what happens")
)

// TestHistories lives through many histories, on all cores. One that breaks a promise names its seed.
func TestHistories(t *testing.T) {
	shards := runtime.GOMAXPROCS(0)
	for shard := range shards {
		t.Run(fmt.Sprint(shard), func(t *testing.T) {
			t.Parallel()
			live(t, shard, shards)
		})
	}
}

// live takes every so-manieth seed.
func live(t *testing.T, shard, shards int) {
	var sum simulation.Outcome
	for n := shard; n < *seeds; n += shards {
		seed := *first + uint64(n)
		sum.Add(simulation.Run(t, seed, writer()))
		if t.Failed() {
			t.Fatalf("replay it: go test ./e2e/simulation -run Histories -first %d -seeds 1 -story", seed)
		}
	}
	t.Logf("%d calls: %d leads answered with success, %d mails, %d of them again, %d digests", sum.Calls, sum.Leads, sum.Mails, sum.Twice, sum.Digests)
	if *seeds >= 20*shards && (sum.Leads == 0 || sum.Mails == 0 || sum.Twice == 0 || sum.Digests == 0) {
		t.Error("nothing worth telling happened")
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
