package infra_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"leadsite/infra"
)

// Each release's indexes are a line of testdata/indexes.txt: one is added or removed from a line to the next, because
// DynamoDB takes no more in an update, and the last line is what app.yaml says. Whoever changes an index adds a line; an
// index that shall differ gets another name.
func TestOneIndexAtATime(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "indexes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	for i := 1; i < len(lines); i++ {
		if changes := infra.IndexChanges(indexesOf(lines[i-1]), indexesOf(lines[i])); len(changes) != 1 {
			t.Errorf("line %d: %v at once", i+1, changes)
		}
	}
	var last []string
	for _, change := range infra.IndexChanges("", infra.App) {
		last = append(last, strings.TrimPrefix(change, "add "))
	}
	want := strings.Fields(lines[len(lines)-1])
	slices.Sort(want)
	if !slices.Equal(last, want) {
		t.Errorf("app.yaml has the indexes %v, the last release %v", last, want)
	}
}

// indexesOf is as much of a template as says which indexes there are.
func indexesOf(names string) string {
	var b strings.Builder
	for _, name := range strings.Fields(names) {
		b.WriteString("        - IndexName: " + name + "\n")
	}
	return b.String()
}

func TestIndexChanges(t *testing.T) {
	const one = "        - IndexName: due\n          KeySchema: [a]\n"
	for want, pair := range map[string][2]string{
		"":                       {one, one},
		"add due":                {"", one},
		"remove due":             {one, ""},
		"remove due add due":     {one, strings.Replace(one, "[a]", "[b]", 1)},
		"remove due add another": {one, strings.Replace(one, "due", "another", 1)},
	} {
		if got := strings.Join(infra.IndexChanges(pair[0], pair[1]), " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
