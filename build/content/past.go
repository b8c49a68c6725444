package content

import (
	"io/fs"
	"slices"
	"sync/atomic"

	"leadsite/build/trace"
)

// Past is what an earlier tree has left for Reload. The zero Past is none.
type Past struct {
	Entries *trace.Reader          // what Tree.Remember wrote
	Same    func(file string) bool // whether a file is surely as it was then
}

// pastVersion changes with the form of a record, and with what reading a file gives.
const pastVersion = 2

// Remember writes what Reload can take in place of the entries' files.
//
//	version, sum of the settings, number of entries
//	for each entry: its file, then its record as a text ("": read the file again); see record.go
func (t *Tree) Remember(w *trace.Writer) {
	w.Uint(pastVersion)
	w.Sum(t.Settings)
	w.Uint(uint64(len(t.Entries)))
	var record trace.Writer
	for _, e := range t.Entries {
		w.Text(e.File)
		if e.record != "" {
			w.Text(e.record)
			continue
		}
		record.Reset()
		writeRecord(&record, e, t.Config.Zone)
		w.Text(string(record.Bytes()))
	}
}

// memory is a Past on its way into a tree.
type memory struct {
	same     func(string) bool
	settings trace.Sum
	records  map[string]string // by file
	useless  bool              // the settings differ
	altered  atomic.Bool       // a file is there whose essence is not that of its record
}

// read reads the past. Nil: there is none, or it is damaged.
func (p Past) read() *memory {
	r := p.Entries
	if r == nil || p.Same == nil || r.Uint() != pastVersion {
		return nil
	}
	m := &memory{same: p.Same, settings: r.Sum()}
	n := r.Count()
	m.records = make(map[string]string, n)
	for range n {
		file := r.Text()
		m.records[file] = r.Text()
	}
	if !r.Done() {
		return nil
	}
	return m
}

// settle compares the settings of then with those of now.
func (m *memory) settle(now trace.Sum) {
	if m != nil {
		m.useless = now != m.settings
	}
}

// sumSettings stands for all that reading an entry depends on beside its file.
func sumSettings(source fs.FS, cascades []cascade) trace.Sum {
	site, err := fs.ReadFile(source, SiteFile)
	parts := []any{err == nil, trace.OfBytes(site)}
	for _, c := range cascades {
		parts = append(parts, c.folder, c.lang, c.from)
	}
	return trace.Of(parts...)
}

// record is what is known of a file's entry; "": nothing.
func (m *memory) record(file string) string {
	if m == nil || m.useless {
		return ""
	}
	return m.records[file]
}

// handsNothingDown says whether a file is known not to hold a cascade. Settings do not matter for that.
func (m *memory) handsNothingDown(file string) bool {
	return m != nil && m.records[file] != "" && m.same(file) && !readRecord(m.records[file]).handsDown
}

// onlyBodies says whether the pages are the same files as before, each with the essence that it had.
func (m *memory) onlyBodies(pages []string) bool {
	return m != nil && !m.useless && !m.altered.Load() && len(pages) == len(m.records) &&
		!slices.ContainsFunc(pages, func(file string) bool { return m.records[file] == "" })
}

// remembered is the entry of a file that is as it was. Nil: the file must be read.
func (r *entryReader) remembered(file string) *Entry {
	text := r.memory.record(file)
	if text == "" || !r.memory.same(file) {
		return nil
	}
	e := r.entryOf(file, text)
	if e == nil {
		r.memory.altered.Store(true)
	}
	return e
}

// remember makes an entry one that the next Reload may take, and notes whether its essence is new.
func (r *entryReader) remember(e *Entry, handsDown bool) {
	r.coded.Reset()
	writeEssence(&r.coded, e, r.config.Zone)
	e.essence, e.handsDown = trace.OfBytes(r.coded.Bytes()), handsDown
	if r.memory != nil {
		before := r.memory.record(e.File)
		if before == "" || readRecord(before).essence != e.essence {
			r.memory.altered.Store(true)
		}
	}
}

// Reread reads an entry's file again. When it is the same but for its Markdown, the entry is from then on what the file
// says, and that is true: nothing that another page shows of it, no line of its front matter, has changed. Otherwise, and
// when there is anything wrong with the file, the entry stays as it is: another Load is needed.
func (t *Tree) Reread(e *Entry) bool {
	var found Problems
	now, err := newEntryReader(t.origin, &found, nil).read(e.File)
	if err != nil || now == nil || now.essence == (trace.Sum{}) || !found.None() || now.Line != e.Line || now.essence != e.essence {
		return false
	}
	e.Hash, e.Body, e.Words, e.handsDown, e.record = now.Hash, now.Body, now.Words, now.handsDown, ""
	return true
}
