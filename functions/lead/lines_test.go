package lead_test

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 5e6, time.UTC)

// records are one of each kind.
func records() []lead.Record {
	l := lead.Lead{
		ID: strings.Repeat("a", 26), Form: "contact", Email: "sam@example.com", Person: "person", Version: 3, Owner: "ann@example.com",
		Fields: form.Values{"message": {Text: "\u2028 <b> \x00 \n"}, "topics": {List: []string{}}}, Extra: map[string]string{"=1": "2"},
	}.Received(noon)
	l.Version = 3
	l = l.WithEvents([]lead.Event{lead.NewEvent(lead.Event{At: noon.Add(time.Minute), Kind: "note", Note: "words\r\n"})})
	second := lead.Lead{ID: strings.Repeat("b", 26), Form: "contact", Version: 1}.Received(noon)
	second.Version = 1
	n := lead.Notification{
		NotificationKey: lead.NotificationKey{Lead: l.ID, Kind: lead.KindLead, Recipient: "ann@example.com"},
		State:           lead.Accepted, Attempts: 2, Due: noon, MessageID: "<x@example.com>", UpdatedAt: noon,
	}
	return []lead.Record{
		{Erasure: &lead.Erasure{Person: "gone", At: noon}},
		{Parked: &lead.Parked{Recipient: "ann@example.com", At: noon, Why: "550 no", Lead: l.ID}},
		{Lead: &l, Notifications: []lead.Notification{n}},
		{Lead: &second},
	}
}

func each(all []lead.Record) iter.Seq2[lead.Record, error] {
	return func(yield func(lead.Record, error) bool) {
		for _, r := range all {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func write(t *testing.T, all []lead.Record) string {
	t.Helper()
	var text strings.Builder
	if _, err := lead.WriteLines(&text, each(all)); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// read reads a text to its end: the records, and what was wrong.
func read(text string) (all []lead.Record, faults []string) {
	for r, err := range lead.ReadLines(strings.NewReader(text)) {
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		all = append(all, r)
	}
	return all, faults
}

func TestLinesComeBackAsTheyWere(t *testing.T) {
	text := write(t, records())
	for name, variant := range map[string]string{
		"as it is": text, "with CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "with a BOM": "\ufeff" + text,
		"with blank lines": strings.ReplaceAll(text, "\n", "\n\n"), "without the last line end": strings.TrimSuffix(text, "\n"),
	} {
		got, faults := read(variant)
		if diff := cmp.Diff(records(), got); diff != "" || faults != nil {
			t.Errorf("%s: %v\n%s", name, faults, diff)
		}
	}
	twice, faults := read(text + text)
	if len(twice) != 8 || faults != nil {
		t.Errorf("two texts behind each other: %d records, %v", len(twice), faults)
	}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, `{"v":1,"kind":"`) {
			t.Errorf("a line without version and kind: %s", line)
		}
	}
}

// A line that cannot be read is named by its number, costs the lead before it and nothing else.
func TestBadLinesAreLocated(t *testing.T) {
	lines := strings.SplitAfter(write(t, records()), "\n") // erasure, parked, lead, 2 events, notification, lead, end
	for _, tt := range []struct {
		name  string
		at    int // which line is replaced
		line  string
		says  string
		reads int // records
	}{
		{"no JSON", 2, "words", "line 2: it is not JSON: ", 3},
		{"a torn lead", 3, lines[2][:40], "line 3: it is not JSON: ", 3},
		{"another version", 1, `{"v":2,"kind":"erasure"}`, "line 1: it has version 2, this leadsite reads 1", 3},
		{"no version", 1, `{"kind":"erasure"}`, "line 1: it has version 0", 3},
		{"an unknown kind", 1, `{"v":1,"kind":"song"}`, `line 1: there is no kind "song"`, 3},
		{"an unknown name", 1, `{"v":1,"kind":"end","future":1}`, `line 1: it is no line of an export: json: unknown field "future"`, 3},
		{"an erasure without a person", 1, `{"v":1,"kind":"erasure","erasure":{"at":"2026-11-23T12:00:00Z"}}`, "line 1: an erasure has", 3},
		{"a recipient without an address", 2, `{"v":1,"kind":"parked","parked":{"at":"2026-11-23T12:00:00Z"}}`, "line 2: a parked", 3},
		{"an id that is none", 7, strings.Replace(lines[6], strings.Repeat("b", 26), "../../etc/passwd", 1), `line 7: "../../etc/passwd" is no lead's id`, 2},
		{"an unknown status", 7, strings.Replace(lines[6], `"status":"new"`, `"status":"old"`, 1), `line 7: there is no status "old"`, 2},
		{"a lead without a version", 7, strings.Replace(lines[6], `"version":1`, `"version":0`, 1), "line 7: a lead has", 2},
		{"an event of nobody", 4, strings.Replace(lines[3], strings.Repeat("a", 26), strings.Repeat("c", 26), 1), "line 4: it belongs to a lead whose own line", 3},
		{"an unknown state", 6, strings.Replace(lines[5], `"accepted"`, `"lost"`, 1), "line 6: a notification has", 3},
		{"bytes that are no text", 1, "{\"v\":1,\"kind\":\"\xff\"}", "line 1: it is not valid UTF-8", 3},
	} {
		changed := append([]string{}, lines...)
		changed[tt.at-1] = tt.line
		if !strings.HasSuffix(tt.line, "\n") {
			changed[tt.at-1] += "\n"
		}
		got, faults := read(strings.Join(changed, ""))
		if len(faults) == 0 || !strings.HasPrefix(faults[0], tt.says) || len(got) != tt.reads {
			t.Errorf("%s: %d records, %q", tt.name, len(got), faults)
		}
	}
}

// However much of an export arrives, what is read of it is whole, and what is missing is said.
func TestAnExportThatWasCutOff(t *testing.T) {
	text := write(t, records())
	whole := map[string]bool{}
	for _, r := range records() {
		whole[fmt.Sprintf("%+v", write(t, []lead.Record{r}))] = true
	}
	for end := range len(text) - 1 { // without its last line end it is still complete
		got, faults := read(text[:end])
		if len(faults) == 0 {
			t.Fatalf("%d of %d bytes are taken for everything", end, len(text))
		}
		for _, r := range got {
			if !whole[write(t, []lead.Record{r})] {
				t.Fatalf("%d of %d bytes: a record is read that lacks something: %+v", end, len(text), r)
			}
		}
	}
}

func TestReadLinesStopsWhenAsked(t *testing.T) {
	text := write(t, records())
	for want := 1; want <= 4; want++ {
		n := 0
		for range lead.ReadLines(strings.NewReader(text)) {
			if n++; n == want {
				break
			}
		}
		if n != want {
			t.Errorf("%d, want %d", n, want)
		}
	}
}

func TestReadLinesEndsAtALineThatIsTooLong(t *testing.T) {
	text := write(t, records()[:1])
	_, faults := read(text + strings.Repeat("x", 5<<20) + "\n" + text)
	if len(faults) != 1 || !strings.Contains(faults[0], "reading line 3") {
		t.Errorf("%q", faults)
	}
}

// What ends an export early leaves out the last line, so that the import notices.
func TestAnErrorEndsTheLines(t *testing.T) {
	wrong := errors.New("wrong")
	var text strings.Builder
	n, err := lead.WriteLines(&text, func(yield func(lead.Record, error) bool) {
		yield(records()[3], nil)
		yield(lead.Record{}, wrong)
	})
	if n != 1 || !errors.Is(err, wrong) {
		t.Errorf("%d, %v", n, err)
	}
	if _, faults := read(text.String()); len(faults) != 1 || faults[0] != lead.ErrNoEnd.Error() {
		t.Errorf("%q", faults)
	}
}

// Whatever is read comes back the same when it is written and read again, and nothing panics.
func FuzzReadLines(f *testing.F) {
	var all strings.Builder
	if _, err := lead.WriteLines(&all, each(records())); err != nil {
		f.Fatal(err)
	}
	f.Add(all.String())
	for line := range strings.Lines(all.String()) {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, _ := read(text)
		again, faults := read(write(t, got))
		if diff := cmp.Diff(got, again); diff != "" || faults != nil {
			t.Errorf("%v\n%s", faults, diff)
		}
	})
}
