package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// stored lists the leads of the state folder by the program's own command, and how often each is there.
func stored(ctx context.Context, o options) (map[string]int, error) {
	cmd := exec.CommandContext(ctx, o.program, "leads", "list", "--state", o.state, "--status", "any", "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var list struct{ Leads []struct{ ID string } }
	if err := json.NewDecoder(out).Decode(&list); err != nil {
		return nil, fmt.Errorf("listing leads: %w", errors.Join(err, cmd.Wait()))
	}
	found := map[string]int{}
	for _, l := range list.Leads {
		found[l.ID]++
	}
	return found, cmd.Wait()
}

// postbox reads the mails of the outbox, each once.
type postbox struct {
	dir  string
	read map[string]bool
	told map[string]int // mails by lead; a digest counts for each lead that it lists
}

func newPostbox(o options) *postbox {
	return &postbox{dir: filepath.Join(o.state, "outbox"), read: map[string]bool{}, told: map[string]int{}}
}

// look reads what is new.
func (p *postbox) look() error {
	entries, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if p.read[e.Name()] || !strings.HasSuffix(e.Name(), ".eml") {
			continue
		}
		p.read[e.Name()] = true
		if err := p.open(filepath.Join(p.dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// open reads which lead a mail is about: its References name the lead's thread.
func (p *postbox) open(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() && lines.Text() != "" {
		if rest, is := strings.CutPrefix(lines.Text(), "References: <lead-"); is {
			id, _, _ := strings.Cut(rest, "@")
			p.told[id]++
		}
	}
	return lines.Err()
}

// await looks until every lead was told of, or nothing new came for a minute. It returns how many were not.
func (p *postbox) await(ctx context.Context, leads map[string]int) (missing int, err error) {
	for quiet := time.Now(); ; {
		before := len(p.read)
		if err := p.look(); err != nil {
			return 0, err
		}
		missing = 0
		for id := range leads {
			if p.told[id] == 0 {
				missing++
			}
		}
		if len(p.read) > before {
			quiet = time.Now()
		}
		if missing == 0 || time.Since(quiet) > time.Minute || ctx.Err() != nil {
			return missing, ctx.Err()
		}
		time.Sleep(time.Second)
	}
}
