package content

import (
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"time"

	"leadsite/build/trace"
)

// record is one entry as it is kept from build to build:
//
//	the file's SHA-256, 32 bytes
//	offset and line of the body, number of words
//	whether it hands front matter down to pages below it
//	the sum of the essence
//	the essence: all that pages may show of it beside its Markdown
//
// Positions of keys are not in it: where they are asked for, the file is read again.
type record struct {
	hash              [sha256.Size]byte
	body, line, words int
	handsDown         bool
	essence           trace.Sum
	rest              *trace.Reader
}

// writeRecord encodes an entry. One that is to be read again, or that somebody has changed since it was read, has none.
func writeRecord(w *trace.Writer, e *Entry, zone *time.Location) {
	var essence trace.Writer
	writeEssence(&essence, e, zone)
	if trace.OfBytes(essence.Bytes()) != e.essence {
		return
	}
	w.Append(e.Hash[:])
	w.Uint(uint64(e.Body))
	w.Uint(uint64(e.Line))
	w.Uint(uint64(e.Words))
	w.Bool(e.handsDown)
	w.Sum(e.essence)
	w.Append(essence.Bytes())
}

func writeEssence(w *trace.Writer, e *Entry, zone *time.Location) {
	w.Uint(uint64(ReadingMinutes(e.Words)))
	w.Text(e.Lang)
	w.Text(e.Key)
	w.Text(e.Summary)
	writeFront(w, &e.Front, zone)
}

// readRecord reads all but the essence.
func readRecord(text string) record {
	r := trace.NewReader(text)
	return record{hash: [sha256.Size]byte([]byte(r.Take(sha256.Size))), body: int(r.Uint()), line: int(r.Uint()), words: int(r.Uint()),
		handsDown: r.Bool(), essence: r.Sum(), rest: r}
}

// entryOf makes the entry of a record again; nil when it is damaged.
func (r *entryReader) entryOf(file, text string) *Entry {
	rec := readRecord(text)
	in := rec.rest
	in.Uint() // reading time, which follows from the words
	e := &Entry{File: file, Path: strings.TrimPrefix(file, Root+"/"), Hash: rec.hash, Body: rec.body, Line: rec.line, Words: rec.words,
		Lang: in.Text(), Key: in.Text(), Summary: in.Text(), essence: rec.essence, handsDown: rec.handsDown, record: text}
	e.Front.Rare = r.rare
	readFrontRecord(in, &e.Front, r.config.Zone)
	r.place(&e.Front, file)
	if !in.Done() {
		return nil
	}
	for i := range e.Front.Blocks {
		e.Front.Blocks[i].At = func(path ...any) Pos { return e.Front.At(append([]any{"blocks", i}, path...)...) }
	}
	return e
}

func writeFront(w *trace.Writer, f *Front, zone *time.Location) {
	for _, s := range []string{f.Title, f.Slug, f.URL, f.Description, f.Summary, f.LinkTitle, f.Layout, f.Type, f.Image, f.ImageAlt,
		f.Form, f.Canonical, f.TranslationKey} {
		w.Text(s)
	}
	for _, t := range []time.Time{f.Date, f.PublishDate, f.Lastmod, f.ExpiryDate} {
		w.Time(t, zone)
	}
	w.Bool(f.Draft)
	w.Bool(f.Noindex)
	w.Int(int64(f.Weight))
	for _, list := range [][]string{f.Aliases, f.Keywords, f.Images, f.Authors, f.Series} {
		w.Texts(list)
	}
	w.Uint(uint64(len(f.Terms)))
	for _, filing := range f.Terms {
		w.Text(filing.Taxonomy)
		w.Texts(filing.Terms)
	}
	w.Uint(uint64(len(f.Menus)))
	for _, m := range f.Menus {
		w.Text(m.Menu)
		w.Text(m.Name)
		w.Int(int64(m.Weight))
	}
	w.Uint(uint64(len(f.Blocks)))
	for _, b := range f.Blocks {
		w.Text(b.Type)
		w.Text(b.Pos.File)
		w.Int(int64(b.Pos.Line))
		w.Int(int64(b.Pos.Col))
		writeAny(w, b.Fields)
	}
	w.Bool(f.Params != nil)
	if f.Params != nil {
		writeAny(w, f.Params)
	}
}

func readFrontRecord(r *trace.Reader, f *Front, zone *time.Location) {
	for _, s := range []*string{&f.Title, &f.Slug, &f.URL, &f.Description, &f.Summary, &f.LinkTitle, &f.Layout, &f.Type, &f.Image, &f.ImageAlt,
		&f.Form, &f.Canonical, &f.TranslationKey} {
		*s = r.Text()
	}
	for _, t := range []*time.Time{&f.Date, &f.PublishDate, &f.Lastmod, &f.ExpiryDate} {
		*t = r.Time(zone)
	}
	f.Draft, f.Noindex, f.Weight = r.Bool(), r.Bool(), int(r.Int())
	for _, list := range []*[]string{&f.Aliases, &f.Keywords, &f.Images, &f.Authors, &f.Series} {
		*list = r.Texts()
	}
	if n := r.Count(); n > 0 {
		f.Terms = make(Filings, n)
		for i := range f.Terms {
			f.Terms[i] = Filing{Taxonomy: r.Text(), Terms: r.Texts()}
		}
	}
	for range r.Count() {
		f.Menus = append(f.Menus, Menu{Menu: r.Text(), Name: r.Text(), Weight: int(r.Int())})
	}
	for range r.Count() {
		b := Block{Type: r.Text(), Pos: Pos{File: r.Text(), Line: int(r.Int()), Col: int(r.Int())}}
		b.Fields, _ = readAny(r).(map[string]any)
		f.Blocks = append(f.Blocks, b)
	}
	if r.Bool() {
		f.Params, _ = readAny(r).(map[string]any)
	}
}

// The kinds of an author's own values.
const (
	anyNil = iota
	anyText
	anyInt
	anyFloat
	anyBool
	anyList
	anyMap
)

func writeAny(w *trace.Writer, v any) {
	switch v := v.(type) {
	case string:
		w.Uint(anyText)
		w.Text(v)
	case int:
		w.Uint(anyInt)
		w.Int(int64(v))
	case float64:
		w.Uint(anyFloat)
		w.Float(v)
	case bool:
		w.Uint(anyBool)
		w.Bool(v)
	case []any:
		w.Uint(anyList)
		w.Uint(uint64(len(v)))
		for _, item := range v {
			writeAny(w, item)
		}
	case map[string]any:
		w.Uint(anyMap)
		w.Uint(uint64(len(v)))
		for _, key := range slices.Sorted(maps.Keys(v)) {
			w.Text(key)
			writeAny(w, v[key])
		}
	default:
		w.Uint(anyNil)
	}
}

func readAny(r *trace.Reader) any {
	switch r.Uint() {
	case anyText:
		return r.Text()
	case anyInt:
		return int(r.Int())
	case anyFloat:
		return r.Float()
	case anyBool:
		return r.Bool()
	case anyList:
		list := make([]any, r.Count())
		for i := range list {
			list[i] = readAny(r)
		}
		return list
	case anyMap:
		n := r.Count()
		m := make(map[string]any, n)
		for range n {
			key := r.Text()
			m[key] = readAny(r)
		}
		return m
	}
	return nil
}
