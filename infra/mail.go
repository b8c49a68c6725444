package infra

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// ownsIdentity says whether the stack makes the mail domain's identity: not when somebody verified the domain before
// the stack had it.
func (d *Deploy) ownsIdentity(ctx context.Context) (bool, error) {
	was, err := d.appStack().Parameter(ctx, "OwnsIdentity")
	if err != nil {
		return false, err
	}
	domain, err := d.appStack().Parameter(ctx, "MailDomain")
	if err != nil {
		return false, err
	}
	if d.run.app != nil && was != "" && domain == d.mailDomain() {
		return was == "yes", nil
	}
	found, err := d.Account.identity(ctx, d.mailDomain())
	return !found.there, err
}

// identity is what SES knows of a domain.
type identity struct {
	there, verified bool
	dkim            []record
}

// identity looks a domain up in SES.
func (a *Account) identity(ctx context.Context, domain string) (identity, error) {
	out, err := a.ses.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &domain})
	if _, absent := errors.AsType[*types.NotFoundException](err); absent {
		return identity{}, nil
	}
	if err != nil {
		return identity{}, fmt.Errorf("looking up %s in SES: %w", domain, err)
	}
	return identity{there: true, verified: out.VerifiedForSendingStatus || out.VerificationStatus == types.VerificationStatusSuccess,
		dkim: dkimRecords(domain, out.DkimAttributes)}, nil
}

// dkimRecords are those that SES asks for; none where somebody signs with a key of their own.
func dkimRecords(domain string, dkim *types.DkimAttributes) []record {
	if dkim == nil || dkim.SigningAttributesOrigin == types.DkimSigningAttributesOriginExternal {
		return nil
	}
	zone := cmp.Or(aws.ToString(dkim.SigningHostedZone), "dkim.amazonses.com")
	var all []record
	for _, token := range dkim.Tokens {
		all = append(all, record{token + "._domainkey." + domain, "CNAME", token + "." + zone})
	}
	return all
}

// record is one line of a DNS table.
type record struct{ name, kind, value string }

// mailRecords are what the mail domain needs in DNS. The stack's outputs name its own identity's; one that was there before,
// or that an earlier stack left, has SES alone to ask.
func (d *Deploy) mailRecords(known identity) []record {
	domain := d.mailDomain()
	var all []record
	for _, output := range []string{"Dkim1", "Dkim2", "Dkim3"} {
		var r record
		if n, _ := fmt.Sscan(d.run.app[output], &r.name, &r.kind, &r.value); n == 3 {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		all = known.dkim
	}
	return append(all,
		record{"bounce." + domain, "MX", "10 feedback-smtp." + d.Account.Region + ".amazonses.com"},
		record{"bounce." + domain, "TXT", `"v=spf1 include:amazonses.com ~all"`},
		record{"_dmarc." + domain, "TXT", `"v=DMARC1; p=none"`})
}
