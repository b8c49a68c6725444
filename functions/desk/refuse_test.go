package desk_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leadsite/e2e/browser"
	"leadsite/functions/lead"
)

// disk is the hash of the store's files, byte for byte. The index of its log (-shm) is memory shared by its readers.
func (o *office) disk() [3][sha256.Size]byte {
	o.Helper()
	var sums [3][sha256.Size]byte
	for i, suffix := range []string{"", "-wal", "-journal"} {
		data, err := os.ReadFile(o.file + suffix)
		if err != nil && !os.IsNotExist(err) {
			o.Fatal(err)
		}
		sums[i] = sha256.Sum256(data)
	}
	return sums
}

// TestReadingChangesNothing: a thousand GETs, HEADs and OPTIONS of a link leave the store as it was, to the byte.
func TestReadingChangesNothing(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	o.press(path, "status", "contacted")
	before, lead := o.disk(), o.lead()
	queries := []string{"", "&status=won", "&status=unfit&reason=no+budget&press=" + o.pressOf(path)}
	for i := range 1000 {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			a := o.do(method, path+queries[i%len(queries)], "", "X-HTTP-Method-Override: POST")
			if want := map[string]int{http.MethodOptions: http.StatusNoContent}[method]; a.status != want && a.status != http.StatusOK {
				t.Fatalf("%s is answered %d", method, a.status)
			}
			if method != http.MethodGet && a.body != "" {
				t.Fatalf("%s is answered with a body", method)
			}
		}
		o.pass(time.Second)
	}
	for _, method := range []string{"PUT", "PATCH", "DELETE", "PROPFIND"} {
		if a := o.do(method, path, "status=won"); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
			t.Errorf("%s is answered %d, Allow %q", method, a.status, a.header.Get("Allow"))
		}
	}
	if o.disk() != before {
		t.Error("the store's files are not what they were")
	}
	if diff := cmp.Diff(lead, o.lead()); diff != "" {
		t.Error(diff)
	}
}

// TestNoReferrerIsAKey: a browser that decides and goes on sends the link's address nowhere: what stands in front may log
// referrers.
func TestNoReferrerIsAKey(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	b := browser.New(t)
	b.Open(o.url + path)
	if status := b.Submit("#contacted"); status != http.StatusOK || o.lead().Status != lead.Contacted {
		t.Fatalf("a press is answered %d", status)
	}
	b.Submit("#undo")
	b.Open(o.url + "/desk/")
	o.mu.Lock()
	defer o.mu.Unlock()
	if token := strings.TrimPrefix(path, lead.LinkPath("")); len(o.referrers) < 4 || strings.Contains(strings.Join(o.referrers, " "), token) {
		t.Errorf("the referrers are %q", o.referrers)
	}
}

// TestABrowserChangesNothing: one that runs scripts, as some scanners of mail servers do, opens the link at every button.
func TestABrowserChangesNothing(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	before := o.disk()
	b := browser.New(t)
	for _, place := range []string{"", "#contacted", "#qualified", "#unfit", "#spam"} {
		for range 3 {
			b.Open(o.url + "/desk/elsewhere") // else the next is a jump within the page
			if status := b.Open(o.url + path + place); status != http.StatusOK || b.Text("h1") != "Sam Visitor" {
				t.Errorf("%s is answered %d", place, status)
			}
		}
	}
	if o.disk() != before {
		t.Error("the store's files are not what they were")
	}
}

// TestLinksAreRefused: whatever is not a link of ours, whole, in time and of one of ours, by GET and by POST.
func TestLinksAreRefused(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	good := o.link(o.keys, lead.Link{})
	token := strings.TrimPrefix(good, lead.LinkPath(""))
	raw, err := base64.RawURLEncoding.DecodeString(token)
	o.ok(err)
	raw[len(raw)-1] ^= 1
	cases := map[string]struct{ path, words string }{
		"expired":           {o.link(o.keys, lead.Link{Expires: monday}), "This link has expired"},
		"of another site":   {o.link(testKeys(t, 2), lead.Link{}), "This link does not work"},
		"forged":            {lead.LinkPath("") + base64.RawURLEncoding.EncodeToString(raw), "This link does not work"},
		"truncated":         {good[:len(good)-3], "This link does not work"},
		"cut after a third": {good[:len(good)/3], "This link does not work"},
		"with more":         {good + "AAAA", "This link does not work"},
		"with a full stop":  {good + ".", "This link does not work"},
		"with a line break": {good + "%0A", "This link does not work"},
		"a press":           {lead.LinkPath("") + o.pressOf(good), "This link does not work"},
		"a lead's id":       {lead.LinkPath("") + id("h"), "This link does not work"},
		"hostile":           {lead.LinkPath("") + "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "This link does not work"},
		"of nobody of ours": {o.link(o.keys, lead.Link{Recipient: "gone@example.com"}), "This link does not work any more"},
		"of the visitor":    {o.link(o.keys, lead.Link{Recipient: "sam@example.com"}), "This link does not work any more"},
	}
	before := o.disk()
	for what, c := range cases {
		o.refused(what, o.get(c.path), http.StatusBadRequest, c.words)
		o.refused(what+", posted", o.do(http.MethodPost, c.path, values("status", "won", "press", o.pressOf(good))), http.StatusBadRequest, c.words)
	}
	o.refused("an erased lead", o.get(o.link(o.keys, lead.Link{Lead: id("j")})), http.StatusGone, "This lead is gone")
	for _, path := range []string{"/desk/", "/desk/index.html"} {
		o.refused(path, o.get(path), http.StatusNotFound, "Open a lead from its mail")
	}
	for _, path := range []string{"/desk/v/", "/desk/v", "/desk/v/" + token, "/desk/v/?x=" + token, "/desk/inbox"} {
		o.refused(path, o.get(path), http.StatusNotFound, "There is nothing here")
	}
	if o.disk() != before {
		t.Error("the store's files are not what they were")
	}
	for _, secret := range []string{token, "sam@example.com", "gone@example.com", sales, "Sam Visitor"} {
		if strings.Contains(o.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// TestPressesAreRefused: what no page of this link gave, and what the link does not let do.
func TestPressesAreRefused(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	o.sam(func(l *lead.Lead) { l.ID = id("k") })
	mine := o.link(o.keys, lead.Link{})
	few := o.link(o.keys, lead.Link{Actions: []lead.Action{"contacted"}})
	press := o.pressOf(mine)
	before := o.disk()
	for what, c := range map[string]struct{ path, body string }{
		"forged":                   {mine, values("status", "won", "press", "AQ")},
		"truncated":                {mine, values("status", "won", "press", press[:len(press)-2])},
		"of another person's page": {mine, values("status", "won", "press", o.pressOf(o.link(o.keys, lead.Link{Recipient: ines})))},
		"of another lead's page":   {mine, values("status", "won", "press", o.pressOf(o.link(o.keys, lead.Link{Lead: id("k")})))},
		"of another site":          {mine, values("status", "won", "press", testKeys(t, 2).NewPress(strings.TrimPrefix(mine, lead.LinkPath("")), 1))},
		"no action":                {mine, values("press", press)},
		"an action of no button":   {mine, values("status", "new", "press", press)},
		"nonsense":                 {mine, values("status", "<script>", "press", press)},
		"not allowed by the link":  {few, values("status", "won", "press", o.pressOf(few))},
		"an undo neither":          {few, values("status", "undo", "press", o.pressOf(few))},
		"no form":                  {mine, "%zz"},
		"larger than any form":     {mine, values("status", "won", "press", press, "note", strings.Repeat("x", 20_000))},
	} {
		o.refused(what, o.do(http.MethodPost, c.path, c.body), http.StatusBadRequest, "Nothing was changed")
	}
	if o.disk() != before {
		t.Error("the store's files are not what they were")
	}
}

// TestOtherOriginsAreRefused: by what browsers say of where a post comes from, new ones and old ones.
func TestOtherOriginsAreRefused(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	for _, headers := range [][]string{
		{"Sec-Fetch-Site: cross-site"}, {"Sec-Fetch-Site: same-site"}, {"Sec-Fetch-Site: cross-site", "Origin: " + o.url},
		{"Origin: https://evil.example"}, {"Origin: null"}, {"Origin: https://www.example.com.evil.example"}, {"Origin: " + o.url + "1"},
	} {
		a := o.do(http.MethodPost, path, values("status", "won", "press", o.pressOf(path)), headers...)
		o.refused(strings.Join(headers, ", "), a, http.StatusBadRequest, "This came from another website")
	}
	if l := o.lead(); l.Status != lead.New || l.Version != 1 {
		t.Fatalf("the lead is %+v", l)
	}
	for i, headers := range [][]string{{"Sec-Fetch-Site: same-origin", "Origin: " + o.url}, {"Sec-Fetch-Site: none"}, {"Origin: " + o.url}, {}} {
		action := []string{"contacted", "qualified", "won", "lost"}[i]
		if a := o.do(http.MethodPost, path, values("status", action, "press", o.pressOf(path)), headers...); a.status != http.StatusSeeOther {
			t.Errorf("%v is answered %d\n%s", headers, a.status, a.body)
		}
	}
}

// TestRotatedKeys: links of an older key work on, and those of one that is gone do not.
func TestRotatedKeys(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	secret := func(b byte) []byte { return []byte(strings.Repeat(string(rune(b)), lead.KeySize)) }
	before, err := lead.NewKeys(secret(1), secret(7))
	o.ok(err)
	o.keys, err = lead.NewKeys(secret(1), secret(8), secret(7))
	o.ok(err)
	o.url = o.serve(o.store)
	if a := o.press(o.link(before, lead.Link{}), "status", "contacted"); a.status != http.StatusSeeOther {
		t.Errorf("a link of the older key is answered %d", a.status)
	}
	gone, err := lead.NewKeys(secret(1), secret(9))
	o.ok(err)
	o.refused("a key that is gone", o.get(o.link(gone, lead.Link{})), http.StatusBadRequest, "This link does not work")
}

// TestTheStoreIsAway: whoever presses is told that nothing was changed, with a number that the log has.
func TestTheStoreIsAway(t *testing.T) {
	o := newOffice(t)
	o.sam(nil)
	path := o.link(o.keys, lead.Link{})
	press := o.pressOf(path)
	o.ok(o.store.Close())
	a := o.do(http.MethodPost, path, values("status", "won", "press", press))
	o.refused("posted", a, http.StatusServiceUnavailable, "nothing was changed")
	if number := a.header.Get("X-Request-Id"); !strings.Contains(a.body, number) || !strings.Contains(o.log.String(), number) {
		t.Errorf("the number %s is not in page and log", number)
	}
}

// TestNoBundleYet: before the first build there is nothing to decide.
func TestNoBundleYet(t *testing.T) {
	o := newOffice(t)
	path := o.link(o.keys, lead.Link{})
	o.bundle = nil
	if a := o.get(path); a.status != http.StatusServiceUnavailable {
		t.Errorf("answered %d", a.status)
	}
}
