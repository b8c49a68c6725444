package lead_test

import (
	"encoding/csv"
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
	if !strings.HasPrefix(text, `"id","received"`) || !strings.HasSuffix(text, "\r\n") {
		t.Errorf("not every cell is in quotes: %s", text)
	}
}

// What a visitor writes, into a field or into the name of one, is never a formula.
func TestCSVHoldsNoFormula(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+49 30 1234": "'+49 30 1234", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1",
		"\r=1": "'\n=1", "\n=1": "'\n=1", "\x00=1": "'=1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x",
		"a=1": "a=1", "'=1": "'=1", "": "", "\r\n": "'\n", "a\r\nb\rc": "a\nb\nc", "a\x00b": "ab", "Zoë": "Zoë",
	} {
		_, rows := sheet(t, lead.Lead{ID: cell, Extra: map[string]string{cell: cell}})
		if got := rows[1][0]; got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
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
		plain := func(s string) string { return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(s) }
		if got := strings.TrimPrefix(rows[1][0], "'"); got != strings.TrimPrefix(plain(id), "'") {
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
