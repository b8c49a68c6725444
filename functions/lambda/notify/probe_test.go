package main_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/mail"
	"leadsite/functions/probe"
	"leadsite/functions/store/dynamo"
)

// putProbe stores a probe as submit does, changed; it set out a while ago.
func (c *cloud) putProbe(ago time.Duration, change func(*lead.Probe)) lead.Probe {
	c.Helper()
	keys, err := lead.ParseKeys(strings.Repeat("01", 32))
	c.ok(err)
	p, _, err := keys.NewProbe(time.Now().Add(-ago), rand.Reader)
	c.ok(err)
	if change != nil {
		change(&p)
	}
	_, err = c.store.PutProbe(c.Context(), p)
	c.ok(err)
	return p
}

func (c *cloud) probe(id string) lead.Probe {
	c.Helper()
	p, err := c.store.Probe(c.Context(), id)
	c.ok(err)
	return p
}

// insertedProbe is the record that the stream brings of a probe.
func insertedProbe(id string, number int) string {
	return strings.Replace(inserted(dynamo.ProbeKey, number), `"S":"#"`, fmt.Sprintf(`"S":%q`, id), 1)
}

// probeMails are the mails about one probe.
func (c *cloud) probeMails(id string) []mail.Received {
	c.Helper()
	var mine []mail.Received
	for _, m := range c.allMails() {
		if strings.Contains(m.Header["Message-Id"], id) {
			mine = append(mine, m)
		}
	}
	return mine
}

// eventOf is what EventBridge says of a probe's mail.
func eventOf(kind, id, what string) string {
	at := time.Now().UTC().Format(time.RFC3339Nano)
	return fmt.Sprintf(`{"source":"aws.ses","detail":{"eventType":%q,"mail":{"timestamp":%q,"messageId":"0100","tags":{"ses:configuration-set":["mails"],"probe":[%q]}}%s}}`, kind, at, id, what)
}

func TestAProbeIsMailedAndDelivered(t *testing.T) {
	c := reporting(t)
	p := c.putProbe(0, nil)
	for range 2 { // streams deliver at least once
		if got := c.stream(insertedProbe(p.ID, 1)); got != `{"batchItemFailures":[]}` {
			t.Errorf("answered %s", got)
		}
	}
	if got := c.probe(p.ID); got.State != lead.Accepted || got.By != lead.ByStream || got.MessageID == "" {
		t.Errorf("mailed, it is %+v\n%s", got, c.function.Logs())
	}
	mails := c.probeMails(p.ID)
	if len(mails) != 1 || mails[0].To != probe.Recipient {
		t.Errorf("mailed %+v", mails)
	}
	for range 2 { // EventBridge, too
		c.invoke(eventOf("Delivery", p.ID, `,"delivery":{"timestamp":"`+time.Now().UTC().Format(time.RFC3339)+`"}`))
	}
	c.invoke(eventOf("Bounce", p.ID, `,"bounce":{"bounceType":"Permanent"}`)) // what comes late changes no end
	if got := c.probe(p.ID); got.State != lead.Delivered {
		t.Errorf("delivered, it is %+v", got)
	}
	log := c.function.Logs()
	if strings.Count(log, `"state":"delivered"`) != 1 || strings.Contains(log, `"alarm"`) || strings.Contains(log, "simulator") {
		t.Errorf("the log is\n%s", log)
	}
	parked, err := c.store.Parked(t.Context())
	if err != nil || len(parked) > 0 {
		t.Errorf("parked are %v, %v", parked, err)
	}
}

// Delivered before SES has answered: the report is not overruled by what came before it.
func TestAProbeIsReportedEarly(t *testing.T) {
	c := reporting(t)
	p := c.putProbe(0, nil)
	c.invoke(eventOf("Delivery", p.ID, ""))
	c.stream(insertedProbe(p.ID, 1))
	if got := c.probe(p.ID); got.State != lead.Delivered || len(c.probeMails(p.ID)) != 0 {
		t.Errorf("it is %+v", got)
	}
}

// What becomes of a probe on a way that is broken somewhere, one sweep later.
func TestAProbeOnABrokenWay(t *testing.T) {
	c := reporting(t)
	accepted := func(p *lead.Probe) { p.State, p.By, p.UpdatedAt = lead.Accepted, lead.ByStream, p.At }
	for name, tt := range map[string]struct {
		ago    time.Duration
		change func(*lead.Probe)
		state  lead.NotificationState
		by     string
		mails  int
		alarm  string
	}{
		"the stream has a minute":            {0, nil, lead.Pending, "", 0, ""},
		"the stream brings nothing":          {2 * time.Minute, nil, lead.Accepted, lead.BySchedule, 1, ""},
		"a function died while it sent":      {5 * time.Minute, func(p *lead.Probe) { p.State, p.UpdatedAt = lead.Sending, p.At }, lead.Accepted, "", 1, ""},
		"another function may be sending it": {5 * time.Minute, func(p *lead.Probe) { p.State, p.UpdatedAt = lead.Sending, time.Now() }, lead.Sending, "", 0, ""},
		"a delivery takes its time":          {10 * time.Minute, accepted, lead.Accepted, lead.ByStream, 0, ""},
		"no delivery is reported":            {lead.ProbeLimit, accepted, lead.Failed, lead.ByStream, 0, "SES took the mail, and no delivery was reported"},
		"nothing was sent":                   {lead.ProbeLimit, nil, lead.Failed, "", 0, "it was stored, and no mail was sent"},
		"sending fails":                      {lead.ProbeLimit, func(p *lead.Probe) { p.State, p.Error = lead.Sending, "the mail was not sent: paused" }, lead.Failed, "", 0, "the mail was not sent: paused"},
		"it has arrived long ago":            {time.Hour, func(p *lead.Probe) { p.State = lead.Delivered }, lead.Delivered, "", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.putProbe(tt.ago, tt.change)
			for range 2 {
				c.invoke(`{"source":"aws.events"}`)
			}
			if got := c.probe(p.ID); got.State != tt.state || got.By != tt.by || len(c.probeMails(p.ID)) != tt.mails || tt.alarm != "" && got.Error != tt.alarm {
				t.Errorf("it is %+v\n%s", got, c.function.Logs())
			}
			alarm := fmt.Sprintf(`"alarm":"probe","probe":%q`, p.ID)
			if want := min(len(tt.alarm), 1); strings.Count(c.function.Logs(), alarm) != want {
				t.Errorf("alarms, want %d:\n%s", want, c.function.Logs())
			}
		})
	}
}

// A mail that does not arrive is an alarm at once.
func TestAProbeThatBounces(t *testing.T) {
	c := reporting(t)
	p := c.putProbe(0, nil)
	c.stream(insertedProbe(p.ID, 1))
	c.invoke(eventOf("Reject", p.ID, `,"reject":{"reason":"Bad content"}`))
	if got := c.probe(p.ID); got.State != lead.Failed || got.Error != "rejected: Bad content" || !strings.Contains(c.function.Logs(), `"alarm":"probe"`) {
		t.Errorf("it is %+v\n%s", got, c.function.Logs())
	}
	for _, event := range []string{eventOf("Delivery", strings.Repeat("a", 32), ""), eventOf("Delivery", "nonsense", "")} {
		if got := c.invoke(event); got != `{"reported":true}` {
			t.Errorf("answered %s", got)
		}
	}
}

// The daily schedule: one sets out to the site. A site that does not take it is an alarm at once.
func TestAProbeSetsOut(t *testing.T) {
	var token string
	status := http.StatusOK
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token = r.PostFormValue("token")
		keys, err := lead.ParseKeys(strings.Repeat("01", 32))
		if err != nil {
			t.Error(err)
		}
		p, err := keys.ReadProbe(token, time.Now())
		if err != nil || r.URL.Path != "/api/probe" {
			t.Errorf("%s: %v", r.URL, err)
		}
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(map[string]string{"id": p.ID})
	}))
	defer site.Close()
	c := newCloudOf(t, site.URL+"/")
	if got := c.invoke(`{"trigger":"probe"}`); got != `{"set_out":true}` || token == "" {
		t.Errorf("answered %s\n%s", got, c.function.Logs())
	}
	if probes, err := c.store.Probes(t.Context(), 9); err != nil || len(probes) != 0 || strings.Contains(c.function.Logs(), `"alarm"`) {
		t.Errorf("%v, %v\n%s", probes, err, c.function.Logs()) // storing it is submit's
	}
	status = http.StatusForbidden
	c.invoke(`{"trigger":"probe"}`)
	probes, err := c.store.Probes(t.Context(), 9)
	if err != nil || len(probes) != 1 || probes[0].State != lead.Failed || !strings.Contains(probes[0].Error, "/api/probe answers 403") {
		t.Fatalf("%+v, %v\n%s", probes, err, c.function.Logs())
	}
	if log := c.function.Logs(); !strings.Contains(log, `"alarm":"probe"`) || strings.Contains(log, token) {
		t.Errorf("the log is\n%s", log)
	}
	c.stream(insertedProbe(probes[0].ID, 1)) // its note is news for the stream, and no mail
	if mails := c.probeMails(probes[0].ID); len(mails) != 0 {
		t.Errorf("mailed %+v", mails)
	}
}
