package browser

import "github.com/chromedp/chromedp"

// Evaluate returns the value of a script in the page that is shown.
func Evaluate[T any](b *Browser, script string) T {
	b.t.Helper()
	return run(b, "evaluating "+script, chromedp.Evaluate[T](script))
}
