package dynamo

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"leadsite/functions/lead"
)

// everything is all items of the table.
func everything(t *testing.T, s *Store) []item {
	t.Helper()
	out, err := s.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: &s.table})
	if err != nil {
		t.Fatal(err)
	}
	var all []item
	for _, it := range out.Items {
		all = append(all, it)
	}
	return all
}

// put, mailed and written about: a lead with something of everything under it.
func busyLead(t *testing.T, s *Store, id string) {
	t.Helper()
	mustPut(t, s, sample(id))
	n := lead.Notification{State: lead.Pending, Due: time.Now(), NotificationKey: lead.NotificationKey{Kind: "confirmation", Recipient: "Sam@example.com"}}
	if err := errors.Join(
		s.HandOff(t.Context(), id, lead.HandOff{Notifications: []lead.Notification{n}}),
		s.Append(t.Context(), id, lead.Event{At: time.Now(), Kind: "note", Note: "Sam@example.com"}),
	); err != nil {
		t.Fatal(err)
	}
}

// What is left of an erased person is a tombstone that says nothing, and the erasure.
func TestAnErasureLeavesNoAttribute(t *testing.T) {
	s := newStore(t)
	busyLead(t, s, "lead")
	if _, err := s.Erase(t.Context(), "sam", time.Now()); err != nil {
		t.Fatal(err)
	}
	left := map[string]string{}
	for _, it := range everything(t, s) {
		left[it.text("PK")] = strings.Join(attributes(it), " ")
	}
	if left["L#lead"] != "PK SK erased expires mark rev ttl" || left["X#sam"] != "PK SK mark time" || len(left) != 2 {
		t.Errorf("left: %v", left)
	}
}

// Somebody who read the lead before it was erased, and adds to it afterwards, must not bring anything back.
func TestNothingIsAddedUnderATombstone(t *testing.T) {
	plain := newStore(t)
	for name, write := range map[string]func(*Store) error{
		"event": func(s *Store) error { return s.Append(t.Context(), "lead", lead.Event{At: time.Now(), Kind: "note"}) },
		"notification": func(s *Store) error {
			return s.HandOff(t.Context(), "lead", lead.HandOff{Notifications: []lead.Notification{{State: lead.Pending, Due: time.Now()}}})
		},
	} {
		mustPut(t, plain, sample("lead"))
		var erased atomic.Bool
		late := withFaults(plain, func(operation string, _ []byte) *http.Response {
			if operation == "TransactWriteItems" && erased.CompareAndSwap(false, true) {
				if _, err := plain.Erase(t.Context(), "sam", time.Now()); err != nil {
					t.Error(err)
				}
			}
			return nil
		})
		if err := write(late); !errors.Is(err, lead.ErrNotFound) || !erased.Load() {
			t.Errorf("%s: %v (erased meanwhile: %t)", name, err, erased.Load())
		}
		for _, it := range everything(t, plain) {
			if strings.HasPrefix(it.text("PK"), leadPrefix) && !it.erased() {
				t.Errorf("%s: %s %s is there", name, it.text("PK"), it.text("SK"))
			}
		}
		if _, err := plain.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &plain.table, Key: leadKey("lead")}); err != nil {
			t.Fatal(err)
		}
	}
}

// An erasure that was interrupted is completed by the next.
func TestAnInterruptedErasureIsCompleted(t *testing.T) {
	s := newStore(t)
	busyLead(t, s, "one")
	busyLead(t, s, "two")
	deletions := 0
	failing := withFaults(s, func(operation string, _ []byte) *http.Response {
		if operation != "DeleteItem" {
			return nil
		}
		if deletions++; deletions > 1 {
			return says(http.StatusInternalServerError, `{"__type":"InternalServerError"}`)
		}
		return nil
	})
	at := time.Now()
	if _, err := failing.Erase(t.Context(), "sam", at); err == nil {
		t.Fatal("it was not interrupted")
	}
	if _, err := s.Erase(t.Context(), "sam", at); err != nil {
		t.Fatal(err)
	}
	for _, it := range everything(t, s) {
		if pk := it.text("PK"); pk != "X#sam" && !it.erased() {
			t.Errorf("%s %s is there", pk, it.text("SK"))
		}
	}
}

// An import that was interrupted shows nothing of the lead, and is completed by the next.
func TestAnInterruptedImportShowsNothing(t *testing.T) {
	s := newStore(t)
	failing := withFaults(s, func(operation string, body []byte) *http.Response {
		if operation == "TransactWriteItems" || bytes.Contains(body, []byte("inbox")) {
			return says(http.StatusInternalServerError, `{"__type":"InternalServerError"}`)
		}
		return nil
	})
	l := sample("lead").Kept().WithEvents([]lead.Event{lead.NewEvent(lead.Event{At: time.Now(), Kind: "note"})})
	n := lead.Notification{State: lead.Pending, Due: time.Now(), NotificationKey: lead.NotificationKey{Kind: lead.KindLead, Recipient: "ann@example.com"}}
	r := lead.Record{Lead: &l, Notifications: []lead.Notification{n}}
	if _, err := failing.Import(t.Context(), r); err == nil {
		t.Fatal("it was not interrupted")
	}
	if due, err := s.Due(t.Context(), time.Now().Add(time.Hour), 10); err != nil || len(due) != 0 {
		t.Errorf("due: %v, %v", due, err)
	}
	if _, err := s.Get(t.Context(), "lead"); !errors.Is(err, lead.ErrNotFound) {
		t.Error(err)
	}
	if added, err := s.Import(t.Context(), r); err != nil || !added {
		t.Errorf("added %t, %v", added, err)
	}
	got, err := s.Get(t.Context(), "lead")
	if err != nil || len(got.Events) != 2 {
		t.Errorf("%d events, %v", len(got.Events), err)
	}
}
