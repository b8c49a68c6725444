package infra_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// statement is one of a policy.
type statement struct {
	effect    string
	actions   []string
	resources []any
}

// statements are those of a function's role.
func (tp template) statements(t *testing.T, function string) []statement {
	t.Helper()
	var all []statement
	for _, p := range tp.Resources[function+"Role"].at("Policies").([]any) {
		for _, s := range at(p, "PolicyDocument", "Statement").([]any) {
			one := statement{effect: at(s, "Effect").(string)}
			for _, a := range at(s, "Action").([]any) {
				one.actions = append(one.actions, a.(string))
			}
			list, isList := at(s, "Resource").([]any)
			if !isList {
				list = []any{at(s, "Resource")}
			}
			one.resources = list
			all = append(all, one)
		}
	}
	return all
}

// byService is what AWS itself does in a function's name; no code of ours calls it.
var byService = map[string][]string{
	"Submit": {"logs:CreateLogStream", "logs:PutLogEvents"},
	"Desk":   {"logs:CreateLogStream", "logs:PutLogEvents"},
	"Notify": {"logs:CreateLogStream", "logs:PutLogEvents",
		"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams",
		"sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"},
}

// permission is which actions IAM asks for a call: mostly the one of its name.
func permission(call string) []string {
	switch call {
	case "dynamodb:TransactWriteItems":
		return []string{"dynamodb:PutItem", "dynamodb:ConditionCheckItem"} // all that our transactions do
	case "sesv2:SendEmail":
		return []string{"ses:SendEmail", "ses:SendRawEmail"} // the second for whole MIME messages
	}
	return []string{call}
}

// A role allows exactly the calls that the function's code can make, and what AWS does in its name.
func TestRolesAllowWhatTheCodeCalls(t *testing.T) {
	tp := app(t)
	for _, folder := range lambdaFolders(t) {
		t.Run(folder, func(t *testing.T) {
			want := map[string]bool{}
			for _, action := range byService[functionOf(folder)] {
				want[action] = true
			}
			for _, call := range callsOf(t, "leadsite/functions/lambda/"+folder) {
				for _, action := range permission(call) {
					want[action] = true
				}
			}
			got := map[string]bool{}
			for _, s := range tp.statements(t, functionOf(folder)) {
				for _, action := range s.actions {
					got[action] = s.effect == "Allow"
				}
			}
			for _, action := range slices.Sorted(maps.Keys(want)) {
				if !got[action] {
					t.Errorf("the code calls %s, which the role does not allow", action)
				}
				delete(got, action)
			}
			for _, action := range slices.Sorted(maps.Keys(got)) {
				t.Errorf("the role allows %s, which no code calls", action)
			}
		})
	}
}

func TestNoRoleIsWide(t *testing.T) {
	tp := app(t)
	for _, function := range tp.of("AWS::Lambda::Function") {
		for _, s := range tp.statements(t, function) {
			if i := slices.IndexFunc(s.actions, func(a string) bool { return strings.Contains(a, "*") }); i >= 0 {
				t.Errorf("%s may do %s", function, s.actions[i])
			}
			for _, r := range s.resources {
				if r == "*" {
					t.Errorf("%s may do %v to everything", function, s.actions)
				}
			}
		}
	}
}

// A resource "*" stands on a line of its own that says why.
func TestWideResourcesSayWhy(t *testing.T) {
	line := regexp.MustCompile(`(?m)^.*Resource:.*$`)
	reason := regexp.MustCompile(`^\s*Resource: "\*"  # \w`)
	for name, tp := range both(t) {
		for _, l := range line.FindAllString(tp.text, -1) {
			if strings.Contains(l, `"*"`) && !reason.MatchString(l) {
				t.Errorf("%s: %s", name, l)
			}
		}
	}
}

// Roles are assumed by the service that runs functions, and nobody else.
func TestRolesAreOfLambda(t *testing.T) {
	tp := app(t)
	for _, id := range tp.of("AWS::IAM::Role") {
		s := tp.Resources[id].at("AssumeRolePolicyDocument", "Statement").([]any)
		if len(s) != 1 || fmt.Sprint(at(s[0], "Principal")) != "map[Service:lambda.amazonaws.com]" {
			t.Errorf("%s can be assumed by %v", id, s)
		}
	}
}
