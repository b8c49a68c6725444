package infra

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path"
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

// recipients asks SES whom it sends nothing any more, and the table whom we do not.
func (d *Doctor) recipients(ctx context.Context) (Finding, error) {
	parked, err := d.parked(ctx)
	if err != nil {
		return Finding{}, err
	}
	addresses := d.addresses()
	suppressed, err := d.suppressed(ctx, addresses)
	if err != nil {
		return Finding{}, err
	}
	if lost := append(parked, suppressed...); len(lost) > 0 {
		return problem("see that the mailbox works; take it off the suppression list of SES when it is there, then leadsite leads unpark ADDRESS --store dynamodb:"+
			d.deploy.run.app["Table"], "%s", strings.Join(lost, "; "))
	}
	return well("%d, none parked or suppressed", len(addresses))
}

// suppressed are those of some addresses that SES drops mail to.
func (d *Doctor) suppressed(ctx context.Context, addresses []string) ([]string, error) {
	var all []string
	for _, to := range addresses {
		_, err := d.Account.ses.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String(to)})
		if _, absent := errors.AsType[*types.NotFoundException](err); absent {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("asking SES about a recipient: %w", err)
		}
		all = append(all, "SES drops mail to "+to)
	}
	return all, nil
}

// addresses are those that the site's people and forms name.
func (d *Doctor) addresses() []string {
	var all []string
	for _, byLang := range d.Bundle.Forms {
		for _, f := range byLang {
			all = append(all, f.Notify...)
		}
	}
	for _, p := range d.Bundle.People {
		all = append(all, p.Email)
	}
	all = slices.DeleteFunc(all, func(to string) bool { return !strings.Contains(to, "@") })
	return slices.Compact(slices.Sorted(slices.Values(all)))
}

// parked are those whom mail did not reach, each with since when and why.
func (d *Doctor) parked(ctx context.Context) ([]string, error) {
	table := d.deploy.run.app["Table"]
	if table == "" {
		return nil, errors.New("there is no table")
	}
	parked, err := d.Leads(table).Parked(ctx)
	var all []string
	for _, p := range parked {
		all = append(all, fmt.Sprintf("%s is parked since %s (%s)", p.Recipient, p.At.Format(time.DateOnly), p.Why))
	}
	return all, err
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

// maxAge is from when the fallback queue's alarm rings, too.
const maxAge = 10 * time.Minute

func (d *Doctor) fallbackQueue(ctx context.Context) (Finding, error) {
	queue := d.deploy.run.app["FallbackQueue"]
	n, err := d.waiting(ctx, queue)
	if err != nil || n == 0 {
		return Finding{State: Well, Said: "empty"}, err
	}
	seconds, known, err := d.metric(ctx, "AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", path.Base(queue))
	age := time.Duration(seconds) * time.Second
	switch {
	case err != nil:
		return Finding{}, err
	case !known:
		return warning("the function notify brings them to the table within minutes; look again", "%s in it, since a moment ago", waits(n))
	case age > maxAge:
		return problem("look into the log of the function notify, and whether the table takes leads", "%s in it, the oldest for %v", waits(n), age)
	}
	return warning("the function notify brings them to the table within minutes; look again", "%s in it, the oldest for %v", waits(n), age)
}

func waits(n int) string {
	if n == 1 {
		return "one lead waits"
	}
	return fmt.Sprintf("%d leads wait", n)
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
	milliseconds, _, err := d.metric(ctx, "AWS/Lambda", "IteratorAge", "FunctionName", d.deploy.run.app["Notify"])
	if err != nil {
		return Finding{}, err
	}
	if lag := time.Duration(milliseconds) * time.Millisecond; lag > maxLag {
		return warning("look into the log of the function notify; the schedule delivers meanwhile", "it is %v behind", lag)
	}
	return well("not behind")
}

// metric is the largest value that AWS has seen of a metric in the last five minutes of which it knows any, of a quarter
// of an hour.
func (d *Doctor) metric(ctx context.Context, namespace, name, dimension, value string) (largest float64, known bool, err error) {
	now := d.Now()
	out, err := d.Account.metrics.GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{
		Namespace: &namespace, MetricName: &name, Dimensions: []cwtypes.Dimension{{Name: &dimension, Value: &value}},
		StartTime: aws.Time(now.Add(-15 * time.Minute)), EndTime: &now, Period: aws.Int32(300), Statistics: []cwtypes.Statistic{cwtypes.StatisticMaximum},
	})
	if err != nil {
		return 0, false, fmt.Errorf("asking for the metric %s: %w", name, err)
	}
	var at time.Time
	for _, p := range out.Datapoints {
		if t := aws.ToTime(p.Timestamp); !known || t.After(at) {
			largest, known, at = aws.ToFloat64(p.Maximum), true, t
		}
	}
	return largest, known, nil
}
