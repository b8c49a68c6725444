package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// bench sends for a while, with the notifier at work, and says how fast that was, and how fast the disk is.
func bench(ctx context.Context, o options) error {
	syncs, err := diskRate(o)
	if err != nil {
		return err
	}
	s, err := serve(ctx, o, "127.0.0.1:0", "--limits", "off")
	if err != nil {
		return err
	}
	defer s.kill()
	v := newVisitors(o.clients)
	v.aim(s.url)
	warm, cancel := context.WithTimeout(ctx, 2*time.Second)
	v.send(warm, o.clients, 0)
	cancel()
	v.took, v.others = nil, map[int]int{}

	timed, cancel := context.WithTimeout(ctx, o.lasts)
	defer cancel()
	start := time.Now()
	v.send(timed, o.clients, 0)
	seconds := time.Since(start).Seconds()
	delete(v.others, 0) // what was under way when the time was up

	box := newPostbox(o)
	if err := box.look(); err != nil {
		return err
	}
	fmt.Printf("bench-leads: %d clients, %.0f s: %.0f accepted a second; median %v, p99 %v, others %v\n", o.clients, seconds,
		float64(v.count())/seconds, v.percentile(50).Round(100*time.Microsecond), v.percentile(99).Round(100*time.Microsecond), v.others)
	fmt.Printf("bench-leads: %d mails sent meanwhile; the disk syncs %.0f small writes a second, one after the other\n", len(box.read), syncs)
	if len(v.others) > 0 {
		return errors.New("not every submission was accepted")
	}
	return nil
}

// diskRate is how many small writes the disk of the state folder can sync in a second, one after the other.
func diskRate(o options) (float64, error) {
	f, err := os.Create(filepath.Join(filepath.Dir(o.state), "disk"))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	page := make([]byte, 4096)
	start, n := time.Now(), 0
	for ; time.Since(start) < 2*time.Second; n++ {
		if _, err := f.Write(page); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
	}
	return float64(n) / time.Since(start).Seconds(), nil
}
