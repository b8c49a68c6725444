// Package upload brings a finished site into its bucket, so that nobody ever gets a page whose stylesheet is not there
// yet: fingerprinted assets first, then other files, pages, feeds and the sitemap, deletions last. What is there already
// is left alone, by hash: so a run that was cut short is finished by the next.
//
// It knows files, names and a bucket. It knows neither pages nor what serves them.
package upload

import (
	"context"
	"crypto/md5" // S3 names what it holds by it
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
)

// keepGone is how long an asset stays that the site no longer names: for pages that a browser opened before.
const keepGone = 7 * 24 * time.Hour

// parallel is how many files are on their way at once; each is read from the disk as it is sent.
const parallel = 8

// Bucket is where one site lies.
type Bucket struct {
	Client *s3.Client
	Name   string
	Say    func(done, total int) // hears of progress, from one at a time; nil: nobody
}

// Memory is what one run must tell the next.
type Memory struct {
	Recipe  int                  `json:"recipe"`            // of the headers: another one writes every file anew
	Gone    map[string]time.Time `json:"gone,omitempty"`    // assets that the site no longer has, and since when
	Pending []string             `json:"pending,omitempty"` // paths that changed, and were not invalidated yet
}

// Plan is what Apply does. Names are sorted, and without a slash at the start.
type Plan struct {
	Add, Change, Delete []string
	Unchanged           int
	before, after       Memory
}

// Begun is what to remember before Apply: should it be cut short, the next run goes on, and invalidates what this one
// did not.
func (p Plan) Begun() Memory {
	m := p.before
	m.Pending = p.Paths()
	return m
}

// Done is what to remember when all is uploaded and invalidated.
func (p Plan) Done() Memory { return p.after }

// Plan compares a folder with the bucket. It changes nothing.
func (b *Bucket) Plan(ctx context.Context, dir string, memory Memory, now time.Time) (Plan, error) {
	local, err := hashes(os.DirFS(dir))
	if err != nil {
		return Plan{}, fmt.Errorf("reading the finished site: %w", err)
	}
	remote, err := b.list(ctx)
	if err != nil {
		return Plan{}, err
	}
	if len(remote) == 0 {
		memory.Recipe = recipe // whatever is there after a first run that is cut short, this program wrote
	}
	plan := Plan{before: memory, after: Memory{Recipe: recipe, Gone: map[string]time.Time{}}}
	for _, name := range slices.Sorted(maps.Keys(local)) {
		switch etag, there := remote[name]; {
		case !there:
			plan.Add = append(plan.Add, name)
		case etag != local[name] || memory.Recipe != recipe:
			plan.Change = append(plan.Change, name)
		default:
			plan.Unchanged++
		}
	}
	for _, name := range slices.Sorted(maps.Keys(remote)) {
		if _, kept := local[name]; !kept {
			plan.leave(name, memory, now)
		}
	}
	return plan, nil
}

// leave decides on a file that the site no longer has.
func (p *Plan) leave(name string, memory Memory, now time.Time) {
	since, known := memory.Gone[name]
	if !known {
		since = now
	}
	if Fingerprinted(name) && now.Sub(since) < keepGone {
		p.after.Gone[name] = since
		return
	}
	p.Delete = append(p.Delete, name)
}

// hashes are the MD5 of all files, but for compressed copies, which are for hosts that do not compress by themselves.
func hashes(site fs.FS) (map[string]string, error) {
	all := map[string]string{}
	err := fs.WalkDir(site, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || isCopy(site, name) {
			return err
		}
		all[name], err = hash(site, name)
		return err
	})
	return all, err
}

func isCopy(site fs.FS, name string) bool {
	ext := path.Ext(name)
	if ext != ".gz" && ext != ".br" {
		return false
	}
	_, err := fs.Stat(site, strings.TrimSuffix(name, ext))
	return err == nil
}

func hash(site fs.FS, name string) (string, error) {
	f, err := site.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := md5.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// list is what the bucket holds: the hash of each file.
func (b *Bucket) list(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	pages := s3.NewListObjectsV2Paginator(b.Client, &s3.ListObjectsV2Input{Bucket: &b.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("listing bucket %s: %w", b.Name, err)
		}
		for _, o := range page.Contents {
			all[aws.ToString(o.Key)] = strings.Trim(aws.ToString(o.ETag), `"`)
		}
	}
	return all, nil
}

// Apply does what the plan says, group by group. After an error the bucket holds whole files, and no page that names an
// asset that is not there.
func (b *Bucket) Apply(ctx context.Context, dir string, plan Plan) error {
	groups := make([][]string, groupCount)
	for _, name := range slices.Concat(plan.Add, plan.Change) {
		groups[group(name)] = append(groups[group(name)], name)
	}
	said := progress{say: b.Say, total: len(plan.Add) + len(plan.Change)}
	for _, names := range groups {
		if err := b.put(ctx, dir, names, &said); err != nil {
			return err
		}
	}
	return b.delete(ctx, plan.Delete)
}

// progress counts what has arrived.
type progress struct {
	mu          sync.Mutex
	done, total int
	say         func(done, total int)
}

func (p *progress) one() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.say != nil {
		p.say(p.done, p.total)
	}
}

// put sends files in parallel, and waits for all.
func (b *Bucket) put(ctx context.Context, dir string, names []string, said *progress) error {
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(parallel)
	for _, name := range names {
		all.Go(func() error {
			if err := b.send(ctx, dir, name); err != nil {
				return fmt.Errorf("uploading %s: %w", name, err)
			}
			said.one()
			return nil
		})
	}
	return all.Wait()
}

func (b *Bucket) send(ctx context.Context, dir, name string) error {
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = b.Client.PutObject(ctx, &s3.PutObjectInput{
		Bucket: &b.Name, Key: &name, Body: f,
		ContentType: aws.String(contentType(name)), CacheControl: aws.String(cacheControl(name)), ContentEncoding: contentEncoding(name),
	})
	return err
}

// delete takes files away, as many in a call as S3 takes.
func (b *Bucket) delete(ctx context.Context, names []string) error {
	for some := range slices.Chunk(names, 1000) {
		var objects []types.ObjectIdentifier
		for _, name := range some {
			objects = append(objects, types.ObjectIdentifier{Key: aws.String(name)})
		}
		out, err := b.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &b.Name, Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)}})
		if err != nil {
			return fmt.Errorf("deleting what the site no longer has: %w", err)
		}
		if len(out.Errors) > 0 {
			return fmt.Errorf("deleting %s: %s", aws.ToString(out.Errors[0].Key), aws.ToString(out.Errors[0].Message))
		}
	}
	return nil
}

// AWS takes 1,000 paths a month for nothing and then half a cent each; "/*" counts as one. So beyond these, everything
// is fetched anew, which costs less than naming them.
const maxPaths = 1000

// Paths are the addresses that the edge may hold an old copy of: of changed and deleted files, and those that an earlier
// run left. A page is held under the
// name of its file, and under its folder's when the edge was asked so before it rewrote that.
func (p Plan) Paths() []string {
	all := slices.Clone(p.before.Pending)
	for _, name := range slices.Concat(p.Change, p.Delete) {
		escaped := (&url.URL{Path: "/" + name}).EscapedPath()
		all = append(all, escaped)
		if folder, ok := strings.CutSuffix(escaped, "index.html"); ok && strings.HasSuffix(folder, "/") {
			all = append(all, folder)
		}
	}
	return Merge(all)
}

// Merge sorts paths, leaves out what is there twice, and gives "/*" for too many.
func Merge(paths []string) []string {
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if len(paths) > maxPaths || slices.Contains(paths, "/*") {
		return []string{"/*"}
	}
	return paths
}
