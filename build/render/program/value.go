package program

import (
	"reflect"
	"regexp"
	"text/template/parse"
)

// eval gives the value of a part of a pipeline. The zero Value is what html/template has for nothing at all: the field
// of a map that is not there.
type eval func(m *Machine, dot reflect.Value) reflect.Value

// pipeline compiles a pipeline, and declares or sets its variables where it may have any.
func (c *compiler) pipeline(p *parse.PipeNode, variables bool) eval {
	if p == nil {
		return func(*Machine, reflect.Value) reflect.Value { return reflect.Value{} }
	}
	value := c.commands(p.Cmds)
	if len(p.Decl) > 0 && !variables {
		c.fail("a variable in %s", p)
	}
	for _, v := range p.Decl {
		value = c.kept(value, v.Ident[0], p.IsAssign)
	}
	return value
}

// kept puts a value into a variable, too.
func (c *compiler) kept(value eval, name string, assign bool) eval {
	var slot int
	if assign {
		slot = c.slot(name)
	} else {
		slot = c.declare(name)
	}
	return func(m *Machine, dot reflect.Value) reflect.Value {
		v := value(m, dot)
		m.vars[m.base+slot] = v
		return v
	}
}

// commands compiles a pipeline's commands. Each gets the value of the one before as its last argument, from a variable
// without a name, because it is evaluated before the other arguments.
func (c *compiler) commands(cmds []*parse.CommandNode) eval {
	value := dug(c.command(cmds[0], nil))
	for _, cmd := range cmds[1:] {
		before := c.kept(value, "", false)
		slot := len(c.vars) - 1
		next := dug(c.command(cmd, func(m *Machine, _ reflect.Value) reflect.Value { return m.vars[m.base+slot] }))
		value = func(m *Machine, dot reflect.Value) reflect.Value {
			before(m, dot)
			return next(m, dot)
		}
	}
	return value
}

// dug gives what is inside of an interface.
func dug(value eval) eval {
	return func(m *Machine, dot reflect.Value) reflect.Value {
		v := value(m, dot)
		if v.Kind() == reflect.Interface && v.Type().NumMethod() == 0 {
			return v.Elem()
		}
		return v
	}
}

// command compiles a command. Piped is its last argument, if it is not the first of its pipeline.
func (c *compiler) command(cmd *parse.CommandNode, piped eval) eval {
	args := cmd.Args[1:]
	switch n := cmd.Args[0].(type) {
	case *parse.IdentifierNode:
		return c.function(n.Ident, args, piped)
	case *parse.FieldNode, *parse.VariableNode, *parse.ChainNode:
		if piped != nil {
			c.fail("an argument for %s", cmd)
		}
		return c.chain(n, args)
	}
	if piped != nil || len(args) > 0 {
		c.fail("an argument for %s", cmd)
	}
	return c.value(cmd.Args[0])
}

// value compiles what may be an argument, too.
func (c *compiler) value(n parse.Node) eval {
	switch n := n.(type) {
	case *parse.DotNode:
		return func(_ *Machine, dot reflect.Value) reflect.Value { return dot }
	case *parse.FieldNode, *parse.VariableNode, *parse.ChainNode:
		return c.chain(n, nil)
	case *parse.PipeNode:
		return c.pipeline(n, false)
	case *parse.IdentifierNode:
		return c.function(n.Ident, nil, nil)
	}
	v := c.constant(n)
	return func(*Machine, reflect.Value) reflect.Value { return v }
}

// whole and decimal are the numbers that are compiled. Others are too rare to be worth their rules.
var (
	whole   = regexp.MustCompile(`^-?[0-9]{1,9}$`)
	decimal = regexp.MustCompile(`^-?[0-9]{1,9}\.[0-9]{1,9}$`)
)

// constant is the value of a text, a number or a truth where any value may be.
func (c *compiler) constant(n parse.Node) reflect.Value {
	switch n := n.(type) {
	case *parse.StringNode:
		return reflect.ValueOf(n.Text)
	case *parse.BoolNode:
		return reflect.ValueOf(n.True)
	case *parse.NumberNode:
		switch {
		case whole.MatchString(n.Text) && n.IsInt:
			return reflect.ValueOf(int(n.Int64))
		case decimal.MatchString(n.Text) && n.IsFloat:
			return reflect.ValueOf(n.Float64)
		}
	}
	c.fail("cannot evaluate %s", n)
	return reflect.Value{}
}

// indirect follows pointers and interfaces to what is there, or to the nil among them.
func indirect(v reflect.Value) reflect.Value {
	for (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && !v.IsNil() {
		v = v.Elem()
	}
	return v
}

// inside is what an interface holds; the zero Value for nothing.
func inside(v reflect.Value) reflect.Value {
	if v.Kind() == reflect.Interface {
		return v.Elem()
	}
	return v
}

// isTrue says whether a value is not its type's zero, as if, with, and, or and not see it.
func isTrue(v reflect.Value) bool {
	v = inside(v)
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Struct:
		return true
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() > 0
	case reflect.Float32, reflect.Float64:
		return v.Float() != 0
	case reflect.Complex64, reflect.Complex128:
		return v.Complex() != 0
	}
	return !v.IsZero()
}
