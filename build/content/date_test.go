package content_test

import (
	"context"
	"testing"
	"testing/fstest"
	"time"

	"leadsite/build/content"
)

// The same morning in Berlin, as people and programs write it.
func TestDatesAsPeopleWriteThem(t *testing.T) {
	morning := time.Date(2026, 11, 22, 8, 30, 0, 0, time.UTC)
	midnight := time.Date(2026, 11, 21, 23, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		front string
		want  time.Time
	}{
		{"---\ndate: 2026-11-22\n---\n", midnight},
		{"---\ndate: \"2026-11-22\"\n---\n", midnight},
		{"---\ndate: 2026-11-22T09:30:00+01:00\n---\n", morning},
		{"---\ndate: 2026-11-22T08:30:00Z\n---\n", morning},
		{"---\ndate: 2026-11-22T09:30:00.000+0100\n---\n", morning},
		{"---\ndate: 2026-11-22T09:30\n---\n", morning},
		{"---\ndate: 2026-11-22 09:30:00\n---\n", morning},
		{"---\ndate: 2026-11-22 09:30:00 +0100\n---\n", morning},
		{"---\ndate: 2026-11-22 09:30:00 +0100 CET\n---\n", morning},
		{"---\ndate: 2026-1-2\n---\n", time.Date(2026, 1, 1, 23, 0, 0, 0, time.UTC)},
		{"---\ndate: 2026-1-2 9:30:00\n---\n", time.Date(2026, 1, 2, 8, 30, 0, 0, time.UTC)},
		{"---\ndate: 22 November 2026\n---\n", midnight},
		{"---\ndate: Nov 22, 2026\n---\n", midnight},
		{"---\ndate: Sun, 22 Nov 2026 09:30:00 +0100\n---\n", morning},
		{"---\nDate: 2026-11-22\n---\n", midnight},
		{"+++\ndate = 2026-11-22\n+++\n", midnight},
		{"+++\ndate = 2026-11-22T09:30:00\n+++\n", morning},
		{"+++\ndate = 2026-11-22T09:30:00+01:00\n+++\n", morning},
		{"+++\ndate = \"2026-11-22 09:30\"\n+++\n", morning},
		{"{\"date\": \"2026-11-22T08:30:00Z\"}\n", morning},
	} {
		var problems content.Problems
		tree, err := content.Load(context.Background(), fstest.MapFS{
			"content/site.yaml": {Data: []byte("title: T\nbase_url: https://www.example.com/\nzone: Europe/Berlin\n")},
			"content/a.md":      {Data: []byte(test.front)},
		}, &problems)
		if err != nil || len(problems.Errors()) > 0 {
			t.Errorf("%q: %v %v", test.front, err, problems.Errors())
			continue
		}
		if got := tree.Entries[0].Front.Date; !got.Equal(test.want) {
			t.Errorf("%q is %v, want %v", test.front, got, test.want)
		}
	}
}
