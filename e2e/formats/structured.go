package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// rule is what search engines want of a type of schema.org.
type rule struct {
	required, recommended []string
	check                 func(*structured, node)
}

// rules are the types that pages may hold; any other is a fault.
func rules() map[string]rule {
	return map[string]rule{
		"Organization": {[]string{"name", "url"}, []string{"logo"}, nil},
		"Person":       {[]string{"name"}, nil, nil},
		"WebSite":      {[]string{"name", "url"}, nil, (*structured).searchAction},
		"BlogPosting": {[]string{"headline", "datePublished", "author"},
			[]string{"image", "dateModified", "description", "publisher", "mainEntityOfPage"}, (*structured).posting},
		"BreadcrumbList": {[]string{"itemListElement"}, nil, (*structured).breadcrumbs},
		"FAQPage":        {[]string{"mainEntity"}, nil, (*structured).questions},
		"Product":        {[]string{"name", "offers"}, []string{"description"}, (*structured).product},
		"ProfilePage":    {[]string{"mainEntity"}, nil, nil},
	}
}

// node is one thing of the structured data.
type node map[string]any

func (n node) text(key string) string { s, _ := n[key].(string); return s }

// nodes are what stands under a key: one thing, or a list of things.
func (n node) nodes(key string) []node {
	var out []node
	switch v := n[key].(type) {
	case map[string]any:
		out = append(out, v)
	case []any:
		for _, item := range v {
			if m, ok := item.(map[string]any); ok {
				out = append(out, m)
			}
		}
	}
	return out
}

// structured collects what is wrong with a page's structured data.
type structured struct {
	found
	advice found
}

// StructuredData checks the JSON-LD of a page by type, and what its head says to search engines and to those who share
// it.
func StructuredData(page []byte) (faults, advice []string) {
	var s structured
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return []string{err.Error()}, nil
	}
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == "script" && attr(n, "type") == "application/ld+json" && n.FirstChild != nil {
			s.script(n.FirstChild.Data)
		}
	}
	s.head(root)
	return s.found, s.advice
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func (s *structured) script(text string) {
	var top node
	if err := json.Unmarshal([]byte(text), &top); err != nil {
		s.want(false, "structured data is no JSON: %v", err)
		return
	}
	s.want(top.text("@context") == "https://schema.org", "the @context is %q", top.text("@context"))
	if graph := top.nodes("@graph"); graph != nil {
		for _, n := range graph {
			s.node(n)
		}
		return
	}
	s.node(top)
}

func (s *structured) node(n node) {
	kind := n.text("@type")
	r, known := rules()[kind]
	s.want(known, "the type %q is not known here", kind)
	for _, key := range r.required {
		s.want(!empty(n[key]), "%s has no %s", kind, key)
	}
	for _, key := range r.recommended {
		s.advice.want(!empty(n[key]), "%s has no %s", kind, key)
	}
	for _, key := range []string{"url", "logo", "image", "item"} {
		if text := n.text(key); text != "" {
			s.address(kind+"'s "+key, text)
		}
	}
	if known && r.check != nil {
		r.check(s, n)
	}
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// searchAction is only promised by a site that has a search.
func (s *structured) searchAction(n node) {
	for _, action := range n.nodes("potentialAction") {
		target := action.text("target")
		for _, entry := range action.nodes("target") {
			target = entry.text("urlTemplate")
		}
		s.address("the search's target", strings.ReplaceAll(target, "{search_term_string}", "x"))
		s.want(strings.Contains(target, "{search_term_string}"), "the search's target has no place for the words: %q", target)
		s.want(action.text("query-input") == "required name=search_term_string", "the search's query-input is %q", action.text("query-input"))
	}
}

func (s *structured) posting(n node) {
	for _, key := range []string{"datePublished", "dateModified"} {
		if n.text(key) != "" {
			s.time(key, n.text(key), time.DateOnly, time.RFC3339)
		}
	}
	for _, author := range n.nodes("author") {
		s.want(author.text("@type") == "Person" || author.text("@type") == "Organization", "an author is a %q", author.text("@type"))
		s.want(author.text("name") != "", "an author has no name")
	}
	for _, publisher := range n.nodes("publisher") {
		s.want(publisher.text("name") != "" || publisher.text("@id") != "", "the publisher has no name")
	}
}

func (s *structured) breadcrumbs(n node) {
	items := n.nodes("itemListElement")
	s.want(len(items) >= 2, "there are %d breadcrumbs, and one leads nowhere", len(items))
	for i, item := range items {
		s.want(item["position"] == float64(i+1), "breadcrumb %d has the position %v", i+1, item["position"])
		s.want(item.text("@type") == "ListItem" && item.text("name") != "", "breadcrumb %d is not whole: %v", i+1, item)
		s.address("a breadcrumb", item.text("item"))
	}
}

func (s *structured) questions(n node) {
	for _, q := range n.nodes("mainEntity") {
		answers := q.nodes("acceptedAnswer")
		s.want(q.text("@type") == "Question" && q.text("name") != "", "a question is not whole: %v", q)
		s.want(len(answers) == 1 && answers[0].text("@type") == "Answer" && answers[0].text("text") != "", "the question %q has no answer", q.text("name"))
	}
}

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

func (s *structured) product(n node) {
	for _, o := range n.nodes("offers") {
		s.want(o.text("@type") == "Offer", "an offer is a %q", o.text("@type"))
		price := fmt.Sprint(o["price"])
		if n, ok := o["price"].(float64); ok {
			price = strconv.FormatFloat(n, 'f', -1, 64)
		}
		s.want(regexp.MustCompile(`^\d+(\.\d+)?$`).MatchString(price), "the price of %s is %q", n.text("name"), price)
		s.want(currency.MatchString(o.text("priceCurrency")), "the currency of %s is %q", n.text("name"), o.text("priceCurrency"))
		s.advice.want(!empty(o["availability"]) && !empty(o["url"]), "the offer of %s has no availability or no url", n.text("name"))
	}
}

// head checks canonical, Open Graph and Twitter tags of a page that has any of them.
func (s *structured) head(root *html.Node) {
	tags := map[string][]string{}
	for n := range root.Descendants() {
		switch {
		case n.Type != html.ElementNode:
		case n.Data == "meta":
			name := attr(n, "property") + attr(n, "name")
			tags[name] = append(tags[name], attr(n, "content"))
		case n.Data == "link" && attr(n, "rel") == "canonical":
			tags["canonical"] = append(tags["canonical"], attr(n, "href"))
		}
	}
	s.want(len(tags["canonical"]) <= 1, "there are %d canonical links", len(tags["canonical"]))
	for _, key := range []string{"canonical", "og:url", "og:image"} {
		for _, to := range tags[key] {
			s.address(key, to)
		}
	}
	if len(tags["og:type"]) == 0 {
		return
	}
	for _, key := range []string{"og:type", "og:title", "og:site_name", "twitter:card"} {
		s.want(len(tags[key]) == 1 && tags[key][0] != "", "%s is there %d times, or empty", key, len(tags[key]))
	}
	for _, key := range []string{"og:description", "og:image", "description"} {
		shared := key != "og:image" || !slices.Contains(tags["robots"], "noindex") // who hides a page does not pass it on
		s.advice.want(len(tags[key]) > 0 || !shared, "there is no %s", key)
	}
	for _, key := range []string{"canonical", "og:url"} {
		s.want(len(tags[key]) == 1 || slices.Contains(tags["robots"], "noindex"), "there is no %s", key)
	}
	s.want(len(tags["canonical"]) == 0 || slices.Equal(tags["canonical"], tags["og:url"]), "canonical is %v, og:url %v", tags["canonical"], tags["og:url"])
}
