package cli_test

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"leadsite/e2e/moto"
)

// awsClients are those of the account that table speaks of, with a bucket that keeps versions.
func awsClients(t *testing.T, bucket string) (*dynamodb.Client, *s3.Client) {
	t.Helper()
	t.Setenv("AWS_ENDPOINT_URL_S3", moto.Start(t))
	cfg, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	files := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	_, err = files.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket,
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}})
	if err == nil {
		_, err = files.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &bucket,
			VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}})
	}
	if err != nil {
		t.Fatal(err)
	}
	return dynamodb.NewFromConfig(cfg), files
}

// An erasure from a deployed table is noted in the bucket that the table names, before anything is erased and without the
// address; and a table that was restored from before it is rid of the person again, on another machine.
func TestErasuresOfATableOutliveIt(t *testing.T) {
	dir, keys := state(t)
	store, restored := table(t, "erased"), table(t, "restored")
	name := fmt.Sprintf("erasures-%d", time.Now().UnixNano())
	tables, files := awsClients(t, name)
	described, err := tables.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: aws.String(strings.TrimPrefix(store, "dynamodb:"))})
	if err == nil {
		_, err = tables.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: described.Table.TableArn,
			Tags: []dbtypes.Tag{{Key: aws.String("leadsite-erasures"), Value: &name}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	secret := filepath.Join(dir, "secret")
	before := small(t, "a", canary, keys) + small(t, "b", "other@example.com", keys)
	for _, s := range []string{store, restored} { // the second as a backup has it
		must(t, before, "import", "--state", dir, "--store", s)
	}

	if _, err := files.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	if says := fails(t, "", "erase", canary, "--state", dir, "--store", store); !strings.Contains(says, "writing down the erasure in bucket "+name) || !strings.Contains(says, "nothing was erased") {
		t.Errorf("without the bucket: %s", says)
	}
	if left := must(t, "", "export", "--store", store); !strings.Contains(left, canary) {
		t.Error("it was erased before it was noted")
	}
	awsClients(t, name)

	if got := must(t, "", "erase", canary, "--state", dir, "--store", store); !strings.HasPrefix(got, "erased 1 lead,") {
		t.Error(got)
	}
	objects, err := files.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &name})
	if err != nil || len(objects.Contents) != 1 || !strings.HasPrefix(*objects.Contents[0].Key, "erasures/") || strings.Contains(*objects.Contents[0].Key, "@") {
		t.Fatalf("noted %+v, %v", objects, err)
	}
	object, err := files.GetObject(t.Context(), &s3.GetObjectInput{Bucket: &name, Key: objects.Contents[0].Key})
	if err != nil {
		t.Fatal(err)
	}
	note, err := io.ReadAll(object.Body)
	if err != nil || !strings.Contains(string(note), keys.Person(canary)) || strings.Contains(string(note), "@") {
		t.Errorf("noted %s, %v", note, err)
	}

	if _, err := files.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: aws.String("erasures/nonsense.json"), Body: strings.NewReader("words")}); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	out, _, err := leads(t, "", "erase", "--replay", "--state", elsewhere, "--store", restored, "--erasures", "s3:"+name, "--secret", secret)
	if err == nil || !strings.Contains(err.Error(), "erasures/nonsense.json of bucket "+name+" is no erasure") || !strings.HasPrefix(out, "erased 1 lead,") {
		t.Errorf("replayed: %s, %v", out, err)
	}
	if left := must(t, "", "export", "--store", restored); strings.Contains(left, canary) || !strings.Contains(left, "other@example.com") {
		t.Errorf("left: %s", left)
	}
	if got := must(t, before, "import", "--state", dir, "--store", restored); !strings.Contains(got, "1 of people who were erased") {
		t.Error(got)
	}
}

// What --erasures must be, and where it says something.
func TestErasuresRefusals(t *testing.T) {
	dir, _ := fullState(t)
	for flag, want := range map[string]string{"bucket": "names no bucket", "s3:": "names no bucket", "s3:bucket": "--erasures is for a table"} {
		if says := fails(t, "", "erase", canary, "--state", dir, "--erasures", flag); !strings.Contains(says, want) {
			t.Errorf("%s: %s", flag, says)
		}
	}
	store := table(t, "untagged")
	if says := fails(t, "", "erase", canary, "--state", dir, "--store", "dynamodb:nothing"); !strings.Contains(says, "looking for the bucket of erasures") || !strings.Contains(says, "nothing was erased") {
		t.Error(says)
	}
	if _, talk, err := leads(t, "", "erase", canary, "--state", dir, "--store", store); err != nil || !strings.Contains(talk, "noted in erasures.jsonl alone") {
		t.Errorf("%v, %s", err, talk)
	}
}
