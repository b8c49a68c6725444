package trace

import (
	"encoding/binary"
	"math"
	"slices"
	"time"
)

// Writer writes values one after the other in a compact form, which Reader reads in the same order. The zero Writer is
// ready.
//
// Numbers are varints; a text is its length and its bytes; a time is its seconds, its nanoseconds and its zone.
type Writer struct {
	data []byte
	file *partFile // where what was written goes from time to time; nil: nowhere
}

// Reset forgets what was written, and keeps the room for it.
func (w *Writer) Reset() { w.data = w.data[:0] }

// Bytes are what was written.
func (w *Writer) Bytes() []byte { return w.data }

// Uint writes a number that is not negative.
func (w *Writer) Uint(n uint64) { w.data = appendUint(w.data, n) }

// Int writes a number.
func (w *Writer) Int(n int64) { w.data = appendInt(w.data, n) }

// Float writes a number with a fraction.
func (w *Writer) Float(f float64) { w.data = appendFloat(w.data, f) }

// Bool writes true or false.
func (w *Writer) Bool(b bool) {
	if b {
		w.data = append(w.data, 1)
	} else {
		w.data = append(w.data, 0)
	}
}

// Text writes a text.
func (w *Writer) Text(s string) {
	w.data = appendText(w.data, s)
	w.overflow()
}

// Texts writes a list of texts. Nil and an empty list are the same.
func (w *Writer) Texts(list []string) {
	w.Uint(uint64(len(list)))
	for _, s := range list {
		w.Text(s)
	}
}

// Time writes a time. Home is the zone that most times are in, and that reading is told too.
func (w *Writer) Time(t time.Time, home *time.Location) {
	switch {
	case t.IsZero():
		w.Uint(timeNone)
		return
	case t.Location() == home:
		w.Uint(timeHome)
	case t.Location() == time.UTC:
		w.Uint(timeUTC)
	default:
		name, offset := t.Zone()
		w.Uint(timeOffset)
		w.Text(name)
		w.Int(int64(offset))
	}
	w.Int(t.Unix())
	w.Uint(uint64(t.Nanosecond()))
}

// The zones of times.
const (
	timeNone   = iota // there is no time
	timeHome          // the zone that both sides know
	timeUTC           //
	timeOffset        // a name and an offset in seconds follow
)

// Sum writes a sum.
func (w *Writer) Sum(s Sum) { w.data = append(w.data, s[:]...) }

// Stamp writes a stamp.
func (w *Writer) Stamp(s Stamp) {
	w.Int(s.Size)
	w.Int(s.Modified)
	w.Int(s.Changed)
	w.Uint(s.File)
}

// Append writes what another writer has written.
func (w *Writer) Append(data []byte) {
	w.data = append(w.data, data...)
	w.overflow()
}

// overflow gives what was written to the file, if there is one, when it is much.
func (w *Writer) overflow() {
	if w.file != nil && len(w.data) >= spill {
		w.data = w.file.take(w.data)
	}
}

func appendUint(b []byte, n uint64) []byte { return binary.AppendUvarint(b, n) }
func appendInt(b []byte, n int64) []byte   { return binary.AppendVarint(b, n) }
func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}
func appendText(b []byte, s string) []byte { return append(appendUint(b, uint64(len(s))), s...) }

// appendTime is for sums alone: what a zone is called follows from the settings, which are summed too.
func appendTime(b []byte, t time.Time) []byte {
	_, offset := t.Zone()
	b = appendInt(b, t.Unix())
	return appendInt(appendUint(b, uint64(t.Nanosecond())), int64(offset))
}

// Reader reads what a Writer has written. Texts are parts of the whole, and not copied. What does not fit makes it Bad,
// and gives zero values from then on.
type Reader struct {
	rest string
	bad  bool
}

// NewReader begins to read.
func NewReader(data string) *Reader { return &Reader{rest: data} }

// Bad says whether what was read was not what was written.
func (r *Reader) Bad() bool { return r.bad }

// Done says whether everything was read, and fitted.
func (r *Reader) Done() bool { return !r.bad && r.rest == "" }

// Rest is what is left.
func (r *Reader) Rest() string { return r.rest }

func (r *Reader) fail() {
	r.rest, r.bad = "", true
}

// Uint reads a number that is not negative.
func (r *Reader) Uint() uint64 {
	var n uint64
	for i := 0; i < len(r.rest) && i < binary.MaxVarintLen64; i++ {
		c := r.rest[i]
		n |= uint64(c&0x7f) << (7 * i)
		if c < 0x80 {
			r.rest = r.rest[i+1:]
			return n
		}
	}
	r.fail()
	return 0
}

// Int reads a number.
func (r *Reader) Int() int64 {
	n := r.Uint()
	return int64(n>>1) ^ -int64(n&1)
}

// Count reads how many things follow, each of at least one byte.
func (r *Reader) Count() int {
	n := r.Uint()
	if n > uint64(len(r.rest)) {
		r.fail()
		return 0
	}
	return int(n)
}

// Float reads a number with a fraction.
func (r *Reader) Float() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64([]byte(r.Take(8))))
}

// Bool reads true or false.
func (r *Reader) Bool() bool { return r.Take(1)[0] == 1 }

// Text reads a text.
func (r *Reader) Text() string {
	n := r.Count()
	if n == 0 {
		return ""
	}
	return r.Take(n)
}

// Texts reads a list of texts; nil for an empty one.
func (r *Reader) Texts() []string {
	n := r.Count()
	if n == 0 {
		return nil
	}
	list := make([]string, n)
	for i := range list {
		list[i] = r.Text()
	}
	return list
}

// Time reads a time that was written with the same home.
func (r *Reader) Time(home *time.Location) time.Time {
	zone := home
	switch r.Uint() {
	case timeNone:
		return time.Time{}
	case timeUTC:
		zone = time.UTC
	case timeOffset:
		zone = time.FixedZone(r.Text(), int(r.Int()))
	}
	seconds, nanos := r.Int(), r.Uint()
	return time.Unix(seconds, int64(nanos)).In(zone)
}

// Sum reads a sum.
func (r *Reader) Sum() Sum { return Sum([]byte(r.Take(len(Sum{})))) }

// Stamp reads a stamp.
func (r *Reader) Stamp() Stamp {
	return Stamp{Size: r.Int(), Modified: r.Int(), Changed: r.Int(), File: r.Uint()}
}

// Take reads n bytes; zeros when there are not so many.
func (r *Reader) Take(n int) string {
	if n > len(r.rest) {
		r.fail()
		return string(slices.Repeat([]byte{0}, n))
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}
