package content

import (
	"strings"
	"time"
)

// dateLayouts are the ways to write a date that Hugo takes, most usual first. What has no zone is in the site's.
var dateLayouts = []string{
	"2006-01-02",
	"2006-01-02T15:04:05Z07:00",
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04",
	"2006-01-02T15:04",
	"2006-01-02T15:04Z07:00",
	"2006-01-02T15:04:05Z0700",
	"2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05Z0700",
	"2006-01-02 15:04:05 Z07:00",
	"2006-01-02 15:04:05 Z0700",
	"2006-01-02 15:04 Z0700",
	"2006-01-02 15:04:05 -0700 MST",
	"2006-1-2", // YAML's dates need no zeros
	"2006-1-2 15:4:5",
	"2006-1-2T15:4:5Z07:00",
	"02 Jan 2006",
	"2 January 2006",
	"Jan 2, 2006",
	"January 2, 2006",
	time.RFC1123Z,
	time.RFC1123,
	time.RFC822Z,
	time.RFC822,
	time.RFC850,
	time.ANSIC,
	time.UnixDate,
	time.RubyDate,
}

// parseDate reads a date in any of the layouts; fractions of a second are taken after the seconds of each.
func parseDate(text string, zone *time.Location) (time.Time, bool) {
	text = strings.TrimSpace(text)
	for _, layout := range dateLayouts {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
