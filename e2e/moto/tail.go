package moto

import (
	"bytes"
	"strings"
	"sync"
)

// tail keeps the last lines of what is written to it. Safe for concurrent use.
type tail struct {
	keep int // complete lines

	mu      sync.Mutex
	lines   []string
	partial []byte
}

// Write takes p apart into lines. It never fails.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.partial = append(t.partial, p...)
	for {
		line, rest, found := bytes.Cut(t.partial, []byte("\n"))
		if !found {
			return len(p), nil
		}
		t.lines = append(t.lines, string(line))
		t.lines = t.lines[max(0, len(t.lines)-t.keep):]
		t.partial = rest
	}
}

// String returns the kept lines, and the one not ended yet.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(append(t.lines[:len(t.lines):len(t.lines)], string(t.partial)), "\n")
}
