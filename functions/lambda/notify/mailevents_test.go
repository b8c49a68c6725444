package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"leadsite/functions/lead"
	"leadsite/functions/notify"
)

// mailEvent is an event of a mail about a lead, as EventBridge sends it. what is the part of its kind, as JSON.
func mailEvent(kind, id, to, what string) string {
	tag := notify.Tag(lead.NotificationKey{Lead: id, Kind: lead.KindLead, Recipient: to})
	at := time.Now().UTC().Format(time.RFC3339)
	return fmt.Sprintf(`{"version":"0","id":"e1","detail-type":"Email %[1]s","source":"aws.ses","account":"123456789012","time":%[5]q,
		"region":"eu-central-1","resources":[],"detail":{"eventType":%[1]q,"mail":{"timestamp":%[5]q,"source":"leads@example.com",
		"messageId":"0100-made-up","destination":[%[3]q],"tags":{"ses:configuration-set":["mails"],"lead":[%[2]q],"notification":[%[4]q]}}%[6]s}}`,
		kind, id, to, tag, at, what)
}

func (c *cloud) notification(id, to string) lead.Notification {
	c.Helper()
	n, err := c.store.Notification(c.Context(), lead.NotificationKey{Lead: id, Kind: lead.KindLead, Recipient: to})
	c.ok(err)
	return n
}

// reporting is a cloud with a configuration set, whose site has somebody behind sales.
func reporting(t *testing.T) *cloud {
	c := newCloud(t, "CONFIGURATION_SET=mails")
	mails := sesv2.NewFromConfig(c.config(), func(o *sesv2.Options) { o.BaseEndpoint = &c.endpoint })
	// moto keeps it for the whole run: it may be there from another test
	_, _ = mails.CreateConfigurationSet(t.Context(), &sesv2.CreateConfigurationSetInput{ConfigurationSetName: aws.String("mails")})
	return c
}

func TestEventsOfMails(t *testing.T) {
	const sales, owner = "sales@example.com", "owner@example.com"
	for name, tt := range map[string]struct {
		event  func(id string) string
		state  lead.NotificationState
		parked string
		mails  int
	}{
		"Delivery": {func(id string) string {
			return mailEvent("Delivery", id, sales, `,"delivery":{"timestamp":"2026-11-23T09:15:05.000Z","recipients":["sales@example.com"],"smtpResponse":"250 ok"}`)
		}, lead.Delivered, "", 1},
		"Bounce": {func(id string) string {
			return mailEvent("Bounce", id, sales, `,"bounce":{"bounceType":"Permanent","bounceSubType":"General","timestamp":"2026-11-23T09:15:05.000Z",
				"bouncedRecipients":[{"emailAddress":"sales@example.com","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}`)
		}, lead.Bounced, "bounced: Permanent, General: smtp; 550 5.1.1 user unknown", 2},
		"Suppressed": {func(id string) string {
			return mailEvent("Bounce", id, sales, `,"bounce":{"bounceType":"Permanent","bounceSubType":"OnAccountSuppressionList"}`)
		}, lead.Suppressed, "bounced: Permanent, OnAccountSuppressionList", 2},
		"MailboxFull": {func(id string) string {
			return mailEvent("Bounce", id, sales, `,"bounce":{"bounceType":"Transient","bounceSubType":"MailboxFull"}`)
		}, lead.Bounced, "", 2},
		"Complaint": {func(id string) string {
			return mailEvent("Complaint", id, sales, `,"complaint":{"complaintFeedbackType":"abuse","timestamp":"2026-11-23T09:15:05.000Z"}`)
		}, lead.Suppressed, "the recipient called it spam abuse", 2},
		"Reject": {func(id string) string { return mailEvent("Reject", id, sales, `,"reject":{"reason":"Bad content"}`) }, lead.Failed, "", 2},
		"Open":   {func(id string) string { return mailEvent("Open", id, sales, `,"open":{}`) }, lead.Accepted, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			c := reporting(t)
			id := c.put("a")
			c.stream(inserted("L#"+id, 1))
			if n := c.notification(id, sales); n.State != lead.Accepted || n.Due.IsZero() {
				t.Fatalf("after the mail %+v\n%s", n, c.function.Logs())
			}
			for range 2 { // EventBridge delivers at least once
				if got, want := c.invoke(tt.event(id)), fmt.Sprintf(`{"reported":%t}`, name != "Open"); got != want {
					t.Errorf("answered %s, want %s", got, want)
				}
			}
			if n := c.notification(id, sales); n.State != tt.state {
				t.Errorf("afterwards %+v", n)
			}
			parked, err := c.store.Parked(t.Context())
			c.ok(err)
			if (len(parked) == 1) != (tt.parked != "") || len(parked) == 1 && (parked[0].Why != tt.parked || parked[0].Recipient != sales) {
				t.Errorf("parked are %+v, want %q", parked, tt.parked)
			}
			if mails := c.mailed(tt.mails); tt.mails == 2 && mails[1].To != owner {
				t.Errorf("the next is %s", mails[1].To)
			}
			if log := c.function.Logs(); strings.Contains(log, "@example.com") || strings.Contains(log, `"alarm":"parked"`) != (tt.parked != "") {
				t.Errorf("the log is\n%s", log)
			}
		})
	}
}

func TestEventsOfMailsThatAreNone(t *testing.T) {
	c := reporting(t)
	for _, detail := range []string{`{}`, `[]`, `{"eventType":"Bounce"}`, `17`} {
		if answer, err := c.function.Invoke(t, []byte(`{"source":"aws.ses","detail":`+detail+`}`)); err == nil {
			t.Errorf("%s was answered %s", detail, answer)
		}
	}
	for _, event := range []string{mailEvent("Bounce", "nonsense", "x", `,"bounce":{"bounceType":"Permanent"}`), mailEvent("Bounce", strings.Repeat("g", 26), "x@example.com", "")} {
		if got := c.invoke(event); got != `{"reported":true}` {
			t.Errorf("answered %s", got)
		}
	}
}

// TestADigestInTheCloud: what was held back is one mail, whose delivery is that of all leads in it.
func TestADigestInTheCloud(t *testing.T) {
	const sales = "sales@example.com"
	c := reporting(t)
	var ids []string
	for _, letter := range strings.Split("abcdefghjkmn", "") {
		id := c.put(letter)
		held := lead.Notification{NotificationKey: lead.NotificationKey{Lead: id, Kind: lead.KindLead, Recipient: sales}, State: lead.Pending,
			Due: time.Now(), UpdatedAt: time.Now(), Error: "held back: too many mails at once; it waits for a digest"}
		c.ok(c.store.HandOff(t.Context(), id, lead.HandOff{Owner: sales, Wake: time.Now().Add(time.Hour), Notifications: []lead.Notification{held}}))
		ids = append(ids, id)
	}
	c.invoke(`{"trigger":"sweep"}`)
	m := c.mailed(1)[0]
	for _, id := range ids {
		n := c.notification(id, sales)
		if n.State != lead.Accepted || !strings.Contains(n.Error, "listed in a digest") || !strings.Contains(m.Text, id) {
			t.Errorf("lead %s: %+v", id, n)
		}
	}
	at := time.Now().UTC().Format(time.RFC3339)
	c.invoke(fmt.Sprintf(`{"source":"aws.ses","detail":{"eventType":"Delivery","mail":{"timestamp":%q,"messageId":%q,
		"tags":{"lead":[%q],"lead2":[%q],"notification":[%q]}}}}`, at, c.notification(ids[0], sales).MessageID,
		strings.Join(ids[:9], "."), strings.Join(ids[9:], "."), "digest-"+strings.TrimPrefix(notify.Tag(lead.NotificationKey{Recipient: sales}), "-")))
	for _, id := range ids {
		if n := c.notification(id, sales); n.State != lead.Delivered {
			t.Errorf("after the report %+v", n)
		}
	}
}

// TestWebhooksInTheCloud: their secrets stand in a parameter, and the function calls no private address.
func TestWebhooksInTheCloud(t *testing.T) {
	c := newCloud(t)
	id := c.putOf("hooked", "w")
	c.stream(inserted("L#"+id, 1))
	c.invoke(`{"trigger":"sweep"}`)
	for address, want := range map[string]string{hookSigned: "its address is not a public one", hookUnsigned: "the secret NONE is not set"} {
		n, err := c.store.Notification(t.Context(), lead.NotificationKey{Lead: id, Kind: lead.KindWebhook, Recipient: address})
		c.ok(err)
		if n.State != lead.Pending || !strings.Contains(n.Error, want) {
			t.Errorf("the webhook is %+v, want %q", n, want)
		}
	}
	c.mailed(1)
}

// TestAnEventReadsAsJSON keeps the tests' own events whole.
func TestAnEventReadsAsJSON(t *testing.T) {
	if event := mailEvent("Delivery", "a", "b", `,"delivery":{}`); !json.Valid([]byte(event)) {
		t.Error(event)
	}
}
