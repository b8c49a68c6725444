package lead_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"leadsite/functions/form"
	"leadsite/functions/lead"
)

// sheet writes leads and reads the spreadsheet back.
func sheet(t *testing.T, leads ...lead.Lead) (text string, rows [][]string) {
	t.Helper()
	var out strings.Builder
	if err := lead.WriteCSV(&out, leads); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(out.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), rows
}

func TestCSV(t *testing.T) {
	l := lead.Lead{
		ID: "id", Form: "contact", Email: "sam@example.com", Page: "/pricing/", Source: lead.Source{Campaign: "spring"},
		Fields: form.Values{"message": {Text: "Hello, \"Sam\"\nsecond line"}, "topics": {List: []string{"one", "two"}}},
		Extra:  map[string]string{"colour": "green"}, Consent: &lead.Consent{At: noon, Version: "2026-11-01"},
	}.Received(noon)
	text, rows := sheet(t, l, lead.Lead{ID: "second", Form: "other"}.Received(noon))
	const heading = "id,received,status,form,e-mail,owner,answer by,page,campaign,source,medium,term,content,referrer,language,score,qualified,spam score,consent,field:message,field:topics,extra:colour"
	if got := strings.Join(rows[0], ","); got != heading {
		t.Errorf("heading\n%s, want\n%s", got, heading)
	}
	want := `id|2026-11-23T12:00:00Z|new|contact|sam@example.com|||/pricing/|spring||||||` + `|0|false|0|2026-11-23T12:00:00Z 2026-11-01|Hello, "Sam"` + "\nsecond line|one, two|green"
	if got := strings.Join(rows[1], "|"); got != want {
		t.Errorf("row\n%s, want\n%s", got, want)
	}
	if len(rows) != 3 || rows[2][0] != "second" || rows[2][19] != "" {
		t.Errorf("rows %q", rows)
	}
	if !strings.HasPrefix(text, "id,received,") || !strings.HasSuffix(text, "\r\n") {
		t.Errorf("written as %s", text)
	}
}

// What a visitor writes stands in the file exactly so, and is never a formula.
func TestCSVVectors(t *testing.T) {
	data, err := os.ReadFile("testdata/csv.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(data)) {
		quotedIn, quotedWant, found := strings.Cut(line, "\t")
		if !found {
			continue
		}
		n++
		var in, want string
		if err := errors.Join(json.Unmarshal([]byte(quotedIn), &in), json.Unmarshal([]byte(quotedWant), &want)); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		var out strings.Builder
		if err := lead.WriteCSV(&out, []lead.Lead{{ID: in, Extra: map[string]string{"x": in}}}); err != nil {
			t.Fatal(err)
		}
		_, row, _ := strings.Cut(out.String(), ",extra:x\r\n")
		if !strings.HasPrefix(row, want+",") || !strings.HasSuffix(row, ","+want+"\r\n") {
			t.Errorf("%q: want %q in %q", in, want, row)
		}
	}
	if n < 12 {
		t.Errorf("the file holds %d cells", n)
	}
}

// Every cell can be read back as it was put, and none begins as a formula does.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{"", "=1", `"`, `",`, "\r\n", "\x00=", "＝", "a,b\nc", "'"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, id, extra string) {
		_, rows := sheet(t, lead.Lead{ID: id, Extra: map[string]string{extra: id + extra}})
		if len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("%d rows: %q", len(rows), rows)
		}
		// The reader makes one character of the two that may end a line.
		plain := func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "\r\n", "\n") }
		if got := rows[1][0]; got != plain(id) && got != "'"+plain(id) {
			t.Errorf("%q comes back as %q", id, got)
		}
		for _, row := range rows {
			for _, cell := range row {
				if strings.IndexAny(cell, "=+-@\t\r\n＝＋－＠") == 0 {
					t.Errorf("a cell begins as a formula does: %q", cell)
				}
			}
		}
	})
}
