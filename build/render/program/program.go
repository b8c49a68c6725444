// Package program executes templates of html/template faster than html/template does: it compiles what html/template has
// parsed and escaped, once, and runs that for each page.
//
// html/template finds out at every execution what a name means: it looks fields up by name, and calls functions and
// escapers by reflection. Here a field is looked up once for each type, functions of known shapes are called as they are,
// and a text that has nothing to escape is written as it is.
//
// # What is ours, and what stays html/template's
//
// Which escapers a value passes is decided by html/template alone: Compile reads its trees after it has escaped them. Of the
// escapers only those of plain texts are here, and of addresses only the answer "nothing to change"; everything else,
// every other type among it, is handed to html/template's own functions (see escape). A template with anything that is not
// known here is not compiled, and neither are those that call it. Whatever goes wrong when a program runs is answered with
// an error that is for nobody's eyes: execute the template by html/template then, which has the message for authors, or
// finds that nothing is wrong.
//
// It knows neither themes nor pages.
package program

import (
	"fmt"
	"html/template"
	"maps"
	"reflect"
	"slices"
	texttemplate "text/template"
)

// Program is a set of templates, compiled. Any number of machines may run it at the same time.
type Program struct {
	units map[string]*unit
	names []string // of functions, in the order of a machine's
	types []reflect.Type
}

// unit is one template. Its variables are numbered; the first one is $.
type unit struct {
	body  step
	slots int
	calls []string // names of the templates that it calls
	unfit error    // why it was not compiled
}

// Compile compiles the templates of a set by name, and what they call. Those that html/template has not executed yet, and
// so not escaped, are left out, as is what has something unknown in it: Has says what is there. Of the functions only
// names and types count.
func Compile(set *template.Template, funcs template.FuncMap, names ...string) *Program {
	p := &Program{units: map[string]*unit{}}
	all := builtins()
	maps.Copy(all, funcs)
	p.names = slices.Sorted(maps.Keys(all))
	for _, name := range p.names {
		p.types = append(p.types, reflect.TypeOf(all[name]))
	}
	for _, name := range names {
		if t := set.Lookup(name); t != nil {
			if text := escaped(t); text != nil {
				p.compile(text, name)
			}
		}
	}
	p.dropUnfit()
	return p
}

// escaped is what html/template executes when it has escaped a template. It keeps that to itself, and so it is read by
// reflection: the trees of templates that are called within attributes and titles are found nowhere else. Nil: it has not
// been escaped, or this html/template is another one, of which nothing can be compiled.
func escaped(t *template.Template) *texttemplate.Template {
	text, outcome := reflect.ValueOf(t).Elem().FieldByName("text"), reflect.ValueOf(t).Elem().FieldByName("escapeErr")
	if !text.IsValid() || text.Type() != reflect.TypeFor[*texttemplate.Template]() {
		return nil
	}
	if !outcome.IsValid() || outcome.Kind() != reflect.Interface || outcome.IsNil() {
		return nil
	}
	return (*texttemplate.Template)(text.UnsafePointer())
}

// Has says whether a template was compiled.
func (p *Program) Has(name string) bool { return p.units[name] != nil }

// Machine runs a program for one goroutine, with functions of its own.
type Machine struct {
	program *Program
	funcs   []any
	out     []byte
	limit   int
	depth   int
	vars    []reflect.Value // of all templates that are being executed
	base    int             // where the variables of the innermost one begin
	top     int             // where they end
	texts   []string        // results of functions, for values to point to
}

// Machine makes one. The functions are those that were given to Compile, in name and type.
func (p *Program) Machine(funcs template.FuncMap) *Machine {
	all := builtins()
	maps.Copy(all, funcs)
	m := &Machine{program: p, vars: make([]reflect.Value, 64)}
	for i, name := range p.names {
		if reflect.TypeOf(all[name]) != p.types[i] {
			panic("program: another function " + name) // a mistake of the caller
		}
		m.funcs = append(m.funcs, all[name])
	}
	return m
}

// maxDepth is how deep templates may call each other; html/template gives up there, too.
const maxDepth = 100_000

// Execute appends what a template writes to out, at most limit bytes. It may be called by a function of a template that the
// machine is executing. With an error nothing is known of what html/template would do, not even whether it would fail.
func (m *Machine) Execute(out []byte, limit int, name string, data any) (_ []byte, err error) {
	u := m.program.units[name]
	if u == nil {
		return out, fmt.Errorf("program: there is no template %q", name)
	}
	outer := *m
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("program: %s: %v", name, r)
		}
		m.out, m.limit, m.depth, m.base, m.top = outer.out, outer.limit, outer.depth, outer.base, outer.top
		if outer.top == 0 {
			m.texts = m.texts[:0]
			clear(m.vars)
		}
	}()
	m.out, m.limit = out, limit
	m.call(u, reflect.ValueOf(data))
	m.bound()
	return m.out, nil
}

// call executes a template in variables of its own.
func (m *Machine) call(u *unit, dot reflect.Value) {
	base, top := m.base, m.top
	m.base, m.top, m.depth = top, top+u.slots, m.depth+1
	if m.depth > maxDepth {
		panic("templates call each other too deep")
	}
	m.bound()
	if m.top > len(m.vars) {
		m.vars = append(m.vars, make([]reflect.Value, m.top)...)
	}
	m.vars[m.base] = dot
	u.body(m, dot)
	m.base, m.top, m.depth = base, top, m.depth-1
}

// bound ends a template that would write for ever. Whatever can, goes through here now and then.
func (m *Machine) bound() {
	if len(m.out) > m.limit {
		panic("too much is written")
	}
}

// text is a function's result as a value. Making one by reflect.ValueOf would take memory for each.
func (m *Machine) text(s string) reflect.Value {
	if len(m.texts) == cap(m.texts) {
		m.texts = make([]string, 0, 64) // values go on pointing to the ones before
	}
	m.texts = append(m.texts, s)
	return reflect.ValueOf(&m.texts[len(m.texts)-1]).Elem()
}
