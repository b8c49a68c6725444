package notify

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"

	"leadsite/functions/bundle"
)

// hours are when a business answers: spans of the wall clock by weekday, in its zone, holidays aside. A business
// without spans answers around the clock.
//
// Holidays come from rickar/cal. Its own addition of work hours is not used: it adds 24 hours for a day and hours to
// midnight for a time, which is an hour off when the clocks change.
type hours struct {
	zone   *time.Location
	spans  [7]span // by weekday; the zero span: closed
	always bool
	public cal.Calendar
	dates  []string // further holidays, 2026-12-25
}

// span is from when to when a day is worked, in minutes of the wall clock.
type span struct{ from, to int }

// longest is how many days ahead an answer is sought before the business counts as one that never opens.
const longest = 400

// newHours reads the bundle's zone, hours and holidays. What cannot be read is left out and said in the error; the
// hours are usable all the same, because no lead may wait for a typing mistake.
func newHours(b *bundle.Bundle) (*hours, error) {
	var problems []error
	zone, err := time.LoadLocation(b.Zone)
	if err != nil {
		problems, zone = append(problems, fmt.Errorf("reading the zone: %w", err)), time.UTC
	}
	h := &hours{zone: zone, always: len(b.Hours) == 0}
	for _, days := range slices.SortedFunc(maps.Keys(b.Hours), singleDaysLast) {
		if err := h.open(days, b.Hours[days]); err != nil {
			problems = append(problems, err)
		}
	}
	for _, holiday := range b.Holidays {
		if err := h.close(holiday); err != nil {
			problems = append(problems, err)
		}
	}
	return h, errors.Join(problems...)
}

// singleDaysLast sorts "mon-fri" before "fri", so that the single day's hours are the ones that hold.
func singleDaysLast(a, b string) int {
	if n := len(b) - len(a); n != 0 {
		return n
	}
	return strings.Compare(a, b)
}

// open takes days ("sat", "mon-fri", "sat-mon") and when they are worked ("09:00-17:00").
func (h *hours) open(days, when string) error {
	first, last, isSpan := strings.Cut(days, "-")
	if !isSpan {
		last = first
	}
	from, err1 := weekday(first)
	to, err2 := weekday(last)
	s, err3 := parseSpan(when)
	if err := errors.Join(err1, err2, err3); err != nil {
		return fmt.Errorf("reading the business hours of %s: %w", days, err)
	}
	for day := from; ; day = (day + 1) % 7 {
		h.spans[day] = s
		if day == to {
			return nil
		}
	}
}

func weekday(name string) (time.Weekday, error) {
	for day := time.Sunday; day <= time.Saturday; day++ {
		if strings.EqualFold(day.String()[:3], name) {
			return day, nil
		}
	}
	return 0, fmt.Errorf("%q is no day of the week", name)
}

func parseSpan(s string) (span, error) {
	first, last, _ := strings.Cut(s, "-")
	from, err1 := clock(first)
	to, err2 := clock(last)
	if err1 != nil || err2 != nil || from >= to {
		return span{}, fmt.Errorf("%q is no span of the day", s)
	}
	return span{from, to}, nil
}

// clock reads 09:00 as minutes of the day; 24:00 ends one.
func clock(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}

// close takes a holiday: a date, or a country with all its own.
func (h *hours) close(holiday string) error {
	if _, err := time.Parse(time.DateOnly, holiday); err == nil {
		h.dates = append(h.dates, holiday)
		return nil
	}
	days, ok := countries()[strings.ToLower(holiday)]
	if !ok {
		return fmt.Errorf("reading the holidays: %q is neither a date nor a country with known holidays", holiday)
	}
	h.public.AddHoliday(days...)
	return nil
}

// worked gives the span of one day, as times. Equal times: the day is not worked.
func (h *hours) worked(day time.Time) (from, to time.Time) {
	year, month, date := day.Date()
	s := h.spans[day.Weekday()]
	if holiday, observed, _ := h.public.IsHoliday(day); holiday || observed || slices.Contains(h.dates, day.Format(time.DateOnly)) {
		s = span{}
	}
	at := func(minutes int) time.Time { return time.Date(year, month, date, 0, minutes, 0, 0, h.zone) }
	return at(s.from), at(s.to)
}

// after says when the business has worked for d since t. A business that does not open for a year is held to the
// clock instead: a late answer by the calendar is better than a promise that never falls due.
func (h *hours) after(t time.Time, d time.Duration) time.Time {
	if h.always {
		return t.Add(d)
	}
	year, month, date := t.In(h.zone).Date()
	left := d
	for n := range longest {
		from, to := h.worked(time.Date(year, month, date+n, 12, 0, 0, 0, h.zone)) // noon: it exists on every day
		if from.Before(t) {
			from = t
		}
		if open := to.Sub(from); open > 0 {
			if left <= open {
				return from.Add(left)
			}
			left -= open
		}
	}
	return t.Add(d)
}
