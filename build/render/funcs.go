package render

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"leadsite/build/content"
	"leadsite/build/site"
)

// funcs are the functions of templates. Those that need the page see it through the worker.
func (w *worker) funcs() template.FuncMap {
	return template.FuncMap{
		"asset": w.asset, "t": w.word, "date": w.date, "isodate": isodate, "posts": w.posts, "related": w.related,
		"taxonomy": w.taxonomy, "form": w.form, "markdown": w.inline, "markdownBlock": w.blocks, "icon": w.icon, "picture": w.templatePicture, "still": w.still,
		"jsonld": jsonld, "abs": w.r.absolute, "origins": w.origins, "money": w.money,
		"searchPage": w.searchPage, "searchIndex": w.searchIndex,
		"dict": dict, "slice": list, "append": appendTo, "merge": merge, "ref": w.ref, "code": w.code, "data": w.data, "mistake": w.mistake,
		"first": first, "add": add, "replace": strings.ReplaceAll,
	}
}

func (w *worker) asset(name string) (AssetView, error) {
	a, ok := w.r.assets.Get(name)
	if !ok {
		var known []string
		for _, a := range w.r.assets.All() {
			known = append(known, a.Name)
		}
		return AssetView{}, w.unknown("asset", name, known)
	}
	return AssetView{URL: a.URL, Integrity: a.Integrity}, nil
}

// word is one of the theme's words in the page's language, with values in place of their {names}.
func (w *worker) word(key string, values ...any) (string, error) {
	words := w.r.words(w.job.lang)
	word, ok := words[key]
	if !ok {
		return "", w.unknown("word", key, sortedKeys(words))
	}
	for pair := range slices.Chunk(values, 2) {
		if len(pair) < 2 {
			return "", errors.New("a name without a value behind the word " + key)
		}
		word = strings.ReplaceAll(word, "{"+fmt.Sprint(pair[0])+"}", fmt.Sprint(pair[1]))
	}
	return word, nil
}

// date formats a date by a layout of package time; the months' names are the theme's words month_1 to month_12.
func (w *worker) date(layout string, t time.Time) string {
	month := w.r.words(w.job.lang)["month_"+strconv.Itoa(int(t.Month()))]
	if month == "" {
		return t.Format(layout)
	}
	parts := strings.Split(layout, "January")
	for i, part := range parts {
		short := strings.Split(part, "Jan")
		for k := range short {
			short[k] = t.Format(short[k])
		}
		parts[i] = strings.Join(short, string([]rune(month)[:min(3, len([]rune(month)))]))
	}
	return strings.Join(parts, month)
}

func isodate(t time.Time) string { return t.Format(time.DateOnly) }

// posts are the newest pages of a section, or of the whole site when it is "".
func (w *worker) posts(section string, n any) ([]*PageRef, error) {
	if w.job.sample != nil {
		return w.job.sample.refs, nil
	}
	edition := w.r.site.In(w.job.lang)
	if section != "" && edition.Sections[section] == nil && !w.elsewhere(section) {
		return nil, w.unknown("section", section, sortedKeys(edition.Sections))
	}
	count, err := number(n)
	if err != nil {
		return nil, err
	}
	w.note(askPosts, strconv.Itoa(count)+" "+section)
	return w.r.newest(edition, section, count), nil
}

// newest are the first pages of a section, or of the whole site when it is "".
func (r *Renderer) newest(e *site.Edition, section string, n int) []*PageRef {
	list := e.Home
	if section != "" {
		list = e.Sections[section]
	}
	if list == nil {
		return nil
	}
	return r.pageRefs(list.Items[:min(n, len(list.Items))])
}

// elsewhere says whether another language has the section, which is empty in this one then.
func (w *worker) elsewhere(section string) bool {
	return slices.ContainsFunc(w.r.site.Editions, func(e *site.Edition) bool { return e.Sections[section] != nil })
}

func (w *worker) related(n any) ([]*PageRef, error) {
	if w.job.sample != nil {
		return w.job.sample.refs, nil
	}
	count, err := number(n)
	if err != nil || w.job.page == nil {
		return nil, err
	}
	found := w.r.pageRefs(w.r.site.Related(w.job.page, count))
	w.noteRelated(count, found)
	return found, nil
}

// searchPage is where visitors search in the page's language; "" for nowhere.
func (w *worker) searchPage() string {
	if page := w.r.site.In(w.job.lang).Search; page != nil {
		return page.URL
	}
	return ""
}

// searchIndex is what the search page looks things up in.
func (w *worker) searchIndex() string {
	w.note(askSearch, "")
	return w.r.search[w.job.lang]
}

// taxonomy are all terms of a taxonomy, by name.
func (w *worker) taxonomy(name string) ([]TermView, error) {
	if w.job.sample != nil {
		return w.job.sample.terms, nil
	}
	if w.r.site.In(w.job.lang).Terms[name] == nil && !slices.Contains(w.r.site.Config.Taxonomies, name) {
		return nil, w.unknown("taxonomy", name, w.r.site.Config.Taxonomies)
	}
	w.note(askTerms, name)
	return w.r.termsOf(w.job.lang, name), nil
}

func (r *Renderer) termsOf(lang, taxonomy string) []TermView {
	pages := slices.SortedFunc(maps.Values(r.site.In(lang).Terms[taxonomy]), func(a, b *site.Page) int {
		return strings.Compare(strings.ToLower(a.Term)+"\x00"+a.Term, strings.ToLower(b.Term)+"\x00"+b.Term)
	})
	return termViews(pages)
}

func (w *worker) icon(name string) (template.HTML, error) {
	svg, ok := w.r.icons[name]
	if !ok {
		return "", w.unknown("icon", name, sortedKeys(w.r.icons))
	}
	return svg, nil
}

// origins are the places elsewhere that site.yaml allows pages to load from, by directive: a privacy page names them.
func (w *worker) origins() []OriginsView {
	var all []OriginsView
	for _, directive := range sortedKeys(w.r.site.Config.CSP) {
		all = append(all, OriginsView{Directive: directive, Origins: w.r.site.Config.CSP[directive]})
	}
	return all
}

// jsonld writes structured data. No value can end the script: JSON has < > and & as \u escapes.
func jsonld(v any) (template.HTML, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return template.HTML(`<script type="application/ld+json">` + string(data) + `</script>`), nil
}

// absolute is the whole URL of a path of the site; an address with a scheme stays.
func (r *Renderer) absolute(to string) string {
	if !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") {
		return to
	}
	return strings.TrimSuffix(r.site.BaseURL, "/") + to
}

func dict(pairs ...any) (map[string]any, error) {
	m := make(map[string]any, len(pairs)/2)
	for pair := range slices.Chunk(pairs, 2) {
		key, ok := pair[0].(string)
		if !ok || len(pair) < 2 {
			return nil, errors.New("dict takes names and values in turn")
		}
		m[key] = pair[1]
	}
	return m, nil
}

func list(items ...any) []any { return items }

func appendTo(list []any, items ...any) []any { return append(slices.Clip(list), items...) }

// merge is a dict with the entries of both; those of the second win.
func merge(a, b map[string]any) map[string]any {
	m := maps.Clone(a)
	if m == nil {
		m = map[string]any{}
	}
	maps.Copy(m, b)
	return m
}

// first gives at most n items of any list.
func first(n any, list any) (any, error) {
	v := reflect.ValueOf(list)
	count, err := number(n)
	if err != nil {
		return nil, err
	}
	if !v.IsValid() {
		return []any{}, nil
	}
	if v.Kind() != reflect.Slice {
		return nil, fmt.Errorf("first takes a list, not %T", list)
	}
	return v.Slice(0, min(count, v.Len())).Interface(), nil
}

func add(a int, more ...int) int {
	for _, n := range more {
		a += n
	}
	return a
}

// number reads a count, which is an int in templates and may be a float64 in front matter.
func number(n any) (int, error) {
	switch n := n.(type) {
	case int:
		return max(n, 0), nil
	case float64:
		return max(int(n), 0), nil
	}
	return 0, fmt.Errorf("a number is wanted, not %v", n)
}

// inline converts Markdown that stands within a line.
func (w *worker) inline(text any) (template.HTML, error) {
	doc, err := w.job.markdown.Inline(plainString(text))
	return w.converted(doc, err)
}

// phrase converts words that stand in the middle of something else, where only emphasis and links may be.
func (w *worker) phrase(text string) (template.HTML, error) {
	doc, err := w.job.markdown.Phrase(text)
	return w.converted(doc, err)
}

// blocks converts Markdown of whole paragraphs.
func (w *worker) blocks(text any) (template.HTML, error) {
	doc, err := w.job.markdown.Convert([]byte(plainString(text)))
	return w.converted(doc, err)
}

// plainString is the text of a field that may be absent.
func plainString(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// place of a mistake within a field's text is not known: the field's block is.
func (w *worker) at(line, col int) content.Pos {
	at := w.job.at
	if w.job.line > 0 && line > 0 {
		at.Line, at.Col = w.job.line+line-1, col
	}
	return at
}
