package infra_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"leadsite/e2e"
	"leadsite/e2e/moto"
	"leadsite/e2e/program"
	"leadsite/functions/store/dynamo"
	"leadsite/infra"
)

// cloud is an AWS account: moto for most, and beside it what moto lacks, as far as a deploy speaks to it: a
// CloudFormation that is done at once, CloudFront's invalidations, and its key-value store. The answers are written
// after the API references. Each test has a site of its own name, because moto is shared.
type cloud struct {
	*testing.T
	moto, lacking string // endpoints
	site          string // folder
	title         string

	mu          sync.Mutex
	stacks      map[string]*fakeStack
	sets        map[string]url.Values // change sets by id
	executed    []string              // stacks, in order
	regions     map[string]string     // of stacks, as requests are signed for
	invalidated [][]string
	forgetful   []string // distributions that were told to forget, in order
	redirects   map[string]string
	fails       string                      // ACTION or a stack whose change fails
	reason      string                      // why a stack's change fails
	later       time.Duration               // how long a run takes, from opening the account on
	during      func(asked context.Context) // runs once, in the middle of a change; asked ends with the question
	asked       context.Context             // of the request that is answered

	outside  http.RoundTripper // what a test lead meets; nil: nobody
	patience time.Duration     // of a deploy with its test lead
	skew     time.Duration     // how far this machine's clock is ahead
}

type fakeStack struct {
	status     string
	parameters map[string]string
	outputs    map[string]string
	token      string
	tag        string
	template   string
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	c := &cloud{T: t, moto: moto.Start(t), site: t.TempDir(), title: "Site " + strings.ToLower(rand.Text()[:10]),
		stacks: map[string]*fakeStack{}, sets: map[string]url.Values{}, regions: map[string]string{}, redirects: map[string]string{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.lacking = server.URL
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "made-up", "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_SESSION_TOKEN": "",
		"AWS_REGION": "eu-central-1", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_ENDPOINT_URL": c.moto, "AWS_ENDPOINT_URL_CLOUDFORMATION": c.lacking,
		"AWS_ENDPOINT_URL_CLOUDFRONT": c.lacking, "AWS_ENDPOINT_URL_CLOUDFRONT_KEYVALUESTORE": c.lacking} {
		t.Setenv(name, value)
	}
	c.write("content/site.yaml", "title: "+c.title+"\nbase_url: https://www.example.com/\nmail: {from: leads@"+c.name()+".example.com}\n"+
		"organization: {name: Ropes, email: owner@example.com}\nredirects:\n  - {from: /old/, to: /about/}\n  - {from: \"/notes/*\", to: \"/*\"}\n")
	c.write("content/index.md", "---\ntitle: Ropes\ndescription: We make ropes.\n---\nSee [about](about.md).\n")
	c.write("content/about.md", "---\ntitle: About\ndescription: Who we are.\n---\nWe are three.\n")
	return c
}

func (c *cloud) name() string { return strings.ReplaceAll(strings.ToLower(c.title), " ", "-") }

func (c *cloud) write(name, text string) {
	c.Helper()
	file := filepath.Join(c.site, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		c.Fatal(err)
	}
}

func (c *cloud) config() aws.Config {
	return aws.Config{Region: "eu-central-1", BaseEndpoint: &c.moto, Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", "")}
}

func (c *cloud) s3() *s3.Client {
	return s3.NewFromConfig(c.config(), func(o *s3.Options) { o.UsePathStyle = true })
}

// resources makes in moto what a run speaks to, once.
func (c *cloud) resources(stack string) map[string]string {
	name := strings.TrimSuffix(strings.TrimPrefix(stack, "leadsite-"), "-edge")
	if strings.HasSuffix(stack, "-edge") {
		outputs := map[string]string{"Distribution": "E" + name, "DistributionArn": "arn:aws:cloudfront::1:distribution/E" + name,
			"Address": "d1.cloudfront.net", "Redirects": "arn:aws:cloudfront::1:key-value-store/" + name}
		if c.stacks[stack].parameters["Languages"] == "yes" {
			outputs["NotFound"], outputs["NotFoundArn"] = "N"+name, "arn:aws:cloudfront::1:distribution/N"+name
		}
		return outputs
	}
	if c.stacks[stack].outputs == nil {
		bucket := "files-of-" + name
		_, err := c.s3().CreateBucket(c.Context(), &s3.CreateBucketInput{Bucket: &bucket,
			CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}})
		if err != nil {
			c.Error(err)
		}
		if err := dynamo.CreateTable(c.Context(), dynamodb.NewFromConfig(c.config()), "leads-of-"+name); err != nil {
			c.Error(err)
		}
	}
	return map[string]string{"SiteBucket": "files-of-" + name, "SiteBucketDomain": "files-of-" + name + ".s3.eu-central-1.amazonaws.com",
		"ApiDomain": "api.execute-api.eu-central-1.amazonaws.com", "LogBucketArn": "arn:aws:s3:::logs", "Table": "leads-of-" + name,
		"Mails": "mails", "Submit": "submit-of-" + name, "Notify": "notify-of-" + name, "Desk": "desk-of-" + name, "Dkim1": "k1._domainkey.x CNAME k1.dkim.amazonses.com"}
}

// deploy is a run with the flags of the command. It begins with credentials and region, as the command does.
func (c *cloud) deploy(args ...string) (stdout, talk string, err error) {
	c.Helper()
	cfg, err := config.LoadDefaultConfig(c.Context())
	if err != nil {
		c.Fatal(err)
	}
	// The key-value store has a host for each account. A proxy takes all of them.
	proxy, err := url.Parse(c.lacking)
	if err != nil {
		c.Fatal(err)
	}
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			if strings.HasPrefix(r.URL.Host, "127.0.0.1:") {
				return nil, nil
			}
			return proxy, nil
		}
	})
	later := time.Duration(0)
	now := func() time.Time { return c.now().Add(later) }
	account, err := infra.OpenAccount(c.Context(), cfg, now, true)
	if err != nil {
		return "", "", err
	}
	later = c.later
	var out, said strings.Builder
	d := &infra.Deploy{Account: account, Source: c, DryRun: slices.Contains(args, "--dry-run"), Out: &out, Talk: &said,
		Now: now, Random: rand.Reader, By: "this test", Pause: time.Millisecond, Beat: 200 * time.Millisecond,
		Client: &http.Client{Transport: c}, Leads: c.leads, Patience: max(c.patience, time.Millisecond)}
	if i := slices.Index(args, "--stage"); i >= 0 {
		d.Stage = args[i+1]
	}
	if !slices.Contains(args, "--yes") {
		d.Confirm = func() (bool, error) { return false, nil }
	}
	if slices.Contains(args, "--delete") {
		err = d.Delete(c.Context(), dynamodb.NewFromConfig(cfg), slices.Contains(args, "--exported"))
	} else {
		err = d.Run(c.Context())
	}
	if err != nil {
		fmt.Fprintf(&said, "error: %v\nhint: %s\n", err, infra.Hint(err))
	}
	return out.String(), said.String(), err
}

// now is this machine's clock.
func (c *cloud) now() time.Time { return time.Now().Add(c.skew) }

// leads reads a table.
func (c *cloud) leads(table string) infra.Leads {
	return dynamo.New(dynamodb.NewFromConfig(c.config()), table, time.Now)
}

// RoundTrip is the way from a test lead to the site.
func (c *cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.outside == nil {
		return nil, errors.New("nobody is out there")
	}
	return c.outside.RoundTrip(r)
}

// Build builds the site by the program.
func (c *cloud) Build(_ context.Context, baseURL string) (site, file string, err error) {
	args := []string{"build", "--source", c.site}
	if baseURL != "" {
		args = append(args, "--base-url", baseURL)
	}
	program.Run(c, args...)
	return filepath.Join(c.site, "public"), filepath.Join(c.site, "dist", "bundle.json"), nil
}

// Package packs stand-ins for the functions: here only their bytes matter, and compiling takes long.
func (c *cloud) Package(ctx context.Context, file string) ([]infra.Zip, error) {
	programs := fstest.MapFS{}
	for _, name := range lambdaFolders(c.T) {
		var data bytes.Buffer
		w := gzip.NewWriter(&data)
		fmt.Fprint(w, "program of ", name)
		if err := w.Close(); err != nil {
			return nil, err
		}
		programs[name+".gz"] = &fstest.MapFile{Data: data.Bytes()}
	}
	return infra.Package(ctx, infra.PackageOptions{Programs: programs, Bundle: file, Output: filepath.Dir(file)})
}

// meet orders what the test and its servers read and write when a process stands between them: of that the race
// detector sees nothing.
func (c *cloud) meet() {
	c.mu.Lock()
	defer c.mu.Unlock()
}

// command runs `leadsite deploy` itself.
func (c *cloud) command(args ...string) (stdout, stderr string, err error) {
	c.Helper()
	cmd := exec.Command(program.Path(c), append([]string{"deploy", "--source", c.site}, args...)...)
	cmd.Dir = e2e.Root(c)
	cmd.Env = append(os.Environ(), "HTTP_PROXY="+c.lacking)
	var out, talk strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &talk
	c.meet()
	defer c.meet()
	err = cmd.Run()
	return out.String(), talk.String(), err
}

// ok is a deploy that must succeed; it gives what was printed.
func (c *cloud) ok(args ...string) string {
	c.Helper()
	out, talk, err := c.deploy(args...)
	if err != nil {
		c.Fatalf("deploy %v: %v\n%s\n%s", args, err, out, talk)
	}
	return out
}

// fail is one that must not; it gives what was said.
func (c *cloud) fail(args ...string) string {
	c.Helper()
	out, talk, err := c.deploy(args...)
	if err == nil {
		c.Fatalf("deploy %v succeeded:\n%s\n%s", args, out, talk)
	}
	return talk
}

// objects are the names in a bucket.
func (c *cloud) objects(bucket string) []string {
	c.Helper()
	out, err := c.s3().ListObjectsV2(c.Context(), &s3.ListObjectsV2Input{Bucket: &bucket})
	if err != nil {
		c.Fatal(err)
	}
	var names []string
	for _, o := range out.Contents {
		names = append(names, *o.Key)
	}
	return names
}

func (c *cloud) parameter(name string) string {
	c.Helper()
	out, err := ssm.NewFromConfig(c.config()).GetParameter(c.Context(), &ssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		c.Fatal(err)
	}
	return *out.Parameter.Value
}

// verify has SES know the mail domain.
func (c *cloud) verify() {
	c.Helper()
	_, err := sesv2.NewFromConfig(c.config()).CreateEmailIdentity(c.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(c.name() + ".example.com")})
	if err != nil {
		c.Fatal(err)
	}
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	c.asked = r.Context()
	switch {
	case strings.Contains(r.URL.Path, "/invalidation"):
		c.forgetful = append(c.forgetful, strings.Split(r.URL.Path, "/")[3])
		c.invalidation(w, string(body))
	case strings.HasPrefix(r.URL.Path, "/key-value-stores/"):
		c.keyValueStore(w, r, body)
	default:
		form, err := url.ParseQuery(string(body))
		if err != nil || form.Get("Action") == "" {
			http.Error(w, "not spoken here", http.StatusNotImplemented)
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		if scope := strings.Split(r.Header.Get("Authorization"), "/"); len(scope) > 2 {
			c.regions[form.Get("StackName")] = scope[2]
		}
		c.cloudFormation(w, form)
	}
}

func (c *cloud) invalidation(w http.ResponseWriter, body string) {
	var paths []string
	for _, part := range strings.Split(body, "<Path>")[1:] {
		path, _, _ := strings.Cut(part, "</Path>")
		paths = append(paths, path)
	}
	c.invalidated = append(c.invalidated, paths)
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, `<Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>InProgress</Status></Invalidation>`)
}

func (c *cloud) keyValueStore(w http.ResponseWriter, r *http.Request, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("ETag", "E1")
	switch {
	case r.Method == http.MethodPost:
		var in struct{ Puts, Deletes []struct{ Key, Value string } }
		if err := json.Unmarshal(body, &in); err != nil {
			c.Error(err)
		}
		for _, p := range in.Puts {
			c.redirects[p.Key] = p.Value
		}
		for _, d := range in.Deletes {
			delete(c.redirects, d.Key)
		}
		io.WriteString(w, `{"ItemCount": 1, "TotalSizeInBytes": 1}`)
	case strings.HasSuffix(r.URL.Path, "/keys"):
		items := []map[string]string{}
		for key, value := range c.redirects {
			items = append(items, map[string]string{"Key": key, "Value": value})
		}
		json.NewEncoder(w).Encode(map[string]any{"Items": items})
	default:
		io.WriteString(w, `{"ItemCount": 1, "TotalSizeInBytes": 1, "KvsARN": "x", "Created": 1}`)
	}
}

// given reads the parameters of a change set.
func given(form url.Values) map[string]string {
	all := map[string]string{}
	for i := 1; form.Has(fmt.Sprintf("Parameters.member.%d.ParameterKey", i)); i++ {
		all[form.Get(fmt.Sprintf("Parameters.member.%d.ParameterKey", i))] = form.Get(fmt.Sprintf("Parameters.member.%d.ParameterValue", i))
	}
	return all
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error></ErrorResponse>`, code, message)
}

func (c *cloud) cloudFormation(w http.ResponseWriter, form url.Values) {
	action, name := form.Get("Action"), form.Get("StackName")
	if c.fails == action {
		refuse(w, http.StatusForbidden, "AccessDenied", "User: arn:aws:iam::1:user/pat is not authorized to perform: cloudformation:"+action+" on resource: x")
		return
	}
	name = strings.TrimPrefix(name, "arn:")
	s := c.stacks[name]
	result := ""
	switch action {
	case "DescribeStacks":
		if s == nil {
			refuse(w, http.StatusBadRequest, "ValidationError", "Stack with id "+name+" does not exist")
			return
		}
		result = s.describe(name)
	case "CreateChangeSet":
		id := fmt.Sprintf("set-%d", len(c.sets)+1)
		c.sets[id] = form
		if s == nil {
			c.stacks[name] = &fakeStack{status: "REVIEW_IN_PROGRESS"}
		}
		result = "<Id>" + id + "</Id><StackId>arn:" + name + "</StackId>"
	case "DescribeChangeSet":
		result = c.compare(s, c.sets[form.Get("ChangeSetName")])
	case "GetTemplate":
		result = "<TemplateBody>" + html.EscapeString(s.template) + "</TemplateBody>"
	case "ExecuteChangeSet":
		c.execute(name, c.sets[form.Get("ChangeSetName")], form.Get("ClientRequestToken"))
	case "DescribeStackEvents":
		result = c.events(name, s)
	case "DeleteStack":
		delete(c.stacks, name)
	case "DeleteChangeSet":
	default:
		http.Error(w, "not spoken here: "+action, http.StatusNotImplemented)
		return
	}
	fmt.Fprintf(w, "<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>", action, result)
}

func (s *fakeStack) describe(name string) string {
	members := func(list, key, value string, all map[string]string) string {
		var b strings.Builder
		for k, v := range all {
			fmt.Fprintf(&b, "<member><%s>%s</%s><%s>%s</%s></member>", key, k, key, value, strings.ReplaceAll(v, "'", "&apos;"), value)
		}
		return "<" + list + ">" + b.String() + "</" + list + ">"
	}
	return fmt.Sprintf("<Stacks><member><StackId>arn:%s</StackId><StackName>%s</StackName><CreationTime>2026-11-23T08:00:00Z</CreationTime><StackStatus>%s</StackStatus>%s%s%s</member></Stacks>",
		name, name, s.status, members("Outputs", "OutputKey", "OutputValue", s.outputs), members("Parameters", "ParameterKey", "ParameterValue", s.parameters),
		members("Tags", "Key", "Value", map[string]string{"leadsite": s.tag}))
}

// compare is a change set: of nothing when all parameters are as they were.
func (c *cloud) compare(s *fakeStack, form url.Values) string {
	before, after := fmt.Sprint(s.parameters), fmt.Sprint(given(form))
	if before == after {
		return "<Status>FAILED</Status><StatusReason>The submitted information didn't contain changes.</StatusReason>"
	}
	action := "Modify"
	if s.status == "REVIEW_IN_PROGRESS" {
		action = "Add"
	}
	return "<Status>CREATE_COMPLETE</Status><Changes><member><Type>Resource</Type><ResourceChange><Action>" + action +
		"</Action><LogicalResourceId>Submit</LogicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType></ResourceChange></member></Changes>"
}

func (c *cloud) execute(name string, form url.Values, token string) {
	s := c.stacks[name]
	s.token, s.tag = token, form.Get("Tags.member.1.Value")
	if c.fails == name {
		s.status = "UPDATE_ROLLBACK_COMPLETE"
		if s.outputs == nil {
			s.status = "ROLLBACK_COMPLETE"
		}
		return
	}
	if c.during != nil {
		c.during(c.asked)
		c.during = nil
	}
	c.executed = append(c.executed, name)
	s.status, s.parameters, s.template = "UPDATE_COMPLETE", given(form), form.Get("TemplateBody")
	s.outputs = c.resources(name)
}

func (c *cloud) events(name string, s *fakeStack) string {
	event := func(resource, status, reason string) string {
		return fmt.Sprintf("<member><EventId>%s-%s</EventId><StackId>1</StackId><StackName>%s</StackName><LogicalResourceId>%s</LogicalResourceId><Timestamp>%s</Timestamp><ResourceStatus>%s</ResourceStatus><ResourceStatusReason>%s</ResourceStatusReason><ClientRequestToken>%s</ClientRequestToken></member>",
			resource, status, name, resource, time.Now().UTC().Format(time.RFC3339), status, reason, s.token)
	}
	if c.fails == name {
		return "<StackEvents>" + event("Submit", "CREATE_FAILED", cmp.Or(c.reason, "no such zip")) + "</StackEvents>"
	}
	return "<StackEvents>" + event("Submit", "CREATE_COMPLETE", "") + "</StackEvents>"
}
