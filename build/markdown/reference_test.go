package markdown_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"golang.org/x/net/html"

	"leadsite/build/markdown"
)

// commonMark is how many of CommonMark 0.31's 652 examples come out as there. It may only rise: raise it with what
// mends more.
const commonMark = 609

// TestCommonMark counts the examples, which goldmark's module carries.
func TestCommonMark(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/yuin/goldmark").Output()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "_test", "spec.json"))
	if err != nil {
		t.Fatal(err)
	}
	var examples []struct {
		Markdown, HTML, Section string
		Example                 int
	}
	if err := json.Unmarshal(data, &examples); err != nil || len(examples) < 600 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	same := 0
	for _, e := range examples {
		if slices.Equal(outline(t, ours(t, e.Markdown)), outline(t, e.HTML)) {
			same++
		}
	}
	t.Logf("%d of %d examples", same, len(examples))
	if same < commonMark {
		t.Errorf("%d of %d examples come out as CommonMark has them, before it was %d", same, len(examples), commonMark)
	}
}

var shortcodes = regexp.MustCompile(`(?s)\{\{[<%].*?[>%]\}\}`)

// TestPagesLikeGoldmark converts the example site's pages, and documents as people write them, with goldmark's
// GitHub-flavoured Markdown too: the structure must be the same.
func TestPagesLikeGoldmark(t *testing.T) {
	reference := goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(goldhtml.WithUnsafe()))
	var files []string
	for _, pattern := range []string{"../../content/*.md", "../../content/*/*.md", "testdata/documents/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 20 {
		t.Fatalf("only %d documents", len(files))
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		body := string(data)
		if strings.HasPrefix(body, "---\n") {
			_, body, _ = strings.Cut(body[4:], "\n---\n")
		}
		body = shortcodes.ReplaceAllString(body, "")
		var want bytes.Buffer
		if err := reference.Convert([]byte(body), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outline(t, want.String()), outline(t, ours(t, body))); diff != "" {
			t.Errorf("%s: goldmark (-), ours (+)\n%s", file, diff)
		}
	}
}

func ours(t *testing.T, source string) string {
	t.Helper()
	doc, err := markdown.New(markdown.Options{RawHTML: true}).Page(markdown.Hooks{}).Convert([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	return doc.HTML
}

// kept are the attributes that are meaning; ids, classes and how columns are aligned are a matter of taste.
var kept = []string{"href", "src", "alt", "title", "start", "type", "checked"}

// outline is a page as a list of tags and texts. White space outside code, highlighting, footnotes' furniture and the
// order of attributes do not count.
func outline(t *testing.T, page string) []string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(n *html.Node, code bool)
	walk = func(n *html.Node, code bool) {
		switch {
		case n.Type == html.TextNode:
			text := n.Data
			if !code {
				text = strings.Join(strings.Fields(text), " ")
			}
			if last := len(out) - 1; last >= 0 && strings.HasPrefix(out[last], "text ") && text != "" {
				out[last] += text
			} else if text != "" {
				out = append(out, "text "+text)
			}
			return
		case n.Type == html.ElementNode && furniture(n):
			return
		case n.Type == html.ElementNode && !(n.Data == "span" && code):
			out = append(out, open(n))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, code || n.Data == "pre")
		}
		if n.Type == html.ElementNode && !(n.Data == "span" && code) {
			out = append(out, "/"+n.Data)
		}
	}
	walk(root, false)
	return out
}

// furniture is what stands around footnotes, which everyone makes in their own way.
func furniture(n *html.Node) bool {
	for _, a := range n.Attr {
		if (a.Key == "class" || a.Key == "role" || a.Key == "id") && (strings.Contains(a.Val, "footnote") || strings.HasPrefix(a.Val, "fn")) {
			return true
		}
	}
	return false
}

func open(n *html.Node) string {
	var attrs []string
	for _, a := range n.Attr {
		if slices.Contains(kept, a.Key) {
			attrs = append(attrs, a.Key+"="+a.Val)
		}
	}
	slices.Sort(attrs)
	return strings.TrimSpace(n.Data + " " + strings.Join(attrs, " "))
}
