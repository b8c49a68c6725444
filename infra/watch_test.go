package infra_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// namespace is where metrics of the functions' logs are.
const namespace = "leadsite/${AWS::StackName}"

// Whatever a function's log calls an alarm is counted, and rings. A new key in the code fails here until the template
// has an alarm for it, and an alarm fails whose key no code logs any more.
func TestEveryAlarmOfTheLogRings(t *testing.T) {
	tp := app(t)
	rings := map[string]bool{} // keys that have an alarm
	for _, id := range tp.of("AWS::CloudWatch::Alarm") {
		if key, ok := tp.alarmKey(id); ok {
			rings[key] = true
		}
	}
	logged := map[string]bool{}
	for _, folder := range lambdaFolders(t) {
		keys := loggedAlarms(t, folder)
		for _, key := range keys {
			logged[key] = true
			if !rings[key] {
				t.Errorf("%s logs the alarm %q, and nothing in app.yaml rings", folder, key)
			}
		}
		if len(keys) > 0 && !tp.counts(functionOf(folder)) {
			t.Errorf("%s logs %v, and no metric filter counts them", folder, keys)
		}
	}
	for _, key := range []string{"no-address", "spool", "parked", "given-up", "probe"} {
		if !logged[key] {
			t.Errorf("the search is broken: it does not find %q", key)
		}
	}
	for key := range rings {
		if !logged[key] {
			t.Errorf("an alarm waits for %q, which no function logs", key)
		}
	}
}

// alarmKey is the key that an alarm waits for.
func (tp template) alarmKey(id string) (key string, ok bool) {
	r := tp.Resources[id]
	dimensions, _ := r.at("Dimensions").([]any)
	if at(r.at("Namespace"), "Sub") != namespace || r.at("MetricName") != "Alarms" || len(dimensions) != 1 || at(dimensions[0], "Name") != "alarm" {
		return "", false
	}
	rings := r.at("Threshold") == 1 && r.at("ComparisonOperator") == "GreaterThanOrEqualToThreshold" && r.at("Statistic") == "Sum"
	return at(dimensions[0], "Value").(string), rings
}

// counts says whether alarms in a function's log become the metric.
func (tp template) counts(function string) bool {
	return slices.ContainsFunc(tp.of("AWS::Logs::MetricFilter"), func(id string) bool {
		f := tp.Resources[id]
		m := f.at("MetricTransformations").([]any)[0]
		return at(f.at("LogGroupName"), "Ref") == function+"Log" && f.at("FilterPattern") == `{ $.alarm = "*" }` &&
			at(m, "MetricNamespace", "Sub") == namespace && at(m, "MetricName") == "Alarms" && at(m, "MetricValue") == "1" &&
			fmt.Sprint(at(m, "Dimensions")) == "[map[Key:alarm Value:$.alarm]]"
	})
}

// loggedAlarms are the values that a function's code logs under the key alarm.
func loggedAlarms(t *testing.T, folder string) []string {
	t.Helper()
	cfg := &packages.Config{Dir: "..", BuildFlags: []string{"-tags", "lambda.norpc"},
		Env: append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=arm64")}
	keys := map[string]bool{}
	for _, name := range ownPackages(t, cfg, "leadsite/functions/lambda/"+folder) {
		files, err := filepath.Glob(filepath.Join("..", strings.TrimPrefix(name, "leadsite/"), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				alarmsIn(t, file, keys)
			}
		}
	}
	return slices.Sorted(maps.Keys(keys))
}

// alarmsIn finds what stands behind "alarm" in a list of arguments. It must be a literal: else nobody could say here what
// it may be.
func alarmsIn(t *testing.T, file string, keys map[string]bool) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		var list []ast.Expr
		switch n := n.(type) {
		case *ast.CallExpr:
			list = n.Args
		case *ast.CompositeLit:
			list = n.Elts
		}
		for i, e := range list[:max(0, len(list)-1)] {
			if text, ok := literal(e); !ok || text != "alarm" || filepath.Base(file) == "journal.go" {
				continue
			}
			key, ok := literal(list[i+1])
			if !ok {
				t.Errorf("%s logs an alarm that is no literal", file)
			}
			keys[key] = true
		}
		return true
	})
}

// literal is the text of a string literal.
func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// A synthetic lead sets out every day, and for each alarm that it did not arrive silence is as bad as a loss.
func TestASyntheticLeadADay(t *testing.T) {
	tp := app(t)
	daily := tp.Resources["EveryDay"]
	target := daily.at("Targets").([]any)[0]
	if !strings.HasSuffix(daily.at("ScheduleExpression").(string), "* * ? *)") || at(target, "Input") != `{"trigger": "probe"}` || at(target, "Arn", "GetAtt") != "Notify.Arn" {
		t.Errorf("%v", daily.Properties)
	}
	a := tp.Resources["NothingArrives"]
	hours := a.at("EvaluationPeriods").(int)
	if a.at("TreatMissingData") != "breaching" || a.at("Period") != 3600 || hours <= 24 || hours > 7*24 || a.at("DatapointsToAlarm") != hours ||
		a.at("ComparisonOperator") != "LessThanThreshold" || a.at("Threshold") != 1 {
		t.Errorf("a day without an arrival does not ring: %v", a.Properties)
	}
	f := tp.Resources["Arrivals"]
	m := f.at("MetricTransformations").([]any)[0]
	if at(m, "MetricName") != a.at("MetricName") || at(m, "MetricNamespace", "Sub") != at(a.at("Namespace"), "Sub") || at(f.at("LogGroupName"), "Ref") != "NotifyLog" {
		t.Errorf("arrivals are not what the alarm counts: %v", f.Properties)
	}
}
