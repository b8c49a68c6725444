package build

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"leadsite/build/asset"
	"leadsite/build/check"
	"leadsite/build/content"
	"leadsite/build/minify"
	"leadsite/build/publish"
	"leadsite/build/render"
	"leadsite/build/search"
	"leadsite/build/site"
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

	mu    sync.Mutex
	files map[string]bool       // every path of the site
	pages map[string]*site.Page // by URL, the parts of lists too
	read  []check.Page
}

// write makes every file of the site, on as many goroutines as there are cores.
func (o *output) write(ctx context.Context, assets *asset.Set, indexes search.Set) error {
	o.files, o.pages = map[string]bool{}, map[string]*site.Page{}
	for _, a := range assets.All() {
		if err := o.put(a.Path, a.Data); err != nil {
			return err
		}
	}
	for _, index := range indexes {
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
	group.SetLimit(runtime.GOMAXPROCS(0))
	for _, out := range o.site.Outputs {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return o.writeOne(out)
		})
	}
	return group.Wait()
}

func (o *output) writeOne(out site.Output) error {
	data, err := o.render.Render(out)
	if err != nil {
		o.blame(out, err)
		return nil
	}
	if out.Kind == site.OutputHTML {
		o.keep(out, check.Read(out.URL(), data))
		if data, err = o.minify.HTML(data); err != nil {
			o.blame(out, err)
			return nil
		}
	}
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

func (o *output) put(path string, data []byte) error {
	o.mu.Lock()
	o.files[path] = true
	o.mu.Unlock()
	return o.stage.Write(path, data)
}

// copy stages a file of content/ as it is; of a picture, what the public may see.
func (o *output) copy(c site.Copy) error {
	name := content.Root + "/" + c.From.Path
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

func (o *output) keep(out site.Output, p check.Page) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p.Authored = out.Page.Entry != nil && !out.Page.Entry.Torn && out.Page.Kind != site.Kind404 && out.Pager.Number <= 1
	p.Described, p.Noindex = out.Page.Description != "", p.Noindex || out.Page.Noindex
	p.Lang, p.Site = out.Page.Lang, o.site.In(out.Page.Lang).Config.Title
	o.pages[p.URL] = out.Page
	o.checkPolicy(out, p)
	p.Inline, p.Loads = nil, nil
	o.read = append(o.read, p)
}

// checkLinks reports every internal link, anchor and image that leads nowhere, where the author wrote it.
func (o *output) checkLinks() {
	base, err := url.Parse(o.site.BaseURL)
	if err != nil {
		return // site.yaml's mistake, reported there
	}
	for _, b := range check.Links(o.read, base, o.has, o.near) {
		o.found.Add(o.locate(b).Bearable())
	}
}

func (o *output) has(file string) bool { return o.files[file] }

func (o *output) near(path string) string {
	return content.Nearest(path, slices.Collect(maps.Keys(o.site.ByURL)))
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
	if page := o.pages[b.Page]; page != nil && page.Entry != nil {
		return o.linkAt(page.Entry, b.Link.To).Errorf(hint, "%s", why)
	}
	return &content.Error{File: "content/site.yaml", Msg: why + ", to which " + b.Page + " links", Hint: hint}
}

// count is how many HTML pages there are.
func (o *output) count() int { return len(o.read) }
