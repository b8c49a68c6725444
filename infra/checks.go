package infra

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// fewAtOnce is the quota that new accounts have: a handful of visitors at one moment would use it up.
const fewAtOnce = 50

func (d *Doctor) concurrency(ctx context.Context) (Finding, error) {
	out, err := d.Account.lambda.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return Finding{}, fmt.Errorf("asking how many functions may run at once: %w", err)
	}
	n := int32(0)
	if out.AccountLimit != nil {
		n = out.AccountLimit.ConcurrentExecutions
	}
	if n < fewAtOnce {
		return warning("ask AWS for 1,000 (Service Quotas, Lambda, concurrent executions); it costs nothing", "only %d in this account", n)
	}
	return well("%d", n)
}

// freemail are providers whose domains nobody but they can sign for.
var freemail = []string{"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
	"aol.com", "gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de", "proton.me", "protonmail.com", "mail.ru", "qq.com", "163.com", "orange.fr", "free.fr", "libero.it"}

func (d *Doctor) sender(context.Context) (Finding, error) {
	if slices.Contains(freemail, strings.ToLower(d.deploy.mailDomain())) {
		return problem("write an address at your own domain into site.yaml, under mail: from:", "%s is at a freemail provider, for which nobody else may send", d.Bundle.Brand.From)
	}
	return well("%s", d.Bundle.Brand.From)
}

func (d *Doctor) mailDomain(ctx context.Context) (Finding, error) {
	domain := d.deploy.mailDomain()
	out, err := d.Account.ses.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &domain})
	if _, absent := errors.AsType[*types.NotFoundException](err); absent {
		return problem("run leadsite deploy", "SES does not know %s", domain)
	}
	if err != nil {
		return Finding{}, fmt.Errorf("looking up %s in SES: %w", domain, err)
	}
	if !out.VerifiedForSendingStatus && out.VerificationStatus != types.VerificationStatusSuccess {
		return problem("make the DNS records that leadsite deploy prints", "%s is not verified: no mail is sent, leads wait", domain)
	}
	if out.DkimAttributes != nil && out.DkimAttributes.Status != "" && out.DkimAttributes.Status != types.DkimStatusSuccess {
		return warning("make the three CNAME records that leadsite deploy prints", "%s is verified, and DKIM is %s", domain, out.DkimAttributes.Status)
	}
	return well("%s is verified", domain)
}

func (d *Doctor) bounceDomain(ctx context.Context) (Finding, error) {
	domain := d.deploy.mailDomain()
	out, err := d.Account.ses.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &domain})
	if _, absent := errors.AsType[*types.NotFoundException](err); absent {
		return warning("run leadsite deploy", "there is none")
	}
	if err != nil {
		return Finding{}, fmt.Errorf("looking up %s in SES: %w", domain, err)
	}
	if m := out.MailFromAttributes; m == nil || m.MailFromDomainStatus != types.MailFromDomainStatusSuccess {
		return warning("make the MX record of bounce."+domain+" that leadsite deploy prints", "SES does not see bounce.%s in DNS yet", domain)
	}
	return well("bounce.%s", domain)
}

func (d *Doctor) spf(ctx context.Context) (Finding, error) {
	return d.txt(ctx, "bounce."+d.deploy.mailDomain(), "v=spf1", "include:amazonses.com")
}

func (d *Doctor) dmarc(ctx context.Context) (Finding, error) {
	return d.txt(ctx, "_dmarc."+d.deploy.mailDomain(), "v=DMARC1", "p=")
}

// txt looks for one TXT record that begins with a word and holds another.
func (d *Doctor) txt(ctx context.Context, name, begin, holds string) (Finding, error) {
	texts, err := d.Resolver.LookupTXT(ctx, name)
	if dns, ok := errors.AsType[*net.DNSError](err); err != nil && (!ok || !dns.IsNotFound) {
		return warning("check the network, and look again", "looking up %s: %v", name, err)
	}
	for _, text := range texts {
		if strings.HasPrefix(text, begin) && strings.Contains(text, holds) {
			return well("%s: %s", name, text)
		}
	}
	return warning("make the TXT record that leadsite deploy prints: without it, mail may be taken for spam", "%s says nothing with %s", name, holds)
}

func (d *Doctor) sandbox(ctx context.Context) (Finding, error) {
	out, err := d.Account.ses.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil {
		return Finding{}, fmt.Errorf("asking SES about the account: %w", err)
	}
	if !out.SendingEnabled {
		return problem("look into the SES console: AWS has paused sending", "SES sends nothing for this account")
	}
	if !out.ProductionAccessEnabled {
		return warning("ask AWS for production access (SES, Account dashboard) when others than your own domain are to get mail", "the account may mail only to domains that it has verified, 200 a day")
	}
	return well("the account may mail to everybody")
}

// recipients asks SES whom it sends nothing any more. Who is parked, `leadsite leads parked` says.
func (d *Doctor) recipients(ctx context.Context) (Finding, error) {
	addresses := map[string]bool{}
	for _, byLang := range d.Bundle.Forms {
		for _, f := range byLang {
			for _, to := range f.Notify {
				addresses[to] = strings.Contains(to, "@")
			}
		}
	}
	for _, p := range d.Bundle.People {
		addresses[p.Email] = true
	}
	var suppressed []string
	for _, to := range slices.Sorted(maps.Keys(addresses)) {
		if !addresses[to] {
			continue
		}
		_, err := d.Account.ses.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String(to)})
		if _, absent := errors.AsType[*types.NotFoundException](err); absent {
			continue
		}
		if err != nil {
			return Finding{}, fmt.Errorf("asking SES about a recipient: %w", err)
		}
		suppressed = append(suppressed, to)
	}
	if len(suppressed) > 0 {
		return problem("see that the mailbox works, take it off the suppression list of SES, then leadsite leads unpark", "SES drops mail to %s", strings.Join(suppressed, ", "))
	}
	return well("%d, none suppressed", len(addresses))
}

func (d *Doctor) alarms(ctx context.Context) (Finding, error) {
	for _, at := range []struct {
		topic  string
		client *sns.Client
	}{{d.deploy.run.app["Alarms"], d.Account.topics}, {d.deploy.run.edge["Alarms"], d.Account.edgeTopics}} {
		if at.topic == "" {
			return problem("run leadsite deploy", "there are none")
		}
		out, err := at.client.ListSubscriptionsByTopic(ctx, &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(at.topic)})
		if err != nil {
			return Finding{}, fmt.Errorf("asking who gets alarms: %w", err)
		}
		if len(out.Subscriptions) == 0 {
			return problem("run leadsite deploy", "nobody gets them")
		}
		for _, s := range out.Subscriptions {
			if aws.ToString(s.SubscriptionArn) == "PendingConfirmation" {
				return problem("press the link in the mail from AWS Notifications", "%s has not confirmed them", aws.ToString(s.Endpoint))
			}
		}
	}
	return well("they reach %s", d.Bundle.Brand.Owner)
}

func (d *Doctor) deadLetters(ctx context.Context) (Finding, error) {
	n, err := d.waiting(ctx, d.deploy.run.app["DeadLetters"])
	if err != nil || n == 0 {
		return Finding{State: Well, Said: "none"}, err
	}
	return problem("look into them (SQS), and into the log of the function notify", "%d", n)
}

func (d *Doctor) fallbackQueue(ctx context.Context) (Finding, error) {
	n, err := d.waiting(ctx, d.deploy.run.app["FallbackQueue"])
	if err != nil || n == 0 {
		return Finding{State: Well, Said: "empty"}, err
	}
	return warning("the function notify brings them to the table within minutes; look again", "%d leads wait in it", n)
}

// waiting is about how many messages a queue holds.
func (d *Doctor) waiting(ctx context.Context, queue string) (int, error) {
	if queue == "" {
		return 0, errors.New("there is no queue")
	}
	out, err := d.Account.queues.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{QueueUrl: &queue,
		AttributeNames: []sqstypes.QueueAttributeName{sqstypes.QueueAttributeNameApproximateNumberOfMessages}})
	if err != nil {
		return 0, fmt.Errorf("looking into queue %s: %w", queue, err)
	}
	return strconv.Atoi(out.Attributes[string(sqstypes.QueueAttributeNameApproximateNumberOfMessages)])
}

// maxLag is from when the stream's alarm rings, too.
const maxLag = 10 * time.Minute

func (d *Doctor) stream(ctx context.Context) (Finding, error) {
	now := d.Now()
	out, err := d.Account.metrics.GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/Lambda"), MetricName: aws.String("IteratorAge"),
		Dimensions: []cwtypes.Dimension{{Name: aws.String("FunctionName"), Value: aws.String(d.deploy.run.app["Notify"])}},
		StartTime:  aws.Time(now.Add(-15 * time.Minute)), EndTime: &now, Period: aws.Int32(300), Statistics: []cwtypes.Statistic{cwtypes.StatisticMaximum},
	})
	if err != nil {
		return Finding{}, fmt.Errorf("asking how far the stream is behind: %w", err)
	}
	var lag time.Duration
	for _, p := range out.Datapoints {
		lag = max(lag, time.Duration(aws.ToFloat64(p.Maximum))*time.Millisecond)
	}
	if lag > maxLag {
		return warning("look into the log of the function notify; the schedule delivers meanwhile", "it is %v behind", lag)
	}
	return well("not behind")
}
