package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// race is what is run, and where its figures go.
type race struct {
	leadsite, hugo string // programs; hugo is "" when leadsite runs alone
	runs           int
	scenes         []string
	out            io.Writer
}

// compared is how many pages at most have their texts compared.
const compared = 2000

// over races over a blog of so many posts.
func (r *race) over(ctx context.Context, posts int) error {
	c, err := newCourse(r.leadsite, r.hugo, posts)
	if err != nil {
		return err
	}
	defer c.remove()
	fmt.Fprintf(r.out, "%d posts, the median of %d\n", posts, r.runs)
	fmt.Fprintf(r.out, "%-6s %-9s %10s %10s %10s\n", "", "", "wall s", "CPU s", "peak MB")
	for _, name := range r.scenes {
		ours, theirs, err := r.scene(ctx, c, name)
		if err != nil {
			return err
		}
		r.print(name, "leadsite", ours)
		if r.hugo != "" {
			r.print("", "hugo", theirs)
			r.printRatio(ours, theirs)
		}
	}
	return r.check(c)
}

// scene runs both programs in turn, so that a machine's bad minute strikes both.
func (r *race) scene(ctx context.Context, c *course, name string) (ours, theirs cost, err error) {
	var left, right []cost
	if name != "cold" {
		if _, err := c.runOurs(ctx); err != nil {
			return cost{}, cost{}, err
		}
	}
	for range r.runs {
		if err := c.ready(name); err != nil {
			return cost{}, cost{}, err
		}
		one, err := c.runOurs(ctx)
		left = append(left, one)
		if err == nil && r.hugo != "" {
			one, err = c.runTheirs(ctx)
			right = append(right, one)
		}
		if err != nil {
			return cost{}, cost{}, err
		}
	}
	if r.hugo == "" {
		return median(left), cost{}, nil
	}
	return median(left), median(right), nil
}

// ready does what a scene begins with.
func (c *course) ready(scene string) error {
	switch scene {
	case "cold":
		return c.clean()
	case "edit":
		return c.edit()
	case "warm":
		return nil
	}
	return fmt.Errorf("there is no scene %q: the scenes are cold, warm and edit", scene)
}

func (r *race) print(scene, program string, c cost) {
	fmt.Fprintf(r.out, "%-6s %-9s %10.3f %10.3f %10.1f\n", scene, program, c.wall.Seconds(), c.cpu.Seconds(), float64(c.peak)/1e6)
}

func (r *race) printRatio(ours, theirs cost) {
	over := func(a, b time.Duration) string { return fmt.Sprintf("1/%.1f", float64(b)/float64(a)) }
	memory := "?"
	if ours.peak > 0 {
		memory = fmt.Sprintf("1/%.1f", float64(theirs.peak)/float64(ours.peak))
	}
	fmt.Fprintf(r.out, "%-6s %-9s %10s %10s %10s\n", "", "ratio", over(ours.wall, theirs.wall), over(ours.cpu, theirs.cpu), memory)
}

// check says whether both have made the same site. A race over different courses is none.
func (r *race) check(c *course) error {
	if r.hugo == "" {
		return nil
	}
	pages, faults, err := c.compare(compared)
	if err != nil {
		return fmt.Errorf("comparing the sites: %w", err)
	}
	if len(faults) > 0 {
		return errors.New("the sites differ, so the ratios say nothing:\n" + strings.Join(faults[:min(len(faults), 10)], "\n"))
	}
	fmt.Fprintf(r.out, "%d pages each, with the same elements and the same text in the %d that were compared\n\n", pages, (pages+max(1, pages/compared)-1)/max(1, pages/compared))
	return nil
}
