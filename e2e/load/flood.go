package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// What the flood is held against: the limits that a site has by itself. Only the windows are short here.
const (
	flooding     = 200
	perAddress   = 60
	perRecipient = 20
	shortWindow  = 15 * time.Second
)

// flood sends more than any limit allows from one address, and compares: so many are taken, each of them is told in a
// mail of its own or in a digest, and the others hear 429.
func flood(ctx context.Context, o options) error {
	o.source = filepath.Join(filepath.Dir(o.state), "site")
	if err := newSite(ctx, o); err != nil {
		return err
	}
	s, err := serve(ctx, o, "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer s.kill()
	time.Sleep(time.Until(time.Now().Truncate(shortWindow).Add(shortWindow))) // a whole window lies ahead
	start := time.Now()
	v := newVisitors(o.clients)
	v.aim(s.url)
	v.send(ctx, o.clients, flooding)
	if took := time.Since(start); took > shortWindow {
		return fmt.Errorf("sending took %v, longer than the window of the limits: try again on a machine with less to do", took)
	}
	fmt.Printf("flood: %d sent, %d taken, others %v\n", flooding, v.count(), v.others)
	leads, err := stored(ctx, o)
	if err != nil {
		return err
	}
	alone, listed, err := awaitTold(ctx, o, leads)
	if err != nil {
		return err
	}
	fmt.Printf("flood: %d leads stored; %d told in a mail of their own, %d in a digest\n", len(leads), alone, listed)
	if v.count() != perAddress || v.others[http.StatusTooManyRequests] != flooding-perAddress || len(leads) != perAddress {
		return fmt.Errorf("%d should be taken and stored, and the others answered with 429", perAddress)
	}
	if alone+listed != perAddress || alone < perRecipient {
		return errors.New("not every lead was told, or the first not in mails of their own")
	}
	return nil
}

// newSite makes a site whose limits have a short window.
func newSite(ctx context.Context, o options) error {
	if out, err := exec.CommandContext(ctx, o.program, "init", o.source).CombinedOutput(); err != nil {
		return fmt.Errorf("making a site: %w\n%s", err, out)
	}
	settings, err := os.OpenFile(filepath.Join(o.source, "content", "site.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer settings.Close()
	_, err = fmt.Fprintf(settings, "\nlimits: {window: %v}\n", shortWindow)
	return err
}

// awaitTold waits until every lead was told, for some windows, and counts how.
func awaitTold(ctx context.Context, o options, leads map[string]int) (alone, listed int, err error) {
	for end := time.Now().Add(10 * shortWindow); ; {
		alone, listed = 0, 0
		for id := range leads {
			own, digest, err := told(ctx, o, id)
			if err != nil {
				return 0, 0, err
			}
			switch {
			case own:
				alone++
			case digest:
				listed++
			}
		}
		if alone+listed == len(leads) || time.Now().After(end) || ctx.Err() != nil {
			return alone, listed, ctx.Err()
		}
		time.Sleep(time.Second)
	}
}

// told says how a lead's own record has it that sales was told.
func told(ctx context.Context, o options, id string) (own, digest bool, err error) {
	out, err := exec.CommandContext(ctx, o.program, "leads", "show", id, "--state", o.state, "--json").Output()
	if err != nil {
		return false, false, fmt.Errorf("showing lead %s: %w", id, err)
	}
	var l struct {
		Events []struct{ Kind, State, Note string }
	}
	if err := json.Unmarshal(out, &l); err != nil {
		return false, false, fmt.Errorf("showing lead %s: %w", id, err)
	}
	for _, e := range l.Events {
		delivered := e.Kind == "mail" && slices.Contains([]string{"accepted", "delivered"}, e.State)
		own = own || delivered && e.Note == ""
		digest = digest || delivered && e.Note != ""
	}
	return own, digest, nil
}
