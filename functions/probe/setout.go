package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"leadsite/functions/lead"
)

// Visitor sends probes as a visitor's browser sends a form: to the site, from outside.
type Visitor struct {
	Client  *http.Client // nil: one of its own
	BaseURL string       // of the site; ends in a slash
	Keys    lead.Keys    // sign the probe
	Now     func() time.Time
	Random  io.Reader
	Pause   time.Duration // between two tries; 0: five seconds
}

const (
	tries      = 3
	usualPause = 5 * time.Second
	tryTimeout = 10 * time.Second
	mostRead   = 4096 // bytes of an answer
)

// SetOut sends one probe, trying again when the site does not take it. It returns the probe, also beside an error.
func (v *Visitor) SetOut(ctx context.Context) (lead.Probe, error) {
	p, token, err := v.Keys.NewProbe(v.Now(), v.Random)
	if err != nil {
		return p, err
	}
	for n := 1; ; n++ {
		err = v.post(ctx, p, token)
		if err == nil || n == tries || ctx.Err() != nil {
			return p, err
		}
		select {
		case <-ctx.Done():
			return p, err
		case <-time.After(v.pause()):
		}
	}
}

func (v *Visitor) pause() time.Duration {
	if v.Pause > 0 {
		return v.Pause
	}
	return usualPause
}

// post sends the probe once. Only the answer that names it counts: others may answer 200, too.
func (v *Visitor) post(ctx context.Context, p lead.Probe, token string) error {
	ctx, cancel := context.WithTimeout(ctx, tryTimeout)
	defer cancel()
	address := strings.TrimSuffix(v.BaseURL, "/") + lead.ProbePath
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(url.Values{"token": {token}}.Encode()))
	if err != nil {
		return fmt.Errorf("sending a synthetic lead: %w", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	answer, err := v.client().Do(r)
	if err != nil {
		return fmt.Errorf("sending a synthetic lead: %w", err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("sending a synthetic lead: %s answers %d", address, answer.StatusCode)
	}
	var taken struct{ ID string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, mostRead)).Decode(&taken); err != nil || taken.ID != p.ID {
		return fmt.Errorf("sending a synthetic lead: %w, at %s", errElse, address)
	}
	return nil
}

var errElse = errors.New("something else answers")

// client follows no redirect: a form that is sent elsewhere is not sent here.
func (v *Visitor) client() *http.Client {
	c := http.Client{}
	if v.Client != nil {
		c = *v.Client
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &c
}

// SetOut sends the probe of the day. One that the site does not take is lost at once: that is noted, and an alarm.
func (w *Watch) SetOut(ctx context.Context, v *Visitor) error {
	p, err := v.SetOut(ctx)
	if err == nil {
		w.Log.Info("a synthetic lead has set out", "probe", p.ID)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	p.State, p.Error, p.UpdatedAt = lead.Failed, err.Error(), w.Now()
	w.alarm(p)
	if created, err := w.Probes.PutProbe(ctx, p); err != nil || created {
		return err
	}
	_, err = w.Probes.SettleProbe(ctx, p) // its answer was lost
	return err
}
