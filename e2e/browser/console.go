package browser

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// marker begins the console message with which ConsoleErrors finds out that it has seen all before it.
const marker = "leadsite e2e has read up to here: "

// console collects what the tab's console says.
type console struct {
	mu     sync.Mutex
	errors []string
	seen   chan string // the markers, in order
	ended  chan struct{}
}

// watch begins to listen at once, and goes on until the tab is closed.
func watch(tab context.Context) *console {
	c := &console{seen: make(chan string, 1), ended: make(chan struct{})}
	messages := chromedp.Console(tab)
	go func() {
		defer close(c.ended)
		for message, err := range messages {
			if err != nil {
				return // the tab is closed
			}
			c.take(message)
		}
	}()
	return c
}

func (c *console) take(message chromedp.ConsoleMessage) {
	if token, isMarker := strings.CutPrefix(message.Text, marker); isMarker {
		c.seen <- token
		return
	}
	switch message.Type {
	case chromedp.ConsoleError, chromedp.ConsoleException, "assert":
		c.mu.Lock()
		defer c.mu.Unlock()
		// The protocol counts lines from 0, people from 1.
		c.errors = append(c.errors, fmt.Sprintf("%s (%s:%d)", message, message.URL, message.Line+1))
	}
}

// ConsoleErrors returns what the console has complained of since the last call: errors that scripts
// threw or logged, and the browser's own, such as something that could not be loaded, a breach of the
// content security policy, or a page with status 422. Each is "TYPE: TEXT (URL:LINE)".
func (b *Browser) ConsoleErrors() []string {
	b.t.Helper()
	// Messages arrive in order, but later than the step that caused them has ended. So this says
	// something itself, and waits until that has come back.
	token := rand.Text()
	run(b, "reading the console", evaluate(fmt.Sprintf("console.debug(%q)", marker+token)))
	for got := ""; got != token; {
		select {
		case got = <-b.console.seen:
		case <-b.console.ended:
			b.t.Fatal("reading the console: the tab is closed")
		}
	}
	b.console.mu.Lock()
	defer b.console.mu.Unlock()
	errors := b.console.errors
	b.console.errors = nil
	return errors
}
