package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"leadsite/e2e"
	"leadsite/e2e/corpus"
)

// hugoVersion is what the goals were set against.
const hugoVersion = "v0.165.0"

// course is one corpus as two sites, and the programs that build them.
type course struct {
	dir            string
	leadsite, hugo string // programs; hugo may be ""
	posts          int
	edits          int
}

// newCourse lays a corpus out in a new folder, in memory where the machine has a folder for that, so that no disk is
// measured. Remove must be called.
func newCourse(leadsite, hugo string, posts int) (*course, error) {
	parent := ""
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "leadsite-race-")
	if err != nil {
		return nil, err
	}
	c := &course{dir: dir, leadsite: leadsite, hugo: hugo, posts: posts}
	if err := c.layOut(); err != nil {
		c.remove()
		return nil, fmt.Errorf("laying out %d posts: %w", posts, err)
	}
	return c, nil
}

func (c *course) remove() error { return os.RemoveAll(c.dir) }

func (c *course) layOut() error {
	root, err := e2e.FindRoot()
	if err != nil {
		return err
	}
	for side, from := range map[string]string{"ours": "build/testdata/bench", "theirs": "e2e/race/hugo"} {
		if err := os.CopyFS(filepath.Join(c.dir, side), os.DirFS(filepath.Join(root, filepath.FromSlash(from)))); err != nil {
			return err
		}
		if err := corpus.Write(filepath.Join(c.dir, side, "content", "posts"), c.posts); err != nil {
			return err
		}
	}
	return nil
}

// public is where a side's finished site is: "ours" or "theirs".
func (c *course) public(side string) string { return filepath.Join(c.dir, side, "public") }

// clean removes what builds have left.
func (c *course) clean() error {
	for _, left := range []string{"public", "dist", ".leadsite", "resources", ".hugo_build.lock"} {
		for _, side := range []string{"ours", "theirs"} {
			if err := os.RemoveAll(filepath.Join(c.dir, side, left)); err != nil {
				return err
			}
		}
	}
	return nil
}

// edit changes the text of one post on both sides.
func (c *course) edit() error {
	c.edits++
	for _, side := range []string{"ours", "theirs"} {
		file := filepath.Join(c.dir, side, "content", "posts", corpus.Name(c.posts/2))
		f, err := os.OpenFile(file, os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(f, "Edit %d.\n", c.edits)
		if err := f.Close(); err != nil {
			return err
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// runOurs builds with leadsite, runTheirs with Hugo.
func (c *course) runOurs(ctx context.Context) (cost, error) {
	return measure(ctx, c.leadsite, "build", "--source", filepath.Join(c.dir, "ours"))
}

func (c *course) runTheirs(ctx context.Context) (cost, error) {
	return measure(ctx, c.hugo, "--quiet", "--minify", "--source", filepath.Join(c.dir, "theirs"))
}

// compare says in which pages the two finished sites differ. It compares the paths of all pages, and the outlines of
// at most some of them, spread evenly.
func (c *course) compare(most int) (pages int, faults []string, err error) {
	ours, err := site(c.public("ours"))
	if err != nil {
		return 0, nil, err
	}
	theirs, err := site(c.public("theirs"))
	if err != nil {
		return 0, nil, err
	}
	if !slices.Equal(ours, theirs) {
		return len(ours), []string{fmt.Sprintf("other pages: %d and %d", len(ours), len(theirs))}, nil
	}
	step := max(1, len(ours)/most)
	for i := 0; i < len(ours); i += step {
		one, err := read(c.public("ours"), ours[i])
		if err != nil {
			return 0, nil, err
		}
		other, err := read(c.public("theirs"), ours[i])
		if err != nil {
			return 0, nil, err
		}
		if one != other {
			faults = append(faults, "other text: "+ours[i])
		}
	}
	return len(ours), faults, nil
}
