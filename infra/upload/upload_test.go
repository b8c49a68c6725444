package upload_test

import (
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"leadsite/e2e/moto"
	"leadsite/infra/upload"
)

// line is the way to moto: it notes what is written, and can be cut.
type line struct {
	http.Handler
	mu      sync.Mutex
	written []string
	cutAt   string // a key whose upload fails
}

func (l *line) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPut {
		l.mu.Lock()
		_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		cut := key != "" && key == l.cutAt
		if !cut && key != "" {
			l.written = append(l.written, key)
		}
		l.mu.Unlock()
		if cut {
			http.Error(w, "cut", http.StatusForbidden)
			return
		}
	}
	l.Handler.ServeHTTP(w, r)
}

// take gives what was written since the last time.
func (l *line) take() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	written := l.written
	l.written = nil
	return written
}

// site is a finished site and its bucket.
type site struct {
	*testing.T
	line   *line
	bucket upload.Bucket
	dir    string
	memory upload.Memory
	now    time.Time
}

func newSite(t *testing.T, files map[string]string) *site {
	t.Helper()
	target, err := url.Parse(moto.Start(t))
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	l := &line{Handler: proxy}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	client := s3.New(s3.Options{Region: "eu-central-1", BaseEndpoint: &server.URL, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("made-up", "made-up", "")})
	s := &site{T: t, line: l, dir: t.TempDir(), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		bucket: upload.Bucket{Client: client, Name: "site-" + strings.ToLower(rand.Text())}}
	_, err = client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &s.bucket.Name,
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		s.write(name, text)
	}
	return s
}

func (s *site) write(name, text string) {
	s.Helper()
	file := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		s.Fatal(err)
	}
}

func (s *site) remove(name string) {
	s.Helper()
	if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
		s.Fatal(err)
	}
}

// deploy plans and applies, and gives the plan.
func (s *site) deploy() upload.Plan {
	s.Helper()
	plan := s.plan()
	s.memory = plan.Begun()
	if err := s.bucket.Apply(s.Context(), s.dir, plan); err != nil {
		s.Fatal(err)
	}
	s.memory = plan.Done()
	return plan
}

func (s *site) plan() upload.Plan {
	s.Helper()
	plan, err := s.bucket.Plan(s.Context(), s.dir, s.memory, s.now)
	if err != nil {
		s.Fatal(err)
	}
	return plan
}

// want compares a plan with "add NAME", "change NAME", "delete NAME".
func (s *site) want(p upload.Plan, want ...string) {
	s.Helper()
	var got []string
	for word, names := range map[string][]string{"add": p.Add, "change": p.Change, "delete": p.Delete} {
		for _, name := range names {
			got = append(got, word+" "+name)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		s.Error(diff)
	}
}

var example = map[string]string{
	"index.html": "home", "about/index.html": "about", "blog/über/index.html": "post", "404.html": "none",
	"feed.xml": "feed", "feed.json": "{}", "sitemap.xml": "map", "robots.txt": "all", "llms.txt": "llms",
	"assets/site.0a1b2c3d.css": "style", "assets/site.0a1b2c3d.css.gz": "small", "assets/site.0a1b2c3d.css.br": "smaller",
	"assets/cards/ca6b1844a27e43f2.png": "card", "assets/images/boat.2e3d4842e1.jpg": "boat",
	"favicon.svg": "<svg/>", "prices.pdf": "pdf", "backup.gz": "a file of its own", "site.webmanifest": "{}",
}

func TestFirstUpload(t *testing.T) {
	s := newSite(t, example)
	var said []string
	s.bucket.Say = func(done, total int) { said = append(said, fmt.Sprintf("%d/%d", done, total)) }
	plan := s.deploy()
	if len(plan.Add) != 16 || len(plan.Change)+len(plan.Delete)+plan.Unchanged != 0 {
		t.Errorf("the plan is %+v", plan)
	}
	if len(said) != 16 || said[15] != "16/16" {
		t.Errorf("the progress is %v", said)
	}
	if got := plan.Paths(); len(got) != 0 {
		t.Errorf("new files are invalidated: %v", got)
	}
	// Each group only after the one before.
	rank := func(name string) int {
		switch {
		case strings.HasPrefix(name, "assets/"):
			return 0
		case strings.HasSuffix(name, ".html"):
			return 2
		case strings.HasSuffix(name, ".xml"), name == "feed.json", name == "robots.txt", name == "llms.txt":
			return 3
		}
		return 1
	}
	if got := s.line.take(); len(got) != 16 || !slices.IsSortedFunc(got, func(a, b string) int { return rank(a) - rank(b) }) {
		t.Errorf("written in this order: %v", got)
	}
}

func TestHeaders(t *testing.T) {
	s := newSite(t, example)
	s.deploy()
	const page, year, hour = "public, max-age=0, s-maxage=86400, must-revalidate", "public, max-age=31536000, immutable", "public, max-age=3600, s-maxage=86400"
	for name, want := range map[string][2]string{
		"about/index.html":                  {"text/html; charset=utf-8", page},
		"feed.xml":                          {"application/xml; charset=utf-8", page},
		"feed.json":                         {"application/feed+json", page},
		"assets/site.0a1b2c3d.css":          {"text/css; charset=utf-8", year},
		"assets/cards/ca6b1844a27e43f2.png": {"image/png", year},
		"favicon.svg":                       {"image/svg+xml", hour},
		"site.webmanifest":                  {"application/manifest+json", hour},
		"backup.gz":                         {"application/gzip", hour},
	} {
		out, err := s.bucket.Client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &s.bucket.Name, Key: &name})
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{aws.ToString(out.ContentType), aws.ToString(out.CacheControl)}; got != want || aws.ToString(out.ContentEncoding) != "" {
			t.Errorf("%s: %v, want %v without an encoding", name, got, want)
		}
	}
}

// What lies in static/ is shown, played or saved as its kind is, whatever machine it came from. A drawing that lies there
// compressed says so; a kind that nobody knows is for saving.
func TestTypes(t *testing.T) {
	want := map[string]string{
		"boat.PNG": "image/png", "boat.jpeg": "image/jpeg", "boat.jxl": "image/jxl", "boat.apng": "image/apng", "logo.svgz": "image/svg+xml gzip",
		"walk.mp4": "video/mp4", "walk.webm": "video/webm", "walk.mov": "video/quicktime", "walk.vtt": "text/vtt; charset=utf-8",
		"talk.mp3": "audio/mpeg", "talk.m4a": "audio/mp4", "talk.opus": "audio/ogg", "serif.otf": "font/otf", "serif.woff2": "font/woff2",
		"team.vcf": "text/vcard; charset=utf-8", "hours.ics": "text/calendar; charset=utf-8", "prices.csv": "text/csv; charset=utf-8",
		"prices.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "offer.pdf": "application/pdf",
		"old.htm": "text/html; charset=utf-8", "places.geojson": "application/geo+json", "news.rss": "application/rss+xml; charset=utf-8",
		"app.js.map": "application/json", "archive.tar.gz": "application/gzip", "LICENSE": "text/plain; charset=utf-8",
		".well-known/security.txt": "text/plain; charset=utf-8", ".well-known/apple-app-site-association": "application/json",
		".well-known/acme-challenge/token.thumb": "text/plain; charset=utf-8", "firmware.bin": "application/octet-stream",
	}
	files := map[string]string{}
	for name := range want {
		files[name] = name
	}
	s := newSite(t, files)
	s.deploy()
	for name, kind := range want {
		out, err := s.bucket.Client.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: &s.bucket.Name, Key: &name})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.TrimSpace(aws.ToString(out.ContentType) + " " + aws.ToString(out.ContentEncoding)); got != kind {
			t.Errorf("%s: %s, want %s", name, got, kind)
		}
	}
}

func TestOneEditedPost(t *testing.T) {
	s := newSite(t, example)
	s.deploy()
	s.line.take()
	s.want(s.deploy())
	if got := s.line.take(); len(got) != 0 {
		t.Errorf("nothing changed, and %v was written", got)
	}
	s.write("blog/über/index.html", "post, edited")
	s.write("feed.xml", "feed, edited")
	plan := s.deploy()
	s.want(plan, "change blog/über/index.html", "change feed.xml")
	want := []string{"/blog/%C3%BCber/", "/blog/%C3%BCber/index.html", "/feed.xml"}
	if diff := cmp.Diff(want, plan.Paths()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsGone(t *testing.T) {
	s := newSite(t, example)
	s.deploy()
	s.remove("about/index.html")
	for _, ext := range []string{"", ".gz", ".br"} {
		s.remove("assets/site.0a1b2c3d.css" + ext)
	}
	s.write("assets/site.99999999.css", "new style")
	plan := s.deploy()
	s.want(plan, "add assets/site.99999999.css", "delete about/index.html") // the old style stays: pages in browsers name it
	if got := plan.Paths(); !slices.Equal(got, []string{"/about/", "/about/index.html"}) {
		t.Errorf("invalidates %v", got)
	}
	s.now = s.now.Add(6 * 24 * time.Hour)
	s.want(s.deploy())
	s.now = s.now.Add(25 * time.Hour)
	s.want(s.deploy(), "delete assets/site.0a1b2c3d.css")
	s.want(s.deploy())
}

func TestAnotherRecipe(t *testing.T) {
	s := newSite(t, example)
	s.deploy()
	s.memory.Recipe = 0
	if plan := s.plan(); len(plan.Change) != 16 {
		t.Errorf("files keep the headers of an older program: %+v", plan)
	}
}

// The network goes half-way: what names other files was not written yet. The next run writes the rest alone, and has
// the edge forget what the first one changed.
func TestCutAndResumed(t *testing.T) {
	s := newSite(t, example)
	s.deploy()
	for _, name := range []string{"about/index.html", "favicon.svg", "feed.xml"} {
		s.write(name, "edited")
	}
	s.write("assets/site.77777777.css", "new style")
	s.line.take()
	s.line.cutAt = "about/index.html"
	plan := s.plan()
	s.memory = plan.Begun()
	if err := s.bucket.Apply(t.Context(), s.dir, plan); err == nil || !strings.Contains(err.Error(), "uploading about/index.html") {
		t.Errorf("got %v", err)
	}
	if got := s.line.take(); !slices.Equal(got, []string{"assets/site.77777777.css", "favicon.svg"}) {
		t.Errorf("written before the cut: %v", got)
	}
	s.line.cutAt = ""
	plan = s.deploy()
	s.want(plan, "change about/index.html", "change feed.xml")
	if diff := cmp.Diff([]string{"/about/", "/about/index.html", "/favicon.svg", "/feed.xml"}, plan.Paths()); diff != "" {
		t.Error(diff)
	}
	s.want(s.plan())
	if got := s.plan().Paths(); len(got) != 0 {
		t.Errorf("still to be invalidated: %v", got)
	}
}

// A first run that was cut short is gone on with, too.
func TestFirstUploadCut(t *testing.T) {
	s := newSite(t, example)
	s.line.cutAt = "sitemap.xml"
	plan := s.plan()
	s.memory = plan.Begun()
	if err := s.bucket.Apply(t.Context(), s.dir, plan); err == nil {
		t.Fatal("nothing was cut")
	}
	s.line.cutAt = ""
	if plan := s.deploy(); len(plan.Change) != 0 || len(plan.Add) == 0 || slices.Contains(plan.Add, "index.html") {
		t.Errorf("the second run does %+v", plan)
	}
	s.want(s.plan())
}

func TestMerge(t *testing.T) {
	if got := upload.Merge([]string{"/b", "/a", "/b"}); !slices.Equal(got, []string{"/a", "/b"}) {
		t.Errorf("got %v", got)
	}
	var many []string
	for i := range 1001 {
		many = append(many, path.Join("/", fmt.Sprint(i)))
	}
	if got := upload.Merge(many[:1000]); len(got) != 1000 {
		t.Errorf("1,000 paths cost nothing, and became %v", got)
	}
	if got := upload.Merge(many); !slices.Equal(got, []string{"/*"}) {
		t.Errorf("got %d paths", len(got))
	}
}

func TestFingerprinted(t *testing.T) {
	for name, want := range map[string]bool{
		"assets/site.e3df81ae.js": true, "assets/cards/ca6b1844a27e43f2.png": true, "assets/images/two-strands.0338734637.svg": true,
		"assets/search-en.1a2b3c4d5e.json": true, "assets/logo.svg": false, "index.html": false, "boat.2e3d4842e1.jpg": false, "assets/deadbeef/index.html": false,
	} {
		if got := upload.Fingerprinted(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
