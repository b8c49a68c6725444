package program

import (
	"reflect"
	"sync/atomic"
	"text/template/parse"
	"time"
)

// chain compiles .A.B, $x.A.B and (pipeline).A.B. Arguments are those of a method at its end.
func (c *compiler) chain(n parse.Node, args []parse.Node) eval {
	switch n := n.(type) {
	case *parse.FieldNode:
		return c.fields(func(_ *Machine, dot reflect.Value) reflect.Value { return dot }, n.Ident, args)
	case *parse.VariableNode:
		slot := c.slot(n.Ident[0])
		return c.fields(func(m *Machine, _ reflect.Value) reflect.Value { return m.vars[m.base+slot] }, n.Ident[1:], args)
	case *parse.ChainNode:
		if p, ok := n.Node.(*parse.PipeNode); ok {
			return c.fields(c.pipeline(p, false), n.Field, args)
		}
	}
	c.fail("cannot evaluate %s", n)
	return nil
}

func (c *compiler) fields(value eval, names []string, args []parse.Node) eval {
	if len(args) > 0 && len(names) == 0 {
		c.fail("arguments for a variable")
	}
	for i, name := range names {
		f := &field{name: reflect.ValueOf(name)}
		if i == len(names)-1 {
			for _, arg := range args {
				f.args = append(f.args, c.value(arg))
			}
		}
		of := value
		value = func(m *Machine, dot reflect.Value) reflect.Value { return f.get(m, dot, of(m, dot)) }
	}
	return value
}

// field is a name behind a dot: a field, the entry of a map, or a method.
type field struct {
	name  reflect.Value // string
	args  []eval        // of a method
	known atomic.Pointer[[]lookup]
}

// lookup is what a field's name means for a type of values.
type lookup struct {
	typ     reflect.Type
	address bool // the value has an address, and so the methods of pointers to its type
	kind    lookupKind
	index   int // of a field or method
}

type lookupKind int

const (
	unknown   lookupKind = iota
	ofStruct             // a field
	ofMap                // an entry
	ofAnyMap             // an entry of map[string]any
	ofValue              // a method
	ofPointer            // a method of the value's address
	ofTime               // time.Time's IsZero
)

var (
	stringType = reflect.TypeFor[string]()
	timeType   = reflect.TypeFor[time.Time]()
	anyMap     = reflect.TypeFor[map[string]any]()
)

// get is the field of a value.
func (f *field) get(m *Machine, dot, v reflect.Value) reflect.Value {
	if !v.IsValid() {
		return v
	}
	if v = indirect(v); v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		panic("nil has no field " + f.name.String())
	}
	l := f.lookup(v.Type(), v.CanAddr())
	if len(f.args) > 0 && l.kind != ofValue && l.kind != ofPointer {
		panic("arguments for " + f.name.String())
	}
	switch l.kind {
	case ofStruct:
		return v.Field(l.index)
	case ofAnyMap:
		if x := v.Interface().(map[string]any)[f.name.String()]; x != nil {
			return reflect.ValueOf(x)
		}
		return v.MapIndex(f.name) // nothing, or nil
	case ofMap:
		return v.MapIndex(f.name)
	case ofValue:
		return f.call(m, dot, v.Method(l.index))
	case ofPointer:
		return f.call(m, dot, v.Addr().Method(l.index))
	case ofTime:
		return reflect.ValueOf(timeOf(v).IsZero())
	}
	panic("no field " + f.name.String() + " in " + v.Type().String())
}

// lookup finds out what the name means, once for each type.
func (f *field) lookup(typ reflect.Type, address bool) lookup {
	known := f.known.Load()
	if known != nil {
		for _, l := range *known {
			if l.typ == typ && l.address == address {
				return l
			}
		}
	}
	l := find(typ, address, f.name.String())
	more := []lookup{l}
	if known != nil {
		more = append(more, *known...)
	}
	f.known.Store(&more) // what another has found in the meantime is found again
	return l
}

// find looks for a method first, as html/template does, and then for a field or an entry.
func find(typ reflect.Type, address bool, name string) lookup {
	l := lookup{typ: typ, address: address}
	of := typ
	if address {
		of = reflect.PointerTo(typ)
	}
	if method, ok := of.MethodByName(name); ok {
		l.kind, l.index = ofValue, method.Index
		switch {
		case typ == timeType && name == "IsZero":
			l.kind = ofTime
		case address:
			l.kind = ofPointer
		}
		return l
	}
	switch typ.Kind() {
	case reflect.Struct:
		if field, ok := typ.FieldByName(name); ok && field.IsExported() && len(field.Index) == 1 {
			l.kind, l.index = ofStruct, field.Index[0]
		}
	case reflect.Map:
		switch {
		case typ == anyMap:
			l.kind = ofAnyMap
		case stringType.AssignableTo(typ.Key()):
			l.kind = ofMap
		}
	}
	return l
}

// call calls a method with the field's arguments.
func (f *field) call(m *Machine, dot, method reflect.Value) reflect.Value {
	typ := method.Type()
	if typ.IsVariadic() || typ.NumIn() != len(f.args) {
		panic("arguments for " + f.name.String())
	}
	args := make([]reflect.Value, len(f.args))
	for i, arg := range f.args {
		args[i] = fit(arg(m, dot), typ.In(i))
	}
	return result(method.Call(args))
}

// timeOf is a time that a value holds.
func timeOf(v reflect.Value) time.Time {
	if v.CanAddr() {
		return *v.Addr().Interface().(*time.Time)
	}
	return v.Interface().(time.Time)
}
