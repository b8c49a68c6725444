package trace_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"leadsite/build/trace"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	zone := time.FixedZone("HERE", 3600)
	rapid.Check(t, func(t *rapid.T) {
		n, text := rapid.Int64().Draw(t, "number"), rapid.String().Draw(t, "text")
		list := rapid.SliceOfN(rapid.String(), 1, 5).Draw(t, "list")
		at := time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		at = at.In(rapid.SampledFrom([]*time.Location{zone, time.UTC, time.FixedZone("ELSE", -7200)}).Draw(t, "zone"))
		var w trace.Writer
		w.Int(n)
		w.Uint(uint64(n))
		w.Text(text)
		w.Texts(list)
		w.Bool(n > 0)
		w.Float(float64(n))
		w.Time(at, zone)
		w.Sum(trace.Of(n))
		w.Stamp(trace.Stamp{Size: n, Modified: -n, File: math.MaxUint64})
		r := trace.NewReader(string(w.Bytes()))
		if r.Int() != n || r.Uint() != uint64(n) || r.Text() != text || trace.Of(r.Texts()) != trace.Of(list) || r.Bool() != (n > 0) || r.Float() != float64(n) {
			t.Fatal("something else was read")
		}
		if back := r.Time(zone); !back.Equal(at) || back.String() != at.String() {
			t.Fatalf("read %v, wrote %v", back, at)
		}
		if r.Sum() != trace.Of(n) || r.Stamp() != (trace.Stamp{Size: n, Modified: -n, File: math.MaxUint64}) || !r.Done() {
			t.Fatal("something else was read at the end")
		}
		cut := trace.NewReader(string(w.Bytes()[:rapid.IntRange(0, len(w.Bytes())-1).Draw(t, "cut")]))
		cut.Int()
		cut.Uint()
		cut.Text()
		cut.Texts()
		cut.Bool()
		cut.Float()
		cut.Time(zone)
		cut.Sum()
		cut.Stamp()
		if cut.Done() {
			t.Fatal("what was cut off was read as if it were whole")
		}
	})
}

func TestDamagedMemory(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "cache", "memory"), trace.Of("key")
	if err := trace.Write(path, key, raw("first part"), raw(""), raw("third part")); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	read := func(key trace.Sum) string {
		m := trace.Open(path, key)
		defer m.Close()
		all := ""
		for i := range 3 {
			if r, ok := m.Part(i); ok {
				all += r.Rest() + ";"
			}
		}
		return all
	}
	if got := read(key); got != "first part;;third part;" {
		t.Errorf("read %q", got)
	}
	if got := read(trace.Of("another")); got != "" {
		t.Errorf("another key reads %q", got)
	}
	for i := range whole {
		damaged := append([]byte(nil), whole...)
		damaged[i] ^= 0x40
		if err := os.WriteFile(path, damaged, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := read(key); len(got) >= len("first part;;third part;") {
			t.Errorf("with byte %d changed everything was read: %q", i, got)
		}
		if err := os.WriteFile(path, whole[:i], 0o644); err != nil {
			t.Fatal(err)
		}
		if got := read(key); len(got) >= len("first part;;third part;") {
			t.Errorf("with %d bytes everything was read: %q", i, got)
		}
	}
}

func TestSettled(t *testing.T) {
	at := time.Date(2026, 5, 1, 0, 0, 0, 123_456_789, time.UTC)
	for name, tc := range map[string]struct {
		changed time.Time
		want    bool
	}{
		"long ago":               {at.Add(-time.Hour), true},
		"a moment ago":           {at.Add(-time.Millisecond), false},
		"a second ago":           {at.Add(-time.Second), true},
		"a whole second ago":     {at.Add(-time.Second).Truncate(time.Second), false},
		"some whole seconds ago": {at.Add(-5 * time.Second).Truncate(time.Second), true},
		"later":                  {at.Add(time.Hour), false},
	} {
		if got := (trace.Stamp{Size: 1, Modified: tc.changed.UnixNano()}).Settled(at); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (trace.Stamp{}).Settled(at) {
		t.Error("what is not there is settled")
	}
}

// page is like what templates see of pages.
type page struct {
	Title string
	Date  time.Time
	Other *page
	Any   map[string]any
	Func  func()
	own   int
}

func TestSums(t *testing.T) {
	sums := map[trace.Sum]any{}
	for _, v := range []any{nil, "", "a", 1, -1, 1.5, true, false, []string{}, []string{""}, []string{"a", "b"}, []string{"ab"}, map[string]any{"a": 1},
		map[string]any{"a": "1"}, page{}, &page{}, &page{Title: "a"}, &page{Other: &page{}}, &page{Any: map[string]any{"a": []any{1}}},
		&page{Date: time.Unix(0, 0).UTC()}, &page{Date: time.Unix(0, 0).In(time.FixedZone("", 60))}} {
		sum := trace.Of(v)
		if other, taken := sums[sum]; taken {
			t.Errorf("%#v has the sum of %#v", v, other)
		}
		sums[sum] = v
	}
	if trace.Of(&page{own: 1}) != trace.Of(&page{own: 2, Func: func() {}}) {
		t.Error("what is not exported counts")
	}
}

// raw writes a part that is a text without its length.
func raw(text string) func(*trace.Writer) {
	return func(w *trace.Writer) { w.Append([]byte(text)) }
}

// TestLargePart writes more than is kept in memory.
func TestLargePart(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "memory"), trace.Of("key")
	long := strings.Repeat("x", 1000)
	err := trace.Write(path, key, raw("small"), func(w *trace.Writer) {
		for i := range 1000 {
			w.Text(long[:i])
			w.Uint(uint64(i))
		}
	}, raw("last"))
	if err != nil {
		t.Fatal(err)
	}
	m := trace.Open(path, key)
	defer m.Close()
	r, ok := m.Part(1)
	if !ok {
		t.Fatal("the large part is damaged")
	}
	for i := range 1000 {
		if text, n := r.Text(), r.Uint(); text != long[:i] || n != uint64(i) {
			t.Fatalf("got %d bytes and %d, want %d", len(text), n, i)
		}
	}
	if r, ok := m.Part(2); !ok || r.Rest() != "last" {
		t.Error("the part behind it is damaged")
	}
}
