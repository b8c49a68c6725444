package build

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sync/errgroup"

	"leadsite/build/asset"
	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/publish"
	"leadsite/build/render"
	"leadsite/build/search"
	"leadsite/build/site"
	"leadsite/functions/bundle"
)

// output is pass two: each file of the site is made, checked, minified and staged once, and forgotten but for its
// links and anchors.
type output struct {
	site     *site.Site
	render   *render.Renderer
	pictures *asset.Pictures
	minify   *minify.Minifier
	stage    *publish.Stage
	found    *content.Problems
	past     *past
	stages   *stages
	// onlyTexts says that since the past nothing but texts of pages changed.
	onlyTexts bool

	mu      sync.Mutex
	files   map[string]bool       // every path of the site
	pages   map[string]*site.Page // by URL, the parts of lists too
	ledger  *check.Ledger         // what is kept of the pages
	copies  map[string]string     // file of the source by output
	buffers sync.Pool             // *[]byte, of minified pages
}

// write makes every file of the site, on as many goroutines as there are cores.
func (o *output) write(ctx context.Context, assets *asset.Set, indexes search.Set) error {
	o.past.await()
	o.files, o.pages, o.ledger = map[string]bool{}, map[string]*site.Page{}, o.past.ledger
	o.copies = map[string]string{}
	for _, a := range assets.All() {
		if err := o.put(a.Path, a.Data); err != nil {
			return err
		}
	}
	for _, index := range indexes {
		if index.Data == nil && o.has(index.Path) {
			continue
		}
		if err := o.put(index.Path, index.Data); err != nil {
			return err
		}
	}
	for _, c := range o.site.Copies {
		if err := o.copy(c); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			for i := int(next.Add(1)) - 1; i < len(o.site.Outputs); i = int(next.Add(1)) - 1 {
				if err := errors.Join(ctx.Err(), o.writeOne(o.site.Outputs[i])); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (o *output) writeOne(out site.Output) error {
	if out.Kind == site.OutputHTML {
		return o.writePage(out)
	}
	if o.onlyTexts && o.has(out.Path) {
		return nil
	}
	data, err := o.render.Render(out)
	if err != nil {
		o.blame(out, err)
		return nil
	}
	return o.put(out.Path, data)
}

func (o *output) writePage(out site.Output) error {
	if o.reuse(out) {
		return nil
	}
	leave := o.stages.render.enter("render")
	made, err := o.render.Make(out)
	leave(len(made.Data))
	if err != nil {
		o.found.Take(made.Found)
		o.blame(out, err)
		return nil
	}
	leave = o.stages.check.enter("check")
	o.keep(out, made) // minifying works in place
	leave(len(made.Data))
	return o.shrink(out, made)
}

// shrink minifies a page and puts it out.
func (o *output) shrink(out site.Output, page render.Made) error {
	buffer, _ := o.buffers.Get().(*[]byte)
	if buffer == nil {
		buffer = new([]byte)
	}
	defer o.buffers.Put(buffer)
	leave := o.stages.minify.enter("minify")
	data, err := o.minify.AppendHTML((*buffer)[:0], page.Data, minify.Part{Text: page.Compact, Blanks: page.Blanks})
	leave(len(data))
	if err != nil {
		o.blame(out, err)
		return nil
	}
	*buffer = data
	o.render.Reuse(page.Data)
	return o.put(out.Path, data)
}

// blame turns an error about an output into a mistake of the file that it is made from.
func (o *output) blame(out site.Output, err error) {
	var located *content.Error
	if errors.As(err, &located) {
		o.found.Add(located)
		return
	}
	file := "content/site.yaml"
	if out.Page != nil && out.Page.Entry != nil {
		file = out.Page.Entry.File
	}
	o.found.Add(&content.Error{File: file, Msg: fmt.Sprintf("making %s: %v", out.Path, err)})
}

func (o *output) put(name string, data []byte) error {
	o.mu.Lock()
	o.files[name] = true
	o.mu.Unlock()
	leave := o.stages.write.enter("write")
	defer leave(len(data))
	err := o.stage.Write(name, data)
	if taken, ok := errors.AsType[*publish.Taken](err); ok {
		o.clash(taken)
		return nil
	}
	if errors.Is(err, syscall.ENAMETOOLONG) && len(o.found.Errors()) > 0 {
		return nil // the plan has said so
	}
	return err
}

// clash reports two files that cannot be on one disk, unless the plan has said so already.
func (o *output) clash(t *publish.Taken) {
	if len(o.found.Errors()) > 0 {
		return
	}
	at := content.Pos{File: cmp.Or(o.copies[t.Path], o.copies[t.Other], content.SiteFile)}
	o.found.Add(at.Errorf("rename one of them", "many disks cannot have both %s and %s", t.Other, t.Path))
}

// copy stages a file of content/ as it is; of a picture, what the public may see.
func (o *output) copy(c site.Copy) error {
	name := content.Root + "/" + c.From.Path
	o.copies[c.Path] = name
	if o.past.left.Copies[c.Path] == name && o.past.same(name) && o.has(c.Path) {
		return nil
	}
	data, err := fs.ReadFile(o.site.Tree.Source, name)
	if err != nil {
		return fmt.Errorf("copying %s: %w", name, err)
	}
	data, fault := o.pictures.Original(name, data)
	if fault != nil {
		o.found.Add(fault)
	}
	return o.put(c.Path, data)
}

// factsOf is what is to be known of a page that was rendered. What is wrong with it joins what was found.
func (o *output) factsOf(out site.Output, made render.Made) check.Page {
	p := check.Read(out.URL(), made.Data)
	p.Authored = out.Page.Entry != nil && !out.Page.Entry.Torn && out.Page.Kind != site.Kind404 && out.Pager.Number <= 1
	p.Described, p.Noindex = out.Page.Description != "", p.Noindex || out.Page.Noindex
	p.Lang, p.Site = out.Page.Lang, o.site.In(out.Page.Lang).Config.Title
	o.checkPolicy(out, p, made.Found)
	p.Inline, p.Loads = nil, nil
	if p.Description == out.Page.Description {
		p.Description = out.Page.Description // one text, not two
	}
	if path, ok := strings.CutPrefix(p.Canonical, strings.TrimSuffix(o.site.BaseURL, "/")); ok && path == p.URL {
		p.Canonical = "" // it need not be kept, because without one a page is its own too
	}
	return p
}

// keep notes what is to be known of a page that was rendered, here and for the next build.
func (o *output) keep(out site.Output, made render.Made) {
	p := o.factsOf(out, made)
	o.found.Take(made.Found)
	k := &kept{body: bodyOf(out.Page), trace: made.Trace, files: made.Files}
	k.problems.Take(made.Found)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pages[p.URL] = out.Page
	o.ledger.Add(p)
	if o.past.file != "" {
		o.past.records.add(out.Path, k.encode(o.ledger, p.URL))
	}
}

// checkLinks reports every internal link, anchor and image that leads nowhere, where the author wrote it.
func (o *output) checkLinks(base *url.URL) {
	for _, b := range o.ledger.Broken(base, o.exists, o.near) {
		o.found.Add(o.locate(b).Bearable())
	}
}

func (o *output) exists(file string) bool { return o.files[file] }

func (o *output) near(page string) string {
	return content.Nearest(page, slices.Collect(maps.Keys(o.site.ByURL)))
}

// locate finds the place of a broken link in the file of its page; one that a template made is blamed on the page.
func (o *output) locate(b check.Broken) *content.Error {
	why, hint := b.Why, "correct the link, or make what it leads to"
	if b.Near != "" {
		hint = "did you mean " + b.Near + "?"
	}
	if skipped, ok := o.site.LeftOut(b.To); ok {
		why += " in this build: content/" + skipped.Page + " is left out"
		hint = "it is left out because: " + skipped.Why
	}
	page := o.pages[b.Page]
	if page != nil && page.Entry != nil {
		if at := o.linkAt(page.Entry, b.Link.To); at.Line > 0 {
			return at.Errorf(hint, "%s", why)
		}
	}
	for _, to := range []string{b.Link.To, path.Base(b.Link.To)} {
		if at, ok := o.site.Tree.FindShared(to); ok {
			return at.Errorf(hint, "%s", why)
		}
	}
	if page != nil && page.Entry != nil {
		return content.Pos{File: page.Entry.File}.Errorf(hint, "%s", why)
	}
	return &content.Error{File: "content/site.yaml", Msg: why + ", to which " + b.Page + " links", Hint: hint}
}

// commit publishes the site and its bundle, and remembers the build.
func (o *output) commit(options Options, known *bundle.Bundle, report *Report) error {
	if err := writeBundle(options.Bundle, known); err != nil {
		return err
	}
	if o.site.Config.Outputs["compress"] && !options.Plain {
		o.stage.Compress()
	}
	var err error
	if report.Published, err = o.stage.Commit(); err == nil {
		o.past.keep(options, o.site.Tree, o, report)
	}
	return err
}

// count is how many HTML pages there are.
func (o *output) count() int { return o.ledger.Len() }
