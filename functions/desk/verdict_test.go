package desk_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/functions/lead"
)

// TestShow: the page has who, what, where it stands, every button, and what happened.
func TestShow(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	page := o.get(path)
	o.guarded("the page", page)
	if page.status != http.StatusOK || page.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("answered %d, %s", page.status, page.header.Get("Content-Type"))
	}
	for _, want := range []string{"<h1 dir=\"auto\">Sam Visitor</h1>", "sam@example.com", "Fifty or more", "Hello<br>there", "/pricing/", "spring",
		"<strong>new</strong>", "Answer by Monday 23 November, 11:15", "50, qualified", "Marta Lindholm", "no budget", "too far away",
		`value="contacted" id="contacted"`, `value="qualified" id="qualified"`, `value="won" id="won"`, `value="lost" id="lost"`, `id="unfit"`, `value="spam" id="spam"`,
		`<meta name="referrer" content="strict-origin">`, // so that old browsers say where a press comes from, and not its key
		`action="` + path + `"`, "Received", `<time datetime="2026-11-23T09:15:04Z">Monday 23 November, 10:15</time>`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"Undo", "<script", "href=", "src=", `role="alert"`, "ZgotmplZ"} {
		if strings.Contains(page.body, not) {
			t.Errorf("the page has %q", not)
		}
	}
	if t.Failed() {
		t.Log(page.body)
	}
}

// TestDecide: every button moves the lead by one event that says who, when, and by a link.
func TestDecide(t *testing.T) {
	for _, action := range []string{"contacted", "qualified", "won", "lost", "spam"} {
		o := newOffice(t)
		o.sam(nil)
		path := o.link(o.keys, lead.Link{})
		o.pass(16 * time.Minute)
		a := o.press(path, "status", action)
		if a.status != http.StatusSeeOther || a.header.Get("Location") != path || a.body != "" {
			t.Errorf("%s: answered %d to %q", action, a.status, a.header.Get("Location"))
		}
		l := o.lead()
		last := l.Events[len(l.Events)-1]
		want := lead.Event{ID: last.ID, At: monday.Add(16 * time.Minute), Kind: lead.EventStatus, By: sales, From: lead.New, ToStatus: lead.Status(action), Via: "link"}
		if diff := cmp.Diff(want, last); diff != "" || l.Status != want.ToStatus || len(l.Events) != 2 {
			t.Errorf("%s: %s, %d events\n%s", action, l.Status, len(l.Events), diff)
		}
		page := o.get(path)
		for _, want := range []string{"Marta Lindholm, Monday 23 November, 10:31", "Undo: back to new", "by the link in a mail"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("%s: the page lacks %q", action, want)
			}
		}
		if strings.Contains(page.body, `id="`+action+`"`) || strings.Contains(page.body, "Answer by") {
			t.Errorf("%s: the page still offers it:\n%s", action, page.body)
		}
	}
}

// TestUnfit: a reason of the list, or own words, or both; without either the page asks for one.
func TestUnfit(t *testing.T) {
	for what, c := range map[string]struct {
		fields       []string
		reason, note string
	}{
		"a reason":                  {[]string{"reason", "no budget"}, "no budget", ""},
		"both":                      {[]string{"reason", "no budget", "note", " asked\r\n twice "}, "no budget", "asked twice"},
		"own words":                 {[]string{"note", "a <b>competitor</b>"}, "", "a <b>competitor</b>"},
		"a reason that is gone":     {[]string{"reason", "too early", "note", "next year"}, "", "too early next year"},
		"control characters":        {[]string{"note", "a\x00b\u202ec"}, "", "abc"},
		"more than a person writes": {[]string{"note", strings.Repeat("ä", 2000)}, "", strings.Repeat("ä", 499) + "…"},
	} {
		o := newOffice(t)
		o.sam(nil)
		path := o.link(o.keys, lead.Link{})
		a := o.press(path, append(c.fields, "status", "unfit")...)
		last, ok := o.lead().Standing()
		if a.status != http.StatusSeeOther || !ok || last.ToStatus != lead.Unfit || last.Reason != c.reason || last.Note != c.note {
			t.Errorf("%s: answered %d, kept %+v", what, a.status, last)
		}
	}
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	for _, note := range []string{"", " \u200e\r\n "} {
		a := o.press(path, "status", "unfit", "note", note)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "Say why it is not a fit") || o.lead().Status != lead.New {
			t.Errorf("without a reason: answered %d:\n%s", a.status, a.body)
		}
	}
}

// TestUndo takes decisions back, one after the other, also somebody else's.
func TestUndo(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	marta, other := o.link(o.keys, lead.Link{}), o.link(o.keys, lead.Link{Recipient: ines})
	for _, step := range []struct {
		path, status string
		want         lead.Status
	}{
		{marta, "contacted", lead.Contacted}, {other, "won", lead.Won}, {marta, "undo", lead.Contacted}, {other, "undo", lead.New}, {other, "spam", lead.Spam}, {marta, "undo", lead.New},
	} {
		o.pass(time.Minute)
		if a := o.press(step.path, "status", step.status); a.status != http.StatusSeeOther || o.lead().Status != step.want {
			t.Fatalf("%s: answered %d, the lead is %s, want %s\n%s", step.status, a.status, o.lead().Status, step.want, a.body)
		}
	}
	var told []string
	for _, e := range o.lead().Moves() {
		told = append(told, strings.Join([]string{e.Kind, string(e.From), string(e.ToStatus), e.By}, " "))
	}
	want := []string{"status new contacted " + sales, "status contacted won " + ines, "undo won contacted " + sales, "undo contacted new " + ines,
		"status new spam " + ines, "undo spam new " + sales}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if a := o.do(http.MethodPost, marta, values("status", "undo", "press", o.pressOf(marta))); a.status != http.StatusBadRequest || !strings.Contains(a.body, "Nothing was changed") {
		t.Errorf("nothing to undo: answered %d", a.status)
	}
	if l := o.lead(); l.Wake.IsZero() {
		t.Error("back at new, the lead waits for nobody")
	}
}

// TestAPressDecidesOnce: sent twice, the second changes nothing, and says so.
func TestAPressDecidesOnce(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	body := values("status", "contacted", "press", o.pressOf(path))
	if a := o.do(http.MethodPost, path, body); a.status != http.StatusSeeOther {
		t.Fatalf("answered %d\n%s", a.status, a.body)
	}
	before := o.lead()
	for range 3 {
		a := o.do(http.MethodPost, path, body)
		for _, want := range []string{"Nothing was changed", "The lead stands at “contacted” now.", "From new to contacted, Marta Lindholm"} {
			if a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
				t.Errorf("sent again: answered %d without %q\n%s", a.status, want, a.body)
			}
		}
		o.guarded("sent again", a)
	}
	if diff := cmp.Diff(before, o.lead()); diff != "" {
		t.Errorf("sent again, it changed the lead:\n%s", diff)
	}
}

// TestAnOldPageOverrulesNobody: what others decided meanwhile stays, and is said.
func TestAnOldPageOverrulesNobody(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	marta, other := o.link(o.keys, lead.Link{}), o.link(o.keys, lead.Link{Recipient: ines})
	old := values("status", "spam", "press", o.pressOf(marta))
	o.press(other, "status", "contacted")
	o.pass(time.Minute)
	o.press(other, "status", "unfit", "reason", "no budget", "note", "asked <twice>")
	a := o.do(http.MethodPost, marta, old)
	for _, want := range []string{"Nothing was changed", "“not a fit”", "From new to contacted, ines@example.com", "From contacted to not a fit, ines@example.com", "no budget: asked &lt;twice&gt;"} {
		if a.status != http.StatusBadRequest || !strings.Contains(a.body, want) {
			t.Errorf("answered %d without %q\n%s", a.status, want, a.body)
		}
	}
	if l := o.lead(); l.Status != lead.Unfit || len(l.Moves()) != 2 {
		t.Errorf("the lead is %s after %d moves", l.Status, len(l.Moves()))
	}
}

// TestOfPressesAtOnceOneDecides races presses of one page.
func TestOfPressesAtOnceOneDecides(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	press := o.pressOf(path)
	statuses := make([]int, 12)
	var all sync.WaitGroup
	for i := range statuses {
		all.Go(func() {
			statuses[i] = o.do(http.MethodPost, path, values("status", []string{"contacted", "won", "spam"}[i%3], "press", press)).status
		})
	}
	all.Wait()
	decided := 0
	for _, status := range statuses {
		if status == http.StatusSeeOther {
			decided++
		} else if status != http.StatusBadRequest {
			t.Errorf("answered %d", status)
		}
	}
	if decided != 1 || len(o.lead().Moves()) != 1 || o.lead().Version != 2 {
		t.Errorf("%d decided: %+v", decided, o.lead())
	}
}

// TestAProgramWithTheLinkDecidesFirstOrNotAtAll: without a page's press, as long as nobody has decided.
func TestAProgramWithTheLinkDecidesFirstOrNotAtAll(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	if a := o.do(http.MethodPost, path, "status=contacted"); a.status != http.StatusSeeOther {
		t.Fatalf("answered %d\n%s", a.status, a.body)
	}
	for _, body := range []string{"status=contacted", "status=won", "status=undo"} {
		if a := o.do(http.MethodPost, path, body); a.status != http.StatusBadRequest || o.lead().Status != lead.Contacted {
			t.Errorf("%s, again: answered %d, the lead is %s", body, a.status, o.lead().Status)
		}
	}
}
