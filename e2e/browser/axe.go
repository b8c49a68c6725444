package browser

import (
	"fmt"
	"os"
	"strings"

	"github.com/chromedp/chromedp"

	"leadsite/e2e"
)

// Violation is one accessibility rule that the page breaks.
type Violation struct {
	Rule   string `json:"id"`     // such as "image-alt"; explained at dequeuniversity.com/rules/axe
	Impact string `json:"impact"` // "minor", "moderate", "serious" or "critical"
	Help   string `json:"help"`   // the rule in a sentence
	Nodes  []Node `json:"nodes"`  // where
}

// Node is one element that breaks a rule.
type Node struct {
	HTML    string `json:"html"`           // its source
	Summary string `json:"failureSummary"` // what would help
}

// String returns the rule and every place, over several lines.
func (v Violation) String() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s (%s): %s", v.Rule, v.Impact, v.Help)
	for _, node := range v.Nodes {
		fmt.Fprintf(&text, "\n\t%s\n\t\t%s", node.HTML, strings.ReplaceAll(node.Summary, "\n", "\n\t\t"))
	}
	return text.String()
}

// Axe returns what axe-core's default rules find wrong with the page that is shown, at the window's
// present size, whatever the impact; nothing is the wanted outcome. The page may forbid or lack
// JavaScript; it is left with axe-core loaded in it.
func (b *Browser) Axe() []Violation {
	b.t.Helper()
	source, err := os.ReadFile(e2e.Tool(b.t, "node/node_modules/axe-core/axe.min.js"))
	if err != nil {
		b.t.Fatalf("reading axe-core: %v", err)
	}
	if !b.script {
		// axe-core waits for timers, which do not fire while scripts are off. The page's own scripts
		// were passed over when it was read, and stay so.
		b.Do(b.scriptExecution(true))
		defer b.Do(b.scriptExecution(false))
	}
	run(b, "loading axe-core into the page", evaluate(string(source)+"\n;0"))
	return run(b, "running axe-core", chromedp.Evaluate[[]Violation](
		`axe.run(document, {resultTypes: ["violations"]}).then(results => results.violations)`,
		chromedp.EvalAwaitPromise))
}
