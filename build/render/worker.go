package render

import (
	"bytes"
	"html/template"
	"io"

	"leadsite/build/content"
	"leadsite/build/markdown"
	"leadsite/build/render/program"
	"leadsite/build/site"
)

// worker renders one page at a time. Its templates' functions see the page through it, which is why each worker has a
// machine for the compiled templates, and a copy of all templates for html/template, if it ever needs one.
type worker struct {
	r       *Renderer
	machine *program.Machine   // nil while templates are tried out
	copy    *template.Template // see set
	exact   bool               // html/template executes everything
	job     *job
	buf     *bytes.Buffer
	source  bytes.Buffer // a page's Markdown
}

// job is what a worker knows of the page that it renders.
type job struct {
	page     *site.Page // nil for a form's own page
	view     View
	lang     string
	url      string      // path of the output
	at       content.Pos // what is being rendered: the page, a block, a shortcode
	line     int         // number of the first line of the Markdown
	markdown *markdown.Page
	rooted   bool    // what is being rendered stands on many pages: relative links are as from the first one
	failed   error   // of a shortcode's template
	quoted   bool    // the author wrote the mark that html/template has for a value that it refused
	sample   *sample // while templates are tried out
	found    *content.Problems
	compact  string // see Made
	blanks   []int
	asked    []Question
	files    []string // pictures and cards, below the output
}

func (r *Renderer) newWorker() *worker {
	w := &worker{r: r, buf: r.buffer()}
	if r.program != nil {
		w.machine = r.program.Machine(w.funcs())
	}
	return w
}

// set are the templates as html/template executes them.
func (w *worker) set() *template.Template {
	if w.copy == nil {
		set, err := w.r.master.Clone()
		if err != nil {
			panic(err) // only of a set that was executed, and the master never is
		}
		w.copy = set.Funcs(w.funcs())
	}
	return w.copy
}

// surely does something that executes templates. When it fails it is done again, from its beginning, by html/template alone:
// that has the messages for people.
func (w *worker) surely(do func() error) error {
	err := do()
	if err == nil || w.machine == nil {
		return err
	}
	w.exact = true
	defer func() { w.exact = false }()
	return do()
}

// begin readies the worker for a page in a language, at a path, made from a file.
func (w *worker) begin(lang, url string, at content.Pos) {
	w.job = &job{lang: lang, url: url, at: at, found: new(content.Problems)}
	w.job.markdown = w.r.markdown.Page(w.hooks())
}

// page executes a layout over the job's view. The error is as the templates' packages have it: locate makes it a mistake.
func (w *worker) page(layout string) ([]byte, error) {
	name := pageTemplate(layout)
	if w.r.master.Lookup(name) == nil {
		return nil, w.job.at.Errorf(content.DidYouMean(layout, w.r.theme.Layouts()), "there is no layout %q", layout)
	}
	w.buf.Reset()
	page, err := w.run(w.buf.AvailableBuffer(), name, "templates/"+layout+".html", &w.job.view)
	if w.job.failed != nil {
		err = w.job.failed
	}
	if err != nil {
		return nil, err
	}
	if !w.job.quoted && !w.r.quoted && bytes.Contains(page, []byte(refusedMark)) {
		return nil, w.refused(layout, page)
	}
	w.buf = w.r.buffer()
	return page, nil
}

// execute executes a template whose output becomes part of another's.
func (w *worker) execute(name string, data any) (template.HTML, error) {
	out, err := w.run(nil, name, name, data)
	return template.HTML(out), err
}

// run executes a template of a file, and appends what it writes.
func (w *worker) run(out []byte, name, file string, data any) ([]byte, error) {
	if w.machine != nil && !w.exact && w.r.program.Has(name) {
		return w.machine.Execute(out, maxOutput, name, data)
	}
	b := bounded{buf: bytes.NewBuffer(out)}
	err := w.set().ExecuteTemplate(&b, name, data)
	if b.full {
		err = w.r.endless(file)
	}
	if err != nil {
		return nil, err
	}
	return b.buf.Bytes(), nil
}

// maxOutput is what one template may write. The largest page, of 10 MB of Markdown, stays below it.
const maxOutput = 64 << 20

// bounded takes what a template writes, and ends one that would write until the memory is full: templates cannot be
// stopped otherwise.
type bounded struct {
	buf  *bytes.Buffer
	full bool
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.buf.Len()+len(p) > maxOutput {
		b.full = true
		return 0, io.ErrShortWrite
	}
	return b.buf.Write(p)
}

// endless is the mistake of a template that writes without end. The templates' packages do not say where it was then.
func (r *Renderer) endless(file string) error {
	return content.Pos{File: "themes/" + r.theme.Name + "/" + file}.Errorf("look for a range that goes round too often, in it and in the templates that it calls",
		"the template does not end: it has written %d MB", maxOutput>>20)
}

// refusedMark is what html/template writes, without a word, in place of a value that would be dangerous there.
const refusedMark = "ZgotmplZ"

func (w *worker) refused(layout string, page []byte) error {
	before, _, _ := bytes.Cut(page, []byte(refusedMark))
	if len(before) > 60 {
		before = before[len(before)-60:]
	}
	return w.job.at.Errorf("it follows "+string(bytes.TrimSpace(before))+" – an address must be a path or begin with https:, mailto: or tel:",
		"the layout %q would write a value where it is dangerous", layout)
}
