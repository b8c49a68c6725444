package render

import (
	"slices"
	"strconv"
	"strings"

	"leadsite/build/asset"
	"leadsite/build/content"
	"leadsite/build/site"
	"leadsite/build/trace"
)

// Trace is all that an HTML output was made from. While it is what it was, the output is too.
type Trace struct {
	Given trace.Sum  // what its template was handed: the page, the list, the site; its file, the theme, the settings
	Asked []Question // what template functions, shortcodes and Markdown asked for beyond that
}

// Question is one question for what the whole site knows, and the sum of its answer.
type Question struct {
	Name, Of string
	Answer   trace.Sum
}

// Made is a finished output.
type Made struct {
	Data    []byte
	Compact string // a part of Data that is small already, as markdown.Doc.Compact has it
	Blanks  []int  // in Compact; see markdown.Doc.Blanks
	Trace   Trace
	Files   []string          // the pictures and cards that it wants, as paths below the output
	Found   *content.Problems // mistakes of the page's author
}

// The names of questions.
const (
	askPosts     = "posts"     // NUMBER SECTION
	askRelated   = "related"   // NUMBER
	askTerms     = "taxonomy"  // TAXONOMY
	askForm      = "form"      // NAME
	askData      = "data"      // NAME
	askRef       = "ref"       // NAME, as the author has it
	askLink      = "link"      // ADDRESS, as the author has it
	askFormLink  = "form link" // LANGUAGE ADDRESS, as the words of a form have it
	askPicture   = "picture"   // path on the site
	askSearch    = "search"    // the path of the index
	askShortcode = "shortcode" // what arguments of shortcodes are held against
)

// Asks says whether a question of the trace depends on the Markdown of other pages, as nothing but the search index does.
func (t Trace) Asks() bool {
	return slices.ContainsFunc(t.Asked, func(q Question) bool { return q.Name == askSearch })
}

// note remembers a question of the page that is being rendered, and its answer.
func (w *worker) note(name, of string) {
	if w.notes(name, of) {
		w.job.asked = append(w.job.asked, Question{Name: name, Of: of, Answer: w.r.answer(w.job.page, name, of)})
	}
}

// notes says whether a question is to be noted: pages alone have traces, and a question counts once.
func (w *worker) notes(name, of string) bool {
	return w.job.sample == nil && w.job.page != nil &&
		!slices.ContainsFunc(w.job.asked, func(q Question) bool { return q.Name == name && q.Of == of })
}

// noteRelated notes what was found already, because finding it takes long.
func (w *worker) noteRelated(n int, found []*PageRef) {
	if of := strconv.Itoa(n); w.notes(askRelated, of) {
		w.job.asked = append(w.job.asked, Question{Name: askRelated, Of: of, Answer: trace.Of(found)})
	}
}

// noteLink notes what a link of an author's leads to, where that depends on other files.
func (w *worker) noteLink(url string) {
	if !strings.HasPrefix(url, "#") && !strings.Contains(url, "://") && !strings.HasPrefix(url, "mailto:") {
		if w.job.rooted {
			w.note(askFormLink, w.job.page.Lang+" "+url)
			return
		}
		w.note(askLink, url)
	}
}

// want notes the files that a picture on the page needs.
func (w *worker) want(p *asset.Picture) {
	if p == nil {
		return
	}
	urls := []string{p.Src}
	for _, s := range p.Sizes {
		urls = append(urls, s.URL)
	}
	for _, s := range p.Better {
		urls = append(urls, s.URL)
	}
	w.wantFiles(urls...)
}

func (w *worker) wantFiles(urls ...string) {
	for _, u := range urls {
		if file := strings.TrimPrefix(u, "/"); !slices.Contains(w.job.files, file) {
			w.job.files = append(w.job.files, file)
		}
	}
}

// Fresh says whether an output would come out as it did when it had a trace.
func (r *Renderer) Fresh(o site.Output, t Trace) bool {
	return r.fault == nil && r.given(o, r.viewOf(o)) == t.Given && !slices.ContainsFunc(t.Asked, func(q Question) bool {
		return !(r.sameFiles && q.Name == askPicture) && r.answer(o.Page, q.Name, q.Of) != q.Answer
	})
}

// given sums what an output's template is handed. Of the site it is what all pages share; what is current in menus follows
// from the page's URL.
func (r *Renderer) given(o site.Output, v View) trace.Sum {
	body := ""
	if o.Page.Entry != nil {
		body = string(o.Page.Entry.Hash[:])
	}
	return trace.Of(r.common[r.site.In(o.Page.Lang).Lang], o.URL(), v.Page, v.List, body, o.Page.Blocks)
}

// sumAll prepares for traces: what all pages of a language share.
func (r *Renderer) sumAll() {
	r.common = make(map[string]trace.Sum, len(r.shared))
	for _, e := range r.site.Editions {
		searchPage := ""
		if e.Search != nil {
			searchPage = e.Search.URL
		}
		r.common[e.Lang] = trace.Of(r.theme.Hash, r.site.Tree.Settings, r.words(e.Lang), r.shared[e.Lang], searchPage, r.quoted, r.reserved)
	}
}

// answer sums the answer to a question of a page. Answers that do not depend on the page are summed once.
func (r *Renderer) answer(p *site.Page, name, of string) trace.Sum {
	key := [3]string{name, of, p.Lang}
	switch name {
	case askRelated:
		n, _ := strconv.Atoi(of) // noteRelated wrote it
		return trace.Of(r.pageRefs(r.site.Related(p, n)))
	case askLink:
		to, ok := r.site.Resolve(p, of)
		return trace.Of(to, ok)
	case askRef:
		url, left, ok := r.site.Ref(p, of)
		return trace.Of(url, left, ok)
	}
	if known, ok := r.answers.Load(key); ok {
		return known.(trace.Sum)
	}
	sum := r.answerForAll(p.Lang, name, of)
	r.answers.Store(key, sum)
	return sum
}

func (r *Renderer) answerForAll(lang, name, of string) trace.Sum {
	edition := r.site.In(lang)
	switch name {
	case askPosts:
		n, section, _ := strings.Cut(of, " ")
		count, _ := strconv.Atoi(n) // posts wrote it
		return trace.Of(r.newest(edition, section, count))
	case askTerms:
		return trace.Of(r.termsOf(lang, of))
	case askForm:
		if f := r.site.Tree.FormIn(of, lang); f != nil {
			return trace.Of(f.Form, f.Torn)
		}
		return trace.Of("none")
	case askFormLink:
		lang, url, _ := strings.Cut(of, " ")
		to, ok := r.site.Resolve(r.site.In(lang).Home, url)
		return trace.Of(to, ok)
	case askData:
		value, ok := r.site.Tree.Data[of]
		return trace.Of(value, ok)
	case askPicture:
		found, fault := r.pictures.Find(of, r.nobody())
		return trace.Of(found, fault)
	case askSearch:
		return trace.Of(r.search[lang])
	case askShortcode:
		return trace.Of(r.site.Tree.FormNames(), sortedKeys(edition.Sections), r.site.Tree.Data)
	}
	return trace.Sum{}
}

// nobody shows a picture that is only asked about: whoever shows it comes before.
func (r *Renderer) nobody() asset.Use {
	return asset.Use{Key: "\xff", At: func() content.Pos { return content.Pos{File: content.Root} }}
}
