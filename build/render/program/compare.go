package program

import (
	"reflect"
	"text/template/parse"
)

// builtin compiles html/template's own functions that see their arguments as they are: not even nothing is refused.
func (c *compiler) builtin(name string, args []parse.Node, piped eval) eval {
	var all []eval
	for _, arg := range args {
		all = append(all, c.raw(arg))
	}
	if piped != nil {
		all = append(all, piped)
	}
	switch name {
	case "and", "or":
		if piped == nil && len(all) > 0 {
			return shortcut(name == "or", all)
		}
	case "index":
		if len(all) > 0 {
			return index(all)
		}
	case "not", "len":
		if len(all) == 1 {
			return single(name, all[0])
		}
	case "eq":
		if len(all) > 1 {
			return equal(all)
		}
	case "ne", "lt", "le", "gt", "ge":
		if len(all) == 2 {
			return compared(name, all[0], all[1])
		}
	}
	c.fail("the function %s, or its arguments", name)
	return nil
}

func (c *compiler) raw(n parse.Node) eval {
	if _, ok := n.(*parse.NilNode); ok {
		return func(*Machine, reflect.Value) reflect.Value { return reflect.Value{} }
	}
	return c.value(n)
}

// shortcut is and, or: the first value that decides, or the last.
func shortcut(until bool, args []eval) eval {
	return func(m *Machine, dot reflect.Value) (v reflect.Value) {
		for _, arg := range args {
			if v = arg(m, dot); isTrue(v) == until {
				break
			}
		}
		return v
	}
}

func single(name string, arg eval) eval {
	if name == "not" {
		return func(m *Machine, dot reflect.Value) reflect.Value { return reflect.ValueOf(!isTrue(arg(m, dot))) }
	}
	return func(m *Machine, dot reflect.Value) reflect.Value {
		return reflect.ValueOf(indirect(arg(m, dot)).Len()) // panics for what has no length
	}
}

// index is an item of a list, or an entry of a map; of those again.
func index(args []eval) eval {
	return func(m *Machine, dot reflect.Value) reflect.Value {
		values := evaluated(m, dot, args)
		v := inside(values[0])
		for _, at := range values[1:] {
			at = inside(at)
			if v = indirect(v); v.Kind() == reflect.Map {
				v = entry(v, at)
				continue
			}
			if at.Kind() != reflect.Int || at.Int() < 0 {
				panic("an index of another type")
			}
			v = v.Index(int(at.Int())) // panics beyond the end, and for what has no items
		}
		if !v.IsValid() {
			panic("index of nothing")
		}
		return v
	}
}

// entry is a map's, or the zero of its type.
func entry(v, key reflect.Value) reflect.Value {
	if !key.IsValid() || !key.Type().AssignableTo(v.Type().Key()) {
		panic("a key of another type")
	}
	if x := v.MapIndex(key); x.IsValid() {
		return x
	}
	return reflect.Zero(v.Type().Elem())
}

func evaluated(m *Machine, dot reflect.Value, args []eval) []reflect.Value {
	values := make([]reflect.Value, len(args))
	for i, arg := range args {
		values[i] = arg(m, dot)
	}
	return values
}

// equal is eq: whether the first value is one of the others.
func equal(args []eval) eval {
	return func(m *Machine, dot reflect.Value) reflect.Value {
		a := inside(args[0](m, dot))
		if len(args) == 2 {
			return reflect.ValueOf(same(a, inside(args[1](m, dot))))
		}
		for _, b := range evaluated(m, dot, args[1:]) {
			if same(a, inside(b)) {
				return reflect.ValueOf(true)
			}
		}
		return reflect.ValueOf(false)
	}
}

// same compares texts, whole numbers, decimals and truths among themselves, and anything with nothing. What else there is
// to compare, and what may not be compared, is html/template's.
func same(a, b reflect.Value) bool {
	if !a.IsValid() || !b.IsValid() {
		return isNil(a) && isNil(b)
	}
	switch {
	case a.Kind() == reflect.String && b.Kind() == reflect.String:
		return a.String() == b.String()
	case a.CanInt() && b.CanInt():
		return a.Int() == b.Int()
	case a.CanFloat() && b.CanFloat():
		return a.Float() == b.Float()
	case a.Kind() == reflect.Bool && b.Kind() == reflect.Bool:
		return a.Bool() == b.Bool()
	}
	panic("cannot compare " + a.Type().String() + " and " + b.Type().String())
}

// isNil says whether a value is nothing, or the nil of its type.
func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return true
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
		return v.IsNil()
	}
	return false
}

// compared is ne, lt, le, gt, ge.
func compared(name string, first, second eval) eval {
	return func(m *Machine, dot reflect.Value) reflect.Value {
		a := inside(first(m, dot))
		b := inside(second(m, dot))
		if name == "ne" {
			return reflect.ValueOf(!same(a, b))
		}
		less, equal := order(a, b)
		switch name {
		case "lt":
			return reflect.ValueOf(less)
		case "le":
			return reflect.ValueOf(less || equal)
		case "gt":
			return reflect.ValueOf(!less && !equal)
		}
		return reflect.ValueOf(!less)
	}
}

// order says whether a value is less than another, and whether it equals it. Of a decimal that is no number neither holds.
func order(a, b reflect.Value) (less, equal bool) {
	switch {
	case a.Kind() == reflect.String && b.Kind() == reflect.String:
		return a.String() < b.String(), a.String() == b.String()
	case a.CanInt() && b.CanInt():
		return a.Int() < b.Int(), a.Int() == b.Int()
	case a.CanFloat() && b.CanFloat():
		return a.Float() < b.Float(), a.Float() == b.Float()
	}
	panic("no order")
}
