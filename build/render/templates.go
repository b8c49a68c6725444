package render

import (
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
	"text/template/parse"

	"leadsite/build/content"
	"leadsite/build/render/program"
)

const baseFile = "templates/base.html"

// load parses every template of the theme into one set. A layout's own definitions are renamed "post main", and for
// each layout there is a copy of base.html, "page post", that calls them: so that partials are parsed, and escaped by
// html/template, once for all layouts.
func (r *Renderer) load() []*content.Error {
	l := loader{r: r, layouts: map[string]map[string]*parse.Tree{}}
	l.empty = template.New("").Funcs((&worker{r: r}).funcs()) // a worker's own take their places
	r.master = template.Must(l.empty.Clone())
	for _, dir := range []string{"partials", "blocks", "shortcodes", "templates"} {
		l.folder(dir)
	}
	for _, layout := range sortedKeys(l.layouts) {
		l.addLayout(layout)
	}
	r.icons = l.icons()
	return l.faults
}

type loader struct {
	r       *Renderer
	empty   *template.Template                // knows the functions' names
	base    map[string]*parse.Tree            // definitions of base.html; its own tree under its file's name
	layouts map[string]map[string]*parse.Tree // definitions by layout
	faults  []*content.Error
}

func (l *loader) fail(file string, err error) {
	l.faults = append(l.faults, l.r.locate(file, err))
}

// folder parses the templates of a folder and those below it.
func (l *loader) folder(dir string) {
	err := fs.WalkDir(l.r.theme.FS, dir, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && path.Ext(file) == ".html" {
			l.file(dir, file)
		}
		return nil // a folder that is not there has no templates
	})
	if err != nil {
		l.fail(dir, err)
	}
}

func (l *loader) file(dir, file string) {
	source, err := fs.ReadFile(l.r.theme.FS, file)
	if err != nil {
		l.fail(file, err)
		return
	}
	parsed, err := template.Must(l.empty.Clone()).New(file).Parse(string(source))
	if err != nil {
		l.fail(file, err)
		return
	}
	trees := map[string]*parse.Tree{}
	for _, t := range parsed.Templates() {
		if t.Tree != nil {
			trees[t.Name()] = t.Tree
		}
	}
	switch layout := strings.TrimSuffix(path.Base(file), ".html"); {
	case file == baseFile:
		l.base = trees
	case dir == "templates":
		l.layouts[layout] = trees
	default:
		l.add(trees)
	}
}

// add puts trees into the set under their own names.
func (l *loader) add(trees map[string]*parse.Tree) {
	for _, name := range sortedKeys(trees) {
		if _, err := l.r.master.AddParseTree(name, trees[name]); err != nil {
			l.fail(trees[name].ParseName, err)
		}
	}
}

// addLayout adds a layout's definitions and the page around them. What it does not define is base.html's.
func (l *loader) addLayout(layout string) {
	own := map[string]string{}
	renamed := map[string]*parse.Tree{}
	for _, trees := range []map[string]*parse.Tree{l.base, l.layouts[layout]} {
		for name, tree := range trees {
			own[name] = layout + " " + name
			renamed[name] = tree
		}
	}
	trees := map[string]*parse.Tree{}
	for name, tree := range renamed {
		tree = tree.Copy()
		rename(tree.Root, own)
		trees[own[name]] = tree
	}
	l.add(trees)
}

// compile compiles what is executed by itself. All of it was tried out, by one worker, whose templates are escaped now.
func (r *Renderer) compile() {
	w := r.take()
	r.program = program.Compile(w.set(), w.funcs(), r.entries()...)
}

// entries are the templates that are executed by themselves, if the theme has them.
func (r *Renderer) entries() []string {
	names := []string{"partials/form.html"}
	for _, layout := range append(r.theme.Layouts(), "form-error") {
		names = append(names, pageTemplate(layout))
	}
	for _, name := range sortedKeys(r.theme.Blocks) {
		names = append(names, "blocks/"+name+".html")
	}
	for _, name := range sortedKeys(r.theme.Shortcodes) {
		names = append(names, "shortcodes/"+name+".html")
	}
	return names
}

// pageTemplate is the template that renders a whole page of a layout.
func pageTemplate(layout string) string { return layout + " " + baseFile }

// rename lets the calls in a tree go to other names.
func rename(list *parse.ListNode, names map[string]string) {
	if list == nil {
		return
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TemplateNode:
			if to, ok := names[n.Name]; ok {
				n.Name = to
			}
		case *parse.IfNode:
			rename(n.List, names)
			rename(n.ElseList, names)
		case *parse.RangeNode:
			rename(n.List, names)
			rename(n.ElseList, names)
		case *parse.WithNode:
			rename(n.List, names)
			rename(n.ElseList, names)
		}
	}
}

// icons reads the drawings that templates put into pages.
func (l *loader) icons() map[string]template.HTML {
	icons := map[string]template.HTML{}
	files, err := fs.Glob(l.r.theme.FS, "assets/icons/*.svg")
	if err != nil {
		l.fail("assets/icons", err)
	}
	slices.Sort(files)
	for _, file := range files {
		svg, err := fs.ReadFile(l.r.theme.FS, file)
		if err != nil {
			l.fail(file, err)
			continue
		}
		icons[strings.TrimSuffix(path.Base(file), ".svg")] = hiddenDrawing(string(svg))
	}
	return icons
}

// hiddenDrawing is an SVG that stands beside words, so that no screen reader need speak of it.
func hiddenDrawing(svg string) template.HTML {
	if i := strings.Index(svg, "<svg"); i >= 0 {
		svg = svg[i:]
		if !strings.Contains(svg, "aria-hidden") {
			svg = `<svg aria-hidden="true" focusable="false"` + svg[len("<svg"):]
		}
	}
	return template.HTML(strings.TrimSpace(svg))
}
