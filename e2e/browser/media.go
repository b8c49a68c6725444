package browser

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Dark makes pages believe that their reader likes dark colours, or light ones again.
func (b *Browser) Dark(on bool) {
	b.t.Helper()
	scheme := "light"
	if on {
		scheme = "dark"
	}
	b.Do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		if err != nil {
			return fmt.Errorf("choosing %s colours: %w", scheme, err)
		}
		return nil
	}))
}

// SubmitByKey presses the key Enter where the focus is, waits for the page it leads to, and returns its HTTP status.
func (b *Browser) SubmitByKey() (status int) {
	b.t.Helper()
	return b.Follow(chromedp.KeyEvent(kb.Enter))
}
