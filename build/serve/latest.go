package serve

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"
	"sync"
	"time"
)

// latest is the outcome of the newest build, what it changed for whom, and whoever waits for the next one.
type latest struct {
	site *os.Root

	mu      sync.Mutex
	outcome Outcome
	next    chan struct{}  // closed by the next outcome
	started int64          // of this process: a page of an earlier one reloads
	edition int            // of the site: grows with every build that changed it
	pages   map[string]int // edition in which an HTML file changed last, its stylesheets' addresses aside
	styles  int            // edition in which a stylesheet changed last
	loaded  int            // edition in which something else that pages load changed last: a picture, a font
}

// begin forgets everything.
func (l *latest) begin(site *os.Root, now time.Time) {
	l.site, l.started, l.pages = site, now.UnixNano(), map[string]int{}
}

// set takes a new outcome, and wakes whoever waits.
func (l *latest) set(o Outcome) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(o.Problems) > 0 && o.CSP == "" {
		o.CSP, o.Redirect = l.outcome.CSP, l.outcome.Redirect
	}
	l.outcome = o
	if len(o.Changed) > 0 {
		l.edition++
	}
	for _, name := range o.Changed {
		switch path.Ext(name) {
		case ".html":
			l.pages[name] = l.edition
		case ".css":
			l.styles = l.edition
		case ".xml", ".txt", ".json", ".webmanifest", ".br", ".gz", ".map":
			// no page shows these
		default:
			l.loaded = l.edition
		}
	}
	if l.next != nil {
		close(l.next)
		l.next = nil
	}
}

// stylesheet finds a link to a stylesheet, as the finished page has it.
var stylesheet = regexp.MustCompile(`<link[^>]+rel="?stylesheet[^>]*>`)

// Alike says whether two versions of a page look the same to a browser that takes care of stylesheets by itself.
func Alike(old, new []byte) bool {
	return bytes.Equal(stylesheet.ReplaceAll(old, nil), stylesheet.ReplaceAll(new, nil))
}

// state is one message to a page in the browser.
type state struct {
	Page     string    `json:"page"`   // changes when the page must be loaded again
	Styles   string    `json:"styles"` // changes when only its stylesheets must
	Problems []Problem `json:"problems"`
}

// stateOf is the newest state as a page of the site sees it, and a channel that the next one closes.
func (l *latest) stateOf(urlPath string) (state, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.next == nil {
		l.next = make(chan struct{})
	}
	name := strings.TrimPrefix(path.Clean("/"+urlPath), "/")
	if path.Ext(name) != ".html" {
		name = path.Join(name, "index.html")
	}
	own := l.pages[name]
	if _, err := l.site.Stat(name); err != nil {
		own = max(own, l.pages["404.html"])
	}
	return state{
		Page:     fmt.Sprintf("%d-%d", l.started, max(own, l.loaded)),
		Styles:   fmt.Sprintf("%d-%d", l.started, l.styles),
		Problems: l.outcome.Problems,
	}, l.next
}

// csp is the policy of the newest site.
func (l *latest) csp() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outcome.CSP
}

// redirect is where the newest site leads from a path; not ok: nowhere.
func (l *latest) redirect(path string) (to string, status int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.outcome.Redirect == nil {
		return "", 0, false
	}
	return l.outcome.Redirect(path)
}
