package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// cost is what one run of a program took.
type cost struct {
	wall, cpu time.Duration // cpu: user and system
	peak      int64         // resident bytes at most; 0 where the system does not say
}

// measure runs a program to its end.
func measure(ctx context.Context, program string, args ...string) (cost, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var talk bytes.Buffer
	cmd.Stderr = &talk
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	if err != nil {
		return cost{}, fmt.Errorf("running %s %s: %w\n%s", program, strings.Join(args, " "), err, tail(talk.Bytes()))
	}
	state := cmd.ProcessState
	return cost{wall: wall, cpu: state.UserTime() + state.SystemTime(), peak: peak(state)}, nil
}

// tail is the end of what a program said.
func tail(talk []byte) []byte { return talk[max(0, len(talk)-2000):] }

// median takes each figure's median by itself.
func median(runs []cost) cost {
	return cost{
		wall: middle(runs, func(c cost) time.Duration { return c.wall }),
		cpu:  middle(runs, func(c cost) time.Duration { return c.cpu }),
		peak: middle(runs, func(c cost) int64 { return c.peak }),
	}
}

func middle[T cmp.Ordered](runs []cost, of func(cost) T) T {
	all := make([]T, len(runs))
	for i, c := range runs {
		all[i] = of(c)
	}
	slices.Sort(all)
	return all[len(all)/2]
}
