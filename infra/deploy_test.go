package infra_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"leadsite/functions/lead"
	"leadsite/functions/store/dynamo"
	"leadsite/infra"
)

const workshop = "leadsite-123456789012-eu-central-1"

// A site from a laptop to an account that has nothing yet, then again and again.
func TestDeploy(t *testing.T) {
	c := newCloud(t)
	app, edge := "leadsite-"+c.name(), "leadsite-"+c.name()+"-edge"

	t.Run("a dry run leaves nothing behind", func(t *testing.T) {
		out := c.ok("--dry-run")
		for _, want := range []string{"stack " + app + ": new", "stack " + edge + ": new", "every file is new", "expected cost: about $", "can be nobody's, so none will be sent"} {
			if !strings.Contains(out, want) {
				t.Errorf("the plan does not say %q:\n%s", want, out)
			}
		}
		if len(c.stacks) > 0 || len(c.executed) > 0 {
			t.Errorf("there are stacks: %v", c.stacks)
		}
		if _, err := ssm.NewFromConfig(c.config()).GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/leadsite/" + c.name() + "/secret")}); err == nil {
			t.Error("there is a secret")
		}
		t.Setenv("AWS_REGION", "eu-west-3") // where no other test has made the bucket of zips and locks
		c.ok("--dry-run")
		all, err := c.s3().ListBuckets(t.Context(), &s3.ListBucketsInput{})
		if err != nil || slices.ContainsFunc(all.Buckets, func(b s3types.Bucket) bool { return strings.HasSuffix(*b.Name, "-eu-west-3") }) {
			t.Errorf("there is a bucket: %v", err)
		}
	})

	t.Run("the first run makes everything, in order", func(t *testing.T) {
		out := c.ok("--yes")
		if diff := cmp.Diff([]string{app, edge, app}, c.executed); diff != "" {
			t.Error(diff)
		}
		for _, want := range []string{"done: https://d1.cloudfront.net/", "k1._domainkey.x", "bounce." + c.name() + ".example.com", "v=spf1", "_dmarc."} {
			if !strings.Contains(out, want) {
				t.Errorf("the end does not say %q:\n%s", want, out)
			}
		}
		if got := c.objects("files-of-" + c.name()); !slices.Contains(got, "index.html") || !slices.Contains(got, "about/index.html") {
			t.Errorf("the bucket holds %v", got)
		}
		if diff := cmp.Diff(map[string]string{"/old/": "301 /about/", "/notes/*": "301 /*", "*": "1"}, c.redirects); diff != "" {
			t.Error(diff)
		}
		if len(c.invalidated) != 0 {
			t.Errorf("new files are invalidated: %v", c.invalidated)
		}
	})

	t.Run("outputs go both ways", func(t *testing.T) {
		p := c.stacks[app].parameters
		if p["DistributionArn"] != c.stacks[edge].outputs["DistributionArn"] || p["CodeBucket"] != workshop || p["OwnsIdentity"] != "yes" {
			t.Errorf("the app has %v", p)
		}
		e := c.stacks[edge].parameters
		if e["ApiDomain"] == "" || e["Domain"] != "" || e["Preview"] != "no" || !strings.Contains(e["ContentSecurityPolicy"], "default-src") {
			t.Errorf("the edge has %v", e)
		}
		if len(e["OriginSecret"]) != 64 || e["OriginSecret"] != p["OriginSecrets"] || e["OriginSecret"] != c.parameter("/leadsite/"+c.name()+"/origin") {
			t.Error("edge and functions do not share the origin secret")
		}
		if got := c.objects(workshop); !slices.Contains(got, p["SubmitCode"]) || !slices.Contains(got, p["NotifyCode"]) {
			t.Errorf("the zips %v, %v are not among %v", p["SubmitCode"], p["NotifyCode"], got)
		}
		data, err := os.ReadFile(filepath.Join(c.site, "dist", "bundle.json"))
		if err != nil || !strings.Contains(string(data), `"base_url":"https://d1.cloudfront.net/"`) {
			t.Errorf("the functions do not know the address, which nobody knew before: %v", err)
		}
	})

	t.Run("again, nothing changes", func(t *testing.T) {
		secret := c.parameter("/leadsite/" + c.name() + "/secret")
		c.executed = nil
		out := c.ok("--yes")
		if len(c.executed) > 0 || len(c.invalidated) > 0 {
			t.Errorf("changed %v, invalidated %v", c.executed, c.invalidated)
		}
		if !strings.Contains(out, "stack "+app+": nothing to change") || !strings.Contains(out, "0 files to add, 0 to change, 0 to delete") {
			t.Errorf("the plan:\n%s", out)
		}
		if c.parameter("/leadsite/"+c.name()+"/secret") != secret {
			t.Error("the secret was overwritten: ids and persons would be strangers")
		}
	})

	t.Run("one edited page", func(t *testing.T) {
		c.write("content/about.md", "---\ntitle: About\ndescription: Who we are.\n---\nWe are four.\n")
		out := c.ok("--yes")
		if !strings.Contains(out, "  change about/index.html") || len(c.executed) > 0 {
			t.Errorf("changed %v; the plan:\n%s", c.executed, out)
		}
		if len(c.invalidated) != 1 || !slices.Contains(c.invalidated[0], "/about/index.html") || !slices.Contains(c.invalidated[0], "/about/") || slices.Contains(c.invalidated[0], "/index.html") {
			t.Errorf("invalidated %v", c.invalidated)
		}
	})

	t.Run("a verified domain is left nothing to do", func(t *testing.T) {
		c.verify()
		if out := c.ok("--yes"); strings.Contains(out, "left to do") {
			t.Errorf("said:\n%s", out)
		}
	})

	t.Run("the origin secret changes while visitors write", func(t *testing.T) {
		name, was := "/leadsite/"+c.name()+"/origin", c.parameter("/leadsite/"+c.name()+"/origin")
		for _, tc := range []struct{ written, functions string }{{"newer,\n  " + was + "\n", "newer," + was}, {"newer", "newer"}} {
			if _, err := ssm.NewFromConfig(c.config()).PutParameter(t.Context(), &ssm.PutParameterInput{Name: &name, Value: &tc.written, Overwrite: aws.Bool(true)}); err != nil {
				t.Fatal(err)
			}
			c.executed = nil
			c.ok("--yes")
			if got := c.stacks[app].parameters["OriginSecrets"]; got != tc.functions || len(c.executed) == 0 || c.executed[0] != app {
				t.Errorf("the functions take %q; changed %v", got, c.executed)
			}
			if got := c.stacks[edge].parameters["OriginSecret"]; got != "newer" {
				t.Errorf("the edge sends %q", got)
			}
		}
	})

	t.Run("a stage is another site", func(t *testing.T) {
		c.executed = nil
		c.ok("--stage", "preview", "--yes")
		preview := app + "-preview"
		if diff := cmp.Diff([]string{preview, preview + "-edge", preview}, c.executed); diff != "" {
			t.Error(diff)
		}
		if got := c.stacks[preview+"-edge"].parameters["Preview"]; got != "yes" {
			t.Errorf("search engines are not asked to stay away: %q", got)
		}
		if said := c.fail("--stage", "Not OK", "--yes"); !strings.Contains(said, "a stage's name is short") {
			t.Errorf("said:\n%s", said)
		}
	})

	t.Run("each stack in its region", func(t *testing.T) {
		if c.regions[app] != "eu-central-1" || c.regions[edge] != infra.EdgeRegion {
			t.Errorf("regions: %v", c.regions)
		}
	})

	t.Run("a name of its own", func(t *testing.T) {
		c.executed = nil
		c.write("content/site.yaml", "title: "+c.title+"\nbase_url: https://www.ropes.shop/\nmail: {from: leads@"+c.name()+".example.com}\norganization: {name: Ropes, email: owner@example.com}\n")
		out := c.ok("--yes")
		if got := c.stacks[edge].parameters["Domain"]; got != "www.ropes.shop" || !slices.Contains(c.executed, edge) {
			t.Errorf("the distribution's name is %q", got)
		}
		if !strings.Contains(out, "done: https://www.ropes.shop/") || !strings.Contains(out, "www.ropes.shop                 ") || len(c.redirects) != 0 {
			t.Errorf("redirects %v; said:\n%s", c.redirects, out)
		}
	})
}

func TestDeployFails(t *testing.T) {
	c := newCloud(t)
	app := "leadsite-" + c.name()

	t.Run("a no", func(t *testing.T) {
		if said := c.fail(); !strings.Contains(said, "nothing was done") || len(c.executed)+len(c.stacks) > 0 {
			t.Errorf("said:\n%s", said)
		}
	})
	t.Run("no permission", func(t *testing.T) {
		c.fails = "CreateChangeSet"
		if said := c.fail("--yes"); !strings.Contains(said, "hint: allow cloudformation:CreateChangeSet") {
			t.Errorf("said:\n%s", said)
		}
	})
	t.Run("the stack fails, and is made in the next run", func(t *testing.T) {
		c.fails = app
		said := c.fail("--yes")
		if !strings.Contains(said, "error: changing stack "+app+": Submit: no such zip") || !strings.Contains(said, "hint: the site is as it was before") {
			t.Errorf("said:\n%s", said)
		}
		c.fails = ""
		if out := c.ok("--dry-run"); !strings.Contains(out, "stack "+app+": remove what is left of an attempt that failed") || !strings.Contains(out, "every file is new") {
			t.Errorf("the plan after it:\n%s", out)
		}
		c.fails = app + "-edge"
		if said := c.fail("--yes"); !strings.Contains(said, "changing stack "+app+"-edge") {
			t.Errorf("said:\n%s", said)
		}
		c.fails, c.executed = "", nil
		c.ok("--yes")
		if diff := cmp.Diff([]string{app + "-edge", app}, c.executed); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("two at once", func(t *testing.T) {
		c.lock("another laptop", time.Now().Add(time.Hour))
		if said := c.fail("--yes"); !strings.Contains(said, "another deploy is at work, by another laptop") {
			t.Errorf("said:\n%s", said)
		}
		c.lock("a laptop that died", time.Now().Add(-time.Minute))
		c.ok("--yes")
	})
	t.Run("the stack may not be made", func(t *testing.T) {
		c.write("content/about.md", "---\ntitle: About\ndescription: Us.\nform: contact\n---\nWe are five.\n")
		c.write("content/forms/contact.yaml", "title: Talk to us\nsubmit: Send\nsuccess: /\nnotify: [sales@example.com]\nfields: [{name: email, label: E-mail, type: email, required: true, autocomplete: email}]\n")
		c.fails, c.reason = app, "User: arn:aws:iam::1:user/pat is not authorized to perform: iam:CreateRole on resource: x"
		if said := c.fail("--yes"); !strings.Contains(said, "Submit: User: arn:aws:iam::1:user/pat is not authorized") || !strings.Contains(said, "hint: allow iam:CreateRole") {
			t.Errorf("said:\n%s", said)
		}
		c.fails = ""
		c.ok("--yes")
	})
	t.Run("a stack of somebody else", func(t *testing.T) {
		was := c.stacks[app].tag
		c.stacks[app].tag = "other"
		if said := c.fail("--yes"); !strings.Contains(said, "the stack is not of leadsite") || !strings.Contains(said, "hint: another stack has the name") {
			t.Errorf("said:\n%s", said)
		}
		c.stacks[app].tag = was
	})
	t.Run("a program that is two releases newer", func(t *testing.T) {
		now := c.stacks[app].template
		without := func(template, index string) string {
			return regexp.MustCompile(`(?m)^ {8}- IndexName: `+index+`\n(?: {10}.*\n)*`).ReplaceAllString(template, "")
		}
		c.stacks[app].template = without(now, "spare")
		c.ok("--yes") // one index is one update
		c.stacks[app].template = without(without(now, "spare"), "due")
		if said := c.fail("--yes"); !strings.Contains(said, "more than one index at once: add due, add spare") || !strings.Contains(said, "hint: deploy with the release before") {
			t.Errorf("said:\n%s", said)
		}
		c.stacks[app].template = now
	})
	t.Run("another region", func(t *testing.T) {
		gone := c.stacks[app]
		delete(c.stacks, app)
		if said := c.fail("--yes"); !strings.Contains(said, "the site is in another region, see files-of-") || !strings.Contains(said, "set AWS_REGION") {
			t.Errorf("said:\n%s", said)
		}
		c.stacks[app] = gone
	})
}

// A run says that it is alive for as long as it works, however long CloudFormation takes; one that was not heard of, and
// whose lock another one took, does not go on beside it.
func TestDeployLock(t *testing.T) {
	c := newCloud(t)
	var first, later lockText
	c.during = func(context.Context) {
		for first = c.readLock(); later.Until.IsZero() || !later.Until.After(first.Until); later = c.readLock() {
			if t.Context().Err() != nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	c.ok("--yes")
	if left := time.Until(first.Until); first.By != "this test" || left > 5*time.Minute {
		t.Errorf("the lock says %+v", first)
	}
	if got := c.readLock(); got.By != "" {
		t.Errorf("the lock is still there: %+v", got)
	}

	c.write("content/site.yaml", "title: "+c.title+"\nbase_url: https://www.example.com/\nmail: {from: others@"+c.name()+".example.com}\norganization: {name: Ropes, email: owner@example.com}\n")
	c.executed = nil
	c.during = func(asked context.Context) {
		c.lock("another laptop", time.Now().Add(time.Hour))
		<-asked.Done() // a run that loses its lock waits for no answer
	}
	if said := c.fail("--yes"); !strings.Contains(said, "keeping the lock of "+c.name()+": another deploy is at work: it took over") {
		t.Errorf("said:\n%s", said)
	}
	if got := c.readLock(); got.By != "another laptop" {
		t.Errorf("the other's lock is gone: %+v", got)
	}
}

// S3 takes the lock, and its answer is lost: asked again, it says that somebody has the lock. That is this run itself.
func TestDeployLockWithoutAnAnswer(t *testing.T) {
	c := newCloud(t)
	target, err := url.Parse(c.moto)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	var puts atomic.Int32
	network := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut || !strings.Contains(r.URL.Path, "/locks/") {
			proxy.ServeHTTP(w, r)
			return
		}
		if puts.Add(1)%2 == 1 { // each is asked twice: the first, and every beat
			proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	network.Config.ErrorLog = log.New(io.Discard, "", 0)
	network.Start()
	t.Cleanup(network.Close)
	t.Setenv("AWS_ENDPOINT_URL_S3", network.URL)
	c.during = func(context.Context) {
		for puts.Load() < 6 && t.Context().Err() == nil {
			time.Sleep(20 * time.Millisecond)
		}
	}
	c.ok("--yes")
	if got := c.readLock(); got.By != "" {
		t.Errorf("the lock is still there: %+v", got)
	}
}

// lockText is what a lock says; nothing for none.
type lockText struct {
	By    string
	Until time.Time
}

func (c *cloud) readLock() (l lockText) {
	out, err := c.s3().GetObject(c.Context(), &s3.GetObjectInput{Bucket: aws.String(workshop), Key: aws.String("locks/" + c.name() + ".json")})
	if err != nil {
		return lockText{}
	}
	defer out.Body.Close()
	if err := json.NewDecoder(out.Body).Decode(&l); err != nil {
		c.Error(err)
	}
	return l
}

// The network goes half-way through the upload. The run says so, what is there is whole, and the next one goes on where it
// stopped: what the first one changed is fetched anew by the edge as well.
func TestDeployNetworkGone(t *testing.T) {
	c := newCloud(t)
	target, err := url.Parse(c.moto)
	if err != nil {
		t.Fatal(err)
	}
	var gone atomic.Bool
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	network := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/about/index.html") {
			gone.Store(true)
		}
		if gone.Load() {
			panic(http.ErrAbortHandler)
		}
		proxy.ServeHTTP(w, r)
	}))
	network.Config.ErrorLog = log.New(io.Discard, "", 0)
	network.Start()
	t.Cleanup(network.Close)

	c.ok("--yes")
	c.invalidated = nil
	c.write("content/static/prices.txt", "1\n")
	c.ok("--yes")
	c.write("content/static/prices.txt", "2\n")
	c.write("content/about.md", "---\ntitle: About\ndescription: Who we are.\n---\nWe are four.\n")
	t.Setenv("AWS_ENDPOINT_URL_S3", network.URL)
	if said := c.fail("--yes"); !strings.Contains(said, "error: uploading ") || !strings.Contains(said, "hint: check the network and run it again") || len(c.invalidated) > 0 {
		t.Errorf("invalidated %v; said:\n%s", c.invalidated, said)
	}
	t.Setenv("AWS_ENDPOINT_URL_S3", c.moto)
	if said := c.fail("--yes"); !strings.Contains(said, "another deploy is at work, by this test") || !strings.Contains(said, "within five minutes") {
		t.Errorf("the lock could not be given back; said:\n%s", said)
	}
	c.lock("this test", time.Now().Add(-time.Second))
	c.ok("--yes")
	for _, path := range []string{"/prices.txt", "/about/"} {
		if len(c.invalidated) != 1 || !slices.Contains(c.invalidated[0], path) {
			t.Errorf("%s is not fetched anew: %v", path, c.invalidated)
		}
	}
}

// Old zips of this site go a month after something newer took their place; those of other sites are not looked at.
func TestDeployForgetsZips(t *testing.T) {
	c := newCloud(t)
	c.ok("--yes")
	old := "functions/" + c.name() + "/submit-0.zip"
	put := func(key string) {
		if _, err := c.s3().PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(workshop), Key: &key, Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}
	put(old)
	put("functions/" + c.name() + "-x/submit-0.zip")
	c.ok("--yes")
	if !slices.Contains(c.objects(workshop), old) {
		t.Error("a young zip is gone: a change could not be taken back")
	}
	c.later = 31 * 24 * time.Hour
	c.ok("--yes")
	left := c.objects(workshop)
	if slices.Contains(left, old) || !slices.Contains(left, "functions/"+c.name()+"-x/submit-0.zip") || !slices.Contains(left, c.stacks["leadsite-"+c.name()].parameters["SubmitCode"]) {
		t.Errorf("there are %v", left)
	}
}

// lock takes the site as another run does.
func (c *cloud) lock(by string, until time.Time) {
	c.Helper()
	_, err := c.s3().PutObject(c.Context(), &s3.PutObjectInput{Bucket: aws.String(workshop), Key: aws.String("locks/" + c.name() + ".json"),
		Body: strings.NewReader(`{"by": "` + by + `", "until": "` + until.Format(time.RFC3339) + `"}`)})
	if err != nil {
		c.Fatal(err)
	}
}

// The bucket's name is somebody else's: nothing of ours may go there.
func TestDeployForeignBucket(t *testing.T) {
	c := newCloud(t)
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	t.Cleanup(foreign.Close)
	t.Setenv("AWS_ENDPOINT_URL_S3", foreign.URL)
	if said := c.fail("--yes"); !strings.Contains(said, "the bucket belongs to another account") || len(c.stacks) > 0 {
		t.Errorf("said:\n%s", said)
	}
}

func TestDeployDelete(t *testing.T) {
	c := newCloud(t)
	c.ok("--yes")
	store := dynamo.New(dynamodb.NewFromConfig(c.config()), "leads-of-"+c.name(), time.Now)
	if _, _, err := store.Put(t.Context(), lead.Lead{ID: strings.Repeat("a", 26), Form: "contact", Status: lead.New, CreatedAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if said := c.fail("--delete", "--yes"); !strings.Contains(said, "the site still holds leads") || !strings.Contains(said, "--exported") || len(c.stacks) != 2 {
		t.Errorf("said:\n%s", said)
	}
	c.lock("another laptop", time.Now().Add(time.Hour))
	if said := c.fail("--delete", "--yes", "--exported"); !strings.Contains(said, "another deploy is at work, by another laptop") || len(c.stacks) != 2 {
		t.Errorf("said:\n%s", said)
	}
	c.lock("a laptop that died", time.Now().Add(-time.Minute))
	if out := c.ok("--delete", "--yes", "--exported"); !strings.Contains(out, "kept: Table leads-of-"+c.name()) || !strings.Contains(out, "kept: parameter /leadsite/"+c.name()+"/secret") || len(c.stacks) != 0 || c.readLock().By != "" {
		t.Errorf("said:\n%s", out)
	}
}

// The command line: flags, the question, and where what is printed goes.
func TestDeployCommand(t *testing.T) {
	c := newCloud(t)
	out, talk, err := c.command("--dry-run")
	if err != nil || !strings.Contains(out, "stack leadsite-"+c.name()+": new") || !strings.Contains(talk, "leadsite: 4 pages built") || len(c.stacks) > 0 {
		t.Errorf("dry run: %v\n%s\n%s", err, out, talk)
	}
	_, talk, err = c.command()
	if err == nil || !strings.Contains(talk, "leadsite: error: nobody is there to answer") || !strings.Contains(talk, "leadsite: hint: use --yes") || len(c.executed) > 0 {
		t.Errorf("nobody there: %v\n%s", err, talk)
	}
	if out, talk, err = c.command("--yes"); err != nil || !strings.Contains(out, "done: https://d1.cloudfront.net/") || !strings.Contains(talk, "17 of 17 files") {
		t.Errorf("%v\n%s\n%s", err, out, talk)
	}
}

// What is wrong with credentials and region is said before anything is built.
func TestDeployWithoutAnAccount(t *testing.T) {
	c := newCloud(t)
	for name, want := range map[string][2]string{
		"AWS_REGION":        {"no region of AWS is set", "set AWS_REGION"},
		"AWS_ACCESS_KEY_ID": {"opening the AWS account", "give credentials of your AWS account"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, "")
			if _, talk, err := c.command("--yes"); err == nil || !strings.Contains(talk, "leadsite: error: "+want[0]) || !strings.Contains(talk, "leadsite: hint: "+want[1]) {
				t.Errorf("%v\n%s", err, talk)
			}
		})
	}
	t.Run("a clock ten minutes off", func(t *testing.T) {
		sts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			refuse(w, http.StatusForbidden, "SignatureDoesNotMatch", "Signature expired: 20261123T080000Z is now earlier than 20261123T080500Z (20261123T081000Z - 5 min.)")
		}))
		defer sts.Close()
		t.Setenv("AWS_ENDPOINT_URL_STS", sts.URL)
		if _, talk, err := c.command("--yes"); err == nil || !strings.Contains(talk, "hint: set this machine's clock") {
			t.Errorf("%v\n%s", err, talk)
		}
	})
	t.Run("no network", func(t *testing.T) {
		t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
		t.Setenv("AWS_MAX_ATTEMPTS", "1")
		if _, talk, err := c.command("--yes"); err == nil || !strings.Contains(talk, "hint: check the network") {
			t.Errorf("%v\n%s", err, talk)
		}
	})
}

func TestHints(t *testing.T) {
	for said, want := range map[string]string{
		"api error RequestTimeTooSkewed: The difference between the request time and the current time is too large.": "clock",
		"api error InvalidSignatureException: Signature expired: 20261123T080000Z is now earlier than":               "clock",
		"api error ExpiredTokenException: The security token included in the request is expired":                     "expired",
		"api error AccessDenied: User: x is not authorized to perform: s3:PutObject on resource: y":                  "allow s3:PutObject",
		"operation error STS: GetCallerIdentity, dial tcp: lookup sts.nowhere-1.amazonaws.com: no such host":         "set AWS_REGION to a region of AWS",
		"something else": "",
	} {
		if got := infra.Hint(errors.New(said)); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q", said, got)
		}
	}
	// An answer to HEAD has no words: the call says which action is missing, as IAM calls it.
	for call, want := range map[[2]string]string{
		{"S3", "HeadObject"}: "s3:GetObject", {"S3", "PutObject"}: "s3:PutObject", {"S3", "ListObjectsV2"}: "s3:ListBucket", {"SESv2", "SendEmail"}: "ses:SendEmail",
		{"CloudFront KeyValueStore", "UpdateKeys"}: "cloudfront-keyvaluestore:UpdateKeys", {"S3", "PutPublicAccessBlock"}: "s3:PutBucketPublicAccessBlock",
	} {
		err := fmt.Errorf("looking: %w", &smithy.OperationError{ServiceID: call[0], OperationName: call[1], Err: &smithy.GenericAPIError{Code: "Forbidden"}})
		if got := infra.Hint(err); got != "allow "+want+" to whoever deploys, in IAM" {
			t.Errorf("%v: %q", call, got)
		}
	}
}

// The mail domain's identity is made by whoever has none: not where it is there before, and anew when the sender moves to
// another domain. Its records come from the stack, or from SES.
func TestDeployKnowsTheMailDomain(t *testing.T) {
	p := &patient{cloud: newCloud(t), quota: "1000"}
	p.identity = `{"VerificationStatus": "PENDING", "DkimAttributes": {"Status": "PENDING", "Tokens": ["t1", "t2", "t3"], "SigningHostedZone": "dkim.eu-central-1.amazonses.com"}}`
	p.serve()
	owns := func() string { return p.stacks["leadsite-"+p.name()].parameters["OwnsIdentity"] }
	sender := func(domain string) {
		p.write("content/site.yaml", "title: "+p.title+"\nbase_url: https://www.example.com/\nmail: {from: leads@"+domain+"}\norganization: {name: Ropes, email: owner@example.com}\n")
	}

	sender("left.example.net")
	p.ok("--yes")
	if owns() != "no" {
		t.Errorf("the stack makes an identity that is there: %q", owns())
	}
	p.stacks["leadsite-"+p.name()].outputs["Dkim1"] = ""
	if out := p.ok("--yes"); !regexp.MustCompile(`t2\._domainkey\.left\.example\.net +CNAME +t2\.dkim\.eu-central-1\.amazonses\.com`).MatchString(out) {
		t.Errorf("nobody says the records by which SES knows the domain:\n%s", out)
	}

	p.identity = ""
	sender("new.example.net")
	p.ok("--yes")
	if owns() != "yes" {
		t.Errorf("nobody makes the identity of the new domain: %q", owns())
	}

	p.identity = `{"VerificationStatus": "SUCCESS"}`
	sender("verified.example.net")
	p.ok("--yes")
	if owns() != "no" {
		t.Errorf("the stack makes an identity that is there: %q", owns())
	}
}
