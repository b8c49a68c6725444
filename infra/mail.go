package infra

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// simulator is an address of AWS's that takes every mail, also of an account in the sandbox.
const simulator = "success@simulator.amazonses.com"

// ownsIdentity says whether the stack makes the mail domain's identity: not when somebody verified the domain before
// there was a stack.
func (d *Deploy) ownsIdentity(ctx context.Context) (bool, error) {
	was, err := d.appStack().Parameter(ctx, "OwnsIdentity")
	if err != nil || was != "" && d.run.app != nil {
		return was == "yes", err
	}
	found, _, err := d.Account.identity(ctx, d.mailDomain())
	return !found, err
}

// identity looks a domain up in SES.
func (a *Account) identity(ctx context.Context, domain string) (found, verified bool, err error) {
	out, err := a.ses.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &domain})
	if _, absent := errors.AsType[*types.NotFoundException](err); absent {
		return false, false, nil
	}
	if err != nil {
		return false, false, fmt.Errorf("looking up %s in SES: %w", domain, err)
	}
	return true, out.VerifiedForSendingStatus || out.VerificationStatus == types.VerificationStatusSuccess, nil
}

// testMail sends one real mail, once the domain is verified. It goes to AWS's simulator, so that nobody is bothered.
func (d *Deploy) testMail(ctx context.Context) error {
	_, verified, err := d.Account.identity(ctx, d.mailDomain())
	if err != nil || !verified {
		return err // summary says what is to be done
	}
	out, err := d.Account.ses.SendEmail(ctx, &sesv2.SendEmailInput{
		FromEmailAddress: &d.run.bundle.Brand.From, Destination: &types.Destination{ToAddresses: []string{simulator}},
		ConfigurationSetName: aws.String(d.run.app["Mails"]),
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: &types.Content{Data: aws.String("leadsite: test mail of " + d.run.bundle.Site)},
			Body:    &types.Body{Text: &types.Content{Data: aws.String("Sent by leadsite deploy.")}},
		}},
	})
	if err != nil {
		return fmt.Errorf("sending a test mail: %w", err)
	}
	d.talk("sent, as " + aws.ToString(out.MessageId))
	return nil
}

// record is one line of a DNS table.
type record struct{ name, kind, value string }

// mailRecords are what the mail domain needs in DNS.
func (d *Deploy) mailRecords() []record {
	domain := d.mailDomain()
	var all []record
	for _, output := range []string{"Dkim1", "Dkim2", "Dkim3"} {
		var r record
		if n, _ := fmt.Sscan(d.run.app[output], &r.name, &r.kind, &r.value); n == 3 {
			all = append(all, r)
		}
	}
	return append(all,
		record{"bounce." + domain, "MX", "10 feedback-smtp." + d.Account.Region + ".amazonses.com"},
		record{"bounce." + domain, "TXT", `"v=spf1 include:amazonses.com ~all"`},
		record{"_dmarc." + domain, "TXT", `"v=DMARC1; p=none"`})
}
