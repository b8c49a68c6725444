package intake

import (
	_ "embed"
	"slices"
	"strings"

	"leadsite/functions/form"
)

//go:embed disposable.txt
var disposable string

// isDisposable says whether the address is of a service in disposable.txt, or of a domain below one.
func isDisposable(address string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	for domain != "" {
		if strings.Contains(disposable, "\n"+domain+"\n") {
			return true
		}
		_, domain, _ = strings.Cut(domain, ".")
	}
	return false
}

// scoreText looks for links and for scripts in what the visitor wrote. One link is what a person gives who has a
// website.
func (s *submission) scoreText(g *signs) {
	links, markup := 0, false
	for _, text := range s.texts() {
		links += countLinks(text)
		markup = markup || hasMarkup(text)
	}
	if links > 1 {
		g.add(min((links-1)*linkPoints, mostLinkPoints), "links in the text, %d", links)
	}
	if markup {
		g.add(markupPoints, "scripts or markup in the text")
	}
}

// texts are the visitor's words in fields of text and textarea.
func (s *submission) texts() []string {
	var texts []string
	for _, f := range s.form.Fields {
		if v, given := s.values[f.Name]; given && (f.Type == form.Text || f.Type == form.Textarea) {
			texts = append(texts, v.Text)
		}
	}
	return texts
}

// longestText is the longest value of a textarea.
func (s *submission) longestText() (longest string) {
	for _, f := range s.form.Fields {
		if v := s.values[f.Name]; f.Type == form.Textarea && len(v.Text) > len(longest) {
			longest = v.Text
		}
	}
	return longest
}

func countLinks(text string) int {
	text = strings.ToLower(text)
	return strings.Count(text, "://") + strings.Count(text, "www.") - strings.Count(text, "://www.")
}

// hasMarkup is true of what robots write to be shown on a page, and people hardly ever.
func hasMarkup(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc([]string{"<a ", "</a>", "<script", "<iframe", "<img", "<svg", "[url", "[link", "javascript:", "onerror=", "onload="},
		func(mark string) bool { return strings.Contains(text, mark) })
}
