package infra

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"leadsite/functions/lead"
)

// versions holds three things against each other: what the functions run, what the stack gave them, and what was live
// when the pages were last complete. A run that stopped in between leaves functions that are newer than the pages.
func (d *Doctor) versions(ctx context.Context) (Finding, error) {
	last, err := d.Account.memory(ctx, d.deploy.name)
	if err != nil {
		return Finding{}, err
	}
	if len(last.Functions) == 0 {
		return warning("run leadsite deploy", "the pages were never complete, or another leadsite brought them")
	}
	for _, function := range slices.Sorted(maps.Keys(last.Functions)) {
		given, err := d.deploy.appStack().Parameter(ctx, codeParameter(function))
		if err != nil {
			return Finding{}, err
		}
		if given != last.Functions[function] {
			return warning("run leadsite deploy: it goes on where a run stopped", "the function %s is not of the same deploy as the pages", function)
		}
		runs, err := d.runs(ctx, d.deploy.run.app[resourceOf(function)])
		if err != nil {
			return Finding{}, err
		}
		if !strings.HasSuffix(given, "-"+runs+".zip") {
			return problem("run leadsite deploy after the next change of the site, or put the stack's zip back", "the function %s runs something else than the stack gave it", function)
		}
	}
	return well("functions and pages are of one deploy")
}

// runs is the SHA-256 of the zip that a function runs, in hexadecimal digits as the zip's key has it.
func (d *Doctor) runs(ctx context.Context, function string) (string, error) {
	if function == "" {
		return "", errors.New("the stack does not name its functions")
	}
	out, err := d.Account.lambda.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: &function})
	if err != nil {
		return "", fmt.Errorf("asking what %s runs: %w", function, err)
	}
	sum, err := base64.StdEncoding.DecodeString(aws.ToString(out.CodeSha256))
	return hex.EncodeToString(sum), err
}

// silence is after which a synthetic lead should have arrived: the alarm rings then, too.
const silence = 26 * time.Hour

// syntheticLead tells how the last one ended, and when.
func (d *Doctor) syntheticLead(ctx context.Context) (Finding, error) {
	table := d.deploy.run.app["Table"]
	if table == "" {
		return Finding{}, errors.New("there is no table")
	}
	probes, err := d.Leads(table).Probes(ctx, 10)
	if err != nil {
		return Finding{}, err
	}
	last := slices.IndexFunc(probes, func(p lead.Probe) bool { return !p.Open() })
	if last < 0 {
		return warning("run leadsite deploy, which sends one; else one sets out every day", "none has ended yet")
	}
	p := probes[last]
	at, age := p.At.Format("2006-01-02 15:04 MST"), d.Now().Sub(p.At)
	switch {
	case p.State != lead.Delivered:
		return problem("real leads may fare as it did; look into the logs of the functions submit and notify", "that of %s did not arrive: %s", at, p.Error)
	case age > silence:
		return problem("look into the log of the function notify: it sends one every day", "the last one arrived at %s; since then none has set out", at)
	case p.By == lead.BySchedule:
		return warning("look at the stream's trigger of the function notify", "that of %s arrived in %s", at, took(p))
	}
	return well("that of %s arrived in %s", at, took(p))
}
