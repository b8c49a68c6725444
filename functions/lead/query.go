package lead

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// How many leads a page holds when a Query does not say, and at most.
const (
	pageSize    = 100
	maxPageSize = 1_000_000
)

// WantedStatuses lists the statuses that q asks for, each once.
func (q Query) WantedStatuses() []Status {
	if len(q.Statuses) > 0 {
		return slices.Compact(slices.Sorted(slices.Values(q.Statuses)))
	}
	return slices.DeleteFunc(Statuses(), func(s Status) bool { return s == Spam })
}

// PageSize is how many leads a page of q holds at most.
func (q Query) PageSize() int {
	if q.Limit <= 0 {
		return pageSize
	}
	return min(q.Limit, maxPageSize)
}

// Matches says whether q asks for l. It does not look at the cursor.
func (q Query) Matches(l Lead) bool {
	return slices.Contains(q.WantedStatuses(), l.Status) &&
		(q.Form == "" || q.Form == l.Form) &&
		(q.Email == "" || FoldEmail(q.Email) == FoldEmail(l.Email)) &&
		(q.Owner == "" || q.Owner == l.Owner) &&
		!l.CreatedAt.Before(Moment(q.Since))
}

// FoldEmail is an address as lists compare it.
func FoldEmail(address string) string { return strings.ToLower(address) }

// errCursor is the answer to a cursor that no page gave.
var errCursor = errors.New("this is not the cursor of a page")

// Cursor is a place in a list: behind a lead.
type Cursor struct {
	CreatedAt time.Time
	ID        string
}

// CursorBehind returns the cursor of a page that ends with l: its milliseconds and its id.
func CursorBehind(l Lead) string {
	return strconv.FormatInt(l.CreatedAt.UnixMilli(), 10) + "-" + l.ID
}

// ParseCursor reads what CursorBehind wrote.
func ParseCursor(s string) (Cursor, error) {
	ms, id, _ := strings.Cut(s, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || id == "" {
		return Cursor{}, fmt.Errorf("reading %q: %w", s, errCursor)
	}
	return Cursor{time.UnixMilli(n).UTC(), id}, nil
}
