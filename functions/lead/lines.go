package lead

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"time"
	"unicode/utf8"
)

// A store as text is one line of JSON for each thing in it. The lines of a lead follow each other, its own first; the
// last line of all says that none is missing.
//
//	{"v":1,"kind":"erasure","erasure":{"person":"…","at":"…"}}
//	{"v":1,"kind":"parked","parked":{"recipient":"…","at":"…","why":"…","lead":"…"}}
//	{"v":1,"kind":"lead","lead":{…as leads show --json, without events…},"version":3,"person":"…","wake":"…","expires":"…"}
//	{"v":1,"kind":"event","of":"ID","event":{…}}
//	{"v":1,"kind":"notification","notification":{…}}
//	{"v":1,"kind":"end","records":2}
type line struct {
	V    int    `json:"v"`
	Kind string `json:"kind"`

	Erasure      *Erasure      `json:"erasure,omitempty"`
	Parked       *Parked       `json:"parked,omitempty"`
	Lead         *Lead         `json:"lead,omitempty"`
	Version      int           `json:"version,omitempty"` // of the lead: this and the next three
	Person       string        `json:"person,omitempty"`
	Wake         time.Time     `json:"wake,omitzero"`
	Expires      time.Time     `json:"expires,omitzero"`
	Of           string        `json:"of,omitempty"` // the event's lead
	Event        *Event        `json:"event,omitempty"`
	Notification *Notification `json:"notification,omitempty"`
	Records      int           `json:"records,omitempty"` // how many there were: leads with all that is theirs count one
}

const (
	lineVersion = 1
	longestLine = 4 << 20 // bytes; a lead takes 400 KB at most, where DynamoDB keeps it
)

// The kinds of lines.
const (
	lineErasure      = "erasure"
	lineParked       = "parked"
	lineLead         = "lead"
	lineEvent        = "event"
	lineNotification = "notification"
	lineEnd          = "end"
)

// WriteLines writes records as text, and returns how many leads were among them. It ends at the first error of either
// side; then there is no last line.
func WriteLines(w io.Writer, records iter.Seq2[Record, error]) (leads int, err error) {
	out := bufio.NewWriter(w)
	n := 0
	for r, err := range records {
		if err != nil {
			return leads, errors.Join(err, out.Flush())
		}
		n++
		if r.Lead != nil {
			leads++
		}
		for _, l := range r.lines() {
			if err := l.write(out); err != nil {
				return leads, err
			}
		}
	}
	if err := (line{Kind: lineEnd, Records: n}).write(out); err != nil {
		return leads, err
	}
	return leads, out.Flush()
}

// lines takes a record apart.
func (r Record) lines() []line {
	switch {
	case r.Erasure != nil:
		return []line{{Kind: lineErasure, Erasure: r.Erasure}}
	case r.Parked != nil:
		return []line{{Kind: lineParked, Parked: r.Parked}}
	case r.Lead == nil:
		return nil
	}
	bare := *r.Lead
	bare.Events = nil
	all := []line{{
		Kind: lineLead, Lead: &bare, Version: bare.Version, Person: bare.Person, Wake: bare.Wake, Expires: bare.Expires,
	}}
	for _, e := range r.Lead.Events {
		all = append(all, line{Kind: lineEvent, Of: bare.ID, Event: &e})
	}
	for _, n := range r.Notifications {
		all = append(all, line{Kind: lineNotification, Notification: &n})
	}
	return all
}

func (l line) write(w io.Writer) error {
	l.V = lineVersion
	text, err := document("writing a line", l)
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, text+"\n")
	return err
}

// LineError is a line that cannot be read.
type LineError struct {
	Line int // from 1
	Err  error
}

// Error says where, and why.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// ErrNoEnd is what ReadLines yields last when the last line is missing: what wrote the text was interrupted. The lead
// before it may lack something, and is left out.
var ErrNoEnd = errors.New("the export was cut off: its last line is missing")

// ReadLines reads what WriteLines wrote, or several such texts behind each other. A line that cannot be read is a
// *LineError; the lead that it may belong to, which is the one before it, is left out, and reading goes on behind it.
// Any other error is the last thing that is yielded.
func ReadLines(r io.Reader) iter.Seq2[Record, error] {
	in := bufio.NewScanner(r)
	in.Buffer(nil, longestLine)
	return func(yield func(Record, error) bool) {
		g := gathering{yield: yield, open: true}
		for in.Scan() {
			g.number++
			if text := bytes.TrimSpace(in.Bytes()); len(text) > 0 && !g.take(text) {
				return
			}
		}
		if err := in.Err(); err != nil {
			yield(Record{}, fmt.Errorf("reading line %d: %w", g.number+1, err))
		} else if g.open {
			yield(Record{}, ErrNoEnd)
		}
	}
}

// gathering puts records together, line by line.
type gathering struct {
	yield  func(Record, error) bool
	number int     // of the line that was read last
	lead   *Record // the lead that lines may still be added to
	open   bool    // the line before, or its absence, is not a last one
}

// take adds one line to what was gathered. It says whether to go on.
func (g *gathering) take(text []byte) bool {
	g.open = true
	if g.number == 1 {
		text = bytes.TrimPrefix(text, []byte("\ufeff")) // which some programs put before UTF-8
	}
	l, err := readLine(text)
	if err != nil {
		return g.bad(err)
	}
	switch l.Kind {
	case lineEvent, lineNotification:
		return g.add(l)
	}
	if g.lead != nil && !g.yield(*g.lead, nil) {
		return false
	}
	g.lead = nil
	switch l.Kind {
	case lineErasure:
		return g.yield(Record{Erasure: l.Erasure}, nil)
	case lineParked:
		return g.yield(Record{Parked: l.Parked}, nil)
	case lineLead:
		l.Lead.Version, l.Lead.Person, l.Lead.Wake, l.Lead.Expires = l.Version, l.Person, l.Wake, l.Expires
		g.lead = &Record{Lead: l.Lead}
	case lineEnd:
		g.open = false
	}
	return true
}

// bad gives up the line, and the lead that it may belong to.
func (g *gathering) bad(err error) bool {
	g.lead = nil
	return g.yield(Record{}, &LineError{g.number, err})
}

var errLoose = errors.New("it belongs to a lead whose own line does not stand before it, or cannot be read")

// add adds an event or a notification to its lead.
func (g *gathering) add(l line) bool {
	of := l.Of
	if l.Notification != nil {
		of = l.Notification.Lead
	}
	switch {
	case g.lead == nil || g.lead.Lead.ID != of:
		return g.bad(errLoose)
	case l.Event != nil:
		g.lead.Lead.Events = append(g.lead.Lead.Events, *l.Event)
	case l.Notification != nil:
		g.lead.Notifications = append(g.lead.Notifications, *l.Notification)
	}
	return true
}

// readLine reads one line and holds it against what it must say.
func readLine(text []byte) (line, error) {
	if !utf8.Valid(text) {
		return line{}, errors.New("it is not valid UTF-8")
	}
	var version struct {
		V int `json:"v"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return line{}, fmt.Errorf("it is not JSON: %w", err)
	}
	if version.V != lineVersion {
		return line{}, fmt.Errorf("it has version %d, this leadsite reads %d", version.V, lineVersion)
	}
	var l line
	in := json.NewDecoder(bytes.NewReader(text))
	in.DisallowUnknownFields() // what is not understood would be lost
	if err := in.Decode(&l); err != nil {
		return line{}, fmt.Errorf("it is no line of an export: %w", err)
	}
	return l, l.check()
}

// check says what a line lacks.
func (l line) check() error {
	switch l.Kind {
	case lineErasure:
		return want(l.Erasure != nil && l.Erasure.Person != "" && !l.Erasure.At.IsZero(), "an erasure has person and time")
	case lineParked:
		return want(l.Parked != nil && l.Parked.Recipient != "", "a parked recipient has an address")
	case lineLead:
		return l.checkLead()
	case lineEvent:
		return want(l.Event != nil && l.Event.ID != "" && l.Event.Kind != "" && !l.Event.At.IsZero(), "an event has id, kind and time")
	case lineNotification:
		n := l.Notification
		return want(n != nil && n.Kind != "" && n.State.rank() >= 0, "a notification has a kind and a known state")
	case lineEnd:
		return nil
	}
	return fmt.Errorf("there is no kind %q", l.Kind)
}

func (l line) checkLead() error {
	switch {
	case l.Lead == nil:
		return errors.New("the lead is missing")
	case !ValidID(l.Lead.ID):
		return fmt.Errorf("%.40q is no lead's id", l.Lead.ID)
	case !slices.Contains(Statuses(), l.Lead.Status):
		return fmt.Errorf("there is no status %.40q", l.Lead.Status)
	}
	return want(l.Lead.Form != "" && !l.Lead.CreatedAt.IsZero() && l.Version > 0, "a lead has a form, a time and a version")
}

func want(holds bool, otherwise string) error {
	if holds {
		return nil
	}
	return errors.New(otherwise)
}
