package infra

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

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
