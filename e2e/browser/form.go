package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Text returns the text of the first element that the CSS selector matches, as it is seen; it waits
// until there is one that can be seen.
func (b *Browser) Text(selector string) string {
	b.t.Helper()
	return run(b, "reading "+selector, settled(chromedp.Text(chromedp.CSS(selector), chromedp.NodeVisible)))
}

// Value returns what stands in a field: of a text field the text, of a list the chosen option's value.
func (b *Browser) Value(selector string) string {
	b.t.Helper()
	return run(b, "reading "+selector, settled(chromedp.Value(chromedp.CSS(selector), chromedp.NodeVisible)))
}

// Style returns how an element is shown: the computed value of a CSS property, as "3px".
func (b *Browser) Style(selector, property string) string {
	b.t.Helper()
	for _, style := range run(b, "reading the style of "+selector, settled(chromedp.ComputedStyle(chromedp.CSS(selector)))) {
		if style.Name == property {
			return style.Value
		}
	}
	return ""
}

// Fill types text into a text field, in place of what is there. The empty text empties it.
func (b *Browser) Fill(selector, text string) {
	b.t.Helper()
	field := chromedp.CSS(selector)
	if text == "" {
		text = kb.Backspace
	}
	run(b, "filling in "+selector, chromedp.Steps(
		chromedp.WaitVisible(field),
		// What is typed replaces what is selected, in this browser as in a visitor's hands.
		evaluate(fmt.Sprintf("{ const field = document.querySelector(%q); field.focus(); field.select() }", selector)),
		chromedp.SendKeys(field, text),
	))
}

// Select chooses the option with this value from a list, and tells the page's scripts as a visitor's
// choice would.
func (b *Browser) Select(selector, value string) {
	b.t.Helper()
	b.Do(chromedp.WaitVisible(chromedp.CSS(selector)))
	chosen := run(b, "choosing from "+selector, chromedp.Evaluate[string](fmt.Sprintf(`{
		const list = document.querySelector(%q);
		list.value = %q;
		list.dispatchEvent(new Event("input", {bubbles: true}));
		list.dispatchEvent(new Event("change", {bubbles: true}));
		list.value
	}`, selector, value)))
	if chosen != value {
		b.t.Fatalf("choosing from %s: there is no option with the value %q", selector, value)
	}
}

// Check ticks a box, or chooses one of several radio buttons, unless it is already.
func (b *Browser) Check(selector string) {
	b.t.Helper()
	checked := chromedp.JavascriptAttribute[bool](chromedp.CSS(selector), "checked", chromedp.NodeVisible)
	if run(b, "reading "+selector, checked) {
		return
	}
	b.Click(selector)
	if !run(b, "reading "+selector, checked) {
		b.t.Fatalf("ticking %s: it stays empty when it is pressed", selector)
	}
}

// Click presses the element with the mouse. For what leads to another page see Submit.
func (b *Browser) Click(selector string) {
	b.t.Helper()
	run(b, "pressing "+selector, press(selector))
}

// Submit presses the element, waits for the page it leads to, and returns its HTTP status.
func (b *Browser) Submit(selector string) (status int) {
	b.t.Helper()
	return b.Follow(press(selector))
}

func press(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible)
}

// settled tries a reading action again while it fails: the page may be replaced under it, as live
// reload does, between finding an element and asking it.
func settled[T any](action chromedp.Action[T]) chromedp.Action[T] {
	return func(ctx context.Context, tab *chromedp.Target) (T, error) {
		for {
			value, err := action(ctx, tab)
			if err == nil {
				return value, nil
			}
			select {
			case <-ctx.Done():
				return value, err
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
}
