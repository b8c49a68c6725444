// Package mail is what a mail is here, and the contract of whoever sends one.
//
// It builds the MIME form once for all adapters. It does not know leads, templates or retries.
package mail

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Message is one mail to one recipient. No field may hold CR, LF or another control character (Text and HTML aside):
// MIME and Send refuse it.
type Message struct {
	From       string // bare address of our own identity
	FromName   string
	To         string // bare address
	ReplyTo    string // bare address; "" for none; one that Address refuses is left out
	Subject    string
	Text       string // plain part, UTF-8
	HTML       string // HTML part, the same words
	ID         string // Message-ID without angle brackets; a service may replace it (Receipt tells)
	References string // Message-ID of the thread, without angle brackets; "" for none
	Date       time.Time
	Tags       map[string]string // come back with delivery events: "lead", "notification"; never personal data
}

// Receipt is what a service answered.
type Receipt struct {
	MessageID string // as the service will name it in events
	Delivered bool   // true: nothing further will be heard; a local outbox holds the mail, or an SMTP server took it
}

// ErrRefused marks an error that will not go away by trying again: the address or the message is refused for good.
var ErrRefused = errors.New("mail refused for good")

// ErrRecipient marks an ErrRefused that is about the recipient alone: their server does not know them, and will refuse
// every other mail to them.
var ErrRecipient = fmt.Errorf("the recipient is not known: %w", ErrRefused)

// Sender hands a mail to a service. mailtest.Run proves the contract for every adapter.
type Sender interface {
	// Send makes one attempt, and returns once the service has taken responsibility for the mail. An error that wraps
	// ErrRefused is final; any other may succeed later, and the mail may have been sent all the same (a time-out).
	// A cancelled context gives its error. Send may be called from many goroutines.
	Send(ctx context.Context, m Message) (Receipt, error)
}
