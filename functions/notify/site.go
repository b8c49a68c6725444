package notify

import (
	"fmt"
	"sync"

	"leadsite/functions/bundle"
)

// site is a bundle, and what is made of it once: words, business hours, templates.
type site struct {
	*bundle.Bundle
	words words
	hours *hours

	mu     sync.Mutex
	parsed map[string]*template // by kind of mail and language
}

// current is the site as it is now: made anew when there is a new bundle, nil as long as there is none.
func (n *Notifier) current() *site {
	b := n.Bundle()
	if b == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.site == nil || n.site.Bundle != b {
		h, err := newHours(b)
		if err != nil {
			n.Log.Error("the business hours cannot all be read", "error", err)
		}
		n.site = &site{Bundle: b, words: newWords(b), hours: h, parsed: map[string]*template{}}
	}
	return n.site
}

// template returns the parsed templates of a kind of mail, with the words of a language.
func (s *site) template(kind, lang string) (*template, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := kind + " " + lang
	if parsed := s.parsed[name]; parsed != nil {
		return parsed, nil
	}
	parsed, err := parse(kind, s.Mail[kind], wordsIn(s.Bundle, lang))
	if err != nil {
		return nil, fmt.Errorf("parsing the templates of the mail %s: %w", kind, err)
	}
	s.parsed[name] = parsed
	return parsed, nil
}

// salesTemplate returns the templates of a mail to sales.
func (s *site) salesTemplate(kind string) (*template, error) {
	return s.template(kind, s.FirstLang())
}
