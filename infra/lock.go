package infra

import (
	"bytes"
	"context"
	"crypto/rand"
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

// A run renews its lock each lockBeat. One that nobody renewed for lockLife is that of a run which died, or which cannot
// reach AWS any more.
const (
	lockLife = 5 * time.Minute
	lockBeat = 30 * time.Second
)

// held is what a lock says.
type held struct {
	By    string    `json:"by"`
	Run   string    `json:"run"`   // tells runs on one machine apart
	Until time.Time `json:"until"` // by AWS's clock
}

func lockKey(site string) string   { return "locks/" + site + ".json" }
func zipFolder(site string) string { return "functions/" + site + "/" }
func memoryKey(site string) string { return "sites/" + site + ".json" }

// time is what AWS's clock says: another machine's may be minutes off, and must not take a lock for run out.
func (a *Account) time() time.Time { return a.now(a.clock)() }

// lock takes the site for one run, and gives how to let it go. Two runs cannot both write the object: S3 takes it only
// while there is none, or over the very one that has run out. The context that it gives ends when the lock is lost.
func (a *Account) lock(ctx context.Context, site, by string, beat time.Duration) (locked context.Context, unlock func() error, err error) {
	run := held{By: by, Run: rand.Text()}
	etag, err := a.putLock(ctx, site, run, "")
	if refused(err) {
		if etag, err = a.expired(ctx, site); err != nil && code(err) != "NoSuchKey" { // it was let go just now
			return nil, nil, err
		}
		etag, err = a.putLock(ctx, site, run, etag)
	}
	if refused(err) {
		return nil, nil, fmt.Errorf("locking %s: %w", site, ErrLocked)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("locking %s: %w", site, err)
	}
	locked, lose := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.renew(locked, lose, site, run, etag, beat)
	}()
	return locked, func() error {
		lost := errors.Is(context.Cause(locked), ErrLocked)
		lose(nil)
		<-done
		if lost {
			return nil // it is somebody else's
		}
		// Also after Ctrl-C.
		bucket, key := a.workshop(), lockKey(site)
		_, err := a.s3.DeleteObject(context.WithoutCancel(ctx), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key})
		return err
	}, nil
}

// putLock writes the lock, over the one with this ETag; "": only while there is none. When the answer is lost, the SDK asks
// again, and hears that somebody has the lock: that may be this run.
func (a *Account) putLock(ctx context.Context, site string, run held, over string) (etag string, err error) {
	bucket, key := a.workshop(), lockKey(site)
	run.Until = a.time().Add(lockLife).UTC()
	data, err := json.Marshal(run)
	if err != nil {
		return "", err
	}
	in := &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: bytes.NewReader(data), ExpectedBucketOwner: &a.ID, IfMatch: &over}
	if over == "" {
		in.IfMatch, in.IfNoneMatch = nil, aws.String("*")
	}
	out, err := a.s3.PutObject(ctx, in)
	if code(err) == "PreconditionFailed" {
		var now held
		if etag, readErr := a.read(ctx, key, &now); readErr == nil && now.Run == run.Run {
			return etag, nil
		}
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

// renew keeps the lock until the context ends. What S3 cannot take now it may take at the next beat; but when the lock is
// another's or gone, this run must not go on.
func (a *Account) renew(ctx context.Context, lose context.CancelCauseFunc, site string, run held, etag string, beat time.Duration) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		newer, err := a.putLock(ctx, site, run, etag)
		switch {
		case err == nil:
			etag = newer
		case code(err) == "PreconditionFailed" || code(err) == "NoSuchKey":
			lose(fmt.Errorf("keeping the lock of %s: %w: it took over, because this run was not heard of for %v", site, ErrLocked, lockLife))
			return
		}
	}
}

func refused(err error) bool {
	return code(err) == "PreconditionFailed" || code(err) == "ConditionalRequestConflict"
}

// expired gives the ETag of a lock that has run out; ErrLocked for one that has not.
func (a *Account) expired(ctx context.Context, site string) (etag string, err error) {
	var lock held
	etag, err = a.read(ctx, lockKey(site), &lock)
	if err == nil && a.time().Before(lock.Until) {
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
