// Package trace is what a build remembers for the next one: how files looked, what an output was made from, and a file
// that keeps all of that.
//
// It holds the tools: sums of values, stamps of files, a compact encoding, and the file of memory. What is worth
// remembering is known to those who use it: build/content (entries), build/check (facts of pages), build/publish (the
// output folder) and build (traces). Nothing here is needed for a build: without it everything is made anew, and comes
// out the same.
package trace

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"slices"
	"sync"
	"time"
)

// Sum stands for a value: the first half of its SHA-256. Equal sums, equal values.
type Sum [16]byte

// String gives hexadecimal digits.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// OfBytes is the sum of a file's bytes.
func OfBytes(data []byte) Sum {
	full := sha256.Sum256(data)
	return Sum(full[:len(Sum{})])
}

// Of is the sum of any plain values: structs, maps with texts for keys, lists, texts, numbers, times, and pointers to
// such. Every exported field counts, so that one which is added later cannot be forgotten; functions count for nothing.
func Of(values ...any) Sum {
	return written(func(b []byte) []byte {
		for _, v := range values {
			b = add(b, reflect.ValueOf(v))
		}
		return b
	})
}

// OfStruct is the sum of what a pointer to a struct points to, for its TraceSum.
func OfStruct(pointer any) Sum {
	return written(func(b []byte) []byte { return add(b, reflect.ValueOf(pointer).Elem()) })
}

// sheets are what values are written on to be summed. Every page needs one or two.
var sheets = sync.Pool{New: func() any { return new([]byte) }}

// written is the sum of what is appended to an empty sheet.
func written(write func(b []byte) []byte) Sum {
	sheet := sheets.Get().(*[]byte)
	defer sheets.Put(sheet)
	*sheet = write((*sheet)[:0])
	return OfBytes(*sheet)
}

// Summed is a pointer to what many values share. It counts for its own sum, which it may keep.
type Summed interface {
	TraceSum() Sum
}

// add writes a value in a form that no other value has: each begins with its kind, and all that varies in length with
// that length.
func add(b []byte, v reflect.Value) []byte {
	if !v.IsValid() {
		return append(b, '-')
	}
	switch v.Kind() {
	case reflect.Func:
		return b
	case reflect.String:
		return appendText(append(b, 's'), v.String())
	case reflect.Bool:
		if v.Bool() {
			return append(b, 'T')
		}
		return append(b, 'F')
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt(append(b, 'i'), v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return appendUint(append(b, 'u'), v.Uint())
	case reflect.Float64, reflect.Float32:
		return appendFloat(append(b, 'f'), v.Float())
	case reflect.Pointer:
		return addPointer(b, v)
	case reflect.Interface:
		return add(b, v.Elem())
	case reflect.Array:
		if sum, ok := reflect.TypeAssert[Sum](v); ok {
			return append(append(b, '#'), sum[:]...)
		}
		return addList(b, v)
	case reflect.Slice:
		return addList(b, v)
	case reflect.Map:
		return addMap(b, v)
	case reflect.Struct:
		return addStruct(b, v)
	}
	panic("trace: no sum of a " + v.Type().String()) // a mistake of the program
}

func addPointer(b []byte, v reflect.Value) []byte {
	if v.IsNil() {
		return append(b, '-')
	}
	if shared, ok := v.Interface().(Summed); ok {
		sum := shared.TraceSum()
		return append(append(b, '='), sum[:]...)
	}
	return add(append(b, '*'), v.Elem())
}

func addList(b []byte, v reflect.Value) []byte {
	b = appendUint(append(b, 'l'), uint64(v.Len()))
	for i := range v.Len() {
		b = add(b, v.Index(i))
	}
	return b
}

func addMap(b []byte, v reflect.Value) []byte {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		switch {
		case a.String() < b.String():
			return -1
		case a.String() > b.String():
			return 1
		}
		return 0
	})
	b = appendUint(append(b, 'm'), uint64(len(keys)))
	for _, key := range keys {
		b = add(appendText(b, key.String()), v.MapIndex(key))
	}
	return b
}

func addStruct(b []byte, v reflect.Value) []byte {
	if v.Type() == reflect.TypeFor[time.Time]() {
		return appendTime(append(b, 't'), v.Interface().(time.Time))
	}
	b = append(b, '{')
	for i := range v.NumField() {
		if field := v.Field(i); field.CanInterface() { // it is exported
			b = add(b, field)
		}
	}
	return b
}
