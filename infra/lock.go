package infra

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"leadsite/infra/upload"
)

// ErrLocked says that another run is at work.
var ErrLocked = errors.New("another deploy is at work")

// lockLife is after which a lock is that of a run which died: longer than a run can take.
const lockLife = 2 * time.Hour

// held is what a lock says.
type held struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}

func lockKey(site string) string   { return "locks/" + site + ".json" }
func memoryKey(site string) string { return "sites/" + site + ".json" }

// lock takes the site for one run, and gives how to let it go. Two runs cannot both write the object: S3 takes it only
// while there is none, or over the very one that has run out.
func (a *Account) lock(ctx context.Context, site, by string, now time.Time) (unlock func() error, err error) {
	bucket, key := a.workshop(), lockKey(site)
	data, err := json.Marshal(held{By: by, Until: now.Add(lockLife)})
	if err != nil {
		return nil, err
	}
	in := &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data), IfNoneMatch: aws.String("*")}
	_, err = a.s3.PutObject(ctx, in)
	if refused(err) {
		var etag string
		if etag, err = a.expired(ctx, site, now); err != nil {
			return nil, err
		}
		in = &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data), IfMatch: &etag}
		_, err = a.s3.PutObject(ctx, in)
	}
	if refused(err) {
		return nil, fmt.Errorf("locking %s: %w", site, ErrLocked)
	}
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", site, err)
	}
	return func() error {
		// Also after Ctrl-C.
		_, err := a.s3.DeleteObject(context.WithoutCancel(ctx), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
		return err
	}, nil
}

func refused(err error) bool {
	return code(err) == "PreconditionFailed" || code(err) == "ConditionalRequestConflict"
}

// expired gives the ETag of a lock that has run out; ErrLocked for one that has not.
func (a *Account) expired(ctx context.Context, site string, now time.Time) (etag string, err error) {
	var lock held
	etag, err = a.read(ctx, lockKey(site), &lock)
	if err == nil && now.Before(lock.Until) {
		err = fmt.Errorf("locking %s: %w, by %s, until %s at the latest", site, ErrLocked, lock.By, lock.Until.Format(time.RFC3339))
	}
	return etag, err
}

// told is what one run tells the next.
type told struct {
	upload.Memory
	Functions map[string]string `json:"functions,omitempty"` // function -> key of the zip that was live when the pages were last complete
}

// memory is what the run before left; nothing for the first.
func (a *Account) memory(ctx context.Context, site string) (told, error) {
	var m told
	_, err := a.read(ctx, memoryKey(site), &m)
	if c := code(err); c == "NoSuchKey" || c == "NoSuchBucket" || c == "NotFound" {
		return told{}, nil
	}
	return m, err
}

func (a *Account) remember(ctx context.Context, site string, m told) error {
	data, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return a.keep(ctx, memoryKey(site), data)
}

// read reads a JSON document of the workshop.
func (a *Account) read(ctx context.Context, key string, into any) (etag string, err error) {
	bucket := a.workshop()
	out, err := a.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: &bucket, Key: &key, ExpectedBucketOwner: &a.ID})
	if err != nil {
		return "", fmt.Errorf("reading %s of bucket %s: %w", key, bucket, err)
	}
	defer out.Body.Close()
	data, err := io.ReadAll(out.Body)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		return "", fmt.Errorf("reading %s of bucket %s: %w", key, bucket, err)
	}
	return aws.ToString(out.ETag), nil
}

func (a *Account) keep(ctx context.Context, key string, data []byte) error {
	bucket := a.workshop()
	_, err := a.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data), ExpectedBucketOwner: &a.ID})
	if err != nil {
		return fmt.Errorf("writing %s of bucket %s: %w", key, bucket, err)
	}
	return nil
}
