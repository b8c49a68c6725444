package notify

import (
	"testing"
	"time"

	"leadsite/functions/bundle"
)

// berlin reads a time of the wall clock there, with its offset where the clock shows it twice.
func berlin(t *testing.T, s string) time.Time {
	t.Helper()
	if at, err := time.Parse("2006-01-02 15:04 -0700", s); err == nil {
		return at
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestAnswerByInBusinessHours(t *testing.T) {
	week := map[string]string{"mon-fri": "09:00-17:00"}
	for name, tt := range map[string]struct {
		hours    map[string]string
		holidays []string
		from     string
		within   time.Duration
		want     string
	}{
		"within the day":                   {week, nil, "2026-11-23 10:15", time.Hour, "2026-11-23 11:15"},
		"before opening":                   {week, nil, "2026-11-23 06:00", time.Hour, "2026-11-23 10:00"},
		"at opening":                       {week, nil, "2026-11-23 09:00", time.Hour, "2026-11-23 10:00"},
		"over the night":                   {week, nil, "2026-11-23 16:30", time.Hour, "2026-11-24 09:30"},
		"until closing, exactly":           {week, nil, "2026-11-23 16:00", time.Hour, "2026-11-23 17:00"},
		"at closing":                       {week, nil, "2026-11-23 17:00", time.Hour, "2026-11-24 10:00"},
		"after closing":                    {week, nil, "2026-11-23 23:59", time.Hour, "2026-11-24 10:00"},
		"Friday evening":                   {week, nil, "2026-11-20 18:00", time.Hour, "2026-11-23 10:00"},
		"Sunday":                           {week, nil, "2026-11-22 10:15", time.Hour, "2026-11-23 10:00"},
		"two working days":                 {week, nil, "2026-11-19 12:00", 16 * time.Hour, "2026-11-23 12:00"},
		"Christmas in Germany":             {week, []string{"de"}, "2026-12-24 16:30", time.Hour, "2026-12-28 09:30"},
		"Epiphany is no holiday there":     {week, []string{"de"}, "2026-01-05 16:30", time.Hour, "2026-01-06 09:30"},
		"a date beside the country":        {week, []string{"de", "2026-12-28"}, "2026-12-24 16:30", time.Hour, "2026-12-29 09:30"},
		"observed on the Friday before":    {week, []string{"us"}, "2026-07-02 16:30", time.Hour, "2026-07-06 09:30"},
		"Saturday has its own hours":       {map[string]string{"mon-sat": "09:00-17:00", "sat": "10:00-12:00"}, nil, "2026-11-21 09:00", 3 * time.Hour, "2026-11-23 10:00"},
		"days over the week's end":         {map[string]string{"sat-mon": "09:00-17:00"}, nil, "2026-11-20 12:00", time.Hour, "2026-11-21 10:00"},
		"to midnight and on":               {map[string]string{"mon-sun": "00:00-24:00"}, nil, "2026-11-23 23:30", time.Hour, "2026-11-24 00:30"},
		"the clocks go forward at night":   {week, nil, "2026-03-27 16:30", time.Hour, "2026-03-30 09:30"},
		"forward while it is open":         {map[string]string{"sun": "01:00-09:00"}, nil, "2026-03-29 01:30 +0100", time.Hour, "2026-03-29 03:30 +0200"},
		"back while it is open":            {map[string]string{"sun": "01:00-09:00"}, nil, "2026-10-25 01:30 +0200", 2 * time.Hour, "2026-10-25 02:30 +0100"},
		"a day of 23 hours opens at nine":  {map[string]string{"sun": "09:00-17:00"}, nil, "2026-03-28 20:00", time.Hour, "2026-03-29 10:00"},
		"a day of 25 hours opens at nine":  {map[string]string{"sun": "09:00-17:00"}, nil, "2026-10-24 20:00", time.Hour, "2026-10-25 10:00"},
		"opens in the hour that is absent": {map[string]string{"sun": "02:30-09:00"}, nil, "2026-03-28 20:00", time.Hour, "2026-03-29 04:30"},
		"no hours: around the clock":       {nil, []string{"de"}, "2026-12-25 23:30", time.Hour, "2026-12-26 00:30"},
		"never open: around the clock":     {map[string]string{"mon": "nonsense"}, nil, "2026-11-23 10:15", time.Hour, "2026-11-23 11:15"},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := newHours(&bundle.Bundle{Zone: "Europe/Berlin", Hours: tt.hours, Holidays: tt.holidays})
			if (err != nil) != (tt.hours["mon"] == "nonsense") {
				t.Errorf("reading the hours: %v", err)
			}
			if got, want := h.after(berlin(t, tt.from).UTC(), tt.within), berlin(t, tt.want); !got.Equal(want) {
				t.Errorf("%v after %s is %v, want %v", tt.within, tt.from, got.In(h.zone), want.In(h.zone))
			}
		})
	}
}

// TestMistakesInHoursLeaveTheRestUsable: each mistake is named, and what can be read holds.
func TestMistakesInHoursLeaveTheRestUsable(t *testing.T) {
	for name, b := range map[string]bundle.Bundle{
		"zone":    {Zone: "Mars/Olympus", Hours: map[string]string{"mon-fri": "09:00-17:00"}},
		"day":     {Zone: "UTC", Hours: map[string]string{"mon-fri": "09:00-17:00", "someday": "09:00-17:00"}},
		"span":    {Zone: "UTC", Hours: map[string]string{"mon-fri": "09:00-17:00", "sat": "17:00-09:00"}},
		"country": {Zone: "UTC", Hours: map[string]string{"mon-fri": "09:00-17:00"}, Holidays: []string{"atlantis"}},
	} {
		h, err := newHours(&b)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		friday := time.Date(2026, 11, 20, 18, 0, 0, 0, time.UTC)
		if got, want := h.after(friday, time.Hour), friday.Add(64*time.Hour); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestEveryCountryHasHolidays(t *testing.T) {
	for code, days := range countries() {
		if len(days) < 5 {
			t.Errorf("%s has %d holidays", code, len(days))
		}
	}
}
