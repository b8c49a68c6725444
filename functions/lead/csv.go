package lead

import (
	"bufio"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// column is one column of a spreadsheet: its heading, and its cell of a lead.
type column struct {
	heading string
	cell    func(Lead) string
}

// columns are the columns that every spreadsheet has. Behind them come the answers, by the names of the fields.
var columns = []column{
	{"id", func(l Lead) string { return l.ID }},
	{"received", func(l Lead) string { return csvTime(l.CreatedAt) }},
	{"status", func(l Lead) string { return string(l.Status) }},
	{"form", func(l Lead) string { return l.Form }},
	{"e-mail", func(l Lead) string { return l.Email }},
	{"owner", func(l Lead) string { return l.Owner }},
	{"answer by", func(l Lead) string { return csvTime(l.DueAt) }},
	{"page", func(l Lead) string { return l.Page }},
	{"campaign", func(l Lead) string { return l.Source.Campaign }},
	{"source", func(l Lead) string { return l.Source.Source }},
	{"medium", func(l Lead) string { return l.Source.Medium }},
	{"term", func(l Lead) string { return l.Source.Term }},
	{"content", func(l Lead) string { return l.Source.Content }},
	{"referrer", func(l Lead) string { return l.Source.Referrer }},
	{"language", func(l Lead) string { return l.Lang }},
	{"score", func(l Lead) string { return strconv.Itoa(l.Score.Points) }},
	{"qualified", func(l Lead) string { return strconv.FormatBool(l.Score.Qualified) }},
	{"spam score", func(l Lead) string { return strconv.Itoa(l.Spam.Score) }},
	{"consent", consentCell},
}

func csvTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func consentCell(l Lead) string {
	if l.Consent == nil {
		return ""
	}
	return strings.TrimSuffix(csvTime(l.Consent.At)+" "+l.Consent.Version, " ")
}

// WriteCSV writes leads as a spreadsheet, with a heading, a column for each field that any of them has ("field:name"),
// and one for each undeclared field ("extra:name"). Cells stand in quotes where RFC 4180 asks for them, and none is a
// formula: what a spreadsheet would take for one has an apostrophe before it, which spreadsheets do not show.
func WriteCSV(w io.Writer, leads []Lead) error {
	all := slices.Clone(columns)
	for _, name := range namesOf(leads, func(l Lead) []string { return slices.Collect(maps.Keys(l.Fields)) }) {
		all = append(all, column{"field:" + name, func(l Lead) string { return l.Fields[name].String() }})
	}
	for _, name := range namesOf(leads, func(l Lead) []string { return slices.Collect(maps.Keys(l.Extra)) }) {
		all = append(all, column{"extra:" + name, func(l Lead) string { return l.Extra[name] }})
	}
	out := bufio.NewWriter(w)
	row := make([]string, len(all))
	for i, c := range all {
		row[i] = c.heading
	}
	writeRow(out, row)
	for _, l := range leads {
		for i, c := range all {
			row[i] = c.cell(l)
		}
		writeRow(out, row)
	}
	return out.Flush()
}

// namesOf lists the names that any of the leads has, each once, in order.
func namesOf(leads []Lead, of func(Lead) []string) []string {
	var names []string
	for _, l := range leads {
		names = append(names, of(l)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// writeRow writes one line; the writer keeps its first error until Flush.
func writeRow(out *bufio.Writer, cells []string) {
	for i, cell := range cells {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString(csvCell(cell))
	}
	out.WriteString("\r\n")
}

// formulaStarts begin what a spreadsheet takes for a formula: the four signs, also in full width, and the characters
// that some programs skip before them.
const formulaStarts = "=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20"

// csvCell is a text as a cell: never a formula, without the character that ends texts in some spreadsheets, and in
// quotes where it holds what ends a cell. (encoding/csv would write its line ends anew.)
func csvCell(text string) string {
	formula := text != "" && strings.ContainsAny(text[:firstRune(text)], formulaStarts)
	text = strings.ReplaceAll(text, "\x00", "")
	if formula {
		text = "'" + text
	}
	if strings.ContainsAny(text, "\",\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}

// firstRune is how many bytes the first character of a text takes.
func firstRune(text string) int {
	for i := range text {
		if i > 0 {
			return i
		}
	}
	return len(text)
}
