package program

import (
	"fmt"
	"html/template"
	"reflect"
	"slices"
	"text/template/parse"
	"time"
)

// builtins are html/template's functions that it has from elsewhere. The others, which see values as they are, are in
// compare.go; "call" and "slice" are not compiled.
func builtins() template.FuncMap {
	return template.FuncMap{"print": fmt.Sprint, "printf": fmt.Sprintf, "println": fmt.Sprintln,
		"html": template.HTMLEscaper, "js": template.JSEscaper, "urlquery": template.URLQueryEscaper}
}

// function compiles the call of a function.
func (c *compiler) function(name string, args []parse.Node, piped eval) eval {
	index, ok := slices.BinarySearch(c.p.names, name)
	if !ok {
		return c.builtin(name, args, piped)
	}
	typ := c.p.types[index]
	n := len(args)
	if piped != nil {
		n++
	}
	if fixed := typ.NumIn(); n != fixed && !(typ.IsVariadic() && n >= fixed-1) {
		c.fail("wrong number of arguments for %s", name)
	}
	var all []eval
	for i, arg := range args {
		all = append(all, c.argument(arg, parameter(typ, i)))
	}
	if piped != nil {
		to := parameter(typ, n-1)
		all = append(all, func(m *Machine, dot reflect.Value) reflect.Value { return fit(piped(m, dot), to) })
	}
	if call := known(typ, index, all); call != nil {
		return call
	}
	if typ.NumOut() == 0 || typ.Out(0) == reflect.TypeFor[reflect.Value]() {
		c.fail("the function %s", name)
	}
	return func(m *Machine, dot reflect.Value) reflect.Value {
		values := make([]reflect.Value, len(all))
		for i, arg := range all {
			values[i] = arg(m, dot)
		}
		return result(reflect.ValueOf(m.funcs[index]).Call(values))
	}
}

// parameter is the type of a function's parameter; of the variadic one, of each of its values.
func parameter(typ reflect.Type, i int) reflect.Type {
	if typ.IsVariadic() && i >= typ.NumIn()-1 {
		return typ.In(typ.NumIn() - 1).Elem()
	}
	return typ.In(i)
}

// argument compiles an argument for a parameter of a type.
func (c *compiler) argument(n parse.Node, typ reflect.Type) eval {
	switch n.(type) {
	case *parse.StringNode, *parse.BoolNode, *parse.NumberNode:
		v := c.constant(n)
		if typ != v.Type() && typ != anyType {
			c.fail("%s for a %s", n, typ)
		}
		return func(*Machine, reflect.Value) reflect.Value { return v }
	}
	value := c.value(n)
	if typ == reflect.TypeFor[reflect.Value]() {
		c.fail("an argument as it is")
	}
	return func(m *Machine, dot reflect.Value) reflect.Value { return fit(value(m, dot), typ) }
}

var anyType = reflect.TypeFor[any]()

// fit makes a value fit for a parameter, as html/template does: by looking into an interface, and by following or making
// a pointer.
func fit(v reflect.Value, typ reflect.Type) reflect.Value {
	if !v.IsValid() {
		switch typ.Kind() {
		case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
			return reflect.Zero(typ)
		}
		panic("nothing for a " + typ.String())
	}
	if v.Type() == typ || v.Type().AssignableTo(typ) {
		return v
	}
	if v.Kind() == reflect.Interface && !v.IsNil() {
		if v = v.Elem(); v.Type().AssignableTo(typ) {
			return v
		}
	}
	switch {
	case v.Kind() == reflect.Pointer && v.Type().Elem().AssignableTo(typ) && !v.IsNil():
		return v.Elem()
	case reflect.PointerTo(v.Type()).AssignableTo(typ) && v.CanAddr():
		return v.Addr()
	}
	panic("a " + v.Type().String() + " for a " + typ.String())
}

// result is what a function gave. Its error ends the program.
func result(out []reflect.Value) reflect.Value {
	if len(out) == 2 && !out[1].IsNil() {
		panic(out[1].Interface())
	}
	return out[0]
}

// checked is a result whose error ends the program.
func checked[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// known compiles the call of a function of a shape that is common. Nil: it is of another one.
func known(typ reflect.Type, i int, args []eval) eval {
	switch typ {
	case reflect.TypeFor[func() string]():
		return texts(func(m *Machine, _ reflect.Value) string { return m.funcs[i].(func() string)() })
	case reflect.TypeFor[func(string) string]():
		return texts(func(m *Machine, dot reflect.Value) string {
			return m.funcs[i].(func(string) string)(args[0](m, dot).String())
		})
	case reflect.TypeFor[func(string, string, string) string]():
		return texts(func(m *Machine, dot reflect.Value) string {
			a, b, c := args[0](m, dot).String(), args[1](m, dot).String(), args[2](m, dot).String()
			return m.funcs[i].(func(string, string, string) string)(a, b, c)
		})
	case reflect.TypeFor[func(time.Time) string]():
		return texts(func(m *Machine, dot reflect.Value) string {
			return m.funcs[i].(func(time.Time) string)(timeOf(args[0](m, dot)))
		})
	case reflect.TypeFor[func(string, time.Time) string]():
		return texts(func(m *Machine, dot reflect.Value) string {
			layout := args[0](m, dot).String()
			return m.funcs[i].(func(string, time.Time) string)(layout, timeOf(args[1](m, dot)))
		})
	case reflect.TypeFor[func(...any) string]():
		return texts(func(m *Machine, dot reflect.Value) string {
			return m.funcs[i].(func(...any) string)(anys(m, dot, args)...)
		})
	case reflect.TypeFor[func(string, ...any) string]():
		return texts(func(m *Machine, dot reflect.Value) string {
			format := args[0](m, dot).String()
			return m.funcs[i].(func(string, ...any) string)(format, anys(m, dot, args[1:])...)
		})
	case reflect.TypeFor[func(string, ...any) (string, error)]():
		return texts(func(m *Machine, dot reflect.Value) string {
			key := args[0](m, dot).String()
			return checked(m.funcs[i].(func(string, ...any) (string, error))(key, anys(m, dot, args[1:])...))
		})
	}
	return knownOther(typ, i, args)
}

// texts is the call of a function that gives a text.
func texts(call func(m *Machine, dot reflect.Value) string) eval {
	return func(m *Machine, dot reflect.Value) reflect.Value { return m.text(call(m, dot)) }
}

// knownOther is known for functions that give no plain text.
func knownOther(typ reflect.Type, i int, args []eval) eval {
	switch typ {
	case reflect.TypeFor[func(string) (template.HTML, error)]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(checked(m.funcs[i].(func(string) (template.HTML, error))(args[0](m, dot).String())))
		}
	case reflect.TypeFor[func(any) (template.HTML, error)]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(checked(m.funcs[i].(func(any) (template.HTML, error))(args[0](m, dot).Interface())))
		}
	case reflect.TypeFor[func(...any) (map[string]any, error)]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(checked(m.funcs[i].(func(...any) (map[string]any, error))(anys(m, dot, args)...)))
		}
	case reflect.TypeFor[func(...any) []any]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			return reflect.ValueOf(m.funcs[i].(func(...any) []any)(anys(m, dot, args)...))
		}
	case reflect.TypeFor[func([]any, ...any) []any]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			list := args[0](m, dot).Interface().([]any)
			return reflect.ValueOf(m.funcs[i].(func([]any, ...any) []any)(list, anys(m, dot, args[1:])...))
		}
	case reflect.TypeFor[func(map[string]any, map[string]any) map[string]any]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			a, b := args[0](m, dot).Interface().(map[string]any), args[1](m, dot).Interface().(map[string]any)
			return reflect.ValueOf(m.funcs[i].(func(a, b map[string]any) map[string]any)(a, b))
		}
	case reflect.TypeFor[func(any, any) (any, error)]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			a, b := args[0](m, dot).Interface(), args[1](m, dot).Interface()
			return reflect.ValueOf(checked(m.funcs[i].(func(a, b any) (any, error))(a, b)))
		}
	case reflect.TypeFor[func(int, ...int) int]():
		return func(m *Machine, dot reflect.Value) reflect.Value {
			first, more := int(args[0](m, dot).Int()), make([]int, len(args)-1)
			for k, arg := range args[1:] {
				more[k] = int(arg(m, dot).Int())
			}
			return reflect.ValueOf(m.funcs[i].(func(int, ...int) int)(first, more...))
		}
	}
	return nil
}

// anys are the values of arguments.
func anys(m *Machine, dot reflect.Value, args []eval) []any {
	all := make([]any, len(args))
	for i, arg := range args {
		all[i] = arg(m, dot).Interface()
	}
	return all
}
