// Package browser drives Chromium for the tests: it opens pages, fills forms, takes pictures, collects
// what the console complains of, and asks axe-core about accessibility. e2e/setup installs both.
//
// Every method fails the test when it cannot do what it says, so a test reads as the list of things a
// visitor does. What has no method here can be done with Do and the actions of chromedp.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// patience is how long one step may take before it counts as stuck. It is long because nothing is
// measured by it: a busy machine must not fail a test.
const patience = time.Minute

// Browser is one Chromium with a profile of its own and one tab, ended with the test. It must not be
// used from several goroutines at once.
type Browser struct {
	t       testing.TB
	ctx     context.Context // of the tab
	script  bool            // pages may run JavaScript
	console *console
}

// Option changes how New sets up the browser.
type Option func(*Browser)

// WithoutScript makes a browser in which no page runs JavaScript, as some visitors have it.
func WithoutScript() Option { return func(b *Browser) { b.script = false } }

// New starts Chromium with an empty profile and a window of 1280x800. It resolves no host name but
// reaches 127.0.0.1, so a page that needs something from elsewhere is noticed.
func New(t testing.TB, options ...Option) *Browser {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, script: true}
	for _, option := range options {
		option(b)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), flags(path)...)
	t.Cleanup(stop) // waits for the process, and removes the profile
	tab, closeTab := chromedp.NewContext(allocator)
	t.Cleanup(closeTab)
	t.Cleanup(func() { quit(t, tab) })
	b.ctx = tab
	// The first action starts the browser, and its context is the browser's life: so no time limit.
	if err := chromedp.Do(tab, b.scriptExecution(b.script)); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	b.console = watch(tab)
	b.Viewport(1280, 800)
	return b
}

// quit lets Chromium tidy up before it goes; killed, it would leave its sockets in the temporary folder.
func quit(t testing.TB, tab context.Context) {
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	if err := chromedp.Cancel(ctx); err != nil {
		t.Logf("closing the browser: %v", err)
	}
}

// find returns the browser's program; e2e/setup looks for the same names.
func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("finding chromium on PATH: not there; run e2e/setup or make test")
}

func flags(path string) []chromedp.ExecAllocatorOption {
	return append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path),
		// The sandbox needs rights that a container or root does not have. The pages are our own.
		chromedp.Flag("no-sandbox", true),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Pictures and contrasts are not to depend on how far a transition has got.
		chromedp.Flag("force-prefers-reduced-motion", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
	)
}

// Do runs chromedp actions in order.
func (b *Browser) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	run(b, "running steps in the browser", chromedp.Steps(steps...))
}

// Open goes to a page and returns the HTTP status it came with.
func (b *Browser) Open(url string) (status int) {
	b.t.Helper()
	return b.Follow(chromedp.Navigate(url))
}

// Follow runs steps of which the last leads to another page, such as a press on "send", waits for that
// page, and returns the HTTP status it came with.
func (b *Browser) Follow(steps ...chromedp.Action[chromedp.Void]) (status int) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	response, err := chromedp.RunResponse(ctx, steps...)
	if err != nil {
		b.t.Fatalf("going to a page: %v", err)
	}
	return int(response.Status)
}

// URL returns the address of the page that is shown.
func (b *Browser) URL() string {
	b.t.Helper()
	return run(b, "reading the address", chromedp.Location())
}

// Title returns the title of the page that is shown.
func (b *Browser) Title() string {
	b.t.Helper()
	return run(b, "reading the title", chromedp.Title())
}

// Viewport sets the size of the window's inside, in CSS pixels. Below 600 wide it becomes a phone: it
// can be touched, and obeys the page's viewport declaration.
func (b *Browser) Viewport(width, height int) {
	b.t.Helper()
	var options []chromedp.EmulateViewportOption
	if width < 600 {
		options = append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	run(b, "setting the window's size", chromedp.EmulateViewport(int64(width), int64(height), options...))
}

// Screenshot writes a PNG of the whole page, as wide as the window, to path. Missing folders are made.
func (b *Browser) Screenshot(path string) {
	b.t.Helper()
	const quality = 100 // 100 means PNG
	picture := run(b, "taking a picture", chromedp.FullScreenshot(quality))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatalf("saving a picture: %v", err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		b.t.Fatalf("saving a picture: %v", err)
	}
}

// scriptExecution decides whether pages opened from now on run JavaScript.
func (b *Browser) scriptExecution(on bool) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		if err != nil {
			return fmt.Errorf("switching JavaScript: %w", err)
		}
		return nil
	})
}

// evaluate runs a script whose value is of no use to us.
func evaluate(script string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](script)
}

// run runs one action within patience, and fails the test when it does not succeed.
func run[T any](b *Browser, what string, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
	return value
}
