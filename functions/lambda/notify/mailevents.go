package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"leadsite/functions/lead"
	"leadsite/functions/notify"
	"leadsite/functions/probe"
)

// mailEvent is what SES says of a mail, as EventBridge hands it on in "detail".
type mailEvent struct {
	EventType string `json:"eventType"`
	Mail      struct {
		MessageID string              `json:"messageId"`
		Timestamp time.Time           `json:"timestamp"`
		Tags      map[string][]string `json:"tags"`
	} `json:"mail"`
	Delivery struct {
		Timestamp time.Time `json:"timestamp"`
	} `json:"delivery"`
	Bounce struct {
		Type       string    `json:"bounceType"`    // Permanent, Transient, Undetermined
		SubType    string    `json:"bounceSubType"` // General, Suppressed, OnAccountSuppressionList, MailboxFull, …
		Timestamp  time.Time `json:"timestamp"`
		Recipients []struct {
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Timestamp time.Time `json:"timestamp"`
		Type      string    `json:"complaintFeedbackType"`
	} `json:"complaint"`
	Reject struct {
		Reason string `json:"reason"`
	} `json:"reject"`
}

// reported answers an event of a mail.
type reported struct {
	Reported bool `json:"reported"`
}

// mail takes an event of a mail into account. An error makes Lambda bring it again, twice. One of another kind than we ask
// for changes nothing.
func (f *function) mail(ctx context.Context, detail json.RawMessage) (reported, error) {
	var e mailEvent
	if err := json.Unmarshal(detail, &e); err != nil {
		return reported{}, fmt.Errorf("reading an event of a mail: %w", err)
	}
	if e.EventType == "" || e.Mail.Timestamp.IsZero() {
		return reported{}, errors.New("reading an event of a mail: it says neither what happened nor of which mail")
	}
	r, ok := e.report()
	if !ok {
		return reported{}, nil
	}
	if id := r.Tags[probe.Tag]; id != "" {
		return reported{true}, f.watch.Report(ctx, id, r.State, r.Note, r.At)
	}
	return reported{true}, f.notifier.Report(ctx, r)
}

// report is the event in notify's words. Its time is the event's own, so that the same event twice is one.
func (e mailEvent) report() (notify.Report, bool) {
	r := notify.Report{MessageID: e.Mail.MessageID, At: e.Mail.Timestamp, Tags: map[string]string{}}
	for name, values := range e.Mail.Tags {
		if len(values) > 0 {
			r.Tags[name] = values[0]
		}
	}
	switch e.EventType {
	case "Delivery":
		r.State, r.At = lead.Delivered, later(e.Delivery.Timestamp, r.At)
	case "Bounce":
		r.State, r.At = lead.Bounced, later(e.Bounce.Timestamp, r.At)
		if strings.Contains(e.Bounce.SubType, "Suppress") { // Suppressed, OnAccountSuppressionList
			r.State = lead.Suppressed
		}
		r.Park = e.Bounce.Type == "Permanent"
		r.Note = "bounced: " + e.Bounce.Type + ", " + e.Bounce.SubType
		if len(e.Bounce.Recipients) > 0 && e.Bounce.Recipients[0].Diagnostic != "" {
			r.Note += ": " + e.Bounce.Recipients[0].Diagnostic
		}
	case "Complaint":
		r.State, r.At, r.Park = lead.Suppressed, later(e.Complaint.Timestamp, r.At), true
		r.Note = strings.TrimSpace("the recipient called it spam " + e.Complaint.Type)
	case "Reject":
		r.State, r.Note = lead.Failed, "rejected: "+e.Reject.Reason
	default:
		return r, false
	}
	return r, true
}

// later is the time of what happened to a mail, or of the mail where the event does not say.
func later(event, mail time.Time) time.Time {
	if event.IsZero() {
		return mail
	}
	return event
}
