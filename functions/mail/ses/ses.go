// Package ses sends mail through Amazon SES in the owner's own account.
//
// It knows one call per mail. It does not know delivery events: those reach notify by EventBridge, with the tags that
// are sent here.
package ses

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"leadsite/functions/mail"
)

var _ mail.Sender = (*Sender)(nil)

// Sender sends through one client.
type Sender struct {
	Client *sesv2.Client
	// ConfigurationSet names the set whose event destination reports deliveries; "" for none.
	ConfigurationSet string
}

// Send calls SendEmail once: the SDK would repeat a call that timed out, and the operation has no token by which the
// service could tell a repetition. Receipt.MessageID is the service's, as its events name the mail; the mail itself
// carries it as ID@REGION.amazonses.com instead of our own Message-ID.
func (s *Sender) Send(ctx context.Context, m mail.Message) (mail.Receipt, error) {
	input, err := s.input(m)
	if err != nil {
		return mail.Receipt{}, err
	}
	out, err := s.Client.SendEmail(ctx, input, once)
	if err != nil {
		return mail.Receipt{}, fmt.Errorf("sending a mail by SES: %w", explain(ctx, m, err))
	}
	return mail.Receipt{MessageID: aws.ToString(out.MessageId)}, nil
}

// once takes the SDK's retries away, whatever the client was made with.
func once(o *sesv2.Options) {
	o.Retryer = aws.NopRetryer{}
}

func (s *Sender) input(m mail.Message) (*sesv2.SendEmailInput, error) {
	data, err := m.MIME()
	if err != nil {
		return nil, err
	}
	from, err := mail.Address(m.From)
	if err != nil {
		return nil, fmt.Errorf("the sender is %w: %w", err, mail.ErrRefused)
	}
	to, err := mail.Address(m.To)
	if err != nil {
		return nil, fmt.Errorf("the recipient is %w: %w", err, mail.ErrRefused)
	}
	input := &sesv2.SendEmailInput{
		FromEmailAddress: aws.String(from),
		Destination:      &types.Destination{ToAddresses: []string{to}},
		Content:          &types.EmailContent{Raw: &types.RawMessage{Data: data}},
	}
	if s.ConfigurationSet != "" {
		input.ConfigurationSetName = aws.String(s.ConfigurationSet)
	}
	for _, name := range slices.Sorted(maps.Keys(m.Tags)) {
		input.EmailTags = append(input.EmailTags, types.MessageTag{Name: aws.String(name), Value: aws.String(m.Tags[name])})
	}
	return input, nil
}

// explain tells final answers from those that may change. Final is what SES says of this message or its recipient. An
// account that is paused, throttled or has not verified its own identity yet would refuse the next recipient just the
// same, and is waited for.
func explain(ctx context.Context, m mail.Message, err error) error {
	var rejected *types.MessageRejected
	var malformed *types.BadRequestException
	if errors.As(err, &rejected) && !aboutSender(m, rejected.ErrorMessage()) || errors.As(err, &malformed) {
		return fmt.Errorf("%w: %w", mail.ErrRefused, err)
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w (%v)", ctx.Err(), err)
	}
	return err
}

// aboutSender reads a reason that a rejection gives in words alone: "Email address is not verified. The following
// identities failed the check in region …", and their addresses. A new account checks recipients, too; when only the
// recipient failed, another one may pass.
func aboutSender(m mail.Message, reason string) bool {
	reason = strings.ToLower(reason)
	from, to := strings.ToLower(m.From), strings.ToLower(m.To)
	return strings.Contains(reason, from) || strings.Contains(reason, "not verified") && !strings.Contains(reason, to)
}
