package infra_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"leadsite/e2e"
	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
	"leadsite/infra"
)

// template is a parsed CloudFormation template. Short forms are written out: !Ref X is {"Ref": "X"}.
type template struct {
	text      string
	Resources map[string]resource
	Outputs   map[string]any
}

type resource struct {
	Type           string
	Properties     map[string]any
	DeletionPolicy string
	Replaced       string // UpdateReplacePolicy
}

func parse(t *testing.T, text string) template {
	t.Helper()
	var root yaml.Node
	if err := yaml.Unmarshal([]byte(text), &root); err != nil {
		t.Fatal(err)
	}
	whole := value(root.Content[0]).(map[string]any)
	result := template{text: text, Resources: map[string]resource{}, Outputs: whole["Outputs"].(map[string]any)}
	for name, v := range whole["Resources"].(map[string]any) {
		m := v.(map[string]any)
		properties, _ := m["Properties"].(map[string]any)
		deletion, _ := m["DeletionPolicy"].(string)
		replaced, _ := m["UpdateReplacePolicy"].(string)
		result.Resources[name] = resource{m["Type"].(string), properties, deletion, replaced}
	}
	return result
}

// value is a node as Go values: maps, lists, strings, numbers and booleans.
func value(n *yaml.Node) any {
	short, isShort := strings.CutPrefix(n.Tag, "!")
	isShort = isShort && !strings.HasPrefix(short, "!")
	var v any
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		v = m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, value(c))
		}
		v = list
	default:
		v = n.Value
		if number, err := strconv.Atoi(n.Value); err == nil && n.Style == 0 {
			v = number
		} else if truth, err := strconv.ParseBool(n.Value); err == nil && n.Style == 0 {
			v = truth
		}
	}
	if isShort {
		return map[string]any{short: v}
	}
	return v
}

// at goes down through maps; nil: there is no such place.
func at(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func (r resource) at(path ...string) any { return at(r.Properties, path...) }

// of lists the resources of a type by name.
func (tp template) of(kind string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(tp.Resources)) {
		if tp.Resources[name].Type == kind {
			names = append(names, name)
		}
	}
	return names
}

func app(t *testing.T) template  { return parse(t, infra.App) }
func edge(t *testing.T) template { return parse(t, infra.Edge) }

// both are the templates by name, with the region that each is checked for.
func both(t *testing.T) map[string]template {
	return map[string]template{"app.yaml": app(t), "edge.yaml": edge(t)}
}

func TestTemplatesPassLint(t *testing.T) {
	for file, region := range map[string]string{"app.yaml": "eu-central-1", "edge.yaml": infra.EdgeRegion} {
		out, err := exec.Command(e2e.Tool(t, "python/bin/cfn-lint"), "--regions", region, "--", file).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", file, err, out)
		}
	}
}

// A template in the body of a call may have 51,200 bytes.
func TestTemplatesAreSmall(t *testing.T) {
	for name, tp := range both(t) {
		if len(tp.text) > 51200 {
			t.Errorf("%s has %d bytes", name, len(tp.text))
		}
	}
}

func TestEveryResourceSaysWhy(t *testing.T) {
	for name, tp := range both(t) {
		for id := range tp.Resources {
			if !regexp.MustCompile(`(?m)^  #.*[.].*\n(  #.*\n)*  ` + id + `:$|^  # .*\n(  # .*[.]\n)+  ` + id + `:$`).MatchString(tp.text) {
				t.Errorf("%s: no sentence above %s", name, id)
			}
		}
	}
}

func TestWhatHoldsDataStays(t *testing.T) {
	holds := []string{"AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::SES::EmailIdentity"}
	for name, tp := range both(t) {
		for id, r := range tp.Resources {
			if slices.Contains(holds, r.Type) && (r.DeletionPolicy != "RetainExceptOnCreate" || r.Replaced != "Retain") {
				t.Errorf("%s: %s would go with its stack", name, id)
			}
		}
	}
}

// Names that AWS does not make by itself begin with the stack's, so that two copies fit into one account.
func TestNoFixedNames(t *testing.T) {
	names := []string{"BucketName", "TableName", "QueueName", "RoleName", "TopicName", "LogGroupName", "AlarmName", "Name"}
	check := func(where string, properties map[string]any) {
		for _, key := range names {
			if v, ok := properties[key]; ok && at(v, "Ref") == nil && !strings.Contains(fmt.Sprint(v), "AWS::StackName") {
				t.Errorf("%s has the fixed %s %v", where, key, v)
			}
		}
	}
	for name, tp := range both(t) {
		for id, r := range tp.Resources {
			check(name+": "+id, r.Properties)
			if r.Type == "AWS::Lambda::Function" && r.Properties["FunctionName"] != nil {
				t.Errorf("%s: %s has a fixed FunctionName", name, id)
			}
			for _, inner := range []string{"OriginAccessControlConfig", "ResponseHeadersPolicyConfig"} {
				config, _ := r.Properties[inner].(map[string]any)
				check(name+": "+id, config)
			}
		}
	}
}

// What the template makes is the table that the store expects.
func TestTableIsTheStores(t *testing.T) {
	definition, err := json.Marshal(dynamo.Definition("x"))
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(definition, &want); err != nil {
		t.Fatal(err)
	}
	table := app(t).Resources["Table"]
	for _, key := range []string{"AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"} {
		if diff := cmp.Diff(plain(want[key]), plain(table.Properties[key])); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if got := table.at("StreamSpecification", "StreamViewType"); got != at(want, "StreamSpecification", "StreamViewType") {
		t.Errorf("the stream has %v", got)
	}
	if got := table.at("TimeToLiveSpecification", "AttributeName"); got != "ttl" {
		t.Errorf("items expire by %v", got)
	}
}

// plain leaves out what is null.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for key, one := range v {
			if one != nil {
				m[key] = plain(one)
			}
		}
		return m
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	}
	return v
}

// The table names the bucket where its erasures are noted, by the tag that `leadsite leads erase` reads; nothing there is
// public, and what is deleted by mistake stays as a version.
func TestErasuresAreNoted(t *testing.T) {
	tp := app(t)
	source, err := os.ReadFile(filepath.Join("..", "functions", "cli", "bucket.go"))
	if err != nil {
		t.Fatal(err)
	}
	tag := tp.Resources["Table"].at("Tags").([]any)[0]
	if at(tag, "Value", "Ref") != "Erasures" || !bytes.Contains(source, []byte(fmt.Sprintf("erasuresTag = %q", at(tag, "Key")))) {
		t.Errorf("the table's tag is %v", tag)
	}
	b := tp.Resources["Erasures"]
	if b.at("VersioningConfiguration", "Status") != "Enabled" || b.at("LifecycleConfiguration") != nil || b.at("PublicAccessBlockConfiguration", "RestrictPublicBuckets") != true {
		t.Errorf("the bucket is %v", b.Properties)
	}
	if at(tp.Outputs["Erasures"], "Value", "Ref") != "Erasures" {
		t.Error("nobody learns the bucket's name, which a restored table does not know")
	}
}

// functionOf is the resource of a folder of functions/lambda.
func functionOf(folder string) string { return strings.ToUpper(folder[:1]) + folder[1:] }

func lambdaFolders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join("..", "functions", "lambda"))
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	return folders
}

func TestAFunctionPerFolder(t *testing.T) {
	tp := app(t)
	var want []string
	for _, folder := range lambdaFolders(t) {
		want = append(want, functionOf(folder))
	}
	slices.Sort(want)
	if got := tp.of("AWS::Lambda::Function"); !slices.Equal(got, want) {
		t.Fatalf("the template has %v, functions/lambda %v", got, want)
	}
	for _, id := range want {
		f := tp.Resources[id]
		if fmt.Sprint(f.at("Architectures")) != "[arm64]" || f.at("Runtime") != "provided.al2023" || f.at("Handler") != "bootstrap" {
			t.Errorf("%s is not an arm64 program for provided.al2023", id)
		}
		if f.at("ReservedConcurrentExecutions") != nil {
			t.Errorf("%s reserves concurrency, of which a new account has 10", id)
		}
		if got := at(f.at("Role"), "GetAtt"); got != id+"Role.Arn" {
			t.Errorf("%s has the role %v, want one of its own", id, got)
		}
	}
	if got := tp.Resources["Submit"].at("Timeout").(int); got < 8 {
		t.Errorf("submit has %d s: two for the table, two for the queue, and a cold start", got)
	}
	if got := tp.Resources["Notify"].at("Timeout").(int); got > 60 {
		t.Errorf("notify has %d s: a lease is a minute longer than the function", got)
	}
}

// Every function finds in its environment what its code asks for, and nothing else.
func TestEnvironment(t *testing.T) {
	for _, folder := range lambdaFolders(t) {
		variables, _ := app(t).Resources[functionOf(folder)].at("Environment", "Variables").(map[string]any)
		got, want := slices.Sorted(maps.Keys(variables)), asked(t, folder)
		if !slices.Equal(got, want) {
			t.Errorf("%s gets %v and asks for %v", folder, got, want)
		}
	}
}

// asked are the names that a function's own files, and what all functions open, ask of the environment, but for those
// that Lambda sets.
func asked(t *testing.T, folder string) []string {
	t.Helper()
	own, err := filepath.Glob(filepath.Join("..", "functions", "lambda", folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	common, err := filepath.Glob(filepath.Join("..", "functions", "environment", "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, file := range slices.Concat(own, common) {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if name, ok := askedFor(n); ok && name != "LAMBDA_TASK_ROOT" && !strings.HasPrefix(name, "AWS_") {
				names[name] = true
			}
			return true
		})
	}
	return slices.Sorted(maps.Keys(names))
}

// askedFor reads a call getenv("NAME").
func askedFor(n ast.Node) (name string, ok bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall || len(call.Args) != 1 {
		return "", false
	}
	literal, isLiteral := call.Args[0].(*ast.BasicLit)
	function := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		function = f.Name
	case *ast.SelectorExpr:
		function = f.Sel.Name
	}
	if !isLiteral || !strings.EqualFold(function, "getenv") {
		return "", false
	}
	name, err := strconv.Unquote(literal.Value)
	return name, err == nil
}

// Every address that the edge passes on has a route, every route a function, and every function lets itself be called.
func TestRoutesReachFunctions(t *testing.T) {
	tp := app(t)
	routes := map[string]string{} // path -> function
	for _, id := range tp.of("AWS::ApiGatewayV2::Route") {
		target := fmt.Sprint(at(tp.Resources[id].at("Target"), "Sub"))
		integration, ok := tp.Resources[strings.TrimSuffix(strings.TrimPrefix(target, "integrations/${"), "}")]
		if !ok {
			t.Fatalf("%s leads to %s, which is not there", id, target)
		}
		function := strings.TrimSuffix(fmt.Sprint(at(integration.at("IntegrationUri"), "GetAtt")), ".Arn")
		if tp.Resources[function].Type != "AWS::Lambda::Function" || !tp.permits(function, "apigateway.amazonaws.com") {
			t.Errorf("%s does not reach %s", id, function)
		}
		routes[strings.TrimSuffix(strings.TrimPrefix(tp.Resources[id].at("RouteKey").(string), "ANY "), "{proxy+}")] = function
	}
	for _, b := range edge(t).Resources["Distribution"].at("DistributionConfig", "CacheBehaviors").([]any) {
		pattern := at(b, "PathPattern").(string)
		if routes[strings.TrimSuffix(pattern, "*")] == "" {
			t.Errorf("the edge passes on %s, and the API has %v", pattern, routes)
		}
		delete(routes, strings.TrimSuffix(pattern, "*"))
	}
	delete(routes, "/desk") // the folder without its slash, which /desk/* does not cover
	if len(routes) > 0 {
		t.Errorf("the edge passes nothing on to %v", routes)
	}
}

func (tp template) permits(function, service string) bool {
	return slices.ContainsFunc(tp.of("AWS::Lambda::Permission"), func(id string) bool {
		p := tp.Resources[id]
		return at(p.at("FunctionName"), "Ref") == function && p.at("Principal") == service && p.at("SourceArn") != nil
	})
}

// The four triggers of notify.
func TestTriggers(t *testing.T) {
	tp := app(t)
	for id, source := range map[string]string{"NewLeads": "Table.StreamArn", "FallbackLeads": "FallbackQueue.Arn"} {
		m := tp.Resources[id]
		if at(m.at("FunctionName"), "Ref") != "Notify" || at(m.at("EventSourceArn"), "GetAtt") != source ||
			fmt.Sprint(m.at("FunctionResponseTypes")) != "[ReportBatchItemFailures]" {
			t.Errorf("%s is not notify's, of %s, with partial answers: %v", id, source, m.Properties)
		}
	}
	stream := tp.Resources["NewLeads"]
	if stream.at("BisectBatchOnFunctionError") != true || stream.at("MaximumRetryAttempts") != 10 ||
		stream.at("MaximumRecordAgeInSeconds") != 6*60*60 || at(stream.at("DestinationConfig", "OnFailure", "Destination"), "GetAtt") != "DeadLetters.Arn" {
		t.Errorf("one record could hold up the others: %v", stream.Properties)
	}
	for _, id := range []string{"EveryMinute", "EveryDay", "MailEvents"} {
		target := tp.Resources[id].at("Targets").([]any)[0]
		if at(target, "Arn", "GetAtt") != "Notify.Arn" || !tp.permits("Notify", "events.amazonaws.com") {
			t.Errorf("%s does not reach notify: %v", id, target)
		}
	}
	if got := tp.Resources["FallbackQueue"].at("VisibilityTimeout").(int); got < 6*tp.Resources["Notify"].at("Timeout").(int) {
		t.Errorf("a message of the fallback queue comes back after %d s, while notify may still be at work", got)
	}
	asked := fmt.Sprint(tp.Resources["MailEvents"].at("EventPattern", "detail", "eventType"))
	if sent := fmt.Sprint(tp.Resources["MailsToEvents"].at("EventDestination", "MatchingEventTypes")); sent != strings.ToLower(asked) {
		t.Errorf("SES is asked for %s, as CloudFormation has the words, and the rule passes %s", sent, asked)
	}
	if tp.Resources["FallbackLeads"].at("ScalingConfig", "MaximumConcurrency") != 2 {
		t.Error("a full fallback queue takes the functions that visitors need: a new account may run ten at once")
	}
	if tp.Resources["FallbackQueue"].at("RedrivePolicy") != nil {
		t.Error("leads of the fallback queue would end in another queue")
	}
}

// The stream's filter passes leads that were inserted, real and synthetic, and nothing else.
func TestStreamFilter(t *testing.T) {
	tp := app(t)
	for record, want := range map[string]bool{
		"INSERT L#abc #":                      true,
		"MODIFY L#abc #":                      false,
		"REMOVE L#abc #":                      false, // also when DynamoDB deletes it by age
		"INSERT L#abc E#1":                    false,
		"INSERT L#abc N#lead#ff":              false,
		"INSERT R#ip#1 #":                     false,
		"INSERT P#token #":                    false,
		"INSERT X#person 2026":                false,
		"INSERT " + dynamo.ProbeKey + " 0193": true,
		"MODIFY " + dynamo.ProbeKey + " 0193": false,
	} {
		var name, pk, sk string
		if _, err := fmt.Sscan(record, &name, &pk, &sk); err != nil {
			t.Fatal(err)
		}
		event := map[string]any{"eventName": name, "dynamodb": map[string]any{"Keys": map[string]any{
			"PK": map[string]any{"S": pk}, "SK": map[string]any{"S": sk}}}}
		if got := tp.streams(t, event); got != want {
			t.Errorf("%s passes: %v, want %v", record, got, want)
		}
	}
}

// streams says whether the stream brings a record to notify.
func (tp template) streams(t *testing.T, record any) bool {
	t.Helper()
	return slices.ContainsFunc(tp.Resources["NewLeads"].at("FilterCriteria", "Filters").([]any), func(filter any) bool {
		var pattern any
		if err := json.Unmarshal([]byte(at(filter, "Pattern").(string)), &pattern); err != nil {
			t.Fatal(err)
		}
		return passes(pattern, record)
	})
}

// passes is as much of EventBridge's patterns as the templates use: nested keys, lists of values, prefixes, references.
func passes(pattern, event any) bool {
	switch p := pattern.(type) {
	case map[string]any:
		for key, inner := range p {
			if !passes(inner, at(event, key)) {
				return false
			}
		}
		return true
	case []any:
		if list, ok := event.([]any); ok { // of which one is enough
			return slices.ContainsFunc(list, func(e any) bool { return passes(pattern, e) })
		}
		return slices.ContainsFunc(p, func(one any) bool {
			text, _ := event.(string)
			if ref := at(one, "Ref"); ref != nil {
				one = strings.ToLower(ref.(string)) // as the stand-in for the stack names it
			}
			prefix, isPrefix := at(one, "prefix").(string)
			return one == event || isPrefix && strings.HasPrefix(text, prefix)
		})
	}
	return false
}

// The edge believes nothing of a visitor, caches nothing of the functions, and reads a private bucket.
func TestEdge(t *testing.T) {
	config := edge(t).Resources["Distribution"].at("DistributionConfig")
	behaviors := append(at(config, "CacheBehaviors").([]any), at(config, "DefaultCacheBehavior"))
	for _, b := range behaviors {
		association := at(b, "FunctionAssociations").([]any)[0]
		if at(association, "FunctionARN", "GetAtt") != "ViewerRequest.FunctionARN" {
			t.Errorf("%v is not behind the viewer-request function", at(b, "PathPattern"))
		}
		if at(b, "PathPattern") != nil && at(b, "CachePolicyId") != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad" {
			t.Errorf("%v is cached", at(b, "PathPattern"))
		}
	}
	errors := at(config, "CustomErrorResponses").([]any)
	if len(errors) != 1 || at(errors[0], "ErrorCode") != 403 || at(errors[0], "ResponseCode") != 404 {
		t.Errorf("custom error responses: %v", errors)
	}
	if got := fmt.Sprint(at(config, "DefaultCacheBehavior", "TargetOriginId")); got != "map[If:[HasLanguages site-or-not-found site]]" {
		t.Errorf("pages come from %s", got)
	}
	for _, p := range []string{"DistributionArn", "NotFoundArn"} {
		if !strings.Contains(fmt.Sprint(app(t).Resources["SiteBucketPolicy"].Properties), "Ref:"+p) {
			t.Errorf("the bucket does not let %s read", p)
		}
	}
	block := app(t).Resources["SiteBucket"].at("PublicAccessBlockConfiguration")
	for _, key := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if at(block, key) != true {
			t.Errorf("the site's bucket: %s is not set", key)
		}
	}
}

// Whoever reads a log must not be able to open a lead by it: the token of a link is in its query, and no log of ours has
// queries, cookies or whole URLs.
func TestLogsHoldNoTokens(t *testing.T) {
	link, err := url.Parse(lead.LinkPath("token"))
	if err != nil || strings.Contains(link.Path, "token") || link.Query().Get(lead.LinkParam) != "token" {
		t.Fatalf("the token of a link is in its path: %v, %v", link, err)
	}
	tp := edge(t)
	for _, id := range tp.of("AWS::Logs::Delivery") {
		var fields []string
		for _, f := range tp.Resources[id].at("RecordFields").([]any) {
			fields = append(fields, f.(string))
		}
		harmless := []string{"date", "time", "c-ip", "cs-method", "cs-uri-stem", "sc-status", "cs(Referer)", "cs(User-Agent)", "sc-content-type", "x-edge-result-type"}
		if diff := cmp.Diff(harmless, fields); diff != "" { // all fields, when the template names none
			t.Errorf("%s: %s", id, diff)
		}
	}
	if len(tp.of("AWS::Logs::Delivery")) == 0 {
		t.Error("the search is broken: there is no log of the edge")
	}
	for name, tp := range both(t) {
		for id, r := range tp.Resources {
			if r.at("AccessLogSettings") != nil || r.at("DistributionConfig", "Logging") != nil || r.Type == "AWS::CloudFront::RealtimeLogConfig" {
				t.Errorf("%s: %s logs requests, and what it logs is not looked at here", name, id)
			}
		}
	}
}

func TestAlarmsReachTheOwner(t *testing.T) {
	for name, tp := range both(t) {
		for _, id := range tp.of("AWS::CloudWatch::Alarm") {
			actions := tp.Resources[id].at("AlarmActions").([]any)
			if len(actions) != 1 || at(actions[0], "Ref") != "Alarms" {
				t.Errorf("%s: %s reaches %v", name, id, actions)
			}
		}
		if at(tp.Resources["AlarmsToOwner"].at("TopicArn"), "Ref") != "Alarms" {
			t.Errorf("%s: nobody listens to the alarms", name)
		}
	}
}

// What edge.yaml asks of app.yaml is there.
func TestOutputsFit(t *testing.T) {
	for _, name := range []string{"SiteBucketDomain", "ApiDomain", "LogBucketArn"} {
		if app(t).Outputs[name] == nil || !bytes.Contains([]byte(infra.Edge), []byte("  "+name+":\n    Type: String\n")) {
			t.Errorf("%s does not get from app.yaml to edge.yaml", name)
		}
	}
	if edge(t).Outputs["DistributionArn"] == nil {
		t.Error("the distribution does not get from edge.yaml to app.yaml")
	}
}
