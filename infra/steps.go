package infra

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"leadsite/infra/upload"
)

// secrets makes what the plan only supposed.
func (d *Deploy) secrets(ctx context.Context) (err error) {
	d.run.secrets, err = d.Account.makeSecrets(ctx, d.name, d.Random)
	return err
}

// uploadZips puts every zip under its hash: one that is there is never written again.
func (d *Deploy) uploadZips(ctx context.Context) error {
	bucket := d.Account.workshop()
	for _, z := range d.run.zips {
		key := d.run.keys[z.Function]
		_, err := d.Account.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &bucket, Key: &key, ExpectedBucketOwner: &d.Account.ID})
		if err == nil {
			continue
		}
		if c := code(err); c != "NotFound" && c != "NoSuchKey" {
			return fmt.Errorf("looking for the function %s: %w", z.Function, err)
		}
		data, err := os.ReadFile(z.File)
		if err != nil {
			return fmt.Errorf("reading the function %s: %w", z.Function, err)
		}
		if err := d.Account.keep(ctx, key, data); err != nil {
			return err
		}
		d.talk(fmt.Sprintf("%s, %.1f MB", z.Function, float64(z.Size)/1e6))
	}
	return nil
}

// keepZips is how long a zip stays that no function is of any more: CloudFormation takes a failed change back with the one
// before.
const keepZips = 30 * 24 * time.Hour

// forgetZips deletes this site's zips that are neither live nor young.
func (d *Deploy) forgetZips(ctx context.Context) error {
	bucket, folder, live := d.Account.workshop(), zipFolder(d.name), slices.Collect(maps.Values(d.run.keys))
	pages := s3.NewListObjectsV2Paginator(d.Account.s3, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &folder, ExpectedBucketOwner: &d.Account.ID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("looking for old zips: %w", err)
		}
		for _, o := range page.Contents {
			if slices.Contains(live, *o.Key) || d.Account.time().Sub(aws.ToTime(o.LastModified)) < keepZips {
				continue
			}
			if _, err := d.Account.s3.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: o.Key, ExpectedBucketOwner: &d.Account.ID}); err != nil {
				return fmt.Errorf("deleting an old zip: %w", err)
			}
		}
	}
	return nil
}

func (d *Deploy) applyApp(ctx context.Context) (err error) {
	d.run.app, err = d.appStack().Apply(ctx, d.appParameters())
	return err
}

func (d *Deploy) applyEdge(ctx context.Context) (err error) {
	if d.hasDomain() && d.run.edge == nil {
		d.talk("AWS asks for a record in DNS that shows whose " + d.host() + " is. It stands below, after \"Content of DNS Record\":")
		d.talk("make it where your domain is kept. This run waits for it; when it gives up, run it again.")
	}
	d.run.edge, err = d.edgeStack().Apply(ctx, d.edgeParameters())
	return err
}

// applyAppAgain tells the bucket of the distribution, and the functions of the address, which nobody knew before the
// edge was there. After the first run nothing is left to change.
func (d *Deploy) applyAppAgain(ctx context.Context) error {
	if base := "https://" + d.address() + "/"; !d.hasDomain() && d.run.bundle.BaseURL != base {
		if err := d.build(ctx, base); err != nil {
			return err
		}
		if err := d.uploadZips(ctx); err != nil {
			return err
		}
	}
	return d.applyApp(ctx)
}

func (d *Deploy) siteBucket() *upload.Bucket {
	b := &upload.Bucket{Client: d.Account.s3, Name: d.run.app["SiteBucket"]}
	b.Say = func(done, total int) {
		if done == total || done%100 == 0 {
			d.talk(fmt.Sprintf("%d of %d files", done, total))
		}
	}
	return b
}

func (d *Deploy) uploadSite(ctx context.Context) error {
	before, err := d.Account.memory(ctx, d.name)
	if err != nil {
		return err
	}
	bucket := d.siteBucket()
	if d.run.upload, err = bucket.Plan(ctx, d.run.site, before.Memory, d.Now()); err != nil {
		return err
	}
	if err := d.Account.remember(ctx, d.name, told{d.run.upload.Begun(), before.Functions}); err != nil {
		return err
	}
	return bucket.Apply(ctx, d.run.site, d.run.upload)
}

// redirects come after the pages that they lead to.
func (d *Deploy) redirects(ctx context.Context) error {
	entries, err := EdgeEntries(d.run.bundle, os.DirFS(d.run.site))
	if err != nil {
		return err
	}
	changed, err := d.Account.fillRedirects(ctx, d.run.edge["Redirects"], entries)
	if changed > 0 {
		d.talk(fmt.Sprintf("%d changed", changed))
	}
	return err
}

// invalidate has the edge forget what changed. Only then is the run before forgotten.
func (d *Deploy) invalidate(ctx context.Context) error {
	paths := d.run.upload.Paths()
	reference := d.Now().UTC().Format("20060102T150405.000000000")
	if err := d.Account.invalidate(ctx, d.run.edge["Distribution"], reference, paths); err != nil {
		return err
	}
	if id := d.run.edge["NotFound"]; id != "" {
		if err := d.Account.invalidate(ctx, id, reference, only404(paths)); err != nil {
			return err
		}
	}
	if len(paths) > 0 {
		d.talk(fmt.Sprintf("%d paths are fetched anew", len(paths)))
	}
	return d.Account.remember(ctx, d.name, told{d.run.upload.Done(), d.run.keys})
}
