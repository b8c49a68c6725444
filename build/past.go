package build

import (
	"context"
	"encoding/json"
	"path"
	"path/filepath"
	"strings"
	"time"

	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/publish"
	"leadsite/build/search"
	"leadsite/build/site"
	"leadsite/build/theme"
	"leadsite/build/trace"
)

// past is what the last build of a site left, and what has changed since. A damaged part of it is as good as none: what
// it would have saved is done again.
type past struct {
	file    string
	key     trace.Sum
	memory  *trace.Memory // nil: nothing is known
	left    left
	then    *trace.Inputs // of that build
	now     *trace.Inputs
	pages   map[string]string // records by output, see kept.go
	records records           // of this build's pages
	ledger  *check.Ledger     // with the references of that build's pages
	read    chan struct{}     // closed when pages and ledger are there
	// changed are the inputs that may differ. All is true when everything may: then nothing is in changed.
	changed []string
	all     bool
}

// The parts of the memory, see trace.Open.
const (
	partLeft    = iota // JSON: left
	partInputs         // trace.Inputs
	partOutput         // publish.Record
	partEntries        // content.Tree.Remember
	partPages          // number, then path and record of each page
	partLinks          // check.Ledger.EncodeLinks
)

// pastVersion changes with the form of the parts and with what they mean.
const pastVersion = 2

// left is the smaller part of what a build leaves.
type left struct {
	Now    time.Time // of that build
	Until  time.Time // when a page appears or goes without anybody's doing; zero: never
	Theme  string    // folder of the theme below the source
	Report Report
	Bundle trace.Stamp       // of the bundle's file, Taken after it was written
	Taken  time.Time         //
	Copies map[string]string // file of the source by path of the output
	Zone   string            // of the site
	Due    []byte            // Report.NextDue with its zone, which JSON would lose
	Search searched
}

// searched are the search indexes, and what they were made from.
type searched struct {
	From  trace.Sum
	Paths map[string]string // by language
}

// recall opens what the last build with the same options left. Without a name of the program nothing is remembered.
func recall(o Options) *past {
	p := &past{all: true}
	if o.Program == "" || o.Check {
		return p
	}
	source, output := absolute(o.Source), absolute(o.Output)
	p.key = trace.Of(pastVersion, o.Program, source, output, absolute(o.Bundle), o.BaseURL, o.Drafts, o.Future, o.Lenient, o.Plain)
	p.file = filepath.Join(o.State, "cache", "build-"+trace.Of(output).String()[:16])
	p.records.path = p.file + ".pages"
	return p
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// output reads the record of the output folder. It is called by publish once no other build runs.
func (p *past) output() *publish.Record {
	if p.file == "" {
		return nil
	}
	p.memory = trace.Open(p.file, p.key)
	r, ok := p.memory.Part(partLeft)
	if !ok || json.Unmarshal([]byte(r.Rest()), &p.left) != nil {
		p.forget()
		return nil
	}
	if r, ok = p.memory.Part(partOutput); !ok {
		return nil
	}
	return publish.DecodeRecord(r)
}

func (p *past) forget() {
	p.memory.Close()
	p.memory, p.left = nil, left{}
}

// survey looks at the inputs, and finds what may have changed.
func (p *past) survey(ctx context.Context, o Options) error {
	if p.file == "" {
		return nil
	}
	var err error
	folders := []string{content.Root}
	if p.left.Theme != "" {
		folders = append(folders, p.left.Theme)
	}
	if p.now, err = trace.Survey(ctx, o.Source, folders, nobodys, time.Now()); err != nil {
		return err
	}
	if r, ok := p.memory.Part(partInputs); ok {
		p.then = trace.DecodeInputs(r)
	}
	p.changed, p.all = p.now.Changes(p.then)
	return nil
}

// surveyTheme looks at the theme's own files as well, when the theme is another one than in the last build.
func (p *past) surveyTheme(ctx context.Context, o Options, name string) error {
	folder := "themes/" + name
	if p.file == "" || p.left.Theme == folder {
		return nil
	}
	p.left.Theme, p.all = folder, true
	own, err := trace.Survey(ctx, o.Source, []string{folder}, nobodys, time.Now())
	if err != nil {
		return err
	}
	p.now.Add(own)
	return nil
}

// nobodys says of a file of the source whether it is no input.
func nobodys(file string) bool {
	if strings.HasPrefix(file, content.Root+"/") {
		return content.Ignored(file)
	}
	return theme.Ignored(path.Base(file))
}

// same says whether an input is surely as it was in the last build.
func (p *past) same(file string) bool { return p.now.Same(p.then, file) }

// entries are those of the last build, for content.Reload. Its pages are read meanwhile.
func (p *past) entries() content.Past {
	p.read = make(chan struct{})
	go func() {
		defer close(p.read)
		p.readPages()
	}()
	r, _ := p.memory.Part(partEntries)
	return content.Past{Entries: r, Same: p.same}
}

// timely says whether no page has appeared or gone by the clock alone.
func (p *past) timely(now time.Time) bool {
	return !now.Before(p.left.Now) && (p.left.Until.IsZero() || now.Before(p.left.Until))
}

// onlyTexts says whether nothing but the texts of pages has changed: the plan of the site is then what it was, and so is
// every page whose own text is the same.
func (p *past) onlyTexts(tree *content.Tree, now time.Time) bool {
	return !p.all && tree.OnlyBodies && p.timely(now) && p.onlyPages(tree)
}

func (p *past) onlyPages(tree *content.Tree) bool {
	pages := make(map[string]bool, len(tree.Entries))
	for _, e := range tree.Entries {
		pages[e.File] = true
	}
	for _, file := range p.changed {
		if !pages[file] {
			return false
		}
	}
	return true
}

// sameFiles says whether no file that is copied has changed, nor come, nor gone.
func (p *past) sameFiles(tree *content.Tree) bool { return !p.all && p.onlyPages(tree) }

// unchanged is the report of the last build, when there is nothing to do.
func (p *past) unchanged(o Options, stage *publish.Stage) *Report {
	if p.all || len(p.changed) > 0 || !p.timely(o.Now) || !stage.Untouched() || !p.left.Bundle.Settled(p.left.Taken) || trace.Look(o.Bundle) != p.left.Bundle {
		return nil
	}
	report := p.left.Report
	zone, err := time.LoadLocation(p.left.Zone)
	if err != nil {
		return nil
	}
	report.NextDue = trace.NewReader(string(p.left.Due)).Time(zone)
	for i, s := range report.Skipped {
		report.Skipped[i].Due = at(s.Due, zone)
	}
	report.Published = publish.Result{Kept: stage.Known()}
	return &report
}

// await waits until the pages are read.
func (p *past) await() { <-p.read }

// at is a time in a zone, if that has the same offset then: JSON keeps no more of it.
func at(t time.Time, zone *time.Location) time.Time {
	_, offset := t.Zone()
	if _, there := t.In(zone).Zone(); t.IsZero() || there != offset {
		return t
	}
	return t.In(zone)
}

// readPages reads the records of pages, and their references.
func (p *past) readPages() {
	p.ledger, p.pages = check.NewLedger(), map[string]string{}
	r, ok := p.memory.Part(partLinks)
	if !ok {
		return
	}
	ledger, ok := check.DecodeLinks(r)
	if !ok {
		return
	}
	if r, ok = p.memory.Part(partPages); !ok {
		return
	}
	n := r.Count()
	pages := make(map[string]string, n)
	for range n {
		file := r.Text()
		pages[file] = r.Text()
	}
	if r.Done() {
		p.ledger, p.pages = ledger, pages
	}
}

// keep remembers a build for the next one. What cannot be kept is missing then, and nothing worse.
func (p *past) keep(o Options, tree *content.Tree, out *output, report *Report) {
	if p.file == "" {
		return
	}
	p.left.Now, p.left.Until, p.left.Report = o.Now, until(tree, o.Now), *report
	p.left.Bundle, p.left.Taken, p.left.Copies = trace.Look(o.Bundle), time.Now(), out.copies
	p.left.Report.Published, p.left.Zone = publish.Result{}, tree.Config.Zone.String()
	var due trace.Writer
	due.Time(report.NextDue, tree.Config.Zone)
	p.left.Due = due.Bytes()
	small, err := json.Marshal(p.left)
	if err != nil {
		return // of what JSON cannot say, which is nothing
	}
	_ = trace.Write(p.file, p.key, func(w *trace.Writer) { w.Append(small) }, p.now.Encode, report.Published.Record.Encode, tree.Remember,
		p.records.encode, out.ledger.EncodeLinks)
}

// search makes the indexes of the site's own search, or names those of the last build when it had the same to find.
func (p *past) search(ctx context.Context, plan *site.Site, look *theme.Theme, stage *publish.Stage, found *content.Problems) (search.Set, error) {
	if !plan.Config.Outputs["search"] {
		p.left.Search = searched{}
		return search.Set{}, nil
	}
	from := []any{look.Hash, plan.Tree.Settings}
	for _, page := range plan.Pages {
		body := ""
		if page.Entry != nil {
			body = string(page.Entry.Hash[:])
		}
		from = append(from, page.URL, page.Title, page.Lang, body)
	}
	sum := trace.Of(from...)
	if p.left.Search.From == sum {
		set := search.Set{}
		for lang, path := range p.left.Search.Paths {
			if stage.Intact(path) {
				set[lang] = &search.Index{Path: path}
			}
		}
		if len(set) == len(p.left.Search.Paths) {
			return set, nil
		}
	}
	set, err := search.Make(ctx, plan, look, found)
	p.left.Search = searched{From: sum, Paths: map[string]string{}}
	for lang, index := range set {
		p.left.Search.Paths[lang] = index.Path
	}
	return set, err
}

// until is when a page appears or goes next.
func until(tree *content.Tree, now time.Time) time.Time {
	var next time.Time
	for _, e := range tree.Entries {
		for _, t := range []time.Time{e.Front.Date, e.Front.PublishDate, e.Front.ExpiryDate} {
			if t.After(now) && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}

// close lets go of the memory.
func (p *past) close() {
	if p.read != nil {
		p.await()
	}
	p.memory.Close()
	_ = p.records.close() // what stays behind, the next build writes over
}
