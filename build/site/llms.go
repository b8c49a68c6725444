package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// llmsPages is how many pages of a section llms.txt names; its list has the others.
const llmsPages = 100

// llms is llms.txt (llmstxt.org): what the site is, and its pages by language and section with a sentence each, as
// Markdown for programs that answer questions. Terms, and pages that no search engine may show, are left out.
func (s *Site) llms() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", oneLine(s.Config.Title))
	if about := cmp.Or(s.Config.Description, s.Home.Description); about != "" {
		fmt.Fprintf(&b, "\n> %s\n", oneLine(about))
	}
	for _, e := range s.Editions {
		sections := map[string][]*Page{"": nil}
		for _, page := range s.Pages {
			if page.Kind == KindPage && !page.Noindex && page.Lang == e.Lang {
				sections[page.Section] = append(sections[page.Section], page)
			}
		}
		for _, name := range sortedKeys(sections) {
			s.llmsSection(&b, e, name, sections[name])
		}
	}
	s.llmsOptional(&b)
	return []byte(b.String())
}

// llmsSection names a section's list and its pages, in the order of the list.
func (s *Site) llmsSection(b *strings.Builder, e *Edition, name string, pages []*Page) {
	title := cmp.Or(s.words[e.Lang]["llms_pages"], "Pages")
	slices.SortStableFunc(pages, compare)
	list := e.Home
	if name != "" {
		list, title = e.Sections[name], humanize(name)
	}
	if list != nil && list != e.Home {
		title = list.Title
	}
	if list != nil && !list.Noindex {
		pages = slices.Insert(pages, 0, list)
	}
	if e != s.Edition {
		title += " (" + e.Name + ")"
	}
	fmt.Fprintf(b, "\n## %s\n\n", oneLine(title))
	for _, page := range pages[:min(llmsPages, len(pages))] {
		link(b, page.Title, page.Permalink, cmp.Or(page.Description, page.Summary))
	}
}

// llmsOptional names where everything else is found.
func (s *Site) llmsOptional(b *strings.Builder) {
	if !s.Config.Outputs["sitemap"] && s.Home.Feed() == "" {
		return
	}
	words := s.words[s.Lang]
	b.WriteString("\n## Optional\n\n")
	if s.Config.Outputs["sitemap"] {
		link(b, "sitemap.xml", permalink(s.BaseURL, "/sitemap.xml"), words["llms_sitemap"])
	}
	if s.Home.Feed() != "" {
		link(b, strings.TrimPrefix(s.Home.Feed(), "/"), permalink(s.BaseURL, s.Home.Feed()), words["llms_feed"])
	}
}

// link writes one entry of a list.
func link(b *strings.Builder, title, to, about string) {
	title = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`).Replace(oneLine(title))
	fmt.Fprintf(b, "- [%s](%s)", title, strings.NewReplacer("(", "%28", ")", "%29").Replace(to))
	if about != "" {
		b.WriteString(": " + oneLine(about))
	}
	b.WriteByte('\n')
}

// oneLine is a text without line breaks.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
