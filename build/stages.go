package build

import (
	"context"
	"runtime/trace"
	"sync/atomic"
	"time"
)

// Stage is a part of a build, and what it took.
type Stage struct {
	Name   string
	Took   time.Duration // of stages that are Shared, summed over all cores
	Shared bool          // pages go through it one by one, on all cores at once
	Files  int
	Bytes  int64 // that came out of it; 0: they were not counted
}

// stages measures a build. Whoever traces the program sees the same parts by name.
type stages struct {
	since  time.Time
	passed []Stage

	render, check, minify, write station
}

// station is a stage that pages go through one by one.
type station struct {
	nanos, files, bytes atomic.Int64
}

// begin starts the clock.
func begin() *stages { return &stages{since: time.Now()} }

// lap notes a stage that has ended, and what it gave.
func (s *stages) lap(name string, files int) {
	now := time.Now()
	s.passed = append(s.passed, Stage{Name: name, Took: now.Sub(s.since), Files: files})
	s.since = now
}

// pages notes the stages that pages went through between two laps, and their time as a whole.
func (s *stages) pages(files int) {
	s.lap("pages", files)
	for _, each := range []struct {
		name string
		at   *station
	}{{"render", &s.render}, {"check", &s.check}, {"minify", &s.minify}, {"write", &s.write}} {
		s.passed = append(s.passed, Stage{Name: each.name, Shared: true, Took: time.Duration(each.at.nanos.Load()),
			Files: int(each.at.files.Load()), Bytes: each.at.bytes.Load()})
	}
}

// enter begins with a page; what it gives back is to be called with the bytes that came out.
func (s *station) enter(name string) (leave func(bytes int)) {
	region := trace.StartRegion(context.Background(), name)
	start := time.Now()
	return func(bytes int) {
		region.End()
		s.nanos.Add(int64(time.Since(start)))
		s.files.Add(1)
		s.bytes.Add(int64(bytes))
	}
}
