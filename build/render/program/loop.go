package program

import (
	"cmp"
	"reflect"
	"slices"
	"text/template/parse"
)

// loop compiles range over lists, maps with texts for keys, and numbers.
func (c *compiler) loop(n *parse.RangeNode) step {
	if n.Pipe.IsAssign || len(n.Pipe.Decl) > 2 {
		c.fail("range sets a variable: %s", n.Pipe)
	}
	value := c.pipeline(n.Pipe, true)
	l := loop{key: -1, item: -1}
	switch len(n.Pipe.Decl) {
	case 1:
		l.item = len(c.vars) - 1
	case 2:
		l.key, l.item = len(c.vars)-2, len(c.vars)-1
	}
	l.body = c.inner(n.List)
	otherwise := c.inner(n.ElseList)
	return func(m *Machine, dot reflect.Value) flow {
		if l.all(m, value(m, dot)) {
			return onward
		}
		return otherwise(m, dot)
	}
}

// loop is the part of a range that is repeated. Variables that it does not have are -1.
type loop struct {
	body      step
	key, item int
}

// all goes through a value. It says whether there was anything in it.
func (l *loop) all(m *Machine, v reflect.Value) bool {
	v = indirect(v)
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if !l.once(m, i, reflect.Value{}, v.Index(i)) {
				break
			}
		}
		return v.Len() > 0
	case reflect.Map:
		for i, key := range sortedKeys(v) {
			if !l.once(m, i, key, v.MapIndex(key)) {
				break
			}
		}
		return v.Len() > 0
	}
	panic("range over a " + v.Type().String())
}

// once goes round once, and says whether to go on. The key of a list's item is its number.
func (l *loop) once(m *Machine, i int, key, item reflect.Value) bool {
	m.bound()
	if l.key >= 0 {
		if !key.IsValid() {
			key = reflect.ValueOf(i)
		}
		m.vars[m.base+l.key] = key
	}
	if l.item >= 0 {
		m.vars[m.base+l.item] = item
	}
	return l.body(m, item) != breaks
}

// sortedKeys are a map's, in the order in which html/template has them.
func sortedKeys(v reflect.Value) []reflect.Value {
	if v.Type().Key().Kind() != reflect.String {
		panic("range over a " + v.Type().String())
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	return keys
}
