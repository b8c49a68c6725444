package program

import (
	"fmt"
	"reflect"
	"slices"
	texttemplate "text/template"
	"text/template/parse"
)

// step writes a part of a template. What it returns says how a loop around it goes on.
type step func(m *Machine, dot reflect.Value) flow

type flow int

const (
	onward    flow = iota
	breaks         // {{ break }}
	continues      // {{ continue }}
)

// compiler compiles one template.
type compiler struct {
	p     *Program
	text  *texttemplate.Template // the set
	vars  []string               // in sight, by slot
	slots int                    // the most that were needed at a time
	calls []string
}

// unfit ends the compilation of a template that has something unknown in it.
type unfit struct{ error }

func (c *compiler) fail(format string, args ...any) {
	panic(unfit{fmt.Errorf(format, args...)})
}

// compile compiles a template, and those that it calls.
func (p *Program) compile(text *texttemplate.Template, name string) *unit {
	if u := p.units[name]; u != nil {
		return u
	}
	u := &unit{}
	p.units[name] = u // now, for templates that call themselves
	c := &compiler{p: p, text: text, vars: []string{"$"}, slots: 1}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case unfit:
			u.unfit = r.error
		default:
			panic(r)
		}
	}()
	t := text.Lookup(name)
	if t == nil || t.Tree == nil || t.Root == nil {
		c.fail("there is no template %q", name)
	}
	u.body = c.list(t.Root)
	u.slots = c.slots
	u.calls = c.calls
	return u
}

// dropUnfit takes out what was not compiled, and whatever calls that.
func (p *Program) dropUnfit() {
	for again := true; again; {
		again = false
		for name, u := range p.units {
			if u.unfit != nil || slices.ContainsFunc(u.calls, func(called string) bool { return p.units[called] == nil }) {
				delete(p.units, name)
				again = true
			}
		}
	}
}

// declare makes a variable, which is in sight until the end of what it stands in.
func (c *compiler) declare(name string) int {
	c.vars = append(c.vars, name)
	c.slots = max(c.slots, len(c.vars))
	return len(c.vars) - 1
}

// slot is the number of a variable.
func (c *compiler) slot(name string) int {
	for i, v := range slices.Backward(c.vars) {
		if v == name {
			return i
		}
	}
	c.fail("there is no variable %s", name)
	return 0
}

// scope compiles something whose variables end with it.
func (c *compiler) scope(do func() step) step {
	before := len(c.vars)
	s := do()
	c.vars = c.vars[:before]
	return s
}

func (c *compiler) list(l *parse.ListNode) step {
	if l == nil {
		return func(*Machine, reflect.Value) flow { return onward }
	}
	var steps []step
	for _, n := range l.Nodes {
		if s := c.node(n); s != nil {
			steps = append(steps, s)
		}
	}
	if len(steps) == 1 {
		return steps[0]
	}
	return func(m *Machine, dot reflect.Value) flow {
		for _, s := range steps {
			if f := s(m, dot); f != onward {
				return f
			}
		}
		return onward
	}
}

// node compiles what stands in a list. Nil: nothing is to be done.
func (c *compiler) node(n parse.Node) step {
	switch n := n.(type) {
	case *parse.TextNode:
		return c.written(n.Text)
	case *parse.ActionNode:
		return c.action(n)
	case *parse.IfNode:
		return c.scope(func() step { return c.branch(&n.BranchNode, false) })
	case *parse.WithNode:
		return c.scope(func() step { return c.branch(&n.BranchNode, true) })
	case *parse.RangeNode:
		return c.scope(func() step { return c.loop(n) })
	case *parse.TemplateNode:
		return c.template(n)
	case *parse.BreakNode:
		return func(*Machine, reflect.Value) flow { return breaks }
	case *parse.ContinueNode:
		return func(*Machine, reflect.Value) flow { return continues }
	case *parse.CommentNode:
		return nil
	}
	c.fail("unknown node %s", n)
	return nil
}

func (c *compiler) written(text []byte) step {
	if len(text) == 0 {
		return nil
	}
	return func(m *Machine, _ reflect.Value) flow {
		m.out = append(m.out, text...)
		return onward
	}
}

// action compiles {{ pipeline }}, which sets a variable or writes a value through escapers.
func (c *compiler) action(n *parse.ActionNode) step {
	if len(n.Pipe.Decl) > 0 {
		set := c.pipeline(n.Pipe, true)
		return func(m *Machine, dot reflect.Value) flow {
			set(m, dot)
			return onward
		}
	}
	cmds := n.Pipe.Cmds
	first := slices.IndexFunc(cmds, isEscaper)
	if first <= 0 {
		c.fail("no escapers: %s", n)
	}
	value, escape := c.commands(cmds[:first]), c.escape(cmds[first:])
	return func(m *Machine, dot reflect.Value) flow {
		escape.write(m, value(m, dot))
		return onward
	}
}

// branch compiles if and with, which moves the dot.
func (c *compiler) branch(n *parse.BranchNode, with bool) step {
	value := c.pipeline(n.Pipe, true)
	then, otherwise := c.inner(n.List), c.inner(n.ElseList)
	return func(m *Machine, dot reflect.Value) flow {
		v := value(m, dot)
		if !isTrue(v) {
			return otherwise(m, dot)
		}
		if with {
			return then(m, v)
		}
		return then(m, dot)
	}
}

func (c *compiler) inner(l *parse.ListNode) step {
	return c.scope(func() step { return c.list(l) })
}

func (c *compiler) template(n *parse.TemplateNode) step {
	data := c.pipeline(n.Pipe, false)
	called := c.p.compile(c.text, n.Name)
	c.calls = append(c.calls, n.Name)
	return func(m *Machine, dot reflect.Value) flow {
		m.call(called, data(m, dot))
		return onward
	}
}
