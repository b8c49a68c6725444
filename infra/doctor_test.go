package infra_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"leadsite/e2e/program"
	"leadsite/functions/bundle"
	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
	"leadsite/infra"
)

// records is a DNS.
type records map[string]string

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	if name == "_dmarc.broken.example.com" {
		return nil, errors.New("no answer")
	}
	if text, ok := r[name]; ok {
		return []string{"something else", text}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

// patient is a deployed site, in good health until something is changed.
type patient struct {
	*cloud
	bundle   *bundle.Bundle
	dns      records
	now      time.Time
	identity string // SES's answer
	account  string
	dropped  string // a suppressed recipient
	quota    string
	lag      float64 // of the stream, in milliseconds
	age      float64 // of the fallback queue's oldest message, in seconds
	byHand   string  // a function that somebody changed
}

func newPatient(t *testing.T) *patient {
	c := newCloud(t)
	c.ok("--yes")
	domain := c.name() + ".example.com"
	p := &patient{cloud: c, now: time.Now(), quota: "1000",
		identity: `{"VerifiedForSendingStatus": true, "VerificationStatus": "SUCCESS", "DkimAttributes": {"Status": "SUCCESS"}, "MailFromAttributes": {"MailFromDomain": "bounce.x", "MailFromDomainStatus": "SUCCESS", "BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}}`,
		account:  `{"SendingEnabled": true, "ProductionAccessEnabled": true}`,
		dns:      records{"bounce." + domain: "v=spf1 include:amazonses.com ~all", "_dmarc." + domain: "v=DMARC1; p=none"},
		bundle: &bundle.Bundle{Site: c.title, Brand: bundle.Brand{From: "leads@" + domain, Owner: "owner@example.com"},
			People: []bundle.Person{{Email: "sales@example.com"}}}}
	p.fill()
	p.serve()
	p.arrives(3*time.Hour, nil)
	return p
}

// fill makes the topics and queues that the stacks' outputs name.
func (p *patient) fill() {
	p.Helper()
	app, edge := p.stacks["leadsite-"+p.name()].outputs, p.stacks["leadsite-"+p.name()+"-edge"].outputs
	for region, outputs := range map[string]map[string]string{"eu-central-1": app, infra.EdgeRegion: edge} {
		cfg := p.config()
		cfg.Region = region
		topics := sns.NewFromConfig(cfg)
		topic, err := topics.CreateTopic(p.Context(), &sns.CreateTopicInput{Name: aws.String(p.name())})
		if err != nil {
			p.Fatal(err)
		}
		if _, err := topics.Subscribe(p.Context(), &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("email"), Endpoint: aws.String("owner@example.com")}); err != nil {
			p.Fatal(err)
		}
		outputs["Alarms"] = *topic.TopicArn
	}
	for _, name := range []string{"DeadLetters", "FallbackQueue"} {
		queue, err := sqs.NewFromConfig(p.config()).CreateQueue(p.Context(), &sqs.CreateQueueInput{QueueName: aws.String(name + "-of-" + p.name())})
		if err != nil {
			p.Fatal(err)
		}
		app[name] = *queue.QueueUrl
	}
}

// serve answers what moto does not, and hands on the rest.
func (p *patient) serve() {
	p.Helper()
	target, err := url.Parse(p.moto)
	if err != nil {
		p.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.meet()
		answer := func(status int, text string) {
			w.Header().Set("Content-Type", "application/json")
			if status == http.StatusNotFound {
				w.Header().Set("X-Amzn-ErrorType", "NotFoundException")
			}
			w.WriteHeader(status)
			w.Write([]byte(text))
		}
		switch path := r.URL.Path; {
		case strings.HasPrefix(path, "/v2/email/account"):
			answer(http.StatusOK, p.account)
		case strings.HasPrefix(path, "/v2/email/identities/"):
			if p.identity == "" {
				answer(http.StatusNotFound, `{"message": "not here"}`)
				return
			}
			answer(http.StatusOK, p.identity)
		case strings.HasPrefix(path, "/v2/email/suppression/addresses/"):
			if p.dropped == "" || !strings.HasSuffix(path, p.dropped) {
				answer(http.StatusNotFound, `{"message": "not here"}`)
				return
			}
			answer(http.StatusOK, `{"SuppressedDestination": {"EmailAddress": "x", "Reason": "BOUNCE", "LastUpdateTime": 1}}`)
		case strings.HasPrefix(path, "/2016-08-19/account-settings"):
			answer(http.StatusOK, `{"AccountLimit": {"ConcurrentExecutions": `+p.quota+`}}`)
		case strings.HasPrefix(path, "/2015-03-31/functions/"):
			answer(http.StatusOK, `{"CodeSha256": "`+p.runs(strings.Split(path, "/")[3])+`"}`)
		case strings.HasSuffix(path, "/GetMetricStatistics"):
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
			w.Header().Set("Content-Type", "application/cbor")
			if bytes.Contains(body, []byte("ApproximateAgeOfOldestMessage")) {
				w.Write(datapoint(p.age))
			} else {
				w.Write(datapoint(p.lag))
			}
		default:
			proxy.ServeHTTP(w, r)
		}
	}))
	p.Cleanup(server.Close)
	p.Setenv("AWS_ENDPOINT_URL_SESV2", server.URL)
	p.Setenv("AWS_ENDPOINT_URL_LAMBDA", server.URL)
	p.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
}

// runs is the hash of the zip that a function runs: the one that the stack was given.
func (p *patient) runs(name string) string {
	function, _, _ := strings.Cut(name, "-of-")
	if function == p.byHand {
		return base64.StdEncoding.EncodeToString(make([]byte, 32))
	}
	key := p.stacks["leadsite-"+p.name()].parameters[functionOf(function)+"Code"]
	sum, err := hex.DecodeString(strings.TrimSuffix(key[strings.LastIndexByte(key, '-')+1:], ".zip"))
	if err != nil {
		p.Error(err)
	}
	return base64.StdEncoding.EncodeToString(sum)
}

// arrives puts a synthetic lead that set out a while ago, and makes it as a test wants it.
func (p *patient) arrives(ago time.Duration, change func(*lead.Probe)) {
	p.Helper()
	keys, err := lead.NewKeys(make([]byte, lead.KeySize))
	if err != nil {
		p.Fatal(err)
	}
	sent, _, err := keys.NewProbe(time.Now().Add(-ago), rand.Reader)
	if err != nil {
		p.Fatal(err)
	}
	sent.State, sent.By, sent.UpdatedAt = lead.Delivered, lead.ByStream, sent.At.Add(9*time.Second)
	if change != nil {
		change(&sent)
	}
	if _, err := p.table().PutProbe(p.Context(), sent); err != nil {
		p.Fatal(err)
	}
}

func (p *patient) table() *dynamo.Store {
	return dynamo.New(dynamodb.NewFromConfig(p.config()), "leads-of-"+p.name(), time.Now)
}

// datapoint is {"Datapoints": [{"Maximum": milliseconds}]} in CBOR, as CloudWatch answers.
func datapoint(milliseconds float64) []byte {
	data := append([]byte{0xa1, 0x6a}, "Datapoints"...)
	data = append(append(data, 0x81, 0xa1, 0x67), "Maximum"...)
	return binary.BigEndian.AppendUint64(append(data, 0xfb), math.Float64bits(milliseconds))
}

// findings are what the doctor says, by check.
func (p *patient) findings() map[string]infra.Finding {
	p.Helper()
	cfg, err := config.LoadDefaultConfig(p.Context())
	if err != nil {
		p.Fatal(err)
	}
	account, err := infra.OpenAccount(p.Context(), cfg, func() time.Time { return p.now }, true)
	if err != nil {
		p.Fatal(err)
	}
	d := &infra.Doctor{Account: account, Bundle: p.bundle, Resolver: p.dns, Now: time.Now, Leads: p.leads}
	all := map[string]infra.Finding{}
	for _, f := range d.Examine(p.Context()) {
		all[f.Check] = f
	}
	return all
}

func TestDoctor(t *testing.T) {
	p := newPatient(t)
	for _, f := range p.findings() {
		if f.State != infra.Well {
			t.Errorf("in good health, %s is %s: %s", f.Check, f.State, f.Said)
		}
	}
	app := "leadsite-" + p.name()
	healthy := *p
	for name, tc := range map[string]struct {
		spoil func()
		check string
		state infra.State
		said  string
	}{
		"a clock ten minutes off":    {func() { p.now = p.now.Add(10 * time.Minute) }, "clock", infra.Problem, "it is off by "},
		"a new account":              {func() { p.quota = "10" }, "functions at once", infra.Warning, "only 10"},
		"a freemail sender":          {func() { p.bundle.Brand.From = "me@gmail.com" }, "sender", infra.Problem, "freemail"},
		"an unknown domain":          {func() { p.identity = "" }, "mail domain", infra.Problem, "SES does not know"},
		"an unverified domain":       {func() { p.identity = `{"VerificationStatus": "PENDING"}` }, "mail domain", infra.Problem, "not verified"},
		"no DKIM":                    {func() { p.identity = `{"VerificationStatus": "SUCCESS", "DkimAttributes": {"Status": "PENDING"}}` }, "mail domain", infra.Warning, "DKIM is PENDING"},
		"no bounce domain":           {func() { p.identity = `{"VerificationStatus": "SUCCESS"}` }, "bounce domain", infra.Warning, "does not see bounce."},
		"no SPF":                     {func() { p.dns = records{} }, "SPF", infra.Warning, "include:amazonses.com"},
		"no DMARC":                   {func() { p.dns = records{} }, "DMARC", infra.Warning, "_dmarc."},
		"DNS is down":                {func() { p.bundle.Brand.From = "leads@broken.example.com" }, "DMARC", infra.Warning, "no answer"},
		"the sandbox":                {func() { p.account = `{"SendingEnabled": true}` }, "SES sandbox", infra.Warning, "200 a day"},
		"sending is paused":          {func() { p.account = `{"ProductionAccessEnabled": true}` }, "SES sandbox", infra.Problem, "sends nothing"},
		"a suppressed recipient":     {func() { p.dropped = "sales@example.com" }, "recipients", infra.Problem, "sales@example.com"},
		"an update that failed":      {func() { p.stacks[app].status = "UPDATE_ROLLBACK_COMPLETE" }, "stacks", infra.Warning, "UPDATE_ROLLBACK_COMPLETE"},
		"alarms that nobody reads":   {func() { p.stacks[app].outputs["Alarms"] += "-other" }, "alarms", infra.Problem, ""},
		"a slow stream":              {func() { p.lag = 900_000 }, "stream", infra.Warning, "15m0s behind"},
		"a function changed by hand": {func() { p.byHand = "desk" }, "versions", infra.Problem, "the function desk runs something else"},
		"a site that is not there":   {func() { p.bundle.Site = "Another" }, "stacks", infra.Problem, "not deployed"},
	} {
		t.Run(name, func(t *testing.T) {
			b, outputs, status := *healthy.bundle, p.stacks[app].outputs["Alarms"], p.stacks[app].status
			*p = healthy
			p.bundle = &b
			tc.spoil()
			if f := p.findings()[tc.check]; f.State != tc.state || !strings.Contains(f.Said, tc.said) {
				t.Errorf("%+v", f)
			}
			p.stacks[app].outputs["Alarms"], p.stacks[app].status = outputs, status
			*p = healthy
		})
	}
	t.Run("functions newer than the pages", func(t *testing.T) {
		parameters := p.stacks[app].parameters
		was := parameters["SubmitCode"]
		parameters["SubmitCode"] = "functions/submit-" + strings.Repeat("0", 64) + ".zip"
		defer func() { parameters["SubmitCode"] = was }()
		if f := p.findings()["versions"]; f.State != infra.Warning || !strings.Contains(f.Said, "the function submit is not of the same deploy as the pages") {
			t.Errorf("%+v", f)
		}
	})
	t.Run("a parked recipient", func(t *testing.T) {
		if err := p.table().Park(t.Context(), lead.Parked{Recipient: "pat@example.com", At: time.Now(), Why: "user unknown"}); err != nil {
			t.Fatal(err)
		}
		p.dropped = "sales@example.com"
		f := p.findings()["recipients"]
		p.dropped = ""
		if f.State != infra.Problem || !strings.Contains(f.Said, "SES drops mail to sales@example.com") || !strings.Contains(f.Said, "pat@example.com is parked since ") || !strings.Contains(f.Said, "(user unknown)") || !strings.Contains(f.Hint, "leads unpark") {
			t.Errorf("%+v", f)
		}
	})
	t.Run("a dead letter, and a lead that waits", func(t *testing.T) {
		for _, queue := range []string{"DeadLetters", "FallbackQueue"} {
			_, err := sqs.NewFromConfig(p.config()).SendMessage(t.Context(), &sqs.SendMessageInput{
				QueueUrl: aws.String(p.stacks[app].outputs[queue]), MessageBody: aws.String("x")})
			if err != nil {
				t.Fatal(err)
			}
		}
		all := p.findings()
		if all["dead letters"].State != infra.Problem || all["fallback queue"].State != infra.Warning {
			t.Errorf("%+v, %+v", all["dead letters"], all["fallback queue"])
		}
		p.age = 1500
		if f := p.findings()["fallback queue"]; f.State != infra.Problem || f.Said != "one lead waits in it, the oldest for 25m0s" {
			t.Errorf("%+v", f)
		}
	})
	for _, tc := range []struct { // each younger than the one before
		name   string
		ago    time.Duration
		change func(*lead.Probe)
		state  infra.State
		said   string
	}{
		{"one that is under way says nothing yet", time.Hour, func(p *lead.Probe) { p.State = lead.Accepted }, infra.Well, "arrived in 9s"},
		{"one that was lost", 50 * time.Minute, func(p *lead.Probe) { p.State, p.Error = lead.Failed, "no mail was sent" }, infra.Problem, "did not arrive: no mail was sent"},
		{"one that the stream did not bring", 40 * time.Minute, func(p *lead.Probe) { p.By = lead.BySchedule }, infra.Warning, "the table's stream did not bring it"},
		{"and one that is well", 30 * time.Minute, nil, infra.Well, "arrived in 9s"},
	} {
		t.Run("a synthetic lead: "+tc.name, func(t *testing.T) {
			p.arrives(tc.ago, tc.change)
			if f := p.findings()["synthetic lead"]; f.State != tc.state || !strings.Contains(f.Said, tc.said) {
				t.Errorf("%+v", f)
			}
		})
	}
}

// Without a synthetic lead, or with one of long ago, nobody knows whether real ones arrive.
func TestDoctorMissesTheSyntheticLead(t *testing.T) {
	p := &patient{cloud: newCloud(t), quota: "1000", now: time.Now(), dns: records{}}
	p.ok("--yes")
	p.bundle = &bundle.Bundle{Site: p.title, Brand: bundle.Brand{From: "leads@" + p.name() + ".example.com", Owner: "owner@example.com"}}
	p.fill()
	p.serve()
	if f := p.findings()["synthetic lead"]; f.State != infra.Warning || f.Said != "none has ended yet" {
		t.Errorf("%+v", f)
	}
	p.arrives(27*time.Hour, nil)
	if f := p.findings()["synthetic lead"]; f.State != infra.Problem || !strings.Contains(f.Said, "since then none has set out") {
		t.Errorf("%+v", f)
	}
}

// The command line: a table, or one JSON document; a problem is exit code 1.
func TestDoctorCommand(t *testing.T) {
	p := newPatient(t)
	doctor := func(args ...string) (string, string, error) {
		cmd := exec.Command(program.Path(t), append([]string{"doctor", "--source", p.site}, args...)...)
		var out, talk strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &talk
		p.meet()
		err := cmd.Run()
		return out.String(), talk.String(), err
	}
	p.account = "{}"
	out, talk, err := doctor()
	if err == nil || !strings.Contains(out, "account") || !strings.Contains(out, "SES sends nothing for this account") || !strings.Contains(talk, "leadsite: error: 1 of 17 checks found a problem") {
		t.Errorf("%v\n%s\n%s", err, out, talk)
	}
	p.account = `{"SendingEnabled": true, "ProductionAccessEnabled": true}`
	out, talk, err = doctor("--json")
	var doc struct{ Findings []infra.Finding }
	if jsonErr := json.Unmarshal([]byte(out), &doc); err != nil || jsonErr != nil || len(doc.Findings) != 17 {
		t.Errorf("%v, %v\n%s\n%s", err, jsonErr, out, talk)
	}
	if _, talk, err = doctor("--source", t.TempDir()); err == nil || !strings.Contains(talk, "leadsite: hint: run `leadsite build` first") {
		t.Errorf("%v\n%s", err, talk)
	}
}
